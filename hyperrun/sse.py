"""Server-Sent Events on the wire (WHATWG HTML, section 9.2.6)."""

import re

KEEP_ALIVE = ": still here\n\n"
HEADERS = {
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",  # nginx would hold tokens back
}

_LINE_ENDS = re.compile("\r\n|\r|\n")


def frame(event: str, data: str) -> str:
    """One event. Only the three line ends that the format knows split `data`, so that nothing of
    a text with U+2028 or a form feed is lost; a browser joins the lines with a plain newline."""
    if "\n" not in data and "\r" not in data:
        return f"event: {event}\ndata: {data}\n\n"
    lines = "".join(f"data: {line}\n" for line in _LINE_ENDS.split(data))
    return f"event: {event}\n{lines}\n"

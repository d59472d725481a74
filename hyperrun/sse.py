"""Server-Sent Events on the wire (WHATWG HTML, section 9.2.6)."""

import re
from collections.abc import AsyncIterable
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

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


class DirectMiddleware:
    """Stands outside of all others and remembers the way past them, for `EventStream`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "hyperrun.send": send}, receive, send)


class EventStream(StreamingResponse):
    """Events as a response. Its head and its end pass through every middleware; the events
    between, which none of them changes, go straight to the connection."""

    def __init__(self, events: AsyncIterable[str]) -> None:
        super().__init__(events, media_type="text/event-stream", headers=HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._direct = scope.get("hyperrun.send", send)
        await super().__call__(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        event: Any
        async for event in self.body_iterator:
            body = event.encode()
            await self._direct({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

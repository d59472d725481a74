"""Tables in HTML that their writer has parted by empty lines."""

import re

_OPENING = re.compile(r"<table\b", re.IGNORECASE)
_CLOSING = re.compile(r"</table\b", re.IGNORECASE)
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")


def whole_tables(text: str) -> str:
    """`text`, in whose tables what stands further in after an empty line goes on with the table, as
    in kramdown; CommonMark alone would take it for code, tags and all."""
    if not _OPENING.search(text):
        return text
    lines = text.split("\n")
    depth, fence = 0, ""
    for at, line in enumerate(lines):
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        if fence:
            continue
        depth = max(depth + len(_OPENING.findall(line)) - len(_CLOSING.findall(line)), 0)
        if depth and not line.strip() and _goes_on(lines, at):
            lines[at] = "<!---->"
    return "\n".join(lines)


def _goes_on(lines: list[str], at: int) -> bool:
    """Is the next line that says something so far in that it would be code?"""
    after = next((line for line in lines[at + 1 :] if line.strip()), "")
    return after.expandtabs(4).startswith("    ")

"""What a reader sees of an answer, from the HTML of its bubble or the events of its stream."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any
from urllib.parse import unquote

from lxml.html import fragment_fromstring

COLUMNS = 80  # a longer line is wrapped, and counts as several
REGIONS = ("steps", "blocks", "live", "sources", "meta")
APPENDED_TO = {"block": "blocks", "more": "live"}
NOT_THE_ANSWER = frozenset({"sources", "steps", "meta", "citation", "code-head"})
NOT_SHOWN = frozenset({"script", "style", "template", "button", "svg"})
ON_A_LINE_OF_THEIR_OWN = frozenset(
    {
        "blockquote", "br", "dd", "details", "div", "dl", "dt", "figure", "h1", "h2", "h3", "h4",
        "h5", "h6", "hr", "li", "math", "ol", "p", "pre", "section", "summary", "table", "tr", "ul",
    }
)  # fmt: skip
WHITE_SPACE = re.compile(r"\s+")
LINES = re.compile(r"lines?\s+(\d+)(?:\s*[–-]\s*(\d+))?")
BLOB = re.compile(r"/blob/[^/]+/([^#?]+)(?:\?[^#]*)?(?:#L(\d+)(?:-L?(\d+))?)?")


@dataclass(frozen=True)
class Citation:
    """A passage in the list of sources; `lines` are the first and the last, where they are said."""

    file: str
    title: str
    lines: tuple[int, int] | None = None


@dataclass(frozen=True)
class Answer:
    """The lines of an answer, its code blocks, its notices and its sources, each in order."""

    lines: tuple[str, ...]
    code: tuple[str, ...] = ()
    notices: str = ""
    sources: tuple[Citation, ...] = ()

    @classmethod
    def of(cls, bubble: Any) -> "Answer":
        """From the bubble: its HTML, or the element that `folded` makes."""
        body = fragment(bubble) if isinstance(bubble, str) else bubble
        in_sources = {pre for box in body.find_class("sources") for pre in box.iter("pre")}
        shown = (shown_text(pre) for pre in body.iter("pre") if pre not in in_sources)
        return cls(
            lines=tuple(
                line.rstrip()
                for line in shown_text(body, NOT_THE_ANSWER).splitlines()
                if line.strip()
            ),
            code=tuple(filter(str.strip, shown)),
            notices=" ".join(map(shown_text, body.find_class("notice"))).strip(),
            sources=tuple(
                citation(item) for box in body.find_class("sources") for item in box.iter("li")
            ),
        )

    @property
    def text(self) -> str:
        """The whole answer, without empty lines."""
        return "\n".join(self.lines)

    @property
    def height_lines(self) -> int:
        """How many lines of `COLUMNS` columns it takes."""
        return sum(ceil(len(line) / COLUMNS) for line in self.lines)


def fragment(html: str) -> Any:
    """HTML in an element that starts no line of its own."""
    return fragment_fromstring(html, create_parent="span")


def folded(events: Iterable[tuple[str, str]]) -> Any:
    """The bubble as the page has it after the events: names and HTML.

    A snapshot is the whole of it, `block` and `more` append, and every other event replaces.
    """
    body = fragment("".join(f'<div class="{region}"></div>' for region in REGIONS))
    for name, html in events:
        region = APPENDED_TO.get(name, name)
        if name == "snapshot":
            body = fragment(html)
        elif region in REGIONS:
            place = next(each for each in body if region in each.get("class", "").split())
            if name == region:
                place.text = None
                del place[:]
            place.append(fragment(html))
    return body


def shown_text(element: Any, without: frozenset[str] = frozenset()) -> str:
    """The text a reader sees, a block on lines of its own, without elements of these classes."""
    parts: list[str] = []

    def say(text: str | None, verbatim: bool) -> None:
        parts.append(text or "" if verbatim else WHITE_SPACE.sub(" ", text or ""))

    def walk(parent: Any, verbatim: bool) -> None:
        verbatim = verbatim or parent.tag == "pre"
        say(parent.text, verbatim)
        for child in parent:
            if is_shown(child, without):
                edge = "\n" if child.tag in ON_A_LINE_OF_THEIR_OWN else ""
                parts.append(" " if child.tag in ("td", "th") else edge)
                walk(child, verbatim)
                parts.append(edge)
            say(child.tail, verbatim)

    walk(element, False)
    return "".join(parts)


def is_shown(element: Any, without: frozenset[str]) -> bool:
    """Whether it is neither a comment nor hidden nor of one of these classes."""
    if not isinstance(element.tag, str) or element.tag in NOT_SHOWN:
        return False
    return without.isdisjoint(element.get("class", "").split())


def citation(item: Any) -> Citation:
    """A source from its item in the list: its file in words, or else from its link to a forge."""
    place = next(iter(item.find_class("source-place")), item)
    file = next((shown_text(code).strip() for code in place.iter("code")), "")
    title = next((" ".join(shown_text(each).split()) for each in item.iter("strong")), "")
    first, last = pair(LINES.search(shown_text(place)))
    if "." not in file and "/" not in file:
        links = (BLOB.search(link.get("href", "")) for link in item.iter("a"))
        link = next(filter(None, links), None)
        if link is not None:
            file = unquote(link[1])
            if not first and link[2]:
                first, last = int(link[2]), int(link[3] or link[2])
    return Citation(file, title, (first, last) if first else None)


def pair(found: re.Match[str] | None) -> tuple[int, int]:
    """The first and the last line that were found; zeros where none were."""
    return (int(found[1]), int(found[2] or found[1])) if found else (0, 0)

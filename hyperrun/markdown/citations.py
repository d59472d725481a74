"""Citations: the `[n]` of an answer, what they may point at, and whether a quote is a quote."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from html import escape

from hyperrun.domain import Source
from hyperrun.passage import Passage
from hyperrun.text import without_controls

SourceLookup = Callable[[int], Source | None]

MAX_RANGE = 20  # "[1-20]" is read as twenty citations; a longer range as none

# "[1]", "[1, 2]", "[1-3]", "[^1]", "[[1]]", "\\[1\\]", "[Source 2]", "[+3]" where we have added it,
# and the address a model may add to make it a link of its own, "[1](https://…)": that never decides
# where a citation leads.
_NUMBERS = r"\^?\d{1,3}(?:\s{0,2}[,;–-]\s{0,2}\^?\d{1,3}){0,20}"
MARK = re.compile(
    rf"\\?\[{{1,2}}\+?(?:sources?:?\s{{1,2}})?({_NUMBERS})\\?\]{{1,2}}"
    r"(?:\((?:https?:|[#/])[^()\s]{0,500}\)|\(\))?",
    re.IGNORECASE,
)
# The beginning of a mark at the end of a text that is still arriving, with the space before it.
UNFINISHED = re.compile(
    r"\s*\\?\[{1,2}\+?(?:s[ources]{0,6}:?\s{0,2})?[\d\s,;^–-]*\\?\]?$", re.IGNORECASE
)
_CODE = (
    r"(?P<code>^ {0,3}(?P<fence>`{3,}|~{3,}).*?(?:^ {0,3}(?P=fence)|\Z)"
    r"|(?P<tick>`+)(?!`).{1,2000}?(?<!`)(?P=tick)(?!`))"
)
_MARK_OR_CODE = re.compile(
    rf"{_CODE}|[ \t]{{0,3}}{MARK.pattern}", re.DOTALL | re.MULTILINE | re.IGNORECASE
)
_MARK_OR_NONE = re.compile(
    rf"{_CODE}|(?P<maths>\$\$.{{1,2000}}?\$\$|\$[^$\n]{{1,300}}\$)|{MARK.pattern}",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_HTTP = re.compile(r"https?://[^\s<>\"]+$", re.IGNORECASE)


def numbers_of(mark: str) -> list[int]:
    """The numbers that a mark names, ranges written out: "1-3, 7" -> [1, 2, 3, 7]."""
    numbers: list[int] = []
    for part in re.split(r"[,;]", mark.replace("^", "")):
        first, _, last = part.replace("–", "-").partition("-")
        start, end = int(first), int(last) if last else int(first)
        if start <= end <= start + MAX_RANGE:
            numbers.extend(range(start, end + 1))
    return numbers


def uncited(text: str) -> str:
    """Markdown `text` whose numbers in brackets cite nothing, as those of a range do not: the first
    is written as a character reference."""
    return _MARK_OR_NONE.sub(
        lambda match: match[0] if match["code"] or match["maths"]
        else re.sub(r"\d", lambda digit: f"&#{ord(digit[0])};", match[0], count=1),
        text,
    )  # fmt: skip


def strip_citations(text: str) -> str:
    """Markdown `text` without its citations, for the model's history: old numbers mean nothing."""
    return _MARK_OR_CODE.sub(lambda match: match["code"] or "", text)


def address_of(source: Source) -> str:
    """Where a citation of `source` leads: its docs page, else its lines at the indexed commit, else
    its entry in the list of sources."""
    place = web_address(source.passage.url) or web_address(source.passage.permalink)
    return place or f"#source-{source.number}"


def web_address(address: str | None) -> str:
    """`address` where it is one of the web that a link may lead to, else ""."""
    return address if address and _HTTP.match(address) else ""


def citation_html(source: Source, place: int, added: str = "") -> str:
    """The small link that stands in the text for `source`, the `place`th that the answer cites.

    `added` says that it was not the model who put it there.
    """
    address = address_of(source)
    outside = "" if address.startswith("#") else ' target="_blank"'
    if added:
        outside += f' title="{escape(added)}"'
    css = "citation added" if added else "citation"
    return (
        f'<a class="{css}" href="{escape(address)}" data-source="{source.number}"'
        f"{outside}>{place}</a>"
    )


def relocated(
    sources: Iterable[Source], locate: Callable[[Passage], Passage | None]
) -> tuple[Source, ...]:
    """`sources` with their lines where they stand now; one whose text is gone is dropped.

    `locate` is `Search.locate`. Numbers stay, so that an old answer's marks still mean the same.
    """
    now = ((source, locate(source.passage)) for source in sources)
    return tuple(replace(source, passage=passage) for source, passage in now if passage is not None)


_ELISION = re.compile(r"^\W*(?:\.\.\.|…)\W*$")


def quote_differs(code: str, passages: Iterable[Passage]) -> bool:
    """Whether `code` is not to be found, line after line, in any of `passages`.

    White space does not count, nor do lines that only say "…"; the lines must stand in one passage
    in this order, though lines may be left out between them. Empty code differs from nothing.
    """
    lines = [_squeezed(line) for line in code.split("\n") if not _ELISION.match(line)]
    lines = [line for line in lines if line]
    return bool(lines) and not any(_holds(_squeezed(passage.text), lines) for passage in passages)


def _holds(text: str, lines: Sequence[str]) -> bool:
    at = 0
    for line in lines:
        at = text.find(line, at)
        if at < 0:
            return False
        at += len(line)
    return True


def _squeezed(text: str) -> str:
    return "".join(without_controls(text).split())

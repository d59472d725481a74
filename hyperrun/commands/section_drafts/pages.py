"""A page's source as a draft changes it: its headings, and a section put among them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

MARKDOWN = (".md", ".markdown", ".mdx", ".qmd")
RESTRUCTURED = (".rst",)
SUFFIXES = MARKDOWN + RESTRUCTURED

_ATX = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_UNDERLINE = re.compile(r"([!-/:-@\[-`{-~])\1{2,}\s*$")
_OWN_ID = re.compile(r"\s*\{[^{}]*\}\s*$")
DEFAULT_MARKS = "=-~^\"'"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page: its line, counted from 0, its level from 1, and in reStructuredText the
    sign below it."""

    line: int
    level: int
    text: str
    mark: str = ""


def is_writable(file: str) -> bool:
    """Can a section be put into a file of this kind?"""
    return PurePosixPath(file).suffix.lower() in SUFFIXES


def is_restructured(file: str) -> bool:
    """Is it reStructuredText?"""
    return PurePosixPath(file).suffix.lower() in RESTRUCTURED


def headings(file: str, text: str) -> list[Heading]:
    """A page's headings, in order."""
    lines = text.splitlines()
    return list(_restructured(lines) if is_restructured(file) else _markdown(lines))


def _markdown(lines: list[str]) -> Iterator[Heading]:
    fence = ""
    first = 0
    if lines and lines[0].strip() == "---":  # front matter
        ends = [at for at, line in enumerate(lines[1:], 1) if line.strip() in ("---", "...")]
        first = ends[0] + 1 if ends else 0
    for at, line in enumerate(lines):
        if at < first:
            continue
        if match := _FENCE.match(line):
            if not fence:
                fence = match[1]
            elif match[1].startswith(fence):
                fence = ""
        elif not fence and (found := _ATX.match(line)):
            yield Heading(at, len(found[1]), _OWN_ID.sub("", found[2]).strip())


def _restructured(lines: list[str]) -> Iterator[Heading]:
    marks: list[str] = []
    for at in range(len(lines) - 1):
        line, below = lines[at], lines[at + 1]
        under = _UNDERLINE.match(below)
        is_title = line.strip() and not line.startswith((" ", "\t", ".. ")) and under
        if not under or not is_title or _UNDERLINE.match(line):
            continue
        if len(below.rstrip()) < len(line.rstrip()):
            continue
        over = at > 0 and lines[at - 1].rstrip() == below.rstrip()
        mark = under[1] * (2 if over else 1)
        if mark not in marks:
            marks.append(mark)
        yield Heading(at, marks.index(mark) + 1, line.strip(), mark[0])


def with_section(file: str, text: str, after: str, title: str, body: str) -> str:
    """The page with one more section behind the one that is called `after` and all that is under
    it; at the page's end where it has none of that name. Its lines end as the page's do."""
    found = headings(file, text)
    chosen = next((each for each in found if each.text == after), None)
    if chosen is None or chosen.level == 1:  # behind the page's title stands the whole page
        below = [each for each in found if each.level > 1]
        level = below[0].level if below else 2
        mark = below[0].mark if below else _fresh_mark(found)
        end = len(text.splitlines())
    else:
        level, mark = chosen.level, chosen.mark
        later = [each for each in found if each.line > chosen.line and each.level <= level]
        end = _above(file, text, later[0]) if later else len(text.splitlines())
    heading = [title, mark * max(len(title), 3)] if mark else [f"{'#' * level} {title}"]
    return _inserted(text, end, [*heading, "", *body.strip("\n").split("\n")])


def _fresh_mark(found: list[Heading]) -> str:
    """The sign below a first section, where a page in reStructuredText has none yet."""
    used = {each.mark for each in found if each.mark}
    return next(each for each in DEFAULT_MARKS if each not in used) if used else ""


def _above(file: str, text: str, heading: Heading) -> int:
    """The line where a heading begins, with labels and anchors that stand over it."""
    lines, at = text.splitlines(), heading.line
    own = re.compile(r"\.\. _[^:]+:\s*$|\s*$" if is_restructured(file) else r"\([\w-]+\)=\s*$|\s*$")
    while at > 0 and own.match(lines[at - 1]):
        at -= 1
    return at


def _inserted(text: str, at: int, section: list[str]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    before, after = lines[:at], lines[at:]
    while before and not before[-1].strip():
        before.pop()
    while after and not after[0].strip():
        after.pop(0)
    parts = [*before, *([""] if before else []), *section, *(["", *after] if after else [])]
    return newline.join(parts) + newline

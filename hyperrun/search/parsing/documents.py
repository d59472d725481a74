"""Prose as sections: Markdown and its kin by heading, reStructuredText by underline."""

import re

from hyperrun.search.parsing.chunk import Chunk, split

MOST_LINES = 70

_ATX = re.compile(r"^(#{1,6})\s+(.+?)(?:\s+#+)?\s*$")
_ID = re.compile(r"\s*\{[^}]*?#([\w:.-]+)[^}]*\}\s*$|\s*\{[^}]*\}\s*$")
_FENCE = re.compile(r"^\s*(```+|~~~+)")
_TARGET = re.compile(
    r"^\.\. (_[^:]+:|currentmodule::.*|module::.*|highlight::.*|:[\w-]+:.*)\s*$", re.MULTILINE
)
_UNDERLINE = re.compile(r"^([=\-`:.'\"~^_*+#<>])\1{2,}\s*$")


def markdown(text: str, stem: str) -> list[Chunk]:
    """Sections of Markdown, Quarto or MDX with the path of their headings as title."""
    lines = text.splitlines()
    front = _front_matter(lines)
    headings: list[tuple[int, int, str, str]] = []  # line, level, title, anchor
    title = _front_title(lines[:front])
    if title:
        headings.append((1, 1, title, ""))
    fence = ""
    for number in range(front + 1, len(lines) + 1):
        line = lines[number - 1]
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)[:3]
        elif mark and mark.group(1).startswith(fence) and line.strip() == mark.group(1):
            fence = ""
        elif not fence:
            if atx := _ATX.match(line):
                own = _ID.search(atx.group(2))
                name = _ID.sub("", atx.group(2))
                headings.append((number, len(atx.group(1)), _plain(name), (own and own[1]) or ""))
            elif re.match(r"^(=+|-+)\s*$", line) and number > front + 1:
                above = lines[number - 2]
                if above.strip() and not re.match(r"\s*([-*+>|#]|\d+\.)", above) and len(line) > 2:
                    level = 1 if line[0] == "=" else 2
                    headings.append((number - 1, level, _plain(above), ""))
    return _sections(lines, headings, stem, front)


def restructured(text: str, stem: str) -> list[Chunk]:
    """Sections of reStructuredText; a level is the order in which its underline first appears."""
    lines = text.splitlines()
    order: list[str] = []
    headings: list[tuple[int, int, str, str]] = []
    for number in range(2, len(lines) + 1):
        above, line = lines[number - 2], lines[number - 1]
        if not (_UNDERLINE.match(line) and above.strip()) or _UNDERLINE.match(above):
            continue
        if len(line.rstrip()) < len(above.rstrip()) or above[0].isspace():
            continue
        over = number > 2 and lines[number - 3].rstrip() == line.rstrip()
        style = line[0] + ("/" if over else "")
        if style not in order:
            order.append(style)
        target = (
            re.match(r"\.\. _([^:]+):\s*$", lines[number - 4 - over]) if number > 3 + over else None
        )
        headings.append(
            (number - 1 - over, order.index(style) + 1, _plain(above), target[1] if target else "")
        )
    return _sections(lines, headings, stem, 0)


def plain(text: str, stem: str) -> list[Chunk]:
    """A text without headings, split."""
    lines = text.splitlines()
    return [
        Chunk(start, end, stem, "document", "\n".join(lines[start - 1 : end]))
        for start, end in split(lines, 1)
    ]


def _front_matter(lines: list[str]) -> int:
    """How many lines of YAML stand before the text."""
    if lines and lines[0].strip() == "---":
        for number, line in enumerate(lines[1:400], 2):
            if line.strip() in ("---", "..."):
                return number
    return 0


def _front_title(front: list[str]) -> str:
    for line in front:
        if match := re.match(r"title:\s*(\"|'|)(.*?)\1\s*$", line):
            return _plain(match[2])
    return ""


def _plain(title: str) -> str:
    """A heading's words, without marks and links."""
    title = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", title)
    title = re.sub(r":\w+:`~?\.?([^`<]+?)(?:\s*<[^>]*>)?`", r"\1", title)
    return re.sub(r"[*`]|(?<!\w)_|_(?!\w)|<[^>]+>", "", title).strip()


def _sections(
    lines: list[str], headings: list[tuple[int, int, str, str]], stem: str, front: int
) -> list[Chunk]:
    found: list[Chunk] = []
    path: list[tuple[int, str]] = []
    first = headings[0][0] if headings else len(lines) + 1
    if first > front + 1:
        found += _cut(lines, front + 1, first - 1, stem, "", "")
    for at, (start, level, title, anchor) in enumerate(headings):
        end = headings[at + 1][0] - 1 if at + 1 < len(headings) else len(lines)
        while path and path[-1][0] >= level:
            path.pop()
        path.append((level, title))
        name = " > ".join(each for _, each in path)
        found += _cut(lines, start, end, name, title, anchor)
    return found


def _cut(lines: list[str], start: int, end: int, name: str, title: str, anchor: str) -> list[Chunk]:
    """One section, split where it is long; a heading with nothing under it is none."""
    while end > start and not lines[end - 1].strip():
        end -= 1
    text = "\n".join(lines[start - 1 : end])
    if len(re.sub(r"\W", "", _TARGET.sub("", text))) < len(re.sub(r"\W", "", title)) + 12:
        return []
    return [
        Chunk(
            first, last, name, "section", "\n".join(lines[first - 1 : last]), "markdown",
            title, anchor=anchor,
        )
        for first, last in split(lines[start - 1 : end], start, MOST_LINES)
    ]  # fmt: skip

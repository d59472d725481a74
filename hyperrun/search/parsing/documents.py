"""Prose as sections: each kind of document to its parser, and what that finds to chunks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.asciidoc import document as asciidoc_blocks
from hyperrun.search.parsing.blocks import Block, sections
from hyperrun.search.parsing.chunk import Chunk, split
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.manuals import man_page
from hyperrun.search.parsing.markdown import document as markdown_blocks
from hyperrun.search.parsing.markdown import liquid, listings, myst, nunjucks, raw_html
from hyperrun.search.parsing.mdx import imported_data
from hyperrun.search.site.sluggers import Anchors, TermAnchors

MAX_FRONT_LINES = 400
MDX_SUFFIXES = frozenset((".mdx",))
ASCIIDOC_SUFFIXES = frozenset((".adoc", ".asciidoc"))
_IN_FRONT = re.compile(r"\s*(?:$|#|- |[\w.\"'-]+\s*:(?:\s|$))")


@dataclass(frozen=True, slots=True)
class Front:
    """What stands before a document's text: how many lines, and the title they give."""

    lines: int = 0
    title: str = ""


def markdown(
    text: str,
    stem: str,
    place: Place | None = None,
    suffix: str = ".md",
    anchors: Anchors | None = None,
    lead: str = "",
) -> list[Chunk]:
    """Sections of Markdown, Quarto or MDX with the path of their headings as title; `lead` is what
    a page says of its front matter."""
    lines = text.splitlines()
    front = front_matter(lines)
    found = _anchored(blocks(text, suffix, place), lines, anchors)
    if lead and front.lines:
        at = int(bool(found) and found[0].level == 1)  # below the title
        start = next((n for n, line in enumerate(lines, 1) if line.startswith("description")), 1)
        start = found[0].start if at else start
        found[at:at] = [
            Block(start, start, commonmark.paragraph(commonmark.escaped(" ".join(each.split()))))
            for each in lead.split("\n\n")
        ]
    return sections(found, lines, stem, front.title, "markdown")


def restructured(
    text: str, stem: str, place: Place | None = None, anchors: Anchors | None = None
) -> list[Chunk]:
    """Sections of reStructuredText with the path of their headings as title."""
    lines = text.splitlines()
    found = _anchored(blocks(text, ".rst", place), lines, anchors)
    return sections(found, lines, stem, "", "markdown")


def asciidoc(
    text: str, stem: str, place: Place | None = None, anchors: Anchors | None = None
) -> list[Chunk]:
    """Sections of AsciiDoc with the path of their headings as title."""
    lines = text.splitlines()
    found = _anchored(blocks(text, ".adoc", place), lines, anchors)
    return sections(found, lines, stem, "", "markdown")


def manual(text: str, stem: str) -> list[Chunk]:
    """Sections and options of a manual page in roff; none where it is no such page."""
    title = man_page.title(text)
    if not title:
        return []
    return sections(man_page.read(text), text.splitlines(), stem, title, "markdown")


def r_help(text: str, stem: str, file: str = "") -> list[Chunk]:
    """Sections of one of R's help files, whose path is `file`."""
    from hyperrun.search.parsing.manuals import r_help as help_file

    return sections(help_file.read(text, file), text.splitlines(), stem, "", "markdown")


def _anchored(blocks: list[Block], lines: list[str], anchors: Anchors | None) -> list[Block]:
    """The blocks, their headings with the anchors that the page's generator gives them."""
    if anchors is None:
        return blocks
    for block in blocks:
        if not block.level or lines[block.start - 1].lstrip().startswith("<h"):
            continue  # a heading in HTML has the anchor that it is given there, if any
        in_a_tag = block.own_id if "<a" in block.source else ""
        anchor = anchors.add(block.source, "" if in_a_tag else block.own_id, block.level)
        block.own_id = in_a_tag or anchor
    if isinstance(anchors, TermAnchors):
        for block in blocks:
            if block.term:
                block.own_id = anchors.of_term(block.term, block.source) or block.own_id
    return blocks


def plain(text: str, stem: str) -> list[Chunk]:
    """A text without headings, split."""
    lines = text.splitlines()
    return [
        Chunk(start, end, stem, "document", "\n".join(lines[start - 1 : end]))
        for start, end in split(lines, 1)
    ]


def blocks(text: str, suffix: str, place: Place | None = None) -> list[Block]:
    """The blocks of a document with this suffix."""
    if suffix == ".rst":
        # Its parser, docutils, is a third of what a builder imports; most projects need none of it.
        from hyperrun.search.parsing.restructured import document as restructured

        return restructured.read(text, place)
    lines = text.splitlines()
    front = front_matter(lines).lines
    whole, text = text, "\n".join([*[""] * front, *lines[front:]])
    if suffix in ASCIIDOC_SUFFIXES:
        return asciidoc_blocks.read(text, place)
    if place is not None:
        text = imported_data.said(text, place, suffix in MDX_SUFFIXES)
        if suffix not in MDX_SUFFIXES:
            text = myst.written(text, place, whole)
        if written := liquid.expanded(text, place) or nunjucks.expanded(text, place):
            found = markdown_blocks.read(raw_html.whole_tables(written[0]), place)
            return _numbered(found, written[1])
    if suffix in MDX_SUFFIXES:
        return markdown_blocks.read(text, place, components=True)
    found = markdown_blocks.read(raw_html.whole_tables(text), place)
    return listings.with_listings(found, lines[1 : front - 1], lines)


def _numbered(blocks: list[Block], numbers: Sequence[int]) -> list[Block]:
    """The blocks with the lines of the source that theirs come from."""
    for block in blocks:
        block.start, block.end = (
            numbers[min(max(each, 1), len(numbers)) - 1] for each in (block.start, block.end)
        )
    return blocks


def front_matter(lines: list[str]) -> Front:
    """The YAML or TOML above a document's text, after blank lines only where nothing else can be
    meant."""
    blank = next((n for n, line in enumerate(lines[:MAX_FRONT_LINES]) if line.strip()), 0)
    if blank:
        found = front_matter(lines[blank:])
        body = lines[blank + 1 : blank + found.lines - 1]
        is_front = bool(body) and all(map(_IN_FRONT.match, body))
        return Front(blank + found.lines, found.title) if is_front else Front()
    if not lines or lines[0].rstrip() not in ("---", "+++"):
        return Front()
    mark = lines[0].rstrip()
    ends = (mark, "...") if mark == "---" else (mark,)
    for number, line in enumerate(lines[1:MAX_FRONT_LINES], 2):
        if line.rstrip() in ends:
            body = lines[1 : number - 1]
            if mark == "---" and body and not any(re.match(r"\s*[\w.\"'-]+\s*:|\s*#", each)
                                                  for each in body):  # fmt: skip
                return Front()  # two rules with a text between them
            return Front(number, _title(body))
    if len(lines) < MAX_FRONT_LINES and all(map(_IN_FRONT.match, lines[1:])):
        return Front(len(lines), _title(lines[1:]))  # a page of nothing else, which never ends it
    return Front()


def _title(front: list[str]) -> str:
    for line in front:
        if match := re.match(r"title\s*[:=]\s*(\"|'|)(.*?)\1\s*$", line):
            return markdown_blocks.heading_words(match[2]) or match[2]  # a tag: `title: <slot>`
    return ""

"""The sections of a page as they are written: blocks of Markdown under headings, and a line."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hyperrun.search.parsing import commonmark


@dataclass(frozen=True, slots=True)
class SectionOfPage:
    """A heading of a page and what stands below it up to the next.

    `anchor` is the id that leads there, "" at the top of the page; `title` the path of headings
    ("Guide > Install"); `content` is Markdown without the heading itself.
    """

    anchor: str
    title: str
    level: int
    content: str


@dataclass(slots=True)
class OpenSection:
    """A section that is being written."""

    anchor: str
    heading: str
    level: int
    blocks: list[str] = field(default_factory=list)


class WrittenSections:
    """Sections in their order; what comes goes into the last."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._open = [OpenSection("", "", 0)]
        self._asides = 0
        self.line: list[str] = []  # what the line under way says, in pieces

    @property
    def last(self) -> OpenSection:
        """The section that is written to."""
        return self._open[-1]

    @property
    def is_aside(self) -> bool:
        """Is this inside of what cannot be cut: lists, quotations, tables?"""
        return self._asides > 0

    def sections(self) -> tuple[SectionOfPage, ...]:
        """All sections that say anything, with the paths of their headings."""
        self.end_line()
        found: list[SectionOfPage] = []
        path: list[OpenSection] = []
        if self._title and not any(each.level == 1 for each in self._open):
            # Starlight's stands outside of its content.
            path.append(OpenSection("", self._title, 1))
        for each in self._open:
            if each.level:
                while path and path[-1].level >= each.level:
                    path.pop()
                path.append(each)
            content = "\n\n".join(block for block in each.blocks if block.strip())
            title = " > ".join(part.heading for part in path) or self._title
            if content or each.level:
                found.append(SectionOfPage(each.anchor, title, each.level, content))
        return tuple(found)

    def write(self, block: str) -> None:
        """Add a block of Markdown, if it says anything."""
        if block.strip():
            self._open[-1].blocks.append(block.strip("\n"))

    def end_line(self) -> None:
        """What the line has said so far is a block."""
        line = "".join(self.line)
        self.line = []
        line = re.sub(r"[^\S\n]+", " ", line)
        line = re.sub(r" ?\n ?", "\n", line).strip()
        if line:
            self.write(commonmark.paragraph(line.replace("\n", "\\\n")))

    def say(self, text: str | None) -> None:
        """Add plain text to the line."""
        if text:
            self.line.append(commonmark.escaped(re.sub(r"\s+", " ", text)))

    def begin(self, anchor: str, heading: str, level: int) -> None:
        """Begin a section."""
        if level == 1 and not any(each.level for each in self._open):
            anchor = ""  # the page's own title: its address is the page's
        self._open.append(OpenSection(anchor, heading, level))

    @contextmanager
    def aside(self) -> Iterator[list[str]]:
        """What is written meanwhile goes into these blocks and no section."""
        held, kept = self._open, self.line
        own = OpenSection("", "", 0)
        self._open, self.line = [own], []
        self._asides += 1
        try:
            yield own.blocks
            self.end_line()
        finally:
            self._asides -= 1
            self._open, self.line = held, kept

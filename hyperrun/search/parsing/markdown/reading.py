"""A document of Markdown while it is read, as those who read its parts see it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hyperrun.passage import Include
from hyperrun.search.ignore import is_passed_over
from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.blocks import Block, bounded, brought_in, joined
from hyperrun.search.parsing.includes import Place, Shown, language_of
from hyperrun.search.parsing.markdown import quarto
from hyperrun.search.parsing.markdown.text import without_hidden

if TYPE_CHECKING:
    from markdown_it.token import Token

_PROSE = frozenset(
    (".md", ".mdx", ".markdown", ".qmd", ".rst", ".myst", ".rmd", ".html", ".txt", "")
)


class Reading(ABC):
    """One document while it is read: its references, footnotes and imports."""

    def __init__(self, place: Place | None, components: bool = False, cells: bool = False) -> None:
        self.place = place
        self.components = components
        self.is_quarto = place is not None and place.file.suffix.lower() in quarto.SUFFIXES
        self.environment: dict[str, Any] = {
            "components": components, "imports": {}, "quarto": self.is_quarto,
        }  # fmt: skip
        self.footnotes: dict[str, int] = {}
        self.includes: list[Include] = []
        self.tabs: dict[str, str] = {}  # by value, what Docusaurus' `Tabs` calls them
        self.tab_names: list[str] = []  # what the next tabs of Hextra are called
        self.is_svelte = False  # is its code written as Svelte's?
        self.depth = 0
        self.own_id = ""
        self.module = ""  # of which objects are described

    @abstractmethod
    def read(self, text: str, offset: int = 0) -> list[Block]:
        """The blocks of `text`, whose first line is `offset` lines below the document's."""

    @abstractmethod
    def written(self, tokens: Sequence["Token"]) -> str:
        """What a run of tokens says."""

    @abstractmethod
    def words(self, text: str) -> str:
        """One line of Markdown, cleaned."""

    def said(self, text: str) -> str:
        """What `text` says, as part of a block."""
        return self.joined(self.read(text))

    def joined(self, blocks: Sequence[Block]) -> str:
        """What `blocks` say together inside of another, where a heading is a label."""
        self.includes += [each for block in blocks for each in block.includes]
        return joined(
            replace(block, content=commonmark.strong(block.content.lstrip("# ")))
            if block.level
            else block
            for block in blocks
        )

    def block(self, start: int, end: int, content: str) -> Block:
        """A block that says `content`, with what that includes."""
        included, self.includes = self.includes, []
        return Block(start, max(start, end), content, includes=included)

    def labelled(self, label: str, body: str, start: int, end: int, skip: int) -> list[Block]:
        """A part under its label: a tab, a step, a card. Where it says nothing, as a picture does,
        or begins with its label, as the name of a file that it shows, it has none."""
        blocks = self.read(body, start - 1 + skip)
        head = commonmark.strong(label)
        said = next((each.content for each in blocks if each.content), "")
        if not head or not said or said.partition("\n")[0] == head:
            return blocks
        return [Block(start, start, head), *blocks]

    def number(self, label: str) -> int:
        return self.footnotes.setdefault(label, len(self.footnotes) + 1)

    def include(self, shown: Shown | None, start: int, end: int, code: bool = False,
                 language: str = "", title: str = "") -> list[Block]:  # fmt: skip
        """What a page shows of another file: its code, or what its prose says."""
        if shown is None or self.place is None:
            return []
        suffix = shown.file.suffix.lower()
        if not code and suffix in _PROSE:
            blocks = self.place.document(shown, suffix)
            if blocks is None:
                return []
            is_hidden = any(map(is_passed_over, shown.file.parts))
            blocks = bounded(blocks, is_hidden=is_hidden)
            if self.depth == 1 and any(block.level for block in blocks):
                return brought_in(blocks, str(shown.file), shown.numbers, start, max(start, end))
            self.includes += shown.includes
            return [self.block(start, end, joined(blocks))]
        self.includes += shown.includes
        language = language or language_of(shown.file)
        lines = shown.code
        if language == "rust":
            lines = without_hidden(lines)
        content = commonmark.titled(commonmark.escaped(title), commonmark.fence(lines, language))
        return [self.block(start, end, content)]

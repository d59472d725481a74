"""Markdown that arrives in pieces, cut into top-level blocks as soon as each cannot change.

Where a block begins is the Markdown parser's own word: complete lines are parsed, and every block
but the last is final, because the parser reads from top to bottom and never looks back. Where the
cuts fall depends on the text alone, never on how it was cut up on its way here.
"""

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from hyperrun.markdown.safe_html import Rendering, is_closed, parser

if TYPE_CHECKING:
    from markdown_it.token import Token

# A block that grows beyond these is cut, so that what is parsed again as text arrives is bounded:
# a list between two items, a table between two rows (its header is repeated), and anything else at
# a line's end, a space, or in the end anywhere. Fenced code is not cut: it is not parsed again.
TEXT_CHARS = 3_000
LIST_CHARS = 2_000
TABLE_CHARS = 4_000
BLOCK_CHARS = 8_000

_BLANK_LINES = re.compile(r"(?:[ \t]*\n)+")
_WORD = r" {0,3}[^\W\d_]"  # nothing but text begins with a letter
_CONTINUING = {
    "paragraph_open": re.compile(_WORD),
    "table_open": re.compile(r" {0,3}\|"),
    "blockquote_open": re.compile(r" {0,3}>"),
    "math_block": re.compile(r"(?!.*(?:\$\$|\\\])).*\S"),
    "code_block": re.compile(r"(?: {4}|\t)"),
}
# The next item of a list that is not indented, by the list's mark; "- - -" would end it.
_ITEMS = {
    mark: re.compile(rf"{number}{re.escape(mark)} (?![\s{re.escape(mark)}]*$)[^\s]")
    for mark, number in {"-": "", "*": "", "+": "", ".": r"\d{1,9}", ")": r"\d{1,9}"}.items()
}


class Blocks:
    """Text in, the Markdown of finished blocks out."""

    def __init__(self) -> None:
        self.tail = ""  # what belongs to no finished block yet
        self.fence = 0  # where the code of an open fence begins in `tail`; 0: no fence is open
        self.table = False  # the tail is a table, and its complete lines end at `complete`
        self._continuing: re.Pattern[str] | None = None  # lines that surely go on with the tail
        self.item = 0  # where the last item begins, if the tail is a list
        self.loose = False  # whether that list's items are paragraphs
        self.complete = 0  # the complete lines of `tail` that have been looked at end here
        self._closing: re.Pattern[str] | None = None
        self._is_text = True  # the tail is a paragraph or the like, as far as one can tell

    def feed(self, text: str) -> list[str]:
        """Take `text`, any piece of it; the Markdown of the blocks that became final."""
        blocks: list[str] = []
        while text:
            if self._closing:
                text = self._feed_fence(text, blocks)
                continue
            limit = TEXT_CHARS if len(self.tail) < TEXT_CHARS else BLOCK_CHARS
            room = limit - len(self.tail)
            self.tail += text[:room]
            text = text[room:]
            self._settle(blocks, at_limit=len(self.tail) == limit)
            if not self._closing and len(self.tail) == (
                TEXT_CHARS if self._is_text else BLOCK_CHARS
            ):
                self._cut(_hard_border(self.tail), blocks)
        return blocks

    def finish(self) -> list[str]:
        """The blocks that were still growing. Nothing may be fed after it."""
        blocks: list[str] = []
        if self.tail and not self.tail.endswith("\n"):
            self.tail += "\n"
        if not self._closing:
            self._settle(blocks, at_limit=True)
        if self.tail.strip(" \t\n"):
            blocks.append(self.tail)
        self._restart("")
        return blocks

    def _restart(self, tail: str) -> None:
        self.tail = tail
        self.fence = self.item = self.complete = 0
        self.table = self.loose = False
        self._continuing = None
        self._closing = None
        self._is_text = True

    def _cut(self, at: int, blocks: list[str]) -> None:
        if self.tail[:at].strip(" \t\n"):
            blocks.append(self.tail[:at])
        self._restart(self.tail[at:])

    def _feed_fence(self, text: str, blocks: list[str]) -> str:
        assert self._closing is not None
        self.tail += text
        match = self._closing.search(self.tail, self.complete)
        if match is None:
            self.complete = self.tail.rfind("\n") + 1
            return ""
        rest = self.tail[match.end() :]
        self._cut(match.end(), blocks)
        self.tail = ""
        return rest

    def _settle(self, blocks: list[str], at_limit: bool) -> None:
        """Move what is final from the tail to `blocks`; `at_limit`, all that is."""
        while True:
            if self.complete == 0 and (blank := _BLANK_LINES.match(self.tail)):
                self.tail = self.tail[blank.end() :]
            end = self.tail.rfind("\n") + 1
            if end == 0 or (not at_limit and (end <= self.complete or self._goes_on(end))):
                return
            self.complete = end
            if not self._settle_lines(self.tail[:end], blocks):
                return

    def _goes_on(self, end: int) -> bool:
        # Parsing the tail again for each of its lines is what would cost most; for most lines their
        # beginning says that the block goes on. This only puts off what a later look will find.
        if self._continuing is None:
            return False
        if self.item and (end >= LIST_CHARS or self.tail.endswith("\n\n", 0, self.complete)):
            return False
        lines = self.tail[self.complete : end - 1].split("\n")
        if not all(self._continuing.match(line) for line in lines):
            return False
        if self.item:
            self.item = end - 1 - len(lines[-1])
        self.complete = end
        return True

    def _settle_lines(self, lines: str, blocks: list[str]) -> bool:
        """Look at complete `lines`, the tail's beginning; whether to look again at what is left."""
        markup = parser()
        tokens: list[Token] = []
        environment: dict[str, Any] = {"rendering": Rendering()}
        markup.block.parse(lines, markup, environment, tokens)
        tops = [at for at, token in enumerate(tokens) if token.level == 0 and token.nesting >= 0]
        starts = [0, *(match.end() for match in re.finditer("\n", lines))]
        done = 0
        for at, following in zip(tops, [*tops[1:], len(tokens)], strict=True):
            first, last = tokens[at].map or [0, 0]
            begin, end = starts[first], starts[last]
            inside = tokens[at:following]
            border = _soft_border(inside, starts, begin)
            is_last = following == len(tokens)
            if border is None and is_last and not _is_final(tokens[at], last < len(starts) - 1):
                self._remember(inside, starts, begin)
                return False
            header = ""
            if border is not None and tokens[at].type == "table_open":
                header = lines[begin : starts[first + 2]]
                header = header if len(header) < TABLE_CHARS // 4 else ""
            cut = border if border is not None else end
            if lines[done:cut].strip(" \t\n"):
                blocks.append(lines[done:cut])
            done = cut
            if border is not None:
                self._restart(header + self.tail[done:])
                return True
        self._restart(self.tail[done:])
        return bool(tops)

    def _remember(self, inside: "list[Token]", starts: list[int], begin: int) -> None:
        """Make the growing block, `inside`, the tail, and keep what it needs to know of itself."""
        complete = self.complete - begin
        self._restart(self.tail[begin:])
        self.complete = complete
        opening = inside[0]
        self._continuing = _CONTINUING.get(opening.type)
        self._is_text = opening.type in ("paragraph_open", "blockquote_open", "math_block")
        if opening.type == "fence":
            assert opening.map is not None
            self.fence = starts[opening.map[0] + 1] - begin
            self._closing = _closing(opening)
        elif opening.type == "table_open":
            self.table = True
        elif opening.type.endswith("_list_open"):
            items = [
                token.map[0]
                for token in inside
                if token.level == 1 and token.nesting > 0 and token.map
            ]
            self.item = starts[items[-1]] - begin
            self._continuing = _ITEMS.get(opening.markup) if self.item else None
            self.loose = any(
                token.level == 2 and token.type == "paragraph_open" and not token.hidden
                for token in inside
            )


def _is_final(token: "Token", blank_follows: bool) -> bool:
    """Whether the last block, which `token` opens, is over, whatever comes."""
    match token.type:
        case "heading_open" | "hr":
            return True
        case "fence":
            return is_closed(token)
        case "math_block":
            return blank_follows or bool(token.meta["closed"])
        case "paragraph_open" | "table_open" | "blockquote_open":
            return blank_follows
        case _:
            return False


def _soft_border(inside: "list[Token]", starts: list[int], begin: int) -> int | None:
    """Where a long list or table is cut: before its first item or row beyond the limit."""
    opening = inside[0].type
    if opening.endswith("_list_open"):
        level, limit = 1, LIST_CHARS
    elif opening == "table_open":
        level, limit = 2, TABLE_CHARS
    else:
        return None
    borders = [
        starts[token.map[0]]
        for token in inside
        if token.level == level and token.map and token.type in ("list_item_open", "tr_open")
    ]
    position = bisect_left(borders, begin + limit)
    return borders[position] if position < len(borders) else None


def _hard_border(text: str) -> int:
    """Where to cut `text`, one block that is too long: after a line, a space, or at its end."""
    for mark in ("\n", " "):
        at = text.rfind(mark, len(text) // 2) + 1
        if at:
            return at
    return len(text)


def _closing(opening: "Token") -> re.Pattern[str]:
    mark = re.escape(opening.markup[0])
    return re.compile(rf"^ {{0,3}}{mark}{{{len(opening.markup)},}}[ \t]*\n", re.MULTILINE)

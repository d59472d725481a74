"""AsciiDoc as Asciidoctor and Antora read it: what each block says on its page.

Nothing of a document runs; what it includes is looked for in the repository alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath

from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.asciidoc import marks, tables
from hyperrun.search.parsing.asciidoc.inline import Inline
from hyperrun.search.parsing.asciidoc.lines import (
    ENTRY,
    Attributes,
    Line,
    Reader,
    attributes,
    brought,
    of_component,
)
from hyperrun.search.parsing.blocks import Block, joined
from hyperrun.search.parsing.includes import Place

MAX_NESTED = 20


@dataclass(slots=True)
class _Item:
    """What an item of a list says so far: its own words, then blocks."""

    is_defined: bool
    words: list[str]
    parts: list[str] = field(default_factory=list)

    @property
    def is_to_come(self) -> bool:
        """Is it a term that nothing is said of yet?"""
        return self.is_defined and not self.words and not self.parts


@dataclass(slots=True)
class Told:
    """What stands above a block: its attributes, its title and its anchor."""

    said: Attributes = field(default_factory=dict)
    title: str = ""
    anchor: str = ""

    @property
    def style(self) -> str:
        return self.said.get("1", "")

    @property
    def id(self) -> str:
        return self.said.get("id", "") or self.anchor


def read(text: str, place: Place | None = None) -> list[Block]:
    """The blocks of a document, in order."""
    known = of_component(place)
    source = text.splitlines()
    lines = Reader(place, known).lines(source)
    return _Writer(lines, place, known).blocks()


class _Writer:
    """A document's lines as Markdown."""

    def __init__(self, lines: list[Line], place: Place | None, known: Attributes) -> None:
        self._lines = lines
        self._place = place
        self._known = known
        self._inline = Inline(known, self._title_of)
        self._titles = marks.titles(lines)
        self._depth = 0

    def blocks(self) -> list[Block]:
        found: list[Block] = []
        start = self._header(found)
        self._body(self._lines, start, found)
        return found

    def _header(self, found: list[Block]) -> int:
        """The title, and what is said with it: the authors, the revision, attributes."""
        at = 0
        while at < len(self._lines) and (
            not self._lines[at].text or self._lines[at].text.startswith("//") or self._entry(at)
            or marks.BRACKETS.match(self._lines[at].text)
        ):  # fmt: skip
            at += 1
        if at >= len(self._lines) or not re.match(r"[=#][ \t]+\S", self._lines[at].text):
            return 0
        found.append(self._heading(self._lines[at], 1, self._lines[at].text[1:].strip(), ""))
        at += 1
        while at < len(self._lines) and self._lines[at].text:
            self._entry(at)
            at += 1
        return at

    def _entry(self, at: int) -> bool:
        """Is it an attribute's line? Then that is known from here on."""
        entry = ENTRY.match(self._lines[at].text)
        if entry is not None:
            self._set(entry)
        return entry is not None

    def _set(self, entry: re.Match[str]) -> None:
        name = entry[2].lower()
        if entry[1] or entry[3]:
            self._known.pop(name, None)
        else:
            self._known[name] = self._inline.with_values((entry[4] or "").rstrip(" \\"))

    def _heading(self, line: Line, level: int, title: str, own_id: str) -> Block:
        own = re.match(r"\[\[([^\],]+)[^\]]*\]\]\s*", title) or re.search(
            r"\s*\[\[([^\]]+)\]\]$", title
        )
        if own:
            title, own_id = title.replace(own[0], ""), own_id or own[1]
        mark = "#" * min(level, 6)
        return Block(
            line.number, line.number, f"{mark} {self._inline.said(title)}", level,
            self._inline.plain(title), title, own_id, includes=brought([line]),
        )  # fmt: skip

    def _content(self, lines: Sequence[Line]) -> str:
        """What lines say inside of another block."""
        if self._depth >= MAX_NESTED:
            return ""
        self._depth += 1
        found: list[Block] = []
        self._body(lines, 0, found)
        self._depth -= 1
        for block in found:
            if block.level:
                block.content = commonmark.strong(block.content.lstrip("# "))
        return joined(found)

    def _body(self, lines: Sequence[Line], at: int, found: list[Block]) -> None:
        told = Told()
        while at < len(lines):
            after = self._above(lines, at, told)
            if after > at:
                at = after
                continue
            level, title, after = marks.section(lines, at)
            if level:
                found.append(self._heading(lines[at], level, title, told.id))
            else:
                content, after = self._block(lines, at, told)
                if content:
                    taken = lines[at:after]
                    last = max((each.number for each in taken if each.text), default=0)
                    found.append(
                        Block(lines[at].number, max(last, lines[at].number), content,
                              includes=brought(taken))
                    )  # fmt: skip
            told = Told()
            at = max(after, at + 1)

    def _above(self, lines: Sequence[Line], at: int, told: Told) -> int:
        """The line after one that is no block by itself, whose words are then in `told`; `at` where
        it is one."""
        text = lines[at].text
        if not text or text in ("'''", "<<<") or marks.MACRO.match(text):
            return at + 1
        if re.match(r"/{4,}$", text):
            return marks.closing(lines, at) + 1
        if text.startswith("//") and not text.startswith("///"):
            return at + 1
        if entry := ENTRY.match(text):
            self._set(entry)
            return at + 1
        if anchor := marks.ANCHOR.match(text):
            told.anchor = anchor[1]
            return at + 1
        if brackets := marks.BRACKETS.match(text):
            told.said |= attributes(self._inline.with_values(brackets[1]))
            return at + 1
        if (title := marks.TITLE.match(text)) and not marks.DELIMITER.match(text):
            told.title = title[1]
            return at + 1
        return at

    def _block(self, lines: Sequence[Line], at: int, told: Told) -> tuple[str, int]:
        """What the block at a line says, and the line after it."""
        text = lines[at].text
        if marks.DELIMITER.match(text):
            end = marks.closing(lines, at)
            content = self._delimited(text, lines[at + 1 : end], told)
            return commonmark.titled(self._inline.said(told.title), content), end + 1
        if marks.marker(text):
            content, end = self._list(lines, at, (), told)
        elif marks.CALLOUT.match(text):
            content, end = self._callouts(lines, at)
        elif text[:1] in " \t" and told.style not in ("normal", "quote", "verse"):
            end = marks.until(lines, at, lambda line: not line)
            content = self._code(lines[at:end], told)
        else:
            end = marks.until(lines, at + 1, marks.ends_paragraph)
            content = self._paragraph(lines[at:end], told)
        return commonmark.titled(self._inline.said(told.title), content), end

    def _paragraph(self, lines: Sequence[Line], told: Told) -> str:
        style = told.style
        kept = [each for each in lines if not re.match(r"//(?!/)", each.text)]
        if style in ("source", "listing", "literal") or style in marks.DRAWN:
            return self._code(lines, told)
        text = "\n".join(each.text.strip() for each in kept)
        if note := marks.NOTE.match(text.split("\n")[0] if text else ""):
            return commonmark.note(marks.NOTES[note[1]], self._lines_of(text[note.start(2) :]))
        if style in marks.NOTES:
            return commonmark.note(marks.NOTES[style], self._lines_of(text))
        if style in ("quote", "verse"):
            return self._quote(self._lines_of(text), told)
        if style in marks.FORMULAS:
            return f"$$\n{text}\n$$"
        return "" if style == "pass" else self._lines_of(text)

    def _lines_of(self, text: str) -> str:
        return commonmark.paragraph(self._inline.said(text))

    def _quote(self, content: str, told: Told) -> str:
        by = ", ".join(filter(None, (told.said.get("2", ""), told.said.get("3", ""))))
        said = f"{content}\n\n— {self._inline.said(by)}" if by else content
        return commonmark.quoted(said)

    def _delimited(self, mark: str, lines: Sequence[Line], told: Told) -> str:
        style = told.style
        first = mark[0]
        if (first in "-." and mark != "--") or first == "`":
            if first == "`" and "2" not in told.said:
                told.said["2"] = mark.strip("`")
            return self._code(lines, told)
        if mark.endswith("==="):
            return (
                self._table(lines, first, told) if first in "|,:!" else self._example(lines, told)
            )
        if first == "+":
            is_formula = style in marks.FORMULAS
            return f"$$\n{marks.text(lines)}\n$$" if is_formula else ""
        if first == "_" and style == "verse":
            verses = [self._inline.said(each.text) for each in lines]
            return self._quote("\\\n".join(filter(None, verses)), told)
        if first == "_":
            return self._quote(self._content(lines), told)
        if first == "*":
            return commonmark.quoted(self._content(lines))
        if style in ("source", "listing", "literal") or style in marks.DRAWN:
            return self._code(lines, told)
        return self._example(lines, told)

    def _example(self, lines: Sequence[Line], told: Told) -> str:
        if told.style in marks.NOTES:
            return commonmark.note(marks.NOTES[told.style], self._content(lines))
        if told.style == "tabs":
            return self._tabs(lines)
        if told.style in ("quote", "verse"):
            return self._quote(self._content(lines), told)
        return self._content(lines)

    def _tabs(self, lines: Sequence[Line]) -> str:
        """Each tab under its name, which is the term of a list."""
        parts: list[str] = []
        terms = [marks.TERM.match(line.text) for line in lines]
        tabs = [at for at, term in enumerate(terms) if term]
        for at, end in pairwise([*tabs, len(lines)]):
            if (term := terms[at]) is None:
                continue
            said = [Line(lines[at].number, term[3] or ""), *lines[at + 1 : end]]
            body = [each for each in said if each.text != "+"]
            parts.append(commonmark.titled(self._inline.said(term[1]), self._content(body)))
        return "\n\n".join(filter(None, parts))

    def _code(self, lines: Sequence[Line], told: Told) -> str:
        style = told.style
        if style in marks.DRAWN or style in marks.FORMULAS:
            return ""
        language = told.said.get("language", "")
        if style in ("", "source", "listing"):
            language = told.said.get("2", language)
        if style == "source":
            language = language or self._known.get("source-language", "")
        is_moved_in = all(each.text[:1] in " \t" or not each.text for each in lines)
        code = marks.dedented(lines) if is_moved_in else marks.text(lines)
        if "attributes" in told.said.get("subs", "") or told.said.get("subs") in ("normal",):
            code = self._inline.with_values(code)
        code = "\n".join(marks.without_callout(line) for line in code.split("\n"))
        return commonmark.fence(code, re.sub(r"[^\w+#.-]", "", language))

    def _table(self, lines: Sequence[Line], mark: str, told: Told) -> str:
        rows, has_head = tables.rows(lines, mark, told.said)
        written = [[self._cell(cell) for cell in row] for row in rows]
        if written and not has_head:
            written.insert(0, [""] * len(written[0]))
        return commonmark.table(written)

    def _cell(self, cell: tables.Cell) -> str:
        if cell.style == "a":
            return self._content([Line(1, line) for line in cell.text.split("\n")])
        if cell.style in ("l", "m"):
            return commonmark.code_span(self._inline.plain(cell.text))
        return self._inline.said(re.sub(r"\n{2,}", "\n", cell.text))

    def _callouts(self, lines: Sequence[Line], at: int) -> tuple[str, int]:
        """The list that tells of the numbers in the code above."""
        items: list[str] = []
        while at < len(lines) and (match := marks.CALLOUT.match(lines[at].text)):
            end = marks.until(
                lines,
                at + 1,
                lambda line: bool(marks.CALLOUT.match(line)) or marks.ends_paragraph(line),
            )
            text = "\n".join([match[2], *(each.text.strip() for each in lines[at + 1 : end])])
            parts, at = [self._lines_of(text)], end
            while at + 1 < len(lines) and lines[at].text == "+" and lines[at + 1].text:
                content, at = self._attached(lines, at + 1, Told())
                parts.append(content)
            items.append(commonmark.item("\n\n".join(parts), f"{len(items) + 1}."))
            following = marks.next(lines, at)
            if following < len(lines) and marks.CALLOUT.match(lines[following].text):
                at = following
        return "\n".join(items), at

    # Lists, which nest by their marks

    def _list(
        self, lines: Sequence[Line], at: int, outer: tuple[str, ...], told: Told
    ) -> tuple[str, int]:
        own = marks.marker(lines[at].text)
        inside = (*outer, own)
        items: list[str] = []
        while at < len(lines) and marks.marker(lines[at].text) == own:
            content, term, at = self._item(lines, at, inside)
            if own in ("::", ":::", "::::", ";;"):
                items.append(
                    commonmark.item(commonmark.under(commonmark.strong(term), content), "-")
                )
            else:
                mark = "-" if own[0] in "*-\u2022" else f"{len(items) + 1}."
                items.append(commonmark.item(marks.checked(content), mark))
            following = marks.next(lines, at)
            if following < len(lines) and marks.marker(lines[following].text) in inside:
                at = following
        return "\n".join(items), at

    def _item(
        self, lines: Sequence[Line], at: int, inside: tuple[str, ...]
    ) -> tuple[str, str, int]:
        """What an item says, its term where it has one, and the line after it."""
        text, term = marks.item_text(lines[at].text)
        item = _Item(bool(term), [text] if text else [])
        at += 1
        if self._depth < MAX_NESTED:
            self._depth += 1
            while (after := self._in_item(lines, at, inside, item)) > at:
                at = after
            self._depth -= 1
        own = self._lines_of("\n".join(item.words)) if item.words else ""
        return marks.item_content(own, item.parts), self._inline.said(term), at

    def _in_item(
        self, lines: Sequence[Line], at: int, inside: tuple[str, ...], item: "_Item"
    ) -> int:
        """The line after what an item holds next; `at` where it ends."""
        following = marks.next(lines, at)
        if following >= len(lines):
            return at
        line, marker = lines[at].text, marks.marker(lines[following].text)
        if marker and marker in inside:
            return at
        if marker:
            if line or not item.is_to_come:
                nested, at = self._list(lines, following, inside, Told())
                item.parts.append(nested)
                return at
            return following
        if not line:
            return self._after_blank(lines, following, item) or at
        if line == "+":
            return self._continued(lines, at + 1, inside, item)
        if re.match(r"//(?!/)", line):
            return at + 1
        if marks.DELIMITER.match(line) and item.is_to_come:
            content, at = self._block(lines, at, Told())
            item.parts.append(content)
            return at
        if marks.ends_paragraph(line) or item.parts or marks.TITLE.match(line):
            return at
        item.words.append(line.strip())
        return at + 1

    def _after_blank(self, lines: Sequence[Line], at: int, item: "_Item") -> int:
        """The line after what stands below a blank one and is the item's; 0 where nothing is."""
        if lines[at].text == "+" or item.is_to_come:
            return at
        if lines[at].text[:1] not in " \t":
            return 0
        end = marks.until(lines, at, lambda each: not each or each == "+")
        item.parts.append(self._code(lines[at:end], Told()))
        return end

    def _continued(
        self, lines: Sequence[Line], at: int, inside: tuple[str, ...], item: "_Item"
    ) -> int:
        """The line after the block that a `+` puts into an item."""
        told = Told()
        while at < len(lines) and (after := self._above(lines, at, told)) > at:
            at = after
        if at >= len(lines) or marks.marker(lines[at].text) in inside:
            return at
        content, at = self._attached(lines, at, told)
        item.parts.append(content)
        return at

    def _attached(self, lines: Sequence[Line], at: int, told: Told) -> tuple[str, int]:
        """A block that a `+` puts into an item, which ends where another `+` stands."""
        if marks.DELIMITER.match(lines[at].text) or marks.marker(lines[at].text):
            return self._block(lines, at, told)
        end = marks.until(lines, at + 1, marks.ends_attached)
        content, after = self._block(lines[:end], at, told)
        return content, after

    def _title_of(self, target: str) -> str:
        """What a reference without words says: the title of the section or the page."""
        page, _, anchor = target.partition("#")
        if (anchor and not page) or "." not in page:
            known = self._titles.get(marks.letters(anchor or page))
            return known or (anchor or page)
        name = page.rpartition(":")[2].rpartition("$")[2]
        found = None
        if self._place:
            found = self._place.find(name, ("", "pages", "modules/ROOT/pages"))
        if found is None or self._place is None:
            return PurePosixPath(name).stem.replace("_", " ").replace("-", " ")
        title = marks.PAGE_TITLE.search("\n".join(self._place.read(found)))
        return self._inline.plain(title[1]) if title else found.stem

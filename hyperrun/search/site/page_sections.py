"""The elements of a rendered page, read one after another into sections of plain Markdown."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from hyperrun.search.parsing import commonmark
from hyperrun.search.site.page_elements import (
    HEADINGS,
    Element,
    alignment_of,
    anchor_of,
    classes_of,
    first_of,
    has_child,
    has_headings,
    language_of,
    take_out,
    tex_of,
    words_of,
)
from hyperrun.search.site.page_furniture import (
    NAMES,
    SILENT,
    TABS,
    are_footnotes,
    describes,
    is_contents,
    is_furniture,
    is_icon,
    is_name,
    is_note,
    is_note_title,
    is_numbers,
    is_reference,
    is_task,
)

MAX_DEPTH = 120  # elements below it give their words alone
MAX_ELEMENTS = 150_000
PAGE_TIMEOUT_S = 5.0
FOOTNOTES = "Footnotes"  # of a page, which are no words of its last section
SIGNATURE_LEVEL = 7  # a described function stands below any heading

_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "legend", "li", "main", "menu", "ol", "p", "pre", "search", "section", "summary",
    "table", "ul", "tbody", "thead", "tr", "td", "th", "caption",
))  # fmt: skip


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


class Spent(Exception):
    """A page has used up its bounds."""


@dataclass(slots=True)
class _Open:
    """A section that is being read."""

    anchor: str
    heading: str
    level: int
    blocks: list[str] = field(default_factory=list)


class SectionReader:
    """Reads elements one after another into sections."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._open = [_Open("", "", 0)]
        self._elements = 0
        self._until = time.process_time() + PAGE_TIMEOUT_S
        self._line: list[str] = []
        self._nested = 0  # inside of what cannot be cut: lists, quotations, tables

    # What it gives

    def sections(self) -> tuple[SectionOfPage, ...]:
        """All sections that say anything, with the paths of their headings."""
        self._end_line()
        found: list[SectionOfPage] = []
        path: list[_Open] = []
        if self._title and not any(each.level == 1 for each in self._open):
            path.append(_Open("", self._title, 1))  # Starlight's stands outside of its content
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

    # What it reads

    def read(self, element: Element) -> None:
        """Read an element and all within it, not what follows it."""
        self._block(element, 0)
        self._end_line()

    def _count(self) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise Spent(f"more than {MAX_ELEMENTS} elements")
        if self._elements % 500 == 0 and time.process_time() > self._until:
            raise Spent(f"more than {PAGE_TIMEOUT_S} s")

    def _write(self, block: str) -> None:
        if block.strip():
            self._open[-1].blocks.append(block.strip("\n"))

    def _end_line(self) -> None:
        line = "".join(self._line)
        self._line = []
        line = re.sub(r"[^\S\n]+", " ", line)
        line = re.sub(r" ?\n ?", "\n", line).strip()
        if line:
            self._write(commonmark.paragraph(line.replace("\n", "\\\n")))

    def _say(self, text: str | None) -> None:
        if text:
            self._line.append(commonmark.escaped(re.sub(r"\s+", " ", text)))

    def _children(self, element: Element, depth: int) -> None:
        self._say(element.text)
        for child in element:
            self._node(child, depth + 1)
            self._say(child.tail)

    def _node(self, element: Element, depth: int) -> None:
        self._count()
        tag = element.tag
        if not isinstance(tag, str):
            return
        if depth > MAX_DEPTH:
            self._say(" ".join(element.itertext()))
        elif tag in _BLOCKS or (classes_of(element) & TABS) or tag == "starlight-tabs":
            if not is_furniture(element):
                self._block(element, depth)
        elif not is_furniture(element):
            self._inline(element, depth)

    # Blocks

    def _block(self, element: Element, depth: int) -> None:
        tag = element.tag
        classes = classes_of(element)
        self._end_line()
        if not self._nested and are_footnotes(element) and self._open[-1].heading != FOOTNOTES:
            self._begin(element.get("id", ""), FOOTNOTES, 2)
        if tag in HEADINGS:
            self._heading(element, depth)
        elif tag == "pre":
            self._write(self._code(element))
        elif classes & TABS or tag == "starlight-tabs":
            self._tabs(element, depth)
        elif is_note(tag, classes):
            self._note(element, depth)
        elif tag == "table":
            self._table(element, depth)
        elif tag in ("ul", "ol", "menu"):
            self._list(element, depth)
        elif tag == "dl":
            self._definitions(element, depth)
        elif tag == "blockquote":
            self._write(commonmark.quoted(self._apart(element, depth)))
        elif tag == "details":
            self._details(element, depth)
        elif tag in ("summary", "legend", "caption"):
            self._write(commonmark.strong(self._inside(element, depth)))
        elif (
            tag == "div"
            and classes & {"math", "arithmatex"}
            and (tex := tex_of("".join(element.itertext())))
        ):
            self._write(f"$$\n{tex}\n$$")
        else:
            self._children(element, depth)
        self._end_line()

    def _heading(self, element: Element, depth: int) -> None:
        words = self._inside(element, depth).replace("\\\n", " ")
        if not words:
            return
        if self._nested:
            self._write(commonmark.strong(words))
            return
        anchor = anchor_of(element)
        heading = _unmarked(words)
        if "doc-heading" not in classes_of(element) or not is_name(anchor):
            self._begin(anchor, heading, HEADINGS[element.tag])
            return
        self._begin(anchor, anchor, HEADINGS[element.tag])  # an object that mkdocstrings describes
        if not anchor.endswith(heading):  # its signature
            self._write(commonmark.fence(heading, language_of(element)))

    def _begin(self, anchor: str, heading: str, level: int) -> None:
        if level == 1 and not any(each.level for each in self._open):
            anchor = ""  # the page's own title: its address is the page's
        self._open.append(_Open(anchor, heading, level))

    def _inside(self, element: Element, depth: int) -> str:
        """What an element says in one line."""
        kept, self._line = self._line, []
        held = self._open
        self._open = [_Open("", "", 0)]
        self._nested += 1
        self._children(element, depth)
        self._end_line()
        said = " ".join(self._open[0].blocks)
        self._nested -= 1
        self._open, self._line = held, kept
        return said

    def _apart(self, element: Element, depth: int) -> str:
        """What an element says as blocks of its own."""
        held, kept = self._open, self._line
        self._open, self._line = [_Open("", "", 0)], []
        self._nested += 1
        try:
            self._children(element, depth)
            self._end_line()
            return "\n\n".join(self._open[0].blocks)
        finally:
            self._nested -= 1
            self._open, self._line = held, kept

    def _code(self, element: Element) -> str:
        parts: list[str] = []
        self._verbatim(element, parts, 0)
        return commonmark.fence("".join(parts), language_of(element))

    def _verbatim(self, element: Element, parts: list[str], depth: int) -> None:
        if element.text:
            parts.append(element.text)
        for child in element:
            self._count()
            if isinstance(child.tag, str):
                if child.tag == "br":
                    parts.append("\n")
                elif depth > MAX_DEPTH:
                    parts.append("".join(child.itertext()))
                elif not is_furniture(child):
                    start = len(parts)
                    self._verbatim(child, parts, depth + 1)
                    if child.tag in ("div", "tr", "li") and not _ends_line(parts[start:]):
                        parts.append("\n")
            if child.tail:
                parts.append(child.tail)

    def _note(self, element: Element, depth: int) -> None:
        title = next((each for each in element.iter()
                      if isinstance(each.tag, str) and is_note_title(each)), None)  # fmt: skip
        label = element.get("aria-label", "")
        if title is not None:
            label = self._inside(title, depth)
            parent = title.getparent()
            if parent is not None:
                take_out(title)
        if self._nested or not has_headings(element):
            self._write(commonmark.note(_unmarked(label), self._apart(element, depth)))
        else:
            self._write(commonmark.strong(label))
            self._children(element, depth)

    def _details(self, element: Element, depth: int) -> None:
        if self._nested or has_headings(element):
            self._children(element, depth)
            return
        summary = next((each for each in element if each.tag == "summary"), None)
        label = ""
        if summary is not None:
            label = self._inside(summary, depth)
            take_out(summary)
        said = self._apart(element, depth)
        self._write(commonmark.titled(_unmarked(label), said))

    def _tabs(self, element: Element, depth: int) -> None:
        labels: list[str] = []
        panels: list[Element] = []
        self._find_tabs(element, labels, panels, element)
        if not panels:
            self._children(element, depth)
            return
        for number, panel in enumerate(panels):
            label = labels[number] if number < len(labels) else panel.get("data-title", "")
            self._write(commonmark.strong(label))
            if panel.tag == "pre":
                self._write(self._code(panel))
            elif panel.tag == "table":
                self._table(panel, depth)
            else:
                self._children(panel, depth + 1)
                self._end_line()

    def _find_tabs(
        self,
        element: Element,
        labels: list[str],
        panels: list[Element],
        top: Element,
        deep: int = 0,
    ) -> None:
        for child in element:
            if not isinstance(child.tag, str) or deep > 6:
                continue
            classes = classes_of(child)
            if child.get("role", "") == "tab" or (child.tag == "label" and "tabs" not in classes):
                labels.append(words_of(child))
            elif (
                child.get("role", "") == "tabpanel"
                or classes & {"tabbed-block", "sd-tab-content", "tab-pane", "sphinx-tabs-panel"}
                or ("blocks" in classes_of(element) and element is not top)
                or ("tabbed-content" in classes and not has_child(child, "tabbed-block"))
            ):
                panels.append(child)
            elif child.tag not in SILENT and child.tag not in ("pre", "table", "p"):
                self._find_tabs(child, labels, panels, top, deep + 1)
            elif child.tag == "p" and (tab := first_of(child, "label")) is not None:
                labels.append(words_of(tab))

    def _list(self, element: Element, depth: int) -> None:
        if is_contents(element):
            return
        ordered = element.tag == "ol"
        start = element.get("start", "")
        number = int(start) if start.isdecimal() and len(start) < 9 else 1
        items = []
        for child in element:
            self._count()
            if not isinstance(child.tag, str) or is_furniture(child):
                continue
            said = self._apart(child, depth + 1)
            if child.tag == "li":
                if said:
                    items.append(commonmark.item(said, f"{number}." if ordered else "-"))
                number += 1
            elif said:
                items.append(commonmark.item(said, "-"))
        loose = any("\n\n" in each for each in items)
        self._write(("\n\n" if loose else "\n").join(items))

    def _definitions(self, element: Element, depth: int) -> None:
        classes = classes_of(element)
        described = not self._nested and describes(classes)
        fields = "field-list" in classes
        term = ""
        pairs = [each for child in element for each in (child if child.tag == "div" else (child,))]
        for child in pairs:
            self._count()
            if not isinstance(child.tag, str) or is_furniture(child):
                continue
            if child.tag == "dt" and described:
                self._signature(child)
            elif child.tag == "dt":
                if term:
                    self._write(commonmark.strong(term))
                term = self._inside(child, depth + 1)
            elif described:
                self._children(child, depth + 1)
                self._end_line()
            else:
                self._definition(term.rstrip(": ") + ":" if fields and term else term, child, depth)
                term = ""
        if term:
            self._write(commonmark.strong(term))

    def _definition(self, term: str, element: Element, depth: int) -> None:
        if not self._nested and has_headings(element):
            self._write(commonmark.strong(term))
            self._children(element, depth + 1)
            self._end_line()
            return
        self._write(commonmark.titled(term, self._apart(element, depth + 1)))

    def _signature(self, element: Element) -> None:
        """A function or class that Sphinx describes: a section of its own."""
        parts: list[str] = []
        self._verbatim(element, parts, 0)
        signature = " ".join("".join(parts).split())
        name = "".join(
            words_of(each) for each in element.iter()
            if isinstance(each.tag, str) and classes_of(each) & NAMES
        )  # fmt: skip
        name = name or re.split(r"[(\s]", signature)[0]
        level = SIGNATURE_LEVEL + sum(
            1 for each in element.iterancestors("dl") if describes(classes_of(each))
        )
        parent = element.getparent()
        language = "python" if parent is not None and "py" in classes_of(parent) else ""
        anchor = element.get("id", "")
        above = self._open[-1]
        if not anchor and above.level >= SIGNATURE_LEVEL and not above.blocks[1:]:
            self._write(commonmark.fence(signature, language))  # an overload
            return
        if is_name(anchor) and anchor.rpartition(".")[2] == name.rpartition(".")[2]:
            name, level = anchor, SIGNATURE_LEVEL  # it says its class
        self._begin(anchor, name, level)
        self._write(commonmark.fence(signature, language))

    def _table(self, element: Element, depth: int) -> None:
        if "highlighttable" in classes_of(element) or "lntable" in classes_of(element):
            for pre in element.iter("pre"):
                if not any(
                    classes_of(each) & {"linenos", "lntd-num"} for each in pre.iterancestors("td")
                ):
                    if is_numbers(pre):
                        continue
                    self._write(self._code(pre))
            return
        rows = [
            row for row in element.iter("tr")
            if next(row.iterancestors("table"), None) is element
        ]  # fmt: skip
        caption = next((each for each in element if each.tag == "caption"), None)
        if caption is not None:
            self._write(commonmark.strong(self._inside(caption, depth)))
        if any(True for _ in element.iter("pre", "table", "h1", "h2", "h3")) and (
            any(each is not element for each in element.iter("pre", "table", "h1", "h2", "h3"))
        ):
            for row in rows:  # a table that places things
                for cell in row:
                    if isinstance(cell.tag, str):
                        self._children(cell, depth + 3)
                        self._end_line()
            return
        written: list[list[str]] = []
        alignments: list[str] = []
        has_head = False
        for row in rows:
            self._count()
            own = [cell for cell in row if cell.tag in ("td", "th")]
            if not own:
                continue
            if not written:
                has_head = all(cell.tag == "th" for cell in own) or any(row.iterancestors("thead"))
            line: list[str] = []
            for cell in own:
                content = self._apart(cell, depth + 3)
                line.append(re.sub(r"^\s*(?:[-*]|\d+\.) ", "", content, flags=re.MULTILINE))
                span = cell.get("colspan", "")
                line += [""] * (min(int(span), 50) - 1 if span.isdecimal() and len(span) < 4 else 0)
            if not written:
                alignments = [alignment_of(cell) for cell in own]
            written.append(line)
        written = [row for row in written if any(cell.strip() for cell in row)]
        if not written:
            return
        if max(map(len, written)) == 1:
            for said, *_ in written:
                self._write(said)
            return
        if not has_head:
            written.insert(0, [""] * max(map(len, written)))
        self._write(commonmark.table(written, alignments))

    # Lines

    def _inline(self, element: Element, depth: int) -> None:
        tag = element.tag
        classes = classes_of(element)
        if tag == "br":
            self._line.append("\n")
        elif tag == "img":
            if classes & {"emoji", "twemoji", "emojione", "gemoji"}:
                self._say(element.get("alt", ""))
        elif tag == "input":
            if element.get("type", "").lower() == "checkbox" and is_task(element):
                self._line.append("[x] " if element.get("checked", "no") != "no" else "[ ] ")
        elif tag in ("code", "tt", "samp", "kbd"):
            self._line.append(self._code_span(element))
        elif tag == "math" or "katex" in classes or tag == "mjx-container":
            self._maths(element, "katex-display" in classes)
        elif "katex-display" in classes:
            self._maths(element, True)
        elif classes & {"arithmatex", "math"} and (tex := tex_of("".join(element.itertext()))):
            self._line.append(f"${tex}$")
        elif tag in ("strong", "b"):
            self._marked(element, depth, "**")
        elif tag in ("em", "i") and not is_icon(classes):
            self._marked(element, depth, "*")
        elif tag in ("del", "s", "strike"):
            self._marked(element, depth, "~~")
        elif tag == "a":
            self._link(element, depth)
        elif tag == "sup" and is_reference(element):
            return
        else:
            self._children(element, depth)

    def _code_span(self, element: Element) -> str:
        parts: list[str] = []
        self._verbatim(element, parts, 0)
        code = "".join(parts)
        span = commonmark.code_span(code.strip())
        return f" {span}" if code[:1].isspace() else span

    def _marked(self, element: Element, depth: int, mark: str) -> None:
        start = len(self._line)
        before = len(self._open[-1].blocks)
        self._children(element, depth)
        if len(self._open[-1].blocks) != before:
            return  # blocks stood in it
        said = "".join(self._line[start:])
        words = said.strip()
        if not words or mark in words or words.startswith("*") or words.endswith("*"):
            return
        lead = said[: len(said) - len(said.lstrip())]
        trail = said[len(said.rstrip()) :]
        self._line[start:] = [f"{lead}{mark}{words}{mark}{trail}"]

    def _link(self, element: Element, depth: int) -> None:
        start = len(self._line)
        before = len(self._open[-1].blocks)
        self._children(element, depth)
        if len(self._open[-1].blocks) != before:
            return
        said = "".join(self._line[start:])
        words = said.strip()
        if words and "\n" not in words and "](" not in words:
            linked = commonmark.link(words, element.get("href", "").strip())
            self._line[start:] = [said.replace(words, linked, 1)]

    def _maths(self, element: Element, display: bool) -> None:
        tex = ""
        for each in element.iter("annotation"):
            if "tex" in each.get("encoding", "").lower():
                tex = "".join(each.itertext()).strip()
        tex = tex or element.get("alttext", "").strip()
        display = display or element.get("display", "") in ("block", "true")
        if not tex:
            words = next((words_of(each) for each in element.iter("math")), words_of(element))
            self._say(words)
        elif display:
            self._end_line()
            self._write(f"$$\n{tex}\n$$")
        else:
            self._line.append(f"${tex}$")


def _unmarked(words: str) -> str:
    """A heading's words as they are read, without the marks of Markdown."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words)
    words = re.sub(r"(?<!\\)(\*\*|~~|`+|\*)", "", words)
    return re.sub(r"\\([\\`*_~<&\[#>.()=+-])", r"\1", words).strip()


def _ends_line(parts: Sequence[str]) -> bool:
    said = next((part for part in reversed(parts) if part), "")
    return said.endswith("\n")

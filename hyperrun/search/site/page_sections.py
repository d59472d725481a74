"""The elements of a rendered page, read one after another into sections of plain Markdown."""

import re
import time
from collections.abc import Sequence

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
from hyperrun.search.site.written_sections import SectionOfPage, WrittenSections

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


class Spent(Exception):
    """A page has used up its bounds."""


class SectionReader:
    """Reads elements one after another into sections."""

    def __init__(self, title: str) -> None:
        self._page = WrittenSections(title)
        self._elements = 0
        self._until = time.process_time() + PAGE_TIMEOUT_S

    def sections(self) -> tuple[SectionOfPage, ...]:
        """All sections that say anything, with the paths of their headings."""
        return self._page.sections()

    def read(self, element: Element) -> None:
        """Read an element and all within it, not what follows it."""
        self._block(element, 0)
        self._page.end_line()

    def _count(self) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise Spent(f"more than {MAX_ELEMENTS} elements")
        if self._elements % 500 == 0 and time.process_time() > self._until:
            raise Spent(f"more than {PAGE_TIMEOUT_S} s")

    def _children(self, element: Element, depth: int) -> None:
        self._page.say(element.text)
        for child in element:
            self._node(child, depth + 1)
            self._page.say(child.tail)

    def _node(self, element: Element, depth: int) -> None:
        self._count()
        tag = element.tag
        if not isinstance(tag, str):
            return
        if depth > MAX_DEPTH:
            self._page.say(" ".join(element.itertext()))
        elif tag in _BLOCKS or (classes_of(element) & TABS) or tag == "starlight-tabs":
            if not is_furniture(element):
                self._block(element, depth)
        elif not is_furniture(element):
            self._inline(element, depth)

    # Blocks

    def _block(self, element: Element, depth: int) -> None:
        tag = element.tag
        classes = classes_of(element)
        self._page.end_line()
        if (
            not self._page.is_aside
            and are_footnotes(element)
            and self._page.last.heading != FOOTNOTES
        ):
            self._page.begin(element.get("id", ""), FOOTNOTES, 2)
        if tag in HEADINGS:
            self._heading(element, depth)
        elif tag == "pre":
            self._page.write(self._code(element))
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
            self._page.write(commonmark.quoted(self._apart(element, depth)))
        elif tag == "details":
            self._details(element, depth)
        elif tag in ("summary", "legend", "caption"):
            self._page.write(commonmark.strong(self._inside(element, depth)))
        elif (
            tag == "div"
            and classes & {"math", "arithmatex"}
            and (tex := tex_of("".join(element.itertext())))
        ):
            self._page.write(f"$$\n{tex}\n$$")
        else:
            self._children(element, depth)
        self._page.end_line()

    def _heading(self, element: Element, depth: int) -> None:
        words = self._inside(element, depth).replace("\\\n", " ")
        if not words:
            return
        if self._page.is_aside:
            self._page.write(commonmark.strong(words))
            return
        anchor = anchor_of(element)
        heading = _unmarked(words)
        if "doc-heading" not in classes_of(element) or not is_name(anchor):
            self._page.begin(anchor, heading, HEADINGS[element.tag])
            return
        # An object that mkdocstrings describes.
        self._page.begin(anchor, anchor, HEADINGS[element.tag])
        if not anchor.endswith(heading):  # its signature
            self._page.write(commonmark.fence(heading, language_of(element)))

    def _inside(self, element: Element, depth: int) -> str:
        """What an element says in one line."""
        with self._page.aside() as blocks:
            self._children(element, depth)
        return " ".join(blocks)

    def _apart(self, element: Element, depth: int) -> str:
        """What an element says as blocks of its own."""
        with self._page.aside() as blocks:
            self._children(element, depth)
        return "\n\n".join(blocks)

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
        if self._page.is_aside or not has_headings(element):
            self._page.write(commonmark.note(_unmarked(label), self._apart(element, depth)))
        else:
            self._page.write(commonmark.strong(label))
            self._children(element, depth)

    def _details(self, element: Element, depth: int) -> None:
        if self._page.is_aside or has_headings(element):
            self._children(element, depth)
            return
        summary = next((each for each in element if each.tag == "summary"), None)
        label = ""
        if summary is not None:
            label = self._inside(summary, depth)
            take_out(summary)
        said = self._apart(element, depth)
        self._page.write(commonmark.titled(_unmarked(label), said))

    def _tabs(self, element: Element, depth: int) -> None:
        labels: list[str] = []
        panels: list[Element] = []
        self._find_tabs(element, labels, panels, element)
        if not panels:
            self._children(element, depth)
            return
        for number, panel in enumerate(panels):
            label = labels[number] if number < len(labels) else panel.get("data-title", "")
            self._page.write(commonmark.strong(label))
            if panel.tag == "pre":
                self._page.write(self._code(panel))
            elif panel.tag == "table":
                self._table(panel, depth)
            else:
                self._children(panel, depth + 1)
                self._page.end_line()

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
        self._page.write(("\n\n" if loose else "\n").join(items))

    def _definitions(self, element: Element, depth: int) -> None:
        classes = classes_of(element)
        described = not self._page.is_aside and describes(classes)
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
                    self._page.write(commonmark.strong(term))
                term = self._inside(child, depth + 1)
            elif described:
                self._children(child, depth + 1)
                self._page.end_line()
            else:
                self._definition(term.rstrip(": ") + ":" if fields and term else term, child, depth)
                term = ""
        if term:
            self._page.write(commonmark.strong(term))

    def _definition(self, term: str, element: Element, depth: int) -> None:
        if not self._page.is_aside and has_headings(element):
            self._page.write(commonmark.strong(term))
            self._children(element, depth + 1)
            self._page.end_line()
            return
        self._page.write(commonmark.titled(term, self._apart(element, depth + 1)))

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
        above = self._page.last
        if not anchor and above.level >= SIGNATURE_LEVEL and not above.blocks[1:]:
            self._page.write(commonmark.fence(signature, language))  # an overload
            return
        if is_name(anchor) and anchor.rpartition(".")[2] == name.rpartition(".")[2]:
            name, level = anchor, SIGNATURE_LEVEL  # it says its class
        self._page.begin(anchor, name, level)
        self._page.write(commonmark.fence(signature, language))

    def _table(self, element: Element, depth: int) -> None:
        if classes_of(element) & {"highlighttable", "lntable"}:
            self._listing(element)
            return
        rows = [
            row for row in element.iter("tr")
            if next(row.iterancestors("table"), None) is element
        ]  # fmt: skip
        caption = next((each for each in element if each.tag == "caption"), None)
        if caption is not None:
            self._page.write(commonmark.strong(self._inside(caption, depth)))
        holds = element.iter("pre", "table", "h1", "h2", "h3")
        if any(each is not element for each in holds):
            self._placed(rows, depth)
            return
        for _ in rows:
            self._count()
        rows = [row for row in rows if _cells(row)]
        lines = [self._row(row, depth) for row in rows]
        written = [line for line in lines if any(cell.strip() for cell in line)]
        if not written:
            return
        if max(map(len, written)) == 1:
            for said, *_ in written:
                self._page.write(said)
            return
        first = _cells(rows[0])
        if not all(cell.tag == "th" for cell in first) and not any(rows[0].iterancestors("thead")):
            written.insert(0, [""] * max(map(len, written)))
        self._page.write(commonmark.table(written, [alignment_of(cell) for cell in first]))

    def _listing(self, element: Element) -> None:
        """Code with the numbers of its lines beside it."""
        for pre in element.iter("pre"):
            cells = pre.iterancestors("td")
            is_beside = any(classes_of(each) & {"linenos", "lntd-num"} for each in cells)
            if not is_beside and not is_numbers(pre):
                self._page.write(self._code(pre))

    def _placed(self, rows: Sequence[Element], depth: int) -> None:
        """What a table only places."""
        for row in rows:
            for cell in row:
                if isinstance(cell.tag, str):
                    self._children(cell, depth + 3)
                    self._page.end_line()

    def _row(self, row: Element, depth: int) -> list[str]:
        line: list[str] = []
        for cell in _cells(row):
            content = self._apart(cell, depth + 3)
            line.append(re.sub(r"^[ \t]*(?:[-*]|\d+\.) ", "", content, flags=re.MULTILINE))
            span = cell.get("colspan", "")
            line += [""] * (min(int(span), 50) - 1 if span.isdecimal() and len(span) < 4 else 0)
        return line

    # Lines

    def _inline(self, element: Element, depth: int) -> None:
        tag = element.tag
        classes = classes_of(element)
        if tag == "br":
            self._page.line.append("\n")
        elif tag == "img":
            if classes & {"emoji", "twemoji", "emojione", "gemoji"}:
                self._page.say(element.get("alt", ""))
        elif tag == "input":
            if element.get("type", "").lower() == "checkbox" and is_task(element):
                self._page.line.append("[x] " if element.get("checked", "no") != "no" else "[ ] ")
        elif tag in ("code", "tt", "samp", "kbd"):
            self._page.line.append(self._code_span(element))
        elif tag == "math" or "katex" in classes or tag == "mjx-container":
            self._maths(element, "katex-display" in classes)
        elif "katex-display" in classes:
            self._maths(element, True)
        elif classes & {"arithmatex", "math"} and (tex := tex_of("".join(element.itertext()))):
            self._page.line.append(f"${tex}$")
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
        start = len(self._page.line)
        before = len(self._page.last.blocks)
        self._children(element, depth)
        if len(self._page.last.blocks) != before:
            return  # blocks stood in it
        said = "".join(self._page.line[start:])
        words = said.strip()
        if not words or mark in words or words.startswith("*") or words.endswith("*"):
            return
        lead = said[: len(said) - len(said.lstrip())]
        trail = said[len(said.rstrip()) :]
        self._page.line[start:] = [f"{lead}{mark}{words}{mark}{trail}"]

    def _link(self, element: Element, depth: int) -> None:
        start = len(self._page.line)
        before = len(self._page.last.blocks)
        self._children(element, depth)
        if len(self._page.last.blocks) != before:
            return
        said = "".join(self._page.line[start:])
        words = said.strip()
        if words and "\n" not in words and "](" not in words:
            linked = commonmark.link(words, element.get("href", "").strip())
            self._page.line[start:] = [said.replace(words, linked, 1)]

    def _maths(self, element: Element, display: bool) -> None:
        tex = ""
        for each in element.iter("annotation"):
            if "tex" in each.get("encoding", "").lower():
                tex = "".join(each.itertext()).strip()
        tex = tex or element.get("alttext", "").strip()
        display = display or element.get("display", "") in ("block", "true")
        if not tex:
            words = next((words_of(each) for each in element.iter("math")), words_of(element))
            self._page.say(words)
        elif display:
            self._page.end_line()
            self._page.write(f"$$\n{tex}\n$$")
        else:
            self._page.line.append(f"${tex}$")


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _unmarked(words: str) -> str:
    """A heading's words as they are read, without the marks of Markdown."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words)
    words = re.sub(r"(?<!\\)(\*\*|~~|`+|\*)", "", words)
    return re.sub(r"\\([\\`*_~<&\[#>.()=+-])", r"\1", words).strip()


def _ends_line(parts: Sequence[str]) -> bool:
    said = next((part for part in reversed(parts) if part), "")
    return said.endswith("\n")

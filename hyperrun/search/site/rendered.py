"""A rendered page of a documentation site as sections: what its reader reads, as plain Markdown.

lxml reads the HTML, because its parser stays linear and within a bounded depth on whatever a site
holds; parsers after the letter of the standard take seconds for a page of open tags.
"""

import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from hyperrun.search.parsing import commonmark
from hyperrun.search.site.folder import MAX_PAGE_BYTES

log = logging.getLogger(__name__)

MAX_DEPTH = 120  # elements below it give their words alone
MAX_ELEMENTS = 150_000
PAGE_TIMEOUT_S = 5.0
SIGNATURE_LEVEL = 7  # a described function stands below any heading


class Element(Protocol):
    """What is used of lxml's elements, which bring no types."""

    tag: Any
    text: str | None
    tail: str | None

    def get(self, name: str, default: str) -> str: ...
    def getparent(self) -> "Element | None": ...
    def iter(self, *tags: Any) -> Iterator["Element"]: ...
    def itertext(self) -> Iterator[str]: ...
    def iterancestors(self, *tags: Any) -> Iterator["Element"]: ...
    def __iter__(self) -> Iterator["Element"]: ...
    def __len__(self) -> int: ...


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


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """One page. `canonical` is its own public address where it says one, `ids` all that an address
    of it may lead to; `hidden` where search engines are told to leave it out."""

    title: str
    sections: tuple[SectionOfPage, ...]
    ids: frozenset[str] = frozenset()
    links: tuple[str, ...] = ()
    canonical: str = ""
    language: str = ""
    hidden: bool = False
    moved_to: str = ""


# Where generators put what a page says, the most exact first: words that stand in such a page, and
# the way to it.
_CONTAINERS = tuple(
    (hint.encode(), etree.XPath(path))
    for hint, path in (
        # Material, Zensical
        ("md-content__inner", "//article[contains(@class, 'md-content__inner')]"),
        # Docusaurus
        ("theme-doc-markdown", "//*[contains(@class, 'theme-doc-markdown')]"),
        # VitePress, whose home page has none
        ("vp-doc", "//*[contains(concat(' ', @class, ' '), ' vp-doc ')]"),
        # Starlight
        ("sl-markdown-content", "//*[contains(@class, 'sl-markdown-content')]"),
        # Quarto, nbdev
        ("quarto-document-content", "//*[@id='quarto-document-content']"),
        # Sphinx: Furo, pydata, Read the Docs, and all that keep to its own templates
        ("furo-main-content", "//*[@id='furo-main-content']"),
        ("bd-article", "//article[contains(concat(' ', @class, ' '), ' bd-article ')]"),
        ("articleBody", "//*[@itemprop='articleBody']"),
        ("body", "//div[contains(concat(' ', @class, ' '), ' body ')][@role='main']"),
        # Hugo's Docsy and Book, just-the-docs, VuePress, TypeDoc
        ("td-content", "//*[contains(concat(' ', @class, ' '), ' td-content ')]"),
        ("markdown", "//article[contains(concat(' ', @class, ' '), ' markdown ')]"),
        ("main-content", "//*[@id='main-content']"),
        ("theme-default-content", "//*[contains(@class, 'theme-default-content')]"),
        ("col-content", "//*[contains(concat(' ', @class, ' '), ' col-content ')]"),
        # Anything
        ("<article", "//main//article"),
        ("<main", "//main"),
        ("main", "//*[@role='main']"),
        ("<article", "//article"),
        ("", "//*[@id='content' or @id='main']"),
        ("", "//body"),
    )
)

_SILENT = frozenset((
    "script", "style", "noscript", "template", "nav", "footer", "button", "svg", "select",
    "iframe", "object", "video", "audio", "canvas", "dialog", "head", "textarea", "option", "hr",
    "source", "track", "link", "meta", "area", "map", "embed", "progress", "meter",
))  # fmt: skip
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "legend", "li", "main", "menu", "ol", "p", "pre", "search", "section", "summary",
    "table", "ul", "tbody", "thead", "tr", "td", "th", "caption",
))  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}

# A page's furniture, by the names generators give it.
_CHROME = frozenset((
    "headerlink", "header-anchor", "hash-link", "anchor-link", "anchorjs-link", "sl-anchor-link",
    "permalink", "heading-anchor", "heading-link", "doc-anchor", "anchor-heading",
    "toc", "table-of-contents", "toc-drawer", "toctree-wrapper", "md-nav", "md-sidebar",
    "contents", "theme-doc-toc-mobile", "theme-doc-breadcrumbs", "theme-doc-footer",
    "theme-doc-version-badge", "theme-doc-version-banner", "breadcrumbs", "breadcrumb",
    "quarto-page-breadcrumbs", "quarto-title-breadcrumbs", "quarto-alternate-formats",
    "quarto-alternate-notebooks", "toc-actions", "nav-footer", "page-navigation", "prev-next",
    "pagination", "pagination-nav", "rst-footer-buttons", "related", "sphinxsidebar", "nav-wrapper",
    "nav-wide-wrapper", "menu-bar", "sidebar-toggle", "edit-this-page", "theme-edit-this-page",
    "edit-link", "edit-page", "edit-page-link", "view-this-page", "content-icon-container",
    "back-to-top", "backlink", "footnote-backref", "footnote-back", "footnote-ref",
    "footnote-reference", "md-source-file", "md-content__button", "md-feedback", "md-tags",
    "md-top", "md-footer", "md-header", "md-banner", "md-annotation__index", "md-clipboard",
    "md-code__nav", "copy", "copybtn", "copy-btn", "clipboard-btn", "clip-button", "buttons",
    "code-copy-button", "code-copy-outer-scaffold", "linenos", "linenodiv", "lineno", "line-number",
    "line-numbers-wrapper", "gutter", "gp", "viewcode-link", "viewcode-back", "sr-only",
    "visually-hidden", "screen-reader-text", "cldr", "headline-icon", "ln", "lnt", "hidden-print",
    "page-toc", "bd-header-article", "bd-footer-article", "bd-toc", "search-bar", "searchbox",
    "mobile-only-toc", "screen-reader-only", "rubric-toc", "lang", "giscus", "edit-meta",
    "aria-hidden", "boring", "doc-toc", "doc-labels", "source-link", "mkdocstrings-source",
))  # fmt: skip
_CHROME_IDS = frozenset((
    "TOC", "toc", "table-of-contents", "quarto-margin-sidebar", "quarto-sidebar", "sidebar",
    "quarto-back-to-top", "menu-bar", "searchbar-outer", "searchresults-outer", "giscus",
))  # fmt: skip
# Names that only mean furniture on these elements.
_ONLY_ON = {"lang": ("span", "button"), "copy": ("button", "a", "span", "div"),
            "gutter": ("div", "td", "span"), "contents": ("nav", "div", "aside"),
            "related": ("div", "nav"),
            "toc": ("div", "nav", "ul", "aside"), "permalink": ("a",), "buttons": ("div",),
            "backlink": ("a",), "boring": ("span",), "ln": ("span",), "lnt": ("span",)}  # fmt: skip
_MARKS = re.compile(r"^[\s#¶§🔗\u200b\u2060\ue000-\uf8ff]*$|^\s*↩[\ufe0e\s\d]*$")

_NOTES = frozenset((
    "admonition", "starlight-aside", "theme-admonition", "custom-block", "callout",
    "markdown-alert", "alert", "td-alert", "hint", "rst-admonition", "admonition-block",
))  # fmt: skip
_NOTE_TITLES = frozenset((
    "admonition-title", "starlight-aside__title", "custom-block-title", "callout-title-container",
    "markdown-alert-title", "alert-heading", "admonitionheading", "callout-title",
))  # fmt: skip
_TABS = frozenset((
    "tabbed-set", "sd-tab-set", "sphinx-tabs", "tabs-container", "vp-code-group", "panel-tabset",
    "starlight-tabs", "tabset", "tabs-wrapper",
))  # fmt: skip
_LANGUAGE = re.compile(
    r"(?:^|\s)(?:language-|lang-|highlight-(?!source|text)|brush:\s*|sourceCode\s+|src-)([\w+#.-]+)"
)
_NO_LANGUAGE = frozenset(("default", "none", "text", "plaintext", "plain", "txt", "notranslate",
                          "highlight", "output", "no-highlight", "nohighlight"))  # fmt: skip
_NAMES = frozenset(("sig-name", "descname", "sig-prename", "descclassname"))  # of what is described
_TEX = re.compile(
    r"^\s*(?:\\\((?P<inline>.*)\\\)|\\\[(?P<block>.*)\\\]|\$\$(?P<dollars>.*)\$\$)\s*$", re.DOTALL
)


def read(html: bytes, address: str = "", *, with_links: bool = False) -> RenderedPage | None:
    """The page's sections in order; None where there is no page, or one that is too large.

    `address` is the page's own, for its links where they are wanted. What is nested too deeply or
    takes too long is left out, and what came before it stays. Never raises for what the bytes hold.
    """
    if len(html) > MAX_PAGE_BYTES:
        return None
    parser = etree.HTMLParser(
        encoding=_charset(html), remove_comments=True, remove_pis=True, huge_tree=True,
        no_network=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(html, parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    if root is None:
        return None
    head = _Head(root, address, with_links)
    content = _content(root, html)
    reader = _Reader(head.title)
    try:
        for one in content:
            reader.read(one)
    except _Spent as error:
        log.info("%s is read up to its bounds: %s", address, error)
    sections = reader.sections()
    return RenderedPage(
        title=sections[0].title.split(" > ")[0] if sections else head.title,
        sections=sections,
        ids=frozenset(_ids(root)),
        links=head.links,
        canonical=head.canonical,
        language=head.language,
        hidden=head.hidden,
        moved_to=head.moved_to,
    )


def _charset(html: bytes) -> str:
    """What the page says it is written in, else UTF-8."""
    if html.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    told = re.search(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{2,30})", html[:2_048], re.IGNORECASE)
    name = told[1].decode("ascii") if told else "utf-8"
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return name


class _Head:
    """What a page says about itself."""

    def __init__(self, root: Element, address: str, with_links: bool) -> None:
        self.title = self.canonical = self.moved_to = ""
        self.hidden = False
        self.language = root.get("lang", "")
        links: dict[str, None] = {}
        base = address
        for element in root.iter("title", "meta", "link", "base", *(("a",) if with_links else ())):
            if element.tag == "title" and not self.title:
                self.title = re.split(r"\s[|—–·»]\s|\s-\s", _words(element))[0].strip()
            elif element.tag == "meta":
                self._meta(element, base)
            elif element.tag == "link" and "canonical" in element.get("rel", "").split():
                self.canonical = element.get("href", "").strip()
            elif element.tag == "base":
                base = _joined(address, element.get("href", ""))
            elif element.tag == "a" and (href := element.get("href", "").strip()):
                links[_joined(base, href)] = None
        self.links = tuple(links)

    def _meta(self, element: Element, base: str) -> None:
        name = element.get("name", "").lower()
        content = element.get("content", "")
        if name in ("robots", "docsearch:noindex", "pagefind"):
            self.hidden = self.hidden or "noindex" in content.lower() or name == "docsearch:noindex"
        elif element.get("http-equiv", "").lower() == "refresh":
            found = re.search(r"url\s*=\s*['\"]?([^'\"]+)", content, re.IGNORECASE)
            if found:
                self.moved_to = _joined(base, found[1])


def _joined(base: str, address: str) -> str:
    """`address` as it stands on a page at `base`; as it is written where it is no address."""
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return address


def _ids(root: Element) -> Iterator[str]:
    for element in root.iter():
        if isinstance(element.tag, str):
            if own := element.get("id", ""):
                yield own
            if element.tag == "a" and (own := element.get("name", "")):
                yield own


def _content(root: Element, html: bytes) -> list[Element]:
    """What holds the page's own words; of parts that lie in one another the outer one."""
    for hint, path in _CONTAINERS:
        found = [each for each in path(root) if _has_words(each)] if hint in html else []
        if found:
            inside = set(found)
            return [
                each for each in found
                if not any(outer in inside for outer in each.iterancestors())
            ]  # fmt: skip
    return []


def _has_words(element: Element) -> bool:
    return any(text.strip() for text in element.itertext())


def _words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _classes(element: Element) -> frozenset[str]:
    said = element.get("class", "")
    return frozenset(said.lower().split()) if said else frozenset()


class _Spent(Exception):
    """A page has used up its bounds."""


@dataclass(slots=True)
class _Open:
    """A section that is being read."""

    anchor: str
    heading: str
    level: int
    blocks: list[str] = field(default_factory=list)


class _Reader:
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
            raise _Spent(f"more than {MAX_ELEMENTS} elements")
        if self._elements % 500 == 0 and time.process_time() > self._until:
            raise _Spent(f"more than {PAGE_TIMEOUT_S} s")

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
        elif tag in _BLOCKS or (_classes(element) & _TABS) or tag == "starlight-tabs":
            if not self._is_chrome(element):
                self._block(element, depth)
        elif not self._is_chrome(element):
            self._inline(element, depth)

    def _is_chrome(self, element: Element) -> bool:
        tag = element.tag
        if tag in _SILENT:
            return not (tag == "footer" and element.getparent() is not None
                        and element.getparent().tag == "blockquote")  # type: ignore[union-attr]  # fmt: skip
        classes = _classes(element)
        for name in classes & _CHROME:
            if tag in _ONLY_ON.get(name, (tag,)):
                return True
        if element.get("id", "") in _CHROME_IDS and tag not in _HEADINGS and tag != "section":
            return True
        role = element.get("role", "")
        if role in ("navigation", "search", "doc-noteref", "tablist"):
            return True
        if role == "doc-backlink" and "toc-backref" not in classes:
            return True
        if "data-pagefind-ignore" in getattr(element, "attrib", ()) and tag not in ("div", "span"):
            return True
        if element.get("aria-hidden", "") == "true" and tag not in ("input",):
            return True
        if tag == "a" and element.get("href", "").startswith("#") and _MARKS.match(_words(element)):
            return not len(element)
        attributes: Any = getattr(element, "attrib", {})
        return "hidden" in attributes and element.get("role", "") != "tabpanel"

    # Blocks

    def _block(self, element: Element, depth: int) -> None:
        tag = element.tag
        classes = _classes(element)
        self._end_line()
        if tag in _HEADINGS:
            self._heading(element, depth)
        elif tag == "pre":
            self._write(self._code(element))
        elif classes & _TABS or tag == "starlight-tabs":
            self._tabs(element, depth)
        elif _is_note(tag, classes):
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
            and (tex := _tex("".join(element.itertext())))
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
        anchor = _anchor(element)
        if "doc-heading" in _classes(element):  # mkdocstrings': its labels stand beside the name
            words = anchor if _is_name(anchor) else words
        self._begin(anchor, _unmarked(words), _HEADINGS[element.tag])

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
        return commonmark.fence("".join(parts), _language(element))

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
                elif not self._is_chrome(child):
                    start = len(parts)
                    self._verbatim(child, parts, depth + 1)
                    if child.tag in ("div", "tr", "li") and not _ends_line(parts[start:]):
                        parts.append("\n")
            if child.tail:
                parts.append(child.tail)

    def _note(self, element: Element, depth: int) -> None:
        title = next((each for each in element.iter()
                      if isinstance(each.tag, str) and _is_note_title(each)), None)  # fmt: skip
        label = element.get("aria-label", "")
        if title is not None:
            label = self._inside(title, depth)
            parent = title.getparent()
            if parent is not None:
                _take_out(title)
        if self._nested or not _has_headings(element):
            self._write(commonmark.note(_unmarked(label), self._apart(element, depth)))
        else:
            self._write(commonmark.strong(label))
            self._children(element, depth)

    def _details(self, element: Element, depth: int) -> None:
        if self._nested or _has_headings(element):
            self._children(element, depth)
            return
        summary = next((each for each in element if each.tag == "summary"), None)
        label = ""
        if summary is not None:
            label = self._inside(summary, depth)
            _take_out(summary)
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
            classes = _classes(child)
            if child.get("role", "") == "tab" or (child.tag == "label" and "tabs" not in classes):
                labels.append(_words(child))
            elif (
                child.get("role", "") == "tabpanel"
                or classes & {"tabbed-block", "sd-tab-content", "tab-pane", "sphinx-tabs-panel"}
                or ("blocks" in _classes(element) and element is not top)
                or ("tabbed-content" in classes and not _has_child(child, "tabbed-block"))
            ):
                panels.append(child)
            elif child.tag not in _SILENT and child.tag not in ("pre", "table", "p"):
                self._find_tabs(child, labels, panels, top, deep + 1)
            elif child.tag == "p" and (tab := _only(child, "label")) is not None:
                labels.append(_words(tab))

    def _list(self, element: Element, depth: int) -> None:
        if _is_contents(element):
            return
        ordered = element.tag == "ol"
        start = element.get("start", "")
        number = int(start) if start.isdecimal() and len(start) < 9 else 1
        items = []
        for child in element:
            self._count()
            if not isinstance(child.tag, str) or self._is_chrome(child):
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
        classes = _classes(element)
        described = not self._nested and _describes(classes)
        fields = "field-list" in classes
        term = ""
        pairs = [each for child in element for each in (child if child.tag == "div" else (child,))]
        for child in pairs:
            self._count()
            if not isinstance(child.tag, str) or self._is_chrome(child):
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
        if not self._nested and _has_headings(element):
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
            _words(each) for each in element.iter()
            if isinstance(each.tag, str) and _classes(each) & _NAMES
        )  # fmt: skip
        name = name or re.split(r"[(\s]", signature)[0]
        level = SIGNATURE_LEVEL + sum(
            1 for each in element.iterancestors("dl") if _describes(_classes(each))
        )
        parent = element.getparent()
        language = "python" if parent is not None and "py" in _classes(parent) else ""
        anchor = element.get("id", "")
        above = self._open[-1]
        if not anchor and above.level >= SIGNATURE_LEVEL and not above.blocks[1:]:
            self._write(commonmark.fence(signature, language))  # an overload
            return
        if _is_name(anchor) and anchor.rpartition(".")[2] == name.rpartition(".")[2]:
            name, level = anchor, SIGNATURE_LEVEL  # it says its class
        self._begin(anchor, name, level)
        self._write(commonmark.fence(signature, language))

    def _table(self, element: Element, depth: int) -> None:
        if "highlighttable" in _classes(element) or "lntable" in _classes(element):
            for pre in element.iter("pre"):
                if not any(
                    _classes(each) & {"linenos", "lntd-num"} for each in pre.iterancestors("td")
                ):
                    if _is_numbers(pre):
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
                alignments = [_alignment(cell) for cell in own]
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
        classes = _classes(element)
        if tag == "br":
            self._line.append("\n")
        elif tag == "img":
            if classes & {"emoji", "twemoji", "emojione", "gemoji"}:
                self._say(element.get("alt", ""))
        elif tag == "input":
            if element.get("type", "").lower() == "checkbox" and _is_task(element):
                self._line.append("[x] " if element.get("checked", "no") != "no" else "[ ] ")
        elif tag in ("code", "tt", "samp", "kbd"):
            self._line.append(self._code_span(element))
        elif tag == "math" or "katex" in classes or tag == "mjx-container":
            self._maths(element, "katex-display" in classes)
        elif "katex-display" in classes:
            self._maths(element, True)
        elif classes & {"arithmatex", "math"} and (tex := _tex("".join(element.itertext()))):
            self._line.append(f"${tex}$")
        elif tag in ("strong", "b"):
            self._marked(element, depth, "**")
        elif tag in ("em", "i") and not _is_icon(classes):
            self._marked(element, depth, "*")
        elif tag in ("del", "s", "strike"):
            self._marked(element, depth, "~~")
        elif tag == "a":
            self._link(element, depth)
        elif tag == "sup" and _is_reference(element):
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
            words = next((_words(each) for each in element.iter("math")), _words(element))
            self._say(words)
        elif display:
            self._end_line()
            self._write(f"$$\n{tex}\n$$")
        else:
            self._line.append(f"${tex}$")


def _only(element: Element, tag: str) -> Element | None:
    return next(element.iter(tag), None)


def _has_child(element: Element, name: str) -> bool:
    return any(isinstance(each.tag, str) and name in _classes(each) for each in element)


def _has_headings(element: Element) -> bool:
    return any(True for _ in element.iter(*_HEADINGS))


def _is_contents(listed: Element) -> bool:
    """Is it a list of links to the page's own headings, as a writer makes it by hand?"""
    links = list(listed.iter("a"))
    if len(links) < 2 or not all(link.get("href", "").startswith("#") for link in links):
        return False
    return "".join(_words(listed).split()) == "".join("".join(map(_words, links)).split())


def _take_out(element: Element) -> None:
    """Leave an element's words out of what is still to be read, but not what follows it."""
    tail = element.tail
    parent: Any = element.getparent()
    before: Any = element
    before = before.getprevious()
    if tail:
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
    parent.remove(element)


def _is_note(tag: str, classes: frozenset[str]) -> bool:
    return tag in ("div", "aside", "section", "blockquote") and bool(classes & _NOTES)


def _is_note_title(element: Element) -> bool:
    classes = _classes(element)
    return bool(classes & _NOTE_TITLES) or any(
        name.startswith("admonitionheading") for name in classes
    )


def _describes(classes: frozenset[str]) -> bool:
    """Does Sphinx describe an object there?"""
    return bool(classes & {"py", "c", "cpp", "js", "rst", "std", "function", "class"}) and not (
        classes & {"simple", "field-list", "option-list", "glossary", "footnote", "citation"}
    )


def _is_name(anchor: str) -> bool:
    """Is it the whole name of an object?"""
    return bool(re.fullmatch(r"[A-Za-z_]\w*(?:\.\w+)+", anchor))


def _anchor(heading: Element) -> str:
    """The id that leads to a heading: its own, that of a mark in it, or its section's."""
    if own := heading.get("id", ""):
        return own
    for each in heading.iter("a"):
        href = each.get("href", "")
        if len(href) > 1 and href.startswith("#") and _MARKS.match(_words(each)):
            return unquote(href[1:])
    return _section_anchor(heading) or next(
        (own for each in heading.iter("a", "span")
         if (own := each.get("id", "") or (each.get("name", "") if each.tag == "a" else ""))), ""
    )  # fmt: skip


def _section_anchor(heading: Element) -> str:
    """The id of the section that a heading begins, or of a mark before it."""
    parent = heading.getparent()
    while parent is not None and parent.tag in ("div", "header", "hgroup", "section"):
        if own := parent.get("id", ""):
            first = next(parent.iter(*_HEADINGS), None)
            return own if first is heading else ""
        if parent.tag == "section":
            break
        parent = parent.getparent()
    before: Any = heading
    before = before.getprevious()
    if before is not None and before.tag in ("a", "span") and not _words(before):
        return before.get("id", "") or before.get("name", "") or ""
    return ""


def _unmarked(words: str) -> str:
    """A heading's words as they are read, without the marks of Markdown."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words)
    words = re.sub(r"(?<!\\)(\*\*|~~|`+|\*)", "", words)
    return re.sub(r"\\([\\`*_~<&\[#>.()=+-])", r"\1", words).strip()


def _language(pre: Element) -> str:
    """The language of a block of code, said on it or around it."""
    inner = [each for each in pre if each.tag == "code"]
    around = []
    for depth, each in enumerate(pre.iterancestors()):
        if depth > 6:
            break
        around.append(each)
    for element in (pre, *inner, *around):
        named = element.get("data-language", "") or element.get("data-lang", "")
        if not named and (found := _LANGUAGE.search(element.get("class", ""))):
            named = found[1]
        if named:
            name = named.lower()
            return "" if name in _NO_LANGUAGE else name
    return ""


def _ends_line(parts: Sequence[str]) -> bool:
    said = next((part for part in reversed(parts) if part), "")
    return said.endswith("\n")


def _is_numbers(pre: Element) -> bool:
    return not re.sub(r"[\d\s]", "", "".join(pre.itertext()))


def _alignment(cell: Element) -> str:
    found = re.search(r"text-align:\s*(left|right|center)", cell.get("style", ""))
    return found[1] if found else cell.get("align", "")


def _tex(text: str) -> str:
    found = _TEX.match(text)
    return next((part for part in found.groups() if part), "").strip() if found else ""


def _is_task(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and (parent.tag in ("li", "label", "p"))


def _is_icon(classes: frozenset[str]) -> bool:
    return any(name.startswith(("fa", "icon", "bi", "mdi", "octicon")) for name in classes)


def _is_reference(element: Element) -> bool:
    """Is it the mark of a footnote?"""
    return element.get("id", "").startswith("fnref") or any(
        "footnote" in each.get("class", "") or each.get("href", "").startswith("#fn")
        for each in element.iter("a")
    )


def sections_below(address: str, base: str) -> str | None:
    """The path of `address` below the site at `base`; None where it lies elsewhere."""
    try:
        one, other = urlsplit(address), urlsplit(base)
    except ValueError:
        return None
    folder = other.path.rstrip("/") + "/"
    if one.hostname != other.hostname or not (one.path + "/").startswith(folder):
        return None
    return unquote(one.path[len(folder) :])

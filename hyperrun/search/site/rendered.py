"""A rendered page of a documentation site as sections: what its reader reads, as plain Markdown.

lxml reads the HTML, because its parser stays linear and within a bounded depth on whatever a site
holds; parsers after the letter of the standard take seconds for a page of open tags.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

from hyperrun.search.site.folder import MAX_PAGE_BYTES
from hyperrun.search.site.page_elements import Element, has_words, words_of
from hyperrun.search.site.page_sections import SectionReader, Spent
from hyperrun.search.site.written_sections import SectionOfPage

log = logging.getLogger(__name__)

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
    reader = SectionReader(head.title)
    try:
        for one in content:
            reader.read(one)
    except Spent as error:
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
                self.title = re.split(r"\s[|—–·»]\s|\s-\s", words_of(element))[0].strip()
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
        found = [each for each in path(root) if has_words(each)] if hint in html else []
        if found:
            inside = set(found)
            return [
                each for each in found
                if not any(outer in inside for outer in each.iterancestors())
            ]  # fmt: skip
    return []

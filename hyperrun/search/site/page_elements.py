"""What is asked of the elements of a rendered page: their words, ids, languages."""

import re
from collections.abc import Iterator
from typing import Any, Protocol
from urllib.parse import unquote

HEADINGS = {f"h{level}": level for level in range(1, 7)}
MARKS = re.compile(r"^[\s#¶§🔗\u200b\u2060\ue000-\uf8ff]*$|^\s*↩[\ufe0e\s\d]*$")

_LANGUAGE = re.compile(
    r"(?:^|\s)(?:language-|lang-|highlight-(?!source|text)|brush:\s*|sourceCode\s+|src-)([\w+#.-]+)"
)
_NO_LANGUAGE = frozenset(("default", "none", "text", "plaintext", "plain", "txt", "notranslate",
                          "highlight", "output", "no-highlight", "nohighlight"))  # fmt: skip
_TEX = re.compile(
    r"^\s*(?:\\\((?P<inline>.*)\\\)|\\\[(?P<block>.*)\\\]|\$\$(?P<dollars>.*)\$\$)\s*$", re.DOTALL
)


class Element(Protocol):
    """What is used of lxml's elements, which bring no types."""

    tag: Any
    text: str | None
    tail: str | None

    def get(self, name: str, default: str) -> str: ...
    def getparent(self) -> "Element | None": ...
    def getprevious(self) -> "Element | None": ...
    def iter(self, *tags: Any) -> Iterator["Element"]: ...
    def itertext(self) -> Iterator[str]: ...
    def iterancestors(self, *tags: Any) -> Iterator["Element"]: ...
    def __iter__(self) -> Iterator["Element"]: ...
    def __len__(self) -> int: ...


def words_of(element: Element) -> str:
    """All words of an element, in one line."""
    return " ".join("".join(element.itertext()).split())


def classes_of(element: Element) -> frozenset[str]:
    """The classes of an element, in small letters."""
    said = element.get("class", "")
    return frozenset(said.lower().split()) if said else frozenset()


def has_words(element: Element) -> bool:
    """Is there any word in it?"""
    return any(text.strip() for text in element.itertext())


def first_of(element: Element, tag: str) -> Element | None:
    """The first element with a tag that lies in it."""
    return next(element.iter(tag), None)


def has_child(element: Element, name: str) -> bool:
    """Has one of its children this class?"""
    return any(isinstance(each.tag, str) and name in classes_of(each) for each in element)


def has_headings(element: Element) -> bool:
    """Is there a heading in it?"""
    return any(True for _ in element.iter(*HEADINGS))


def take_out(element: Element) -> None:
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


def alignment_of(cell: Element) -> str:
    """Which way a cell of a table is set; "" where it does not say."""
    found = re.search(r"text-align:\s*(left|right|center)", cell.get("style", ""))
    return found[1] if found else cell.get("align", "")


def _section_anchor(heading: Element) -> str:
    """The id of the section that a heading begins, or of a mark before it."""
    parent = heading.getparent()
    while parent is not None and parent.tag in ("div", "header", "hgroup", "section"):
        if own := parent.get("id", ""):
            first = next(parent.iter(*HEADINGS), None)
            return own if first is heading else ""
        if parent.tag == "section":
            break
        parent = parent.getparent()
    before: Any = heading
    before = before.getprevious()
    if before is not None and before.tag in ("a", "span") and not words_of(before):
        return before.get("id", "") or before.get("name", "") or ""
    return ""


def anchor_of(heading: Element) -> str:
    """The id that leads to a heading: its own, that of a mark in it, or its section's."""
    if own := heading.get("id", ""):
        return own
    for each in heading.iter("a"):
        href = each.get("href", "")
        if len(href) > 1 and href.startswith("#") and MARKS.match(words_of(each)):
            return unquote(href[1:])
    return _section_anchor(heading) or next(
        (own for each in heading.iter("a", "span")
         if (own := each.get("id", "") or (each.get("name", "") if each.tag == "a" else ""))), ""
    )  # fmt: skip


def language_of(pre: Element) -> str:
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


def tex_of(text: str) -> str:
    """The TeX between a formula's marks; "" where there are none."""
    found = _TEX.match(text)
    return next((part for part in found.groups() if part), "").strip() if found else ""

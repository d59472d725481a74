"""How each generator names a heading's anchor, as its version of today does it.

A slugger is for one page: it is told of every heading in order, because the second of a name is
called otherwise than the first. Each says of which program it is; what they were checked against is
in `tests/search/site`.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from hyperrun.search.site import heading_text


class Anchors(Protocol):
    """The anchors of one page."""

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        """The next heading's anchor; "" where the page gives it none, or where it is not known.

        `heading_source` is the heading as it is written, without its marks and attributes; `own_id`
        the id that it is given there; `level` 1 to 6, 0 where that is not known.
        """
        ...


@runtime_checkable
class TermAnchors(Protocol):
    """Those of a page on which what a list defines has anchors, too."""

    def of_term(self, term: str, source: str) -> str:
        """The anchor of words that are defined, as they are said and as they are written; "" where
        they have none."""
        ...


class Nothing:
    """The anchors of a page whose generator is not known: none but those that are written."""

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        return own_id


def _numbered(slug: str, used: set[str] | Counter[str], join: str = "-") -> str:
    """The first of `slug`, `slug-1`, `slug-2` that is not used yet."""
    number, unique = 0, slug
    while unique in used:
        number += 1
        unique = f"{slug}{join}{number}"
    return unique


# Python-Markdown 3.11 (MkDocs, Material, Zensical)

Slugify = Callable[[str], str]


def python_markdown_slug(name: str, separator: str = "-", *, unicode: bool = False) -> str:
    if not unicode:
        name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    name = re.sub(r"[^\w\s-]", "", name).strip().lower()
    return re.sub(rf"[{re.escape(separator)}\s]+", separator, name)


def pymdownx_slug(
    name: str,
    separator: str = "-",
    *,
    case: str = "",
    percent: bool = False,
    normalize: Literal["NFC", "NFD", "NFKC", "NFKD"] = "NFC",
) -> str:
    """`pymdownx.slugs.slugify`, made with these options."""
    from urllib.parse import quote

    slug = unicodedata.normalize(normalize, re.sub(r"</?[^>]*>", "", name))
    if case == "lower":
        slug = slug.lower()
    elif case in ("lower-ascii", "fold"):
        slug = (
            slug.casefold()
            if case == "fold"
            else "".join(each.lower() if each.isascii() else each for each in slug)
        )
    kept = (
        each
        for each in slug
        if unicodedata.category(each)[0] in "LN"
        or unicodedata.category(each)[0] == "M"
        or each in "_-"
        or each.isspace()
        or unicodedata.category(each) == "Pc"
    )
    slug = re.sub(r"\s", separator, "".join(kept).strip())
    return quote(slug.encode()) if percent else slug


# What hooks and macros put other words for: none but them knows the anchor.
_COMPUTED = re.compile(r"<!--|\{\{|\{%")


@dataclass
class PythonMarkdown:
    """The anchors of the toc extension: the second of a name ends in `_1`."""

    slug: Slugify
    attributes: bool = True  # `{#id}` counts: the attr_list extension is on

    def __post_init__(self) -> None:
        self._used: set[str] = set()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if own_id and self.attributes:
            self._used.add(own_id)
            return own_id
        if own_id:  # then its braces are part of the heading
            heading_source = f"{heading_source} {{#{own_id}}}"
        if _COMPUTED.search(heading_source):
            return ""
        heading_source = re.sub(r"\[\^[^\]]+\]", "", heading_source)  # a footnote's mark
        slug = self.slug(" ".join(heading_text.markdown(heading_source, images=False).split()))
        while slug in self._used or not slug:
            found = re.fullmatch(r"(.*)_([0-9]+)", slug, re.DOTALL)
            slug = f"{found[1]}_{int(found[2]) + 1}" if found else f"{slug}_1"
        self._used.add(slug)
        return slug


# docutils 0.22 (Sphinx, MyST)

_DIGRAPHS = {
    0x00DF: "sz", 0x00E6: "ae", 0x0153: "oe", 0x0238: "db", 0x0239: "qp",
}  # fmt: skip
_UNDECOMPOSED = {
    0x00F8: "o", 0x0111: "d", 0x0127: "h", 0x0131: "i", 0x0142: "l", 0x0167: "t", 0x0180: "b",
    0x0183: "b", 0x0188: "c", 0x018C: "d", 0x0192: "f", 0x0199: "k", 0x019A: "l", 0x019E: "n",
    0x01A5: "p", 0x01AB: "t", 0x01AD: "t", 0x01B4: "y", 0x01B6: "z", 0x01E5: "g", 0x0225: "z",
    0x0234: "l", 0x0235: "n", 0x0236: "t", 0x0237: "j", 0x023C: "c", 0x023F: "s", 0x0240: "z",
    0x0247: "e", 0x0249: "j", 0x024B: "q", 0x024D: "r", 0x024F: "y",
}  # fmt: skip


def docutils_id(name: str) -> str:
    """`docutils.nodes.make_id`."""
    name = name.lower().translate(_DIGRAPHS).translate(_UNDECOMPOSED)
    name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", " ".join(name.split()))
    return re.sub(r"^[-0-9]+|-+$", "", name)


@dataclass
class Docutils:
    """The ids of sections: the second of a name, and one without letters, is `id1`, `id2`.

    A label before a heading is an id of its own there; its section's is not in doubt then.
    """

    plain: Callable[[str], str]

    def __post_init__(self) -> None:
        self._used: set[str] = set()
        self._counted = 0

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        label = docutils_id(own_id)
        if label:
            self._used.add(label)
        slug = docutils_id(self.plain(heading_source))
        if not slug or slug in self._used:
            while True:
                self._counted += 1
                slug = f"id{self._counted}"
                if slug not in self._used:
                    break
        self._used.add(slug)
        return label or slug


def myst_id(label: str) -> str:
    """`createHtmlId` of mystmd 1."""
    label = re.sub("['‘’\"“”]", "", " ".join(label.split())).lower()
    label = re.sub(r"^(?=[\d-])", "id-", re.sub(r"[^a-z0-9-]", "-", label))
    return re.sub(r"-{2,}", "-", label).strip("-")


@dataclass
class Myst:
    """mystmd's ids: a heading's label, or its words; the second of a name is as the first."""

    plain: Callable[[str], str]

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        return myst_id(own_id or self.plain(heading_source))


@dataclass
class Jupyter:
    """nbsphinx 0.9, Jupyter: the heading with dashes for its blanks."""

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        return own_id or heading_text.markdown(heading_source).replace(" ", "-")


# pandoc 3 (Quarto, nbdev)


def pandoc_slug(name: str) -> str:
    """`auto_identifiers`: letters, digits, `_`, `-` and `.`, from the first letter on."""
    kept = "".join(
        each for each in name.lower() if each.isspace() or each.isalnum() or each in "_-."
    )
    slug = "-".join(kept.split())
    while slug and not slug[0].isalpha():
        slug = slug[1:]
    return slug


@dataclass
class Pandoc:
    """The identifiers of Quarto's pages. The title of a page stands outside of its sections."""

    title_first: bool = True  # the first heading is the page's title where it is of level 1
    counts_title: bool = True  # ... and its name is taken all the same

    def __post_init__(self) -> None:
        self._used: set[str] = set()
        self._first = True

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        first, self._first = self._first, False
        is_title = first and level == 1 and self.title_first
        if (is_title and not self.counts_title) or (not own_id and "{{<" in heading_source):
            return ""
        slug = own_id or pandoc_slug(heading_text.pandoc(heading_source)) or "section"
        if not own_id:
            slug = _numbered(slug, self._used)
        self._used.add(slug)
        return "" if is_title else slug


# github-slugger 2 (Docusaurus 3, Astro 5)


def _kept_by_github(each: str) -> bool:
    category = unicodedata.category(each)
    return (
        category[0] in "LM"
        or category in ("Nd", "Nl", "Pc")
        or each in "- "
        or each in _OTHER_ALPHABETIC
    )


# Symbols that Unicode calls alphabetic, and so stay: circled and squared letters.
_OTHER_ALPHABETIC = frozenset(
    chr(point)
    for first, last in ((0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169),
                        (0x1F170, 0x1F189))
    for point in range(first, last + 1)
)  # fmt: skip


def github_slug(name: str, *, lower: bool = True) -> str:
    """`slug` of github-slugger."""
    name = name.lower() if lower else name
    return "".join(each for each in name if _kept_by_github(each)).replace(" ", "-")


@dataclass
class Github:
    """github-slugger's: `-1` where a name was there, and remembers what it numbered.

    `plain` is the text of a heading; `top` says whether those of level 1 have anchors at all,
    `trims` whether one dash at the end is taken away, and `own_ids` whether `{#id}` is one (Astro
    knows none).
    """

    plain: Callable[[str], str]
    top: bool = True
    trims: bool = False
    own_ids: bool = True

    def __post_init__(self) -> None:
        self._seen: dict[str, int] = {}

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if own_id and not self.own_ids:
            heading_source, own_id = f"{heading_source} {{#{own_id}}}", ""
        if own_id:
            slug = own_id
        else:
            base = slug = github_slug(self.plain(heading_source))
            while slug in self._seen:
                self._seen[base] += 1
                slug = f"{base}-{self._seen[base]}"
            self._seen[slug] = 0
            if self.trims:
                slug = slug.removesuffix("-")
        return "" if level == 1 and not self.top else slug


# @mdit-vue/shared 3 (VitePress)

_VUE_SPECIAL = re.compile(r"[\s~`!@#$%^&*()\-_+=[\]{}|\\;:\"'\u201c\u201d\u2018\u2019<>,.?/]+")


def vitepress_slug(name: str) -> str:
    name = unicodedata.normalize("NFKD", name)
    name = re.sub(r"[\u0300-\u036f\u0000-\u001f]", "", name)
    name = re.sub(r"-{2,}", "-", _VUE_SPECIAL.sub("-", name)).strip("-")
    return re.sub(r"^(\d)", r"_\1", name).lower()


@dataclass
class VitePress:
    """markdown-it-anchor with VitePress's text: without HTML, with images' descriptions."""

    def __post_init__(self) -> None:
        self._used: set[str] = set()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if not own_id:
            words = heading_text.markdown(re.sub(r":[a-z0-9_+-]+:(?=\s|$)", "", heading_source))
            own_id = _numbered(vitepress_slug(words), self._used)
        self._used.add(own_id)
        return own_id


# Mintlify, as its "Automatic anchor IDs" tell and links of its own documentation show


def mintlify_slug(name: str) -> str:
    name = unicodedata.normalize("NFKD", name.lower().replace("'", "\u2019"))
    name = re.sub(r"[^a-z0-9/&:$\u2019]+", "-", re.sub(r"[\u0300-\u036f]", "", name))
    return name.strip("-")


@dataclass
class Mintlify:
    """The second of a name ends in `-2`."""

    def __post_init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        slug = own_id or mintlify_slug(heading_text.mdx(heading_source))
        self._seen[slug] += 1
        return f"{slug}-{self._seen[slug]}" if slug and self._seen[slug] > 1 else slug

    def of_term(self, term: str, source: str) -> str:
        """What names a parameter's place, or that of a value of a response."""
        return f"param-{mintlify_slug(term)}"


# mdBook 0.5


def mdbook_slug(name: str) -> str:
    kept = (
        "-" if each.isspace() else each
        for each in name.strip().lower()
        if each.isspace() or each.isalnum() or each in "_-"
    )
    return "".join(kept)


@dataclass
class MdBook:
    """mdBook's ids: `-1` for the second of a name."""

    smart: bool = True  # dashes and quotes, as by default from 0.5 on

    def __post_init__(self) -> None:
        self._used: set[str] = set()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if own_id:  # is not minded when others are named
            return own_id
        plain = heading_text.smart if self.smart else heading_text.markdown
        words = plain(heading_source)
        slug = _numbered(mdbook_slug(words), self._used)
        self._used.add(slug)
        return slug


# goldmark with Hugo's own ids, as 0.148 to 0.168 make them


def hugo_slug(source: str, *, ascii_only: bool = False) -> str:
    """Hugo's anchor of a heading's source: of its words, dashes as its typographer has them."""
    parts = []
    for each in heading_text.smart(source).strip():
        if ascii_only and not each.isascii():
            continue
        if each in "- ":
            parts.append("-")
        elif each == "_" or unicodedata.category(each)[0] == "L" or each.isdecimal():
            parts.append(each.lower())
    return "".join(parts)


@dataclass
class Hugo:
    """Hugo's ids: `heading` where there are no letters, `-1` for the second of a name."""

    ascii_only: bool = False
    names_terms: bool = False  # of definitions, too

    def __post_init__(self) -> None:
        self._used: set[str] = set()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if not own_id:
            slug = hugo_slug(heading_source, ascii_only=self.ascii_only) or "heading"
            own_id = _numbered(slug, self._used)
        self._used.add(own_id)
        return own_id

    def of_term(self, term: str, source: str) -> str:
        return self.add(source) if self.names_terms else ""


# kramdown 2.4 with its GFM parser (Jekyll 4)


def kramdown_slug(name: str) -> str:
    """kramdown's own, for `input: kramdown`."""
    name = re.sub(r"^[^a-zA-Z]+", "", name)
    return re.sub(r"[^a-zA-Z0-9 -]", "", name).replace(" ", "-").lower()


def kramdown_gfm_slug(name: str) -> str:
    return re.sub(r"[ \t]", "-", re.sub(r"[^\w\- \t]", "", name.lower()))


@dataclass
class Kramdown:
    """Jekyll's ids, with kramdown's GFM parser or its own."""

    gfm: bool = True

    def __post_init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if own_id:
            return own_id
        if _COMPUTED.search(heading_source):
            return ""
        words = html.unescape(heading_text.smart(heading_source))
        slug = kramdown_gfm_slug(words) if self.gfm else kramdown_slug(words) or "section"
        self._seen[slug] += 1
        again = self._seen[slug] - 1
        return f"{slug}-{again}" if again else slug


# Asciidoctor 2 (Antora)

_NOT_IN_ID = re.compile(r"[^ \w.-]+")


def asciidoctor_slug(words: str, prefix: str = "_", separator: str = "_") -> str:
    slug = prefix + _NOT_IN_ID.sub("", words.lower())
    if not separator:
        return slug.replace(" ", "")
    slug = re.sub(rf"[ .{re.escape(separator)}-]+", separator, slug)
    slug = slug.removesuffix(separator)
    return slug.removeprefix(separator) if not prefix else slug


@dataclass
class Asciidoctor:
    """The ids of sections; the second of a name ends in `_2` or `-2`. A page's title has none."""

    prefix: str = "_"
    separator: str = "_"

    def __post_init__(self) -> None:
        self._used: set[str] = set()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if level == 1:
            return ""
        if own_id:
            self._used.add(own_id)
            return own_id
        if re.search(r"\{[\w-]+\}", heading_source):
            return ""
        slug = asciidoctor_slug(heading_text.asciidoc(heading_source), self.prefix, self.separator)
        unique, number = slug, 1
        while unique in self._used:
            number += 1
            unique = f"{slug}{self.separator}{number}"
        self._used.add(unique)
        return unique


# Documenter 1 (Julia)


def documenter_slug(name: str) -> str:
    """`slugify` of Documenter: letters, digits and punctuation stay, in their case."""
    slug = re.sub(r"\s+", "-", name).replace("&", "-and-")
    kept = "".join(
        each for each in slug
        if each == "-" or each in "0123456789" or unicodedata.category(each)[0] in "LP"
    )  # fmt: skip
    return re.sub(r"--+", "-", kept).strip("-")


class Documenter:
    """Documenter's: `-2` for the second of a name on a page."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        slug = documenter_slug(own_id or heading_text.markdown(heading_source))
        self._seen[slug] += 1
        return slug if self._seen[slug] == 1 else f"{slug}-{self._seen[slug]}"


# ExDoc (Elixir)


def exdoc_slug(name: str) -> str:
    """`text_to_id` of ExDoc."""
    return re.sub(r"\W+", "-", name).strip("-").lower()


class ExDoc:
    """ExDoc's: `-1` for the second of a name; a page's title has none."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if level == 1:
            return ""
        slug = exdoc_slug(own_id or heading_text.markdown(heading_source))
        if slug:
            slug = _numbered(slug, self._used)
            self._used.add(slug)
        return slug


# Markdig 0.4 (DocFX 2), whose headings have GitHub's kind of names


def markdig_slug(name: str) -> str:
    """`LinkHelper.UrilizeAsGfm`, which looks at UTF-16 by its halves: no letter is outside."""
    kept = (
        each for each in name
        if each in " -_" or (unicodedata.category(each) in _LETTERS and ord(each) <= 0xFFFF)
    )  # fmt: skip
    return "".join("-" if each == " " else each.lower() for each in kept)


_LETTERS = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nd"))


class Markdig:
    """The anchors of Markdig's AutoIdentifiers; `section` where nothing is left of a heading."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if own_id:
            heading_source = f"{heading_source} {{#{own_id}}}"
        slug = markdig_slug(heading_text.markdown(heading_source))
        slug = _numbered(slug or "section", self._used)
        self._used.add(slug)
        return slug


# GitBook

_UNCERTAIN = re.compile(r"[^\w\s.,:;?!()\[\]'‘’\"“”`…-]")


def gitbook_slug(name: str) -> str:
    """GitBook's name for a heading or a group of pages; "" where only GitBook knows it."""
    name = re.sub("[\u200b-\u200d\u2060\ufeff]", "", name).replace("&", " and ")
    name = unicodedata.normalize("NFKC", name).strip().lower()
    if _UNCERTAIN.search(name) or (not name.isascii() and re.search(r"[^\W\d_a-z]", name)):
        return ""
    slug = re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s.-]", "", name)).strip("-")
    slug = re.sub(r"(?<![^\W_])ad(?![^\W_])", "a-d", slug)  # which blockers of ads would hide
    return f"id-{slug}" if slug[:1].isdigit() else slug


class GitBook:
    """GitBook's: `-1` for the second of a name; a page's title has none."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if level == 1:
            return ""
        slug = own_id or gitbook_slug(heading_text.markdown(heading_source))
        if slug and not own_id:
            slug = _numbered(slug, self._used)
        self._used.add(slug)
        return slug

"""Python-Markdown 3.11's anchors: MkDocs, Material, Zensical."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from hyperrun.search.site import heading_text
from hyperrun.search.site.sluggers.anchors import COMPUTED

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
        if COMPUTED.search(heading_source):
            return ""
        heading_source = re.sub(r"\[\^[^\]]+\]", "", heading_source)  # a footnote's mark
        slug = self.slug(" ".join(heading_text.markdown(heading_source, images=False).split()))
        while slug in self._used or not slug:
            found = re.fullmatch(r"(.*)_([0-9]+)", slug, re.DOTALL)
            slug = f"{found[1]}_{int(found[2]) + 1}" if found else f"{slug}_1"
        self._used.add(slug)
        return slug

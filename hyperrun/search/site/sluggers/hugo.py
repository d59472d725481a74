"""Hugo's ids of goldmark's headings, as 0.148 to 0.168 make them."""

import unicodedata
from dataclasses import dataclass

from hyperrun.search.site import heading_text
from hyperrun.search.site.sluggers.anchors import numbered


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
            own_id = numbered(slug, self._used)
        self._used.add(own_id)
        return own_id

    def of_term(self, term: str, source: str) -> str:
        return self.add(source) if self.names_terms else ""

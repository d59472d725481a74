"""Documenter 1's anchors (Julia)."""

import re
import unicodedata
from collections import Counter

from hyperrun.search.site import heading_text


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

"""Mintlify's anchors, by its "Automatic anchor IDs" and links of its own documentation."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from hyperrun.search.site import heading_text


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

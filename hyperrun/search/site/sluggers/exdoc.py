"""ExDoc's anchors (Elixir)."""

import re

from hyperrun.search.site import heading_text
from hyperrun.search.site.sluggers.anchors import numbered


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
            slug = numbered(slug, self._used)
            self._used.add(slug)
        return slug

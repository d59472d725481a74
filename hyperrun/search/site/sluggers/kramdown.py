"""kramdown 2.4's ids: Jekyll 4."""

import html
import re
from collections import Counter
from dataclasses import dataclass

from hyperrun.search.site import heading_text
from hyperrun.search.site.sluggers.anchors import COMPUTED


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
        if COMPUTED.search(heading_source):
            return ""
        words = html.unescape(heading_text.smart(heading_source))
        slug = kramdown_gfm_slug(words) if self.gfm else kramdown_slug(words) or "section"
        self._seen[slug] += 1
        again = self._seen[slug] - 1
        return f"{slug}-{again}" if again else slug

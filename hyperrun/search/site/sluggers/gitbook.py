"""GitBook's anchors."""

import re
import unicodedata

from hyperrun.search.site import heading_text
from hyperrun.search.site.sluggers.anchors import numbered

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
            slug = numbered(slug, self._used)
        self._used.add(slug)
        return slug

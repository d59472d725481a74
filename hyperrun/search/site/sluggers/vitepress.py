"""@mdit-vue/shared 3's anchors: VitePress, VuePress."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from hyperrun.search.site import heading_text
from hyperrun.search.site.sluggers.anchors import numbered

_VUE_SPECIAL = re.compile(r"[\s~`!@#$%^&*()\-_+=[\]{}|\\;:\"'\u201c\u201d\u2018\u2019<>,.?/]+")


def vitepress_slug(name: str) -> str:
    name = unicodedata.normalize("NFKD", name)
    name = re.sub(r"[\u0300-\u036f\u0000-\u001f]", "", name)
    name = re.sub(r"-{2,}", "-", _VUE_SPECIAL.sub("-", name)).strip("-")
    return re.sub(r"^(\d)", r"_\1", name).lower()


@dataclass
class VitePress:
    """markdown-it-anchor with VitePress's text: without HTML, with images' descriptions."""

    slug: Callable[[str], str] = vitepress_slug

    def __post_init__(self) -> None:
        self._used: set[str] = set()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if not own_id:
            words = heading_text.markdown(re.sub(r":[a-z0-9_+-]+:(?=\s|$)", "", heading_source))
            own_id = numbered(self.slug(words), self._used)
        self._used.add(own_id)
        return own_id

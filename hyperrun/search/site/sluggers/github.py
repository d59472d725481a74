"""github-slugger 2's anchors: Docusaurus 3, Astro 5, Eleventy, Fumadocs, Nextra."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass


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

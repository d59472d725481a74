"""Markdig 0.4's anchors, which are of GitHub's kind: DocFX 2."""

import unicodedata

from hyperrun.search.site import heading_text
from hyperrun.search.site.sluggers.anchors import numbered


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
        slug = numbered(slug or "section", self._used)
        self._used.add(slug)
        return slug

"""pandoc 3's identifiers: Quarto, nbdev, Great Docs."""

from dataclasses import dataclass

from hyperrun.search.site import heading_text
from hyperrun.search.site.sluggers.anchors import numbered


def pandoc_slug(name: str) -> str:
    """`auto_identifiers`: letters, digits, `_`, `-` and `.`, from the first letter on."""
    kept = "".join(
        each for each in name.lower() if each.isspace() or each.isalnum() or each in "_-."
    )
    slug = "-".join(kept.split())
    while slug and not slug[0].isalpha():
        slug = slug[1:]
    return slug


@dataclass
class Pandoc:
    """The identifiers of Quarto's pages. The title of a page stands outside of its sections."""

    title_first: bool = True  # the first heading is the page's title where it is of level 1
    counts_title: bool = True  # ... and its name is taken all the same

    def __post_init__(self) -> None:
        self._used: set[str] = set()
        self._first = True

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        first, self._first = self._first, False
        is_title = first and level == 1 and self.title_first
        if (is_title and not self.counts_title) or (not own_id and "{{<" in heading_source):
            return ""
        slug = own_id or pandoc_slug(heading_text.pandoc(heading_source)) or "section"
        if not own_id:
            slug = numbered(slug, self._used)
        self._used.add(slug)
        return "" if is_title else slug

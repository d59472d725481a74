"""mdBook 0.5's ids."""

from dataclasses import dataclass

from hyperrun.search.site import heading_text
from hyperrun.search.site.sluggers.anchors import numbered


def mdbook_slug(name: str) -> str:
    kept = (
        "-" if each.isspace() else each
        for each in name.strip().lower()
        if each.isspace() or each.isalnum() or each in "_-"
    )
    return "".join(kept)


@dataclass
class MdBook:
    """mdBook's ids: `-1` for the second of a name."""

    smart: bool = True  # dashes and quotes, as by default from 0.5 on

    def __post_init__(self) -> None:
        self._used: set[str] = set()

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if own_id:  # is not minded when others are named
            return own_id
        plain = heading_text.smart if self.smart else heading_text.markdown
        words = plain(heading_source)
        slug = numbered(mdbook_slug(words), self._used)
        self._used.add(slug)
        return slug

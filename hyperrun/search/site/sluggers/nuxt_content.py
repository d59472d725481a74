"""MDC's anchors: Nuxt Content 2 and 3, and what is made with it (Docus, undocs)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from hyperrun.search.site.sluggers.github import Github


@dataclass
class NuxtContent:
    """github-slugger's without dashes at the ends and runs of them, and no digit first; `plain` is
    the text of a heading."""

    plain: Callable[[str], str]
    _github: Github = field(init=False)

    def __post_init__(self) -> None:
        self._github = Github(self.plain)

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        if own_id:
            return own_id
        slug = re.sub(r"-+", "-", self._github.add(heading_source)).strip("-")
        return f"_{slug}" if slug[:1].isdecimal() else slug

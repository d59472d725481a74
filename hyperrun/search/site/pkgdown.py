"""pkgdown 2, which makes the sites of R's packages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import heading_text, literals, sluggers
from hyperrun.search.site.generator import Generator, below, home_of, split_suffix

NAMES = ("_pkgdown.yml", "_pkgdown.yaml")
_FOLDERS = ("pkgdown", "inst")  # where a package may keep it
_FIRST_PAGES = ("pkgdown/index.md", "index.md", "README.md")  # the first that is there
_ARTICLES = (".rmd", ".qmd", ".md")


@dataclass(frozen=True, slots=True)
class Pkgdown(Generator):
    """The rules of one `_pkgdown.yml`; `first` is the page that its site begins with."""

    first: str = ""

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None:
            return None
        path = found[1]
        if path == self.first:
            return ""
        if path == "NEWS.md":
            return "news/index.html"
        stem, suffix = split_suffix(path)
        if suffix == ".rd":
            topic = below(stem, "man")
            return f"reference/{topic}.html" if topic and "/" not in topic else None
        article = below(stem, "vignettes")
        if article is None or suffix not in _ARTICLES or re.search(r"(?:^|/)[_.]", article):
            return None
        return f"articles/{article.removeprefix('articles/')}.html"

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        suffix = split_suffix(file)[1]
        if suffix == ".rd":
            return sluggers.Nothing()
        if suffix != ".md":
            return sluggers.Pandoc(title_first="title" not in front)
        return (
            sluggers.Nothing()
            if file.endswith("NEWS.md")
            else sluggers.Github(heading_text.markdown)
        )


def read(root: Path, config: Path) -> Pkgdown | None:
    """The rules of one `_pkgdown.yml`; None where no package of R is about it."""
    package = config.parent.parent if config.parent.name in _FOLDERS else config.parent
    if not (package / "DESCRIPTION").is_file():
        return None
    home = home_of(root, package / config.name)
    url = literals.read_yaml(literals.text(config)).get("url")
    first = next((each for each in _FIRST_PAGES if (package / each).is_file()), "")
    return Pkgdown((home,), url=url if isinstance(url, str) else "", first=first)

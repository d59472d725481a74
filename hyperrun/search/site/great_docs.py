"""great-docs 0.14, which makes a site of Quarto out of a package of Python."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import literals, sluggers
from hyperrun.search.site.generator import Generator, as_file, below, home_of, split_suffix

NAMES = ("great-docs.yml", "great-docs.yaml")
_FIRST_PAGES = ("index.qmd", "index.md", "README.md")  # the first that is there
_GUIDES = ("user_guide", "user-guide")
_NUMBER = re.compile(r"(^|/)\d+[-_]")


@dataclass(frozen=True, slots=True)
class GreatDocs(Generator):
    """The rules of one `great-docs.yml`: `first` is the page that its site begins with, `parts`
    the folders of its pages, each with what it is called there and whether numbers that order its
    files are left out."""

    first: str = ""
    parts: tuple[tuple[str, str, bool], ...] = ()

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None:
            return None
        if found[1] == self.first:
            return ""
        stem, suffix = split_suffix(found[1])
        name = stem.rpartition("/")[2]
        if suffix not in (".qmd", ".md") or name.startswith(("_", ".")) or name == "README":
            return None
        for folder, called, without_numbers in self.parts:
            path = below(stem, folder)
            if path is not None:
                path = _NUMBER.sub(r"\1", path) if without_numbers else path
                return as_file(f"{called}/{path}", ".html", "index")
        return None

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.Pandoc(title_first="title" not in front)


def read(root: Path, config: Path) -> GreatDocs | None:
    """The rules of one `great-docs.yml`."""
    settings = literals.read_yaml(literals.text(config))
    guide = settings.get("user_guide")
    named = guide if isinstance(guide, str) else ""
    folders = [each for each in (named.strip("/"), *_GUIDES) if each]
    home = config.parent
    folder = next((each for each in folders if (home / each).is_dir()), "")
    parts = [(folder, "user-guide", not isinstance(guide, list))] if folder else []
    sections = settings.get("sections")
    for section in sections if isinstance(sections, list) else ():
        source = literals.mapping(section).get("dir")
        if isinstance(source, str) and source.strip("/"):
            source = source.strip("/")
            called = re.sub(r"[_ ]", "-", source).lower()
            parts.append((source, called, literals.mapping(section).get("type") != "blog"))
    parts.append(("reference", "reference", False))
    url = settings.get("site_url")
    return GreatDocs(
        (home_of(root, config),),
        url=url if isinstance(url, str) else "",
        first=next((each for each in _FIRST_PAGES if (home / each).is_file()), ""),
        parts=tuple(parts),
    )

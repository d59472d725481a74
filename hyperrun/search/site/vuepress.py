"""VuePress 1 and 2, whose pages are those of VitePress but for their names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import home_pages, literals, sluggers
from hyperrun.search.site.generator import Generator, as_file, home_of, split_suffix

FOLDER = ".vuepress"
NAMES = tuple(f"config.{suffix}" for suffix in ("ts", "js", "mts", "mjs", "cjs"))


@dataclass(frozen=True, slots=True)
class VuePress(Generator):
    """The rules of one `.vuepress/config`."""

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None or not found[1].endswith(".md"):
            return None
        if any(part in ("node_modules", FOLDER) for part in found[1].split("/")):
            return None
        own = front.get("permalink")
        if isinstance(own, str):
            return None if ":" in own else own.lstrip("/")
        stem, _ = split_suffix(found[1])
        return as_file(stem, ".html", "README", "readme", "index")

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.VitePress()

    def lead(self, front: Mapping[str, Any]) -> str:
        return home_pages.said(front)


def read(root: Path, config: Path) -> VuePress | None:
    """The rules of one configuration file; None where it puts its pages elsewhere by a pattern."""
    said = literals.read_javascript(config, root)
    if said.get("permalinkPattern") or said.get("permalink"):
        return None
    above = home_of(root, config.parent / "x").removesuffix(FOLDER).rstrip("/")
    base = said.get("base", "/")
    return VuePress((above,), base=base if isinstance(base, str) else "")


def configuration(folder: Path) -> Path | None:
    """The configuration file of the site in `folder`."""
    return next((place for name in NAMES if (place := folder / FOLDER / name).is_file()), None)

"""Documenter 1, which makes the sites of Julia's packages. `make.jl` is read, never run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import literals, sluggers
from hyperrun.search.site.generator import Generator, as_file, as_folder, home_of, joined

NAMES = ("make.jl",)
_COMMENT = re.compile(r"(?m)^[ \t]*#.*$")
_SOURCE = re.compile(r"\bsource\s*=\s*\"([^\"$]+)\"")
_CANONICAL = re.compile(r"\bcanonical\s*=\s*\"(https?://[^\"$]+)\"")


@dataclass(frozen=True, slots=True)
class Documenter(Generator):
    """The rules of one `make.jl`."""

    directories: bool = True

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None or not found[1].endswith(".md"):
            return None
        stem = found[1].removesuffix(".md")
        return as_folder(stem, "index") if self.directories else as_file(stem, ".html", "index")

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.Documenter()


def read(root: Path, config: Path) -> Documenter | None:
    """The rules of one `make.jl`; None where it makes no documentation."""
    text = _COMMENT.sub("", literals.text(config))
    if "makedocs" not in text:
        return None
    source = _SOURCE.search(text)
    folder = joined(home_of(root, config), source[1] if source else "src")
    if folder is None or not (root / folder / "index.md").is_file():
        return None
    canonical = _CANONICAL.search(text)
    directories = not re.search(r"\bprettyurls\s*=\s*false\b", text)
    return Documenter((folder,), url=canonical[1] if canonical else "", directories=directories)

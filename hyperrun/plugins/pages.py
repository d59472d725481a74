"""`hyperrun-pages.json`, from which the server knows each page's exact source.

`search/site/manifest.py` reads it.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

NAME = "hyperrun-pages.json"
_TOPS = (".git", ".hg", "hyperrun.toml")


class Page(NamedTuple):
    """A page's address below the site, its file in the repository, its version and language."""

    path: str
    source: str
    version: str = ""
    language: str = ""


def repository(folder: Path) -> Path:
    """The repository that `folder` is in; the folder itself where there is no telling."""
    above = (folder, *folder.parents)
    return next((each for each in above if any((each / top).exists() for top in _TOPS)), folder)


def source(file: str | Path | None, root: Path) -> str:
    """A file as the repository at `root` has it; "" where it has none."""
    if file is None:
        return ""
    try:
        return Path(file).resolve().relative_to(root.resolve()).as_posix()
    except (OSError, ValueError):
        return ""


def write(site: Path, pages: Iterable[Page], tell: Callable[[str], object]) -> None:
    """Write the file into the site; where that cannot be, `tell` why, and nothing else."""
    told = [each._asdict() for each in sorted(set(pages)) if each.source]
    try:
        (site / NAME).write_text(json.dumps({"pages": told}, ensure_ascii=False, indent=1) + "\n")
    except (OSError, ValueError) as error:
        tell(f"{NAME} was not written: {error}")

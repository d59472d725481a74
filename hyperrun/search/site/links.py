"""Symbolic links in a documentation's folder: `docs/index.md` that is `../README.md`.

They are not followed, for they may lead anywhere. But a generator does follow them, so what they
lead to inside of the repository has its page where the link is.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from hyperrun.search.ignore import is_passed_over

MAX_ENTRIES = 20_000  # that are looked at
MAX_LINKS = 500

# Each target in the repository with the link that leads to it; a folder ends with a slash.
Links = tuple[tuple[str, str], ...]


def find_links(root: Path, folders: Iterable[str]) -> Links:
    """The links below `folders` that stay in the repository at `root`."""
    top = root.resolve()
    found: dict[str, str] = {}
    for folder in sorted(set(folders)):
        for place in _links(root / folder):
            target = _target(place, top)
            if target and len(found) < MAX_LINKS:
                found.setdefault(target, _named(place.relative_to(root), target))
    return tuple(sorted(found.items()))


def shown_at(links: Links, file: str) -> str:
    """Where a link shows a file; the file itself where none does."""
    for target, link in links:
        if file == target:
            return link
        if target.endswith("/") and file.startswith(target):
            return link + file[len(target) :]
    return file


def _links(folder: Path) -> Iterator[Path]:
    looked_at = 0
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not is_passed_over(each))
        for name in [*folders, *sorted(files)]:
            looked_at += 1
            if looked_at > MAX_ENTRIES:
                return
            place = Path(here, name)
            if place.is_symlink():
                yield place


def _target(place: Path, top: Path) -> str:
    """What a link leads to; "" where that is not there, elsewhere, or holds the link itself."""
    try:
        real = place.resolve(strict=True)
        target = real.relative_to(top)
        if real.is_file():
            return target.as_posix()
        if real.is_dir() and not place.parent.resolve().is_relative_to(real):
            return f"{target.as_posix()}/"
    except (OSError, ValueError, RuntimeError):  # a loop is one of the last
        pass
    return ""


def _named(place: PurePosixPath | Path, target: str) -> str:
    return f"{place.as_posix()}/" if target.endswith("/") else place.as_posix()

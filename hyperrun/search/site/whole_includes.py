"""Pages that are nothing but another file of the repository: `docs/index.md` that includes
`../README.md`. What they include has its page there, as by a link."""

import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from hyperrun.search.ignore import is_passed_over
from hyperrun.search.parsing.includes import Place
from hyperrun.search.site.links import MAX_ENTRIES, MAX_LINKS, Links

MAX_PAGE_BYTES = 1_000  # of one that says nothing itself
_SUFFIXES = frozenset((".md", ".markdown", ".mdx", ".rst"))
_FRONT = re.compile(r"---[ \t]*\n(?:(?!---[ \t]*$)[^\n]*\n)*---[ \t]*(?:\n|\Z)", re.MULTILINE)
_INCLUDE = re.compile(
    r"<!--[ \t]*@include:[ \t]*(?P<vitepress>[^\s#{>]+)[ \t]*-->"
    r"|```\{include\}[ \t]+(?P<myst>\S+)[ \t]*\n(?::relative-[\w-]+:[^\n]*\n)*```"
    r"|\.\.[ \t]+include::[ \t]+(?P<sphinx>\S+)"
    r"|-+8<-+[ \t]+[\"'](?P<snippet>[^\"'\n:]+)[\"']"
    r"|\{%-?[ \t]*include(?:-markdown)?[ \t]+[\"'](?P<plugin>[^\"'\n]+)[\"'][ \t]*-?%\}"
    r"|\{!>?[ \t]*(?P<markdown>[^\s!}]+)[ \t]*!\}"
    r"|\{\{[ \t]*#include[ \t]+(?P<mdbook>[^\s:}]+)[ \t]*\}\}"
)


def find(root: Path, folders: Iterable[str]) -> Links:
    """Each document outside of `folders` that a page below them includes as a whole, with the
    page."""
    top = root.resolve()
    inside = tuple(f"{folder}/" if folder else "" for folder in sorted(set(folders)))
    found: dict[str, str] = {}
    for folder in inside:
        for page in _small_pages(root / folder):
            file = PurePosixPath(page.relative_to(root).as_posix())
            target = _included(top, file, page)
            is_page = target is not None and str(target).startswith(inside)
            if target is not None and not is_page and len(found) < MAX_LINKS:
                found.setdefault(str(target), str(file))
    return tuple(sorted(found.items()))


def _small_pages(folder: Path) -> Iterable[Path]:
    looked_at = 0
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not is_passed_over(each))
        for name in sorted(files):
            looked_at += 1
            if looked_at > MAX_ENTRIES:
                return
            page = Path(here, name)
            if page.suffix.lower() in _SUFFIXES and not page.is_symlink():
                yield page


def _included(top: Path, file: PurePosixPath, page: Path) -> PurePosixPath | None:
    """What a page includes and says nothing beside; None where it is no document that is read by
    itself."""
    try:
        if page.stat().st_size > MAX_PAGE_BYTES:
            return None
        text = page.read_text(encoding="utf-8", errors="replace").lstrip("\ufeff")
    except OSError:
        return None
    front = _FRONT.match(text)
    match = _INCLUDE.fullmatch((text[front.end() :] if front else text).strip())
    if match is None:
        return None
    target = Place(top, file).find(next(filter(None, match.groups())))
    if target is None or target.suffix.lower() not in _SUFFIXES or target == file:
        return None
    return None if any(map(is_passed_over, target.parts)) else target

"""MyST, and Jupyter Book 2 on it: each page by its own name, whatever folder it lies in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hyperrun.search.ignore import is_passed_over
from hyperrun.search.site import heading_text, literals, sluggers
from hyperrun.search.site.generator import Generator, home_of, joined, matches, split_suffix
from hyperrun.search.site.literals import mapping, strings

NAMES = ("myst.yml",)
MAX_PAGES = 5_000
MAX_DEPTH = 20
SUFFIXES = (".md", ".ipynb", ".tex", ".myst.json")
_FIRST = ("index", "readme", "main")
_YEAR = re.compile(r"[12]\d{3}|\d{5}")
_NUMBER = re.compile(r"^[\d_.-]+")


@dataclass(frozen=True, slots=True)
class Myst(Generator):
    """The rules of one `myst.yml`; `pages` has the path of each source's page, "" for the first."""

    pages: Mapping[str, str] = field(default_factory=dict)

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        return None if found is None else self.pages.get(found[1])

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.Myst(heading_text.myst)


def slug(name: str) -> str:
    """`createSlug` of mystmd 1: without a number before it that is no year."""
    name = name if _YEAR.match(name) else _NUMBER.sub("", name) or name
    name = re.sub(r"[^a-z0-9-]+", "-", name.replace("&", "-and-").lower())
    return re.sub(r"-{2,}", "-", name).strip("-")[:50]


def read(root: Path, config: Path) -> Myst | None:
    """The rules of one project; None where nothing is its page."""
    said = literals.read_yaml(literals.text(config))
    project, site = mapping(said.get("project")), mapping(said.get("site"))
    if not (project or site):
        return None
    home = home_of(root, config)
    files = list(_listed(config.parent, project.get("toc")) if "toc" in project
                 else _found(config.parent, strings(project.get("exclude"))))  # fmt: skip
    files = list(dict.fromkeys(files))[:MAX_PAGES]
    if not files:
        return None
    by_folder = mapping(site.get("options")).get("folders") is True
    first = files[0] if "toc" in project else _index(files)
    pages, used = {first: ""}, {"index": 1}
    for file in files:
        if file != first:
            pages[file] = _address(file, used, by_folder)
    return Myst((home,), pages=pages)


def _address(file: str, used: dict[str, int], by_folder: bool) -> str:
    """The path of a page, which is a second's where one of its name came before."""
    *folders, name = split_suffix(file.removesuffix(".myst.json"))[0].split("/")
    parts = [slug(each) for each in (*(folders if by_folder else ()), name)]
    path = "/".join(parts)
    used[path] = used.get(path, 0) + 1
    path += f"-{used[path] - 1}" if used[path] > 1 else ""
    return path.removesuffix("/index") if by_folder else path


def _listed(home: Path, entries: Any, depth: int = 0) -> Iterator[str]:
    """The files of a table of contents, in its order."""
    for entry in entries if isinstance(entries, list) and depth < MAX_DEPTH else ():
        told = mapping(entry)
        file, pattern = told.get("file"), told.get("pattern")
        path = joined("", file) if isinstance(file, str) else None
        if path:
            known = (each for each in (path, *(path + end for end in SUFFIXES))
                     if (home / each).is_file())  # fmt: skip
            yield from list(known)[:1]
        if isinstance(pattern, str):
            yield from (each for each in _found(home, ()) if matches(each, (pattern,)))
        yield from _listed(home, told.get("children"), depth + 1)


def _found(home: Path, excluded: tuple[str, ...], folder: str = "") -> Iterator[str]:
    """The sources below a folder in mystmd's order: its files, then its folders, by name."""
    try:
        entries = sorted((home / folder).iterdir(), key=lambda each: _natural(each.name))
    except OSError:
        return
    below = f"{folder}/" if folder else ""
    for each in entries:
        path = below + each.name
        if each.name.endswith(SUFFIXES) and each.is_file() and not matches(path, excluded):
            yield path
    for each in entries:
        path = below + each.name
        if each.is_dir() and not each.is_symlink() and not is_passed_over(each.name) and (
            not matches(path, excluded) and not (each / NAMES[0]).is_file()
            and path.count("/") < MAX_DEPTH
        ):  # fmt: skip
            yield from _found(home, excluded, path)


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Names in the order of their numbers, `2` before `10`."""
    parts = re.split(r"(\d+)", name.lower())
    return [(not each.isdigit(), int(each) if each.isdigit() else 0, each) for each in parts]


def _index(files: list[str]) -> str:
    """The file that is the site's first page."""
    for suffix in SUFFIXES:
        for name in _FIRST:
            for file in files:
                if file.lower() == name + suffix:
                    return file
    return next((each for each in files if each.endswith(".md")), files[0])

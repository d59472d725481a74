"""GitBook, which keeps its pages in a repository by Git Sync."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hyperrun.search.site import literals, sluggers
from hyperrun.search.site.generator import (
    MARKDOWN,
    Generator,
    description,
    home_of,
    joined,
    split_suffix,
)
from hyperrun.search.site.literals import mapping

CONFIGURATION = ".gitbook.yaml"
SUMMARY = "SUMMARY.md"
SITE = "docs.yaml"  # which maps several spaces to folders
NAMES = (CONFIGURATION, SUMMARY, SITE)
ASSETS = ".gitbook"  # the folder of pictures that only GitBook makes
MAX_SPACES = 200
_ENTRY = re.compile(r"(?P<indent>[ \t]*)[*+-][ \t]+\[")
_TITLE = re.compile(r"[ \t]+(?:\"[^\"]*\"|'[^']*')[ \t]*$")
_OWN_ID = re.compile(r"\bid=\"([^\"]*)\"")


@dataclass(frozen=True, slots=True)
class Space:
    """What GitBook makes of one folder: `start` is where it begins below the site; `pages` say the
    path of each file that its summary names, None where it has no summary; `first` is the page it
    begins with."""

    start: str = ""
    first: str = "README.md"
    pages: Mapping[str, str] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class GitBook(Generator):
    """One site, whose `spaces` are in `folders`."""

    spaces: tuple[Space, ...] = ()

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None:
            return None
        space, path = self.spaces[self.folders.index(found[0])], found[1]
        if space.pages is not None:
            own = space.pages.get(path)
        else:
            own = "" if path == space.first else _of_file(path)
        if own is None:
            return None
        return f"{space.start}{own}" if own else space.start.rstrip("/")

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.GitBook()

    def lead(self, front: Mapping[str, Any]) -> str:
        return description(front)


def read(root: Path, config: Path) -> GitBook | None:
    """The site of one configuration file; None where it is another program's."""
    home = home_of(root, config)
    if config.name == SITE:
        return _site(root, home, config)
    folder = config.parent
    if config.name == SUMMARY and (
        not (folder / ASSETS).is_dir()
        or (folder / CONFIGURATION).is_file()
        or any((each / "book.toml").is_file() for each in (folder, folder.parent))
    ):
        return None
    if (folder / SITE).is_file() and _site(root, home, folder / SITE):
        return None  # which says more of the same folder
    found = _space(root, home)
    return None if found is None else GitBook((found[0],), spaces=(found[1],))


def _site(root: Path, home: str, config: Path) -> GitBook | None:
    """The spaces that a `docs.yaml` maps."""
    structure = mapping(literals.read_yaml(literals.text(config)).get("site")).get("structure")
    folders: list[str] = []
    spaces: list[Space] = []
    for start, directory in _mapped(structure, ""):
        folder = joined(home, directory) if not directory.startswith("/") else directory.strip("/")
        found = None if folder is None else _space(root, folder, start)
        if found and found[0] not in folders and len(spaces) < MAX_SPACES:
            folders.append(found[0])
            spaces.append(found[1])
    return GitBook(tuple(folders), spaces=tuple(spaces)) if spaces else None


def _mapped(structure: object, start: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Where each space begins and its folder, below a part of a site's structure."""
    for part in structure if isinstance(structure, list) and depth < 8 else ():
        said = mapping(part)
        path = said.get("path")
        own = "" if said.get("default") is True or not isinstance(path, str) else f"{path}/"
        directory = mapping(said.get("content")).get("directory")
        if said.get("type") == "space" and isinstance(directory, str):
            yield start + own, directory
        yield from _mapped(said.get("children"), start + own, depth + 1)


def _space(root: Path, home: str, start: str = "") -> tuple[str, Space] | None:
    """The folder of a space's content, and its rules; None where that is outside."""
    place = root / home / CONFIGURATION
    settings = literals.read_yaml(literals.text(place)) if place.is_file() else {}
    source, structure = settings.get("root"), mapping(settings.get("structure"))
    folder = joined(home, source.strip("/") or ".") if isinstance(source, str) else home
    if folder is None:
        return None
    first, summary = (
        joined("", said) if isinstance(said := structure.get(name), str) else usual
        for name, usual in (("readme", "README.md"), ("summary", SUMMARY))
    )
    first, summary = first or "README.md", summary or SUMMARY
    toc = root / folder / summary
    pages = dict(_pages(literals.text(toc), first)) if toc.is_file() else None
    return folder, Space(start, first, pages)


def _pages(summary: str, first: str) -> Iterator[tuple[str, str]]:
    """Each file that a table of contents names, and its path: the parts of those it is below, a
    group's heading first, and its own name."""
    group = ""
    above: list[tuple[int, str]] = []
    named = set[str]()
    for line in summary.splitlines():
        if line.startswith("## "):
            own_id = _OWN_ID.search(line)
            group = own_id[1] if own_id else sluggers.gitbook_slug(line[3:].partition("<a ")[0])
            above = []
        elif line.strip() in ("***", "---"):
            group, above = "", []
        elif entry := _ENTRY.match(line):
            path = _linked(line)
            while above and above[-1][0] >= len(entry["indent"]):
                above.pop()
            stem, suffix = split_suffix(path)
            if suffix not in MARKDOWN or path in named:
                continue
            named.add(path)
            folder, _, name = stem.rpartition("/")
            own = _part(folder.rpartition("/")[2] if name == "README" else name)
            is_group = name == "README" and not above and own == group
            above.append((len(entry["indent"]), "" if path == first or is_group else own))
            parts = [group, *(part for _, part in above)]
            yield path, "" if path == first else "/".join(filter(None, parts))


def _linked(line: str) -> str:
    """The file that an entry of a table of contents leads to; "" where it leads elsewhere."""
    target = line.rpartition("](")[2].rpartition(")")[0].strip()
    target = _TITLE.sub("", target).removeprefix("<").removesuffix(">")
    if "://" in target or "#" in target:
        return ""
    return joined("", target.replace("%20", " ").replace("\\", "")) or ""


def _of_file(path: str) -> str | None:
    """The path of a page that no table of contents places."""
    stem, suffix = split_suffix(path)
    if suffix not in MARKDOWN or any(part.startswith(".") for part in path.split("/")):
        return None
    folder, _, name = stem.rpartition("/")
    return "/".join(map(_part, (folder if name == "README" else stem).split("/")))


def _part(name: str) -> str:
    """A file's or folder's name as part of an address, whose case is not minded."""
    return name.replace(" ", "-").lower()

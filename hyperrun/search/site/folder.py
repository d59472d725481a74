"""The folder that a generator has written: where it is, whether it is of today, and its pages."""

import hashlib
import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from hyperrun.search.site import manifest, moving_names
from hyperrun.search.site.manifest import Manifest
from hyperrun.search.site.moving_names import MovingNames

log = logging.getLogger(__name__)

MAX_PAGES = 50_000
MAX_PAGE_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 12

# Below a repository, or below a folder of it that holds a site's sources.
PLACES = (
    "site", "_site", "_build/html", "build/html", "build/dirhtml", "_build/dirhtml", "build",
    ".vitepress/dist", "dist", "public", "book", "book/html", "_docs", "_book", "out", "_build",
)  # fmt: skip
HOMES = (
    "", "docs", "doc", "website", "documentation", "site", "guide", "book", "nbs", "www", "web",
    "docs/en", "apps/docs", "packages/docs",
)  # fmt: skip
_CONFIGURATION = re.compile(
    r"^(mkdocs\.ya?ml|zensical\.toml|conf\.py|_quarto\.ya?ml|settings\.ini|book\.toml|hugo\.toml"
    r"|(docusaurus|astro)\.config\.\w+|_config\.ya?ml|config\.toml)$"
)
# What generators add that repeats their pages, or says nothing.
_ADDED = re.compile(
    r"(^|/)(404|search|genindex(-\w+)?|py-modindex|http-routingtable|print|toc|print_page|tags"
    r"|offline|sitemap)(/index)?\.html?$"
    r"|(^|/)(_sources|_modules|_static|site_libs|search|assets|_next|_astro|pagefind|_pagefind"
    r"|node_modules|lunr)/",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"^(v?\d+(\.(\d+|x))*([._-]?(a|b|rc|alpha|beta|dev|post)\.?\d*)?"
    r"|stable|latest|current|dev|devel|main|master|next|nightly|edge)$"
)
_PREFERRED = ("stable", "latest", "current")
_OF_TOMORROW = ("main", "master", "dev", "devel", "next", "nightly", "edge")


@dataclass(frozen=True, slots=True)
class PageFile:
    """A page before it is read: its path below the site, and what changes when it does."""

    path: str
    stamp: str
    mtime_ns: int = 0  # 0 where that says nothing of its source


class SitePages(Protocol):
    """Where the pages of a site are."""

    def pages(self) -> Iterator[PageFile]:
        """All pages, in order."""
        ...

    def read(self, path: str) -> bytes:
        """The HTML of one. Raises OSError."""
        ...

    def address(self, path: str) -> str:
        """Its address below the site, `./` for the first."""
        ...

    def manifest(self) -> Manifest:
        """Where its pages come from, as a generator's plugin has written down."""
        ...

    def moving_names(self) -> MovingNames:
        """Which version "latest" and the like are, as mike has written down."""
        ...


class Folder:
    """The pages below a folder. `is_named` is one the operator named, whose times say nothing."""

    def __init__(self, root: Path, *, is_named: bool = False) -> None:
        self.root = root
        self.is_named = is_named

    def pages(self) -> Iterator[PageFile]:
        """Every page but those that repeat others, of several versions those of one."""
        found = _html(self.root, _other_versions(self.root))
        for count, (path, entry) in enumerate(found):
            if count == MAX_PAGES:
                log.warning("only the first %d pages of %s are read", MAX_PAGES, self.root.name)
                return
            stat = entry.stat()
            stamp = f"{stat.st_mtime_ns} {stat.st_size}"
            yield PageFile(path, stamp, 0 if self.is_named else stat.st_mtime_ns)

    def read(self, path: str) -> bytes:
        """The HTML of one page. Raises OSError."""
        place = self.root / path
        with place.open("rb") as opened:
            return opened.read(MAX_PAGE_BYTES + 1)

    def address(self, path: str) -> str:
        """A page's address, as any server of files has it."""
        name = PurePosixPath(path)
        if name.name in ("index.html", "index.htm"):
            return "./" if str(name.parent) == "." else f"{name.parent}/"
        return path

    def manifest(self) -> Manifest:
        """What the plugin's file at the site's root says."""
        try:
            with (self.root / manifest.NAME).open("rb") as opened:
                return manifest.read(opened.read(manifest.MAX_BYTES + 1))
        except FileNotFoundError:
            return {}
        except OSError as error:
            log.warning("%s cannot be read: %s", manifest.NAME, error)
            return {}

    def moving_names(self) -> MovingNames:
        """What the file says at the site's root, or beside the version that this is."""
        for folder in (self.root, self.root.parent):
            with suppress(OSError), (folder / moving_names.NAME).open("rb") as opened:
                if found := moving_names.read(opened.read(moving_names.MAX_BYTES + 1)):
                    return found
        return {}


def _html(root: Path, without: frozenset[str]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    def walk(folder: str, prefix: str, depth: int) -> Iterator[tuple[str, os.DirEntry[str]]]:
        try:
            entries = sorted(os.scandir(folder), key=lambda each: each.name)
        except OSError:
            return
        for entry in entries:
            path = prefix + entry.name
            if entry.is_symlink() or entry.name.startswith("."):
                continue
            if entry.is_dir():
                if depth < MAX_DEPTH and path not in without and not _ADDED.search(path + "/"):
                    yield from walk(entry.path, path + "/", depth + 1)
            elif path.endswith((".html", ".htm")) and not _ADDED.search(path):
                yield path, entry

    yield from walk(str(root), "", 0)


def _other_versions(root: Path) -> frozenset[str]:
    """The folders of other versions than the one that is read."""
    try:
        named = [each.name for each in os.scandir(root) if each.is_dir() and not each.is_symlink()]
        inside = {
            name: frozenset(each.name for each in os.scandir(root / name))
            for name in named
            if is_version(name) and (root / name / "index.html").is_file()
        }
    except OSError:
        return frozenset()
    return other_versions(inside)


def other_versions(inside: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Of folders that are called as versions are, and what is in each: those that hold the same
    pages as the version that readers are led to."""
    if len(inside) < 2:
        return frozenset()
    best = best_version(list(inside))
    return frozenset(
        name for name, own in inside.items() if name != best and len(own & inside[best]) > 1
    )


def is_version(name: str) -> bool:
    """Is this how sites name the folder of a version?"""
    return bool(_VERSION.match(name))


def best_version(names: Sequence[str]) -> str:
    """Of the versions of a site, the one that readers are led to."""
    for name in _PREFERRED:
        if name in names:
            return name
    numbered = [name for name in names if name not in _OF_TOMORROW]
    return max(numbered or names, key=_number)


def _number(name: str) -> tuple[bool, list[int]]:
    numbers = [int(part) for part in re.findall(r"\d+", name)]
    is_final = not re.search(r"(a|b|rc|alpha|beta|dev)\.?\d*$", name)
    return is_final, numbers


def find(root: Path) -> tuple[Path | None, str]:
    """The folder with the repository's rendered site, and why none is read where none is.

    One that is older than its generator's configuration is of another day; a page that is older
    than its source is told apart when they are matched.
    """
    why = "no rendered site in its usual places"
    found: list[tuple[int, Path]] = []
    configured = _newest_configuration(root)
    for home in HOMES:
        for place in PLACES:
            folder = root / home / place if home else root / place
            name = folder.relative_to(root).as_posix()
            if not folder.is_dir() or folder.is_symlink() or not _is_site(folder):
                continue
            newest = _newest(folder)
            if newest < configured:
                why = f"{name} is older than the configuration it comes from"
                continue
            found.append((newest, folder))
    if not found:
        return None, why
    return max(found, key=lambda each: (each[0], -len(each[1].parts)))[1], ""


def _is_site(folder: Path) -> bool:
    """Has a generator written it? Its first page, or that of a version, says so, and it holds no
    sources."""
    first = folder / "index.html"
    if not first.is_file():
        return any((folder / name / "index.html").is_file() for name in _PREFERRED)
    try:
        names = {each.name for each in os.scandir(folder)}
        if names & {"mkdocs.yml", "conf.py", "_quarto.yml", "package.json", "book.toml"}:
            return False
        head = first.read_bytes()[:100_000].lower()
    except OSError:
        return False
    if b"%public_url%" in head or b"{{" in head[:5_000] or b"/src/main." in head:
        return False  # a template, or the shell of an application
    others = sum(1 for _, _ in zip(_html(folder, frozenset()), range(2), strict=False))
    return others > 1 or b'name="generator"' in head or b"<main" in head or b"<article" in head


def _newest(folder: Path) -> int:
    """When the newest of its pages was written."""
    newest = 0
    for number, (_, entry) in enumerate(_html(folder, frozenset())):
        if number > 2_000:
            break
        newest = max(newest, entry.stat().st_mtime_ns)
    return newest


def _newest_configuration(root: Path) -> int:
    """When a generator's configuration was last written."""
    newest = 0
    for home in HOMES:
        folder = root / home if home else root
        for inner in (folder, folder / ".vitepress", folder / "source", folder / "src"):
            try:
                entries = list(os.scandir(inner))
            except OSError:
                continue
            for entry in entries:
                is_vitepress = inner.name == ".vitepress" and entry.name.startswith("config.")
                if _CONFIGURATION.match(entry.name) or is_vitepress:
                    newest = max(newest, entry.stat().st_mtime_ns)
    return newest


def digest(html: bytes) -> str:
    """What tells one state of a page from another."""
    return hashlib.sha256(html).hexdigest()


def is_passed_over(path: str) -> bool:
    """Is a page left out because it repeats others?"""
    return bool(_ADDED.search(path))

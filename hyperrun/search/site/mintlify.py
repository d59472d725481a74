"""Mintlify, by its `docs.json` or the older `mint.json`."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from hyperrun.files import read_text
from hyperrun.search import ignore
from hyperrun.search.site import literals, sluggers
from hyperrun.search.site.generator import (
    Generator,
    description,
    home_of,
    joined,
    split_suffix,
)
from hyperrun.search.site.literals import mapping

NAMES = ("docs.json", "mint.json")
MAX_BYTES = 8 * 1024 * 1024  # of a configuration with every page of every version
MAX_REFERENCES = 40  # to files that hold parts of the configuration
MAX_ENTRIES = 200_000  # of the navigation
_SUFFIXES = (".mdx", ".md")
_NO_PAGES = re.compile(
    r"(?:^|/)(?:_?snippets|node_modules|build|dist|coverage|te?mp)/"
    r"|(?:^|/)(?:README|LICENSE|CHANGELOG|CONTRIBUTING)\.md$"
)
_SNIPPET = re.compile(r"(?:^|/)_?snippets/")


@dataclass(frozen=True, slots=True)
class Mintlify(Generator):
    """The rules of one `docs.json`.

    `listed` are the pages that its navigation names, and `older` those of them that are of another
    version than the site shows by itself, which has them as well. `shows_hidden`: readers find
    pages that the navigation hides.
    """

    listed: frozenset[str] = field(default=frozenset(), repr=False)
    older: frozenset[str] = field(default=frozenset(), repr=False)
    digest: str = ""  # of both, which have no order
    ignored: tuple[str, ...] = ()
    shows_hidden: bool = False

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None or isinstance(front.get("url"), str):  # a link elsewhere
            return None
        stem, suffix = split_suffix(found[1])
        if suffix not in _SUFFIXES or _NO_PAGES.search(found[1]) or self._ignores(found[1]):
            return None
        return re.sub(r"(?:^|/)index$", "", stem)

    def leaves_out(self, file: str, front: Mapping[str, Any]) -> bool:
        found = self.inside(file)
        if found is None:
            return False
        stem, suffix = split_suffix(found[1])
        if suffix not in _SUFFIXES:
            return False
        if _SNIPPET.search(found[1]) or self._ignores(found[1]) or stem in self.older:
            return True
        is_hidden = suffix == ".mdx" and bool(self.listed) and stem not in self.listed
        return (is_hidden or front.get("hidden") is True) and not self.shows_hidden

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.Mintlify()

    def markup(self, file: str) -> str:
        return ".mdx" if file.endswith(".md") and self.page(file, {}) is not None else ""

    def lead(self, front: Mapping[str, Any]) -> str:
        return description(front)

    @property
    def titles_fences(self) -> bool:
        return True

    def _ignores(self, path: str) -> bool:
        return bool(self.ignored) and bool(ignore.matcher(self.ignored).match_file(path))


def read(root: Path, config: Path) -> Mintlify | None:
    """The rules of one configuration; None where it is of another program."""
    parts = _Parts(config.parent)
    said = parts.read(config.name)
    if not _is_mintlifys(said):
        return None
    entries = list(_entries(said.get("navigation"), parts))
    listed = {each.page for each in entries} if parts.are_whole else set()
    older = _older(entries)
    told = "\n".join([*sorted(listed), "", *sorted(older)])
    seo = mapping(said.get("seo"))
    url = mapping(seo.get("metatags")).get("canonical")
    ignored = literals.text(config.parent / ".mintignore").splitlines()[: ignore.MAX_RULES]
    return Mintlify(
        (home_of(root, config),),
        url=url.rstrip("/") + "/" if isinstance(url, str) and url.startswith("http") else "",
        listed=frozenset(listed),
        older=older,
        digest=hashlib.sha256(told.encode(errors="replace")).hexdigest()[:16],
        ignored=tuple(ignored),
        shows_hidden=seo.get("indexing") == "all",
    )


def _is_mintlifys(said: Mapping[str, Any]) -> bool:
    is_so = "mintlify" in str(said.get("$schema"))
    looks_so = "name" in said and ("theme" in said or "colors" in said)
    return is_so or (looks_so and isinstance(said.get("navigation"), (dict, list)))


@dataclass(slots=True)
class _Parts:
    """The files of a configuration, whose parts `$ref` names; few are read."""

    folder: Path
    left: int = MAX_REFERENCES
    are_whole: bool = True  # was everything read that is named?

    def read(self, name: str) -> dict[str, Any]:
        return mapping(self._json(name))

    def resolved(self, node: object) -> object:
        """A node, or what it refers to."""
        while isinstance(node, dict) and isinstance(name := node.get("$ref"), str):
            found = self._json(name)
            self.are_whole = self.are_whole and found is not None
            node = found
        return node

    def _json(self, name: str) -> Any:
        inside = joined("", name.removeprefix("/"))
        self.left -= 1
        if not inside or self.left < 0:
            return None
        try:
            return json.loads(read_text(self.folder / inside, MAX_BYTES))
        except (OSError, ValueError, RecursionError):
            return None


class _Entry(NamedTuple):
    """A page that the navigation names, in the version that is called so; `is_older`, it is not the
    version that the site shows by itself."""

    page: str
    version: str
    is_older: bool


def _entries(navigation: object, parts: _Parts) -> Iterator[_Entry]:
    """Every page that the navigation names, in whatever it is nested."""
    waiting: list[tuple[object, str, bool]] = [(navigation, "", False)]
    for _ in range(MAX_ENTRIES):
        if not waiting:
            return
        node, version, is_older = waiting.pop()
        node = parts.resolved(node)
        if isinstance(node, list):
            waiting += [(each, version, is_older) for each in reversed(node)]
        elif isinstance(node, str):
            yield _Entry(split_page(node), version, is_older)
        elif isinstance(node, dict):
            shown = _shown_by_itself(node.get("versions"))
            for key, value in node.items():
                if key == "versions" and isinstance(value, list):
                    for each in value:
                        name = str(mapping(each).get("version", ""))
                        waiting.append((each, name, is_older or each is not shown))
                elif key == "root" or isinstance(value, (dict, list)):
                    waiting.append((value, version, is_older))
    parts.are_whole = False


def split_page(name: str) -> str:
    """A page as the navigation names it, without what it may begin and end with."""
    return re.sub(r"\.mdx?$", "", name.strip("/"))


def _shown_by_itself(versions: object) -> object:
    """The version that is the default, the first where none is called so."""
    listed = versions if isinstance(versions, list) else []
    first = listed[0] if listed else None
    return next((each for each in listed if mapping(each).get("default") is True), first)


def _older(entries: Sequence[_Entry]) -> frozenset[str]:
    """The pages of other versions that the one shown by itself has as well."""
    shown = [each for each in entries if not each.is_older]
    keys, kept = {_without_version(each) for each in shown}, {each.page for each in shown}
    return frozenset(
        each.page
        for each in entries
        if each.is_older and each.page not in kept and _without_version(each) in keys
    )


def _without_version(entry: _Entry) -> str:
    """A page's path without the folder that is called as its version."""
    words = {each.removeprefix("v") for each in re.split(r"[\s()]+", entry.version.lower())}
    parts = entry.page.split("/")
    return "/".join(each for each in parts if each.lower().removeprefix("v") not in words)

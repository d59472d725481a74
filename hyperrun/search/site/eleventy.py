"""Eleventy 1 to 3: what its Markdown becomes, by permalinks that stand written down."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from hyperrun.search.ignore import is_passed_over
from hyperrun.search.site import heading_text, literals, sluggers
from hyperrun.search.site.generator import (
    Generator,
    as_folder,
    home_of,
    joined,
    matches,
    split_suffix,
)
from hyperrun.search.site.literals import mapping

NAMES = (
    ".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs",
)  # fmt: skip
MAX_FOLDERS = 4_000  # that are looked into for data of theirs
_INPUT = re.compile(r"(?:setInputDirectory\(\s*|\binput:\s*)[\"']([^\"'\n]+)[\"']")
_IGNORED = re.compile(r"\bignores\.add\(\s*[\"']([^\"'\n]+)[\"']")
_DATA_SUFFIXES = (".json", ".11tydata.json", ".11tydata.js", ".11tydata.cjs", ".11tydata.mjs")
_OWN_FOLDERS = {"includes": "_includes", "layouts": "", "data": "_data", "output": "_site"}
_VALUE = re.compile(r"\{\{-?\s*page\.(filePathStem|fileSlug)\s*(?:\|\s*(?:url|safe)\s*)*-?\}\}")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}-(?=.)")


@dataclass(frozen=True, slots=True)
class Eleventy(Generator):
    """The rules of one configuration; `permalinks` are those of folders, the innermost first."""

    left_out: tuple[str, ...] = ()  # within the folder of its sources
    permalinks: tuple[tuple[str, Any], ...] = ()
    has_github_ids: bool = False

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None or front.get("draft") is True:
            return None
        path = found[1]
        stem, suffix = split_suffix(path)
        if suffix != ".md" or matches(path, self.left_out) or "node_modules" in path.split("/"):
            return None
        own = _with_computed(front).get("permalink", self._permalink(path))
        if isinstance(own, dict):
            own = own.get("build")
        if own is None or own is True:
            above = stem.rpartition("/")[0]
            return as_folder(stem, "index", above.rpartition("/")[2] or "index")
        if not isinstance(own, str):
            return None
        filled = _VALUE.sub(lambda value: _page_value(value[1], stem), own)
        if "{{" in filled or "{%" in filled or not filled.strip("/ "):
            return "" if own == "/" else None
        return re.sub(r"(^|/)index\.html$", r"\1", re.sub(r"/+", "/", filled).lstrip("/"))

    def _permalink(self, path: str) -> Any:
        """What the data of the innermost folder says that says anything."""
        return next(
            (own for folder, own in self.permalinks if not folder or path.startswith(f"{folder}/")),
            None,
        )

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        if not self.has_github_ids:
            return sluggers.Nothing()
        return sluggers.Github(heading_text.markdown, own_ids=False)


def _with_computed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data with what is computed of it, which comes first."""
    return {**data, **mapping(data.get("eleventyComputed"))}


def _page_value(name: str, stem: str) -> str:
    """`page.filePathStem` or `page.fileSlug` of a file, without the date in its name."""
    above, slash, last = stem.rpartition("/")
    last = _DATE.sub("", last)
    if name == "filePathStem":
        return f"/{above}{slash}{last}"
    return above.rpartition("/")[2] if last == "index" else last


def read(root: Path, config: Path) -> Eleventy | None:
    """The rules of one configuration; None where its sources are elsewhere."""
    text = literals.text(config)
    folders = mapping(literals.read_javascript(config, root).get("dir"))
    named = folders.get("input")
    if not isinstance(named, str):
        found = _INPUT.search(text)
        named = found[1] if found else "."
    source = joined(home_of(root, config), named)
    if source is None or not (root / source).is_dir():
        return None
    own = [folders.get(kind, usual) for kind, usual in _OWN_FOLDERS.items()]
    ignored = [_within(each, named) for each in _IGNORED.findall(text)]
    return Eleventy(
        (source,),
        left_out=tuple(each for each in (*own, *ignored) if isinstance(each, str) and each),
        permalinks=_permalinks(root / source, root),
        has_github_ids="github-slugger" in text and "markdown-it-anchor" in text,
    )


def _within(path: str, source: str) -> str:
    """A path from the project's folder as one from that of its sources."""
    path, source = path.removeprefix("./"), source.removeprefix("./").strip("/")
    return path.removeprefix(f"{source}/") if source not in ("", ".") else path


def _permalinks(source: Path, root: Path) -> tuple[tuple[str, Any], ...]:
    """Each folder of which a file of data says a permalink, with that, the innermost first."""
    found: dict[str, Any] = {}
    for file in _data_files(source):
        data = _json(file) if file.suffix == ".json" else literals.read_javascript(file, root)
        data = _with_computed(data)
        if "permalink" in data:
            folder = file.parent.relative_to(source).as_posix()
            found["" if folder == "." else folder] = data["permalink"]
    return tuple(sorted(found.items(), key=lambda each: -len(each[0])))


def _data_files(source: Path) -> Iterator[Path]:
    """The files of data of `source` and of the folders in it, each named as its folder."""
    for above, folders, names in islice(os.walk(source), MAX_FOLDERS):
        folders[:] = sorted(each for each in folders if not is_passed_over(each))
        place = Path(above)
        for suffix in _DATA_SUFFIXES:
            file = place / f"{place.name}{suffix}"
            if file.name in names and not file.is_symlink():
                yield file


def _json(file: Path) -> dict[str, Any]:
    try:
        return mapping(json.loads(literals.text(file) or "{}"))
    except (ValueError, RecursionError):
        return {}

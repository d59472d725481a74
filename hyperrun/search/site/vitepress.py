"""VitePress 1 and 2."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import home_pages, literals, sluggers
from hyperrun.search.site.generator import (
    Generator,
    as_file,
    as_folder,
    home_of,
    joined,
    matches,
    split_suffix,
)
from hyperrun.search.site.literals import Unknown, mapping, strings
from hyperrun.search.site.text_functions import TextFunction

FOLDER = ".vitepress"
NAMES = tuple(
    f"{start}.{suffix}"
    for start in ("config", "config/index")
    for suffix in ("ts", "mts", "js", "mjs", "cts", "cjs")
)


@dataclass(frozen=True, slots=True)
class VitePress(Generator):
    """The rules of one `.vitepress/config`."""

    clean_urls: bool = False
    excluded: tuple[str, ...] = ()
    rewrites: tuple[tuple[str, str], ...] | None = ()  # None where they are computed
    own_slugs: TextFunction | Unknown | None = None  # what names anchors, where the project says it

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None or self.rewrites is None:
            return None
        path = found[1]
        if not path.endswith(".md") or "[" in path or matches(path, self.excluded):
            return None
        if any(part in ("node_modules", ".vitepress") for part in path.split("/")):
            return None
        for source, target in self.rewrites:
            if (rewritten := _rewritten(path, source, target)) is not None:
                path = rewritten
                break
        stem, _ = split_suffix(path)
        if self.clean_urls:
            return as_folder(stem, "index") if stem.split("/")[-1] == "index" else stem
        return as_file(stem, ".html", "index")

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return anchors_by(self.own_slugs)

    def lead(self, front: Mapping[str, Any]) -> str:
        return home_pages.said(front)


def anchors_by(own_slugs: TextFunction | Unknown | None) -> sluggers.Anchors:
    """By a function of the project's own; none where only running it would tell."""
    if own_slugs is None:
        return sluggers.VitePress()
    if isinstance(own_slugs, Unknown):
        return sluggers.Nothing()
    return sluggers.VitePress(own_slugs)


def own_slugs(markdown: Mapping[str, Any]) -> TextFunction | Unknown | None:
    """The function that names anchors in the settings of Markdown."""
    anchor = mapping(markdown.get("anchor"))
    if "slugify" not in anchor:
        return None
    slugify = anchor["slugify"]
    return slugify if isinstance(slugify, TextFunction) else literals.UNKNOWN


_PARAMETER = re.compile(r"\\?:(\w+)(\(.*?\))?([*+?])?")


def _rewritten(path: str, source: str, target: str) -> str | None:
    """`path` by one rewrite: `:name` is a part of a path, `:name*` any number of them."""
    out, at = "", 0
    for found in _PARAMETER.finditer(source):
        out += re.escape(source[at : found.start()])
        inner = found[2][1:-1] if found[2] else ".*" if found[3] in ("*", "+") else "[^/]+"
        out += f"(?P<{found[1]}>{inner})" if found[1].isidentifier() else inner
        at = found.end()
    out += re.escape(source[at:])
    # Only names as a whole: `:rest*` after a slash may be nothing at all.
    try:
        match = re.fullmatch(out.replace(r"\.md", r"(?:\.md)") if not at else out, path)
    except re.error:
        return None
    if match is None:
        return None
    return _PARAMETER.sub(lambda each: match.groupdict().get(each[1]) or "", target)


def read(root: Path, config: Path, folder: str) -> VitePress | None:
    """The rules of one configuration file, whose site is in `folder`."""
    said = literals.read_javascript(config, root)
    source = said.get("srcDir", ".")
    if isinstance(source, Unknown):
        return None
    inside = joined(folder, source if isinstance(source, str) else ".")
    if inside is None:
        return None
    rewrites = said.get("rewrites", {})
    sitemap = mapping(said.get("sitemap")).get("hostname")
    base = said.get("base", "/")
    base = base if isinstance(base, str) else ""
    url = ""
    if isinstance(sitemap, str) and sitemap.startswith("http") and base:
        url = sitemap.rstrip("/") + "/"
        url = url if url.endswith(base) else url.rstrip("/") + base
    return VitePress(
        (inside,),
        url=url,
        base=base,
        clean_urls=said.get("cleanUrls") is True,
        excluded=strings(said.get("srcExclude")),
        rewrites=tuple((str(one), str(other)) for one, other in rewrites.items())
        if isinstance(rewrites, dict)
        else None,
        own_slugs=own_slugs(mapping(said.get("markdown"))),
    )


def configuration(folder: Path) -> Path | None:
    """The configuration file of the site in `folder`."""
    return next((place for name in NAMES if (place := folder / FOLDER / name).is_file()), None)


def home(root: Path, config: Path) -> str:
    """The folder of the site whose configuration this is."""
    above = home_of(root, config)
    return re.sub(r"(^|/)\.vitepress(/config)?$", "", above)

"""Astro 4 to 6, and Starlight, which makes documentation sites with it."""

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import heading_text, literals, sluggers
from hyperrun.search.site.generator import Generator, home_of, joined, split_suffix
from hyperrun.search.site.literals import mapping

NAMES = tuple(f"astro.config.{suffix}" for suffix in ("mjs", "ts", "js", "mts", "cjs", "cts"))
SATTERI_SINCE = 7
_SUFFIXES = (".md", ".mdx", ".mdoc", ".markdown", ".mkdn", ".mkd", ".mdwn", ".mdown")


@dataclass(frozen=True, slots=True)
class Astro(Generator):
    """The rules of one `astro.config`: Starlight's docs, and pages written in Markdown."""

    docs: str | None = None  # Starlight's folder
    pages: str = ""
    slash: bool = True
    files: bool = False  # `a.html`, not `a/index.html`
    satteri: bool = False  # the renderer from Astro 7 on

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None or front.get("draft") is True:
            return None
        folder, path = found
        stem, suffix = split_suffix(path)
        if suffix not in _SUFFIXES:
            return None
        parts = stem.split("/")
        if folder == self.docs:
            if parts[-1].startswith("_"):
                return None
            own = front.get("slug")
            slug = own if isinstance(own, str) else "/".join(map(sluggers.github_slug, parts))
            slug = re.sub(r"(^|/)index$", "", slug.strip("/"))
            if slug == "404":
                return None
        else:
            if any(part.startswith("_") for part in parts) or "[" in path:
                return None
            slug = re.sub(r"(^|/)index$", "", stem)
        if not slug:
            return ""
        if self.files:
            return slug if not self.slash else f"{slug}/"
        return f"{slug}/" if self.slash else slug

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        plain = heading_text.astro_mdx if file.endswith(".mdx") else heading_text.astro
        if self.satteri:
            plain = functools.partial(plain, dashes=r"-{2,3}")
        return sluggers.Github(plain, trims=not self.satteri, own_ids=False)


def read(root: Path, config: Path) -> Astro | None:
    """The rules of one `astro.config`; None where there are no Markdown pages."""
    said = literals.read_javascript(config, root)
    home = home_of(root, config)
    source = said.get("srcDir", "./src")
    source = joined(home, source) if isinstance(source, str) else None
    if source is None:
        return None
    docs = f"{source}/content/docs" if source else "content/docs"
    pages = f"{source}/pages" if source else "pages"
    whole = literals.text(config)
    is_starlight = "@astrojs/starlight" in whole and (root / docs).is_dir()
    folders = ((docs,) if is_starlight else ()) + ((pages,) if (root / pages).is_dir() else ())
    if not folders:
        return None
    site, base = said.get("site"), said.get("base", "/")
    base = base if isinstance(base, str) else ""
    build = said.get("build")
    files = isinstance(build, dict) and build.get("format") == "file"
    url = site.rstrip("/") + "/" + base.strip("/") if isinstance(site, str) and base else ""
    return Astro(
        folders,
        url=url,
        base=base,
        docs=docs if is_starlight else None,
        pages=pages,
        slash=said.get("trailingSlash") != "never" and not files,
        files=files,
        satteri=_major(root, config.parent) >= SATTERI_SINCE,
    )


def _major(root: Path, folder: Path) -> int:
    """Astro's major version by the nearest `package.json`; 0 where none says."""
    for home in (folder, folder.parent, root):
        if not home.is_relative_to(root):
            continue
        try:
            package = mapping(json.loads(literals.text(home / "package.json") or "{}"))
        except (ValueError, RecursionError):
            continue
        for kind in ("dependencies", "devDependencies"):
            asked = mapping(package.get(kind)).get("astro")
            if isinstance(asked, str) and (found := re.search(r"\d+", asked)):
                return int(found[0])
    return 0

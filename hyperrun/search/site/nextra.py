"""Nextra 2 to 4 on Next.js."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import heading_text, literals, sluggers
from hyperrun.search.site.generator import Generator, home_of, joined, split_suffix

NAMES = tuple(f"next.config.{suffix}" for suffix in ("ts", "mts", "js", "mjs", "cjs"))
_IS_NEXTRA = re.compile(r"\b(?:from|require\()\s*[\"']nextra[\"']")
_CONTENT_BASE = re.compile(r"\bcontentDirBasePath:\s*[\"']/?(?P<base>[^\"']*?)/?[\"']")
_BASE_PATH = re.compile(r"\bbasePath:\s*[\"'](?P<base>/[^\"']*?)/?[\"']")
_SITE = re.compile(r"\bsiteUrl:\s*[\"'](?P<url>https?://[^\"']+)[\"']")
_GROUP = re.compile(r"\([^()/]+\)")
_PAGES, _CONTENT, _APP = "pages", "content", "app"


@dataclass(frozen=True, slots=True)
class Nextra(Generator):
    """The rules of one site; what lies in its `content` folder stands below `content_base`."""

    content_base: str = ""

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None:
            return None
        stem, suffix = split_suffix(found[1])
        parts = [each for each in stem.split("/") if not _GROUP.fullmatch(each)]
        if suffix not in (".mdx", ".md") or any(each.startswith(("_", "[")) for each in parts):
            return None
        kind = found[0].rpartition("/")[2]
        if kind == _APP:
            return "/".join(parts[:-1]) if parts[-1] == "page" else None
        parts = parts[:-1] if parts[-1] == "index" else parts
        return "/".join(
            [self.content_base] * (kind == _CONTENT and bool(self.content_base)) + parts
        )

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.Github(heading_text.mdx)


def read(root: Path, config: Path) -> Nextra | None:
    """The rules of one `next.config`; None where it is not Nextra's."""
    said = literals.text(config)
    if not _IS_NEXTRA.search(said):
        return None
    home = home_of(root, config)
    places = (joined(home, above + kind) for kind in (_CONTENT, _APP, _PAGES)
              for above in ("", "src/"))  # fmt: skip
    folders = tuple(place for place in places if place and (root / place).is_dir())
    content, base = _CONTENT_BASE.search(said), _BASE_PATH.search(said)
    sitemaps = (literals.text(path) for path in sorted(config.parent.glob("next-sitemap.config.*")))
    site = next(filter(None, map(_SITE.search, sitemaps)), None)
    return Nextra(
        folders,
        url=site["url"] if site else "",
        base=base["base"] if base else "",
        content_base=content["base"] if content else "",
    )

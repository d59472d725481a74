"""Fumadocs 14 to 16 on Next.js, with its own MDX."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import heading_text, literals, sluggers
from hyperrun.search.site.generator import Generator, home_of, joined, split_suffix

NAMES = tuple(f"source.config.{suffix}" for suffix in ("ts", "mts", "js", "mjs"))
MAX_SOURCES = 40  # files that are looked at for the loader
_DOCS = re.compile(r"\bdefineDocs\(\s*(?:\{[^}]*?\bdir:\s*[\"'](?P<folder>[^\"']+)[\"'])?")
_LOADER = re.compile(r"\bloader\(.{0,400}?\bbaseUrl:\s*[\"'](?P<base>[^\"']*)[\"']", re.DOTALL)
_LOADERS = ("lib/source*.ts*", "src/lib/source*.ts*", "app/source*.ts*", "src/source*.ts*",
            "source.ts*", "*/source.ts*", "lib/source/index.ts*")  # fmt: skip
_GROUP = re.compile(r"\([^()/]+\)")


@dataclass(frozen=True, slots=True)
class Fumadocs(Generator):
    """The rules of one `source.config` whose pages stand below `base`."""

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None:
            return None
        stem, suffix = split_suffix(found[1])
        if suffix not in (".mdx", ".md"):
            return None
        parts = [each for each in stem.split("/") if not _GROUP.fullmatch(each)]
        return "/".join(parts[:-1] if parts and parts[-1] == "index" else parts)

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.Github(heading_text.mdx)


def read(root: Path, config: Path) -> Fumadocs | None:
    """The rules of one `source.config`; None where it has other docs than one folder's, or nothing
    says where they are."""
    docs = list(_DOCS.finditer(literals.text(config)))
    home = home_of(root, config)
    if len(docs) != 1 or (base := _base(config.parent)) is None:
        return None
    folder = joined(home, docs[0]["folder"] or "content/docs")
    if folder is None or not (root / folder).is_dir():
        return None
    return Fumadocs((folder,), base=base)


def _base(home: Path) -> str | None:
    """The path that the site's first loader puts its pages below; None where none says."""
    looked_at = 0
    for pattern in _LOADERS:
        for path in sorted(home.glob(pattern)):
            looked_at += 1
            if looked_at > MAX_SOURCES:
                return None
            if found := _LOADER.search(literals.text(path)):
                return found["base"]
    return None

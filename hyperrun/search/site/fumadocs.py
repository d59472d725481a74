"""Fumadocs 14 to 16 on Next.js, with its own MDX."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from hyperrun.search.site import heading_text, literals, sluggers
from hyperrun.search.site.generator import Generator, home_of, joined, split_suffix

NAMES = tuple(f"source.config.{suffix}" for suffix in ("ts", "mts", "js", "mjs"))
MAX_SOURCES = 40  # files that are looked at for the loader
MAX_PAGES = 2_000  # that are looked at for their languages
_DOCS = re.compile(
    r"(?:\bconst\s+(?:(?P<name>\w+)|\{[^}]*\})\s*=\s*)?\bdefineDocs\("
    r"\s*(?:\{[^}]*?\bdir:\s*[\"'](?P<folder>[^\"']+)[\"'])?"
)
_LOADER = re.compile(r"\bloader\((?P<said>(?:(?!\bloader\().){0,400})", re.DOTALL)
_BASE = re.compile(r"\bbaseUrl:\s*[\"'](?P<base>[^\"']*)[\"']")
_SOURCE = re.compile(r"\bsource:\s*(?P<name>\w+)\.toFumadocsSource\(")
_LOADERS = ("lib/source*.ts*", "src/lib/source*.ts*", "app/source*.ts*", "src/source*.ts*",
            "source.ts*", "*/source.ts*", "lib/source/index.ts*", "lib/*/source.ts*",
            "src/lib/*/source.ts*")  # fmt: skip
_LANGUAGE = re.compile(r"\.(?P<language>[a-z]{2}(?:[-_][A-Za-z]{2,4})?)$")
_GROUP = re.compile(r"\([^()/]+\)")


@dataclass(frozen=True, slots=True)
class Fumadocs(Generator):
    """The rules of one `source.config` whose pages stand below `base`; those in another of its
    `languages` stand elsewhere."""

    languages: frozenset[str] = frozenset()

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None:
            return None
        stem, suffix = split_suffix(found[1])
        if suffix not in (".mdx", ".md"):
            return None
        language = _LANGUAGE.search(stem)
        if language and language["language"] in self.languages:
            return None
        parts = [each for each in stem.split("/") if not _GROUP.fullmatch(each)]
        return "/".join(parts[:-1] if parts and parts[-1] == "index" else parts)

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.Github(heading_text.mdx)


def read(root: Path, config: Path) -> Fumadocs | None:
    """The rules of one `source.config`, of its `docs` where it has other collections, too; None
    where nothing says which those are and where they stand."""
    all_docs = list(_DOCS.finditer(literals.text(config)))
    docs = [each for each in all_docs if len(all_docs) == 1 or each["name"] == "docs"]
    home = home_of(root, config)
    if len(docs) != 1:
        return None
    base = _base(config.parent, (docs[0]["name"] or "") if len(all_docs) > 1 else "")
    folder = joined(home, docs[0]["folder"] or "content/docs")
    if base is None or folder is None or not (root / folder).is_dir():
        return None
    return Fumadocs((folder,), base=base, languages=_languages(root / folder))


def _base(home: Path, name: str) -> str | None:
    """The path that the first loader of the site, or of what is called `name`, puts its pages
    below; None where none says."""
    looked_at = 0
    for pattern in _LOADERS:
        for path in sorted(home.glob(pattern)):
            looked_at += 1
            if looked_at > MAX_SOURCES:
                return None
            for loader in _LOADER.finditer(literals.text(path)):
                base, source = _BASE.search(loader["said"]), _SOURCE.search(loader["said"])
                if base and (not name or (source and source["name"] == name)):
                    return base["base"]
    return None


def _languages(folder: Path) -> frozenset[str]:
    """In which languages pages stand beside those of the same name without one."""
    found = set()
    for path in islice(folder.rglob("*.*.md*"), MAX_PAGES):
        stem, suffix = split_suffix(path.name)
        language = _LANGUAGE.search(stem)
        if language and path.with_name(stem[: language.start()] + suffix).is_file():
            found.add(language["language"])
    return frozenset(found)

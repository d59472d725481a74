"""DocFX 2."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hyperrun.search.site import literals, sluggers
from hyperrun.search.site.generator import (
    Generator,
    below,
    glob,
    home_of,
    joined,
    split_suffix,
)
from hyperrun.search.site.literals import mapping, strings

NAMES = ("docfx.json",)
MAX_GROUPS = 60
_STRING = r"(?P<kept>\"(?:[^\"\\\n]|\\.)*+\")"
_COMMENT = re.compile(_STRING + r"|//[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/")
_LAST_COMMA = re.compile(_STRING + r"|,(?=\s*+[\]}])")


@dataclass(frozen=True, slots=True)
class Content:
    """One of `build.content`: the files of `source` that globs name, and where they go."""

    source: str
    target: str
    files: tuple[str, ...]
    excluded: tuple[str, ...]

    def holds(self, path: str) -> bool:
        return _is_named(path, self.files) and not _is_named(path, self.excluded)


@dataclass(frozen=True, slots=True)
class DocFx(Generator):
    """The rules of one `docfx.json`."""

    contents: tuple[Content, ...] = ()

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        if "redirect_url" in front:
            return None
        stem, suffix = split_suffix(file)
        if suffix not in (".md", ".yml"):
            return None
        for each in self.contents:
            path = below(file, each.source)
            if path is not None and each.holds(path):
                inside = stem[len(each.source) + 1 :] if each.source else stem
                name = f"{each.target}/{inside}" if each.target else inside
                folder, _, last = name.rpartition("/")
                if last.lower() == "index":
                    return f"{folder}/" if folder else ""
                return None if last == "toc" else f"{name}.html"
        return None

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.Markdig()


def _is_named(path: str, patterns: tuple[str, ...]) -> bool:
    """Do DocFX's globs name a file? `a/**.md` and `a/**` are at any depth, and a folder alone is
    all that is in it."""
    return any(_pattern(each).fullmatch(path.lower()) for each in patterns)


@cache
def _pattern(written: str) -> re.Pattern[str]:
    written = written.lower().replace("\\", "/").removeprefix("./")
    written = re.sub(r"(^|/)\*\*(?=[^/*])", r"\1**/*", written)
    return glob(written + "**" if written.endswith("/") else written)


def read(root: Path, config: Path) -> DocFx | None:
    """The rules of one `docfx.json`; None where it makes no pages."""
    said = settings(config)
    build = mapping(said.get("build"))
    home = home_of(root, config)
    listed = build.get("content")
    contents = []
    for each in (listed if isinstance(listed, list) else [listed])[:MAX_GROUPS]:
        group = {"files": each} if isinstance(each, str) else mapping(each)
        source = group.get("src") or group.get("cwd") or "."
        folder = joined(home, source) if isinstance(source, str) else None
        target = group.get("dest") or ""
        files = _globs(group.get("files"))
        if folder is None or not isinstance(target, str) or not files:
            continue
        target = target.strip("/").removeprefix("./")
        target = "" if target == "." else target
        contents.append(Content(folder, target, files, _globs(group.get("exclude"))))
    if not contents:
        return None
    sitemap = {key.lower(): value for key, value in mapping(build.get("sitemap")).items()}
    url = sitemap.get("baseurl")
    url = url.rstrip("/") + "/" if isinstance(url, str) and url.startswith("http") else ""
    folders = tuple(dict.fromkeys(each.source for each in contents))
    return DocFx(folders, url=url or _of_cname(config), contents=tuple(contents))


def settings(config: Path) -> dict[str, Any]:
    """What a `docfx.json` says, which may have comments and commas too many."""
    text = literals.text(config).removeprefix("\ufeff")
    for left_out in (_COMMENT, _LAST_COMMA):
        text = left_out.sub(lambda found: found["kept"] or "", text)
    try:
        return mapping(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def _globs(told: object) -> tuple[str, ...]:
    return (told,) if isinstance(told, str) else strings(told)[:MAX_GROUPS]


def _of_cname(config: Path) -> str:
    """Where GitHub's pages are, by the file that stands beside the configuration."""
    name = literals.text(config.parent / "CNAME").strip()
    return f"https://{name}/" if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", name) else ""

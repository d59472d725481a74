"""Nuxt Content 2 and 3, and what makes sites with it: Docus and undocs."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hyperrun.search.site import heading_text, literals, sluggers
from hyperrun.search.site.generator import (
    Generator,
    description,
    glob,
    home_of,
    joined,
    split_suffix,
)
from hyperrun.search.site.literals import mapping

SUFFIXES = ("ts", "mts", "js", "mjs")
NAMES = tuple(f"nuxt.config.{suffix}" for suffix in SUFFIXES)
UNDOCS_FOLDER, UNDOCS_NAMES = ".config", ("docs.yaml", "docs.yml")
_IS_CONTENT = re.compile(r"@nuxt/content|\bdocus\b")
_VERSION = re.compile(r"\d+(?:\.\d+)*(?:\.x)?")
_NUMBER = re.compile(r"\d+\.")
_DROPPED = re.compile(r"[^\w\s$*+~.()'\"!\-:@]+", re.ASCII)  # by slugify 1
_SPELLED = {"$": "dollar", "%": "percent", "&": "and", "<": "less", ">": "greater", "|": "or"}
_COMPONENT = re.compile(
    r"(?<![^\s(*_])(?<!\\):[a-z][a-z\d-]*(?:\[([^\[\]]*)\](?:\{[^{}]*\})?|\{[^{}]*\})"
)


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a collection by a glob, whose fixed part `prefix` takes the place of where it is
    given."""

    include: str
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class NuxtContent(Generator):
    """The rules of one `nuxt.config`, or of undocs' `docs.yaml`; the `sources` are all files where
    none are told."""

    sources: tuple[Source, ...] = ()

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        stem, suffix = split_suffix(found[1]) if found else ("", "")
        if found is None or suffix != ".md" or any(part[:1] == "." for part in stem.split("/")):
            return None
        own = front.get("path")
        if isinstance(own, str):
            return own.strip("/")
        if self.sources:
            source = next(
                (each for each in self.sources if glob(each.include).fullmatch(found[1])), None
            )
            if source is None:
                return None
            if source.prefix is not None:
                fixed = _fixed(source.include)
                stem = f"{source.prefix.strip('/')}/{stem[len(fixed) :]}"
        parts = [part for part in stem.split("/") if part]
        named = [_named(part) for part in parts]
        if any(part and not _slug(part) for part in named):
            return None
        return "/".join(filter(None, map(_slug, named)))

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.NuxtContent(_text)

    def lead(self, front: Mapping[str, Any]) -> str:
        return description(front)


def _text(heading: str) -> str:
    """A heading's text, with what its components say."""
    return heading_text.markdown(_COMPONENT.sub(lambda found: found[1] or "", heading))


def _fixed(include: str) -> str:
    """What a glob begins with that is none."""
    found = re.search(r"[*?{\[(]", include)
    return include[: found.start()] if found else include


def _named(part: str) -> str:
    """A part of a path without its number; "" for an index."""
    if _VERSION.fullmatch(part):
        return part
    part = _NUMBER.sub("", part, count=1) if _NUMBER.match(part) else part
    return "" if part in ("index", "index.draft") else part.removesuffix(".draft")


def _slug(part: str) -> str:
    """As slugify 1 has it, in small letters."""
    plain = unicodedata.normalize("NFKD", part)
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    spelled = "".join(_SPELLED.get(each, each) for each in plain)
    return re.sub(r"\s+", "-", _DROPPED.sub("", spelled).strip()).lower()


def read(root: Path, config: Path) -> NuxtContent | None:
    """The rules of one configuration file; None where Nuxt makes no pages of Markdown."""
    home = home_of(root, config)
    if config.parent.name == UNDOCS_FOLDER:
        said = literals.read_yaml(literals.text(config))
        return NuxtContent(
            (home.removesuffix(UNDOCS_FOLDER).rstrip("/"),), url=_web(said.get("url"))
        )
    own = next(
        (
            each
            for suffix in SUFFIXES
            if (each := config.parent / f"content.config.{suffix}").is_file()
        ),
        None,
    )
    folder = joined(home, "content")
    if folder is None or not (root / folder).is_dir():
        return None
    if own is None and not _IS_CONTENT.search(literals.text(config)):
        return None
    said = literals.read_javascript(config, root)
    sources = tuple(_sources(literals.read_javascript(own, root))) if own else ()
    url = _web(mapping(said.get("site")).get("url")) or _web(
        mapping(said.get("llms")).get("domain")
    )
    return NuxtContent((folder,), url=url, sources=sources)


def _web(url: object) -> str:
    return (
        f"{url.rstrip('/')}/"
        if isinstance(url, str) and urlsplit(url).scheme in ("http", "https")
        else ""
    )


def _sources(said: Mapping[str, Any]) -> Iterator[Source]:
    """Of which files `content.config` makes pages."""
    for collection in mapping(said.get("collections")).values():
        told = mapping(collection)
        given = told.get("source") if told.get("type") == "page" else None
        for each in given if isinstance(given, list) else [given]:
            if isinstance(each, str):
                yield Source(each)
            elif isinstance(each, dict) and isinstance(each.get("include"), str):
                prefix = each.get("prefix")
                if not each.keys() & {"cwd", "repository"}:
                    yield Source(each["include"], prefix if isinstance(prefix, str) else None)


def configuration(folder: Path) -> Path | None:
    """undocs' configuration file of the site in `folder`."""
    places = (folder / UNDOCS_FOLDER / name for name in UNDOCS_NAMES)
    return next((place for place in places if place.is_file()), None)

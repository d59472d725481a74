"""Docusaurus 2 and 3: its docs, blogs and pages, their versions and translations."""

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import heading_text, literals, sluggers
from hyperrun.search.site.generator import Generator, below, home_of, joined, matches, split_suffix
from hyperrun.search.site.literals import Unknown, mapping, strings

NAMES = tuple(f"docusaurus.config.{suffix}" for suffix in ("ts", "mts", "js", "mjs", "cjs", "cts"))
_PRESETS = ("classic", "@docusaurus/preset-classic")
_EXCLUDED = ("**/_*.{js,jsx,ts,tsx,md,mdx}", "**/_*/**", "**/*.test.*", "**/__tests__/**")
_NUMBER = re.compile(r"^\d+\s*[-_.]+\s*([^-_.\s].*)$")
_NO_NUMBER = re.compile(r"^(?:\d{2}|\d{4})[-_.]\d{2}(?:[-_.](?:\d{2}|\d{4}))?.*$|^\d+[-_.]\d+.*$")
_DATED = re.compile(r"^(.*)(\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(.*?)(?:/index)?$")


@dataclass(frozen=True, slots=True)
class Content:
    """One folder of sources: what kind it is, and what its pages' addresses begin with."""

    folder: str
    kind: str  # docs, blog or pages
    route: str  # with its locale and version, without slashes at its ends
    numbers: bool = True  # `01-intro` is `intro`
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = _EXCLUDED


@dataclass(frozen=True, slots=True)
class Docusaurus(Generator):
    """The rules of one `docusaurus.config`."""

    contents: tuple[Content, ...] = ()
    trailing_slash: bool | None = None

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        content = self._content(file)
        if content is None:
            return None
        path = below(file, content.folder) or ""
        stem, suffix = split_suffix(path)
        if suffix not in (".md", ".mdx") or front.get("draft") is True:
            return None
        if content.included and not matches(path, content.included):
            return None
        if matches(path, content.excluded):
            return None
        make = {"docs": _doc, "blog": _post, "pages": _page}[content.kind]
        slug = make(stem, front, content)
        whole = posixpath.normpath(f"/{content.route}/{slug.lstrip('/')}").lstrip("/")
        ends = slug.endswith("/") or not slug
        if whole in ("", "."):
            return ""
        ends = self.trailing_slash if self.trailing_slash is not None else ends
        return f"{whole}/" if ends else whole

    def _content(self, file: str) -> Content | None:
        held = [each for each in self.contents if below(file, each.folder) is not None]
        return max(held, key=lambda each: len(each.folder), default=None)

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.Github(heading_text.mdx, top=False)


def _without_number(name: str) -> str:
    found = _NUMBER.match(name)
    return found[1] if found and not _NO_NUMBER.match(name) else name


def _doc(stem: str, front: Mapping[str, Any], content: Content) -> str:
    numbers = content.numbers and front.get("parse_number_prefixes") is not False
    own = front.get("slug")
    own = str(own) if isinstance(own, (str, int, float)) else ""
    if own.startswith("/"):
        return own
    *folders, name = stem.split("/")
    plain = [_without_number(each) if numbers else each for each in folders]
    above = "/".join(plain) + "/" if plain else ""
    bare = _without_number(name) if numbers else name
    is_index = name.lower() in ("index", "readme") or (
        bool(folders) and bare.lower() in (folders[-1].lower(), plain[-1].lower())
    )
    if own:
        return _resolved(above, own)
    if is_index:
        return above
    ident = front.get("id")
    return above + (str(ident) if isinstance(ident, (str, int)) and str(ident) else bare)


def _resolved(above: str, own: str) -> str:
    whole = posixpath.normpath("/" + above + own)
    return whole.lstrip("/") + ("/" if own.endswith("/") else "")


def _post(stem: str, front: Mapping[str, Any], content: Content) -> str:
    own = front.get("slug")
    if isinstance(own, (str, int)) and str(own):
        return str(own)
    found = _DATED.match(stem)
    if found:
        return f"{found[2].replace('-', '/')}/{found[1]}{found[3]}"
    return re.sub(r"/index$", "", stem)


def _page(stem: str, front: Mapping[str, Any], content: Content) -> str:
    own = front.get("slug")
    if isinstance(own, str) and own:
        return own
    above, slash, name = stem.rpartition("/")
    return above + slash if name == "index" else stem


def read(root: Path, config: Path) -> Docusaurus | None:
    """The rules of one `docusaurus.config`; None where there is nothing in it."""
    said = literals.read_javascript(config, root)
    home = home_of(root, config)
    contents: list[Content] = []
    presets = said.get("presets")
    for entry in presets if isinstance(presets, list) else ():
        name, options = _entry(entry)
        if name in _PRESETS:
            for kind in ("docs", "blog", "pages"):
                if options.get(kind) is not False:
                    contents += _contents(root, home, kind, mapping(options.get(kind)), said)
    plugins = said.get("plugins")
    for entry in plugins if isinstance(plugins, list) else ():
        name, options = _entry(entry)
        found = re.fullmatch(r"(?:@docusaurus/plugin-)?content-(docs|blog|pages)", name)
        if found:
            contents += _contents(root, home, found[1], options, said)
    if not contents:
        return None
    url, base = said.get("url"), said.get("baseUrl", "/")
    base = base if isinstance(base, str) else ""
    trailing = said.get("trailingSlash")
    return Docusaurus(
        tuple(each.folder for each in contents),
        url=url.rstrip("/") + "/" + base.lstrip("/") if isinstance(url, str) and base else "",
        base=base,
        contents=tuple(contents),
        trailing_slash=trailing if isinstance(trailing, bool) else None,
    )


def _entry(entry: object) -> tuple[str, dict[str, Any]]:
    """A plugin's or preset's name and options; those that are computed are empty."""
    if isinstance(entry, str):
        return entry, {}
    if isinstance(entry, list) and entry and isinstance(entry[0], str):
        return entry[0], mapping(entry[1]) if len(entry) > 1 else {}
    return "", {}


def _contents(
    root: Path, home: str, kind: str, options: dict[str, Any], said: dict[str, Any]
) -> list[Content]:
    """The folders of one plugin: each version and each translation is one."""
    default = {"docs": "docs", "blog": "blog", "pages": "src/pages"}[kind]
    path = options.get("path", default)
    route = options.get("routeBasePath", "/" if kind == "pages" else default)
    folder = joined(home, path) if isinstance(path, str) else None
    if folder is None or not isinstance(route, str):
        return []
    route = route.strip("/")
    numbers = options.get("numberPrefixParser") is not False
    if isinstance(options.get("numberPrefixParser"), Unknown):
        return []
    included = strings(options.get("include"))
    excluded = strings(options.get("exclude")) or _EXCLUDED
    found: list[Content] = []
    name = options.get("id")
    name = name if isinstance(name, str) and name != "default" else ""
    versions = _versions(root, home, name, options) if kind == "docs" else [("", "")]
    for locale, prefix in _locales(said):
        translated = f"i18n/{locale}/docusaurus-plugin-content-{kind}" + (f"-{name}" * bool(name))
        for version, version_path in versions:
            if locale:
                below_locale = "" if kind != "docs" else version or "current"
                place = joined(home, f"{translated}/{below_locale}")
            elif version:
                before = f"{name}_" if name else ""
                place = joined(home, f"{before}versioned_docs/{version}")
            else:
                place = folder
            if place is not None and (root / place).is_dir():
                whole = "/".join(part for part in (prefix, route, version_path) if part)
                found.append(Content(place, kind, whole, numbers, included, excluded))
    return found


def _locales(said: dict[str, Any]) -> list[tuple[str, str]]:
    """Each locale with its path: the default one, written "", has none."""
    i18n = mapping(said.get("i18n"))
    default = i18n.get("defaultLocale", "en")
    configs = mapping(i18n.get("localeConfigs"))
    found = [("", "")]
    for locale in strings(i18n.get("locales")):
        if locale != default:
            path = mapping(configs.get(locale)).get("path", locale)
            found.append((locale, path if isinstance(path, str) else locale))
    return found


def _versions(root: Path, home: str, name: str, options: dict[str, Any]) -> list[tuple[str, str]]:
    """Each version's folder, "" for the current one, with its path.

    Where only released ones are published and the last has no folder, its build copies the current.
    """
    before = f"{name}_" if name else ""
    file = joined(home, f"{before}versions.json")
    try:
        listed = strings(json.loads(literals.text(root / file)) if file else [])
    except ValueError:
        listed = ()
    if options.get("disableVersioning") is True:
        listed = ()
    last = options.get("lastVersion")
    last = last if isinstance(last, str) else listed[0] if listed else "current"
    own = mapping(options.get("versions"))
    only = strings(options.get("onlyIncludeVersions"))
    is_released = bool(listed) and options.get("includeCurrentVersion") is False
    place = joined(home, f"{before}versioned_docs/version-{last}")
    is_copied = last in listed and place is not None and not (root / place).is_dir()
    found = []
    for version in ("current", *listed):
        shown = last if version == "current" and is_released and is_copied else version
        if shown == "current" and is_released:
            continue
        if only and shown not in only:
            continue
        usual = "" if shown == last else "next" if shown == "current" else shown
        path = mapping(own.get(shown)).get("path", usual)
        if isinstance(path, str):
            found.append(("" if version == "current" else f"version-{version}", path.strip("/")))
    return found

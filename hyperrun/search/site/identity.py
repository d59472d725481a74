"""What a project calls itself and the picture it shows, out of its site's own configuration."""

import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.files import read_text
from hyperrun.search.site import docfx, literals, mintlify
from hyperrun.search.site.literals import mapping
from hyperrun.text import plain

log = logging.getLogger(__name__)

MAX_NAME_CHARS = 40
_PICTURES = (".svg", ".png", ".webp", ".jpg", ".jpeg", ".ico")
# Where a logo lies, when no configuration says it.
_USUAL = tuple(
    f"{folder}/{name}"
    for folder in (
        "docs/_static", "docs/source/_static", "docs/assets", "docs/images", "docs/img",
        "docs/public", "static/img", "website/static/img", "public", "src/assets", "assets", "docs",
    )
    for name in ("logo.svg", "logo.png", "icon.svg", "favicon.svg", "favicon.png")
)  # fmt: skip
# "Lantern documentation", "Lantern | Docs": the project is called Lantern.
_SUFFIX = re.compile(
    r"\s*(?:[|·:–—-]\s*)?(?:(?:the|official|developer|project)\s+)*"
    r"(?:docs|documentation|user guide|website)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A project's name, "" where it names none, and its logo's file."""

    name: str = ""
    logo: Path | None = None


def read(root: Path, configurations: Iterable[Path]) -> Identity:
    """The identity of the project in `root`, out of its sites' `configurations`, main one first.

    What cannot be read is passed over.
    """
    name, pictures = "", list[str]()
    for file in configurations:
        try:
            found, logos = _of(file)
        except Exception as error:  # a stranger's configuration
            log.debug("%s tells no name: %s", file.name, error)
            continue
        name = name or _clean(found)
        beside = file.parent.relative_to(root).as_posix()
        pictures += [f"{beside}/{folder}{logo}" for logo in logos for folder in _FOLDERS]
    return Identity(name or _package(root), _picture(root, [*pictures, *_USUAL]))


# What a site's addresses of pictures are relative to.
_FOLDERS = (
    "",
    "docs/",
    "static/",
    "public/",
    "_static/",
    "../static/",
    "../public/",
    "../docs/public/",
)


def _of(file: Path) -> tuple[object, list[str]]:
    """The name and the pictures that one configuration file names."""
    if file.suffix in (".yml", ".yaml"):
        said = literals.read_yaml(literals.text(file))
        theme, site = mapping(said.get("theme")), mapping(said.get("website") or said.get("book"))
        navbar = mapping(site.get("navbar"))
        logos = [theme.get("logo"), navbar.get("logo"), site.get("favicon"), theme.get("favicon")]
        return said.get("site_name") or site.get("title") or said.get("title"), _texts(logos)
    if file.suffix == ".toml":
        said = literals.read_toml(literals.text(file))
        project, book = mapping(said.get("project")), mapping(said.get("book"))
        theme = mapping(project.get("theme"))
        name = project.get("site_name") or book.get("title") or said.get("title")
        return name, _texts([theme.get("logo"), theme.get("favicon")])
    if file.name == "conf.py":
        said = literals.read_python(literals.text(file))
        options = mapping(said.get("html_theme_options"))
        logos = [said.get("html_logo"), options.get("light_logo"), said.get("html_favicon")]
        return said.get("project"), _texts(logos)
    if file.name in docfx.NAMES:
        build = mapping(docfx.settings(file).get("build"))
        told = mapping(build.get("globalMetadata"))
        return told.get("_appName") or told.get("_appTitle"), _texts(
            [told.get("_appLogoPath"), told.get("_appFaviconPath")]
        )
    if file.suffix in (".js", ".ts", ".mjs", ".mts"):
        said = literals.read_javascript(file, file.parent)
        theme = mapping(said.get("themeConfig"))
        logo = theme.get("logo") or mapping(theme.get("navbar")).get("logo") or said.get("logo")
        logos = [logo, *(mapping(logo).get(key) for key in ("src", "light")), said.get("favicon")]
        return said.get("title"), _texts(logos)
    if file.suffix == ".json":
        said = mapping(json.loads(read_text(file, mintlify.MAX_BYTES)))
        shown = [said.get("logo"), said.get("favicon")]
        lights = [mapping(each).get("light") for each in shown]
        return said.get("name"), _texts([shown[0], lights[0], shown[1], lights[1]])
    return "", []


def _texts(values: Iterable[object]) -> list[str]:
    return [value.strip().lstrip("/") for value in values if isinstance(value, str) and value]


def _clean(name: object) -> str:
    """A site's title as the name of what it documents."""
    if not isinstance(name, str):
        return ""
    line = plain(name)
    short = _SUFFIX.sub("", line)
    return short if 0 < len(short) <= MAX_NAME_CHARS else ""


def _package(root: Path) -> str:
    """What a package calls itself, where its configuration says so in a line."""
    try:
        said: Mapping[str, Any] = literals.read_toml(literals.text(root / "pyproject.toml"))
    except Exception:  # there is none, or it is not TOML
        return ""
    return _clean(mapping(said.get("project")).get("name"))


def _picture(root: Path, places: Iterable[str]) -> Path | None:
    """The first of `places` that is a picture inside of `root`."""
    inside = root.resolve()
    for place in places:
        path = (root / place).resolve()
        if path.suffix.lower() in _PICTURES and path.is_relative_to(inside) and path.is_file():
            return path
    return None

"""Quarto 1.5 and later, and nbdev, which makes its sites with it."""

import configparser
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import literals, sluggers
from hyperrun.search.site.generator import (
    FIRST_HEADING,
    Generator,
    as_file,
    glob,
    home_of,
    joined,
    split_suffix,
)
from hyperrun.search.site.literals import mapping, strings

NAMES = ("_quarto.yml", "_quarto.yaml")
NBDEV_NAMES = ("settings.ini", "pyproject.toml")
_SUFFIXES = (".qmd", ".md", ".ipynb", ".rmd")
_PROJECTS = ("website", "book")
_KEPT = ".html.md"  # a page once more, with what its cells wrote (`keep-md`)


@dataclass(frozen=True, slots=True)
class Quarto(Generator):
    """The rules of one `_quarto.yml`, or of one nbdev project."""

    rendered: tuple[str, ...] = ()  # globs, with `!` before those left out; () for everything
    chapters: tuple[str, ...] | None = None  # of a book
    nbdev: bool = False

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None:
            return None
        path = found[1]
        stem, suffix = split_suffix(path)
        parts = path.split("/")
        if suffix not in _SUFFIXES or any(part[0] in "_." for part in parts if part):
            return None
        if front.get("draft") is True or not _as_html(front.get("format")):
            return None
        if not self._renders(path, parts[-1]):
            return None
        above, slash, name = stem.rpartition("/")
        output = front.get("output-file")
        if self.nbdev and suffix == ".ipynb" and (front.get("title") or front.get(FIRST_HEADING)):
            name = re.sub(r"^\d+[a-zA-Z0-9]*_", "", name.lower())
        elif isinstance(output, str) and output:
            name = output.removesuffix(".html")
        return as_file(f"{above}{slash}{name}", ".html", "index")

    def leaves_out(self, file: str, front: Mapping[str, Any]) -> bool:
        return self.inside(file) is not None and file.endswith(_KEPT)

    def _renders(self, path: str, name: str) -> bool:
        if self.chapters is not None:
            return path in self.chapters
        wanted = [each for each in self.rendered if not each.startswith("!")]
        if any(_names(each[1:], path) for each in self.rendered if each.startswith("!")):
            return False
        if wanted:
            return any(_names(each, path) for each in wanted)
        return not re.match(r"(?i)readme\.[rq]?md$|(claude|agents)\.md$", name)

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        is_notebook = file.endswith(".ipynb")
        return sluggers.Pandoc(
            title_first="title" not in front,
            counts_title=not (self.nbdev and is_notebook),
        )


def _as_html(formats: object) -> bool:
    """Is a page made in HTML, by what its front matter says of formats?"""
    if formats is None:
        return True
    if isinstance(formats, str):
        return formats in ("html", "dashboard", "default") or formats.endswith("-html")
    return any(str(name) == "html" or str(name).endswith("-html") or name == "dashboard"
               for name in mapping(formats))  # fmt: skip


def _names(pattern: str, path: str) -> bool:
    """Does an entry of `render` name a file? A folder names all that is in it."""
    pattern = pattern.removeprefix("./").removeprefix("/").rstrip("/")
    if glob(pattern).fullmatch(path) or path.startswith(pattern + "/"):
        return True
    return "/" not in pattern and bool(glob("**/" + pattern).fullmatch(path))


def read(root: Path, config: Path) -> Quarto | None:
    """The rules of one `_quarto.yml`; None where it makes no site."""
    home = home_of(root, config)
    settings = _with_profile(config)
    project = settings.get("project")
    kind = mapping(project).get("type")
    if not isinstance(kind, str):
        kind = next((name for name in _PROJECTS if name in settings), "default")
    if kind not in _PROJECTS:
        return None
    url = mapping(settings.get(kind)).get("site-url")
    chapters = None
    if kind == "book":
        book = mapping(settings.get("book"))
        chapters = tuple(_chapters([book.get("chapters"), book.get("appendices")]))
    return Quarto(
        (home,),
        url=url if isinstance(url, str) else "",
        rendered=strings(mapping(project).get("render")),
        chapters=chapters,
    )


def _with_profile(config: Path) -> dict[str, Any]:
    """The settings, with those of the profile that is on by default."""
    settings = literals.read_yaml(literals.text(config))
    default = mapping(settings.get("profile")).get("default")
    names = strings(default)
    groups = mapping(settings.get("profile")).get("group")
    if not names and isinstance(groups, list) and groups:
        first = groups[0]
        names = (first,) if isinstance(first, str) else strings(first)[:1]
    for name in names:
        if re.fullmatch(r"[\w.-]+", name):
            more = literals.text(config.with_name(f"_quarto-{name}{config.suffix}"))
            settings = literals.merged(settings, literals.read_yaml(more))
    return settings


def _chapters(entries: object) -> list[str]:
    """Every file that a book's table of contents names."""
    found: list[str] = []
    if isinstance(entries, str):
        return [entries.removeprefix("./")]
    if isinstance(entries, dict):
        for name in ("part", "file", "href", "chapters", "contents"):
            found += _chapters(entries.get(name))
    for entry in entries if isinstance(entries, list) else ():
        found += _chapters(entry)
    return found


def read_nbdev(root: Path, config: Path) -> Quarto | None:
    """The rules of an nbdev project; None where the file is not one's."""
    home = home_of(root, config)
    url = ""
    if config.name == "settings.ini":
        settings = _settings(literals.text(config))
        if not {"nbs_path", "lib_name"} & settings.keys():
            return None
    else:
        whole = literals.read_toml(literals.text(config))
        tool = mapping(whole.get("tool")).get("nbdev")
        if not isinstance(tool, dict):
            return None
        settings = {name: value for name, value in tool.items() if isinstance(value, str)}
        urls = mapping(mapping(whole.get("project")).get("urls"))
        named = {str(name).lower(): value for name, value in urls.items()}
        url = next((value for name in ("documentation", "docs")
                    if isinstance(value := named.get(name), str)), "")  # fmt: skip
    folder = joined(home, settings.get("nbs_path") or "nbs")
    if folder is None or not (root / folder).is_dir():
        return None
    quarto: dict[str, Any] = {}
    for name in ("nbdev.yml", *NAMES):
        quarto = literals.merged(quarto, literals.read_yaml(literals.text(root / folder / name)))
    said = mapping(quarto.get("website")).get("site-url")
    host, base = settings.get("doc_host", ""), settings.get("doc_baseurl", "")
    if host.startswith("http"):
        url = host.rstrip("/") + "/" + base.strip("/")
    if isinstance(said, str) and said.startswith("http"):
        url = said
    return Quarto(
        (folder,),
        url=url,
        rendered=strings(mapping(quarto.get("project")).get("render")),
        nbdev=True,
    )


def _settings(source: str) -> dict[str, str]:
    """`settings.ini`, its `%(names)s` filled in where they can be."""
    parser = configparser.ConfigParser(strict=False)
    try:
        parser.read_string(source)
    except configparser.Error:
        return {}
    found = {}
    for name in parser.defaults():
        try:
            found[name] = parser["DEFAULT"][name]
        except configparser.InterpolationError:
            continue
    return found

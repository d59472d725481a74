"""Sphinx 9 with reStructuredText, MyST or notebooks. `conf.py` is read, never run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import heading_text, literals, sluggers
from hyperrun.search.site.generator import Generator, as_file, as_folder, home_of
from hyperrun.search.site.literals import mapping, strings

NAMES = ("conf.py",)
_BY_EXTENSION = {
    ".md": ("myst_parser", "myst_nb", "recommonmark", "myst_nb.sphinx_ext"),
    ".ipynb": ("nbsphinx", "myst_nb", "myst_nb.sphinx_ext"),
    ".myst": ("myst_nb",),
}
_FORMATS = ("nbsphinx_custom_formats", "nb_custom_formats")
_MARKED = (".rmd", ".qmd", ".md")  # what of these formats is markup with cells in it
_ITS_OWN = {"project", "extensions", "html_theme", "master_doc", "root_doc", "exclude_patterns"}
# A command that builds so, not in a comment.
_DIRHTML = re.compile(r"(?m)^[^#\n]*(?:\s(?:-b|-M|--builder)[ =]|\bmake )\s*[\"']?dirhtml\b")


@dataclass(frozen=True, slots=True)
class Sphinx(Generator):
    """The rules of one `conf.py`."""

    suffixes: tuple[str, ...] = (".rst",)
    excluded: tuple[str, ...] = ()
    file_suffix: str = ".html"
    directories: bool = False  # the dirhtml builder
    notebooks: tuple[str, ...] = ()  # suffixes of those that nbsphinx reads

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None:
            return None
        path = found[1]
        suffix = max((each for each in self.suffixes if path.endswith(each)), key=len, default="")
        if not suffix or _is_excluded(path, self.excluded):
            return None
        stem = path.removesuffix(suffix)
        if self.directories:
            return as_folder(stem, "index")
        return as_file(stem, self.file_suffix, "index")

    def markup(self, file: str) -> str:
        return ".rst" if file.endswith(".txt") and self.page(file, {}) is not None else ""

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        if file.endswith(self.notebooks):
            return sluggers.Jupyter()
        if file.endswith((".rst", ".txt")):
            return sluggers.Docutils(heading_text.restructured)
        return sluggers.Docutils(heading_text.myst)


def read(root: Path, config: Path) -> Sphinx | None:
    """The rules of one `conf.py`; None where it is not Sphinx's."""
    said = literals.read_python(literals.text(config))
    if not _ITS_OWN & said.keys():
        return None
    home = home_of(root, config)
    extensions = set(strings(said.get("extensions")))
    suffixes = said.get("source_suffix", ".rst")
    known = list(suffixes) if isinstance(suffixes, dict) else list(strings(suffixes))
    known = [each for each in known if isinstance(each, str)] or [".rst"]
    cells = formats(said)
    known += [suffix for suffix, names in _BY_EXTENSION.items()
              if suffix not in known and extensions.intersection(names)]  # fmt: skip
    known += [each for each in cells if each not in known]
    first = said.get("root_doc", said.get("master_doc", "index"))
    first = first if isinstance(first, str) else "index"
    if not any((config.parent / f"{first}{suffix}").is_file() for suffix in known):
        return None
    url = said.get("html_baseurl")
    file_suffix = said.get("html_link_suffix") or said.get("html_file_suffix")
    return Sphinx(
        (home,),
        url=url if isinstance(url, str) and url.startswith("http") else "",
        suffixes=tuple(known),
        excluded=(*strings(said.get("exclude_patterns")), *_templates(said)),
        file_suffix=file_suffix if isinstance(file_suffix, str) else ".html",
        directories=_builds_directories(root),
        notebooks=(".ipynb", *cells) if "nbsphinx" in extensions else (),
    )


def formats(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Suffixes of what is read as notebooks besides these themselves, by Jupytext most often."""
    named = [each for name in _FORMATS for each in mapping(said.get(name))]
    return tuple(each for each in named if str(each).lower() in _MARKED)


def _templates(said: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(path.rstrip("/") for path in strings(said.get("templates_path")))


def _builds_directories(root: Path) -> bool:
    """Is it built by dirhtml, as far as Read the Docs' file says, by a setting or a command?"""
    places = (root / name for name in (".readthedocs.yaml", ".readthedocs.yml", "readthedocs.yml"))
    hosted = next((place for place in places if place.is_file()), None)
    if hosted is None:
        return False
    text = literals.text(hosted)
    sphinx = mapping(literals.read_yaml(text).get("sphinx"))
    return sphinx.get("builder") == "dirhtml" or bool(_DIRHTML.search(text))


def _is_excluded(path: str, patterns: tuple[str, ...]) -> bool:
    """By Sphinx's own globs, of which `*` stays within a folder, and `**` does not."""
    parts = path.split("/")
    above = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    return any(expression.match(each) for expression in map(_pattern, patterns) for each in above)


def _pattern(pattern: str) -> re.Pattern[str]:
    out, at = "", 0
    while at < len(pattern):
        each = pattern[at]
        if pattern.startswith("**", at):
            out, at = out + ".*", at + 1
        elif each == "*":
            out += "[^/]*"
        elif each == "?":
            out += "[^/]"
        elif each == "[" and "]" in pattern[at + 1 :]:
            end = pattern.index("]", at + 1)
            inner = pattern[at + 1 : end].replace("\\", "\\\\")
            out, at = out + "[" + ("^/" + inner[1:] if inner[:1] == "!" else inner) + "]", end
        else:
            out += re.escape(each)
        at += 1
    try:
        return re.compile(out + "$")
    except re.error:
        return re.compile(r"(?!)")

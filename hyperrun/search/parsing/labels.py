"""What a reference without words of its own says: the title of the section or page it leads to."""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

from hyperrun.search.ignore import is_passed_over
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.markdown import quarto

MAX_FILES = 2_000
MAX_CHARS = 200_000  # of one file

_MARK = r"[!-/:-@\[-`{-~]"
_RST_TITLE = (
    rf"(?:(?P<over>{_MARK})(?P=over){{2,}}[ \t]*\n)?[ ]?(?P<title>\S[^\n]*)\n"
    rf"(?P<under>{_MARK})(?P=under)+[ \t]*$"
)
_RST_LABEL = re.compile(
    r"^\.\. _(?P<labels>[^\n]+?):[ \t]*\n(?P<more>(?:[ \t]*\n|\.\. _[^\n]+:[ \t]*\n)*)"
    + _RST_TITLE,
    re.MULTILINE,
)
_RST_FIRST = re.compile(r"^" + _RST_TITLE, re.MULTILINE)
_MYST_LABEL = re.compile(
    r"^\((?P<labels>[\w:./ -]+)\)=[ \t]*\n(?:[ \t]*\n)*#{1,6}[ \t]+(?P<title>[^\n]+)$", re.MULTILINE
)
_MYST_FIRST = re.compile(r"^#[ \t]+(?P<title>[^\n]+)$", re.MULTILINE)
_MYST_FRONT = re.compile(
    r"---[ \t]*\n(?:(?!---|title:)[^\n]*\n){,40}title:[ \t]*([\"']?)(?P<title>[^\n]+?)\1[ \t]*\n"
)


# Quarto's: a section's own, and what refers to it or to what is counted.
_SECTION = re.compile(
    r"^#{1,6}[ \t](?P<title>[^\n{]*)\{(?P<attributes>[^}\n]*)\}[ \t]*$", re.MULTILINE
)
_SECTION_ID = re.compile(r"#(sec-[\w-]+)")
_REFERENCE = re.compile(r"(?<![\w@.`/-])-?@(?P<label>(?P<kind>sec|fig|tbl|eq|lst)-[\w-]*\w)")
_COUNTED = {"fig": "the figure", "tbl": "the table", "eq": "the equation", "lst": "the listing"}
# What DocFX knows a page by.
_FRONT = re.compile(r"\ufeff?---[ \t]*\n(?:(?!---)[^\n]*\n){1,60}---[ \t]*\n")
_UID = re.compile(r"^uid:(?P<uid>[^\n]+)$", re.MULTILINE)
_FRONT_TITLE = re.compile(r"^title:(?P<title>[^\n]+)$", re.MULTILINE)
MAX_FRONT_CHARS = 8_000  # of a file, in which its uid and its title stand
_OF_QUARTO = (".qmd", ".rmd", ".ipynb")


def title_of(place: Place, label: str) -> str:
    """The title of the section that `label` stands above, as it is written; "" for none."""
    folder = place.file.parts[0] if len(place.file.parts) > 1 else ""
    labels, _ = _known(str(place.root), folder)
    return labels.get(re.sub(r"\s+", " ", label).lower(), "")


def page_title(place: Place, name: str) -> str:
    """The title of the page called `name`, from the page at `place`; "" for none."""
    folder = place.file.parts[0] if len(place.file.parts) > 1 else ""
    _, titles = _known(str(place.root), folder)
    name = re.sub(r"\.(?:rst|md|myst|ipynb|txt)$", "", name)
    above = [str(each) for each in place.file.parents]
    bases = above[::-1] if name.startswith("/") else above[:1]  # from the top, or from the page
    for base in bases:
        path = os.path.normpath(os.path.join(base, name.lstrip("/")))
        if path in titles:
            return titles[path]
    return ""


def words(place: Place, role: str, target: str, depth: int = 0) -> str:
    """What the role `ref` or `doc` says of a target alone; "" for another role, or none found."""
    short = role.rpartition(":")[2]
    if short not in ("ref", "doc") or not target.strip():
        return ""
    title = title_of(place, target) if short == "ref" else page_title(place, target)
    title = re.sub(r":[\w:.+-]+:`~?([^`<]+?)(?:\s*<[^`]*>)?`", r"\1", title)
    return re.sub(r"[`*]|\s*\{[^}]*\}$", "", title)


def referred(place: Place, text: str) -> str:
    """Text with what Quarto's references say, which numbers sections, figures and tables: `see
    @sec-dim` with the title of that section, and `see @fig-dim` with "the figure"."""
    if not str(place.file).lower().endswith(_OF_QUARTO):
        return text

    def said(match: re.Match[str]) -> str:
        if counted := _COUNTED.get(match["kind"]):
            return counted if match.start() else counted.capitalize()
        return _sections(str(place.root)).get(match["label"]) or match[0]

    return _REFERENCE.sub(said, text)


@lru_cache(maxsize=8)
def _sections(root: str) -> dict[str, str]:
    """The titles of the sections that Quarto's references name, anywhere in the repository."""
    found: dict[str, str] = {}
    for path in _sources(root, "", (".qmd", ".md", ".rmd", ".Rmd")):
        for match in _SECTION.finditer(_text(root, path)):
            if label := _SECTION_ID.search(match["attributes"]):
                words = quarto.words(match["title"])
                found.setdefault(label[1], re.sub(r"[`*]", "", words).strip())
    return found


def uid_title(place: Place, uid: str) -> str:
    """The title of the page that DocFX knows by this uid; "" for none."""
    return _uids(str(place.root)).get(uid.lower(), "")


def has_uids(place: Place) -> bool:
    """Have pages of the repository uids, so that `@uid` may stand for one?"""
    return bool(_uids(str(place.root)))


@lru_cache(maxsize=8)
def _uids(root: str) -> dict[str, str]:
    """The titles of DocFX's pages by their uids, in small letters."""
    found: dict[str, str] = {}
    for path in _sources(root, "", (".md",)):
        text = _text(root, path, MAX_FRONT_CHARS)
        front = _FRONT.match(text)
        uid = _UID.search(front[0]) if front else None
        if front is None or uid is None:
            continue
        title = _FRONT_TITLE.search(front[0]) or _MYST_FIRST.search(text, front.end())
        if title:
            words = re.sub(r"[`*]", "", title["title"]).strip()
            found.setdefault(_unquoted(uid["uid"]).lower(), _unquoted(words))
    return found


def _unquoted(value: str) -> str:
    return value.strip().strip("\"'")


def _text(root: str, path: str, most: int = MAX_CHARS) -> str:
    try:
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            return file.read(most)
    except OSError:
        return ""


@lru_cache(maxsize=8)
def _known(root: str, folder: str) -> tuple[dict[str, str], dict[str, str]]:
    """The titles of labels, and of pages by their paths without suffixes."""
    labels: dict[str, str] = {}
    titles: dict[str, str] = {}
    for path in _sources(root, folder):
        text = _text(root, path)
        is_markdown = path.endswith((".md", ".myst"))
        first = (_MYST_FIRST if is_markdown else _RST_FIRST).search(text)
        first = first or (_MYST_FRONT.match(text) if is_markdown else None)
        if first:
            titles[str(PurePosixPath(path).with_suffix(""))] = first["title"].strip()
        for match in (_MYST_LABEL if is_markdown else _RST_LABEL).finditer(text):
            named = [match["labels"]]
            if not is_markdown:
                named += re.findall(r"\.\. _([^\n]+):", match["more"])
            for label in named:
                labels[re.sub(r"\s+", " ", label.strip("`")).lower()] = match["title"].strip()
    return labels, titles


def _sources(
    root: str, folder: str, suffixes: tuple[str, ...] = (".rst", ".txt", ".md", ".myst")
) -> Iterator[str]:
    count = 0
    for here, folders, names in os.walk(os.path.join(root, folder)):
        folders[:] = sorted(each for each in folders if not is_passed_over(each))
        for name in sorted(names):
            if name.endswith(suffixes):
                count += 1
                if count > MAX_FILES:
                    return
                yield Path(here, name).relative_to(root).as_posix()

"""What every generator's rules have in common."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site.sluggers import Anchors, Nothing

MARKDOWN = (".md", ".markdown")
# What a notebook's front matter is given besides its own: its first heading of level 1.
FIRST_HEADING = "\0heading"


@dataclass(frozen=True, slots=True)
class Generator:
    """One generator's site: which file is which page of it, and how its headings are called.

    `folders` hold the sources of its pages, relative to the repository, "" for all of it. `url` is
    where it says that it is published, "" where it does not; `base` the path there that its own
    links begin with.
    """

    folders: tuple[str, ...]
    url: str = ""
    base: str = ""

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        """A file's page, relative to the site and not yet quoted; None where it has none."""
        raise NotImplementedError

    def anchors(self, file: str, front: Mapping[str, Any]) -> Anchors:
        """What names the anchors of a file's page."""
        return Nothing()

    def markup(self, file: str) -> str:
        """The suffix by which a file is read, where that is not its own; "" else."""
        return ""

    def leaves_out(self, file: str, front: Mapping[str, Any]) -> bool:
        """Is a file none that readers of the site find?"""
        return False

    def lead(self, front: Mapping[str, Any]) -> str:
        """What a page says below its title out of its front matter, in paragraphs; "" where
        nothing."""
        return ""

    @property
    def titles_fences(self) -> bool:
        """Is what stands behind the language of a fence its title?"""
        return False

    @property
    def snippet_folders(self) -> tuple[str, ...]:
        """From which its pages name the files that they show, relative to the repository."""
        return ()

    def inside(self, file: str) -> tuple[str, str] | None:
        """The innermost of `folders` that holds a file, and the file's path there."""
        best: tuple[str, str] | None = None
        for folder in self.folders:
            path = below(file, folder)
            if path is not None and (best is None or len(folder) > len(best[0])):
                best = (folder, path)
        return best


def description(front: Mapping[str, Any]) -> str:
    """What a page's front matter says of it; "" where nothing."""
    said = front.get("description")
    return said.strip() if isinstance(said, str) else ""


def below(file: str, folder: str) -> str | None:
    """A file's path below a folder, "" for the repository; None where it is elsewhere."""
    if not folder:
        return file
    return file[len(folder) + 1 :] if file.startswith(folder + "/") else None


def joined(folder: str, path: str) -> str | None:
    """`path` as a configuration in `folder` names it, relative to the repository; None where it
    leads out."""
    whole = posixpath.normpath(posixpath.join(folder, path))
    if whole.startswith(("/", "..")):
        return None
    return "" if whole == "." else whole


def home_of(root: Path, config: Path) -> str:
    """The folder of a configuration file, relative to the repository."""
    home = config.parent.relative_to(root).as_posix()
    return "" if home == "." else home


def split_suffix(path: str) -> tuple[str, str]:
    """A path without its suffix, and the suffix in small letters."""
    stem, dot, suffix = path.rpartition(".")
    if not dot or "/" in suffix or not stem:
        return path, ""
    return stem, f".{suffix.lower()}"


def as_folder(stem: str, *names: str) -> str:
    """`a/b` as `a/b/`; where its last part is one of `names` (`index`), as `a/`."""
    folder, _, name = stem.rpartition("/")
    if name in names:
        return f"{folder}/" if folder else ""
    return f"{stem}/"


def as_file(stem: str, suffix: str = ".html", *names: str) -> str:
    """`a/b` as `a/b.html`; where its last part is one of `names`, as `a/`."""
    folder, _, name = stem.rpartition("/")
    if name in names:
        return f"{folder}/" if folder else ""
    return stem + suffix


def glob(pattern: str) -> re.Pattern[str]:
    """A glob of the JavaScript kind: `*` within a name, `**` over folders, `{a,b}`, `?`, `[…]`."""
    out, at, braces = "", 0, 0
    while at < len(pattern):
        each = pattern[at]
        if pattern.startswith("**/", at):
            out, at = out + r"(?:[^/]+/)*", at + 3
            continue
        if pattern.startswith("**", at):
            out, at = out + r".*", at + 2
            continue
        if each == "*":
            out += "[^/]*"
        elif each == "?":
            out += "[^/]"
        elif each == "{":
            out, braces = out + "(?:", braces + 1
        elif each == "}" and braces:
            out, braces = out + ")", braces - 1
        elif each == "," and braces:
            out += "|"
        elif each == "[" and "]" in pattern[at:]:
            end = pattern.index("]", at)
            inner = pattern[at + 1 : end].replace("\\", "\\\\")
            out, at = out + "[" + ("^" + inner[1:] if inner[:1] in "!^" else inner) + "]", end
        else:
            out += re.escape(each)
        at += 1
    try:
        return re.compile(out + ")" * braces)
    except re.error:
        return re.compile(r"(?!)")


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Is `path`, or a folder above it, named by one of these globs?"""
    parts = path.split("/")
    above = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    return any(
        glob(pattern.removeprefix("./").rstrip("/")).fullmatch(each)
        for pattern in patterns
        for each in above
    )

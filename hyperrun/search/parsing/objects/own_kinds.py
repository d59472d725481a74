"""The kinds of things that a documentation of Sphinx describes by directives and roles of its own,
as its `conf.py` and the extensions beside it declare them; they are read, never run."""

import re
from itertools import islice
from pathlib import Path

MAX_FILES = 40
MAX_BYTES = 200_000  # of one

_DECLARED = re.compile(
    r"\.add_(?P<how>object|crossref)_type\(\s*(?:directivename\s*=\s*)?[\"'](?P<directive>[\w-]+)"
    r"[\"'](?:\s*,\s*(?:rolename\s*=\s*)?[\"'](?P<role>[\w-]+)[\"'])?"
)
_FOLDERS = re.compile(r"_?(?:sphinx_?)?(?:ext|exts|extensions?)|_\w+")


def of(config: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The directives that describe something, and the roles that name something described."""
    directives, roles = set[str](), set[str]()
    for file in (config, *islice(_extensions(config.parent), MAX_FILES)):
        for declared in _DECLARED.finditer(_text(file)):
            if declared["how"] == "object":
                directives.add(declared["directive"])
            roles.add(declared["role"] or declared["directive"])
    return frozenset(directives), frozenset(roles)


def _extensions(folder: Path) -> list[Path]:
    try:
        inner = [each for each in folder.iterdir() if _FOLDERS.fullmatch(each.name)]
        return sorted(file for each in inner if each.is_dir() for file in each.glob("*.py"))
    except OSError:
        return []


def _text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return opened.read(MAX_BYTES)
    except OSError:
        return ""

"""JSDoc: what its tags say of a function, as Markdown, and whether that is for its users."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePosixPath

from hyperrun.files import read_text

_BLOCK = re.compile(r"/\*\*(?!/)(.*?)\*/", re.DOTALL)
_STAR = re.compile(r"^\s*\*? ?")
_PUBLIC = re.compile(r"@public\b|@api\s+public\b")
_PRIVATE = re.compile(r"@(?:private|internal|ignore|hidden|package|protected)\b|@api\s+private\b")
_EXPORTED = re.compile(r"\s*(?:export\b|(?:module\.)?exports\b)")
_TAG = re.compile(r"\s*@(\w+)\b[ \t]*(.*)$")
_TYPE = re.compile(r"\{((?:[^{}]|\{[^{}]*\})*)\}[ \t]*(.*)$")
_NAME = re.compile(r"(\[[^\]]*\]|[\w$.[\]]+)[ \t]*(?:-[ \t]+)?(.*)$")
_LINK = re.compile(r"\{@link(?:code|plain)?\s++([^{}|\s]++)([^{}]*+)\}")
_LABELS = {
    "returns": "Returns", "return": "Returns", "throws": "Throws", "default": "Default",
    "defaultvalue": "Default", "deprecated": "Deprecated", "since": "Since", "see": "See",
    "remarks": "", "description": "", "summary": "", "yields": "Yields",
}  # fmt: skip
MANY_PAGES = 10
_OWN = frozenset(("internal", "internals", "_internal", "__internal__"))
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")


def of(comment: str) -> list[str]:
    """The lines of the last JSDoc in some comments, each where it stands in them and without its
    stars; those before it are empty."""
    blocks = list(_BLOCK.finditer(comment))
    if not blocks:
        return []
    last = blocks[-1]
    first = comment.count("\n", 0, last.start())
    return [""] * first + [_STAR.sub("", line, count=1) for line in last[1].split("\n")]


def is_public(comment: str, signature: str) -> bool:
    """Does a comment, or how its function is declared, say that others may use it?"""
    if _PRIVATE.search(comment):
        return False
    return bool(_PUBLIC.search(comment) or _EXPORTED.match(signature))


def is_library(file: PurePosixPath, root: Path) -> bool:
    """Is a file of a package that others install, not of what is internal to it, and of one that is
    not documented in pages of its own?"""
    if not _OWN.isdisjoint(file.parts) or _has_pages(root):
        return False
    for folder in file.parents:
        try:
            package = json.loads(read_text(root / folder / "package.json"))
        except (OSError, ValueError, RecursionError):
            continue
        return isinstance(package, dict) and "name" in package and not package.get("private")
    return False


@lru_cache(maxsize=64)
def _has_pages(root: Path) -> bool:
    """Are there pages enough to be the documentation?"""
    pages = (
        page for folder in ("docs", "documentation") for page in (root / folder).rglob("*.md*")
    )
    return sum(1 for _ in islice(pages, MANY_PAGES)) == MANY_PAGES


def markdown(said: Sequence[str]) -> tuple[str, ...]:
    """The lines as Markdown: a tag is an item of a list, an example is code."""
    lines: list[str] = []
    inside = ""  # the tag that goes on
    is_fenced = False
    by = 0  # how much further in code stands
    for line in said:
        tag = None if is_fenced else _TAG.match(line)
        if tag:
            inside, by = tag[1].lower(), 0
            lines.append(_item(inside, tag[2]))
            continue
        is_fence = line.lstrip().startswith("```")
        if inside == "example" and not is_fenced and not is_fence:
            lines.append(f"    {line}".rstrip())
        elif inside and inside not in ("example", *_LABELS, "param", "arg", "argument", "property"):
            lines.append("")  # of a tag that is for tools
        elif is_fenced or is_fence:
            lines.append(line)
        else:
            indent = len(line) - len(line.lstrip())
            if not line.strip() or indent < 2:
                by = 0 if line.strip() else by
            elif (not lines or not lines[-1].strip()) and not by and not _ITEM.match(line):
                by = max(0, 4 - indent)
            words = f"{' ' * by}{line}" if line.strip() and indent >= 2 else line
            words = f"  {words.strip()}" if inside and line.strip() else words
            lines.append(_LINK.sub(_linked, words))
        is_fenced ^= is_fence
    return tuple(lines)


def _item(tag: str, rest: str) -> str:
    typed = None if rest.startswith("{@") else _TYPE.match(rest)
    kind, rest = (typed[1], typed[2]) if typed else ("", rest)
    rest = _LINK.sub(_linked, rest)
    if tag in ("param", "arg", "argument", "property"):
        named = _NAME.match(rest)
        if named is None:
            return ""
        name, _, default = named[1].strip("[]").partition("=")
        told = named[2] + (f" (default: `{default}`)" if default else "")
        return f"- `{name}`{f' (`{kind}`)' if kind else ''}{f': {told}' if told.strip() else ''}"
    if tag == "example":
        return f"**Example** {rest}".rstrip() if rest.strip() else ""
    if tag not in _LABELS or not (rest.strip() or kind):
        return ""
    if not _LABELS[tag]:
        return rest
    words = " ".join(filter(None, (f"`{kind}`" if kind else "", rest.removeprefix("- "))))
    return f"- {_LABELS[tag]}: {words}"


def _linked(link: re.Match[str]) -> str:
    words = link[2].strip().removeprefix("|").strip()
    return words or (link[1] if "://" in link[1] else f"`{link[1]}`")

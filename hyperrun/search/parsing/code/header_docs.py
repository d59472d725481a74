"""Doxygen's comments in the headers of a C or C++ library: what is declared below each, and how."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

MAX_LINES = 8  # of a declaration
_LINE = re.compile(r"\s*//[/!](?![/<])")
_BLOCK = re.compile(r"\s*/\*[*!](?![*/<])")
_COMMENT = re.compile(r"\s*(?://|/\*|\*)")
_MACRO = re.compile(r"\s*#\s*define\s+(\w+)(\([^)]*\))?")
_TYPE = re.compile(
    r"\s*(?:template\s*<.*>\s*)?(?:typedef\s+)?(?P<kind>class|struct|union|enum(?:\s+class)?|concept)"
    r"\s+(?:[A-Z][A-Z\d_]+(?:\([^)]*\))?\s+|\[\[[^\]]*\]\]\s*)*(?P<name>\w+)\b(?!\s*[(*&])"
)
_ALIAS = re.compile(r"\s*using\s+(\w+)\s*=")
_FUNCTION = re.compile(r"(~?\b\w+|\boperator\s*(?:\(\)|\[\]|[^\s\w(]+|\w+))\s*\(")
_NO_NAME = re.compile(r"[A-Z\d_]+$|(?:noexcept|decltype|alignas|explicit|requires|sizeof|defined)$")

# The name of what is declared, its comment's first line, from 1, its lines, and the declaration of
# a function or a macro.
Declared = tuple[str, int, list[str], str]


def is_public(file: PurePosixPath) -> bool:
    """Is a header one that others include?"""
    return "include" in file.parts[:-1] or len(file.parts) == 1


def declared(lines: Sequence[str]) -> Iterator[Declared]:
    """What each comment of a header documents, in order."""
    holders: list[tuple[int, str]] = []  # at how many braces a class begins, and its name
    depth = at = 0
    while at < len(lines):
        end = _end(lines, at)
        if end > at:
            below = end + (end < len(lines) and not lines[end].strip())
            name, code = _named(lines[below : below + MAX_LINES])
            if name:
                held = [*(holder for _, holder in holders), name]
                yield "::".join(held), at + 1, list(lines[at:end]), code
            at = end
            continue
        line = lines[at].partition("//")[0]
        at += 1
        if _COMMENT.match(line) or line.lstrip().startswith("#"):
            continue
        found = _TYPE.match(line)
        if found and "enum" not in found["kind"] and not line.rstrip().endswith(";"):
            holders.append((depth, found["name"]))
        depth += line.count("{") - line.count("}")
        while holders and depth <= holders[-1][0] and "}" in line:
            holders.pop()


def _end(lines: Sequence[str], at: int) -> int:
    """The line after the documenting comment that begins in line `at`, from 0; `at` for none."""
    end = at
    if _BLOCK.match(lines[at]):
        while end < len(lines) and "*/" not in lines[end]:
            end += 1
        return min(end + 1, len(lines))
    while end < len(lines) and _LINE.match(lines[end]):
        end += 1
    return end


def _named(lines: Sequence[str]) -> tuple[str, str]:
    """The name that a declaration begins, and the declaration where it is to be called."""
    said: list[str] = []
    for line in lines:
        if not line.strip() or _COMMENT.match(line):
            break
        said.append(line.rstrip())
        if macro := _MACRO.match(line):
            return macro[1], f"{macro[1]}{macro[2]}" if macro[2] else ""
        if re.search(r"[;{]\s*(?://.*)?$", line):
            break
    whole = "\n".join(said)
    flat = " ".join(whole.split())
    if found := _TYPE.match(flat):
        return found["name"], ""
    if found := _ALIAS.match(flat):
        return found[1], ""
    names = (found[1] for found in _FUNCTION.finditer(re.sub(r"<[^<>]*>", "", flat)))
    name = next((each for each in names if not _NO_NAME.match(each)), "")
    return name, re.sub(r"\s*(?:\{|;|=\s*\w+;)\s*$", "", whole) if name else ""

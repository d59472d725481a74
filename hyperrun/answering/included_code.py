"""Which code of another file a block of a page shows, where the page includes it."""

import re
from collections.abc import Iterable, Sequence

from hyperrun.domain import Source

_FENCED = re.compile(r"^[ >]*(`{3,}|~{3,})[^\n]*\n(.*?)^[ >]*\1", re.MULTILINE | re.DOTALL)
_SIGNATURE = re.compile(
    r"(?:(?:class|exception|async|static|\w+method|abstract|property) )*"
    r"(?:\w+\.)*(\w+)\s*(?:[(:=]|$)"
)
_DEFINES = re.compile(r"\s*(?:async\s+)?(?:def|class)\s+(\w+)|\s*(\w+)\s*[:=]")
_MARKS = re.compile(r"[\\`*]")
_DOCSTRING = re.compile(r"[rRuU]?(?:\"\"\"|''')\s*(\S[^\n\"']*)")


def shown_by(block: str, source: Source, included: Sequence[Source]) -> Source | None:
    """The one of `included` that a block of `source` shows: whose definition a signature is of, and
    what that documents stands in the same passage; or whose lines its code is, or a part of them.
    """
    if not included:
        return None
    codes = [code for _, code in _FENCED.findall(block)]
    return _defining(codes[:1], source, included) or _holding(codes, included)


def _defining(codes: Iterable[str], source: Source, included: Sequence[Source]) -> Source | None:
    for signature in filter(None, map(_SIGNATURE.match, codes)):
        for each in included:
            defines = _DEFINES.match(each.passage.text)
            is_of = defines and signature[1] in defines.groups()
            if is_of and _documents(source, each):
                return each
    return None


def _holding(codes: Iterable[str], included: Sequence[Source]) -> Source | None:
    squeezed = ["".join(code.split()) for code in codes]
    for each in included:
        lines = "".join(each.passage.text.split())
        if any(code and (code in lines or lines in code) for code in squeezed):
            return each
    return None


def _documents(source: Source, definition: Source) -> bool:
    """Does a passage say what the definition's docstring begins with?"""
    said = _DOCSTRING.search(definition.passage.text)
    begins = " ".join(said[1].split()[:3]) if said else ""
    return _MARKS.sub("", begins) in _MARKS.sub("", source.passage.shown)

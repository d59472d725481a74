"""What Quarto and R Markdown say that other Markdown does not: inside of a line values that R
tells, notes at the margin, TeX and citations; and lists by letters."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

SUFFIXES = frozenset((".qmd", ".rmd", ".ipynb"))
MAX_ALONE = 500  # characters of a paragraph that may say nothing but what is computed

_COMPUTED = re.compile(r"`(?:r|\{(?:r|python|julia)\})[ \t]+(?P<code>[^`\n]+)`(?!`)")
_NAMED = re.compile(
    r"(?:\w[\w.]*::)?(?P<name>\w[\w.]*)\(\s*(?P<quote>[\"'])(?P<words>[^\"'\\\n]*)(?P=quote)"
)
_QUOTED = re.compile(r"([\"'])([^\"'\\\n]*)\1")
_SILENT = re.compile(r"[\w.]+\s*(?:=(?!=)|<-)|(?:\w[\w.]*::)?\w[\w.]*\(\s*NULL\b")
# Functions that do not say what they are told.
_MAKES = re.compile(
    r"(?:paste0?|sprintf|format\w*|c|packageVersion|getOption|include_\w+|Sys\..*|read\w*[._].*"
    r"|date|glue|toupper|tolower|system\w*|file\..*|get\w*|nchar|length)$"
)
_LIKE_CODE = re.compile(r"[()$_]|::")
_MARGIN = re.compile(
    r"\[[^\[\]\n]{0,500}\]\{[^{}\n]{0,200}\.(?:aside|column-margin)\b[^{}\n]{0,200}\}"
)
_CITATION = re.compile(
    r"\[(?:[^@\[\]\n]{0,100}[ ;(-])?@(?!(?:sec|fig|tbl|eq|lst|thm|lem|cor|prp|cnj|def|exm|exr)-)"
    r"[\w{][^\[\]\n]{0,300}\](?![\[({])"
)
_TEX = re.compile(
    r"\\[A-Za-z]+\*?(?:\[[^\]\n]{0,200}\])?(?:\{(?:[^{}\n]|\{[^{}\n]{0,100}\}){0,300}\})+"
)
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_LETTER = re.compile(r"(?P<above> *)(?P<letter>[a-z])(?=[.)] +\S)")


def with_numbers(text: str) -> str:
    """Pandoc's lists by letters, whose first is an `a` below a blank line, as lists by numbers."""
    lines = text.split("\n")
    last: dict[int, str] = {}  # by how far in it stands
    fence = ""
    for at, line in enumerate(lines):
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif line.strip().startswith(fence) and not line.strip(f" {fence[0]}\t"):
                fence = ""
        elif not fence and (found := _LETTER.match(line)):
            depth, letter = len(found["above"]), found["letter"]
            is_first = letter == "a" and (not at or not lines[at - 1].strip())
            if is_first or ord(letter) == ord(last.get(depth, "z")) + 1:
                last[depth] = letter
                number = min(ord(letter) - ord("a") + 1, 9)
                lines[at] = f"{found['above']}{number}{line[found.end() :]}"
    return "\n".join(lines)


def inline(state: "StateInline", silent: bool) -> bool:
    """A value that is computed, as far as its code tells it; what a page does not show where it
    stands, passed over."""
    if not state.env.get("quarto"):
        return False
    match state.src[state.pos]:
        case "`":
            found = _COMPUTED.match(state.src, state.pos)
        case "[":
            found = _MARGIN.match(state.src, state.pos) or _CITATION.match(state.src, state.pos)
        case "\\":
            found = _TEX.match(state.src, state.pos)
        case _:
            return False
    if found is None:
        return False
    if not silent:
        words, is_code = _told(found["code"]) if found.re is _COMPUTED else ("", False)
        if is_code and _stands_alone(state.src):
            words = ""
        if not words:
            state.pending = state.pending.rstrip(" ")
        elif is_code:
            state.push("code_inline", "code", 0).content = words
        else:
            state.pending += words
    state.pos = found.end()
    return True


def words(text: str) -> str:
    """A heading's `text` with what its computed values say."""
    return _COMPUTED.sub(lambda found: _told(found["code"])[0], text)


def _told(code: str) -> tuple[str, bool]:
    """What code in a line says, and whether that is code itself: the words that a call is told
    first, else how it is computed."""
    code = code.strip()
    if _SILENT.match(code):
        return "", False
    if quoted := _QUOTED.fullmatch(code):
        return quoted[2], False
    named = _NAMED.match(code)
    if named is None or _MAKES.match(named["name"]):
        return code, True
    told = named["words"]
    return told, "://" not in told and bool(_LIKE_CODE.search(told))


def _stands_alone(text: str) -> bool:
    """Is what is computed all that a paragraph says?"""
    return len(text) <= MAX_ALONE and not _COMPUTED.sub("", text).strip()

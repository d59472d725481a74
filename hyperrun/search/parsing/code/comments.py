"""What comments say as Markdown, by the language of their code."""

import re
from collections.abc import Sequence
from textwrap import dedent

from hyperrun.search.parsing.code import jsdoc

_FENCE = re.compile(r"(\s*(?:`{3,}|~{3,}))[ \t]*(.*)$")
_OF_TESTS = frozenset(("no_run", "should_panic", "ignore", "compile_fail", "test_harness"))
# A link to an item, by nothing but its name.
_ITEM_LINK = re.compile(r"\[(`[^`\]]+`)\](?![(\[])")
_DEFINES_LINK = re.compile(r"\s*\[[^\]]+\]:\s")
_GO_ITEM = re.compile(r"[ \t]+(?=(?:[-*+•]|\d+[.)])[ \t]+\S)")
_GO_LINK = re.compile(r"(?<!\w)\[(\*?[A-Za-z_][\w./]*)\](?![(\[])")
# Doxygen's commands, and Javadoc's HTML.
_COMMAND = re.compile(
    r"[\\@](?=(?:param|tparam|returns?|throws?|exception|see|sa|since|deprecated)\b)"
)
_DIRECTION = re.compile(r"(?<=@param)\s*\[[\w, ]+\]")
_BRIEF = re.compile(r"^(\s*)[\\@](?:brief|short|details|fn|par)\b[ \t]*")
_CODE = re.compile(r"^\s*[\\@](?:code(?:\{\.?(\w*)\})?|(endcode))\s*$")
_INLINE_CODE = re.compile(
    r"\{@(?:code|literal)\s++([^{}]++)\}|[\\@][cp]\s+([\w:.()]+)|<code>([^<]*)</code>"
)
_HTML = re.compile(r"</?(?:p|ul|ol|br|b|i|em|strong|a|pre)\b[^<>]*>|</li>")
_OTHER_NAMES = {"exception": "throws", "sa": "see", "tparam": "param"}
_MARK = re.compile(r"^\s*(?://[/!]?<?(?!/)|\*(?!/)) ?")
_ENDS = re.compile(r"(?<!\s)\s*(?<!\*)\*++/\s*$")
LANGUAGES = frozenset((
    "rust", "go", "javascript", "typescript", "java", "c", "cpp", "csharp", "kotlin", "swift",
    "scala", "dart", "php", "objc", "groovy", "zig",
))  # fmt: skip


def told(code: str, language: str) -> tuple[str, str]:
    """What the comment above a definition says, as Markdown, and the code below it; "" and the
    whole where there is none."""
    lines = dedent(code).splitlines()
    said, at = _above(lines)
    if language not in LANGUAGES or not any(re.search(r"[^\W_]", line) for line in said):
        return "", code
    if language == "rust":
        written: Sequence[str] = of_rust(said)
    else:
        written = of_go(said) if language == "go" else of_others(said)
    return "\n".join(written).strip("\n"), "\n".join(lines[at:])


def words_of(comment: Sequence[str]) -> list[str]:
    """The lines of a comment without its marks."""
    return _above([*comment, "x"])[0]


def _above(lines: Sequence[str]) -> tuple[list[str], int]:
    """The words of the comments above the first line of code, and where that is, from 0."""
    said: list[str] = []
    is_open = False
    for at, line in enumerate(lines):
        bare = line.strip()
        if not is_open and bare.startswith("/*"):
            is_open, line = True, re.sub(r"/\*[*!]? ?", "", line, count=1)
        elif not is_open and not bare.startswith("//") and bare:
            return said, at
        if is_open:
            is_open = not _ENDS.search(line)
            line = _ENDS.sub("", line)
        said.append(_MARK.sub("", line))
    return [], 0


def of_rust(said: Sequence[str]) -> tuple[str, ...]:
    """The lines with their code as Rust's, and links to items as these are named."""
    lines: list[str] = []
    mark = ""
    for line in said:
        fence = _FENCE.match(line)
        if fence and not mark:
            mark = fence[1].strip()
            words = set(re.split(r"[,\s]+", fence[2]))
            is_rust = not fence[2] or "rust" in words or words <= _OF_TESTS
            line = f"{fence[1]}rust" if is_rust else line
        elif fence and not fence[2] and fence[1].strip().startswith(mark):
            mark = ""
        elif not mark and not _DEFINES_LINK.match(line):
            line = _ITEM_LINK.sub(r"\1", line)
        lines.append(line)
    return tuple(lines)


def of_go(said: Sequence[str]) -> tuple[str, ...]:
    """The lines of a comment, whose marks are few, as Markdown: what stands further in is code."""
    lines: list[str] = []
    in_list = False
    for line in said:
        item = _GO_ITEM.match(line)
        if item:
            in_list = True
            lines.append(_go_words(line[item.end() :]))
        elif re.match(r"\t|  +\S", line) and not in_list:
            lines.append(f"    {line.strip()}" if line[0] == " " else line.expandtabs(4))
        elif line.startswith("# ") or _DEFINES_LINK.match(line):
            lines.append(line)
        else:
            in_list = in_list and line[:1] in ("", " ", "\t")
            lines.append(_go_words(line.strip() if not in_list else f"  {line.strip()}".rstrip()))
    return tuple(lines)


def _go_words(words: str) -> str:
    if "`" in words:
        return words
    return _GO_LINK.sub(r"`\1`", re.sub(r"(?<!^)([*<]|(?<!\w)_|_(?!\w))", r"\\\1", words))


def of_others(said: Sequence[str]) -> tuple[str, ...]:
    """The lines of JSDoc, Javadoc or Doxygen as Markdown."""
    return jsdoc.markdown([_in_jsdoc(line) for line in said])


def _in_jsdoc(line: str) -> str:
    if fence := _CODE.match(line):
        return "```" if fence[2] else f"```{fence[1] or ''}"
    line = _DIRECTION.sub("", _COMMAND.sub("@", _BRIEF.sub(r"\1", line)))
    line = re.sub(
        r"^(\s*@)(exception|sa|tparam)\b", lambda found: found[1] + _OTHER_NAMES[found[2]], line
    )
    line = _INLINE_CODE.sub(
        lambda found: f"`{next(filter(None, found.groups()), '').strip()}`", line
    )
    return _HTML.sub("", line.replace("<li>", "- "))

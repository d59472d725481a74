"""An answer that cites nothing, given the citations that can be vouched for.

Small models do not cite, whatever they are told. Where a paragraph's words or a block's code stand
in one of the passages that the model was given, that is added here, and marked as added.
"""

import re
from collections.abc import Sequence

from hyperrun.domain import Source
from hyperrun.markdown.citations import MARK, numbers_of
from hyperrun.markdown.content_words import content_words
from hyperrun.markdown.evidence import evidence_of
from hyperrun.markdown.support import Piece, unsupported

MIN_WORDS = 5
MIN_SHARE = 0.7  # of a paragraph's words stand in the passage
MIN_LINES_SHARE = 0.6  # of a block's lines
MAX_ANSWER_CHARS = 20_000

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_INLINE_CODE = re.compile(r"`([^`\n]+)`")
_IN_BRACKETS = re.compile(
    r"(?<!step)(?<!table)(?<!figure)(?<!item)(?<!version)(?<!section)(?<!chapter)"
    r"(?<=[\w.!?`)])\s?\((\d{1,2}(?:,\s?\d{1,2}){0,5})\)(?=[.!?,;]|\s*$|\s+[A-Z])",
    re.MULTILINE,
)
_LISTED = re.compile(r"^(?:\*\*)?(?:sources?|references?|passages?):?(?:\*\*)?:?\s*"
                     r"(\d{1,2}(?:,\s?\d{1,2}){0,5})\.?\s*$",
                     re.MULTILINE | re.IGNORECASE)  # fmt: skip


def grounded(text: str, sources: Sequence[Source]) -> str:
    """`text` with citations, if it has none and they can be told; else as it is."""
    numbers = {source.number for source in sources}
    if not numbers or len(text) > MAX_ANSWER_CHARS or cites(text, numbers):
        return text
    for pattern in (_IN_BRACKETS, _LISTED):
        found = pattern.sub(lambda match: _as_mark(match, numbers), text)
        if found != text:
            return found
    return _with_added(text, sources)


def cites(text: str, numbers: set[int]) -> bool:
    """Does `text` cite one of `numbers`?"""
    prose = _INLINE_CODE.sub(
        "", re.sub(r"^ {0,3}```.*?(^ {0,3}```|\Z)", "", text, flags=re.S | re.M)
    )
    return any(number in numbers for mark in MARK.finditer(prose) for number in numbers_of(mark[1]))


def _as_mark(match: re.Match[str], numbers: set[int]) -> str:
    named = [int(number) for number in match[1].split(",")]
    if not all(number in numbers for number in named):
        return match[0]
    return " [" + ", ".join(str(number) for number in named) + "]"


def _with_added(text: str, sources: Sequence[Source]) -> str:
    blocks = _blocks(text)
    for at, (block, is_code) in enumerate(blocks):
        if is_code:
            source = _source_of_code(block, sources)
            above = blocks[at - 1] if at else None
            if source is None:
                continue
            if above and not above[1] and above[0].rstrip().endswith(":"):
                head = above[0].rstrip()
                rest = above[0][len(head) :]
                if "[+" not in head.rpartition("\n")[2]:
                    blocks[at - 1] = (f"{head[:-1]} [+{source.number}]:{rest}", False)
        else:
            lines = re.split(r"(\n(?=\s*(?:[-*+]|\d+[.)])\s))", block)
            lines[::2] = [_cited(line, sources) for line in lines[::2]]
            blocks[at] = ("".join(lines), False)
    return "".join(block for block, _ in blocks)


def _blocks(text: str) -> list[tuple[str, bool]]:
    """Paragraphs with what separates them, and fenced blocks."""
    blocks: list[tuple[str, bool]] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        opening = _FENCE.match(line)
        if fence:
            blocks[-1] = (blocks[-1][0] + line, True)
            if opening and opening[1].startswith(fence):
                fence = ""
                blocks.append(("", False))
        elif opening:
            fence = opening[1]
            blocks.append((line, True))
        elif blocks and not blocks[-1][1] and (not line.strip() or _goes_on(blocks[-1][0])):
            blocks[-1] = (blocks[-1][0] + line, False)
        else:
            blocks.append((line, False))
    return blocks


def _goes_on(block: str) -> bool:
    return not block or (bool(block.strip()) and not re.search(r"\n[ \t]*\n$", block))


def _cited(paragraph: str, sources: Sequence[Source]) -> str:
    body = paragraph.rstrip()
    if body.endswith(":") or body.lstrip().startswith(("#", "|", ">")):
        return paragraph
    words = content_words(body)
    if len(words) < MIN_WORDS:
        return paragraph
    pieces = [
        Piece(part, is_code=at % 2 == 1) for at, part in enumerate(_INLINE_CODE.split(body)) if part
    ]
    shares = [(len(words & evidence_of(each.passage).words) / len(words), each) for each in sources]
    share, source = max(shares, key=lambda each: each[0])
    if share < MIN_SHARE or unsupported(pieces, [source.passage]):
        return paragraph
    return f"{body} [+{source.number}]{paragraph[len(body) :]}"


def _source_of_code(block: str, sources: Sequence[Source]) -> Source | None:
    lines = ["".join(line.split()) for line in block.splitlines()[1:]]
    lines = [line for line in lines if len(line) >= 4 and not line.startswith(("```", "~~~"))]
    if not lines:
        return None
    shares = [
        (sum(line in evidence_of(each.passage).squeezed for line in lines) / len(lines), each)
        for each in sources
    ]
    share, source = max(shares, key=lambda each: each[0])
    return source if share >= MIN_LINES_SHARE else None

"""A passage as evidence: its names, numbers and sentences, with which a claim is compared."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from hyperrun.markdown.content_words import content_words
from hyperrun.markdown.measures import measures_in, numbers_in_words
from hyperrun.markdown.negations import TOKEN, Said, said_by
from hyperrun.passage import Passage

MAX_PASSAGE_CHARS = 20_000

IDENTIFIER = re.compile(r"--?[A-Za-z][\w-]*|[^\W\d][\w]*(?:[.-][^\W\d]\w*)*", re.UNICODE)
_LINE = re.compile(r"(?<=[.!?:;])\s+|\n+|(?<=[。！？])")
_WRAP = re.compile(r"(?<=[^\s|])\n(?=[^\s#>|*+-])(?!\d+[.)]|```)")
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a passage, as it is compared."""

    words: frozenset[str]
    numbers: frozenset[float]
    said: Said


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage, as sentences are compared with it."""

    text: str
    folded: str
    squeezed: str  # without white space
    names: frozenset[str]
    numbers: frozenset[float]
    measures: frozenset[tuple[float, str]]
    lines: tuple[Line, ...]
    words: frozenset[str]


@lru_cache(maxsize=256)
def evidence_of(passage: Passage) -> Evidence:
    """What `passage` says, in its lines and on its page."""
    shown = passage.content if passage.content and passage.content != passage.text else ""
    text = "\n".join((passage.title, passage.file, passage.text, shown))[:MAX_PASSAGE_CHARS]
    folded = text.casefold()
    measures = frozenset(measures_in(text))
    code = [part for block in _FENCED.findall(text) for part in block.split("\n")]
    prose = _WRAP.sub(" ", _FENCED.sub("\n", text))
    lines = tuple(line for part in (*_LINE.split(prose), *code) if (line := _line(part)).words)
    return Evidence(
        text,
        folded,
        "".join(text.split()),
        frozenset(_names(text)),
        frozenset(number for number, _ in measures) | numbers_in_words(folded),
        measures,
        lines,
        content_words(text),
    )


def _line(text: str) -> Line:
    in_digits = frozenset(number for number, _ in measures_in(text))
    numbers = in_digits | numbers_in_words(text.casefold())
    return Line(content_words(text), numbers, said_by(TOKEN.findall(text)))


def _names(text: str) -> Iterable[str]:
    """Whole, and in their parts."""
    for name in IDENTIFIER.findall(text):
        yield name
        yield from re.split(r"[.-]+", name)
        yield from name.split("_") if "_" in name else ()

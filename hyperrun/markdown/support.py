"""Whether a cited sentence says what its lines say: numbers, names, flags, code and negations.

Nothing is understood here. What can be compared word for word is compared, and the rest is left
alone: a sentence may be put in other words, but a number, a name, an option or a "not" that stands
in none of the cited lines is shown as that.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hyperrun.markdown.content_words import COMMON, content_words, stem_of, words_of
from hyperrun.markdown.evidence import IDENTIFIER, Evidence, Line, evidence_of
from hyperrun.markdown.measures import (
    NUMBER,
    is_duration_among,
    measures_in,
    spelled_measures,
    unit_after,
    value_of,
)
from hyperrun.markdown.negations import TOKEN, said_by
from hyperrun.passage import Passage

MIN_OVERLAP = 0.6  # of a sentence's words, for its lines to be taken for what it is about
MIN_OVERLAP_OF_DENIED = 0.45
MAX_CLAIM_CHARS = 2_000

_WORD = re.compile(r"[^\W_][\w'’]*", re.UNICODE)
# What is written as names are: flags, snake_case, CamelCase, CONSTANTS, dotted and file names.
_NAME = re.compile(
    r"(?<![\w-])--?[A-Za-z][\w-]*[\w]|\b[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?:\(\))?|\b\w+\(\)"
    r"|\b[A-Za-z]\w*_\w+\b|\b[a-z]+[A-Z]\w+\b|\b[A-Z][a-z0-9]+[A-Z]\w*\b|\b[A-Z][A-Z0-9]{2,}\b"
    r"|\b[A-Z][a-z]+\b"
)
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)\s+(?=[^\sa-z])|(?<=[。！？])|\n"
)
_OPPOSITES = [
    ("enabled", "disabled"), ("enable", "disable"), ("enables", "disables"), ("true", "false"),
    ("on", "off"), ("always", "never"), ("before", "after"), ("minimum", "maximum"),
    ("min", "max"), ("required", "optional"), ("include", "exclude"), ("includes", "excludes"),
    ("included", "excluded"), ("allow", "deny"), ("allowed", "forbidden"), ("first", "last"),
    ("increase", "decrease"), ("increases", "decreases"), ("more", "less"), ("most", "least"),
    ("above", "below"), ("left", "right"), ("synchronous", "asynchronous"), ("valid", "invalid"),
    ("supported", "unsupported"), ("possible", "impossible"), ("all", "none"),
    ("with", "without"), ("same", "different"), ("upper", "lower"), ("oldest", "newest"),
    ("start", "end"), ("starts", "ends"), ("input", "output"), ("accepts", "rejects"),
    ("mutable", "immutable"), ("public", "private"), ("older", "newer"), ("at least", "at most"),
]  # fmt: skip
_OPPOSITE = {a: b for pair in _OPPOSITES for a, b in (pair, pair[::-1])}
_OPPOSITE_STEMS = {
    stem_of(a): frozenset({stem_of(b)}) for a, b in _OPPOSITE.items() if " " not in a
}
_LEAVING_OUT = words_of("""
    leave omit skip except avoid unless lack lacks missing fail fails refuse refuses hardly
""")
# Words that begin a sentence or stand for the reader, and names of everybody's.
_NOT_NAMES = words_of("""
    the a an this that these those it if when to for in on by use you your see note however yes
    no also then there here with without and or but as at from each any all some both i we they
    he she its set run call pass create import add make python javascript json html css http
    https url urls api cli yaml toml xml sql ascii utf unicode
""")
_PLACEHOLDERS = words_of("""
    foo bar baz example your my none true false self cls null undefined args kwargs str int
    float bool list dict tuple set bytes object print import from return def class async await
    with for in if else elif try except lambda not and or is as new const let var function
""")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a claim: words, or code."""

    text: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a claim: where it stands."""

    text: str
    piece: int
    start: int
    end: int

    @property
    def place(self) -> tuple[int, int, int]:
        """Piece, first and last character but one."""
        return self.piece, self.start, self.end


def _opposite_stems(stem: str) -> frozenset[str]:
    """The stems of a word's opposites."""
    return _OPPOSITE_STEMS.get(stem, frozenset())


def unsupported(claim: Sequence[Piece], passages: Iterable[Passage]) -> list[tuple[int, int, int]]:
    """What of `claim` stands in none of `passages`: piece, first and last character but one.

    Empty where all that can be compared is there. Takes well under 5 ms.
    """
    found = [evidence_of(passage) for passage in passages]
    whole = " ".join(piece.text for piece in claim)
    if not found or len(whole) > MAX_CLAIM_CHARS:
        return []
    closest = _closest(whole, found)
    spans: list[tuple[int, int, int]] = []
    for at, piece in enumerate(claim):
        if piece.is_code:
            if not _has_code(piece.text, found):
                spans.append((at, 0, len(piece.text)))
            continue
        spans += ((at, *span) for span in _numbers(piece.text, found, closest))
        spans += ((at, *span) for span in _names(piece.text, found, is_first=at == 0))
        spans += ((at, *span) for span in _opposites(piece.text, closest))
    if not spans:
        spans += _negated(claim, _closest(whole, found, with_numbers=True))
    return _merged(spans)


def _closest(whole: str, found: Sequence[Evidence], *, with_numbers: bool = False) -> list[Line]:
    """The lines that a claim is about; none where that is not clear."""
    words = content_words(whole)
    numbers = {number for number, _ in measures_in(whole)} if with_numbers else set()
    size = len(words) + len(numbers)
    if size < 2:
        return []
    scored = [
        ((len(words & line.words) + len(numbers & line.numbers)) / size, line)
        for evidence in found
        for line in evidence.lines
    ]
    best = max((score for score, _ in scored), default=0.0)
    if best < (MIN_OVERLAP_OF_DENIED if with_numbers else MIN_OVERLAP):
        return []
    return [line for score, line in scored if score >= best - 1e-9]


def _numbers(
    text: str, found: Sequence[Evidence], closest: Sequence[Line]
) -> Iterable[tuple[int, int]]:
    known = {number for evidence in found for number in evidence.numbers}
    measures = {measure for evidence in found for measure in evidence.measures}
    about = {number for line in closest for number in line.numbers}
    yield from (span for value, span in spelled_measures(text) if value not in known)
    for match in NUMBER.finditer(text):
        value = value_of(match[0])
        if value is None:
            if not any(match[0] in evidence.text for evidence in found):
                yield match.span()
            continue
        unit, end = unit_after(text, match.end())
        if is_duration_among(value, unit, measures):
            continue
        if value not in known and not any(
            abs(value - each * 100) < 1e-9 for each in known if 0 < each < 1
        ):
            yield match.span()
        if unit:
            units = {each for number, each in measures if number == value and each}
            if units and unit not in units:
                yield match.start(), end
                continue
        if value in known and about and value not in about and not _is_counting(text, match):
            yield match.span()


def _is_counting(text: str, match: re.Match[str]) -> bool:
    """Is this number of a list's entry, a step, a version?"""
    return bool(
        re.search(r"(?:step|version|line|item|python|v)\.?\s*$", text[: match.start()], re.I)
    )


def _names(text: str, found: Sequence[Evidence], *, is_first: bool) -> Iterable[tuple[int, int]]:
    words = _WORD.findall(text)
    # Where many words begin with a capital, that makes no name of them: titles, German.
    capitals = sum(word[0].isupper() for word in words) / max(len(words), 1)
    for match in _NAME.finditer(text):
        name = match[0].removesuffix("()")
        is_word = name.isalpha() and name[1:].islower()
        if is_word:
            starts = not text[: match.start()].strip() and is_first
            starts = starts or bool(re.search(r"[.!?:]\s*$", text[: match.start()]))
            if starts or capitals > 0.4 or name.casefold() in _NOT_NAMES:
                continue
        if name.casefold() in _NOT_NAMES:
            continue
        if not any(_stands_in(name, evidence) for evidence in found):
            yield match.start(), match.start() + len(name)


def _stands_in(name: str, evidence: Evidence) -> bool:
    if name.startswith("-"):
        return _is_whole(name, evidence)
    folded = name.casefold()
    if folded in evidence.folded:
        return True
    last = re.split(r"[.]", name)[-1]
    return last != name and len(last) > 2 and last in evidence.names


def _has_code(code: str, found: Sequence[Evidence]) -> bool:
    squeezed = "".join(code.split())
    if not squeezed or any(squeezed in evidence.squeezed for evidence in found):
        # "--time" is no "--timeout", and "get" no "target".
        bare = code.strip().removesuffix("()")
        if not IDENTIFIER.fullmatch(bare):
            return True
        return any(_is_whole(bare, evidence) for evidence in found)
    names = {name for name in IDENTIFIER.findall(code) if len(name) > 1}
    known = {name for evidence in found for name in evidence.names}
    for name in names:
        last = name.rpartition(".")[2]
        if name in known or (last in known and not name.startswith("-")):
            continue
        if name.casefold() in _PLACEHOLDERS or len(last) < 3:
            continue
        return False
    numbers = {number for evidence in found for number in evidence.numbers}
    wanted = (value_of(number) for number in NUMBER.findall(code))
    return all(value is None or value in numbers for value in wanted)


def _is_whole(name: str, evidence: Evidence) -> bool:
    if name in evidence.names:
        return True
    return bool(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", evidence.text))


def _opposites(text: str, closest: Sequence[Line]) -> Iterable[tuple[int, int]]:
    """Words whose opposite stands in the lines, and they do not."""
    if not closest:
        return
    words = {word for line in closest for word in line.words}
    for match in re.finditer(r"[A-Za-z]+", text):
        word = match[0].casefold()
        other = _OPPOSITE.get(word)
        if other is None or other in COMMON or word in COMMON:
            continue
        if stem_of(other) in words and stem_of(word) not in words:
            yield match.span()


def _negated(claim: Sequence[Piece], closest: Sequence[Line]) -> Iterable[tuple[int, int, int]]:
    """A "not" that the lines do not have, or that they have and the sentence does not."""
    words = [
        Word(found[0], at, found.start(), found.end())
        for at, piece in enumerate(claim)
        for found in TOKEN.finditer(piece.text)
    ]
    if any(word.text.casefold() in _LEAVING_OUT for word in words):
        return
    said = said_by([word.text for word in words])
    for line in (line.said for line in closest):
        for denied in (denial.stems[:2] for denial in line.denials):
            wanted = denied[0]
            if wanted not in said.positive or set(denied) & said.negative:
                continue
            if wanted in line.positive or any(_opposite_stems(stem) & said.all for stem in denied):
                continue
            yield from (word.place for word in words if stem_of(word.text.casefold()) == wanted)
            return
    for denial in said.denials:
        lines = [line.said for line in closest if denial.stems[0] in line.said.all]
        if lines and all(
            not line.negative & set(denial.stems)
            and not any(_opposite_stems(stem) & line.all for stem in denial.stems)
            for line in lines
        ):
            yield words[denial.at].place
            return


def _merged(spans: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    merged: list[tuple[int, int, int]] = []
    for at, start, end in sorted(set(spans)):
        if merged and merged[-1][0] == at and start <= merged[-1][2]:
            merged[-1] = (at, merged[-1][1], max(merged[-1][2], end))
        else:
            merged.append((at, start, end))
    return merged


def last_sentence(text: str) -> int:
    """Where the last sentence of `text` begins."""
    stripped = text.rstrip()
    begin = 0
    for match in _SENTENCE_END.finditer(stripped):
        if match.end() < len(stripped):
            begin = match.end()
    return begin

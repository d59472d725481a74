"""Whether a cited sentence says what its lines say: numbers, names, flags, code and negations.

Nothing is understood here. What can be compared word for word is compared, and the rest is left
alone: a sentence may be put in other words, but a number, a name, an option or a "not" that stands
in none of the cited lines is shown as that.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hyperrun.passage import Passage

MIN_OVERLAP = 0.6  # of a sentence's words, for its lines to be taken for what it is about
MIN_OVERLAP_OF_DENIED = 0.45
MAX_PASSAGE_CHARS = 20_000
MAX_CLAIM_CHARS = 2_000

_NUMBER = re.compile(r"(?<![\w.#/-])[-+]?\d+(?:[.,_]\d+)*(?:[eE][-+]?\d+)?(?![\w]*[-/]\w)")
_UNIT = re.compile(r"\s?(?:%|[A-Za-zµ]+)")
_WORD = re.compile(r"[^\W_][\w'’]*", re.UNICODE)
_LETTERS = re.compile(r"[^\W\d_]{2,}")
# What is written as names are: flags, snake_case, CamelCase, CONSTANTS, dotted and file names.
_NAME = re.compile(
    r"(?<![\w-])--?[A-Za-z][\w-]*[\w]|\b[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?:\(\))?|\b\w+\(\)"
    r"|\b[A-Za-z]\w*_\w+\b|\b[a-z]+[A-Z]\w+\b|\b[A-Z][a-z0-9]+[A-Z]\w*\b|\b[A-Z][A-Z0-9]{2,}\b"
    r"|\b[A-Z][a-z]+\b"
)
_IDENTIFIER = re.compile(r"--?[A-Za-z][\w-]*|[^\W\d][\w]*(?:[.-][^\W\d]\w*)*", re.UNICODE)
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)\s+(?=[^\sa-z])|(?<=[。！？])|\n"
)
_LINE = re.compile(r"(?<=[.!?:;])\s+|\n+|(?<=[。！？])")
_WRAP = re.compile(r"(?<=[^\s|])\n(?=[^\s#>|*+-])(?!\d+[.)]|```)")
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[,;:.()]")
_CLAUSE_ENDS = frozenset(",;:.()")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEGATIONS = _words("""
    not no never cannot without neither nor nicht kein keine keinen keiner nie niemals ohne
    nunca sin ningún ninguna ne pas jamais sans aucun aucune não sem nenhum nenhuma
""")
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
_LEAVING_OUT = _words("""
    leave omit skip except avoid unless lack lacks missing fail fails refuse refuses hardly
""")
_UNITS = {
    "ms": "ms", "millisecond": "ms", "milliseconds": "ms", "s": "s", "sec": "s", "second": "s",
    "seconds": "s", "min": "min", "minute": "min", "minutes": "min", "h": "h", "hour": "h",
    "hours": "h", "day": "d", "days": "d", "week": "w", "weeks": "w", "kb": "kb", "mb": "mb",
    "gb": "gb", "%": "%", "percent": "%", "bytes": "b", "byte": "b", "bits": "bit", "bit": "bit",
    "px": "px", "characters": "chars", "tokens": "tokens", "lines": "lines",
}  # fmt: skip
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_NUMERALS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = {word: float(number) for number, word in enumerate(_NUMERALS.split())}
_COMMON = _words("""
    the a an of to in on at by for and or is are was were be been it its this that these those
    as with from you your can will may if when then than which who what how do does did has have
    had but so also into only each any all more use used using default not no never
""")
# Words that begin a sentence or stand for the reader, and names of everybody's.
_NOT_NAMES = _words("""
    the a an this that these those it if when to for in on by use you your see note however yes
    no also then there here with without and or but as at from each any all some both i we they
    he she its set run call pass create import add make python javascript json html css http
    https url urls api cli yaml toml xml sql ascii utf unicode
""")
_PLACEHOLDERS = _words("""
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
class Line:
    """One sentence of a passage, as it is compared."""

    words: frozenset[str]
    numbers: frozenset[float]
    positive: frozenset[str]  # words that are said, and those that are denied
    negative: frozenset[str]
    denied: tuple[tuple[str, ...], ...]  # what each "not" is about

    @property
    def all(self) -> frozenset[str]:
        """All content words."""
        return self.positive | self.negative


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage, as sentences are compared with it."""

    text: str
    folded: str
    squeezed: str
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
    measures = frozenset(_measures(text))
    code = [part for block in _FENCED.findall(text) for part in block.split("\n")]
    prose = _WRAP.sub(" ", _FENCED.sub("\n", text))
    lines = tuple(line for part in (*_LINE.split(prose), *code) if (line := _line(part)).words)
    return Evidence(
        text,
        folded,
        "".join(text.split()),
        frozenset(_identifiers(text)),
        frozenset(number for number, _ in measures) | _spelled(folded),
        measures,
        lines,
        _content(text),
    )


def _line(text: str) -> Line:
    numbers = frozenset(number for number, _ in _measures(text)) | _spelled(text.casefold())
    said = _clauses([found[0] for found in _TOKEN.finditer(text)])
    denied = (tuple(_scope(said.tokens, at)[:2]) for at in said.negators)
    kept = tuple(each for each in denied if each)
    return Line(_content(text), numbers, said.positive, said.negative, kept)


def content_words(text: str) -> frozenset[str]:
    """The stems of the words that say something."""
    return _content(text)


def _content(text: str) -> frozenset[str]:
    words = {word.casefold() for word in _LETTERS.findall(text)}
    return frozenset(map(_stem, words - _COMMON))


@lru_cache(maxsize=8_192)
def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


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


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a sentence, those that are said and those that are denied."""

    tokens: tuple[str, ...]
    negators: tuple[int, ...]
    positive: frozenset[str]
    negative: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """All content words."""
        return self.positive | self.negative


def _is_negator(token: str) -> bool:
    folded = token.casefold().replace("’", "'")
    return folded in _NEGATIONS or folded.endswith("n't")


def _clauses(tokens: Sequence[str]) -> Said:
    negators = tuple(at for at, token in enumerate(tokens) if _is_negator(token))
    denied = {place for at in negators for place in _scoped(tokens, at)}
    contents = [
        (at, _stem(token.casefold()))
        for at, token in enumerate(tokens)
        if token[0].isalpha() and not _is_negator(token) and token.casefold() not in _COMMON
    ]
    return Said(
        tuple(tokens),
        negators,
        frozenset(stem for at, stem in contents if at not in denied),
        frozenset(stem for at, stem in contents if at in denied),
    )


def _scoped(tokens: Sequence[str], negator: int) -> list[int]:
    """Where the words stand that a "not" is about: the next few of its clause."""
    places: list[int] = []
    for at in range(negator + 1, min(negator + 8, len(tokens))):
        token = tokens[at]
        if token in _CLAUSE_ENDS or _is_negator(token):
            break
        if token[0].isalpha() and token.casefold() not in _COMMON and len(token) > 1:
            places.append(at)
            if len(places) == 3:
                break
    return places


def _scope(tokens: Sequence[str], negator: int) -> list[str]:
    return [_stem(tokens[at].casefold()) for at in _scoped(tokens, negator)]


def _reverse(stem: str) -> frozenset[str]:
    """The stems of a word's opposites."""
    return _REVERSES.get(stem, frozenset())


def _spelled(folded: str) -> frozenset[float]:
    words = set(re.findall(r"[a-z]+", folded))
    return frozenset(value for word, value in _NUMBER_WORDS.items() if word in words)


def _measures(text: str) -> Iterable[tuple[float, str]]:
    """Numbers with their units, "" for none."""
    for match in _NUMBER.finditer(text):
        value = _value(match[0])
        if value is None:
            continue
        unit = _UNIT.match(text, match.end())
        yield value, _UNITS.get(unit[0].strip().casefold(), "") if unit else ""
    for match in re.finditer(r"(?<![\w.])(\d+(?:\.\d+)?)(ms|s|m|h|d|kb|mb|gb|px)\b", text, re.I):
        yield float(match[1]), {"m": "min"}.get(match[2].lower(), _UNITS.get(match[2].lower(), ""))


def _value(text: str) -> float | None:
    text = text.replace("_", "")
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+", text):
        text = text.replace(",", "")
    text = text.replace(",", ".")
    if text.count(".") > 1:
        return None  # a version
    try:
        return float(text)
    except ValueError:
        return None


def _identifiers(text: str) -> Iterable[str]:
    for name in _IDENTIFIER.findall(text):
        yield name
        yield from re.split(r"[.-]+", name)
        yield from name.split("_") if "_" in name else ()


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
    words = _content(whole)
    numbers = {number for number, _ in _measures(whole)} if with_numbers else set()
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
    yield from _spelled_numbers(text, known)
    for match in _NUMBER.finditer(text):
        value = _value(match[0])
        if value is None:
            if not any(match[0] in evidence.text for evidence in found):
                yield match.span()
            continue
        unit = _UNIT.match(text, match.end())
        name = _UNITS.get(unit[0].strip().casefold(), "") if unit else ""
        if name in _SECONDS and _as_duration(value, name, measures):
            continue
        if value not in known and not any(
            abs(value - each * 100) < 1e-9 for each in known if 0 < each < 1
        ):
            yield match.span()
        if name:
            units = {each for number, each in measures if number == value and each}
            if units and name not in units:
                yield match.start(), match.end() + (unit.end() - unit.start() if unit else 0)
                continue
        if value in known and about and value not in about and not _is_counting(text, match):
            yield match.span()


def _spelled_numbers(text: str, known: Collection[float]) -> Iterable[tuple[int, int]]:
    """Numbers in words, where a unit says that they are a measure."""
    for match in re.finditer(r"\b([a-z]+)\s+([a-z]+)\b", text, re.I):
        value = _NUMBER_WORDS.get(match[1].casefold())
        if value is not None and match[2].casefold() in _UNITS and value not in known:
            yield match.span(1)


def _is_counting(text: str, match: re.Match[str]) -> bool:
    """Is this number of a list's entry, a step, a version?"""
    return bool(
        re.search(r"(?:step|version|line|item|python|v)\.?\s*$", text[: match.start()], re.I)
    )


def _as_duration(value: float, unit: str, measures: Iterable[tuple[float, str]]) -> bool:
    seconds = value * _SECONDS[unit]
    return any(
        abs(number * _SECONDS[each] - seconds) < 1e-9
        for number, each in measures
        if each in _SECONDS
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
        return name in evidence.names or bool(
            re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", evidence.text)
        )
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
        if not _IDENTIFIER.fullmatch(bare):
            return True
        return any(_is_whole(bare, evidence) for evidence in found)
    names = {name for name in _IDENTIFIER.findall(code) if len(name) > 1}
    known = {name for evidence in found for name in evidence.names}
    for name in names:
        last = name.rpartition(".")[2]
        if name in known or (last in known and not name.startswith("-")):
            continue
        if name.casefold() in _PLACEHOLDERS or len(last) < 3:
            continue
        return False
    numbers = {number for evidence in found for number in evidence.numbers}
    wanted = (_value(number) for number in _NUMBER.findall(code))
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
        if other is None or other in _COMMON or word in _COMMON:
            continue
        if _stem(other) in words and _stem(word) not in words:
            yield match.span()


def _negated(claim: Sequence[Piece], closest: Sequence[Line]) -> Iterable[tuple[int, int, int]]:
    """A "not" that the lines do not have, or that they have and the sentence does not."""
    words = [
        Word(found[0], at, found.start(), found.end())
        for at, piece in enumerate(claim)
        for found in _TOKEN.finditer(piece.text)
    ]
    if any(word.text.casefold() in _LEAVING_OUT for word in words):
        return
    said = _clauses([word.text for word in words])
    for line in closest:
        for denied in line.denied:
            wanted = denied[0]
            if wanted not in said.positive or set(denied) & said.negative:
                continue
            if wanted in line.positive or any(_reverse(stem) & said.all for stem in denied):
                continue
            yield from (word.place for word in words if _stem(word.text.casefold()) == wanted)
            return
    for at in said.negators:
        scope = _scope(said.tokens, at)
        if not scope:
            continue
        lines = [line for line in closest if scope[0] in line.all]
        if lines and all(
            not line.negative & set(scope) and not any(_reverse(stem) & line.all for stem in scope)
            for line in lines
        ):
            yield words[at].place
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


_REVERSES = {
    _stem(word): frozenset({_stem(other)}) for word, other in _OPPOSITE.items() if " " not in word
}

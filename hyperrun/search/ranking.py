"""Weights: what makes a passage come first.

The constants were tuned on development questions only; see bench/search.
"""

import math
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hyperrun.passage import PROSE, READ
from hyperrun.search.audience import kinds_asked_for, place_factor
from hyperrun.search.terms import last_name, named_symbols, query_terms, stem, terms

# Columns of the full-text index and their weights in bm25.
COLUMNS = ("name", "path", "signature", "doc", "body")
WEIGHTS = (5.0, 2.5, 2.5, 1.2, 1.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A term of the question: how much it says (0 to 1), and how many passages hold it."""

    term: str
    forms: tuple[str, ...]  # the term and what programmers shorten it to
    rarity: float
    count: int  # not of all of them where it is common
    common: bool = False


@dataclass(slots=True)
class Candidate:
    """A row that the full-text index found."""

    id: int
    file: str
    title: str
    kind: str
    start_line: int
    end_line: int
    score: float  # the larger the better
    likeness: float = 0.0  # is not told of code


# Somebody who wants to get something done, and somebody who wants to know how it is made.
_USES = re.compile(
    r"^\s*(how (do|can|should|would|to)\b|(can|could|may|should|do|must) (i|we|you)\b|"
    r"where (do|can|should)\b|(which|what) .*\b(should|can|do) (i|we|you)\b|what is\b|"
    r"what are\b|why (do|does|is|are|can)\b|is (it|there)\b|are there\b|(i|my|we|our)\b|"
    r"(add|allow|avoid|build|change|choose|configure|connect|create|customi[sz]e|debug|define|"
    r"delete|deploy|disable|enable|exclude|export|fail|fix|get|give|handle|hide|ignore|import|"
    r"include|install|keep|limit|link|list|load|make|merge|migrate|move|only|open|override|"
    r"package|post|prevent|protect|publish|put|read|reload|remove|rename|replace|return|run|save|"
    r"search|see|send|serve|set|share|show|skip|start|stop|store|stream|switch|test|translate|"
    r"turn|update|upgrade|upload|use|write)\s)"
    r"|\b(i|my|me|we|our|mine)\b",
    re.I,
)
_BUILT = re.compile(
    r"\b(implement\w*|internals?|internally|algorithm|data structures?|source|codebase|class|"
    r"function|method|module|struct|interface|under the hood|architecture|parser|handler|logic|"
    r"mechanism\w*|defined|propagat\w*)\b|^\s*(how|where) (is|are|does|did)\b",
    re.I,
)

# Constants, tuned on development questions (bench/search), not to any one of them.
EXACT_SYMBOL, EXACT_HEADING, SAME_CASE = 0.6, 0.4, 0.25
NAME_ASKED, NAME_SAID = 0.55, 0.5
STEM_ASKED, STEM_SAID, FOLDER = 0.15, 0.32, 0.12
PART = 1.0  # how much `auth` counts for `authentication`
COHERENCE = 0.5
COVER, FILE = 0.3, 0.1
PROSE_FOR_USE, PROSE_FOR_BUILD, PROSE_ELSE = 1.7, 0.75, 0.9
CROWD = 0.6


def rank(
    query: str,
    candidates: list[Candidate],
    asked_for: Sequence[Asked],
    holding: Sequence[tuple[float, Collection[int]]],
) -> list[Candidate]:
    """`candidates` in the order in which they should be read; their scores become final. `holding`
    has the rarity of each term that is counted on, and the ids of those that hold it."""
    if not candidates:
        return []
    best = max(each.score for each in candidates) or 1.0
    asked: dict[str, float] = {}
    for one in asked_for:
        asked[stem(one.term)] = max(one.rarity, asked.get(stem(one.term), 0.0))
    symbols = named_symbols(query)
    prose = _prose_factor(query, bool(symbols))
    asked_kinds = kinds_asked_for(query)
    covered = _coverage(candidates, holding)
    shared = _Shared(asked)
    for each, (own, of_file) in zip(candidates, covered, strict=True):
        each.score = each.score / best + COVER * own * own + FILE * of_file * of_file
        each.score += _name_prior(each, shared, symbols, query)
        each.score += _path_prior(each.file, shared)
        each.score *= place_factor(each.file, asked_kinds)
        if each.kind in PROSE:
            each.score *= prose
    _cohere(candidates)
    candidates.sort(key=lambda each: -each.score)
    return _spread(candidates)


def _coverage(
    candidates: list[Candidate], holding: Sequence[tuple[float, Collection[int]]]
) -> list[tuple[float, float]]:
    """How much of the question each passage holds, and how much its file: 0 to 1."""
    total = sum(rarity for rarity, _ in holding) or 1.0
    held: dict[str, set[int]] = defaultdict(set)
    own = []
    for candidate in candidates:
        terms = [n for n, (_, ids) in enumerate(holding) if candidate.id in ids]
        held[candidate.file].update(terms)
        own.append(sum(holding[n][0] for n in terms) / total)
    files = {file: sum(holding[n][0] for n in terms) / total for file, terms in held.items()}
    return [(of_it, files[each.file]) for of_it, each in zip(own, candidates, strict=True)]


def asks_how_it_is_built(query: str) -> bool:
    """Is this about how something is made, and not about its use?"""
    return bool(_BUILT.search(query))


_SYMBOL = re.compile(r"\w*(?:[a-z0-9][A-Z]|_|\.\w|::)\w*(?:\(\))?")


def may_ask_for_code(query: str) -> bool:
    """May this be about how something is made, or hold a name in code?"""
    return bool(named_symbols(query)) or asks_how_it_is_built(query) or is_study(query)


def is_name(query: str, name: str) -> bool:
    """Is `query` the words of `name` and no others?"""
    words, held = frozenset(map(stem, query_terms(query))), _stems(name)
    # A name of several words is among its own terms as one, too.
    return bool(words) and words <= held and len(held) <= len(words) + (len(words) > 1)


# What only code says; how a thing works is said by documentation, too.
_MADE = re.compile(
    r"\b(implement\w*|internals?|internally|source code|codebase|under the hood|defined|"
    r"data structures?)\b", re.I,
)  # fmt: skip
_TELL = re.compile(r"\W*what (is|are|do|does|did)\b", re.I)  # a sentence, and no name in words
NAMED = 5  # of the best may have the question for a name


# A long question that is nobody's own and names parts of programs, or any that is longer still.
_OWN = re.compile(r"\b(i|my|me|we|our|mine|you|your)\b", re.I)
_PARTS = re.compile(
    r"\b(implement\w*|algorithms?|class(es)?|functions?|methods?|modules?|structs?|interfaces?|"
    r"architectur\w*|design\w*|propagat\w*|inherit\w*|subclass\w*|responsib\w+|attributes?)\b",
    re.I,
)  # fmt: skip
LONG, VERY_LONG = 13, 18  # words


def is_study(query: str) -> bool:
    """Does somebody study a program, who writes at length and of no wish of theirs?"""
    words = len(query.split())
    if words < LONG or _OWN.search(query):
        return False
    return words >= VERY_LONG or bool(_PARTS.search(query))


def asks_for_code(query: str, ranked: Sequence[Candidate]) -> bool:
    """Is this about how something is made, or nothing but the name of what is defined?"""
    if _SYMBOL.fullmatch(query.strip()) or is_study(query):
        return True
    names = [last_name(each.title) for each in ranked[:NAMED] if each.kind not in READ]
    if not _TELL.match(query) and any(is_name(query, name) for name in names):
        return True
    return bool(_MADE.search(query)) and not _USES.search(query)


def _prose_factor(query: str, names_symbols: bool) -> float:
    if names_symbols:
        return PROSE_ELSE
    if is_study(query) or asks_how_it_is_built(query):
        return PROSE_FOR_BUILD
    return PROSE_FOR_USE if _USES.search(query) else PROSE_ELSE


@lru_cache(maxsize=8_192)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(term) for term in terms(text))


class _Shared(dict[frozenset[str], tuple[float, float]]):
    """Words -> how much of the question they hold, and how much of them the question: 0 to 1.

    Made for one question; the same words are compared once.
    """

    def __init__(self, asked: Mapping[str, float]) -> None:
        super().__init__()
        self._asked = tuple(asked.items())
        self._total = sum(asked.values()) or 1.0

    def __missing__(self, words: frozenset[str]) -> tuple[float, float]:
        weight = 0.0
        met: dict[str, float] = {}
        begun = {word[:3] for word in words if len(word) > 2}
        for term, rarity in self._asked:
            if term in words:
                weight += rarity
                met[term] = 1.0
            elif term[:3] in begun:
                for word in words:
                    if len(word) > 2 and (word.startswith(term) or term.startswith(word)):
                        weight += rarity * PART
                        met[word] = max(met.get(word, 0.0), PART)
                        break
        self[words] = weight / self._total, sum(met.values()) / max(len(words), 1)
        return self[words]


def _name_prior(candidate: Candidate, shared: _Shared, symbols: set[str], query: str) -> float:
    last = last_name(candidate.title)
    prior = 0.0
    if last.lower() in symbols and candidate.kind != "module":
        prior += EXACT_HEADING if candidate.kind in PROSE else EXACT_SYMBOL
        if last in query:
            prior += SAME_CASE
        if candidate.title == last:
            prior += 0.1
    of_question, of_name = shared[_stems(last)]
    return prior + NAME_ASKED * of_question + NAME_SAID * of_name * min(1.0, 2 * of_question + 0.3)


def _path_prior(file: str, shared: _Shared) -> float:
    folder, _, name = file.rpartition("/")
    of_question, of_name = shared[_stems(name.partition(".")[0])]
    prior = STEM_ASKED * of_question + STEM_SAID * of_name
    in_folder, _ = shared[_stems(folder.rpartition("/")[2])]
    return prior + (FOLDER if in_folder else 0.0)


def _cohere(candidates: list[Candidate]) -> None:
    """A file in which much was found is more likely the one that is meant."""
    by_file: dict[str, list[Candidate]] = defaultdict(list)
    for each in candidates:
        by_file[each.file].append(each)
    sums = {
        file: sum(sorted((each.score for each in group), reverse=True)[1:6])
        for file, group in by_file.items()
    }
    most = max(sums.values()) or 1.0
    for file, group in by_file.items():
        top = max(group, key=lambda each: each.score)
        top.score += COHERENCE * math.sqrt(sums[file] / most) * min(1.0, top.score)


def _spread(candidates: list[Candidate]) -> list[Candidate]:
    """The later passages of one file make room for other files."""
    seen: dict[str, int] = defaultdict(int)
    for each in candidates:
        each.score *= CROWD ** max(0, seen[each.file] - 1)
        seen[each.file] += 1
    return sorted(candidates, key=lambda each: -each.score)

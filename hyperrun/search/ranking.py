"""The ranking of code: what makes a passage come first.

The constants were tuned on development questions only; see bench/search.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from hyperrun.passage import PROSE
from hyperrun.search.audience import kinds_asked_for, place_factor
from hyperrun.search.intent import asks_for_use, asks_how_it_is_built, is_study
from hyperrun.search.terms import last_name, name_stems, named_symbols, stem

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


# Constants, tuned on development questions (bench/search), not to any one of them.
EXACT_SYMBOL, EXACT_HEADING, SAME_CASE = 0.6, 0.4, 0.25
NAME_ASKED, NAME_SAID = 0.55, 0.5
STEM_ASKED, STEM_SAID, FOLDER = 0.15, 0.32, 0.12
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
    overlaps = _Overlaps(asked)
    for each, (own, of_file) in zip(candidates, covered, strict=True):
        each.score = each.score / best + COVER * own * own + FILE * of_file * of_file
        each.score += _name_prior(each, overlaps, symbols, query)
        each.score += _path_prior(each.file, overlaps)
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


def _prose_factor(query: str, names_symbols: bool) -> float:
    """How much more documentation counts than code."""
    if names_symbols:
        return PROSE_ELSE
    if is_study(query) or asks_how_it_is_built(query):
        return PROSE_FOR_BUILD
    return PROSE_FOR_USE if asks_for_use(query) else PROSE_ELSE


class _Overlaps(dict[frozenset[str], tuple[float, float]]):
    """Words -> how much of the question they hold, and how much of them the question: 0 to 1.

    A word counts whole for one that it begins: `auth` for `authentication`. Made for one question;
    the same words are compared once.
    """

    def __init__(self, asked: Mapping[str, float]) -> None:
        super().__init__()
        self._asked = tuple(asked.items())
        self._total = sum(asked.values()) or 1.0

    def __missing__(self, words: frozenset[str]) -> tuple[float, float]:
        weight = 0.0
        met: set[str] = set()
        begun = {word[:3] for word in words if len(word) > 2}
        for term, rarity in self._asked:
            if term in words:
                weight += rarity
                met.add(term)
            elif term[:3] in begun:
                for word in words:
                    if len(word) > 2 and (word.startswith(term) or term.startswith(word)):
                        weight += rarity
                        met.add(word)
                        break
        self[words] = weight / self._total, len(met) / max(len(words), 1)
        return self[words]


def _name_prior(candidate: Candidate, overlaps: _Overlaps, symbols: set[str], query: str) -> float:
    """What its name speaks for a passage, before its words are counted."""
    last = last_name(candidate.title)
    prior = 0.0
    if last.lower() in symbols and candidate.kind != "module":
        prior += EXACT_HEADING if candidate.kind in PROSE else EXACT_SYMBOL
        if last in query:
            prior += SAME_CASE
        if candidate.title == last:
            prior += 0.1
    of_question, of_name = overlaps[name_stems(last)]
    return prior + NAME_ASKED * of_question + NAME_SAID * of_name * min(1.0, 2 * of_question + 0.3)


def _path_prior(file: str, overlaps: _Overlaps) -> float:
    """What the names of its file and folder speak for it."""
    folder, _, name = file.rpartition("/")
    of_question, of_name = overlaps[name_stems(name.partition(".")[0])]
    prior = STEM_ASKED * of_question + STEM_SAID * of_name
    in_folder, _ = overlaps[name_stems(folder.rpartition("/")[2])]
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

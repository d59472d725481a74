"""The same need in other words: questions in clusters.

Two questions are alike by the words they share, the rare ones most; where there is an index, by the
passages that they both find: what stands around a section that is missing knows its other names.
Where a model of meaning is set, by what they mean, as they are put and word by word in English:
small models tell what is meant better than that two languages say the same. Without one, by pieces
of words, too. What counts is how much more alike two are than each is to its nearest anyway, and
whether their nearest questions are the same ones, and the nearest by that. Clusters are joined
while their questions are alike on the average: one word in common chains no strangers together.
"""

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from heapq import heapify, heappop, heappush, nlargest
from typing import TypeVar

from hyperrun.insights.wording import in_english, language_of, pieces_of, stems_of
from hyperrun.search import thesaurus

Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]
Find = Callable[[Sequence[str]], Sequence[Sequence[Hashable]]]  # the best passages first

# How much alike two clusters are on the average that are joined, and how much more with each
# doubling of the smaller one, so that what is large does not swallow what is near.
WORDS_ALIKE = (0.23, 0.03)
WORDS_FOUND_ALIKE = (0.29, 0.07)
MEANS_ALIKE = (0.28, 0.04)
WORDS_BESIDE_MEANING, FOUND_BESIDE_MEANING = 0.25, 0.2
PIECES_BESIDE_WORDS, FOUND_BESIDE_WORDS = 0.2, 0.5
FOUND = 20  # passages of a question that are looked at
NEAREST = 3  # questions that say whom one is near to
CROWD = 10  # questions by which it is told how near any are to one
CROWD_TOLD = 0.55
FOR_MEANING = 30  # questions, before a mean tells what a model says of them all
MANY = 50  # questions that tell half of what very many would
FOR_A_LANGUAGE = 10  # questions in one language, before it is told apart
SYNONYM = 0.4
MAX_QUESTIONS = 3_000

Alike = dict[tuple[int, int], float]
Key = TypeVar("Key", bound=Hashable)


def clusters(
    questions: Sequence[str], embed: Embed | None = None, find: Find | None = None
) -> list[list[int]]:
    """The places of questions in each cluster, large ones first; each stands in exactly one."""
    size = len(questions)
    means = embed if size >= FOR_MEANING else None
    parts = 2 + _of_many(size)  # that `_alike` adds up
    by_words = WORDS_FOUND_ALIKE if find else WORDS_ALIKE
    least, more = (parts * part for part in (MEANS_ALIKE if means else by_words))
    joined = _joined(size, _alike(questions, means, find), least, more)
    return sorted(joined, key=lambda members: (-len(members), members[0]))


def _alike(questions: Sequence[str], embed: Embed | None, find: Find | None) -> Alike:
    """How alike any two are, with all that tells it."""
    size = len(questions)
    words = _by_shared(_weighted([stems_of(question) for question in questions]))
    found = _by_found(find(questions)) if find else {}
    if embed is not None:
        meaning = _by_meaning(_meanings(questions, embed))
        alike = _sum(meaning, (WORDS_BESIDE_MEANING, words), (FOUND_BESIDE_MEANING, found))
    else:
        pieces = _by_shared(
            _rare([dict.fromkeys(pieces_of(question), 1.0) for question in questions])
        )
        alike = _sum(words, (PIECES_BESIDE_WORDS, pieces), (FOUND_BESIDE_WORDS, found))
    alike = _beyond_the_crowd(size, alike)
    once = _sum(alike, (1.0, _by_nearest(size, alike, NEAREST)))
    return _sum(once, (_of_many(size), _by_nearest(size, once, NEAREST + 1)))


def _sum(alike: Alike, *others: tuple[float, Alike]) -> Alike:
    total = dict(alike)
    for share, other in others:
        for pair, value in other.items():
            total[pair] = total.get(pair, 0.0) + share * value
    return total


def _by_found(found: Sequence[Sequence[Hashable]]) -> Alike:
    """How alike two questions are that find the same passages, by those that few others find."""
    counts = Counter(passage for passages in found for passage in set(passages[:FOUND]))
    vectors = [
        {
            passage: math.log(len(found) / counts[passage]) / (rank + 3)
            for rank, passage in enumerate(passages[:FOUND])
        }
        for passages in found
    ]
    return _by_shared([_scaled(vector) for vector in vectors])


def _of_many(size: int) -> float:
    """How much is to be believed of what questions tell about each other: of few, little."""
    return size / (size + MANY)


def _beyond_the_crowd(size: int, alike: Alike) -> Alike:
    """How much more alike two questions are than each is to its nearest anyway: of what is asked
    often, in many needs, all is near all, and of what is asked seldom nothing is."""
    most = max(min(CROWD, size - 1), 1)
    told = CROWD_TOLD * _of_many(size)
    crowded = [sum(value for value, _ in near) / most for near in _nearest(size, alike, most)]
    middle = sum(crowded) / max(size, 1)
    return {
        (one, other): value - told * (crowded[one] + crowded[other] - 2 * middle)
        for (one, other), value in alike.items()
    }


def _by_nearest(size: int, alike: Alike, most: int) -> Alike:
    """How alike two questions are whose nearest ones are the same, or who are each other's."""
    vectors = []
    for at, near in enumerate(_nearest(size, alike, most)):
        nearest = {other: value for value, other in near}
        vectors.append(_scaled({at: 1.0, **nearest}))
    return _by_shared(vectors)


def _nearest(size: int, alike: Alike, most: int) -> list[list[tuple[float, int]]]:
    """So many of the questions that are most alike to each, how much and which."""
    near: list[list[tuple[float, int]]] = [[] for _ in range(size)]
    for (one, other), value in alike.items():
        if value > 0:
            near[one].append((value, other))
            near[other].append((value, one))
    return [nlargest(most, each) for each in near]


def _weighted(stems: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """Vectors of length 1: each stem by its rarity among the questions, and its other names."""
    spread: list[dict[str, float]] = []
    for each in stems:
        wide = dict(each)
        for stem in each:
            for other in thesaurus.alike(stem):
                wide.setdefault(other, SYNONYM)
        spread.append(wide)
    return _rare(spread)


def _rare(vectors: Sequence[Mapping[Key, float]]) -> list[dict[Key, float]]:
    """Vectors of length 1, what few have weighing most."""
    counts = Counter(key for each in vectors for key in each)
    total = len(vectors) + 1
    return [
        _scaled({key: weight * math.log(1 + total / counts[key]) for key, weight in each.items()})
        for each in vectors
    ]


def _scaled(vector: Mapping[Key, float]) -> dict[Key, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {key: weight / length for key, weight in vector.items()}


def _by_shared(vectors: Sequence[Mapping[Key, float]]) -> Alike:
    """How alike two questions are that share a word, or something else."""
    having: dict[Key, list[tuple[int, float]]] = {}
    alike: Alike = {}
    for at, vector in enumerate(vectors):
        for stem, weight in vector.items():
            for other, its in having.get(stem, ()):
                alike[other, at] = alike.get((other, at), 0.0) + weight * its
        for stem, weight in vector.items():
            having.setdefault(stem, []).append((at, weight))
    return alike


def _meanings(questions: Sequence[str], embed: Embed) -> list[list[float]]:
    """What each question means, as it is put and word by word in English, as one vector."""
    languages = [language_of(question) for question in questions]
    as_put = embed(questions)
    foreign = [at for at, language in enumerate(languages) if language != "en"]
    english = list(as_put)
    if foreign:
        translated = embed([in_english(questions[at]) or questions[at] for at in foreign])
        for at, vector in zip(foreign, translated, strict=True):
            english[at] = vector
    halves = (_centred(as_put, languages), _centred(english, languages))
    return [
        [(one + other) / 2 for one, other in zip(*both, strict=True)]
        for both in zip(*halves, strict=True)
    ]  # fmt: skip


def _centred(vectors: Sequence[Sequence[float]], languages: Sequence[str]) -> list[list[float]]:
    """Vectors of length 1 without the mean of all, for models crowd their vectors together, each as
    much as it likes; then without that of its language, or what is asked in one language would be
    alike."""
    centred = _apart(vectors, range(len(vectors)), 1.0)
    for language in set(languages):
        places = [at for at, each in enumerate(languages) if each == language]
        if len(places) >= FOR_A_LANGUAGE:
            share = len(places) / (len(places) + 5)
            for at, vector in zip(places, _apart(centred, places, share), strict=True):
                centred[at] = vector
    return [_of_length_1(vector) for vector in centred]


def _by_meaning(vectors: Sequence[Sequence[float]]) -> Alike:
    """How alike in meaning any two are."""
    return {(one, other): meaning for one, other, meaning in _products(vectors)}


def _apart(
    vectors: Sequence[Sequence[float]], places: Sequence[int], share: float
) -> list[list[float]]:
    """The vectors at these places without so much of their mean."""
    mean = [
        share * sum(column) / len(places)
        for column in zip(*(vectors[at] for at in places), strict=True)
    ]
    return [
        [one - other for one, other in zip(vectors[at], mean, strict=True)] for at in places
    ]  # fmt: skip


def _of_length_1(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [value / length for value in vector]


def _products(vectors: Sequence[Sequence[float]]) -> list[tuple[int, int, float]]:
    size = len(vectors)
    try:
        import numpy
    except ImportError:
        return [
            (one, other, sum(map(float.__mul__, vectors[one], vectors[other])))
            for one in range(size)
            for other in range(one + 1, size)
        ]
    matrix = numpy.asarray(vectors, dtype="float32")
    products = matrix @ matrix.T
    ones, others = numpy.nonzero(numpy.triu(numpy.ones_like(products), 1))
    return list(zip(ones.tolist(), others.tolist(), products[ones, others].tolist(), strict=True))


def _joined(size: int, alike: Alike, least: float, more: float) -> list[list[int]]:
    """Clusters by average linkage, joined while they are at least so much alike, and `more` for
    each doubling of the smaller one."""
    members = {at: [at] for at in range(size)}
    sums: dict[int, dict[int, float]] = {at: {} for at in range(size)}
    for (one, other), value in alike.items():
        sums[one][other] = sums[other][one] = value
    heap = [(-value, one, other) for (one, other), value in alike.items() if value >= least]
    heapify(heap)
    fresh = size
    while heap:
        _, one, other = heappop(heap)
        if one not in members or other not in members:
            continue
        joined = members.pop(one) + members.pop(other)
        row: dict[int, float] = {}
        for part in (sums.pop(one), sums.pop(other)):
            for neighbour, shared in part.items():
                if neighbour in members:
                    row[neighbour] = row.get(neighbour, 0.0) + shared
        for neighbour, shared in row.items():
            near = sums[neighbour]
            near.pop(one, None)
            near.pop(other, None)
            near[fresh] = shared
            smaller = min(len(joined), len(members[neighbour]))
            average = shared / (len(joined) * len(members[neighbour]))
            closeness = average - more * math.log2(smaller)
            if closeness >= least:
                heappush(heap, (-closeness, neighbour, fresh))
        members[fresh], sums[fresh] = joined, row
        fresh += 1
    return [sorted(each) for each in members.values()]

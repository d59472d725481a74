"""What words find and what meaning finds, as one ranking.

The rule was chosen with questions of known sections (bench/search/vectors.py), with a model of
English and one of many languages: what words find first gives way only to what is much nearer in
meaning and nearly as good in words, and the nearest in meaning are always among the first five.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from hyperrun.search.audience import against, kinds_asked_for
from hyperrun.search.ranking import Candidate
from hyperrun.search.vectors.table import Near, Neighbours
from hyperrun.search.wanted import Hit

MEANING = 0.2  # what one deviation of likeness counts beside the scores of words
UNNAMED = 0.2  # the words' score of a section that words do not find
PLACE = 0.45  # of that, for what speaks against a file by where it stands
LIKENESS_PLACE = 0.5  # of a likeness, for the same
FIRST_FIVE = (2, 3, 4)  # where the three nearest in meaning stand at the latest,
STRIKING = 2.5  # if they are as near as that
FOR_OTHERS = -0.9  # a file with so much against it is never put there
# Of code, by place alone: how far down a ranking still counts, and how much meaning does.
DEPTH = 5
CODE_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Meant:
    """What a question means, and what finds the passages that mean it."""

    question: str
    vector: Sequence[float]
    neighbours: Neighbours

    def near(
        self, connection: sqlite3.Connection, inside: str = "", also: Collection[int] = ()
    ) -> list[Near]:
        """The passages nearest in meaning after what speaks against their places, and how near
        those named are. Raises `sqlite3.Error`."""
        asked_kinds = kinds_asked_for(self.question)
        found = []
        for each in self.neighbours.near(connection, self.vector, inside, also):
            place = against(each.file, asked_kinds)
            likeness = each.likeness + LIKENESS_PLACE * place
            found.append(Near(each.id, each.file, likeness, each.kind, place))
        return sorted(found, key=lambda each: -each.likeness)


def fuse_hits(hits: Sequence[Hit], near: Sequence[Near]) -> list[Hit]:
    """Sections, best first."""
    likeness = {each.id: each.likeness for each in near}
    fused: dict[int, Hit] = {}
    # The order is what the words' ranking says; the scores tell by how much.
    scores = sorted((hit.score for hit in hits), reverse=True)
    for hit, score in zip(hits, scores, strict=True):
        alike = likeness.get(hit.id, 0.0)
        fused[hit.id] = Hit(hit.id, score + MEANING * alike, hit.held, alike)
    for each in near:
        if each.is_read and each.id not in fused:
            score = UNNAMED + PLACE * each.against + MEANING * each.likeness
            fused[each.id] = Hit(each.id, max(score, 0.0), 0.0, each.likeness)
    ordered = sorted(fused.values(), key=lambda hit: -hit.score)
    striking = [
        each.id
        for each in near
        if each.is_read
        and each.against > FOR_OTHERS
        and each.likeness - LIKENESS_PLACE * each.against >= STRIKING
    ]
    for place, id in zip(FIRST_FIVE, striking, strict=False):
        at = next(n for n, hit in enumerate(ordered) if hit.id == id)
        if at > place:
            hit = ordered.pop(at)
            ordered.insert(place, replace(hit, score=ordered[place].score))
    return ordered


def fuse_code(ranked: Sequence[Candidate], near: Sequence[Near]) -> list[Candidate]:
    """Passages of all kinds, best first, for questions about code."""
    by_words = {each.id: each for each in ranked}
    by_meaning = {each.id: each for each in near if not each.is_read}
    gains: dict[int, float] = defaultdict(float)
    for share, ids in ((1.0, by_words), (CODE_WEIGHT, by_meaning)):
        for place, id in enumerate(ids):
            gains[id] += share / (DEPTH + place + 1)
    fused: list[Candidate] = []
    score = ranked[0].score if ranked else 0.0
    for id in sorted(gains, key=lambda id: -gains[id]):
        if id in by_words:
            fused.append(by_words[id])
        else:
            found = by_meaning[id]
            fused.append(Candidate(id, found.file, "", found.kind, 0, 0, score))
        score = fused[-1].score
    return fused

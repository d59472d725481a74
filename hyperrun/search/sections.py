"""Finds the documentation sections that answer a question: their words, what they mean, and where.

A full-text index of stems gives the candidates; each is then weighed by how much of the question
stands in its heading, under which headings, in which file, in its text, and close together there.
The weights were learned from questions with known sections (bench/search), project by project with
that project's own questions left out.
"""

import math
import re
import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, zip_longest
from operator import mul

from hyperrun.search import dictionary
from hyperrun.search.audience import against, kinds_asked_for
from hyperrun.search.leaning import WEAK_WORDS, Before, leans
from hyperrun.search.remembered import ReadConnection
from hyperrun.search.slips import mended_stem
from hyperrun.search.terms import (
    STOP_WORDS,
    heading_of,
    matching_any,
    porter,
    query_terms,
    terms,
    unspaced,
)
from hyperrun.search.thesaurus import ALIKE, alike, meant_by_phrases

SCHEMA = """
CREATE VIRTUAL TABLE IF NOT EXISTS prose USING fts5(
    heading, parents, file, body, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE IF NOT EXISTS prose_terms USING fts5vocab(prose, 'row');
"""
_BM25 = "6.0, 2.0, 1.5, 1.0"
FETCH = 60  # candidates that are weighed
SCORED, SHARE = 1_200, 6  # sections out of which these are chosen, about, or one of so many
MAX_TERMS = 24
MAX_BODY_TERMS = 3_000

WEAK = 0.35
UNKNOWN = 4.0  # what a word counts that stands nowhere, in nats
# Of so many pairs of letters one stands in documentation that is in a question's language.
SPOKEN = 3
COMMON = 2.5  # a word that says no more stands in one of eleven sections
PHRASE = 3.0  # what one counts that a phrase stands for
BEFORE = 0.5  # how much a word of the question before counts for one that leans on it
CITED = 0.1  # and one of a title that was cited
# What speaks for a section that was cited before, and for others of its file; and how much of that
# where the question stands alone.
SAME_SECTION, SAME_FILE, ALONE = 0.10, 0.25, 0.2
COHERENCE, COHERENT = 0.4, 3  # how much the best few sections of a page speak for others of it
REFERENCE = 0.5  # what speaks against an object of an API beside a guide
OWN = 0.3  # how much of a question that leans its own words have to find

# What is wanted of a candidate's text: a share of the question, so from 0 to 1 but for `_BODY`.
(_BODY, _HEADING, _NAMED, _PARENTS, _FILE, _HELD, _NEAR, _PLACE, _CODE, _STUB, _SPELT,
 _ASKS) = range(12)  # fmt: skip
WEIGHTS = (1.0, 0.75, 0.65, 0.6, 0.5, 0.35, 0.45, 0.45, 0.1, -0.05, 0.5, 0.3)
WINDOW = 30  # terms that stand close together
TYPICAL = 130  # terms of a section
STUB_TERMS = 25  # of one that says little
MAX_SPELLED = 6


@dataclass(slots=True)
class Term:
    """A word of the question: what it counts for, and by which other names it may stand."""

    weight: float
    others: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that was found. `score` orders; `held` is the share of the question in it;
    `likeness` how near it is in meaning, 0 where no model tells."""

    id: int
    score: float
    held: float
    likeness: float = 0.0


def stems(text: str) -> list[str]:
    """The terms of a text as the index of prose has them."""
    return [porter(term) for term in terms(text)]


def row(title: str, file: str, terms_of_body: Sequence[str]) -> tuple[str, str, str, str]:
    """The columns of a section in the index of prose."""
    parents = title.rpartition(" > ")[0]
    return (
        " ".join(stems(heading_of(title))), " ".join(stems(parents)), " ".join(stems(file)),
        " ".join(map(porter, terms_of_body)),
    )  # fmt: skip


def wanted(connection: ReadConnection, question: str, before: Before | None = None) -> "Wanted":
    """What `question` asks for, weighed by this index's words. Raises `sqlite3.Error`."""
    if not connection.total("prose"):
        return Wanted.of(question)  # code alone, whose words nothing weighs
    terms: dict[str, Term] = {}
    unknown: list[str] = []
    mended: dict[str, str] = {}

    def add(words: Sequence[str], share: float) -> None:
        for word in words:
            stem = porter(word)
            if stem in terms or len(terms) == MAX_TERMS:
                continue
            others = dict.fromkeys(alike(stem), ALIKE)
            weight = _rarity(connection, stem)
            if not weight and (meant := mended_stem(connection, word)):
                mended[stem] = meant
                others[meant] = 1.0
                weight = _rarity(connection, meant)
            if not weight:
                if share < 1 or (unspaced(word) and _HIRAGANA.search(word)):
                    continue  # two letters of which one is grammar are no word
                weight = UNKNOWN
                if word not in WEAK_WORDS and not any(_rarity(connection, o) for o in others):
                    unknown.append(word)
            terms[stem] = Term(weight * share * (WEAK if word in WEAK_WORDS else 1.0), others)

    add(query_terms(question), 1.0)
    for name in _NUMBERED.findall(question)[:MAX_SPELLED]:
        if not _stands(connection, name):
            terms[name.lower()] = Term(UNKNOWN)
            unknown.append(name.lower())
    for stem in meant_by_phrases(question, mended):
        if _rarity(connection, stem):
            terms.setdefault(stem, Term(PHRASE, dict.fromkeys(alike(stem), ALIKE)))
    if before is not None and leans(question, not unknown):
        add(query_terms(before.question), BEFORE)
        for stem in meant_by_phrases(before.question, mended):
            others = dict.fromkeys(alike(stem), ALIKE)
            terms.setdefault(stem, Term(PHRASE * BEFORE, others))
        cited = [word for _, title in before.cited[:2] for word in query_terms(heading_of(title))]
        add(cited, CITED)
    return Wanted(question, terms, tuple(unknown), before)


def in_words_of(connection: ReadConnection, question: str) -> str:
    """The question in English words where it is asked in another language than this index is in;
    else as it is. Raises `sqlite3.Error`."""
    language = dictionary.language_of(question)
    if not language:
        return question

    def is_known(word: str) -> bool:
        return all(_rarity(connection, porter(each)) for each in terms(word))

    def is_common(word: str) -> bool:
        return 0 < _rarity(connection, porter(word)) < COMMON

    pairs = [term for term in terms(question) if unspaced(term)]
    if pairs and SPOKEN * sum(map(is_known, pairs)) >= len(pairs):
        return question  # the documentation is in it, too
    said = dictionary.in_english(question, language)
    silent = dictionary.function_words_of(question, language)
    others = [word for word, meant in said if meant and word not in meant.split()]
    if 2 * sum(map(is_common, silent)) > len(silent) or 2 * sum(map(is_known, others)) > len(
        others
    ):
        return question  # the documentation speaks it, too
    names = {word.lower() for word in re.findall(r"\b[A-Z]\w*", question)}
    return " ".join(
        meant or word for word, meant in said if meant or word in names or is_known(word)
    )


def _rarity(connection: ReadConnection, stem: str) -> float:
    """How much a word tells sections apart, in nats; 0 where it stands nowhere."""
    count = _holding(connection, stem)
    return math.log(1 + (connection.total("prose") - count + 0.5) / (count + 0.5)) if count else 0.0


def _holding(connection: ReadConnection, stem: str) -> int:
    """How many sections hold a stem."""

    def count() -> int:
        found = connection.execute("SELECT doc FROM prose_terms WHERE term = ?", (stem,)).fetchone()
        return found[0] if found else 0

    return connection.holding.of(stem, count)


def _stands(connection: sqlite3.Connection, name: str) -> bool:
    """Do the terms of `name` stand anywhere one after the other?"""
    phrase = f'"{" ".join(stems(name))}"'
    found = connection.execute("SELECT 1 FROM prose WHERE prose MATCH ? LIMIT 1", (phrase,))
    return found.fetchone() is not None


def find(
    connection: ReadConnection,
    wanted: "Wanted",
    inside: str = "",
    files: Collection[str] = (),
    fetch: int = FETCH,
    most: int = 0,
) -> list[Hit]:
    """The sections that may answer, best first, of `fetch` that are weighed; of the folder
    `inside`, or of `files`, only where there are any. Of all, about `most` are scored, which are
    not those that hold common words alone. Raises `sqlite3.Error`."""
    names = {name for stem, term in wanted.terms.items() for name in (stem, *term.others)}
    counts = {name: count for name in names if (count := _holding(connection, name))}
    if not counts:
        return []
    values: list[str | int] = [matching_any(sorted(counts))]
    where = some = ""
    if inside:
        where = "JOIN passages q ON q.id = prose.rowid AND substr(q.file, 1, ?) = ?"
        values = [len(inside) + 1, f"{inside}/", *values]
    elif files:
        marks = ", ".join("?" * len(files))
        where = f"JOIN passages q ON q.id = prose.rowid AND q.file IN ({marks})"
        values = [*files, *values]
    else:
        most = most or max(SCORED, connection.total("prose") // SHARE)
        telling = _telling(counts, most)
        if len(telling) < len(counts):
            some = "AND +prose.rowid IN (SELECT rowid FROM prose WHERE prose MATCH ?)"
            values.append(matching_any(telling))
    rows = connection.execute(
        "SELECT p.id, p.file, p.title, p.text, "
        "w.heading, w.parents, w.file, w.body FROM ("
        f"SELECT prose.rowid AS id, bm25(prose, {_BM25}) AS score FROM prose {where} "
        f"WHERE prose MATCH ? {some} ORDER BY score LIMIT {fetch}"
        ") f JOIN prose w ON w.rowid = f.id JOIN passages p ON p.id = f.id",
        values,
    ).fetchall()
    candidates = [Candidate(*each) for each in rows]
    hits = sorted(((wanted.hit(each), each.file) for each in candidates), key=_by_score)
    return _cohering(hits)


def _telling(counts: Mapping[str, int], most: int) -> list[str]:
    """The rarest names, one at least, that stand in about `most` sections together."""
    rarest = sorted(counts, key=lambda name: (counts[name], name))
    together = list(accumulate(counts[name] for name in rarest))
    return rarest[: max(bisect_right(together, most), 1)]


def _by_score(found: tuple[Hit, str]) -> float:
    return -found[0].score


def _cohering(found: Sequence[tuple[Hit, str]]) -> list[Hit]:
    """The best stays; after it, sections of a page that holds more of what was found come first."""
    of_file: dict[str, list[float]] = defaultdict(list)
    for hit, file in found:
        of_file[file].append(hit.score)
    sums = {file: sum(scores[:COHERENT]) for file, scores in of_file.items()}
    most = max(sums.values(), default=0.0) or 1.0
    rest = sorted(found[1:], key=lambda each: -(each[0].score + COHERENCE * sums[each[1]] / most))
    return [hit for hit, _ in (*found[:1], *rest)]


def find_after(
    connection: ReadConnection, question: str, before: Before | None, inside: str = ""
) -> list[Hit]:
    """The sections that may answer `question`; where it leans on the one before, those that both
    together find, and in turn those that its own words find where the answer before came from.
    Raises `sqlite3.Error`."""
    together = find(connection, wanted(connection, question, before), inside)
    if before is None or not before.cited:
        return together
    own = wanted(connection, question)
    if not leans(question, not own.unknown):
        return together
    files = {file for file, _ in before.cited}
    here = [hit for hit in find(connection, own, files=files) if hit.held >= OWN]
    found: dict[int, Hit] = {}
    for pair in zip_longest(together, here):
        for hit in filter(None, pair):
            found.setdefault(hit.id, hit)
    return list(found.values())


_SPELLED = re.compile(
    r"`([^`\n]{2,80})`|(?<![\w-])(--?[a-zA-Z][\w-]*)|"
    r"\b([a-zA-Z]{2,}/\d+(?:\.\d+)?(?![\w/-])|(?:\w+\.)+\w+|\w*[a-z\d][A-Z]\w*|\w+_\w+)\b"
)
_HIRAGANA = re.compile(r"[\u3040-\u309f]")
# The version of a protocol, of which a question's terms hold no number.
_NUMBERED = re.compile(r"(?<![\w/.-])[A-Za-z]{2,}/\d+(?:\.\d+)?(?![\w/-])")
_WHY = re.compile(r"\W*(why|when|which|who|where|can|does|is|are)\b", re.I)


def spelled(question: str) -> list[str]:
    """Flags, dotted and snaked names and code of a question, each once; at most a few."""
    found = ["".join(parts) for parts in _SPELLED.findall(question)]
    return list(dict.fromkeys(found))[:MAX_SPELLED]


def _asks(text: str) -> str:
    """The word with which a question begins that tells what is asked; "" for what, how and none."""
    found = _WHY.match(text)
    return found[1].lower() if found else ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A section as the index of prose found it, its columns as stems."""

    id: int
    file: str
    title: str
    text: str
    heading: str
    parents: str
    path: str
    body: str


# An object's whole name under the headings of its page, and what brings its description in.
_OBJECT = re.compile(r" > [A-Za-z_]\w*(?:\.\w+)+$")
_DESCRIBED = re.compile(r"\s*(?::::|\.\. |```)")


def is_described(title: str, text: str) -> bool:
    """Is it an object of an API that its page describes out of its source?"""
    return bool(_OBJECT.search(title) and _DESCRIBED.match(text))


class Wanted:
    """What a question asks for, and how much of that a text holds.

    `terms` are its words by their stems; `unknown` those that stand nowhere in the documentation,
    under no other name either.
    """

    def __init__(
        self,
        question: str,
        terms: Mapping[str, Term],
        unknown: tuple[str, ...] = (),
        before: Before | None = None,
    ) -> None:
        self.question = question
        self.terms = terms
        self.unknown = unknown
        self._weights = [term.weight for term in terms.values()]
        self._total = sum(self._weights) or 1.0
        self._asked_kinds = kinds_asked_for(question)
        self._spelled = [
            (name, re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])"))
            for name in spelled(question)
        ]
        self._asks = _asks(question)
        self._cited = before.cited if before else ()
        self._cited_files = {file for file, _ in self._cited}
        self._goes_on = 1.0 if leans(question, not unknown) else ALONE
        # Stem -> the words of the question that it stands for, and how well.
        self._stands_for: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for n, (stem, term) in enumerate(terms.items()):
            self._stands_for[stem].append((n, 1.0))
            for other, worth in term.others.items():
                self._stands_for[other].append((n, worth))

    @classmethod
    def of(cls, question: str) -> "Wanted":
        """What `question` asks for where no index says which of its words are rare."""
        return cls(question, {porter(word): Term(1.0) for word in query_terms(question)})

    def share(self, text: str) -> float:
        """How much of the question stands in `text`, from 0 to 1."""
        return self._share(self._held(stems(text)))

    def close(self, text: str) -> float:
        """How much of the question stands close together in `text`, from 0 to 1."""
        return self._close(self._places(stems(text)))

    def _places(self, words: Sequence[str]) -> list[tuple[int, int, float]]:
        """Where words of the question stand among `words`, which, and how well, in order."""
        stands = self._stands_for
        return [(at, n, worth) for at, stem in enumerate(words) if stem in stands
                for n, worth in stands[stem]]  # fmt: skip

    def telling(self, parts: Sequence[str]) -> list[float]:
        """How much of the question each of `parts` holds, where a word that more of them hold
        counts for less."""
        held = [self._held(stems(part)) for part in parts]
        in_parts: dict[int, int] = defaultdict(int)
        for each in held:
            for n in each:
                in_parts[n] += 1
        return [self._share({n: worth / in_parts[n] for n, worth in each.items()}) for each in held]

    def hit(self, each: Candidate) -> Hit:
        """The candidate with its score."""
        told = self.told(each)
        score = sum(map(mul, WEIGHTS, told))
        if each.file in self._cited_files:
            is_cited = (each.file, each.title) in self._cited
            score += self._goes_on * (SAME_FILE + SAME_SECTION * is_cited)
        return Hit(each.id, score, told[_HELD])

    def told(self, each: Candidate) -> list[float]:
        """What speaks for it, in the order of `WEIGHTS`."""
        heading = each.heading.split()
        in_heading, in_parents = self._held(heading), self._held(each.parents.split())
        body = each.body.split(maxsplit=MAX_BODY_TERMS)[:MAX_BODY_TERMS]
        places = self._places(body)
        counts: dict[int, float] = {}
        in_body: dict[int, float] = {}
        for _, n, worth in places:
            counts[n] = counts.get(n, 0.0) + worth
            if worth > in_body.get(n, 0.0):
                in_body[n] = worth
        length = 1.2 * (0.4 + 0.6 * len(body) / TYPICAL)
        saturated = 0.0
        for n, worth in in_body.items():
            saturated += self._weights[n] * worth * 2.2 * counts[n] / (counts[n] + length)
        held = dict(in_body)
        for share, found in ((1.0, in_heading), (0.8, in_parents)):
            for n, worth in found.items():
                held[n] = max(held.get(n, 0.0), share * worth)
        named = [stem for stem in heading if stem not in STOP_WORDS]
        met = sum(stem in self._stands_for for stem in named) / max(len(named), 1)
        of_heading = self._share(in_heading)
        return [
            saturated / self._total,
            of_heading,
            met * of_heading,
            self._share(in_parents),
            self._share(self._held(each.path.split())),
            self._share(held),
            self._close(places),
            against(each.file, self._asked_kinds) - REFERENCE * is_described(each.title, each.text),
            float("```" in each.text or "::" in each.text),
            float(len(body) < STUB_TERMS),
            self._spells(each.text),
            float(bool(self._asks) and self._asks == _asks(heading_of(each.title))),
        ]

    def _spells(self, text: str) -> float:
        """How many of the names that the question spells out stand in `text` so, from 0 to 1."""
        if not self._spelled:
            return 0.0
        found = (name in text and bool(each.search(text)) for name, each in self._spelled)
        return sum(found) / len(self._spelled)

    def _held(self, words: Sequence[str]) -> dict[int, float]:
        found: dict[int, float] = {}
        stands = self._stands_for
        for word in words:
            if word in stands:
                for n, worth in stands[word]:
                    if worth > found.get(n, 0.0):
                        found[n] = worth
        return found

    def _share(self, held: Mapping[int, float]) -> float:
        if not held:
            return 0.0
        total = 0.0
        weights = self._weights
        for n, worth in held.items():
            total += weights[n] * worth
        return total / self._total

    def _close(self, places: Sequence[tuple[int, int, float]]) -> float:
        """The largest share of the question that stands within `WINDOW` terms."""
        best = 0.0
        weights = self._weights
        last: dict[int, tuple[int, float]] = {}  # where each word stood last, and how well
        for at, n, worth in places:
            before = last.get(n)
            if before is None or before[1] <= worth or at - before[0] > WINDOW:
                last[n] = (at, worth)
            near = 0.0
            for m, (place, value) in last.items():
                if at - place <= WINDOW:
                    near += weights[m] * value
            if near > best:
                best = near
        return best / self._total

"""A question's words, weighed by how the documentation of an index uses them."""

import math
import re
import sqlite3
from collections.abc import Sequence

from hyperrun.search import dictionary
from hyperrun.search.everyday import WORDS as EVERYDAY
from hyperrun.search.leaning import WEAK_WORDS, Before, leans
from hyperrun.search.remembered import ReadConnection
from hyperrun.search.slips import mended_stem
from hyperrun.search.terms import heading_of, porter, query_terms, stems, terms, unspaced
from hyperrun.search.thesaurus import ALIKE, alike, is_known, meant_by_phrases
from hyperrun.search.wanted import MAX_SPELLED, Term, Wanted

MAX_TERMS = 24

WEAK = 0.35
UNKNOWN = 4.0  # what a word counts that stands nowhere, in nats
# Of so many pairs of letters one stands in documentation that is in a question's language.
SPOKEN = 3
COMMON = 2.5  # a word that says no more stands in one of eleven sections
PHRASE = 3.0  # what one counts that a phrase stands for
BEFORE = 0.5  # how much a word of the question before counts for one that leans on it
CITED = 0.1  # and one of a title that was cited

_HIRAGANA = re.compile(r"[\u3040-\u309f]")
# The version of a protocol, of which a question's terms hold no number.
_NUMBERED = re.compile(r"(?<![\w/.-])[A-Za-z]{2,}/\d+(?:\.\d+)?(?![\w/-])")
_OPTION = re.compile(r"(?<![\w-])--([a-z]+(?:-[a-z\d]+)+)(?![\w-])")  # of two words or more
MAX_LOOKED_AT = 200  # passages that hold an option's words


def wanted(connection: ReadConnection, question: str, before: Before | None = None) -> Wanted:
    """What `question` asks for, weighed by this index's words. Raises `sqlite3.Error`."""
    if not connection.total("prose"):
        return Wanted.of(question)  # code alone, whose words nothing weighs
    asked = _AskedTerms(connection)
    asked.add(query_terms(question), 1.0)
    asked.add_numbered(question)
    asked.add_options(question)
    for stem in meant_by_phrases(question, asked.mended):
        if _rarity(connection, stem):
            asked.add_meant(stem, PHRASE)
    if before is not None and leans(question, not asked.unknown):
        asked.add(query_terms(before.question), BEFORE)
        for stem in meant_by_phrases(before.question, asked.mended):
            asked.add_meant(stem, PHRASE * BEFORE)
        titles = [heading_of(title) for _, title in before.cited[:2]]
        asked.add([word for title in titles for word in query_terms(title)], CITED)
    unknown = asked.unknown or asked.all_mended()
    return Wanted(question, asked.terms, tuple(unknown), before)


class _AskedTerms:
    """The terms of a question by their stems, as they are added; the first of a stem stays."""

    def __init__(self, connection: ReadConnection) -> None:
        self._connection = connection
        self.terms: dict[str, Term] = {}
        # Words that stand nowhere, under no other name either; none that many ask with.
        self.unknown: list[str] = []
        self.mended: dict[str, str] = {}  # the stems of words that are misspelled, and of the right

    def add(self, words: Sequence[str], share: float) -> None:
        """Add words that count for `share` of what they would alone."""
        for word in words:
            stem = porter(word)
            if stem not in self.terms and len(self.terms) < MAX_TERMS:
                self._add(word, stem, share)

    def _add(self, word: str, stem: str, share: float) -> None:
        others = dict.fromkeys(alike(stem), ALIKE)
        weight = _rarity(self._connection, stem)
        if not weight and (meant := mended_stem(self._connection, word)):
            self.mended[stem] = meant
            others[meant] = 1.0
            weight = _rarity(self._connection, meant)
        if not weight:
            if share < 1 or (unspaced(word) and _HIRAGANA.search(word)):
                return  # two letters of which one is grammar are no word
            weight = UNKNOWN
            is_found = any(_rarity(self._connection, other) for other in others)
            is_ordinary = _is_weak(word) or is_known(word) or word in EVERYDAY
            if not is_found and not is_ordinary:
                self.unknown.append(word)
        self.terms[stem] = Term(weight * share * (WEAK if _is_weak(word) else 1.0), others)

    def all_mended(self) -> list[str]:
        """The stems of a question of several words that all stand nowhere as they are written: more
        likely it is about something else than that each is misspelled."""
        said = [stem for stem in self.terms if stem not in WEAK_WORDS]
        return said if len(said) > 1 and self.mended.keys() >= set(said) else []

    def add_numbered(self, question: str) -> None:
        """Add versions of protocols that stand nowhere."""
        for name in _NUMBERED.findall(question)[:MAX_SPELLED]:
            if not _stands(self._connection, name):
                self.terms[name.lower()] = Term(UNKNOWN)
                self.unknown.append(name.lower())

    def add_options(self, question: str) -> None:
        """Add options that are spelled nowhere, though each of their words may stand somewhere."""
        for name in _OPTION.findall(question)[:MAX_SPELLED]:
            if not _is_spelled(self._connection, name):
                self.terms[f"--{name}"] = Term(UNKNOWN)
                self.unknown.append(f"--{name}")

    def add_meant(self, stem: str, weight: float) -> None:
        """Add what a phrase stands for."""
        self.terms.setdefault(stem, Term(weight, dict.fromkeys(alike(stem), ALIKE)))


def _is_weak(word: str) -> bool:
    """Does a word say little of what is wanted, whatever its number?"""
    return word in WEAK_WORDS or word.removesuffix("s") in WEAK_WORDS


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
    count = holding(connection, stem)
    return math.log(1 + (connection.total("prose") - count + 0.5) / (count + 0.5)) if count else 0.0


def holding(connection: ReadConnection, stem: str) -> int:
    """How many sections hold a stem."""

    def count() -> int:
        found = connection.execute("SELECT doc FROM prose_terms WHERE term = ?", (stem,)).fetchone()
        return found[0] if found else 0

    return connection.holding.of(stem, count)


def _is_spelled(connection: sqlite3.Connection, name: str) -> bool:
    """Does any passage have `name` as it is?"""
    match = " AND ".join(f'"{term}"' for term in terms(name))
    rows = connection.execute(
        "SELECT p.text FROM words w JOIN passages p ON p.id = w.rowid WHERE words MATCH ? LIMIT ?",
        (match, MAX_LOOKED_AT),
    ).fetchall()
    return len(rows) == MAX_LOOKED_AT or any(name in text.lower() for (text,) in rows)


def _stands(connection: sqlite3.Connection, name: str) -> bool:
    """Do the terms of `name` stand anywhere one after the other?"""
    phrase = f'"{" ".join(stems(name))}"'
    found = connection.execute("SELECT 1 FROM prose WHERE prose MATCH ? LIMIT 1", (phrase,))
    return found.fetchone() is not None

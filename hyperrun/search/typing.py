"""Finds what somebody means before they have typed it out.

Names come first: pages, headings and symbols that hold every word, each a beginning at least. Where
they do not say it, the sections do that answer the words as a question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from hyperrun.passage import Passage
from hyperrun.search import question_words, sections
from hyperrun.search.remembered import ReadConnection
from hyperrun.search.slips import beginning_like, is_a_slip
from hyperrun.search.terms import STOP_WORDS, folded, last_name, typed
from hyperrun.search.titles import called, place_of

FETCH = 80  # names that are compared
LED = 30  # of them, that begin as the text does
SHORT = 4  # letters of a word that is not mended
PLACE = 0.1  # what a place further behind costs
WEIGHED, LOOKED_AT = 40, 3_000  # sections that are compared, of so many
OBJECT = 0.25  # and the name of an object without what it stands in, beside a heading
NAMED = 1.55  # the score of a name that says what is typed, so that no section is looked for


@dataclass(frozen=True, slots=True)
class Typed:
    """What was found, best first, and the words by which it was, the last perhaps unfinished; not
    `thorough`, by names alone."""

    passages: list[Passage]
    words: list[str]
    thorough: bool = True


@dataclass(frozen=True, slots=True)
class Name:
    """A page, a heading or a symbol that was found."""

    passage: int
    place: int
    title: str
    address: str  # where only a page has it; "" where the passage's is

    @property
    def found(self) -> tuple[int, str, str]:
        """The passage, the title by which it is found, and where that stands."""
        return self.passage, self.title, self.address


def find(
    connection: ReadConnection, text: str, k: int, *, thorough: bool = True
) -> tuple[list[tuple[int, str, str]], list[str]]:
    """The best `k` passages, best first, each with the title by which it was found and where that
    stands ("": its own), and the words of `text`, mended where a key slipped. Raises
    `sqlite3.Error`."""
    words = typed(text)
    if not words:
        return [], []
    names = _names(connection, words)
    if not names:
        mended = [_mended(connection, word) for word in words]
        if mended != words:
            words = mended
            names = _names(connection, words)
    plain = [folded(word) for word in words]
    line = " ".join(plain)
    scored = sorted(((_score(name, plain, line), name) for name in names), key=_by_place)
    sure = [name.found for score, name in scored if score >= NAMED]
    others = [name.found for score, name in scored if score < NAMED]
    found = sure[:k]
    if len(words) == 1:
        found += others
    if thorough and len(found) < k:
        held = {passage for passage, *_ in found}
        found += [(id, "", "") for id in _sections(connection, text, words, k) if id not in held]
    if len(words) > 1:
        held = {passage for passage, *_ in found}
        found += [each for each in others if each[0] not in held]
    return found[:k], words


def _by_place(found: tuple[float, Name]) -> tuple[float, int]:
    score, name = found
    return PLACE * name.place - score, name.passage


def _names(connection: ReadConnection, words: Sequence[str]) -> list[Name]:
    """The names that hold every word, those that a reader wants first."""
    led = f'heading : ^ "{" ".join(words)}" *'
    held = " AND ".join(f'"{word}" *' for word in words)
    rows = connection.execute(
        "SELECT t.row, n.passage, n.title, n.address FROM ("
        f"SELECT * FROM (SELECT rowid AS row FROM titles WHERE titles MATCH ?1 LIMIT {LED}) UNION "
        f"SELECT * FROM (SELECT rowid AS row FROM titles WHERE titles MATCH ?2 LIMIT {FETCH})"
        ") t JOIN names n ON n.row = t.row",
        (led, held),
    )
    return [Name(passage, place_of(row), *named) for row, passage, *named in rows]


_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name as it may be typed: its words, what begins inside of them, how many letters."""

    words: tuple[str, ...]
    inner: frozenset[str]
    letters: int

    @classmethod
    def of(cls, name: str) -> "Spelling":
        raw = _WORD.findall(name)
        words = tuple(map(folded, raw))
        inner = frozenset(part.lower() for word in raw for part in _PART.findall(word))
        return cls(words, inner, sum(map(len, words)) or 1)


@lru_cache(maxsize=4_096)  # the same names are compared at each letter
def _spellings(heading: str) -> tuple[Spelling, ...]:
    """A heading's; of an object's on a page that of its dotted name, and its own."""
    return tuple(map(Spelling.of, dict.fromkeys((heading, last_name(heading)))))


def _score(name: Name, words: Sequence[str], line: str) -> float:
    """How well a name says what is typed, in words that are `folded`: 1 and more where its heading
    holds all of it."""
    spelled = _spellings(called(name.place, name.title))
    return max(_likeness(each, words, line) - n * OBJECT for n, each in enumerate(spelled))


def _likeness(name: Spelling, words: Sequence[str], line: str) -> float:
    own, inner = name.words, name.inner
    held = 0.0
    letters = 0
    for word in words:
        if word in own:
            held += 1.0
            letters += len(word)
        elif any(each.startswith(word) for each in own):
            held += 0.9
            letters += len(word)
        elif any(part.startswith(word) for part in inner) or (
            not word.isascii() and any(word in each for each in own)
        ):
            held += 0.75
            letters += len(word)
        else:
            held += 0.25
    score = held / len(words) + 0.6 * min(letters / name.letters, 1.0)
    spoken = " ".join(own)
    if spoken.startswith(line):
        score += 0.7
    elif line in spoken:
        score += 0.3
    return score


def _sections(connection: ReadConnection, text: str, words: Sequence[str], k: int) -> list[int]:
    """The sections that answer what is typed; an unfinished last word counts as what it begins."""
    if words[-1] not in STOP_WORDS and words[-1].isascii() and not text[-1:].isspace():
        whole = _completed(connection, words[-1])
        text = f"{text[: text.lower().rfind(words[-1])]} {whole}" if whole else text
    return connection.sections.of(f"{k} {text}", lambda: _answering(connection, text, k))


def _answering(connection: ReadConnection, text: str, k: int) -> list[int]:
    wanted = question_words.wanted(connection, text)
    return [hit.id for hit in sections.find(connection, wanted, fetch=WEIGHED, most=LOOKED_AT)[:k]]


def _completed(connection: ReadConnection, word: str) -> str:
    """The commonest word of the documentation that begins so; "" where it is one itself."""
    if len(word) < 3:
        return ""
    rows = connection.execute(
        "SELECT term, doc FROM prose_terms WHERE term >= ? AND term < ?", (word, f"{word}\uffff")
    ).fetchall()
    if not rows or rows[0][0] == word:
        return ""
    return str(max(rows, key=lambda row: row[1])[0])


def _mended(connection: ReadConnection, word: str) -> str:
    """`word` where some name has it; else the commonest beginning that is one slip away."""
    if len(word) < SHORT or not word.isascii():
        return word
    return connection.mended.of(word, lambda: _in_names(connection, word))


def _in_names(connection: ReadConnection, word: str) -> str:
    if _is_known(connection, word):
        return word
    best = ("", 0)
    for term, count in beginning_like(connection, "titles_terms", word):
        if count <= best[1]:
            continue
        for length in (len(word), len(word) + 1, len(word) - 1):
            if is_a_slip(term[:length], word):
                best = (term[:length], count)
                break
    return best[0] or word


def _is_known(connection: ReadConnection, word: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM titles_terms WHERE term >= ? AND term < ? LIMIT 1", (word, f"{word}\uffff")
    )
    return row.fetchone() is not None

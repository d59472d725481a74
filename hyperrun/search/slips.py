"""Slips of the keys: which word of an index was meant by one that stands nowhere in it."""

import sqlite3

from hyperrun.search.remembered import ReadConnection
from hyperrun.search.terms import STOP_WORDS, porter
from hyperrun.search.thesaurus import is_known

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
# From so many letters on a word may have one that is another, or one too many or too few: a shorter
# one more likely means itself ("react" is no "reach", "trip" no "tri").
OTHER, MORE = 7, 6
LONGEST = 30  # and up to so many, for each letter is tried


def mended_stem(connection: ReadConnection, word: str) -> str:
    """The commonest stem of the index that is one slip of the keys away from a word, or from its
    stem; "" where there is none."""
    stem = porter(word)
    if len(stem) < 4 or len(word) > LONGEST or not stem.isascii() or is_known(word):
        return ""
    return connection.meant.of(word, lambda: _without_slips(connection, word, stem))


def _without_slips(connection: ReadConnection, word: str, stem: str) -> str:
    meant = {porter(each) for each in _without_a_slip(word)}
    marks = ", ".join("?" * len(meant))
    counted = f"SELECT doc, term FROM prose_terms WHERE term IN ({marks})"
    near = connection.execute(counted, tuple(meant)).fetchall() or [
        (count, term)
        for term, count in beginning_like(connection, "prose_terms", stem, len(stem) + 1)
        if term not in STOP_WORDS and is_a_slip(term, stem) and _is_likely(term, stem, word)
    ]
    return max(near)[1] if near else ""


def _is_likely(meant: str, stem: str, word: str) -> bool:
    """Is a slip that makes a word's stem of `meant` likely in so short a word?"""
    is_of_same = set(meant) == set(stem)  # "htpp", whose letters are in another order
    return is_of_same or len(word) >= (OTHER if len(meant) == len(stem) else MORE)


def _without_a_slip(word: str) -> list[str]:
    """What a word may have been, had two letters not been exchanged or one not been doubled; and a
    long one, had none been left out of a pair, nor a vowel, for then its stem is another's
    ("configuraton")."""
    exchanged = [f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
                 for at in range(1, len(word) - 1)]  # fmt: skip
    single = [word[:at] + word[at + 1 :] for at in range(1, len(word)) if word[at] == word[at - 1]]
    if len(word) < OTHER:
        return exchanged + single
    longer = [word[:at] + each + word[at:]
              for at in range(1, len(word)) for each in f"{word[at]}aeiou"]  # fmt: skip
    return exchanged + single + longer


def beginning_like(
    connection: sqlite3.Connection, vocabulary: str, word: str, longest: int = 1_000
) -> list[tuple[str, int]]:
    """The terms, with how many hold them, that begin with the letter of `word`, or with another one
    before its next two, or with its first two exchanged; none longer than `longest` letters, or
    shorter than the word by more than one. Ranges: a vocabulary is not read whole."""
    begun = {word[0], word[1] + word[0], *(each + word[1:3] for each in LETTERS)}
    begun = {each for each in begun if each == word[0] or each[0] != word[0]}
    lengths = f"length(term) BETWEEN {len(word) - 1} AND {longest}"
    one = f"SELECT term, doc FROM {vocabulary} WHERE term >= ? AND term < ? AND {lengths}"
    ranges = [bound for each in sorted(begun) for bound in (each, f"{each}\uffff")]
    return connection.execute(" UNION ALL ".join([one] * len(begun)), ranges).fetchall()


def is_a_slip(one: str, other: str) -> bool:
    """Does a letter too many, too few, exchanged or another make `one` of `other`?"""
    if len(one) > len(other):
        one, other = other, one
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) != len(other):
        return one[at:] == other[at + 1 :]
    swapped = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    return swapped or one[at + 1 :] == other[at + 1 :]

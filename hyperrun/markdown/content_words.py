"""The words of a text that say something, by their stems."""

import re
from functools import lru_cache

_LETTERS = re.compile(r"[^\W\d_]{2,}")


def words_of(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())


COMMON = words_of("""
    the a an of to in on at by for and or is are was were be been it its this that these those
    as with from you your can will may if when then than which who what how do does did has have
    had but so also into only each any all more use used using default not no never
""")


def content_words(text: str) -> frozenset[str]:
    """The stems of the words that say something."""
    words = {word.casefold() for word in _LETTERS.findall(text)}
    return frozenset(map(stem_of, words - COMMON))


@lru_cache(maxsize=8_192)
def stem_of(word: str) -> str:
    """A word in lower case without its ending, of which at least three letters stay."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word

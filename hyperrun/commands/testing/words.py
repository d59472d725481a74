"""Whether words stand in a text, whatever its case, line ends and Markdown's marks are."""

import re
from functools import lru_cache
from unicodedata import normalize

_MARKS = re.compile(r"[`*\\]|\]\([^)\s]*\)|(?<!\w)\[")
_SIGNS = str.maketrans("‘’“”–—‑", "''\"\"---", "\u00ad\u200b")


def plain_words(text: str) -> str:
    """Text as it is compared: without case, marks, typographic signs and runs of white space."""
    return _without_marks(text).casefold()


def _without_marks(text: str) -> str:
    return " ".join(_MARKS.sub("", normalize("NFKC", text).translate(_SIGNS)).split())


def stands_in(words: str, text: str) -> bool:
    """Do `words` stand in a text that is `plain_words`, and not as a part of other ones? "30" does
    not in "300" or "30.5"."""
    return bool(_pattern(words).search(text))


def spellings(words: str, text: str) -> list[str]:
    """How `words` are spelled each time that they stand in any text, in upper and lower case."""
    pattern = re.compile(_pattern(words).pattern, re.IGNORECASE)
    return pattern.findall(_without_marks(text))


@lru_cache(maxsize=10_000)
def _pattern(words: str) -> re.Pattern[str]:
    wanted = plain_words(words)
    first, last = wanted[:1], wanted[-1:]
    before = r"(?<![a-z0-9_])" if first.isascii() and first.isalnum() else ""
    before += r"(?<!\d[.,])" if first.isdecimal() else ""
    after = r"(?![a-z0-9_])" if last.isascii() and last.isalnum() else ""
    after += r"(?![.,]\d)" if last.isdecimal() else ""
    return re.compile(before + re.escape(wanted) + after)


_NO_WORDS = re.compile(r"[\W_]+")
_OWN_ID = re.compile(r"\{[^{}]*\}\s*$")


def heading_words(text: str) -> str:
    """The words of a heading alone."""
    return " ".join(_NO_WORDS.sub(" ", plain_words(_OWN_ID.sub("", text))).split())

"""Does a question lean on what was said before it? ("And in async?", "How do I turn it off?")

By its words alone: those that go on, those that point at something, and how many of its own it
has. What it points at may stand in the question itself ("a switch that works", "one command").
"""

import re
from dataclasses import dataclass

from hyperrun.search.terms import STOP_WORDS, query_terms

# Words that say little of what is wanted, but are no stop words: they count for a third.
WEAK_WORDS = frozenset((
    "able", "actually", "after", "all", "also", "always", "another", "anything", "aren", "before",
    "best", "between", "call", "called", "come", "couldn", "differ", "difference", "differences",
    "different", "differs", "doesn", "don", "down", "during", "each", "else", "even", "ever",
    "every", "everything", "first", "given", "go", "goes", "going", "good", "instead", "isn",
    "just", "kind", "last", "let", "lets", "like", "look", "make", "many", "much", "need",
    "never", "new", "no", "not", "nothing", "off", "on", "one", "only", "other", "others",
    "otherwise", "out", "over", "people", "possible", "problem", "put", "really", "right", "said",
    "same", "say", "says", "simply", "somebody", "someone", "something", "still", "sure", "take",
    "thing", "things", "told", "too", "try", "unless", "up", "versus", "very", "vs", "while",
    "whole", "within", "without", "won", "wouldn",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Before:
    """What was said before a question that may lean on it."""

    question: str = ""
    cited: tuple[tuple[str, str], ...] = ()  # file and title of each section, the first cited first


_GOES_ON = re.compile(
    r"\W*(and|or|but|also|what about|how about|what if|then|so|same|ok(ay)?|if so)\b", re.I
)
_NARROWS = re.compile(r"\W*(only|just|still|not|all but|per|for|with|as)\b", re.I)
_NARROWED = 4  # own words after one of these, and the question stands alone
# Words for what was said: before this question where it says little before them, else in itself.
# Some may have a noun of their own ("one command").
_POINTS = re.compile(
    r"\b(it's|its|(?P<often>it|they|them|their|these|those)|this(?!\.\w)|(?<!so )that"
    r"|(?P<of>(?<!another )ones?|either|the same|such)|instead(?! of))\b",
    re.I,
)
_SAID, _SAID_OFTEN = 2, 3  # so many own words before one, and it points at them
_NEXT = re.compile(r" +(\w+)")
# "Is it possible to …" points at nothing, "a switch that …" and "everything that …" at themselves.
_AT_NOTHING = re.compile(
    r"\b((?:is|was|would)(?:n't)?) it(?= (?:\w+ )?\w+ (?:to|that|if)\b)"
    r"|\b((?:an?|the|any|every|some|no) \w+(?: \w+)?|(?:every|any|some|no)thing|all) that\b",
    re.I,
)


def leans(question: str, is_known: bool = True) -> bool:
    """Does a question make little sense without the one before?

    One of a single own word does, where all of its words are known to the documentation, and where
    it asks: words alone are looked up ("upsert").
    """
    own = own_words(question)
    if _GOES_ON.match(question) or (_NARROWS.match(question) and len(own) < _NARROWED):
        return True
    asks = question.rstrip().endswith("?") or any(map(_is_common, re.findall(r"\w+", question)))
    if is_known and len(own) < 2 and asks:
        return True
    said = _AT_NOTHING.sub(lambda found: found[1] or found[2], question)
    for found in _POINTS.finditer(said):
        after = _NEXT.match(said, found.end()) if found["of"] else None
        if after and not _is_common(after[1]):
            continue
        if len(own_words(said[: found.start()])) < (_SAID_OFTEN if found["often"] else _SAID):
            return True
    return False


def own_words(text: str) -> list[str]:
    """The words of a text that say what is wanted."""
    return [each for each in query_terms(text) if not _is_common(each)]


def _is_common(word: str) -> bool:
    return word.lower() in STOP_WORDS or word.lower() in WEAK_WORDS

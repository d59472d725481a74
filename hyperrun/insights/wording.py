"""A question's words: what it is about, without how it is asked, in the languages we speak."""

import math
import re
from functools import lru_cache

from hyperrun.search import dictionary
from hyperrun.search.terms import STOP_WORDS, porter, terms

# How questions are put, beside what is left out of a search.
_ASKED_BY = STOP_WORDS | {
    "anyone", "just", "like", "make", "may", "mean", "means", "must", "need", "possible", "someone",
}  # fmt: skip
_NAME = re.compile(r"\b[A-Za-z]+(?:_[A-Za-z]+)+\b|\b[A-Za-z]*[a-z][A-Z][A-Za-z]*\b")
FOREIGN = 0.3  # a word that has an English name, beside it

# What stands before the need itself, in a question that is to become a heading.
_ASKING = re.compile(
    r"""^(?:
      (?:hi|hello|hey|please|so|and|also|ok|okay)\b[\s,]*
    | (?:how|where|when)\s+(?:do|does|can|could|should|would|to|must)\s+(?:(?:i|we|you|one)\s+)?
    | (?:how|where)\s+(?:is|are|was)\s+
    | (?:can|could|may|should|do|does|is|are|will)\s+(?:i|we|you|it|one|there|this)\s+
    | (?:is|are)\s+(?:it|there)\s+(?:possible\s+to|a\s+way\s+to|any\s+way\s+to)\s+
    | what(?:'s|\s+is|\s+are|\s+does|\s+do)?\s+(?:the\s+)?(?:best\s+)?(?:way\s+to\s+)?
    | (?:why|which|who)\s+(?:is|are|does|do)?\s*
    | i\s+(?:want|need|would\s+like|am\s+trying|have)\s+to\s+
    | (?:wie|wo|wann|warum|wozu)\s+(?:kann|muss|soll|werde|geht|wird|ist|sind)?\s*
      (?:ich|man|wir)?\s+
    | [¿¡]?(?:cómo|como|dónde|cuándo|por\s+qué|qué|cuál)\s+(?:puedo|se\s+puede|es|hago\s+para)?\s*
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_ENDS = " \t\n.,;:!?¿¡。、？！…\"'«»“”„"


@lru_cache(maxsize=10_000)
def language_of(text: str) -> str:
    """The language that a question is asked in, as far as we know it: else English.

    Where its small words do not tell, words do that only one other language has.
    """
    text = text[:300]
    if told := dictionary.language_of(text):
        return told
    words = terms(text)
    if sum(word in _ASKED_BY for word in words) > 1:
        return "en"
    counts = {language: _foreign(text, language) for language in dictionary.languages()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] > max(1, len(words) // 4) else "en"


def _foreign(text: str, language: str) -> int:
    """How many words of a text are of a language, and not much like their English ones."""
    if language in ("ja", "ko", "zh"):
        return 0
    words = dictionary.in_english(text, language)
    known = sum(bool(meant) and word[:3] != meant[:3] for word, meant in words)
    said = len(re.findall(r"[^\W\d_]+", text))
    return known + max(0, said - len(words)) if known else 0


def stems_of(text: str) -> dict[str, float]:
    """What a question is about, by stems, each with its weight: a name spelled out weighs more, and
    a word of another language stands beside the English one."""
    text = text[:2_000]
    language = language_of(text)
    found: dict[str, float] = {}
    if language == "en":
        found = dict.fromkeys(_english(text), 1.0)
    else:
        for word, meant in dictionary.in_english(text, language):
            known = dict.fromkeys(_english(meant))
            found |= dict.fromkeys(_english(word), FOREIGN if known else 1.0)
            for stem in known:
                found[stem] = max(found.get(stem, 0.0), 1.0 / math.sqrt(len(known)))
    for name in _NAME.findall(text):
        found |= dict.fromkeys(_english(name), 1.0)
        found[name.replace("_", "").casefold()] = 2.0
    return found


def in_english(text: str) -> str:
    """A question word by word in English, as far as the dictionary goes; an English one as is."""
    language = language_of(text)
    if language == "en":
        return text
    return " ".join(meant or word for word, meant in dictionary.in_english(text[:2_000], language))


def _english(text: str) -> list[str]:
    meant = (term for term in terms(text) if term not in _ASKED_BY)
    return [porter(term) for term in meant if len(term) > 1 or not term.isascii()]


def about(text: str) -> str:
    """A question as the heading of the section that would answer it."""
    said = " ".join(text.split()).strip(_ENDS)
    while (shorter := _ASKING.sub("", said, count=1)) != said and shorter:
        said = shorter
    said = said.strip(_ENDS)
    return said[:1].upper() + said[1:]

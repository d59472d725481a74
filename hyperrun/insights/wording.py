"""A question's words: what it is about, without how it is asked, in the languages we speak."""

import math
import re
from functools import cache, lru_cache

from hyperrun.search import dictionary, thesaurus
from hyperrun.search.terms import STOP_WORDS, porter, terms

# How questions are put, beside what is left out of a search.
_ASKED_BY = STOP_WORDS | {
    "anyone", "just", "like", "make", "may", "mean", "means", "must", "need", "possible", "someone",
}  # fmt: skip
_NAME = re.compile(r"\b[A-Za-z]+(?:_[A-Za-z]+)+\b|\b[A-Za-z]*[a-z][A-Z][A-Za-z]*\b")
PIECE = 4  # letters of it
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
# Questions whose rest would be half a sentence, and what of them is the heading.
_TOLD_AS = tuple(
    (re.compile(pattern, re.IGNORECASE), heading)
    for pattern, heading in (
        (r"^(.{12,}?),\s+(?:how|what|where|which|why|can|could|is|are|do|does)\b.*$", r"\1"),
        (r"^how\s+(?:do|does)\s+(?!i\b|we\b|you\b|one\b)(.+?)\s+works?\b(.*)$", r"\1\2"),
        (r"^what\s+(?:do|does)\s+(.+?)\s+(?:do|mean)\b(.*)$", r"\1\2"),
        (r"^where\s+(?:do|does)\s+(?!i\b|we\b|you\b|one\b)(.+?)\s+"
         r"(?:go|live|stand|come\s+from|end\s+up)$", r"\1"),
        (r"^(?:which|what)\s+(\w.*?)\s+(?:is|are)\s+"
         r"(?:used|read|kept|stored|supported|allowed)\b(.*)$", r"\1\2"),
    )
)  # fmt: skip
# What begins like a question of somebody or something else, whose rest is no heading.
_REST = re.compile(
    r"^(?:how|where|when|why|what|which|who)\s+(?:is|are|was|do|does|did|has|will)\s+"
    r"(?!i\b|we\b|you\b|one\b|the\s+(?:best\s+)?way\b)|^(?:does|do|did|has|is|are|was|why|who)\b"
    r"(?!\s+(?:it|there)\s+(?:possible|a|any)\b)",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(r"^how\s+(?:often|long|many|much|far|big|large|fast|soon)\b", re.IGNORECASE)
_OF_ONES_OWN = re.compile(r"^(?:i|it|my|this)\b|\b(?:i|i'm|me)\b|[?!]|\w+(?:Error|Exception):")
_OWN = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (r"\bmy own (?=(?:\w+ )?\w+(?<!s)s(?: (?:with|in|for|to|from|of|on|and)\b|$))", "custom "),
        (r"\bmy own\b", "a custom"),
        (r"\bmy\b", "the"),
        (r"^(?:the|an?)\s+(?=\S)", ""),
    )
)
_ENDS = " \t\n.,;:!?¿¡。、？！…\"'«»“”„"


# What a phrase of German ends with, and what else ends so in English.
_INFINITIVE = re.compile(r"^\W*[A-ZÄÖÜ].*\s[a-zäöüß]{2,}(?:en|ern|eln)\W*$", re.DOTALL)
_NO_INFINITIVE = frozenset((
    "been", "between", "broken", "children", "chosen", "driven", "even", "forgotten", "frozen",
    "given", "golden", "green", "happen", "hidden", "lantern", "listen", "modern", "often", "open",
    "pattern", "return", "screen", "seen", "seven", "shorten", "spoken", "taken", "ten",
    "then", "token", "when", "written",
))  # fmt: skip
_LETTERS = (("de", "äöüß"), ("pt", "ãõ"), ("es", "óí"), ("fr", "êèçœ"))


@lru_cache(maxsize=10_000)
def language_of(text: str) -> str:
    """The language that a question is asked in, as far as we know it: else English.

    Where its small words do not tell, one does that only one language has, then letters and a
    German verb at the end, then words that only another language's side of the dictionary has.
    """
    text = text[:300]
    if any(letter in text.casefold() for letter in "¿¡ñ"):
        return "es"
    if told := dictionary.language_of(text):
        return told
    if _english_small(text):
        return "en"
    small = {
        language: sum(len(word) > 1 for word in dictionary.function_words_of(text, language))
        for language in dictionary.languages()
    }
    if likely := [language for language in small if small[language] == max(small.values()) > 0]:
        return max(likely, key=lambda language: _foreign(text, language))
    for language, letters in _LETTERS:
        if any(letter in text.casefold() for letter in letters):
            return language
    if _INFINITIVE.match(text) and text.split()[-1].strip(_ENDS) not in _NO_INFINITIVE:
        return "de"
    counts = {language: _foreign(text, language) for language in dictionary.languages()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] > max(1, _known_english(text)) else "en"


def _english_small(text: str) -> bool:
    """Whether English small words stand in a text that no other language has."""
    others = {"a", "as", "do", "in", "me", "no", "on", "or", "so", "des", "die", "am", "an", "was"}
    return any(word in _ASKED_BY - others for word in terms(text))


@cache
def _vocabulary() -> frozenset[str]:
    """The words of the dictionary's English side, and their other names, by stems."""
    words = frozenset(porter(word) for word in dictionary.english())
    return words | {other for word in words for other in thesaurus.alike(word)}


def _known_english(text: str) -> int:
    return sum(porter(word) in _vocabulary() for word in terms(text))


def _foreign(text: str, language: str) -> int:
    """How many words of a text are of a language, and not much like their English ones."""
    if language in ("ja", "ko", "zh"):
        return 0
    words = dictionary.in_english(text, language)
    return sum(bool(meant) and word[:3] != meant[:3] for word, meant in words)


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


def pieces_of(text: str) -> set[str]:
    """Pieces of the words of a question and of its English ones: what languages share that have
    words from one another, and what another ending does not change."""
    found: set[str] = set()
    for word in re.findall(r"[^\W_]+", dictionary.plain(f"{text[:2_000]} {in_english(text)}")):
        if len(word) == 1:
            continue
        begun = "^" + word[:9]
        found.update(begun[at : at + PIECE] for at in range(1, len(begun) - PIECE + 1))
        found.add(begun[: PIECE + 1])
    return found


def _english(text: str) -> list[str]:
    meant = (term for term in terms(text) if term not in _ASKED_BY)
    return [porter(term) for term in meant if len(term) > 1 or not term.isascii()]


def about(text: str) -> str:
    """A question as the heading of the section that would answer it."""
    said = " ".join(text.split()).strip(_ENDS)
    for pattern, heading in _TOLD_AS:
        if (shorter := pattern.sub(heading, said, count=1).strip(_ENDS)) != said and shorter:
            return _begun(shorter)
    while (shorter := _ASKING.sub("", said, count=1)) != said and shorter:
        said = shorter
    return _begun(said.strip(_ENDS))


def reads_as_heading(text: str) -> bool:
    """Whether `about` makes a heading of a question: not the rest of a sentence about somebody, a
    complaint of one's own, or a bare name."""
    heading = about(text)
    if len(heading.split()) < 2 or _OF_ONES_OWN.search(heading):
        return False
    if any(pattern.search(" ".join(text.split()).strip(_ENDS)) for pattern, _ in _TOLD_AS):
        return True
    return not (_REST.match(text.strip()) or _HOW_MUCH.match(text.strip()))


def _begun(heading: str) -> str:
    """Of nobody's own, with a capital letter, unless a name begins it, which stays as it is."""
    for pattern, instead in _OWN:
        heading = pattern.sub(instead, heading)
    first = heading.split(maxsplit=1)[0] if heading else ""
    if re.search(r"[_=().\\/~^<>]|^-|[a-z][A-Z]", first):
        return heading
    return heading[:1].upper() + heading[1:]

"""What a sentence denies: its negations, and the words that each is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hyperrun.markdown.content_words import COMMON, stem_of, words_of

TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[,;:.()]")
_CLAUSE_ENDS = frozenset(",;:.()")
_NEGATIONS = words_of("""
    not no never cannot without neither nor nicht kein keine keinen keiner nie niemals ohne
    nunca sin ningún ninguna ne pas jamais sans aucun aucune não sem nenhum nenhuma
""")


@dataclass(frozen=True, slots=True)
class Denial:
    """A negation: its place among the tokens, and the stems of up to three words it denies."""

    at: int
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """The stems of a sentence's content words, those that are said and those that are denied."""

    positive: frozenset[str]
    negative: frozenset[str]
    denials: tuple[Denial, ...]  # in their order, and of something each

    @property
    def all(self) -> frozenset[str]:
        """All content words."""
        return self.positive | self.negative


def said_by(tokens: Sequence[str]) -> Said:
    """What a sentence says and denies, by its tokens: words and the signs that end a clause."""
    scopes = {at: _scope(tokens, at) for at, token in enumerate(tokens) if _is_negator(token)}
    denied = {place for places in scopes.values() for place in places}
    contents = [
        (at, stem_of(token.casefold()))
        for at, token in enumerate(tokens)
        if token[0].isalpha() and not _is_negator(token) and token.casefold() not in COMMON
    ]
    return Said(
        frozenset(stem for at, stem in contents if at not in denied),
        frozenset(stem for at, stem in contents if at in denied),
        tuple(
            Denial(at, tuple(stem_of(tokens[place].casefold()) for place in places))
            for at, places in scopes.items()
            if places
        ),
    )


def _is_negator(token: str) -> bool:
    folded = token.casefold().replace("’", "'")
    return folded in _NEGATIONS or folded.endswith("n't")


def _scope(tokens: Sequence[str], negator: int) -> list[int]:
    """Where the words stand that a "not" is about: the next few of its clause."""
    places: list[int] = []
    for at in range(negator + 1, min(negator + 8, len(tokens))):
        token = tokens[at]
        if token in _CLAUSE_ENDS or _is_negator(token):
            break
        if token[0].isalpha() and token.casefold() not in COMMON and len(token) > 1:
            places.append(at)
            if len(places) == 3:
                break
    return places

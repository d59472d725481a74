"""What a question is after: to use a program, or to know how it is made.

The words were chosen on development questions only; see bench/search.
"""

import re
from collections.abc import Sequence

from hyperrun.search.terms import name_stems, named_symbols, query_terms, stem

# Somebody who wants to get something done, and somebody who wants to know how it is made.
_USES = re.compile(
    r"^\s*(how (do|can|should|would|to)\b|(can|could|may|should|do|must) (i|we|you)\b|"
    r"where (do|can|should)\b|(which|what) .*\b(should|can|do) (i|we|you)\b|what is\b|"
    r"what are\b|why (do|does|is|are|can)\b|is (it|there)\b|are there\b|(i|my|we|our)\b|"
    r"(add|allow|avoid|build|change|choose|configure|connect|create|customi[sz]e|debug|define|"
    r"delete|deploy|disable|enable|exclude|export|fail|fix|get|give|handle|hide|ignore|import|"
    r"include|install|keep|limit|link|list|load|make|merge|migrate|move|only|open|override|"
    r"package|post|prevent|protect|publish|put|read|reload|remove|rename|replace|return|run|save|"
    r"search|see|send|serve|set|share|show|skip|start|stop|store|stream|switch|test|translate|"
    r"turn|update|upgrade|upload|use|write)\s)"
    r"|\b(i|my|me|we|our|mine)\b",
    re.I,
)
_BUILT = re.compile(
    r"\b(implement\w*|internals?|internally|algorithm|data structures?|source|codebase|class|"
    r"function|method|module|struct|interface|under the hood|architecture|parser|handler|logic|"
    r"mechanism\w*|defined|propagat\w*)\b|^\s*(how|where) (is|are|does|did)\b",
    re.I,
)
_SYMBOL = re.compile(r"\w*(?:[a-z0-9][A-Z]|_|\.\w|::)\w*(?:\(\))?")
# What only code says; how a thing works is said by documentation, too.
_MADE = re.compile(
    r"\b(implement\w*|internals?|internally|source code|codebase|under the hood|defined|"
    r"data structures?)\b", re.I,
)  # fmt: skip
_TELL = re.compile(  # a sentence, and no name in words
    r"\W*(what (is|are|do|does|did)|(is|are|do|does|did|has|can|could|may|will|would|should)"
    r" (it|this|that|these|they|there|one|i|we|you))\b", re.I,
)  # fmt: skip
# A long question that is nobody's own and names parts of programs, or any that is longer still.
_OWN = re.compile(r"\b(i|my|me|we|our|mine|you|your)\b", re.I)
_PARTS = re.compile(
    r"\b(implement\w*|algorithms?|class(es)?|functions?|methods?|modules?|structs?|interfaces?|"
    r"architectur\w*|design\w*|propagat\w*|inherit\w*|subclass\w*|responsib\w+|attributes?)\b",
    re.I,
)  # fmt: skip
LONG, VERY_LONG = 13, 18  # words


def asks_for_use(query: str) -> bool:
    """Does somebody want to get something done?"""
    return bool(_USES.search(query))


def asks_how_it_is_built(query: str) -> bool:
    """Is this about how something is made, and not about its use?"""
    return bool(_BUILT.search(query))


def may_ask_for_code(query: str) -> bool:
    """May this be about how something is made, or hold a name in code?"""
    return bool(named_symbols(query)) or asks_how_it_is_built(query) or is_study(query)


def is_name(query: str, name: str) -> bool:
    """Is `query` the words of `name` and no others?"""
    words, held = frozenset(map(stem, query_terms(query))), name_stems(name)
    # A name of several words is among its own terms as one, too.
    return bool(words) and words <= held and len(held) <= len(words) + (len(words) > 1)


def is_study(query: str) -> bool:
    """Does somebody study a program, who writes at length and of no wish of theirs?"""
    words = len(query.split())
    if words < LONG or _OWN.search(query):
        return False
    return words >= VERY_LONG or bool(_PARTS.search(query))


def asks_for_code(query: str, defined: Sequence[str]) -> bool:
    """Is this about how something is made, or nothing but one of the names in `defined`?"""
    if _SYMBOL.fullmatch(query.strip()) or is_study(query):
        return True
    if not _TELL.match(query) and any(is_name(query, name) for name in defined):
        return True
    return bool(_MADE.search(query)) and not asks_for_use(query)

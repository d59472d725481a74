"""How a text is cut into terms: words, the parts of identifiers, and their short forms."""

import re
import threading
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

_IDENTIFIER = re.compile(
    r"(?<![\w-])[A-Za-z](?:-[A-Za-z]{2,})+(?!\w)"  # of whose parts one is a letter: "v-if"
    r"|[A-Za-z_][A-Za-z0-9_]*|\d+|[^\W\d_]+"
)
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")

_ACCENTS = re.compile(r"[\u0300-\u036f]")

STOP_WORDS = frozenset((
    "a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "by", "can", "could", "did",
    "do", "does", "for", "from", "get", "give", "had", "has", "have", "how", "i", "if", "in",
    "into", "is", "it", "its", "me", "my", "of", "on", "or", "our", "please", "should", "show",
    "so", "some", "tell", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "to", "use", "used", "uses", "using", "was", "we", "were", "what", "when", "where",
    "which", "who", "why", "will", "with", "work", "works", "would", "you", "your", "explain",
    "happens", "way", "want", "need", "arent", "cant", "couldnt", "didnt", "doesnt", "dont", "hows",
    "ive", "isnt", "shouldnt", "thats", "wasnt", "whats", "wheres", "wont", "wouldnt",
))  # fmt: skip


def terms(text: str) -> list[str]:
    """The terms of a text, in order: identifiers by their parts and as a whole, words, bigrams
    of scripts without spaces. Lower case; stemming is left to the index."""
    found: list[str] = []
    for word in _IDENTIFIER.findall(text):
        found += _terms_of(word)
    return found


@lru_cache(maxsize=20_000)  # a text is made of few words: four times as fast
def _terms_of(word: str) -> tuple[str, ...]:
    if not word.isascii():
        return _foreign(word)
    parts = [part.lower() for part in _PARTS.findall(word)]
    return (*parts, "".join(parts)) if len(parts) > 1 else tuple(parts)


def parts(text: str) -> list[str]:
    """The words of a text, in order, of identifiers their parts alone. Lower case."""
    return [
        part
        for word in _IDENTIFIER.findall(text)
        for part in (map(str.lower, _PARTS.findall(word)) if word.isascii() else _foreign(word))
    ]


def beginnings(text: str) -> list[str]:
    """The words of a text, and of identifiers what begins at each of their parts."""
    found: list[str] = []
    for word in _IDENTIFIER.findall(text):
        own = parts(word)
        found += own
        if word.isascii():
            found += ["".join(own[at:]) for at in range(len(own) - 1)]
    return found


_RUN = re.compile(r"[^\W_]+")


def typed(text: str) -> list[str]:
    """The words of what is being typed, the last perhaps unfinished: as they stand, of scripts
    without spaces the bigrams. Lower case; at most 12."""
    found: list[str] = []
    for word in _RUN.findall(text[:300]):
        found += parts(word) if _CJK.search(word) else [word.lower()]
    return [word[:40] for word in found[:12]]


def folded(text: str) -> str:
    """Lower case without accents: what a reader types for it."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", spread))


def _foreign(word: str) -> tuple[str, ...]:
    if not _CJK.search(word):
        return (word.lower(),)
    return tuple(word[n : n + 2] for n in range(max(1, len(word) - 1)))


def unspaced(term: str) -> bool:
    """Is it of a script without spaces, and so two letters and not always a word?"""
    return _CJK.match(term) is not None


def query_terms(query: str) -> list[str]:
    """The terms a question is searched by, each once, without stop words; at most 40."""
    found = list(dict.fromkeys(terms(query[:2_000])))
    meant = [
        term for term in found if term not in STOP_WORDS and (len(term) > 1 or not term.isascii())
    ]
    return (meant or [term for term in found if term not in STOP_WORDS] or found)[:40]


# What programmers call things in short. The beginnings of words are seen to by the ranking.
_SHORT = (
    "application app", "applications apps", "argument arg", "arguments args", "asynchronous async",
    "attribute attr", "attributes attrs", "authentication auth", "authorization auth",
    "authorisation auth", "authenticate auth", "character char", "command cmd",
    "configuration config",
    "configure config", "connection conn", "context ctx", "database db", "dependencies deps",
    "dependency dep", "development dev", "directory dir", "directories dirs", "document doc",
    "documentation docs", "environment env", "error err", "errors exceptions", "execute exec",
    "exception error", "expression expr", "function func", "functions funcs", "image img",
    "initialize init", "initialization init", "initialise init", "initialisation init",
    "javascript js", "kubernetes k8s", "library lib", "message msg", "messages msgs",
    "middleware middlewares", "number num", "object obj", "operation op", "parameter param",
    "parameters params", "password passwd", "pointer ptr", "production prod", "properties props",
    "property prop", "python py", "reference ref", "repository repo", "request req",
    "response resp", "specification spec", "statement stmt", "string str", "stylesheet css",
    "synchronous sync", "temporary temp", "typescript ts", "utilities utils", "utility util",
    "value val", "values vals", "variable var", "variables vars", "websocket ws",
)  # fmt: skip
_FORMS: dict[str, set[str]] = defaultdict(set)
for _pair in _SHORT:
    _long, _short = _pair.split()
    _FORMS[_long].add(_short)
    _FORMS[_short].add(_long)


def forms(term: str) -> tuple[str, ...]:
    """The term and its other lengths: `config` for `configuration`."""
    return (term, *sorted(_FORMS.get(term, ())))


@lru_cache(maxsize=100_000)
def porter(word: str) -> str:
    """The stem by which the index knows a word of prose (Snowball's for English)."""
    return str(_stemmers.here().stemWord(word)) if word.isascii() else word


def stems(text: str) -> list[str]:
    """The terms of a text as the index of documentation has them."""
    return [porter(term) for term in terms(text)]


class _Stemmers(threading.local):
    """A stemmer for each thread: it holds the word that it is at."""

    _stemmer: Any = None

    def here(self) -> Any:
        """This thread's."""
        if self._stemmer is None:
            import snowballstemmer  # 27 ms that no start waits for

            self._stemmer = snowballstemmer.stemmer("english")
        return self._stemmer


_stemmers = _Stemmers()


def stem(word: str) -> str:
    """A light stem, for comparing names and paths with a question."""
    for ending in ("ations", "ation", "ings", "ing", "ers", "er", "ies", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=8_192)
def name_stems(text: str) -> frozenset[str]:
    """The light stems of a name or a file's name."""
    return frozenset(stem(term) for term in terms(text))


def named_symbols(query: str) -> set[str]:
    """Identifiers a question spells out: `dim_lamp`, DimLamp, dim() or anything in backticks."""
    spelled = re.findall(r"`([^`\s]{2,80})`", query)
    spelled += re.findall(r"\b([A-Za-z]\w*(?:_\w+|[a-z][A-Z]\w*))\b", query)
    spelled += re.findall(r"\b([A-Za-z]\w+)\(", query)
    spelled += re.findall(r"\b((?:[A-Za-z_]\w*\.)+[A-Za-z_]\w*)\b", query)
    bare = query.strip()
    if re.fullmatch(r"[A-Za-z_][\w.:]*", bare):
        spelled.append(bare)
    return {re.split(r"[.:]", name.rstrip("()"))[-1].lower() for name in spelled} - {""}


def heading_of(title: str) -> str:
    """The heading without those above it."""
    return title.rpartition(" > ")[2]


def matching_any(names: Iterable[str]) -> str:
    """What matches any of `names`, which are terms, in a full-text index."""
    return " OR ".join(f'"{name}"' for name in names)


def last_name(title: str) -> str:
    """The symbol without its class, the heading without those above it."""
    if " > " in title:
        return heading_of(title)
    return title.rpartition(".")[2] or title if " " not in title else title

"""Words and weights: how a text is cut into terms, and what makes a passage come first.

The constants were tuned on development questions only; see bench/search.
"""

import math
import re
from collections import defaultdict
from dataclasses import dataclass

# Columns of the full-text index and their weights in bm25.
COLUMNS = ("name", "path", "signature", "doc", "body")
WEIGHTS = (5.0, 2.5, 2.5, 1.2, 1.0)

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|\d+|[^\W\d_]+")
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")

STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "get",
        "give",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "please",
        "should",
        "show",
        "so",
        "some",
        "tell",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "use",
        "used",
        "using",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "work",
        "works",
        "would",
        "you",
        "your",
        "explain",
        "happens",
        "way",
        "want",
        "need",
    ]
)


def terms(text: str) -> list[str]:
    """The terms of a text, in order: identifiers by their parts and as a whole, words, bigrams
    of scripts without spaces. Lower case; stemming is left to the index."""
    found: list[str] = []
    for word in _IDENTIFIER.findall(text):
        if not word.isascii():
            found += _foreign(word)
            continue
        parts = [part.lower() for part in _PARTS.findall(word)]
        found += parts
        if len(parts) > 1:
            found.append("".join(parts))
    return found


def _foreign(word: str) -> list[str]:
    if not _CJK.search(word):
        return [word.lower()]
    return [word[n : n + 2] for n in range(max(1, len(word) - 1))]


def query_terms(query: str) -> list[str]:
    """The terms a question is searched by, each once, without stop words; at most 40."""
    found = list(dict.fromkeys(terms(query[:2_000])))
    meant = [
        term for term in found if term not in STOP_WORDS and (len(term) > 1 or not term.isascii())
    ]
    return (meant or found)[:40]


def stem(word: str) -> str:
    """A light stem, for comparing names and paths with a question."""
    for ending in ("ations", "ation", "ings", "ing", "ers", "er", "ies", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


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


@dataclass(slots=True)
class Candidate:
    """A row that the full-text index found."""

    id: int
    file: str
    title: str
    kind: str
    start_line: int
    end_line: int
    score: float  # the larger the better


_TESTS = re.compile(
    r"(^|/)(tests?|testing|spec|specs|__tests__|testdata|fixtures?|mocks?)/"
    r"|(^|/)(test_[^/]*|conftest)\.\w+$|[._-](test|tests|spec)\.\w+$|Tests?\.(java|kt|cs|swift|php)$",
)
_EXAMPLES = re.compile(r"(^|/)(examples?|samples?|demos?|benchmarks?|bench|scripts|tools)/")
_OLD = re.compile(
    r"(^|/)(compat|legacy|deprecated|_vendor|vendored|_internal_compat)(/|\.|_)", re.I
)
_NOTES = re.compile(
    r"(^|/)(changelog|changes|history|news|release[-_]?notes?|license|contributing|code_of_conduct|"
    r"authors|security)(\.|/|$)",
    re.I,
)
_ASKED_TESTS = re.compile(r"\b(tests?|testing|spec|fixtures?|mock\w*)\b", re.I)
_ASKED_EXAMPLES = re.compile(r"\b(examples?|samples?|demo|bench\w*|scripts?|tutorial)\b", re.I)
_ASKED_NOTES = re.compile(
    r"\b(chang\w+|release\w*|history|version|news|licen[cs]e|contribut\w+|authors?|upgrad\w+|"
    r"migrat\w+|deprecat\w+|security)\b", re.I,
)  # fmt: skip
_ASKS = re.compile(r"^\s*(how|what|why|when|where|which|can|does|do|is|are|should|who)\b", re.I)


def rank(query: str, candidates: list[Candidate]) -> list[Candidate]:
    """`candidates` in the order in which they should be read; their scores become final."""
    if not candidates:
        return []
    best = max(each.score for each in candidates) or 1.0
    asked = {stem(term) for term in query_terms(query)}
    symbols = named_symbols(query)
    asks = bool(_ASKS.match(query)) and not symbols
    for each in candidates:
        each.score = each.score / best
        each.score += _name_prior(each, asked, symbols)
        each.score += _path_prior(each, asked)
        each.score *= _place_factor(each.file, query)
        if asks and each.kind in ("section", "cell"):
            each.score *= 1.1
    _cohere(candidates)
    candidates.sort(key=lambda each: -each.score)
    return _spread(candidates)


def _name_prior(candidate: Candidate, asked: set[str], symbols: set[str]) -> float:
    last = re.split(r"\.| > ", candidate.title)[-1]
    prior = 0.0
    if last.lower() in symbols and candidate.kind not in ("module", "document"):
        prior += 0.9 if candidate.kind not in ("section", "cell") else 0.4
    words = {stem(term) for term in terms(last)}
    if words and asked:
        both = len(words & asked)
        prior += 0.35 * both / len(asked) + 0.2 * both / len(words)
    return prior


def _path_prior(candidate: Candidate, asked: set[str]) -> float:
    folder, _, name = candidate.file.rpartition("/")
    words = {stem(term) for term in terms(name.partition(".")[0])}
    prior = 0.0
    if words and asked:
        both = len(words & asked)
        prior += 0.25 * both / len(words) + 0.15 * both / len(asked)
    folders = {stem(term) for term in terms(folder)}
    if folders & asked:
        prior += 0.08
    return prior


def _place_factor(file: str, query: str) -> float:
    factor = 1.0
    if _TESTS.search(file) and not _ASKED_TESTS.search(query):
        factor *= 0.45
    if _EXAMPLES.search(file) and not _ASKED_EXAMPLES.search(query):
        factor *= 0.7
    if _OLD.search(file) and not re.search(r"compat|legacy|deprecat", query, re.I):
        factor *= 0.6
    if _NOTES.search(file) and not _ASKED_NOTES.search(query):
        factor *= 0.45
    if file.endswith(("__init__.py", ".pyi", ".d.ts")):
        factor *= 0.75
    return factor


def _cohere(candidates: list[Candidate]) -> None:
    """A file in which much was found is more likely the one that is meant."""
    by_file: dict[str, list[Candidate]] = defaultdict(list)
    for each in candidates:
        by_file[each.file].append(each)
    sums = {
        file: sum(sorted((each.score for each in group), reverse=True)[1:6])
        for file, group in by_file.items()
    }
    most = max(sums.values()) or 1.0
    for file, group in by_file.items():
        top = max(group, key=lambda each: each.score)
        top.score += 0.25 * math.sqrt(sums[file] / most) * min(1.0, top.score)


def _spread(candidates: list[Candidate]) -> list[Candidate]:
    """The third and later passages of one file make room for other files."""
    seen: dict[str, int] = defaultdict(int)
    for each in candidates:
        each.score *= 0.88 ** max(0, seen[each.file] - 1)
        seen[each.file] += 1
    return sorted(candidates, key=lambda each: -each.score)

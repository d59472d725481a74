"""What a project is and how one begins: a newcomer's two questions, and the passages that say it.

They hold no word that tells passages apart: the project's name is in all of them. So what the
README and the documentation begin with comes first, or what stands under "Getting started".
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from hyperrun.search.audience import generality
from hyperrun.search.fusion import Found
from hyperrun.search.index import Index
from hyperrun.search.terms import STOP_WORDS

MAX_CHARS = 300  # a longer question is about more
MAX_INTRODUCTIONS = 2
STEPS = 3  # passages from where one begins
LOOKED_AT = 3  # passages from a file's beginning
LEAST_WORDS = 4  # of a paragraph that says something
LONGEST_TITLE = 4  # words; a longer one is a slogan, and no name

# One of these asks for it, and the others may stand beside.
_ASKING = frozenset((
    "what", "whats", "why", "who", "about", "tell", "explain", "describe", "overview",
    "introduction", "introduce", "intro", "purpose", "summary", "summarize", "summarise", "how",
))  # fmt: skip
_BESIDE = STOP_WORDS | frozenset((
    "s", "exactly", "basically", "actually", "short", "brief", "briefly", "quick", "quickly",
    "good", "point", "main", "idea", "goal", "do", "make", "build", "help", "people", "project",
    "library", "package", "framework", "tool", "software", "program", "app", "product",
    "application", "repo", "repository", "site", "docs", "documentation", "module", "thing", "here",
    "kind",
))  # fmt: skip
_ELSE = re.compile(r"\W*(how(?! do(es)? .* work\b)|where|when|which)\b", re.IGNORECASE)
# "What is X?" in the interface's other languages.
_ASKED_ELSEWHERE = re.compile(
    r"\W*(?:was (?:ist|macht)|qu['’]est[-\s]ce que|c['’]est quoi|que fait|qu[eé] (?:es|hace)|"
    r"o que (?:é|faz))\s(?P<after>.+)"
    r"|(?P<before>.+?)\s?(?:とは|って|は(?:何|なに|なん)|是(?:什么|什麼|做什么|干什么)|"
    r"(?:이?란|[은는이가])\s?(?:무엇|뭐|뭔)).*",
    re.IGNORECASE,
)
_THIS_ELSEWHERE = frozenset((
    "das", "dies", "dieses", "projekt", "ce", "ça", "cette", "projet", "bibliothèque", "le", "la",
    "esto", "este", "esta", "proyecto", "el", "isto", "isso", "projeto", "biblioteca", "o", "a",
    "これ", "このプロジェクト", "このライブラリ", "このツール", "这", "这个", "这个项目",
    "這個項目", "이", "이것", "프로젝트",
))  # fmt: skip

# Two letters of a script without spaces are as much as a word.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}|\w+")
_ROOT_README = re.compile(r"readme(\.|$)", re.IGNORECASE)
_WELCOME = re.compile(
    r"(^|/)[\d_-]*(index|introduction|intro|overview|about|welcome|home|what[-_]is[^/]*)\.",
    re.IGNORECASE,
)
_BEGINNING = re.compile(r"(^|/)[\d_-]*getting[-_ ]?started\.", re.IGNORECASE)

_START = re.compile(
    r"\W*(?:(?:how|where)\s(?:do|can|should|to|would)\s(?:(?:i|we|you|one)\s)?)?"
    r"(?:(?:get(?:ting)?\s)?start(?:ed)?|begin|quick[\s-]?start|first\ssteps)"
    r"(?:\s(?:with|using)\s(?P<what>[\w\s-]+?))?\W*",
    re.IGNORECASE,
)
# Headings and pages, the most telling first.
_STARTS = tuple(
    re.compile(rf"\W*(?:\d+[\W_]+)?(?:{name})\b", re.IGNORECASE)
    for name in ("getting[-_ ]?started|quick[-_ ]?start|start$", "first[-_ ]?steps", "tutorial")
)


def names(project: str, introducing: Iterable[Found]) -> frozenset[str]:
    """The words a reader may call the project by, none where nothing is `introducing` it: those of
    its name and of their titles, up to a colon or dash, where that is short enough to be a name.
    A page that is called as its folder is ("Data loaders" in data-loaders/) names a part of it."""
    called: set[str] = set()
    for passage, _ in introducing:
        called.update(_words(project), ["".join(_words(project))])
        title = _words(re.split(r":|\s[–—-]\s", passage.title.partition(" > ")[0])[0])
        if len(title) <= LONGEST_TITLE and title != _folder_words(passage.file):
            called.update(title)
    return frozenset(called - {""})


def introducing(index: Index, question: str, project: str, called: frozenset[str]) -> int:
    """How many of the passages that come first for `question` answer it by themselves; 0 where it
    is neither of the two. Raises `sqlite3.Error`."""
    first = len(find(index, question, project, called))
    return min(first, 1) if asks_what_it_is(question, called) else first


def find(
    index: Index, question: str, project: str, called: frozenset[str], inside: str = ""
) -> list[Found]:
    """The passages that come first for `question`, none where it is neither of the two; of the
    folder `inside` only, where one is named. Raises `sqlite3.Error`."""
    if asks_what_it_is(question, called):
        return introductions(index, project, inside)
    return beginnings(index, inside) if asks_how_to_start(question, called) else []


def asks_how_to_start(question: str, called: frozenset[str]) -> bool:
    """Does `question` ask how one begins with the project that is `called` so?"""
    asked = _START.fullmatch(question) if len(question) <= MAX_CHARS else None
    return asked is not None and set(_words(asked["what"] or "")) <= called | _BESIDE


def asks_what_it_is(question: str, called: frozenset[str]) -> bool:
    """Does `question` ask what the project is that is `called` so?"""
    if not called or len(question) > MAX_CHARS:
        return False
    if (asked := _ASKED_ELSEWHERE.fullmatch(question)) is not None:
        subject = set(_words(asked["after"] or asked["before"]))
        return bool(subject) and subject <= called | _THIS_ELSEWHERE
    words = set(_words(question))
    others = words - called
    if not others:  # its name and nothing else
        return bool(words)
    asks = not others.isdisjoint(_ASKING) and not _ELSE.match(question)
    return asks and others <= _ASKING | _BESIDE


def introductions(index: Index, project: str, inside: str = "") -> list[Found]:
    """The passages that say what `project` is, the README's first, and of a file the one that has
    a sentence like "X is a …". Raises `sqlite3.Error`."""
    files = {file for file, _ in index.sections() if _is_in(inside, file)}
    found: list[Found] = []
    for file in sorted(filter(_greets, files), key=_place):
        if len(found) == MAX_INTRODUCTIONS:
            break
        beginning = index.of_file(file, LOOKED_AT)
        defined = re.compile(
            rf"\b(?:{'|'.join(names(project, beginning[:1]))})\W{{0,4}} (?:is|are) (?:an?|the)\b",
            re.IGNORECASE,
        )
        defining = [each for each in beginning if defined.search(each[0].shown)]
        saying = [each for each in beginning if " > " not in each[0].title and _says(each)]
        found += [*defining, *saying][:1]
    return found


def beginnings(index: Index, inside: str = "") -> list[Found]:
    """The first passages of the page or section where the documentation lets one begin, in their
    order. Raises `sqlite3.Error`."""
    places = []
    for file, title in index.sections():
        depth = generality(file)
        if depth is None or not _is_in(inside, file):
            continue
        headings = title.split(" > ")[:2]
        for rank, start in enumerate(_STARTS):
            if start.match(PurePosixPath(file).stem):
                places.append((rank, depth, file, ""))
            places += [
                (rank, depth, file, " > ".join(headings[: at + 1]))
                for at, heading in enumerate(headings)
                if start.match(heading)
            ]
    if not places:
        return []
    *_, file, section = min(places)
    under = f"{section} > " if section else ""
    passages = (each for each in index.of_file(file) if f"{each[0].title} > ".startswith(under))
    return [each for each in passages if _says(each)][:STEPS]


def pin_introductions(first: Iterable[Found], others: Sequence[Found], k: int) -> list[Found]:
    """The best `k`: `first`, and then the `others` that are not among them."""
    best = max((passage.score for passage, _ in others), default=0.0)
    pinned = [(replace(passage, score=best), address) for passage, address in first]
    places = {(passage.file, passage.start_line) for passage, _ in pinned}
    rest = (each for each in others if (each[0].file, each[0].start_line) not in places)
    return [*pinned, *rest][:k]


def _folder_words(file: str) -> list[str]:
    return _words(PurePosixPath(file).parent.name.replace("_", " "))


def _is_in(folder: str, file: str) -> bool:
    return not folder or file.startswith(f"{folder}/")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _greets(file: str) -> bool:
    """May `file` say what the project is?"""
    named = _ROOT_README.match(file) or _WELCOME.search(file) or _BEGINNING.search(file)
    return bool(named) and generality(file) is not None


def _place(file: str) -> tuple[int, bool, str]:
    """How soon `file` says it, among those that do."""
    return generality(file) or 0, bool(_BEGINNING.search(file)), file


def _says(found: Found) -> bool:
    """Is there a paragraph in it that is more than badges, a contents list and a heading?"""
    passage, _ = found
    blocks = re.split(r"\n\s*\n|^#.*$", passage.shown, flags=re.MULTILINE)
    return any(len(_WORD.findall(block)) >= LEAST_WORDS for block in blocks)

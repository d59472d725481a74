"""What a project is: the question, and the passages that say it.

A newcomer's first question holds no word that tells passages apart: the project's name is in all of
them. So where it is asked, the beginnings of the README and of the documentation come first.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from hyperrun import prose
from hyperrun.search.fusion import Found
from hyperrun.search.index import Index
from hyperrun.search.ranking import STOP_WORDS, generality

MOST = 2
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
_ASKED_IN_JAPANESE = re.compile(r"(.+?)(?:とは|って|は(?:何|なに|なん))")
_THIS_IN_JAPANESE = re.compile(r"これ|この(?:プロジェクト|ライブラリ|ツール|ソフト)\w*")

_ROOT_README = re.compile(r"readme(\.|$)", re.IGNORECASE)
_WELCOME = re.compile(
    r"(^|/)[\d_-]*(index|introduction|intro|overview|about|welcome|home|what[-_]is[^/]*)\.",
    re.IGNORECASE,
)
_BEGINNING = re.compile(r"(^|/)[\d_-]*getting[-_ ]?started\.", re.IGNORECASE)


def names(project: str, introductions: Iterable[Found]) -> frozenset[str]:
    """The words a reader may call the project by, none where it has no `introductions`: those of
    its name and of their titles, up to a colon or dash, where that is short enough to be a name."""
    called: set[str] = set()
    for passage, _ in introductions:
        called.update(_words(project), ["".join(_words(project))])
        title = _words(re.split(r":|\s[–—-]\s", passage.title.partition(" > ")[0])[0])
        if len(title) <= LONGEST_TITLE:
            called.update(title)
    return frozenset(called)


def is_asked(question: str, called: frozenset[str]) -> bool:
    """Does `question` ask what the project is that is `called` so?"""
    if not called:
        return False
    if (asked := _ASKED_IN_JAPANESE.match(question)) is not None:
        question = asked[1]
        if _THIS_IN_JAPANESE.fullmatch(question):
            return True
    words = set(_words(question))
    others = words - called
    if not others:  # its name and nothing else
        return bool(words)
    asks = not others.isdisjoint(_ASKING) and not _ELSE.match(question)
    return asks and others <= _ASKING | _BESIDE


def find(index: Index, project: str, inside: str = "") -> list[Found]:
    """The passages that say what `project` is, the README's first, and of a file the one that has
    a sentence like "X is a …"; of the folder `inside` only, where one is named.

    Raises `sqlite3.Error`.
    """
    folder = f"{inside}/" if inside else ""
    files = {file for file, _ in index.sections() if file.startswith(folder)}
    found: list[Found] = []
    for file in sorted(files, key=_place):
        if _place(file)[0] == _NOWHERE or len(found) == MOST:
            break
        beginning = index.of_file(file, LOOKED_AT)
        defined = re.compile(
            rf"\b(?:{'|'.join(names(project, beginning[:1]))})\W{{0,4}} (?:is|are) (?:an?|the)\b",
            re.IGNORECASE,
        )
        defining = [each for each in beginning if defined.search(each[0].text)]
        saying = [each for each in beginning if " > " not in each[0].title and _says(each)]
        found += [*defining, *saying][:1]
    return found


_NOWHERE = 1_000


def put_first(introductions: Iterable[Found], found: Iterable[Found], k: int) -> list[Found]:
    """The best `k`: `introductions`, and then what was `found` beside them."""
    others = list(found)
    best = max((passage.score for passage, _ in others), default=0.0)
    first = [(replace(passage, score=best), anchor) for passage, anchor in introductions]
    places = {(passage.file, passage.start_line) for passage, _ in first}
    rest = (each for each in others if (each[0].file, each[0].start_line) not in places)
    return [*first, *rest][:k]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text[:300].lower())


def _place(file: str) -> tuple[int, bool, str]:
    """Where `file` stands among those that may say it: sorts."""
    depth = generality(file)
    greets = bool(_ROOT_README.match(file) or _WELCOME.search(file))
    if depth is None or not (greets or _BEGINNING.search(file)):
        return _NOWHERE, False, file
    return depth, not greets, file


def _says(found: Found) -> bool:
    """Is there a paragraph in it that is more than badges, a contents list and a heading?"""
    passage, _ = found
    read = prose.restructured if passage.file.endswith(".rst") else prose.markdown
    blocks = re.split(r"\n\s*\n|^#.*$|\n[=~-]{3,}\n", read(passage.text), flags=re.MULTILINE)
    return any(
        prose.says_something(block) and len(re.findall(r"\w+", block)) >= LEAST_WORDS
        for block in blocks
    )

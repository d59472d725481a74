"""Questions proposed for a person to keep: from headings, from readers, and from thumbs down."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from hyperrun.commands.testing.asking import Answered, Asker
from hyperrun.commands.testing.questions import AnswerTest
from hyperrun.commands.testing.verdict import judge
from hyperrun.commands.testing.words import heading_words, plain_words, spellings, stands_in
from hyperrun.domain import Grounding
from hyperrun.passage import PROSE
from hyperrun.redaction import without_personal
from hyperrun.search.engine import Search
from hyperrun.search.questions import is_for_readers
from hyperrun.search.terms import STOP_WORDS, heading_of
from hyperrun.storage.store import Summary
from hyperrun.text import plain

MAX_WORDS = 2
MAX_WORD_CHARS = 60
# Headings under which no question is asked.
DULL = frozenset((
    "contents", "table of contents", "overview", "introduction", "notes", "example", "examples",
    "usage", "see also", "changelog", "license", "licence", "parameters", "returns", "raises",
    "unreleased", "added", "changed", "fixed", "removed", "deprecated", "security", "index",
    "what s changed", "new contributors",
))  # fmt: skip

_VERSION = re.compile(r"v?\d+(\.\d+)+\b|\d{4}-\d\d-\d\d")
_OBJECT = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+(?:\(.*\))?")  # as generated pages head a function
_ASKS = re.compile(r"[?？]\s*$")
_CODE = re.compile(r"`([^`\n]{2,60})`")
_PART_OF_DATE = re.compile(r"0\d|20\d\d")  # of an example's output, and no default of anything
_NUMBER = re.compile(r"(?<![\w.])\d[\d.,]*(?: ?(?:seconds?|minutes?|ms|MB|kB|GB|bytes|days|%))?")


async def from_headings(search: Search, asker: Asker, most: int) -> list[AnswerTest]:
    """A question for each section that is found by it: one of each page in turn, so that no page
    has them all, and those that a generator wrote last. In the order of the pages."""
    places: dict[AnswerTest, int] = {}
    seen: set[str] = set()
    sections = search.index.sections()
    for at in _in_turn(sections):
        if len(places) >= most:
            break
        test = _about(*sections[at])
        if test is None or test.ask.casefold() in seen:
            continue
        seen.add(test.ask.casefold())
        answered = await asker.answer(test)
        if judge(test, answered).holds:
            places[replace(test, must=telling(answered, test.section))] = at
    return sorted(places, key=lambda test: places[test])


def _in_turn(sections: Sequence[tuple[str, str]]) -> list[int]:
    """The places of sections, each page's first one first."""
    before = Counter[tuple[bool, str]]()
    turns = []
    for at, (file, title) in enumerate(sections):
        is_object = bool(_OBJECT.fullmatch(heading_of(title)))
        turns.append((is_object, before[is_object, file], at))
        before[is_object, file] += 1
    return [at for *_, at in sorted(turns)]


def _about(file: str, title: str) -> AnswerTest | None:
    names = [plain(name, 120) for name in title.split(" > ")]
    own = names[-1]
    words = heading_words(own)
    if not words or words in DULL or _VERSION.search(own) or len(own) < 3:
        return None
    if file.startswith(("test/", "tests/")) or not is_for_readers(file):
        return None
    if file.startswith(".") or own == PurePosixPath(file).stem:  # that page has no heading
        return None
    above = names[-2] if len(names) > 1 else ""
    ask = own if _ASKS.search(own) else f"{own} ({above})" if above else own
    section = " > ".join(names[-2:])
    return AnswerTest(ask=ask, page=file, section=section)


def telling(answered: Answered, section: str = "") -> tuple[str, ...]:
    """Code and figures of the right lines that the answer shows: what a wrong edit would change.

    A word tells nothing that the `section`'s heading says itself, nor one that would still stand
    there after the edit: in other letters ("Flask" beside "flask"), or in what the page includes of
    other files beside its own lines. Of the rest, what is said least often comes first.
    """
    heading = plain_words(section)
    said = plain_words(answered.said)
    own, included = plain_words(answered.own_text), plain_words(answered.included_text)
    text = answered.right_text
    found = [*_CODE.findall(text), *(match[0].strip(" .,") for match in _NUMBER.finditer(text))]
    times: dict[str, int] = {}
    for word in dict.fromkeys(word.strip() for word in found):
        if not 1 < len(word) <= MAX_WORD_CHARS or word.casefold() in STOP_WORDS:
            continue
        if not any(map(str.isalnum, word)) or _PART_OF_DATE.fullmatch(word):
            continue
        if stands_in(word, heading) or not stands_in(word, said):
            continue
        if stands_in(word, own) and stands_in(word, included):
            continue
        spelled = spellings(word, text)
        if len(set(spelled)) == 1:
            times[word] = len(spelled)
    return tuple(sorted(times, key=lambda word: times[word])[:MAX_WORDS])


async def from_readers(
    rows: Sequence[Summary], asker: Asker, most: int
) -> list[tuple[AnswerTest, str]]:
    """What readers asked, thumbs down first, and why each is proposed. Questions are cleaned of
    names, addresses and keys; what they got wrong a person has to say."""
    drafts: list[tuple[AnswerTest, str]] = []
    seen: set[str] = set()
    for row in sorted(rows, key=lambda row: (row.rating, -row.started)):
        ask = plain(without_personal(row.question), 500)
        if heading_words(ask) in seen or len(drafts) >= most or not heading_words(ask):
            continue
        seen.add(heading_words(ask))
        why = "asked by a reader"
        if row.rating < 0:
            why = plain(f"thumb down: {row.reason} {without_personal(row.comment)}".strip(), 200)
        answered = await asker.answer(AnswerTest(ask=ask))
        if answered.turn.grounding is Grounding.ABSENT:
            drafts.append((AnswerTest(ask=ask, absent=True), f"{why}; is it not documented?"))
            continue
        first = next((each for each in answered.found if each.kind in PROSE), None)
        if first is not None:
            section = " > ".join(first.title.split(" > ")[-2:])
            drafts.append((AnswerTest(ask=ask, page=first.file, section=section), why))
    return drafts


def toml(drafts: Iterable[tuple[AnswerTest, str]]) -> str:
    """The drafts as `questions.toml` has them, each under a line that says where it is from."""
    return "\n".join(line for draft in drafts for line in _table(*draft)).strip() + "\n"


def _table(test: AnswerTest, why: str) -> Iterator[str]:
    yield ""
    if why:
        yield f"# {plain(why, 300)}"
    yield "[[question]]"
    yield f"ask = {in_toml(test.ask)}"
    for name in ("page", "section"):
        if value := getattr(test, name):
            yield f"{name} = {in_toml(value)}"
    if test.must:
        yield f"must = [{', '.join(map(in_toml, test.must))}]"
    if test.absent:
        yield "absent = true"


def in_toml(text: str) -> str:
    """A text as TOML's basic string, whose escapes JSON's are."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

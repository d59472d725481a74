"""Questions proposed for a person to keep: from headings, from readers, and from thumbs down."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from hyperrun.commands.testing.asking import Answered, Asker
from hyperrun.commands.testing.questions import AnswerTest
from hyperrun.commands.testing.verdict import judge
from hyperrun.commands.testing.words import heading_words, plain_words, stands_in
from hyperrun.domain import Grounding
from hyperrun.passage import PROSE
from hyperrun.redaction import without_personal
from hyperrun.search.engine import Search
from hyperrun.storage.store import Summary
from hyperrun.text import plain

MAX_WORDS = 2
MAX_WORD_CHARS = 60
# Headings under which no question is asked.
DULL = frozenset((
    "contents", "table of contents", "overview", "introduction", "notes", "example", "examples",
    "usage", "see also", "changelog", "license", "licence", "parameters", "returns", "raises",
    "unreleased", "added", "changed", "fixed", "removed", "deprecated", "security", "index",
))  # fmt: skip

_VERSION = re.compile(r"v?\d+(\.\d+)+\b|\d{4}-\d\d-\d\d")
_ASKS = re.compile(r"[?？]\s*$")
_CODE = re.compile(r"`([^`\n]{2,60})`")
_NUMBER = re.compile(r"(?<![\w.])\d[\d.,]*(?: ?(?:seconds?|minutes?|ms|MB|kB|GB|bytes|days|%))?")


async def from_headings(search: Search, asker: Asker, most: int) -> list[AnswerTest]:
    """A question for each section that is found by it, the broadest pages first."""
    drafts: list[AnswerTest] = []
    seen: set[str] = set()
    for file, title in search.index.sections():
        if len(drafts) >= most:
            break
        test = _about(file, title)
        if test is None or test.ask.casefold() in seen:
            continue
        seen.add(test.ask.casefold())
        answered = await asker.answer(test)
        if judge(test, answered).holds:
            drafts.append(replace(test, must=telling(answered, test.section)))
    return drafts


def _about(file: str, title: str) -> AnswerTest | None:
    names = [plain(name, 120) for name in title.split(" > ")]
    own = names[-1]
    words = heading_words(own)
    if not words or words in DULL or _VERSION.search(own) or len(own) < 3:
        return None
    if file.startswith(".") or own == PurePosixPath(file).stem:  # that page has no heading
        return None
    above = names[-2] if len(names) > 1 else ""
    ask = own if _ASKS.search(own) else f"{own} ({above})" if above else own
    section = " > ".join(names[-2:])
    return AnswerTest(ask=ask, page=file, section=section)


def telling(answered: Answered, section: str = "") -> tuple[str, ...]:
    """Code and figures of the right lines that the answer shows: what a wrong edit would change.

    What the `section`'s heading says itself tells nothing of what stands below it.
    """
    heading = plain_words(section)
    said = plain_words(answered.said)
    lines = answered.right_text
    found = [*_CODE.findall(lines), *(match[0].strip(" .,") for match in _NUMBER.finditer(lines))]
    words = [word.strip() for word in dict.fromkeys(found) if len(word.strip()) > 1]
    words = [word for word in words if not stands_in(word, heading)]
    fitting = [word for word in words if len(word) <= MAX_WORD_CHARS and stands_in(word, said)]
    return tuple(fitting[:MAX_WORDS])


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

"""`questions.toml`: a `[[question]]` for each thing that readers have to be told.

[[question]]
ask = "How long does pairing take at most?"
page = "docs/guide.md"         # what must be found or cited: a file, an address, or its path
section = "Pairing"            # its heading, or "Guide > Pairing"
must = ["10 seconds"]          # words that must stand there
must_not = ["30 seconds"]      # words that must not
absent = true                  # the documentation must be said not to answer
follows = "What is pairing?"   # the question asked before
on = "guide/"                  # the page that it is asked on
version = "v1.2"
lang = "de"
known = "why it does not hold yet"
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.errors import BadSetting
from hyperrun.files import read_own

FILE = "questions.toml"
MAX_ASK_CHARS = 8_000
WORDS = ("must", "must_not")
TEXTS = ("page", "section", "follows", "on", "version", "lang", "known")


@dataclass(frozen=True, slots=True)
class AnswerTest:
    """A question and what must hold of its answer."""

    ask: str
    page: str = ""
    section: str = ""
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    absent: bool = False
    follows: str = ""
    on: str = ""
    version: str = ""
    lang: str = ""
    known: str = ""


def read(path: Path) -> list[AnswerTest]:
    """The questions of a file, in their order. Raises `BadSetting` that names every fault."""
    try:
        content = tomllib.loads(read_own(path))
    except FileNotFoundError as error:
        raise BadSetting(
            f"there is no {path}; python -m hyperrun test --draft proposes one"
        ) from error
    except OSError as error:
        raise BadSetting(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadSetting(f"{path} cannot be read: {error}") from error
    rows = content.pop("question", [])
    faults = [f"{path.name}: {name!r} is not known, only [[question]] is" for name in content]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadSetting(f"{path.name}: `question` is a list of tables, [[question]]")
    tests = []
    for number, row in enumerate(rows, 1):
        found = list(_faults(row))
        faults += [f"{path.name}, question {number}: {fault}" for fault in found]
        if not found:
            tests.append(_test(row))
    faults += [f"{path.name}: {fault}" for fault in _circles(tests)]
    if faults:
        raise BadSetting("\n".join(faults))
    if not tests:
        raise BadSetting(f"{path} holds no [[question]]")
    return tests


def _test(row: Mapping[str, Any]) -> AnswerTest:
    values: dict[str, Any] = {
        name: tuple(value) if name in WORDS else value for name, value in row.items()
    }
    return AnswerTest(**{**values, "ask": " ".join(row["ask"].split())})


def _faults(row: Mapping[str, Any]) -> Iterable[str]:
    """What is wrong with one table, each in a sentence."""
    ask = row.get("ask")
    if not isinstance(ask, str) or not ask.strip():
        yield "`ask` is missing, the question itself"
    elif len(ask) > MAX_ASK_CHARS:
        yield f"`ask` is longer than {MAX_ASK_CHARS} characters"
    for name, value in row.items():
        if name in WORDS:
            if (
                not isinstance(value, list)
                or not value
                or not all(isinstance(word, str) and word.strip() for word in value)
            ):
                yield f'`{name}` is a list of words, ["one", "another"]'
        elif name == "absent":
            if not isinstance(value, bool):
                yield "`absent` is true or false"
        elif name in TEXTS:
            if not isinstance(value, str) or not value.strip():
                yield f"`{name}` is a text"
        elif name != "ask":
            yield f"`{name}` is not known"
    wanted = [name for name in ("page", "section", "must", "must_not") if row.get(name)]
    if row.get("absent") and [name for name in wanted if name != "must_not"]:
        yield f"what is `absent` has no `{wanted[0]}`"
    if not row.get("absent") and not wanted:
        yield "nothing must hold: give `page`, `section`, `must`, `must_not` or `absent`"


def _circles(tests: Sequence[AnswerTest]) -> Iterable[str]:
    before = {test.ask: test.follows for test in tests}
    for test in tests:
        seen, at = [test.ask], test.follows
        while at in before and at not in seen:
            seen.append(at)
            at = before[at]
        if at == test.ask:
            yield f"{test.ask!r} follows itself"

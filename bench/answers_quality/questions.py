"""The questions, what an answer to each has to say, and the passages that say it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SETS = ("tuning", "held_out")


@dataclass(frozen=True)
class Page:
    """A passage that answers: a section of a file, or any part of it where `heading` is empty."""

    file: str
    heading: str = ""
    lines: tuple[int, int] | None = None


@dataclass(frozen=True)
class Question:
    """What is asked and what is right.

    Of each group in `must` one string has to be said, and one of `code` shown as code. `pages` are
    the right sources; `also` are files that these include. A question with `after` is asked in that
    one's conversation; the documentation does not answer one that is `absent`.
    """

    id: str
    kind: str
    text: str
    must: tuple[tuple[str, ...], ...] = ()
    code: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    also: tuple[str, ...] = ()
    after: str = ""
    absent: bool = False


@dataclass(frozen=True)
class Repository:
    """A documented project at one revision, and what is asked about it."""

    name: str
    url: str
    revision: str
    questions: tuple[Question, ...]


def load(name: str, only: Sequence[str] = ()) -> list[Repository]:
    """The repositories of a set, or those of them that are named; KeyError for an unknown one."""
    folder = HERE / name
    rows = {row["name"]: row for row in json.loads((folder / "repositories.json").read_text())}
    return [
        Repository(
            **rows[each],
            questions=tuple(map(question, json.loads((folder / f"{each}.json").read_text()))),
        )
        for each in (only or rows)
    ]


def question(row: Mapping[str, Any]) -> Question:
    """A question from its JSON object."""
    return Question(
        id=row["id"],
        kind=row["kind"],
        text=row["question"],
        must=tuple(map(tuple, row.get("must", ()))),
        code=tuple(row.get("code", ())),
        pages=tuple(
            Page(each["file"], each.get("heading", ""), each.get("lines"))
            for each in row.get("pages", ())
        ),
        also=tuple(row.get("also", ())),
        after=row.get("after", ""),
        absent=row.get("absent", False),
    )

"""What the operator's desk asks of a store, in SQL that both kinds understand.

Every question here is answered from the index `turns_at_a_glance`, never from a turn's own row,
which is kilobytes.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hyperrun.domain import Door, Grounding, Outcome
from hyperrun.storage.dialect import Dialect

MAX_PAGES = 200
BROKEN = (Outcome.FAILED, Outcome.INTERRUPTED)
UNANSWERED = (Grounding.ABSENT.value, Grounding.NEAR.value, Grounding.UNCITED.value)


@dataclass(frozen=True, slots=True)
class Tally:
    """The turns of one day that one model answered, "" for none: how many, and what of them."""

    day: int  # days since the epoch
    model: str
    turns: int
    programs: int  # asked by agents and programs
    broken: int  # failed or interrupted
    unanswered: int  # not from the documentation, of the others
    up: int
    down: int
    usd: float  # on the operator's key


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which turns are looked for; what is empty does not matter."""

    words: str = ""
    outcome: str = ""  # an outcome, or "unanswered"
    rating: int = 0
    page: str = ""
    language: str = ""
    version: str = ""
    door: str = ""
    before: float = 0.0  # seconds since the epoch; 0: now
    before_id: str = ""  # of those of that moment, the ones below this id, too


@dataclass(frozen=True, slots=True)
class Glance:
    """A turn in one line."""

    id: str
    conversation: str
    question: str
    page_url: str
    outcome: Outcome
    grounding: Grounding
    rating: int
    door: Door
    model: str
    cost_usd: float | None
    own_key: bool
    started: float
    ended: float | None
    language: str


@dataclass(frozen=True, slots=True)
class PageTally:
    """A page and what was asked on it."""

    url: str
    turns: int
    unanswered: int
    down: int


PRIVATE_HIDDEN_S = 86_400.0
_ENDED = "started >= ? AND started < ? AND outcome <> 'running'"
_GLANCE = (
    "id, conversation, question, page_url, outcome, grounding, rating, door, model, cost_usd, "
    "own_key, started, ended, language"
)
_IN_UNANSWERED = f"grounding IN ({', '.join(repr(each) for each in UNANSWERED)})"

Statement = tuple[str, tuple[Any, ...]]


def tallies(dialect: Dialect, since: float, until: float) -> Statement:
    """The columns of `Tally`. Sums over few groups: many groups are what takes time."""
    broken = f"outcome IN ({', '.join(repr(each.value) for each in BROKEN)})"
    counted = (
        "door <> 'chat'", broken, f"{_IN_UNANSWERED} AND NOT {broken}", "rating > 0", "rating < 0",
    )  # fmt: skip
    sums = ", ".join(f"sum(CASE WHEN {each} THEN 1 ELSE 0 END)" for each in counted)
    return (
        f"SELECT {dialect.day}, model, count(*), {sums}, "
        "sum(CASE WHEN own_key = 0 THEN coalesce(cost_usd, 0) ELSE 0 END) "
        f"FROM {dialect.turns_at_a_glance} WHERE {_ENDED} GROUP BY 1, 2",
        (since, until),
    )


def readers(dialect: Dialect, since: float, until: float) -> Statement:
    """Days and how many people asked on each."""
    return (
        f"SELECT {dialect.day}, count(DISTINCT {dialect.reader}) FROM {dialect.turns_at_a_glance} "
        f"WHERE {_ENDED} AND door = 'chat' GROUP BY 1 ORDER BY 1",
        (since, until),
    )


def times(dialect: Dialect, since: float, until: float) -> Statement:
    """Days, and how many answers of each took so many quarters of a second."""
    return (
        f"SELECT {dialect.day}, {dialect.bucket}, count(*) FROM {dialect.turns_at_a_glance} "
        f"WHERE {_ENDED} AND outcome = 'answered' AND ended IS NOT NULL "
        "GROUP BY 1, 2 ORDER BY 1, 2",
        (since, until),
    )


def pages(dialect: Dialect, since: float, until: float) -> Statement:
    """The columns of `PageTally`, most asked on first."""
    return (
        f"SELECT page_url, count(*), sum(CASE WHEN {_IN_UNANSWERED} THEN 1 ELSE 0 END), "
        f"sum(CASE WHEN rating < 0 THEN 1 ELSE 0 END) FROM {dialect.turns_at_a_glance} "
        f"WHERE {_ENDED} AND page_url <> '' GROUP BY page_url ORDER BY 2 DESC, 1 LIMIT {MAX_PAGES}",
        (since, until),
    )


def found(dialect: Dialect, wanted: Wanted, most: int) -> Statement:
    """The columns of `Glance`, the newest first."""
    conditions, values = ["outcome <> 'running'"], list[Any]()
    if wanted.before:
        conditions.append("(started, id) < (?, ?)")
        values += [wanted.before, wanted.before_id]
    if wanted.outcome == "unanswered":
        conditions.append(_IN_UNANSWERED)
    elif wanted.outcome:
        conditions.append("outcome = ?")
        values.append(wanted.outcome)
    if wanted.rating:
        conditions.append("rating = ?")
        values.append(1 if wanted.rating > 0 else -1)
    for column, value in (("language", wanted.language), ("door", wanted.door)):
        if value:
            conditions.append(f"{column} = ?")
            values.append(value)
    for column, part in (
        ("question", wanted.words), ("page_url", wanted.page),
        ("page_url", f"/{wanted.version}/" if wanted.version else ""),
    ):  # fmt: skip
        if part:
            conditions.append(f"{column} {dialect.like} ? ESCAPE '!'")
            values.append(f"%{_escaped(part)}%")
    # Of readers who do not want to be tracked nothing is shown until its texts are gone.
    conditions.append("id NOT IN (SELECT id FROM turns WHERE private = 1 AND started > ?)")
    values.append(time.time() - PRIVATE_HIDDEN_S)
    return (
        f"SELECT {_GLANCE} FROM {dialect.turns_at_a_glance} WHERE {' AND '.join(conditions)} "
        f"ORDER BY started DESC, id DESC LIMIT {int(most)}",
        tuple(values),
    )


def _escaped(part: str) -> str:
    return part.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def tally_of(row: Sequence[Any]) -> Tally:
    """A row of `tallies`."""
    day, model, turns, programs, broken, unanswered, up, down, usd = row
    return Tally(
        int(day), model, int(turns), int(programs), int(broken), int(unanswered), int(up),
        int(down), float(usd),
    )  # fmt: skip


def glance_of(row: Sequence[Any]) -> Glance:
    """A row of `found`."""
    turn_id, conversation, question, page_url, outcome, grounding, rating, door, *others = row
    model, cost_usd, own_key, started, ended, language = others
    return Glance(
        turn_id, conversation, question, page_url, Outcome(outcome), Grounding(grounding),
        rating, Door(door), model, cost_usd, bool(own_key), started, ended, language,
    )  # fmt: skip

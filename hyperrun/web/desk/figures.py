"""The overview's figures, added up from what the store counts."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hyperrun.domain import Outcome
from hyperrun.storage.figures import BUCKET_S, DAY_S, UNANSWERED, Tally
from hyperrun.storage.store import Store

KEPT_S = 300.0
MAX_KEPT = 4
FOR_EVER = 1e11
BROKEN = (Outcome.FAILED, Outcome.INTERRUPTED)


@dataclass
class Overview:
    """A time in figures: totals, and lists with a value for each of `days`."""

    days: list[str]
    turns: int = 0
    by_programs: int = 0
    unanswered: int = 0
    failed: int = 0
    up: int = 0
    down: int = 0
    usd: float = 0.0
    readers_at_most: int = 0  # on one day
    seconds_median: float | None = None
    seconds_p95: float | None = None
    answered: list[float] = field(default_factory=list)
    open: list[float] = field(default_factory=list)  # unanswered, and failed
    people: list[float] = field(default_factory=list)
    programs: list[float] = field(default_factory=list)
    readers: list[float] = field(default_factory=list)
    by_model: dict[str, list[float]] = field(default_factory=dict)  # USD
    models: list[tuple[str, int, float]] = field(default_factory=list)  # name, turns, USD


@dataclass(frozen=True, slots=True)
class Counted:
    """What a store counts of a time."""

    tallies: Sequence[Tally] = ()
    readers: Sequence[tuple[int, int]] = ()
    times: Sequence[tuple[int, int]] = ()

    @classmethod
    async def of(cls, store: Store, since: float, until: float) -> "Counted":
        """All of it at once. Raises `StoreError`."""
        return cls(*await asyncio.gather(
            store.tallies(since, until), store.readers_by_day(since, until),
            store.answer_times(since, until),
        ))  # fmt: skip

    def plus(self, other: "Counted") -> "Counted":
        """This time and one after it, of other days."""
        times = Counter(dict(self.times)) + Counter(dict(other.times))
        return Counted(
            [*self.tallies, *other.tallies], [*self.readers, *other.readers],
            sorted(times.items()),
        )  # fmt: skip


class Counts:
    """What was counted of the days before today, which change but by a late thumb: kept a while."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[tuple[int, int], tuple[float, Counted]] = {}
        self._counting = asyncio.Lock()

    async def of(self, first: int, today: int) -> Counted:
        """All from the day `first` on. Raises `StoreError`."""
        async with self._counting:  # one reads, the others find it read
            made, before = self._kept.get((first, today), (0.0, Counted()))
            if time.monotonic() - made > KEPT_S or not made:
                before = await Counted.of(self._store, first * DAY_S, today * DAY_S)
                while len(self._kept) > MAX_KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[first, today] = time.monotonic(), before
        return before.plus(await Counted.of(self._store, today * DAY_S, FOR_EVER))


async def overview(counts: Counts, days: int, now: float) -> Overview:
    """The figures of the last `days` and today. Raises `StoreError`."""
    last = int(now // DAY_S)
    first = last - days + 1
    counted = await counts.of(first, last)
    tallies, readers, times = counted.tallies, dict(counted.readers), counted.times
    size = last - first + 1
    told = Overview([_date(day) for day in range(first, last + 1)])
    told.answered, told.open = [0.0] * size, [0.0] * size
    told.people, told.programs = [0.0] * size, [0.0] * size
    told.readers = [float(readers.get(day, 0)) for day in range(first, last + 1)]
    told.readers_at_most = max(readers.values(), default=0)
    spent: dict[str, list[float]] = defaultdict(lambda: [0.0] * size)
    of_models: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for each in tallies:
        at = min(max(each.day - first, 0), size - 1)
        _add(told, each, at)
        name = each.model or "no model"
        of_models[name][0] += each.turns
        if each.usd and not each.own_key:
            spent[name][at] += each.usd
            of_models[name][1] += each.usd
    told.by_model = dict(sorted(spent.items(), key=lambda item: -sum(item[1]))[:4])
    told.models = sorted(
        ((name, int(turns), usd) for name, (turns, usd) in of_models.items()),
        key=lambda row: -row[1],
    )
    told.seconds_median, told.seconds_p95 = _quantile(times, 0.5), _quantile(times, 0.95)
    return told


def _add(told: Overview, each: Tally, at: int) -> None:
    is_broken = each.outcome in BROKEN
    is_open = each.grounding.value in UNANSWERED or is_broken
    told.turns += each.turns
    told.by_programs += each.turns if each.is_program else 0
    told.unanswered += each.turns if is_open and not is_broken else 0
    told.failed += each.turns if is_broken else 0
    told.up += each.up
    told.down += each.down
    told.usd += 0.0 if each.own_key else each.usd
    (told.open if is_open else told.answered)[at] += each.turns
    (told.programs if each.is_program else told.people)[at] += each.turns


def _quantile(times: Sequence[tuple[int, int]], share: float) -> float | None:
    """The time within which this share of the answers was made, to a quarter of a second."""
    wanted = share * sum(count for _, count in times)
    seen = 0
    for bucket, count in times:
        seen += count
        if seen >= wanted:
            return (bucket + 1) * BUCKET_S
    return None


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY_S, UTC).strftime("%Y-%m-%d")

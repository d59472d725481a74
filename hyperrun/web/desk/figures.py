"""The overview's figures, added up from what the store counts."""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hyperrun.errors import StoreError
from hyperrun.storage.dialect import BUCKET_S, DAY_S
from hyperrun.storage.figures import Tally
from hyperrun.storage.store import Store

KEPT_S = 300.0
MAX_DAYS = 400
FOR_EVER = 1e11

log = logging.getLogger(__name__)


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
    models: list[tuple[str, int, float]] = field(
        default_factory=list
    )  # name ("" for none), turns, USD


@dataclass(frozen=True, slots=True)
class Counted:
    """What a store counts of some days."""

    tallies: Sequence[Tally] = ()
    readers: Sequence[tuple[int, int]] = ()
    times: Sequence[tuple[int, int, int]] = ()

    @classmethod
    async def of(cls, store: Store, since: float, until: float) -> "Counted":
        """All of it at once. Raises `StoreError`."""
        return cls(*await asyncio.gather(
            store.tallies(since, until), store.readers_by_day(since, until),
            store.answer_times(since, until),
        ))  # fmt: skip

    def since(self, first: int) -> "Counted":
        """The days from `first` on."""
        return Counted(
            [each for each in self.tallies if each.day >= first],
            [each for each in self.readers if each[0] >= first],
            [each for each in self.times if each[0] >= first],
        )

    def plus(self, other: "Counted") -> "Counted":
        """These days and others."""
        return Counted(
            [*self.tallies, *other.tallies], [*self.readers, *other.readers],
            [*self.times, *other.times],
        )  # fmt: skip


class Counts:
    """The days before today change but by a late thumb: they are counted once for every page, and
    again behind one, now and then."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = Counted()
        self._until = 0  # the day that is not among them
        self._made = 0.0
        self._counting = asyncio.Lock()
        self._behind: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Count behind, where that is due."""
        is_due = not self._until or time.monotonic() - self._made > KEPT_S
        if is_due and (self._behind is None or self._behind.done()):
            self._behind = asyncio.create_task(self._count_behind(), name="the desk's figures")

    async def _count_behind(self) -> None:
        try:
            await self._count()
        except StoreError as error:
            log.warning("the desk's figures are as they were: %s", error)

    async def _count(self, *, anew: bool = True) -> None:
        async with self._counting:  # one counts, the others find it counted
            if self._until and not anew:
                return
            today = int(time.time() // DAY_S)
            first = (today - MAX_DAYS) * DAY_S
            self._kept = await Counted.of(self._store, first, today * DAY_S)
            self._until, self._made = today, time.monotonic()

    async def of(self, first: int) -> Counted:
        """All from the day `first` on. Raises `StoreError`."""
        if not self._until:
            await self._count(anew=False)
        self.begin()
        kept, until = self._kept.since(first), self._until
        fresh = await Counted.of(self._store, max(first, until) * DAY_S, FOR_EVER)
        return kept.plus(fresh)

    async def close(self) -> None:
        """End what is being counted."""
        if self._behind is not None:
            self._behind.cancel()
            await asyncio.wait({self._behind}, timeout=2.0)


async def overview(counts: Counts, days: int, now: float) -> Overview:
    """The figures of the last `days` and today. Raises `StoreError`."""
    last = int(now // DAY_S)
    first = last - days + 1
    counted = await counts.of(first)
    tallies, readers = counted.tallies, dict(counted.readers)
    times = Counter[int]()
    for _, bucket, count in counted.times:
        times[bucket] += count
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
        of_models[each.model][0] += each.turns
        of_models[each.model][1] += each.usd
        if each.usd:
            spent[each.model][at] += each.usd
    told.by_model = dict(sorted(spent.items(), key=lambda item: -sum(item[1]))[:4])
    told.models = sorted(
        ((name, int(turns), usd) for name, (turns, usd) in of_models.items()),
        key=lambda row: -row[1],
    )
    told.seconds_median, told.seconds_p95 = _quantile(times, 0.5), _quantile(times, 0.95)
    return told


def _add(told: Overview, each: Tally, at: int) -> None:
    opened = each.unanswered + each.broken
    told.turns += each.turns
    told.by_programs += each.programs
    told.unanswered += each.unanswered
    told.failed += each.broken
    told.up += each.up
    told.down += each.down
    told.usd += each.usd
    told.open[at] += opened
    told.answered[at] += each.turns - opened
    told.programs[at] += each.programs
    told.people[at] += each.turns - each.programs


def _quantile(times: Mapping[int, int], share: float) -> float | None:
    """The time within which this share of the answers was made, to a quarter of a second."""
    wanted = share * sum(times.values())
    seen = 0
    for bucket in sorted(times):
        seen += times[bucket]
        if seen >= wanted:
            return (bucket + 1) * BUCKET_S
    return None


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY_S, UTC).strftime("%Y-%m-%d")

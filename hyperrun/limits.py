"""How much one reader, one address and all together may ask, and what a day may cost.

A question is admitted before anything is stored or asked. What it will cost is not known then, so
the most it can cost is set aside first and replaced by what it did cost when the answer ends: a
hundred questions at once cannot jump over the budget. Counting is the `limits` library's, in
memory and in sliding windows: a key lives for two windows at most.
"""

import asyncio
import hashlib
import logging
import math
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from hyperrun.conversation import Usage
from hyperrun.errors import BudgetSpent, LimitReached
from hyperrun.proxies import network_of
from hyperrun.settings import Settings

if TYPE_CHECKING:
    from hyperrun.models import ModelChoice

log = logging.getLogger(__name__)

DAY_S = 86_400
MINUTE_S = 60
WAIT_FOR_A_PLACE_S = 10  # what a reader is told when too many answers are in flight

# The most one answer can take where nobody tells it better: steps times what a prompt may hold.
MOST_TOKENS = 100_000

_SALT = secrets.token_bytes(16)


class Ledger(Protocol):
    """Where the day's spending is kept, so that a restart does not forget it."""

    async def spent_usd(self, day: str) -> float:
        """The operator's money of one day (UTC, "2026-11-20"), reservations included."""

    async def reserve_usd(self, reservation: str, day: str, usd: float) -> None:
        """Set `usd` of that day aside under an id of the caller's."""

    async def settle_usd(self, reservation: str, usd: float) -> None:
        """What it cost in the end; 0 where nothing was spent."""


def visitor_of(address: str, user_agent: str) -> str:
    """A name for one browser at one address, good until the server restarts; nothing to keep."""
    text = f"{network_of(address)}\n{user_agent[:500]}".encode("utf-8", "replace")
    return hashlib.blake2b(text, key=_SALT, digest_size=12).hexdigest()


@dataclass
class Reservation:
    """An admitted question: its place among the answers in flight, and its share of the budget.

    Exactly one of `settle` and `release` ends it; a second call does nothing.
    """

    id: str
    places: tuple[tuple[str, str], ...]
    day: str = ""
    usd: float = 0.0
    ended: bool = False
    _limits: "Limits | None" = field(default=None, repr=False)

    async def settle(self, usage: Usage) -> None:
        """The answer ended: count what it cost in place of what was set aside.

        A call that was cut off before the provider told its usage counts in full: it is billed.
        """
        if self._limits is not None:
            await self._limits.end(self, self._limits.cost_usd(usage, self.usd))

    async def release(self) -> None:
        """No model was called, or its provider refused: nothing was spent."""
        if self._limits is not None:
            await self._limits.end(self, 0.0)


class Limits:
    """Rates, places and the budget. Of one process: with several, each counts for itself.

    `most_usd` tells the most that one answer of a model can cost; None where its price is unknown.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        most_usd: "Callable[[ModelChoice], float | None] | None" = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.budget_usd = settings.daily_budget_usd
        self._ledger = ledger
        self._most_usd = most_usd
        self._clock = clock
        self._windows: Any = None
        self._in_flight: Counter[tuple[str, str]] = Counter()
        self._streams: Counter[str] = Counter()
        self._day = ""
        self._spent_usd = 0.0  # of `_day`, reservations included
        self._loading = asyncio.Lock()
        self.refused: Counter[str] = Counter()  # by kind of limit, for the metrics

    # Questions

    async def admit(
        self, visitor: str, address: str, conversation: str, model: "ModelChoice | None"
    ) -> Reservation:
        """A place for one answer. Raises `LimitReached`; `BudgetSpent` where only the money is
        gone: `place(…, model=None)` then is the place of the answer without a model."""
        settings = self.settings
        network = network_of(address)
        await self._count(
            ("conversation", conversation, settings.questions_per_minute),
            ("visitor", visitor, settings.questions_per_minute),
            ("address", network, settings.questions_per_minute_per_address),
            ("server", "", settings.questions_per_minute_in_all),
        )
        return await self.place(visitor, address, model)

    async def place(self, visitor: str, address: str, model: "ModelChoice | None") -> Reservation:
        """A place for an answer whose question has been counted. Raises as `admit` does."""
        settings = self.settings
        places = (("visitor", visitor), ("address", network_of(address)), ("server", ""))
        most = (
            settings.max_answers_per_visitor,
            settings.max_answers_per_address,
            settings.max_answers_in_all,
        )
        for place, limit in zip(places, most, strict=True):
            if limit and self._in_flight[place] >= limit:
                self.refused[f"answers_{place[0]}"] += 1
                raise LimitReached(
                    f"{limit} answers in flight for this {place[0]}", WAIT_FOR_A_PLACE_S
                )
        reservation = Reservation(secrets.token_urlsafe(12), places, _limits=self)
        # Nothing is awaited between the check above and this line.
        for place in places:
            self._in_flight[place] += 1
        try:
            if model is not None and not model.own_key and self.budget_usd is not None:
                await self._reserve(reservation, model)
        except BaseException:
            self._leave(reservation)
            raise
        return reservation

    async def end(self, reservation: Reservation, usd: float) -> None:
        """Give the place back and book `usd` where money was set aside."""
        if reservation.ended:
            return
        self._leave(reservation)
        if reservation.day:
            if reservation.day == self._day:
                self._spent_usd += usd - reservation.usd
            try:
                await self._ledger.settle_usd(reservation.id, usd)
            except sqlite3.Error as error:
                log.error("the spending of an answer is not written down: %s", error)

    def _leave(self, reservation: Reservation) -> None:
        reservation.ended = True
        for place in reservation.places:
            self._in_flight[place] -= 1
            if not self._in_flight[place]:
                del self._in_flight[place]

    @property
    def answers_in_flight(self) -> int:
        """Of all readers together."""
        return self._in_flight.get(("server", ""), 0)

    # Money

    async def spent_today_usd(self) -> float:
        """What the operator's key has cost since midnight UTC, with what is set aside."""
        await self._load_day()
        return self._spent_usd

    @property
    def spent_usd(self) -> float:
        """The same as far as it has been read: 0 before the first question of a process."""
        return self._spent_usd

    async def _reserve(self, reservation: Reservation, model: "ModelChoice") -> None:
        assert self.budget_usd is not None
        await self._load_day()
        most = self.most_usd(model)
        if self._spent_usd + most > self.budget_usd:
            self.refused["budget"] += 1
            raise BudgetSpent(
                f"{self._spent_usd:.4f} USD of {self.budget_usd} are spent or set aside",
                math.ceil(DAY_S - self._clock() % DAY_S),
            )
        # Nothing is awaited between the check above and these lines.
        self._spent_usd += most
        reservation.day, reservation.usd = self._day, most
        try:
            await self._ledger.reserve_usd(reservation.id, reservation.day, most)
        except sqlite3.Error as error:  # it still counts, until a restart
            log.error("the spending of an answer is not written down: %s", error)
        except BaseException:
            self._spent_usd -= most
            raise

    async def _load_day(self) -> None:
        today = time.strftime("%Y-%m-%d", time.gmtime(self._clock()))
        if self._day == today:
            return
        async with self._loading:
            if self._day != today:
                spent = await self._ledger.spent_usd(today)
                self._day, self._spent_usd = today, spent

    def most_usd(self, model: "ModelChoice") -> float:
        """The most that one answer can cost with this model, its price assumed where unknown."""
        known = self._most_usd(model) if self._most_usd is not None else None
        if known is not None:
            return known
        return self.settings.assumed_usd_per_million_tokens * MOST_TOKENS / 1e6

    def cost_usd(self, usage: Usage, reserved_usd: float) -> float:
        """What an answer cost, by its usage; all that was set aside where usage is missing."""
        if usage.cost_usd is not None and (usage.cost_usd > 0 or usage.prompt_tokens):
            return usage.cost_usd
        tokens = usage.prompt_tokens + usage.completion_tokens
        if not tokens:
            return reserved_usd
        return self.settings.assumed_usd_per_million_tokens * tokens / 1e6

    # Streams and other requests

    @contextmanager
    def stream(self, visitor: str) -> Iterator[None]:
        """One open connection that follows an answer. Raises `LimitReached`."""
        settings = self.settings
        per_visitor, in_all = settings.max_streams_per_visitor, settings.max_streams_in_all
        if per_visitor and self._streams[visitor] >= per_visitor:
            self.refused["streams_visitor"] += 1
            raise LimitReached(f"{per_visitor} streams of this visitor", WAIT_FOR_A_PLACE_S)
        if in_all and self._streams.total() >= in_all:
            self.refused["streams_server"] += 1
            raise LimitReached(f"{in_all} streams in all", WAIT_FOR_A_PLACE_S)
        self._streams[visitor] += 1
        try:
            yield
        finally:
            self._streams[visitor] -= 1
            if not self._streams[visitor]:
                del self._streams[visitor]

    @property
    def streams_open(self) -> int:
        """Of all readers together."""
        return self._streams.total()

    async def change(self, address: str) -> None:
        """Count one request that changes something, of whatever kind. Raises `LimitReached`."""
        limit = self.settings.changes_per_minute_per_address
        await self._count(("changes", network_of(address), limit))

    # Windows

    async def _count(self, *counted: tuple[str, str, int]) -> None:
        """Count once in each window (kind, key, limit a minute), narrowest first.

        The widest is looked at before any is counted: no address can use up everybody's minute
        with refused questions, and a full minute adds no keys.
        """
        if self._windows is None:
            from limits.aio.storage import MemoryStorage
            from limits.aio.strategies import SlidingWindowCounterRateLimiter

            self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())
        from limits import RateLimitItemPerMinute

        limited = [
            (RateLimitItemPerMinute(limit, namespace=kind), kind, key)
            for kind, key, limit in counted
            if limit
        ]
        if limited:
            item, kind, key = limited[-1]
            if not await self._windows.test(item, key):
                await self._refuse(item, kind, key)
        for item, kind, key in limited:
            if not await self._windows.hit(item, key):
                await self._refuse(item, kind, key)

    async def _refuse(self, item: Any, kind: str, key: str) -> None:
        self.refused[f"rate_{kind}"] += 1
        reset = (await self._windows.get_window_stats(item, key)).reset_time
        wait_s = min(max(math.ceil(reset - time.time()), 1), MINUTE_S)
        raise LimitReached(f"more than {item.amount} a minute for this {kind}", wait_s)

"""How much one reader, one address and all together may ask, and what a day may cost.

A question is admitted before anything is stored or asked. What it will cost is not known then, so
an estimate on the safe side is set aside first and replaced by what it did cost when the answer
ends: a hundred questions at once cannot jump over the budget. Counting is the `limits` library's,
in memory and in sliding windows: a key lives for two windows at most.
"""

import asyncio
import logging
import math
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from hyperrun.domain import Outcome, Turn
from hyperrun.errors import (
    BudgetSpent,
    LimitReached,
    ModelDown,
    ModelNotConfigured,
    ModelRateLimited,
    ModelRefusedKey,
    ModelUnknown,
    StoreError,
)
from hyperrun.settings import Settings
from hyperrun.visitor import network_of

if TYPE_CHECKING:
    from hyperrun.llm.choice import ModelChoice

log = logging.getLogger(__name__)

DAY_S = 86_400
MINUTE_S = 60
SHOWN_KB_PER_CHANGE = 10  # of stored answers, rendered anew: 5 ms of CPU each
WAIT_FOR_A_PLACE_S = 10  # what a reader is told when too many answers are in flight

# What is set aside before anything is known: two calls of the model, each with instructions,
# passages (24,000 characters) and some history, and the longest answer.
CALLS = 2
PROMPT_TOKENS = 14_000
# Afterwards, half as much again as the dearest of the last answers, if that is more. Until the
# first answer has told what it cost, at least this part of the budget.
MARGIN = 1.5
RECENT_ANSWERS = 100
UNKNOWN_PART = 0.1

# Failures for which no provider sends a bill, unless it had begun to answer.
NOT_BILLED = (
    "",
    *(
        each.public
        for each in (
            ModelNotConfigured,
            ModelRefusedKey,
            ModelUnknown,
            ModelRateLimited,
            ModelDown,
        )
    ),
)


class Ledger(Protocol):
    """Where the day's spending is kept, so that a restart does not forget it (`Store`)."""

    async def spent(self, own_key: bool = False, day: str = "") -> float:
        """Money of one day (UTC, "2026-11-20"), in USD."""

    async def add_spend(self, usd: float, own_key: bool = False, day: str = "") -> None:
        """Count `usd` of that day; negative where less was needed than had been set aside."""


# Model, prompt tokens, completion tokens -> USD, or None where the price is not known.
Price = Callable[[str, int, int], Awaitable[float | None]]


@dataclass
class Reservation:
    """An admitted question: its places among the answers in flight, and its share of the budget.

    `Limits.book` or `Limits.release` ends it; a second call does nothing.
    """

    choice: "ModelChoice | None" = None  # who answers; None: nobody, passages do
    notice: str = ""  # key of the sentence to show with the answer
    places: tuple[tuple[str, str], ...] = ()
    day: str = ""  # of the money set aside; "" where the operator pays nothing
    usd: float = 0.0
    one_call_usd: float = 0.0
    ended: bool = False


class Limits:
    """Rates, places and the budget. Of one process: with several, each counts for itself."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        price: Price | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.budget_usd = settings.daily_budget_usd
        self._answer_tokens = settings.max_answer_tokens
        self._ledger = ledger
        self._price = price
        self._costs: dict[str, deque[float]] = {}  # of the last answers, by the operator's model
        self._clock = clock
        self._windows: Any = None
        self._in_flight: Counter[tuple[str, str]] = Counter()
        self._streams: Counter[tuple[str, str]] = Counter()
        self._day = ""
        self._spent_usd = 0.0  # of `_day`, reservations included
        self._loading = asyncio.Lock()
        self.refused: Counter[str] = Counter()  # by kind of limit, for the metrics

    # Questions

    async def admit(
        self, visitor: str, address: str, conversation: str, model: "ModelChoice | None"
    ) -> Reservation:
        """A place for one answer. Raises `LimitReached`.

        Where only the day's money is gone, the place is for an answer without a model, and
        `notice` says why.
        """
        settings = self.settings
        network = network_of(address)
        await self._count(
            ("conversation", conversation, settings.questions_per_minute),
            ("visitor", visitor, settings.questions_per_minute),
            ("address", network, settings.questions_per_minute_per_address),
            ("server", "", settings.questions_per_minute_in_all),
        )
        places = (("visitor", visitor), ("address", network), ("server", ""))
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
        reservation = Reservation(model, places=places)
        # Nothing is awaited between the check above and this line.
        for place in places:
            self._in_flight[place] += 1
        if model is None or model.own_key or self.budget_usd is None:
            return reservation
        try:
            await self._reserve(reservation, model)
        except BudgetSpent as spent:
            log.info("%s", spent)
            reservation.choice, reservation.notice = None, spent.public
        except BaseException:
            self._leave(reservation)
            raise
        return reservation

    @asynccontextmanager
    async def admitted(
        self, visitor: str, address: str, conversation: str, model: "ModelChoice | None"
    ) -> AsyncIterator[Reservation]:
        """As `admit`, for a block that starts the answer: if it fails, the place is free again."""
        reservation = await self.admit(visitor, address, conversation, model)
        try:
            yield reservation
        except BaseException:
            await self.release(reservation)
            raise

    async def book(self, turn: Turn, reservation: Reservation) -> None:
        """The answer has ended: count what it cost in place of what was set aside."""
        await self._end(reservation, turn)

    async def release(self, reservation: Reservation) -> None:
        """Nothing was asked: give back what was set aside."""
        await self._end(reservation, None)

    async def _end(self, reservation: Reservation, turn: Turn | None) -> None:
        if reservation.ended:
            return
        self._leave(reservation)
        if turn is not None and turn.usage.own_key and turn.usage.cost_usd:
            await self._book(turn.usage.cost_usd, own_key=True)
        if not reservation.day:
            return
        usd = self._cost_usd(turn, reservation) if turn is not None else 0.0
        if turn is not None and turn.outcome is Outcome.ANSWERED and reservation.choice:
            name = reservation.choice.name
            self._costs.setdefault(name, deque(maxlen=RECENT_ANSWERS)).append(usd)
        if reservation.day == self._day:
            self._spent_usd += usd - reservation.usd
        await self._book(usd - reservation.usd, day=reservation.day)

    async def _book(self, usd: float, *, own_key: bool = False, day: str = "") -> None:
        """Write spending down. Where that fails it still counts, until a restart."""
        try:
            await self._ledger.add_spend(usd, own_key, day)
        except StoreError as error:
            log.error("%.4f USD are not written down: %s", usd, error)

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
        longest = self._answer_tokens
        one_call = await self._price_usd(model.name, PROMPT_TOKENS, longest)
        whole = await self._price_usd(model.name, CALLS * PROMPT_TOKENS, longest)
        await self._load_day()
        usd = self._estimate_usd(model.name, whole)
        if self._spent_usd + usd > self.budget_usd:
            self.refused["budget"] += 1
            raise BudgetSpent(
                f"{self._spent_usd:.4f} USD of {self.budget_usd} are spent or set aside",
                math.ceil(DAY_S - self._clock() % DAY_S),
            )
        # Nothing is awaited between the check above and this line.
        self._spent_usd += usd
        reservation.day, reservation.usd, reservation.one_call_usd = self._day, usd, one_call
        await self._book(usd, day=reservation.day)

    def _estimate_usd(self, model: str, expected_usd: float) -> float:
        """What to set aside for one answer, by the price list and by the answers before it."""
        assert self.budget_usd is not None
        recent = self._costs.get(model)
        other = MARGIN * max(recent) if recent else UNKNOWN_PART * self.budget_usd
        return max(expected_usd, other)

    def _cost_usd(self, turn: Turn, reservation: Reservation) -> float:
        """What the operator pays for an ended turn, on the safe side where nobody has told.

        Usage is told when a call of the model ends. Of one that was cut off there is an estimate if
        it had said something or was not the first (`Usage.estimated`); else a whole call comes on
        top.
        """
        usage = turn.usage
        tokens = usage.prompt_tokens + usage.completion_tokens
        if usage.cost_usd is not None:
            told = usage.cost_usd
        else:
            told = self.settings.assumed_usd_per_million_tokens * tokens / 1e6
        if turn.outcome is Outcome.ANSWERED or usage.estimated:
            return told if tokens else reservation.one_call_usd
        if turn.outcome is Outcome.FAILED and turn.error in NOT_BILLED and not tokens:
            return 0.0
        return told + reservation.one_call_usd

    async def _price_usd(self, model: str, prompt_tokens: int, completion_tokens: int) -> float:
        """The price of one call; assumed where the model's is not known."""
        known = None
        if self._price is not None:
            known = await self._price(model, prompt_tokens, completion_tokens)
        if known is not None:
            return known
        tokens = prompt_tokens + completion_tokens
        return self.settings.assumed_usd_per_million_tokens * tokens / 1e6

    async def _load_day(self) -> None:
        today = time.strftime("%Y-%m-%d", time.gmtime(self._clock()))
        if self._day == today:
            return
        async with self._loading:
            if self._day != today:
                spent = await self._ledger.spent(day=today)
                self._day, self._spent_usd = today, spent

    # Streams and other requests

    @contextmanager
    def stream(self, visitor: str, address: str) -> Iterator[None]:
        """One open connection that follows an answer. Raises `LimitReached`."""
        settings = self.settings
        places = {
            ("visitor", visitor): settings.max_streams_per_visitor,
            ("address", network_of(address)): settings.max_streams_per_address,
            ("server", ""): settings.max_streams_in_all,
        }
        for place, limit in places.items():
            if limit and self._streams[place] >= limit:
                self.refused[f"streams_{place[0]}"] += 1
                raise LimitReached(f"{limit} streams of this {place[0]}", WAIT_FOR_A_PLACE_S)
        for place in places:
            self._streams[place] += 1
        try:
            yield
        finally:
            for place in places:
                self._streams[place] -= 1
                if not self._streams[place]:
                    del self._streams[place]

    @property
    def streams_open(self) -> int:
        """Of all readers together."""
        return self._streams[("server", "")]

    async def change(self, address: str) -> None:
        """Count one request that changes something, of whatever kind. Raises `LimitReached`."""
        limit = self.settings.changes_per_minute_per_address
        await self._count(("changes", network_of(address), limit))

    async def show(self, address: str, turns: Sequence[Turn]) -> None:
        """Count the stored answers that are to be rendered anew. Raises `LimitReached`."""
        limit = SHOWN_KB_PER_CHANGE * self.settings.changes_per_minute_per_address
        size_kb = sum(len(turn.answer) for turn in turns) // 1_000 + 1
        await self._count(("shown", network_of(address), limit), cost=min(size_kb, limit))

    # Windows

    async def _count(self, *counted: tuple[str, str, int], cost: int = 1) -> None:
        """Count `cost` in each window (kind, key, limit a minute), narrowest first.

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
            if not await self._windows.test(item, key, cost=cost):
                await self._refuse(item, kind, key)
        for item, kind, key in limited:
            if not await self._windows.hit(item, key, cost=cost):
                await self._refuse(item, kind, key)

    async def _refuse(self, item: Any, kind: str, key: str) -> None:
        self.refused[f"rate_{kind}"] += 1
        reset = (await self._windows.get_window_stats(item, key)).reset_time
        wait_s = min(max(math.ceil(reset - time.time()), 1), MINUTE_S)
        raise LimitReached(f"more than {item.amount} a minute for this {kind}", wait_s)

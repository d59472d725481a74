"""What a day may cost, in USD.

What an answer will cost is not known when its question is admitted, so an estimate on the safe side
is set aside first and replaced by what it did cost when it ends: a hundred questions at once cannot
jump over the budget.
"""

import asyncio
import logging
import math
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NoReturn, Protocol

from hyperrun.domain import Outcome, Turn
from hyperrun.errors import (
    BudgetSpent,
    ModelDown,
    ModelNotConfigured,
    ModelRateLimited,
    ModelRefusedKey,
    ModelUnknown,
    StoreError,
)
from hyperrun.limits.reservation import Reservation
from hyperrun.settings import Settings

if TYPE_CHECKING:
    from hyperrun.llm.choice import ModelChoice
    from hyperrun.storage.shares import Shares

log = logging.getLogger(__name__)

DAY_S = 86_400

# What is set aside before anything is known: two calls of the model, each with instructions,
# passages (24,000 characters) and some history, and the longest answer.
CALLS = 2
PROMPT_TOKENS = 14_000
# Afterwards, half as much again as the dearest of the last answers, if that is more. Until the
# first answer has told what it cost, at least this part of the budget.
MARGIN = 1.5
RECENT_ANSWERS = 100
LOOKED_AT_S = 60.0  # how often what commands beside the server have spent is looked for
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


class Budget:
    """The operator's money of one day (UTC)."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        refused: Counter[str],
        price: Price | None = None,
        clock: Callable[[], float] = time.time,
        shares: "Shares | None" = None,
    ) -> None:
        self._shares = shares
        self.budget_usd = settings.daily_budget_usd
        self._assumed_usd_per_million_tokens = settings.assumed_usd_per_million_tokens
        self._answer_tokens = settings.max_answer_tokens
        self._ledger = ledger
        self._refused = refused
        self._price = price
        self._costs: dict[str, deque[float]] = {}  # of the last answers, by the operator's model
        self._clock = clock
        self._day = ""
        self._spent_usd = 0.0  # of `_day`, reservations included
        self._looked_at = 0.0  # what the ledger holds
        self._written, self._writing = 0, 0  # changes of it, and those under way
        self._loading = asyncio.Lock()

    async def spent_today_usd(self) -> float:
        """What the operator's key has cost since midnight UTC, with what is set aside."""
        if self._shares is not None:
            self._day = ""  # others spend, too
        await self._load_day()
        return self._spent_usd

    @property
    def spent_usd(self) -> float:
        """The same as far as it has been read: 0 before the first question of a process."""
        return self._spent_usd

    async def reserve(self, reservation: Reservation, model: "ModelChoice") -> None:
        assert self.budget_usd is not None
        longest = self._answer_tokens
        one_call = await self._price_usd(model.name, PROMPT_TOKENS, longest)
        whole = await self._price_usd(model.name, CALLS * PROMPT_TOKENS, longest)
        await self._load_day()
        if self._shares is not None:
            dearest = await self._shares.dearest_usd(model.name)
            usd = self._estimate_usd(whole, dearest)
            spent = await self._shares.set_aside(usd, self.budget_usd, self._day)
            if spent is None:
                self._refuse(await self._ledger.spent(day=self._day))
            self._spent_usd = spent
            reservation.day, reservation.usd, reservation.one_call_usd = self._day, usd, one_call
            return
        recent = self._costs.get(model.name)
        usd = self._estimate_usd(whole, max(recent) if recent else None)
        if self._spent_usd + usd > self.budget_usd:
            self._refuse(self._spent_usd)
        # Nothing is awaited between the check above and this line.
        self._spent_usd += usd
        reservation.day, reservation.usd, reservation.one_call_usd = self._day, usd, one_call
        await self._book(usd, day=reservation.day)

    def _refuse(self, spent_usd: float) -> NoReturn:
        self._refused["budget"] += 1
        raise BudgetSpent(
            f"{spent_usd:.4f} USD of {self.budget_usd} are spent or set aside",
            math.ceil(DAY_S - self._clock() % DAY_S),
        )

    async def book(self, reservation: Reservation, turn: Turn | None) -> None:
        """Count what `turn` cost in place of what was set aside (None: nothing was asked)."""
        if turn is not None and turn.usage.own_key and turn.usage.cost_usd:
            await self._book(turn.usage.cost_usd, own_key=True)
        if not reservation.day:
            if self._shares is not None:
                await self._shares.settle(reservation.id, 0.0, "")
            return
        usd = self._cost_usd(turn, reservation) if turn is not None else 0.0
        if self._shares is not None:
            await self._shares.settle(reservation.id, usd - reservation.usd, reservation.day)
        if turn is not None and turn.outcome is Outcome.ANSWERED and reservation.choice:
            await self._learn(reservation.choice.name, usd)
        if self._shares is not None:
            return
        if reservation.day == self._day:
            self._spent_usd += usd - reservation.usd
        await self._book(usd - reservation.usd, day=reservation.day)

    async def _book(self, usd: float, *, own_key: bool = False, day: str = "") -> None:
        """Write spending down. Where that fails it still counts, until a restart."""
        self._written += 1
        self._writing += 1
        try:
            await self._ledger.add_spend(usd, own_key, day)
        except StoreError as error:
            log.error("%.4f USD are not written down: %s", usd, error)
        finally:
            self._writing -= 1

    async def _learn(self, model: str, usd: float) -> None:
        if self._shares is None:
            self._costs.setdefault(model, deque(maxlen=RECENT_ANSWERS)).append(usd)
            return
        try:
            await self._shares.learn(model, usd)
        except StoreError as error:
            log.warning("what an answer has cost is not learned: %s", error)

    def _estimate_usd(self, expected_usd: float, dearest_usd: float | None) -> float:
        """What to set aside for one answer, by the price list and by the answers before it."""
        assert self.budget_usd is not None
        other = UNKNOWN_PART * self.budget_usd if dearest_usd is None else MARGIN * dearest_usd
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
            told = self._assumed_usd_per_million_tokens * tokens / 1e6
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
        return self._assumed_usd_per_million_tokens * tokens / 1e6

    async def _load_day(self) -> None:
        now = self._clock()
        today = time.strftime("%Y-%m-%d", time.gmtime(now))
        if self._day == today:
            if now - self._looked_at >= LOOKED_AT_S and not self._writing and not self._shares:
                self._looked_at = now
                await self._look()
            return
        async with self._loading:
            if self._day != today:
                spent = await self._ledger.spent(day=today)
                self._day, self._spent_usd, self._looked_at = today, spent, now

    async def _look(self) -> None:
        """Count what others have written down, unless this process has changed it meanwhile."""
        written, day = self._written, self._day
        try:
            spent = await self._ledger.spent(day=day)
        except StoreError as error:
            log.warning("what others have spent is not known: %s", error)
            return
        if (written, day) == (self._written, self._day):
            self._spent_usd = max(self._spent_usd, spent)

"""How much one reader, one address and all together may ask: what every question gets past.

A question is admitted before anything is stored or asked.
"""

import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from hyperrun.domain import Turn
from hyperrun.errors import BudgetSpent
from hyperrun.limits.budget import Budget, Ledger, Price
from hyperrun.limits.concurrency import Concurrency
from hyperrun.limits.rates import Rates
from hyperrun.limits.reservation import Place, Reservation
from hyperrun.settings import Settings
from hyperrun.visitor import network_of

if TYPE_CHECKING:
    from hyperrun.llm.choice import ModelChoice
    from hyperrun.storage.shares import Shares

log = logging.getLogger(__name__)

SHOWN_KB_PER_CHANGE = 10  # of stored answers, rendered anew: 5 ms of CPU each


class Limits:
    """Rates, places and the budget. With `shares` all processes count them together; connections
    that follow an answer are each process's own."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        price: Price | None = None,
        clock: Callable[[], float] = time.time,
        shares: "Shares | None" = None,
    ) -> None:
        self.settings = settings
        self._shares = shares
        self.refused: Counter[str] = Counter()  # by kind of limit, for the metrics
        self.rates = Rates(settings.limits_url, self.refused, shares)
        self.answers = Concurrency("answers", self.refused)
        self.streams = Concurrency("streams", self.refused)
        self.budget = Budget(settings, ledger, self.refused, price, clock, shares)

    async def admit(
        self,
        visitor: str,
        address: str,
        conversation: str,
        model: "ModelChoice | None",
        *,
        is_known: bool = False,
    ) -> Reservation:
        """Places for one answer. Raises `LimitReached`.

        Who `is_known` shares one address with all whom it asks for: only what holds for a
        conversation and for all together counts then.
        Where only the day's money is gone, they are for an answer without a model, and `notice`
        says why.
        """
        settings = self.settings
        network = network_of(address)
        strangers = (
            []
            if is_known
            else [
                ("visitor", visitor, settings.questions_per_minute),
                ("address", network, settings.questions_per_minute_per_address),
            ]
        )
        await self.rates.count(
            ("conversation", conversation, settings.questions_per_minute),
            *strangers,
            ("server", "", settings.questions_per_minute_in_all),
        )
        places = {("server", ""): settings.max_answers_in_all}
        if not is_known:
            places |= {
                ("visitor", visitor): settings.max_answers_per_visitor,
                ("address", network): settings.max_answers_per_address,
            }
        reservation = Reservation(model, places=tuple(places))
        await self._take(reservation, places)
        if model is None or model.own_key or self.budget.budget_usd is None:
            return reservation
        try:
            await self.budget.reserve(reservation, model)
        except BudgetSpent as spent:
            log.info("%s", spent)
            reservation.choice, reservation.notice = None, spent.public
        except BaseException:
            await self.release(reservation)
            raise
        return reservation

    async def _take(self, reservation: Reservation, places: dict[Place, int]) -> None:
        if self._shares is None:
            return self.answers.take(places)
        full = await self._shares.take(reservation.id, places)
        if full:
            self.answers.refuse(full, places)
        self.answers.take(dict.fromkeys(places, 0))  # for this process's own figures

    @asynccontextmanager
    async def admitted(
        self,
        visitor: str,
        address: str,
        conversation: str,
        model: "ModelChoice | None",
        *,
        is_known: bool = False,
    ) -> AsyncIterator[Reservation]:
        """As `admit`, for a block that starts the answer: if that fails, its places are free."""
        reservation = await self.admit(visitor, address, conversation, model, is_known=is_known)
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
        if not reservation.ended:
            self._leave(reservation)
            await self.budget.book(reservation, turn)

    def _leave(self, reservation: Reservation) -> None:
        reservation.ended = True
        self.answers.leave(reservation.places)

    @contextmanager
    def stream(self, visitor: str, address: str) -> Iterator[None]:
        """One open connection that follows an answer. Raises `LimitReached`."""
        settings = self.settings
        places = {
            ("visitor", visitor): settings.max_streams_per_visitor,
            ("address", network_of(address)): settings.max_streams_per_address,
            ("server", ""): settings.max_streams_in_all,
        }
        self.streams.take(places)
        try:
            yield
        finally:
            self.streams.leave(places)

    async def change(self, address: str) -> None:
        """Count one request that changes something, of whatever kind. Raises `LimitReached`."""
        limit = self.settings.changes_per_minute_per_address
        await self.rates.count(("changes", network_of(address), limit))

    async def search(self, address: str) -> None:
        """Count one look for what is being typed. Raises `LimitReached`."""
        limit = self.settings.searches_per_minute_per_address
        await self.rates.count(("searches", network_of(address), limit))

    async def show(self, address: str, turns: Sequence[Turn]) -> None:
        """Count the stored answers that are to be rendered anew. Raises `LimitReached`."""
        limit = SHOWN_KB_PER_CHANGE * self.settings.changes_per_minute_per_address
        size_kb = sum(len(turn.answer) for turn in turns) // 1_000 + 1
        await self.rates.count(("shown", network_of(address), limit), cost=min(size_kb, limit))

"""Other processes that serve the same readers: what they want of answers that run here, and what
is wanted here of answers that run there.

An answer is told elsewhere only while somebody follows it there: once a tick, all of them in one
statement. Nobody elsewhere, nothing is written but checkpoints.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from hyperrun.answering.answer import AnswerState
from hyperrun.answering.events import Event
from hyperrun.answering.mirrors import Mirrors
from hyperrun.answering.parts import Ended, encoded, whole
from hyperrun.domain import Outcome
from hyperrun.errors import StoreError
from hyperrun.storage.fleet import Fleet, Order, Part
from hyperrun.storage.store import Store

log = logging.getLogger(__name__)

# After a first word, which is told at once. Each time costs a statement here and one there, and a
# frame to each reader: at 0.05 s a token that is followed elsewhere took 1.7 times the CPU.
TELL_EVERY_S = 0.1
STOP_TIMEOUT_S = 3.0  # an owner that does not end an answer by then has it ended for it
LOOK_WHETHER_ENDED_S = 0.05
AGAIN_AFTER_S = 0.5  # what could not be told
NUMBERS_PER_S = 50  # more than there are parts of an answer
MOST_NUMBER = 2_000_000_000  # the column's; by the clock again after fifteen months


class Owner(Protocol):
    """Who makes the answers that run here (`Turns`)."""

    def running_state(self, turn_id: str) -> AnswerState | None:
        """The answer that runs here under this id."""

    async def end(self, turn_id: str, outcome: Outcome) -> None:
        """End it, if it runs here."""

    def go_on_alone(self, turn_id: str) -> None:
        """It goes on though nobody follows it."""


class Telling:
    """One answer of ours that is followed elsewhere."""

    def __init__(self, number: int) -> None:
        self.processes: set[str] = set()
        self.outbox: list[Event | Ended] = []
        self.wants_whole = True
        self.number = number  # of the last part


class Elsewhere:
    """One process's dealings with the others."""

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        owner: Owner,
        spawn: Callable[[Coroutine[Any, Any, None], str], object],
    ) -> None:
        self.mirrors = Mirrors(store, fleet, spawn)
        self._fleet = fleet
        self._owner = owner
        self._spawn = spawn
        self._told: dict[str, Telling] = {}
        self._highest = 0  # number of a part
        self._publishing = False
        fleet.handlers |= {
            "follow": self._follow,
            "still": self._still_follow,
            "unfollow": self._unfollow,
            "stop": self._stop,
            "leave": self._leave,
        }

    # What others want of us

    def _follow(self, order: Order) -> None:
        if self._owner.running_state(order.turn) is None:
            return
        if order.turn not in self._told:
            self._told[order.turn] = Telling(self._new_number())
        telling = self._told[order.turn]
        telling.processes.add(order.who)
        telling.wants_whole = True
        self._publish_soon()

    def _new_number(self) -> int:
        """Above all numbers of before, here and where the same turn went on: whoever follows it
        still takes nothing of now for what follows on that."""
        by_clock = int(time.time() * NUMBERS_PER_S) % MOST_NUMBER
        self._highest = max(self._highest + 1, by_clock)
        return self._highest

    def _next_number(self, telling: Telling) -> int:
        telling.number += 1
        self._highest = max(self._highest, telling.number)
        return telling.number

    def _still_follow(self, order: Order) -> None:
        telling = self._told.get(order.turn)
        if telling is None or order.who not in telling.processes:
            self._follow(order)

    def _unfollow(self, order: Order) -> None:
        telling = self._told.get(order.turn)
        if telling is not None:
            telling.processes.discard(order.who)
            if not telling.processes:
                del self._told[order.turn]

    def _stop(self, order: Order) -> None:
        self._spawn(self._owner.end(order.turn, Outcome.STOPPED), "stopped from elsewhere")

    def _leave(self, order: Order) -> None:
        self._owner.go_on_alone(order.turn)

    def is_followed(self, turn_id: str) -> bool:
        """Does a process that lives follow this answer of ours?"""
        telling = self._told.get(turn_id)
        if telling is None:
            return False
        telling.processes &= self._fleet.alive
        if not telling.processes:
            del self._told[turn_id]
        return bool(telling.processes)

    def begins(self, turn_id: str) -> None:
        """Nothing has been told yet of an answer of ours, though it may be one that goes on."""
        self._told.pop(turn_id, None)

    def tell(self, turn_id: str, event: Event | Ended) -> None:
        """This has happened to an answer of ours."""
        telling = self._told.get(turn_id)
        if telling is not None:
            telling.outbox.append(event)
            self._publish_soon()

    def _publish_soon(self) -> None:
        if not self._publishing:
            self._publishing = True
            self._spawn(self._publish(), "telling other processes")

    async def _publish(self) -> None:
        """Every `TELL_EVERY_S`, as long as there is something to tell.

        By the clock on the wall: what all processes tell comes at one time, and is read at once.
        """
        try:
            while parts := self._parts():
                try:
                    await self._fleet.publish(parts)
                except StoreError as error:
                    log.warning("other processes are told later: %s", error)
                    for part in parts:  # all of it then: it is not known what was written
                        if part.turn in self._told:
                            self._told[part.turn].wants_whole = True
                    await asyncio.sleep(AGAIN_AFTER_S)
                await asyncio.sleep(TELL_EVERY_S - time.time() % TELL_EVERY_S)
        finally:
            self._publishing = False

    def _parts(self) -> list[Part]:
        parts = []
        for turn_id, telling in list(self._told.items()):
            state = self._owner.running_state(turn_id)
            if telling.outbox:  # also before all of it, which is for those who come new
                number = self._next_number(telling)
                parts.append(Part(turn_id, number, False, encoded(telling.outbox)))
                telling.outbox.clear()
            if state is not None and telling.wants_whole and state.outcome is None:
                telling.wants_whole = False
                parts.append(Part(turn_id, self._next_number(telling), True, whole(state)))
            if state is None:  # that was its end
                del self._told[turn_id]
        return parts

    # What we want of others

    async def stop(self, turn_id: str) -> None:
        """End an answer of another process: by its owner, and in its place where that is silent."""
        if not await self._fleet.order(turn_id, "stop"):
            return
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while time.monotonic() < deadline:
            await asyncio.sleep(LOOK_WHETHER_ENDED_S)
            if not await self._fleet.runs(turn_id):
                return
        await self._fleet.end(turn_id, Outcome.STOPPED)

    async def stop_all(self, conversation: str, *, of_reader: bool = False) -> None:
        """End whatever runs of a conversation, or of all of its reader's."""
        for turn_id in await self._fleet.running(conversation, of_reader=of_reader):
            await self.stop(turn_id)

    async def leave(self, conversation: str) -> None:
        """The reader of a conversation turns to another one: its answer goes on alone."""
        try:
            for turn_id in await self._fleet.running(conversation):
                await self._fleet.order(turn_id, "leave")
        except StoreError as error:
            log.warning("an answer elsewhere may be stopped for want of readers: %s", error)

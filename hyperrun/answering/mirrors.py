"""Answers of other processes that somebody follows here: one mirror each, for all who follow it.

A mirror begins with the turn's row and goes on with the parts that its owner writes, folded by the
code that the owner folds by. Where a part is missing, the owner is asked for all of it again.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

from hyperrun.answering.answer import AnswerState, Follower
from hyperrun.answering.parts import Ended, decoded, state_of
from hyperrun.domain import Outcome, Turn
from hyperrun.errors import StoreError
from hyperrun.storage.fleet import Fleet, Part
from hyperrun.storage.store import Store

log = logging.getLogger(__name__)

LINGER_S = 5.0  # without a follower: who was cut comes back
ASK_AGAIN_S = 2.0  # for all of it, where it did not come
LAST_PART_S = 0.5  # between the end's row and its part
QUIET_S = 5.0  # without a part; then the owner is reminded that somebody follows

Spawn = Callable[[Coroutine[Any, Any, None], str], object]


class FollowedAnswer:
    """An answer that runs, here or elsewhere, and those who follow it here."""

    def __init__(self, state: AnswerState) -> None:
        self.state = state
        self.followers: set[Follower] = set()
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.rendered = 0  # version
        self.shown = 0.0  # when
        self.alone_since = time.monotonic()

    def show(self) -> None:
        """Render, if somebody is looking, and tell every follower to look."""
        self.rendered = self.state.version
        self.shown = time.monotonic()
        if self.followers:
            self.state.render()
        for follower in self.followers:
            follower.wake.set()


class Mirror(FollowedAnswer):
    """One answer of another process (`fleet.Watcher`)."""

    def __init__(self, turn: Turn, language: str, mirrors: "Mirrors") -> None:
        super().__init__(state_of_row(turn, language))
        self.number = -1  # of the last part; -1: it is only a row so far
        self.asked_at = time.monotonic()
        self.heard_at = self.asked_at
        self._language = language
        self._mirrors = mirrors
        self._ending = False

    def take(self, parts: Sequence[Part]) -> None:
        """As `Watcher.take`."""
        missed = False
        self.heard_at = time.monotonic()
        for part in parts:
            if self.finished.done():
                return
            if part.number == self.number + 1 and self.number >= 0:
                self.number = part.number
                if not part.whole:
                    self._fold(part.data)
            elif part.whole:
                missed = False
                self.number = part.number
                self._replace(state_of(part.data, self._language))
            else:
                missed = True
        if missed and time.monotonic() - self.asked_at > ASK_AGAIN_S:
            self._mirrors.ask(self)
        if not self.finished.done():
            self.show()

    def over(self) -> None:
        """As `Watcher.over`."""
        if not self._ending:
            self._ending = True
            self._mirrors.spawn(self._end_by_row(), f"end of {self.state.turn.id}, by its row")

    def _fold(self, data: str) -> None:
        for event in decoded(data):
            if isinstance(event, Ended):
                self._end(event.outcome, event.error)
                return
            self.state.fold(event)

    def _replace(self, state: AnswerState) -> None:
        """Show this in the place of what was shown: as a snapshot to everybody."""
        state.version += self.state.version + 1
        state.revision = self.state.revision + 1
        self.state = state

    async def _end_by_row(self) -> None:
        """The owner has gone, or its last part is late: the row says what there is."""
        await asyncio.sleep(LAST_PART_S)
        if self.finished.done():
            return
        try:
            turn = await self._mirrors.store.turn(self.state.turn.id)
        except StoreError:
            self._ending = False  # it is found over again
            return
        if turn is not None and turn.outcome is Outcome.RUNNING:
            self._ending = False
            return
        if turn is None:  # deleted
            self._end(Outcome.STOPPED, "")
            return
        self._replace(state_of_row(turn, self._language))
        self._end(turn.outcome, turn.error)

    def _end(self, outcome: Outcome, error: str) -> None:
        if not self.finished.done():
            self.state.end(outcome, error)
            self.finished.set_result(None)
            self._mirrors.drop(self)
            self.show()


def state_of_row(turn: Turn, language: str) -> AnswerState:
    """An answer as its row has it."""
    return AnswerState(turn, turn.language or language, written=bool(turn.usage.model))


class Mirrors:
    """The mirrors of one process."""

    def __init__(self, store: Store, fleet: Fleet, spawn: Spawn) -> None:
        self.store = store
        self.fleet = fleet
        self.spawn = spawn
        self._mirrors: dict[str, Mirror] = {}

    def __contains__(self, mirror: object) -> bool:
        return mirror in self._mirrors.values()

    def __len__(self) -> int:
        return len(self._mirrors)

    def __iter__(self) -> Iterator[Mirror]:
        return iter(list(self._mirrors.values()))

    def of(self, turn: Turn, language: str) -> Mirror:
        """The mirror of a turn that runs elsewhere, as its row has it; one for all followers."""
        mirror = self._mirrors.get(turn.id)
        if mirror is None:
            mirror = Mirror(turn, language, self)
            self._mirrors[turn.id] = mirror
            self.fleet.watch(turn.id, mirror)
            self.ask(mirror)
        return mirror

    def ask(self, mirror: Mirror) -> None:
        """Ask the owner for all of an answer, and for what follows."""
        mirror.asked_at = time.monotonic()
        self.spawn(self._order(mirror.state.turn.id, "follow"), "following elsewhere")

    def remind(self, now: float) -> None:
        """Of answers that are silent for long, tell the owners that they are followed here: one
        may not have heard it, or have taken this process for dead."""
        for mirror in self:
            if mirror.followers and now - max(mirror.heard_at, mirror.asked_at) > QUIET_S:
                if mirror.number < 0:  # nothing ever came
                    self.ask(mirror)
                else:
                    mirror.asked_at = now
                    self.spawn(self._order(mirror.state.turn.id, "still"), "still following")

    def left(self, mirror: Mirror) -> None:
        """A follower has gone; after the last the owner is told to save itself the trouble."""
        if not mirror.followers:
            loop = asyncio.get_running_loop()
            loop.call_later(LINGER_S, self._let_go, mirror)

    def _let_go(self, mirror: Mirror) -> None:
        alone_s = time.monotonic() - mirror.alone_since
        if not mirror.followers and alone_s >= LINGER_S - 0.1 and mirror in self:
            self.drop(mirror)
            self.spawn(self._order(mirror.state.turn.id, "unfollow"), "following no more")

    def drop(self, mirror: Mirror) -> None:
        """Forget a mirror."""
        if self._mirrors.get(mirror.state.turn.id) is mirror:
            del self._mirrors[mirror.state.turn.id]
            self.fleet.unwatch(mirror.state.turn.id)

    async def _order(self, turn_id: str, what: str) -> None:
        try:
            if not await self.fleet.order(turn_id, what):
                mirror = self._mirrors.get(turn_id)
                if mirror is not None:
                    mirror.over()
        except StoreError as error:
            log.warning("an answer elsewhere cannot be followed now: %s", error)

"""What one task does for all answers in flight, again and again while there are any.

It writes checkpoints, keeps the lines of silent answers alive, and ends answers that nobody
follows.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from itertools import chain
from typing import Any

from hyperrun.answering.elsewhere import Elsewhere
from hyperrun.answering.mirrors import Mirror
from hyperrun.answering.rows import Rows
from hyperrun.answering.running_answer import RunningAnswer
from hyperrun.domain import Outcome

CHECKPOINT_EVERY_S = 0.75
CHECKPOINT_GROUP = 50  # answers in one transaction
KEEP_ALIVE_EVERY_S = 10.0  # after which a reader is told that the model takes its time
LOOK_EVERY_S = 0.25


class Rounds:
    """Looks after the answers of one process, here and elsewhere."""

    def __init__(
        self,
        in_flight: Mapping[str, RunningAnswer],
        rows: Rows,
        elsewhere: Elsewhere | None,
        spawn: Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]],
        end: Callable[[str, Outcome], Coroutine[Any, Any, None]],
        abandon_after_s: float,
    ) -> None:
        self._in_flight = in_flight
        self._rows = rows
        self._elsewhere = elsewhere
        self._spawn = spawn
        self._end = end
        self._abandon_after_s = abandon_after_s
        self._checkpointing: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Go round, where that is not under way."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._go_round(), name="turns maintenance")

    def cancel(self) -> None:
        """Look after nothing any more."""
        if self._running is not None:
            self._running.cancel()

    async def _go_round(self) -> None:
        """Look after all turns in flight until there are none."""
        checkpointed = time.monotonic()
        while self._in_flight or self._rows.unstored or len(self._mirrors):
            await asyncio.sleep(min(LOOK_EVERY_S, CHECKPOINT_EVERY_S))
            now = time.monotonic()
            self._end_abandoned(now)
            if now - checkpointed >= CHECKPOINT_EVERY_S:
                checkpointed = now
                self._keep_alive(now)
                if self._elsewhere is not None:
                    self._elsewhere.mirrors.remind(now)
                if self._checkpointing is None or self._checkpointing.done():
                    self._checkpointing = self._spawn(self._checkpoint(), "checkpoint")

    @property
    def _mirrors(self) -> Collection[Mirror]:
        return self._elsewhere.mirrors if self._elsewhere else ()

    def _end_abandoned(self, now: float) -> None:
        for running in list(self._in_flight.values()):
            state = running.state
            alone_s = 0.0 if running.followers else now - running.alone_since
            if running.goes_on_alone:
                continue
            if self._elsewhere is not None and self._elsewhere.is_followed(state.turn.id):
                running.alone_since = now
                continue
            if state.outcome is None and alone_s > self._abandon_after_s:
                running.alone_since = now + 3_600  # once
                self._spawn(self._end(state.turn.id, Outcome.STOPPED), "an answer left alone")

    def _keep_alive(self, now: float) -> None:
        """Wake who has had nothing to send for long: a proxy would take the line for dead."""
        for running in chain(self._in_flight.values(), self._mirrors):
            for follower in running.followers:
                if now - follower.told_at > KEEP_ALIVE_EVERY_S:
                    follower.told_at = now
                    follower.is_quiet = True
                    follower.wake.set()

    async def _checkpoint(self) -> None:
        """Store what has come since the last time, in few transactions.

        Until it is written, a text is held in two versions, for the answers go on: those of a group
        at a time.
        """
        await self._rows.save_unstored()
        answers = list(self._in_flight.values())
        for start in range(0, len(answers), CHECKPOINT_GROUP):
            changed = []
            for running in answers[start : start + CHECKPOINT_GROUP]:
                state = running.state
                if state.outcome is None and state.version != running.stored:
                    running.stored = state.version
                    changed.append(state.as_turn())
            if changed:
                await self._rows.save(changed)

"""The rows of turns, on their way to the store and back: an answer goes on without its row."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from hyperrun.domain import Cost, Recent, Turn
from hyperrun.errors import StoreError
from hyperrun.storage.store import Store

log = logging.getLogger(__name__)

# Ended turns that the disk has not taken: so many are kept in memory and offered again.
MAX_UNSTORED = 200
AGAIN_AFTER_S = 0.25  # at the end of the process


class Rows:
    """Writes turns, keeps those that have ended until they are stored, and reads what can be read.

    `on_lost` is told of a turn that another process has ended or deleted, `on_stored` of each that
    is written.
    """

    def __init__(
        self, store: Store, on_lost: Callable[[str], None], on_stored: Callable[[Turn], None]
    ) -> None:
        self._store = store
        self._on_lost = on_lost
        self._on_stored = on_stored
        self._works = True
        self.unstored: dict[str, Turn] = {}  # ended

    async def save(self, turns: Sequence[Turn]) -> None:
        """Write turns; where that fails, the log says so."""
        if not turns:
            return
        try:
            lost = await self._store.save(turns)
        except StoreError as error:
            if self._works:
                log.error("answers go on, but are not stored: %s", error)
            self._works = False
            return
        if not self._works:
            log.warning("answers are stored again")
        self._works = True
        for turn in turns:
            if self.unstored.get(turn.id) is turn:
                del self.unstored[turn.id]
            if turn.id in lost:
                self._on_lost(turn.id)
            else:
                self._on_stored(turn)

    def keep(self, turn: Turn) -> None:
        """It has ended: it is here until it is stored."""
        self.unstored[turn.id] = turn
        if len(self.unstored) > MAX_UNSTORED and not self._works:  # else it will be stored
            del self.unstored[next(iter(self.unstored))]

    def drop(self, wanted: Callable[[str], bool]) -> None:
        """Store nothing more of these conversations."""
        for turn in list(self.unstored.values()):
            if wanted(turn.conversation):
                del self.unstored[turn.id]

    async def save_unstored(self) -> None:
        """Offer them to the disk again."""
        await self.save(list(self.unstored.values()))

    async def save_last(self, deadline: float) -> None:
        """Offer them until it has taken them, at the end of the process."""
        while self.unstored and time.monotonic() < deadline:
            await self.save_unstored()
            if self.unstored:
                await asyncio.sleep(AGAIN_AFTER_S)

    async def turn(self, turn_id: str) -> Turn | None:
        """One that does not run here. Raises `StoreError`."""
        return self.unstored.get(turn_id) or await self._store.turn(turn_id)

    async def turns(self, conversation: str, *, whole: bool) -> dict[str, Turn]:
        """A conversation's, by id, oldest first. What cannot be read is left out; raises
        `StoreError` where the `whole` of it is wanted."""
        stored: list[Turn] = []
        try:
            stored = await self._store.turns(conversation)
        except StoreError as error:
            if whole:
                raise
            log.error("the conversation cannot be read: %s", error)
        unstored = (turn for turn in self.unstored.values() if turn.conversation == conversation)
        return {turn.id: turn for turn in (*stored, *unstored)}

    async def recent(self, conversation: str) -> list[Recent]:
        """As `Store.recent`, as far as it can be read."""
        try:
            return await self._store.recent(conversation)
        except StoreError as error:
            log.error("conversations cannot be listed: %s", error)
            return []

    async def cost(self, conversation: str) -> Cost:
        """What a conversation has cost, as far as that can be read now."""
        try:
            return await self._store.cost(conversation)
        except StoreError as error:
            log.error("a conversation's cost cannot be read: %s", error)
            return Cost()

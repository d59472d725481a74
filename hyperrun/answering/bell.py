"""What asyncio's Event and Queue do, for one listener and in a tenth of their memory.

Each of theirs keeps deques of 0.7 kB for its waiters; an open answer would hold six of them.
"""

import asyncio
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Bell:
    """Rung by anybody in the event loop, heard by one task."""

    __slots__ = ("_listener", "_rung")

    def __init__(self) -> None:
        self._rung = False
        self._listener: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Wake the listener, or let it not fall asleep."""
        self._rung = True
        if self._listener is not None and not self._listener.done():
            self._listener.set_result(None)

    async def heard(self) -> None:
        """Return when the bell has been rung since the last time."""
        if not self._rung:
            self._listener = asyncio.get_running_loop().create_future()
            try:
                await self._listener
            finally:
                self._listener = None
        self._rung = False


class Inbox(Generic[Item]):
    """Items in their order, for one reader."""

    __slots__ = ("_bell", "_items")

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._bell = Bell()

    def put(self, item: Item) -> None:
        """Add an item; never waits."""
        self._items.append(item)
        self._bell.ring()

    async def get(self) -> Item:
        """The oldest item, when there is one."""
        while not self._items:
            await self._bell.heard()
        return self._items.pop(0)

    def get_now(self) -> Item | None:
        """The oldest item, if there is one."""
        return self._items.pop(0) if self._items else None

"""The `limits` library's windows in the database that all processes share."""

import time
from typing import Any

from limits.aio.storage import Storage
from limits.aio.storage.base import SlidingWindowCounterSupport

from hyperrun.storage.shares import Shares


class SharedWindows(Storage, SlidingWindowCounterSupport):
    """Sliding windows; of what the library's other strategies want there is nothing."""

    STORAGE_SCHEME = None

    def __init__(self, shares: Shares) -> None:
        super().__init__(None)
        self._shares = shares

    @property
    def base_exceptions(self) -> type[Exception]:
        """Errors stay what they are: a `StoreError` has its sentence."""
        return ()  # type: ignore[return-value]

    async def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        """Count, unless the window is full."""
        previous, current, _ = _windows(key, expiry)
        return await self._shares.hit(previous, current, limit, expiry, amount)

    async def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Counts and seconds that are left of the window before and of this one."""
        previous, current, left = _windows(key, expiry)
        before, now = await self._shares.hits(previous, current)
        return before, left * expiry if before else 0.0, now, (1 + left) * expiry

    async def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Windows end by themselves."""

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Not a window."""
        raise NotImplementedError

    async def get(self, key: str) -> int:
        """Not a window."""
        raise NotImplementedError

    async def get_expiry(self, key: str) -> float:
        """Not a window."""
        raise NotImplementedError

    async def check(self) -> bool:
        """The store is looked at by others."""
        return True

    async def reset(self) -> int | None:
        """Windows end by themselves."""
        return None

    async def clear(self, key: str) -> None:
        """Windows end by themselves."""


def _windows(key: str, expiry: int) -> tuple[str, str, float]:
    """The keys of the window before and of this one, and what part of this one is left."""
    number, part = divmod(time.time() / expiry, 1)
    return f"{key}/{int(number) - 1}", f"{key}/{int(number)}", 1 - part


def storage(shares: Shares) -> Any:
    """For a rate limiter of the library."""
    return SharedWindows(shares)

"""How much in a minute: sliding windows, counted by the `limits` library."""

import math
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from hyperrun.errors import BadSetting, LimitReached, StoreError

if TYPE_CHECKING:
    from hyperrun.storage.shares import Shares

MINUTE_S = 60
MEMORY = "async+memory://"  # of this process; where others serve too, the database they share
# `limits` 5.8 takes coredis by itself, which cannot be installed beside it.
REDIS = {"implementation": "redispy", "socket_connect_timeout": 2, "socket_timeout": 3}


class Rates:
    """Windows in the storage that `url` names, by default this process's memory or the database
    that several share: a key lives for two windows at most. Raises `BadSetting` where there is no
    such storage."""

    def __init__(self, url: str, refused: Counter[str], shares: "Shares | None" = None) -> None:
        self._url = url
        self._shares = shares
        self._refused = refused
        self._windows: Any = None

    def check(self) -> None:
        """Raise `BadSetting` where the storage is none that the library knows and can use."""
        from limits.aio.strategies import SlidingWindowCounterRateLimiter
        from limits.errors import ConfigurationError
        from limits.storage import storage_from_string

        try:
            storage: Any
            if self._shares is not None and self._url == MEMORY:
                from hyperrun.limits.shared_windows import SharedWindows

                storage = SharedWindows(self._shares)
            else:
                options: Any = REDIS if self._url.startswith("async+redis") else {}
                storage = storage_from_string(self._url, wrap_exceptions=True, **options)
            self._windows = SlidingWindowCounterRateLimiter(storage)
        except (ConfigurationError, NotImplementedError, AssertionError, ValueError) as error:
            why = str(error) or "one of these that begins with async+ is wanted"
            raise BadSetting(f"HYPERRUN_LIMITS_URL: {why}") from error

    async def count(self, *counted: tuple[str, str, int], cost: int = 1) -> None:
        """Count `cost` in each window (kind, key, limit a minute), narrowest first.

        The widest is looked at before any is counted: no address can use up everybody's minute
        with refused questions, and a full minute adds no keys. Raises `LimitReached`, and
        `StoreError` where the storage does not answer.
        """
        from limits.errors import StorageError

        try:
            await self._count(counted, cost)
        except StorageError as error:
            raise StoreError(f"rates cannot be counted: {error.storage_error}") from error

    async def _count(self, counted: tuple[tuple[str, str, int], ...], cost: int) -> None:
        if self._windows is None:
            self.check()
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
        self._refused[f"rate_{kind}"] += 1
        reset = (await self._windows.get_window_stats(item, key)).reset_time
        wait_s = min(max(math.ceil(reset - time.time()), 1), MINUTE_S)
        raise LimitReached(f"more than {item.amount} a minute for this {kind}", wait_s)

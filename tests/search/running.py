"""A started search, and patience with it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from hyperrun.search.engine import Search
from hyperrun.settings import Settings


def searched(root: Path | str, data: Path, work: Callable[[Search], Awaitable[None]]) -> None:
    """Run `work` with a started search."""

    async def run() -> None:
        search = Search(Settings(repo_path=str(root), data_dir=data, search="embedded"))
        await search.start()
        try:
            await work(search)
        finally:
            await search.close()

    asyncio.run(run())


async def until(condition: Callable[[], Awaitable[bool]], within_s: float = 20.0) -> float:
    """Wait for a condition; how long that took."""
    began = time.monotonic()
    while not await condition():
        assert time.monotonic() - began < within_s
        await asyncio.sleep(0.05)
    return time.monotonic() - began

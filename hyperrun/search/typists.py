"""Those who are typing: how many are searched for at once, and how thoroughly."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from hyperrun.search.fusion import Found
from hyperrun.search.index import Index

MAX_THOROUGHLY = 2  # at once; where more are under way, names must do for the rest
MAX_RESTING = 8  # who are looked for thoroughly all the same, for they have ended


class Typists:
    """All who are typing words for one index. `close` ends that."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.under_way = 0  # searches of theirs
        self.resting = 0  # of them, that are asked again
        # One thread for them: more would take the interpreter from each other, and from others.
        self._thread = ThreadPoolExecutor(1, "typing")

    @property
    def have_time(self) -> bool:
        """Is there time to look for more than names?"""
        return self.under_way < MAX_THOROUGHLY

    async def find(self, text: str, k: int, *, rests: bool) -> tuple[list[Found], list[str], bool]:
        """What somebody means who has typed `text` so far, by which words, and whether it was
        looked for thoroughly. Raises `sqlite3.Error`."""
        thorough = self.have_time or (rests and self.resting < MAX_RESTING)
        self.under_way += 1
        self.resting += rests
        try:
            look = partial(self._index.typed, text, k, thorough=thorough)
            found, words = await asyncio.get_running_loop().run_in_executor(self._thread, look)
        finally:
            self.under_way -= 1
            self.resting -= rests
        return found, words, thorough

    async def close(self) -> None:
        """Wait for the search that runs, and leave out those that wait."""
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)

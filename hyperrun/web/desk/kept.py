"""What the desk keeps between two requests."""

import asyncio
import logging
import time
from dataclasses import dataclass, field

from hyperrun.insights.gaps import Gap
from hyperrun.storage.figures import PageTally
from hyperrun.web.desk.access import Access
from hyperrun.web.desk.figures import FOR_EVER, Counts
from hyperrun.web.desk.gathering import gathered
from hyperrun.web.services import Services

log = logging.getLogger(__name__)

DAY_S = 86_400
GAPS_KEPT_S = 600.0
PAGES_KEPT_S = 60.0


@dataclass
class Desk:
    """Its door, its figures, the pages that are asked on and the gaps it has gathered."""

    access: Access
    counts: Counts
    gathered: dict[int, tuple[float, list[Gap]]] = field(default_factory=dict)
    gathering: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    pages: dict[int, tuple[float, list[PageTally]]] = field(default_factory=dict)

    async def asked_pages(self, services: Services, days: int) -> list[PageTally]:
        """Pages by what is asked on them, kept for a minute. Raises `StoreError`."""
        made, found = self.pages.get(days, (0.0, []))
        if not made or time.monotonic() - made > PAGES_KEPT_S:
            found = await services.store.asked_pages(time.time() - days * DAY_S, FOR_EVER)
            while len(self.pages) > 3:
                self.pages.pop(next(iter(self.pages)))
            self.pages[days] = (time.monotonic(), found)
        return found

    def gaps(self, services: Services, days: int) -> tuple[float, list[Gap] | None]:
        """When the gaps of so many days were gathered, and they; None where they never were. Those
        that are older than ten minutes are gathered again behind."""
        made, found = self.gathered.get(days, (0.0, None))
        if time.time() - made > GAPS_KEPT_S and days not in self.gathering:
            task = asyncio.create_task(self._gather(services, days), name="gaps for the desk")
            self.gathering[days] = task
            task.add_done_callback(lambda _: self.gathering.pop(days, None))
        return made, found

    async def _gather(self, services: Services, days: int) -> None:
        try:
            found = await gathered(services.settings, days)
        except (OSError, ValueError, TimeoutError) as error:
            log.error("gaps cannot be gathered: %s", error)
            found = []
        while len(self.gathered) > 3:
            self.gathered.pop(next(iter(self.gathered)))
        self.gathered[days] = (time.time(), found)

    def begin(self) -> None:
        """Count the days before today, so that the first page need not."""
        self.counts.begin()

    async def close(self) -> None:
        """End what is being gathered and counted."""
        await self.counts.close()
        tasks = list(self.gathering.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=2.0)

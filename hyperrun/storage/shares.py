"""What all processes count together: places among the answers, the day's money, what answers cost,
and rates."""

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hyperrun.errors import StoreError

if TYPE_CHECKING:
    from hyperrun.storage.database import Database

log = logging.getLogger(__name__)

RECENT_ANSWERS = 100  # of a model, by which the next one's cost is guessed
MAX_UNSETTLED = 10_000
SETTLE_AGAIN_S = 1.0  # what could not be written
SETTLE_TIMEOUT_S = 1.0  # how long somebody waits for it

Place = tuple[str, str]  # a kind and whose it is


class Shares:
    """Counted in the database, exactly, however many ask at once."""

    def __init__(self, database: "Database", owner: str) -> None:
        self._database = database
        self._owner = owner
        self._unsettled: dict[str, tuple[float, str]] = {}  # ends that are not written yet
        self._settling: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Give up what could not be written."""
        if self._settling is not None:
            self._settling.cancel()
            await asyncio.wait({self._settling})

    async def take(self, reservation: str, places: Mapping[Place, int]) -> str:
        """Take all of `places`, each with its limit (0: none), for an answer; "" or the kind that
        is full."""
        kinds, whose = zip(*places, strict=True)
        rows = await self._database.rows(
            "SELECT hyperrun_take(%s, %s, %s::text[], %s::text[], %s::integer[])",
            reservation, self._owner, list(kinds), list(whose), list(places.values()),
        )  # fmt: skip
        return str(rows[0][0])

    async def set_aside(self, usd: float, budget_usd: float, day: str) -> float | None:
        """Set money of `day` aside; what is spent then, or None where it is not there."""
        rows = await self._database.rows(
            "INSERT INTO spend AS s (day, own_key, usd) SELECT %s, 0, %s WHERE %s <= %s "
            "ON CONFLICT (day, own_key) DO UPDATE SET usd = s.usd + excluded.usd "
            "WHERE s.usd + excluded.usd <= %s RETURNING usd",
            day, usd, usd, budget_usd, budget_usd,
        )  # fmt: skip
        return float(rows[0][0]) if rows else None

    async def settle(self, reservation: str, usd: float, day: str) -> None:
        """An answer has ended: give its places back, and count `usd` of `day` on top of what was
        set aside (negative where it was less). Once, however often it is told; later, where the
        database is away. The ends of a crowd are written together."""
        self._unsettled[reservation] = (usd, day)
        while len(self._unsettled) > MAX_UNSETTLED:
            del self._unsettled[next(iter(self._unsettled))]
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle(), name="ends are counted")
        await asyncio.wait({self._settling}, timeout=SETTLE_TIMEOUT_S)

    async def _settle(self) -> None:
        """Until nothing is left."""
        works = True
        while batch := dict(self._unsettled):
            try:
                await self._write(batch)
            except StoreError as error:
                if works:
                    log.error("places of %d answers are given back later: %s", len(batch), error)
                works = False
                await asyncio.sleep(SETTLE_AGAIN_S)
                continue
            for reservation in batch:
                self._unsettled.pop(reservation, None)

    async def _write(self, batch: Mapping[str, tuple[float, str]]) -> None:
        usd, days = zip(*batch.values(), strict=True)
        await self._database.run(
            "WITH told AS (SELECT * FROM "
            "unnest(%s::text[], %s::float8[], %s::text[]) AS told (reservation, usd, day)), "
            "left_now AS (DELETE FROM places USING told "
            "WHERE places.reservation = told.reservation RETURNING told.*), "
            "due AS (SELECT day, sum(usd) AS usd FROM (SELECT DISTINCT * FROM left_now) AS each "
            "WHERE day <> '' GROUP BY day) "
            "UPDATE spend SET usd = spend.usd + due.usd FROM due "
            "WHERE spend.day = due.day AND own_key = 0",
            list(batch), list(usd), list(days),
        )  # fmt: skip

    async def learn(self, model: str, usd: float) -> None:
        """An answer of this model has cost so much."""
        await self._database.run(
            "WITH learned AS (INSERT INTO costs (model, usd) VALUES (%s, %s) RETURNING id) "
            "DELETE FROM costs WHERE model = %s AND id < (SELECT id FROM costs WHERE model = %s "
            f"ORDER BY id DESC OFFSET {RECENT_ANSWERS - 1} LIMIT 1)",
            model, usd, model, model,
        )  # fmt: skip

    async def dearest_usd(self, model: str) -> float | None:
        """The most that one of the model's last answers has cost."""
        rows = await self._database.rows("SELECT max(usd) FROM costs WHERE model = %s", model)
        return None if rows[0][0] is None else float(rows[0][0])

    # Sliding windows

    async def hit(self, previous: str, current: str, limit: int, window_s: int, cost: int) -> bool:
        """Count `cost` in the window `current`, unless it and what is left of `previous` have
        reached `limit`."""
        rows = await self._database.rows(
            "INSERT INTO windows AS w (key, hits, until) SELECT %(current)s, %(cost)s, "
            "clock_timestamp() + make_interval(secs => 2 * %(window)s) "
            "WHERE %(cost)s + floor((SELECT coalesce(sum(hits), 0) FROM windows "
            "WHERE key = %(previous)s) * (1 - extract(epoch FROM clock_timestamp()) "
            "/ %(window)s %% 1)) <= %(limit)s "
            "ON CONFLICT (key) DO UPDATE SET hits = w.hits + excluded.hits "
            "WHERE w.hits + excluded.hits + floor((SELECT coalesce(sum(hits), 0) FROM windows "
            "WHERE key = %(previous)s) * (1 - extract(epoch FROM clock_timestamp()) "
            "/ %(window)s %% 1)) <= %(limit)s RETURNING hits",
            current=current, previous=previous, cost=cost, limit=limit, window=window_s,
        )  # fmt: skip
        return bool(rows)

    async def hits(self, previous: str, current: str) -> tuple[int, int]:
        """What was counted in two windows."""
        rows = await self._database.rows(
            "SELECT key, hits FROM windows WHERE key IN (%s, %s)", previous, current
        )
        counted = dict(rows)
        return counted.get(previous, 0), counted.get(current, 0)

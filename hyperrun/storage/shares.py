"""What all processes count together: places among the answers, the day's money, what answers cost,
and rates."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hyperrun.errors import StoreError

if TYPE_CHECKING:
    from hyperrun.storage.database import Database

log = logging.getLogger(__name__)

RECENT_ANSWERS = 100  # of a model, by which the next one's cost is guessed
MAX_UNSETTLED = 10_000

Place = tuple[str, str]  # a kind and whose it is


class Shares:
    """Counted in the database, exactly, however many ask at once."""

    def __init__(self, database: "Database", owner: str) -> None:
        self._database = database
        self._owner = owner
        # Ends that could not be written: told again with the next one.
        self._unsettled: dict[str, tuple[float, str]] = {}

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
        database is away."""
        self._unsettled[reservation] = (usd, day)
        while len(self._unsettled) > MAX_UNSETTLED:
            del self._unsettled[next(iter(self._unsettled))]
        for each, (more_usd, of_day) in list(self._unsettled.items()):
            try:
                await self._database.run(
                    "WITH left_now AS (DELETE FROM places WHERE reservation = %s RETURNING 1) "
                    "UPDATE spend SET usd = usd + %s WHERE day = %s AND own_key = 0 "
                    "AND EXISTS (SELECT 1 FROM left_now)",
                    each, more_usd, of_day,
                )  # fmt: skip
            except StoreError as error:
                log.error("places of an answer are given back later: %s", error)
                return
            self._unsettled.pop(each, None)

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

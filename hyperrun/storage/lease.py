"""Which processes live, and what is done about what the dead have left.

A process renews its lease once a second. One that is late with that lives as long as the database
holds the connection by which it hears of the others: that goes when a process dies, and not because
its machine has too much to do. Without such a connection (PgBouncer) the lease alone decides.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hyperrun.storage.database import Database, Session

log = logging.getLogger(__name__)

LEASE_S = 5.0  # without a beat; then a process that never had a connection is taken for dead
GONE_S = 3.0  # the same for one whose connection is gone: who lives says so with the next beat
HUNG_S = 60.0  # the same for one whose connection is there
ORPHAN_S = 10.0  # how old a turn of ours is that we should know of
TIDY_EVERY_S = 5.0
KEEP_PARTS_S = 60.0

LIVES = f"""(processes.seen > clock_timestamp() - interval '{GONE_S} seconds' OR CASE
    WHEN session_pid IS NULL
    THEN processes.seen > clock_timestamp() - interval '{LEASE_S} seconds'
    ELSE processes.seen > clock_timestamp() - interval '{HUNG_S} seconds' AND EXISTS (
        SELECT 1 FROM pg_stat_activity AS session
        WHERE session.pid = session_pid AND session.backend_start = session_since
    ) END)"""
INTERRUPTED = (
    "UPDATE turns SET outcome = 'interrupted', ended = extract(epoch FROM now()) "
    "WHERE outcome = 'running' AND"
)


class Lease:
    """That of this process, called `owner`, beside those of the others."""

    def __init__(self, database: "Database", owner: str) -> None:
        self.alive: frozenset[str] = frozenset()
        self.session: Session | None = None  # by which it hears of the others
        self._owner = owner
        self._database = database
        self._heard_of: dict[str, float] = {}  # since when it is known that they are there
        self._tidied_at = time.monotonic()
        self._steady_since: float | None = None  # the database has answered every time since

    async def open(self) -> None:
        """Be there. Turns of processes that have left without ending them are ended."""
        await self.renew()
        # A database that was not away: whoever lives has renewed their lease.
        is_steady = (
            "SELECT pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => %s) "
            "AND pg_last_xact_replay_timestamp() IS NULL"
        )
        if await self._database.rows(is_steady, 2 * LEASE_S) == [(True,)]:
            self._steady_since = time.monotonic() - LEASE_S
        await self._database.run(
            f"{INTERRUPTED} NOT EXISTS (SELECT 1 FROM processes WHERE processes.id = turns.owner)"
        )

    async def close(self) -> None:
        """Leave: what is still running of this process may be ended by the others at once."""
        await self._database.run("DELETE FROM places WHERE owner = %s", self._owner)
        await self._database.run("DELETE FROM processes WHERE id = %s", self._owner)

    async def renew(self) -> None:
        """Be there for another while, and see who else is."""
        pid, since = self.session or (None, None)
        asked = time.monotonic()
        rows = await self._database.rows(
            "WITH ours AS (INSERT INTO processes (id, seen, session_pid, session_since) "
            "VALUES (%s, clock_timestamp(), %s, %s) ON CONFLICT (id) DO UPDATE SET "
            "seen = excluded.seen, session_pid = excluded.session_pid, "
            "session_since = excluded.session_since RETURNING id) "
            f"SELECT id FROM processes WHERE {LIVES} UNION SELECT id FROM ours",
            self._owner, pid, since,
        )  # fmt: skip
        # Who has been heard of since may have come after the database looked.
        self._heard_of = {who: at for who, at in self._heard_of.items() if at >= asked}
        self.alive = frozenset(row[0] for row in rows) | self._heard_of.keys()
        if self._steady_since is None:
            self._steady_since = time.monotonic()

    def heard_of(self, others: Iterable[str]) -> None:
        """These have just said something: they live, though the last look may not have met them."""
        heard = dict.fromkeys(others, time.monotonic())
        self._heard_of |= heard
        self.alive |= heard.keys()

    def is_newly_away(self) -> bool:
        """The database did not answer. Did it before?"""
        was_steady = self._steady_since is not None
        self._steady_since = None
        return was_steady

    @property
    def is_steady(self) -> bool:
        """Has the database answered for long enough that whoever lives has renewed their lease?"""
        since = self._steady_since
        return since is not None and time.monotonic() - since >= LEASE_S

    async def sweep(self) -> int:
        """End what the dead have left; how many answers."""
        ended = await self._database.run(
            f"{INTERRUPTED} NOT EXISTS "
            f"(SELECT 1 FROM processes WHERE processes.id = turns.owner AND {LIVES})"
        )
        if ended:
            log.warning("%d answers of a process that has gone are ended", ended)
        return ended

    async def disown(self, turns: Sequence[str]) -> None:
        """End these, where they have begun here: their reader has been told that they have not."""
        await self._database.run(
            f"{INTERRUPTED} owner = %s AND id = ANY(%s::text[])", self._owner, list(turns)
        )

    async def tidy(self, ours: Sequence[str]) -> None:
        """Now and then: forget the dead and what was theirs, and what nobody reads any more.

        Turns of this process that are not among `ours`, which it knows of, are ended: their first
        row was written, and the reply to it lost.
        """
        if time.monotonic() - self._tidied_at < TIDY_EVERY_S:
            return
        self._tidied_at = time.monotonic()
        await self._database.run(
            f"{INTERRUPTED} owner = %s AND started < extract(epoch FROM now()) - %s "
            "AND NOT id = ANY(%s::text[])",
            self._owner, ORPHAN_S, list(ours),
        )  # fmt: skip
        async with self._database.transaction() as cursor:
            await cursor.execute(f"DELETE FROM processes WHERE NOT {LIVES}")
            for table in ("orders", "places"):
                await cursor.execute(
                    f"DELETE FROM {table} WHERE owner NOT IN (SELECT id FROM processes)"
                )
            await cursor.execute(
                "DELETE FROM parts WHERE written < clock_timestamp() - make_interval(secs => %s) "
                "AND NOT EXISTS "
                "(SELECT 1 FROM turns WHERE turns.id = parts.turn AND outcome = 'running')",
                [KEEP_PARTS_S],
            )
            await cursor.execute(
                "DELETE FROM windows WHERE until < clock_timestamp() - interval '1 minute'"
            )

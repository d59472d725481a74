"""A pool of connections to PostgreSQL, whose every failure is a `StoreError`.

Each statement is a transaction of its own and none is prepared, so that PgBouncer may stand in
between in its transaction mode. A pool that has lost its server comes back by itself.
"""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from hyperrun.errors import StoreError
from hyperrun.storage.records import plain

log = logging.getLogger(__name__)
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # says each attempt to connect

TIMEOUT_S = 3.0  # for a connection and a statement together, of time that was the database's
MOST_S = 20.0  # the same by the clock
LOOK_EVERY_S = 0.25  # at the time that has passed
LATE_S = 0.05  # such a look that comes so late says that this process waited for itself
CONNECT_TIMEOUT_S = 2
HUNG_UP_S = 1.0  # after which a statement that does not fail is cancelled
AWAY_S = 0.5  # after a statement that was not answered
RECONNECT_S = 2.0  # how long one attempt to come back waits between its tries, at most
SILENT_S = 1.0  # after a failure: an idle connection that does not answer by then is given up
HEARD_FOR_S = 5.0  # then the connection for notifications is asked whether it is still there
HEARING_TIMEOUT_S = 10.0  # for its answer: without it, a process that is late counts as gone

# A machine that went away without a word is noticed by these. A line that something in between
# keeps open is not: its statement is not answered.
KEEPALIVE = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}
# The other way round: the database lets go of a machine that has gone within seconds.
SESSION = (
    "SELECT pid, backend_start, set_config('tcp_keepalives_idle', '2', false), "
    "set_config('tcp_keepalives_interval', '1', false), "
    "set_config('tcp_keepalives_count', '3', false) "
    "FROM pg_stat_activity WHERE pid = pg_backend_pid()"
)
Pool = Any  # psycopg_pool's, which is not always there to be checked
OWN = {"autocommit": True, "prepare_threshold": None}


class Conflict(StoreError):
    """There is such a row already."""


class Session(NamedTuple):
    """A connection, as the database knows it."""

    pid: int
    since: datetime


class Database:
    """One process's connections, at most `most` of them."""

    def __init__(self, url: str, most: int = 10) -> None:
        self._url = url
        self._most = most
        self._away_until = 0.0
        self._pool: Pool | None = None

    async def open(self) -> None:
        """Connect. Raises `StoreError` where that is not possible now."""
        pool: Pool = AsyncConnectionPool(
            self._url, kwargs=options_at(self._url), min_size=min(2, self._most),
            max_size=self._most, timeout=MOST_S, max_idle=60.0, reconnect_timeout=RECONNECT_S,
            open=False, name="hyperrun",
        )  # fmt: skip
        try:
            # Not by the pool, whose refusals do not say why.
            await (await self.connect()).close()
            await pool.open()
        except psycopg.Error as error:
            raise StoreError(one_line(error)) from error
        self._pool = pool

    async def connect(self, url: str = "") -> Any:
        """A connection beside the pool. Raises `psycopg.Error`."""
        url = url or self._url
        return await AsyncConnection.connect(url, **options_at(url))

    async def heard(self, channel: str, url: str) -> AsyncGenerator[str | Session, None]:
        """What is notified on `channel`, heard at `url` by a connection of its own, which is told
        once it listens. Raises `StoreError` when that ends."""
        try:
            connection = await self.connect(url)
            async with connection:
                async with patience(HEARING_TIMEOUT_S) as waiting:
                    waiting.connection = connection
                    await connection.execute(f"LISTEN {channel}")
                    found = await (await connection.execute(SESSION)).fetchone()
                yield Session(*found[:2])
                while True:
                    async for notification in connection.notifies(timeout=HEARD_FOR_S):
                        yield notification.payload
                    async with patience(HEARING_TIMEOUT_S) as waiting:
                        waiting.connection = connection
                        await connection.execute("SELECT 1")
        except TimeoutError as error:
            raise StoreError("the connection for notifications is silent") from error
        except psycopg.Error as error:
            raise StoreError(one_line(error)) from error

    async def close(self) -> None:
        """Close every connection."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close(timeout=2.0)

    async def mend(self) -> None:
        """Throw away the connections that do not work any more, or are silent."""
        if self._pool is not None:
            idle = self._pool.get_stats()["pool_available"]
            looks = (self._look_whether_there(self._pool) for _ in range(idle))
            await asyncio.gather(*looks, return_exceptions=True)

    async def _look_whether_there(self, pool: Pool) -> None:
        # What is hung up is given back broken, and the pool takes a new one in its place.
        async with patience(SILENT_S) as waiting, pool.connection() as connection:
            waiting.connection = connection
            await connection.execute("SELECT 1")

    def check_open(self) -> Pool:
        """The pool. Raises `StoreError` where it is not open."""
        if self._pool is None:
            raise StoreError("the store is closed")
        return self._pool

    async def rows(self, statement: str, *values: Any, **named: Any) -> list[tuple[Any, ...]]:
        """What a statement returns."""
        async with self.transaction(single=True) as cursor:
            await cursor.execute(statement, named or plain(values))
            return list(await cursor.fetchall()) if cursor.description else []

    async def run(self, statement: str, *values: Any) -> int:
        """How many rows a statement has changed."""
        async with self.transaction(single=True) as cursor:
            await cursor.execute(statement, plain(values))
            return int(cursor.rowcount)

    @asynccontextmanager
    async def transaction(self, *, single: bool = False) -> AsyncIterator[Any]:
        """Statements that are done all or none; `single`: one alone, which is that by itself."""
        pool = self.check_open()
        if time.monotonic() < self._away_until:
            raise StoreError("the database is away")  # nobody waits again to hear the same
        try:
            async with patience() as waiting, pool.connection() as connection:
                waiting.connection = connection
                if single:
                    async with connection.cursor() as cursor:
                        yield cursor
                else:
                    async with connection.transaction(), connection.cursor() as cursor:
                        yield cursor
        except (PoolTimeout, TimeoutError) as error:
            self._away_until = time.monotonic() + AWAY_S
            raise StoreError(f"the database did not answer for {TIMEOUT_S:g} s") from error
        except PoolClosed as error:
            raise StoreError("the store is closed") from error
        except psycopg.errors.UniqueViolation as error:
            raise Conflict(one_line(error)) from error
        except psycopg.Error as error:
            raise StoreError(one_line(error)) from error


class Waiting:
    """Who waits for an answer, and from when on for which connection's."""

    connection: Any = None


@asynccontextmanager
async def patience(most_s: float | None = None) -> AsyncIterator[Waiting]:
    """`TimeoutError` after so long (`TIMEOUT_S`) without an answer; the connection is hung up then.

    Time in which this process did not come to read one does not count: on a machine with too much
    to do the answer has often long been there.
    """
    loop = asyncio.get_running_loop()
    began, waited_s, timeout_s = loop.time(), 0.0, most_s or TIMEOUT_S
    waiting = Waiting()
    looking: asyncio.TimerHandle

    def look_again() -> None:
        nonlocal looking
        due = loop.time() + LOOK_EVERY_S
        looking = loop.call_at(due, look, due)

    def look(due: float) -> None:
        nonlocal waited_s
        now = loop.time()
        if now - due < LATE_S:
            waited_s += LOOK_EVERY_S
        if waited_s < timeout_s and now - began < MOST_S:
            look_again()
        elif waiting.connection is None:
            timeout.reschedule(now)
        else:
            hang_up(waiting.connection)
            timeout.reschedule(now + HUNG_UP_S)

    look_again()
    try:
        async with asyncio.timeout(None) as timeout:
            yield waiting
    except psycopg.OperationalError as error:
        if timeout.when() is None:
            raise
        raise TimeoutError from error
    finally:
        looking.cancel()


def hang_up(connection: Any) -> None:
    """Let a connection's statement fail at once: to be cancelled it would wait for the database
    twice more (psycopg 3.3, 5 s each)."""
    with suppress(OSError, psycopg.Error):
        line = socket.socket(fileno=connection.fileno())
        try:
            line.shutdown(socket.SHUT_RDWR)
        finally:
            line.detach()


def options_at(url: str) -> dict[str, Any]:
    """How to connect there, but for what the URL says itself."""
    given = conninfo_to_dict(url)
    return {name: value for name, value in (OWN | KEEPALIVE).items() if name not in given}


def one_line(error: BaseException) -> str:
    """An error of the database in one line."""
    said = str(error).strip().splitlines()
    return said[0] if said else type(error).__name__

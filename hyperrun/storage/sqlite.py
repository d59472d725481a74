"""The store in one SQLite file, in WAL mode.

One thread writes, so no two writers meet; another one reads, so that a reader's history waits for
no disk. Nothing here blocks the event loop.
"""

import asyncio
import logging
import os
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from hyperrun.domain import Outcome, Turn, range_of_reader
from hyperrun.errors import StoreError
from hyperrun.settings import Settings
from hyperrun.storage import figures
from hyperrun.storage.dialect import SQLITE
from hyperrun.storage.files import derived, secret
from hyperrun.storage.queries import OF_READER, Queries
from hyperrun.storage.schema import (
    FILE,
    WRITTEN,
    open_reader,
    open_writer,
    row_of,
)
from hyperrun.storage.store import (
    EXPIRE_EVERY_S,
    TEXTS_KEPT_S,
    WITHOUT_PRIVATE_TEXTS,
    WITHOUT_TEXTS,
    day_of,
)

if TYPE_CHECKING:
    from hyperrun.storage.fleet import Fleet
    from hyperrun.storage.shares import Shares

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0  # whether the file is still the one that is open
LEAP_S = 7 * 86_400.0  # without a question; then the clock is looked at twice
TRUSTED_AFTER_S = 86_400.0

Result = TypeVar("Result")


class Batch:
    """Turns that are waiting for the writer: what comes while it waits for the disk goes together,
    so that a crowd costs few commits."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.written: Future[None]


# Of the turns that this process begins.
OWNER = secrets.token_urlsafe(9)


class SQLiteStore(Queries):
    """`Store` in the data folder, which is locked for one server at a time."""

    _dialect = SQLITE

    def __init__(self, settings: Settings, owner: str = OWNER) -> None:
        super().__init__()
        self.fleet: Fleet | None = None
        self.shares: Shares | None = None
        self._owner = owner
        self._path = settings.data_dir / FILE
        self._root = settings.secret
        self._keep_days = settings.keep_days
        self._keep_questions = settings.keep_questions
        self._max_mb = settings.max_store_mb
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-writer")
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-reader")
        self._writing: sqlite3.Connection | None = None
        self._reading: sqlite3.Connection | None = None
        self._batch: Batch | None = None
        self._lock = Lock()  # guards `_batch` and its rows, between event loop and writer
        self._maintenance: asyncio.Task[None] | None = None
        self._place = (0, 0)  # of the file that is open
        self._held = -1  # a descriptor of it, to look at it by
        self._opened_at = time.monotonic()
        self._newest = 0.0  # when the last question came before this process
        self._looking = asyncio.Lock()
        self.not_saved = ""  # why the last turns were not: empty where they were

    async def open(self) -> None:
        """As `Store.open`. An older database is brought to this version; a newer one is refused."""
        await self._write(self._open)
        self._maintenance = asyncio.create_task(self._maintain(), name="store maintenance")

    def _connect(self) -> None:
        self._writing = open_writer(self._path, self._max_mb)
        self._reading = open_reader(self._path)
        self._held = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        status = os.fstat(self._held)
        self._place = (status.st_dev, status.st_ino)

    def _open(self) -> None:
        self._connect()
        ((newest,),) = self._query("SELECT coalesce(max(started), 0) FROM turns")
        self._newest = float(newest)
        self._execute(
            # The folder is this process's alone: all other owners are gone.
            "UPDATE turns SET outcome = ?, ended = ? WHERE outcome = ? AND owner != ?",
            Outcome.INTERRUPTED,
            time.time(),
            Outcome.RUNNING,
            self._owner,
        )
        self._expire()

    @asynccontextmanager
    async def open_alongside_server(self) -> AsyncIterator["SQLiteStore"]:
        """As `Store.open_alongside_server`."""
        if not self._path.exists():
            raise StoreError(
                f"there is no {self._path.name} in {self._path.parent}: no server has kept "
                "anything there, or HYPERRUN_DATA_DIR names another folder"
            )
        await self._write(self._connect)
        try:
            yield self
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the database; what was asked for before is still done."""
        if self._maintenance is not None:
            self._maintenance.cancel()
        await self._read(self._close_reading)
        await self._write(self._close_writing)
        self._reader.shutdown()
        self._writer.shutdown()

    def _close_reading(self) -> None:
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def _close_writing(self) -> None:
        if self._writing is not None:
            self._writing.close()
            self._writing = None
        if self._held >= 0:  # after both connections
            os.close(self._held)
            self._held = -1

    async def _maintain(self) -> None:
        expired_at = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.works()
            if time.monotonic() - expired_at < EXPIRE_EVERY_S:
                continue
            expired_at = time.monotonic()
            try:
                await self.expire()
            except StoreError as error:
                log.error("old conversations are not deleted: %s", error)

    async def works(self) -> bool:
        """Does the database answer, and is it the one that is open? One that was taken away is
        begun anew: what is asked from now on must not go into a file without a name."""
        try:
            async with self._looking:
                await self._reopen()
            await self._rows("SELECT 1 FROM turns LIMIT 1")
        except StoreError:
            return False
        return True

    async def _reopen(self) -> None:
        if self._held < 0:
            return
        found = await asyncio.to_thread(_look, self._path, self._held)
        if found == "broken":
            raise StoreError(f"{self._path.name} was overwritten")
        if self._writing is None or found == self._place:
            return
        log.error(
            "%s was %s while the server ran: a new one is begun, and what stood in the old is "
            "there only if it is brought back",
            self._path.name, "replaced" if found else "removed",
        )  # fmt: skip
        await self._read(self._close_reading)
        await self._write(self._close_writing)
        await self._write(self._connect)

    # Turns

    def secret(self, name: str) -> bytes:
        """As `Store.secret`: a file of that name in the data folder."""
        return derived(self._root, name) if self._root else secret(self._path.parent / name)

    async def begin(self, turn: Turn) -> None:
        """As `Store.begin`: this process alone knows what runs."""
        await self.save([turn])

    async def save(self, turns: Iterable[Turn]) -> frozenset[str]:
        """As `Store.save`; nobody else ends or deletes a turn that runs here."""
        with self._lock:
            if self._batch is None:
                batch = Batch()
                batch.written = self._submit(self._writer, lambda: self._save(batch))
                self._batch = batch
            self._batch.turns += turns
            written = self._batch.written
        # Whoever stops waiting takes nothing away from the others of the batch.
        await asyncio.shield(asyncio.wrap_future(written))
        return frozenset()

    def _save(self, batch: Batch) -> None:
        with self._lock:
            self._batch = None
        if not batch.turns:
            return
        changes = ", ".join(f"{column} = excluded.{column}" for column in WRITTEN[4:])
        try:
            with self._transaction() as connection:
                connection.executemany(
                    f"INSERT INTO turns ({', '.join(WRITTEN)}, owner) "
                    f"VALUES ({', '.join('?' * len(WRITTEN))}, ?) "
                    f"ON CONFLICT (id) DO UPDATE SET {changes}",
                    # Made here and not by the caller: a crowd's rows would stop the event loop. And
                    # one by one: each holds the passages of its answer a second time.
                    ((*row_of(turn), self._owner) for turn in batch.turns),
                )
        except sqlite3.Error as error:
            self.not_saved = str(error)
            raise
        self.not_saved = ""

    async def _rows_for_desk(self, asked: figures.Statement) -> list[tuple[Any, ...]]:
        """Rows for the desk, by a connection of their own: readers do not wait for them."""

        def read() -> list[tuple[Any, ...]]:
            _opened(self._reading)  # else the file would be made
            with closing(open_reader(self._path)) as connection:
                return connection.execute(*asked).fetchall()

        return await asyncio.to_thread(_with_own_errors, read)

    # Deleting

    async def delete(self, conversation: str) -> None:
        """Delete everything that is kept of a conversation's reader, their key too."""

        def delete() -> None:
            with self._transaction() as connection:
                for table in ("turns", "keys"):
                    connection.execute(
                        f"DELETE FROM {table} WHERE {OF_READER}", range_of_reader(conversation)
                    )

        await self._write(delete)
        self._has_deleted()

    async def expire(self) -> None:
        """Delete what is older than the operator wants to keep (`HYPERRUN_KEEP_DAYS`)."""
        await self._write(self._expire)
        self._has_deleted()

    def _expire(self) -> None:
        self._execute(f"{WITHOUT_PRIVATE_TEXTS} ?", self._now() - TEXTS_KEPT_S)
        if not self._keep_questions:
            self._execute(f"{WITHOUT_TEXTS} ?", self._now() - TEXTS_KEPT_S)
            self._execute("DELETE FROM missed")
            self._execute("DELETE FROM gaps")
        if not self._keep_days:
            return
        oldest = self._now() - self._keep_days * 86_400
        with self._transaction() as connection:
            deleted = connection.execute(
                "DELETE FROM turns WHERE conversation IN "
                "(SELECT conversation FROM turns GROUP BY conversation HAVING max(started) < ?)",
                (oldest,),
            ).rowcount
            connection.execute(
                "DELETE FROM keys WHERE kept < ? AND conversation NOT IN "
                "(SELECT substr(conversation, 1, instr(conversation || '~', '~') - 1) FROM turns)",
                (oldest,),
            )
            connection.execute("DELETE FROM missed WHERE day < ?", (day_of(oldest),))
            connection.execute("DELETE FROM gaps WHERE day < ?", (day_of(oldest),))
        if deleted > 0:
            log.info("%d answers older than %g days are deleted", deleted, self._keep_days)

    def _now(self) -> float:
        """The time that ages are counted from: the clock's, unless it has leapt since the last
        question; then that one's, until the clock has stood by it for a day."""
        now = time.time()
        leapt = self._newest and now - self._newest > LEAP_S
        if leapt and time.monotonic() - self._opened_at < TRUSTED_AFTER_S:
            log.warning("the clock is %.0f days ahead of the last question: nothing is deleted by "
                        "it for a day", (now - self._newest) / 86_400)  # fmt: skip
            return self._newest
        return now

    # The two threads

    async def _write(self, work: Callable[[], Result]) -> Result:
        return await asyncio.wrap_future(self._submit(self._writer, work))

    async def _read(self, work: Callable[[], Result]) -> Result:
        return await asyncio.wrap_future(self._submit(self._reader, work))

    async def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return await self._read(lambda: self._query(statement, *values))

    async def _run(self, statement: str, *values: Any) -> int:
        return await self._write(lambda: self._execute(statement, *values))

    def _submit(self, thread: ThreadPoolExecutor, work: Callable[[], Result]) -> Future[Result]:
        try:
            return thread.submit(_with_own_errors, work)
        except RuntimeError as error:  # it takes no work after its end
            raise StoreError("the store is closed") from error

    def _query(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        return _opened(self._reading).execute(question, values).fetchall()

    def _execute(self, statement: str, *values: Any) -> int:
        return _opened(self._writing).execute(statement, values).rowcount

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """`BEGIN IMMEDIATE … COMMIT`: no read turns into a write and finds itself locked out."""
        connection = _opened(self._writing)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            # A commit that failed (disk full) may have left it open: no other could begin.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _has_deleted(self) -> None:
        """Soon, let nothing of what was deleted stay behind in the log of writes."""
        self._submit(self._writer, lambda: self._execute("PRAGMA wal_checkpoint(TRUNCATE)"))


def _with_own_errors(work: Callable[[], Result]) -> Result:
    try:
        return work()
    except sqlite3.Error as error:
        raise StoreError(str(error)) from error


def _opened(connection: sqlite3.Connection | None) -> sqlite3.Connection:
    if connection is None:
        raise StoreError("the store is not open")
    return connection


def _look(path: Path, held: int) -> tuple[int, int] | str | None:
    """Which file stands at `path`; "broken" where it is no database, None where there is none.

    `held` is open on the database's file: that one is never opened and closed beside SQLite, which
    would end all locks that this process has on it (POSIX), and the next command that ends beside
    the server would take the log of writes away.
    """
    try:
        status = path.stat()
        place = (status.st_dev, status.st_ino)
        own = os.fstat(held)
        if place == (own.st_dev, own.st_ino):
            begins = os.pread(held, 16, 0)
        else:
            with path.open("rb") as file:
                begins = file.read(16)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path.name} cannot be read: {error.strerror}") from error
    return place if not begins or begins == b"SQLite format 3\0" else "broken"

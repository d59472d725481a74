"""The store in PostgreSQL, which any number of processes share."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from hyperrun.domain import Turn, range_of_reader
from hyperrun.errors import Busy, StoreError
from hyperrun.settings import Settings
from hyperrun.storage import figures
from hyperrun.storage.database import Conflict, Database
from hyperrun.storage.dialect import POSTGRES
from hyperrun.storage.files import derived
from hyperrun.storage.fleet import Fleet
from hyperrun.storage.postgres_schema import migrate
from hyperrun.storage.queries import OF_READER, Queries
from hyperrun.storage.records import records
from hyperrun.storage.schema import WRITTEN, row_of
from hyperrun.storage.shares import Shares
from hyperrun.storage.store import (
    EXPIRE_EVERY_S,
    TEXTS_KEPT_S,
    WITHOUT_PRIVATE_TEXTS,
    WITHOUT_TEXTS,
)

log = logging.getLogger(__name__)

MAX_BEGUN = 10_000
WAIT_BETWEEN_S = 1.0  # two attempts to reach a database at the start
SECRETS = ("token.key", "keys.key", "visitors.key")

_KINDS = {
    "prompt_tokens": "integer", "completion_tokens": "integer", "own_key": "integer",
    "estimated": "integer", "private": "integer", "cost_usd": "double precision",
    "started": "double precision", "ended": "double precision",
}  # fmt: skip
_TYPED = ", ".join(f"{each} {_KINDS.get(each, 'text')}" for each in WRITTEN)
_NEW = f"json_to_recordset(%s::json) AS new ({_TYPED})"
_INSERT = (
    f"INSERT INTO turns ({', '.join(WRITTEN)}, owner) "
    f"SELECT {', '.join(f'new.{each}' for each in WRITTEN)}, %s FROM {_NEW} "
    f"ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, "
    f"{', '.join(f'{each} = excluded.{each}' for each in WRITTEN[4:])} WHERE "
)
# A turn is written by the process that it belongs to, and only until it has ended: what another
# has ended or deleted meanwhile stays so.
_OURS = "turns.owner = %s AND turns.outcome = 'running'"
_REGAIN = (
    "UPDATE turns SET outcome = 'running', ended = NULL WHERE id = %s AND owner = %s "
    "AND outcome = 'interrupted' AND NOT EXISTS (SELECT 1 FROM turns AS later WHERE "
    "later.conversation = turns.conversation AND later.started > turns.started)"
)
_UPDATE = (
    f"UPDATE turns SET {', '.join(f'{each} = new.{each}' for each in WRITTEN[4:])} "
    f"FROM {_NEW} WHERE turns.id = new.id AND {_OURS} RETURNING turns.id"
)


class PostgresStore(Queries):
    """`Store` at `HYPERRUN_DATABASE_URL`."""

    _dialect = POSTGRES

    def __init__(self, settings: Settings, owner: str = "") -> None:
        super().__init__()
        self._owner = owner or secrets.token_urlsafe(9)
        self._root = settings.secret
        self._keep_days = settings.keep_days
        self._keep_questions = settings.keep_questions
        self._wait_s = settings.database_wait_s
        self._database = Database(settings.database_url, settings.database_connections)
        # Turns begun here, the last of them: one that is not in the table any more was deleted.
        self._begun: dict[str, None] = {}
        self._batch: dict[str, Turn] | None = None  # turns that wait to be written
        self._saving: asyncio.Task[frozenset[str]] | None = None
        self._one_writes = asyncio.Lock()
        self._secrets: dict[str, bytes] = {}
        self._maintenance: asyncio.Task[None] | None = None
        self.fleet: Fleet | None = Fleet(
            self._database, self._owner, settings.database_listen_url or settings.database_url
        )
        self.shares: Shares | None = Shares(self._database, self._owner)
        self.not_saved = ""

    async def open(self) -> None:
        """As `Store.open`. Waits for a database that is not there yet (`HYPERRUN_DATABASE_WAIT_S`),
        then says why it cannot be used."""
        await connect(self._database, self._wait_s)
        await self._read_secrets()
        assert self.fleet is not None
        await self.fleet.open()
        await self.expire()
        self._maintenance = asyncio.create_task(self._maintain(), name="store maintenance")

    @asynccontextmanager
    async def open_alongside_server(self) -> AsyncIterator["PostgresStore"]:
        """As `Store.open_alongside_server`."""
        await self._database.open()
        try:
            if await self._database.rows("SELECT to_regclass('hyperrun_version')") == [(None,)]:
                raise StoreError("nothing was ever kept in this database")
            yield self
        finally:
            await self._database.close()

    async def close(self) -> None:
        """Close the connections; running turns of this process are left to the others."""
        if self._maintenance is not None:
            self._maintenance.cancel()
        if self.shares is not None:
            await self.shares.close()
        if self.fleet is not None:
            await self.fleet.close()
        await self._database.close()

    async def _maintain(self) -> None:
        while True:
            await asyncio.sleep(EXPIRE_EVERY_S)
            try:
                await self.expire()
            except StoreError as error:
                log.error("old conversations are not deleted: %s", error)

    async def works(self) -> bool:
        """Does it answer? Never raises."""
        try:
            await self._database.rows("SELECT 1")
        except StoreError:
            return False
        return True

    def secret(self, name: str) -> bytes:
        """As `Store.secret`: made once in the database, by whichever process comes first."""
        return derived(self._root, name) if self._root else self._secrets[name]

    async def _read_secrets(self) -> None:
        await self.keep_secrets({name: secrets.token_bytes(32) for name in SECRETS})
        rows = await self._database.rows("SELECT name, value FROM secrets")
        self._secrets = {name: bytes(value) for name, value in rows}

    async def keep_secrets(self, made: dict[str, bytes]) -> None:
        """Keep each of these, unless there is one of that name."""
        for name, value in made.items():
            await self._database.run(
                "INSERT INTO secrets VALUES (%s, %s) ON CONFLICT DO NOTHING", name, value
            )

    # Turns

    async def begin(self, turn: Turn) -> None:
        """As `Store.begin`: one running answer of a conversation in all processes."""
        goes_on = bool(turn.answer)
        try:
            async with self._database.transaction(single=not goes_on) as cursor:
                await cursor.execute(
                    f"{_INSERT} turns.outcome <> 'running' "
                    "AND turns.conversation = excluded.conversation RETURNING id",
                    [self._owner, records(WRITTEN, [row_of(turn)])],
                )
                taken = await cursor.fetchall()
                if taken and goes_on:  # who follows it now is not to hear of its first end
                    await cursor.execute("DELETE FROM parts WHERE turn = %s", [turn.id])
        except Conflict as error:
            raise Busy("the conversation has another turn in flight") from error
        except StoreError:
            if self.fleet is not None:
                self.fleet.doubted[turn.id] = time.monotonic()
            raise
        if not taken:
            raise Busy(f"turn {turn.id} is in flight")
        if self.fleet is not None:
            self.fleet.doubted.pop(turn.id, None)
        self._begun[turn.id] = None
        if len(self._begun) > MAX_BEGUN:
            del self._begun[next(iter(self._begun))]

    async def save(self, turns: Iterable[Turn]) -> frozenset[str]:
        """As `Store.save`. What comes while another is written goes together."""
        if self._batch is None:
            self._batch = {}
            self._saving = asyncio.create_task(self._save(self._batch), name="rows")
        self._batch.update((turn.id, turn) for turn in turns)
        assert self._saving is not None
        # Whoever stops waiting takes nothing away from the others of the batch.
        return await asyncio.shield(self._saving)

    async def _save(self, batch: dict[str, Turn]) -> frozenset[str]:
        async with self._one_writes:
            self._batch = None
            try:
                lost = frozenset(batch) - await self._write(list(batch.values()))
                if lost:
                    regained = [batch[each] for each in lost if await self._regain(each)]
                    lost -= await self._write(regained) if regained else frozenset()
            except StoreError as error:
                self.not_saved = str(error)
                raise
        self.not_saved = ""
        return lost

    async def _regain(self, turn_id: str) -> bool:
        """Take back a turn that others have ended while this process was taken for dead, unless
        its reader has gone on meanwhile."""
        try:
            return await self._database.run(_REGAIN, turn_id, self._owner) > 0
        except Conflict:
            return False

    async def _write(self, turns: list[Turn]) -> frozenset[str]:
        """The ids of those that are written now."""
        begun = [turn for turn in turns if turn.id in self._begun]
        others = [turn for turn in turns if turn.id not in self._begun]
        kept: list[tuple[str]] = []
        async with self._database.transaction(single=not (begun and others)) as cursor:
            if begun:
                await cursor.execute(_UPDATE, [records(WRITTEN, map(row_of, begun)), self._owner])
                kept += await cursor.fetchall()
            if others:
                await cursor.execute(
                    f"{_INSERT} {_OURS} RETURNING turns.id",
                    [self._owner, records(WRITTEN, map(row_of, others)), self._owner],
                )
                kept += await cursor.fetchall()
        return frozenset(row[0] for row in kept)

    # Deleting

    async def delete(self, conversation: str) -> None:
        """Delete everything that is kept of a conversation's reader, their key too."""
        values = range_of_reader(conversation)
        async with self._database.transaction() as cursor:
            for table in ("turns", "keys"):
                await cursor.execute(_translated(f"DELETE FROM {table} WHERE {OF_READER}"), values)

    async def expire(self) -> None:
        """Delete what is older than the operator wants to keep, by the database's clock."""
        self._database.check_open()
        texts_kept = "extract(epoch FROM now()) - %s"
        await self._database.run(f"{WITHOUT_PRIVATE_TEXTS} {texts_kept}", TEXTS_KEPT_S)
        if not self._keep_questions:
            await self._database.run(f"{WITHOUT_TEXTS} {texts_kept}", TEXTS_KEPT_S)
            await self._database.run("DELETE FROM missed")
            await self._database.run("DELETE FROM gaps")
        if not self._keep_days:
            return
        age = "extract(epoch FROM now()) - %s * 86400.0"
        async with self._database.transaction() as cursor:
            await cursor.execute(
                "DELETE FROM turns WHERE conversation IN (SELECT conversation FROM turns "
                f"GROUP BY conversation HAVING max(started) < {age})",
                [self._keep_days],
            )
            deleted = cursor.rowcount
            for table in ("missed", "gaps"):
                await cursor.execute(
                    f"DELETE FROM {table} WHERE day < to_char(to_timestamp({age}) "
                    "AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
                    [self._keep_days],
                )
            await cursor.execute(
                f"DELETE FROM keys WHERE kept < {age} AND conversation NOT IN "
                "(SELECT split_part(conversation, '~', 1) FROM turns)",
                [self._keep_days],
            )
        if deleted > 0:
            log.info("%d answers older than %g days are deleted", deleted, self._keep_days)

    # As `Queries` asks

    async def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return await self._database.rows(_translated(statement), *values)

    async def _run(self, statement: str, *values: Any) -> int:
        return await self._database.run(_translated(statement), *values)

    async def _rows_for_desk(self, asked: figures.Statement) -> list[tuple[Any, ...]]:
        statement, values = asked
        return await self._rows(statement, *values)


async def connect(database: Database, wait_s: float) -> None:
    """Open a database and bring it to this version; one that is not there is waited for so long.

    Raises `StoreError`.
    """
    deadline = time.monotonic() + wait_s
    while True:
        try:
            await database.open()
            break
        except StoreError as error:
            if time.monotonic() > deadline:
                raise StoreError(f"HYPERRUN_DATABASE_URL cannot be used: {error}") from error
            log.warning("waiting for the database: %s", error)
        await asyncio.sleep(WAIT_BETWEEN_S)
    try:
        await migrate(database)
    except BaseException:
        await database.close()
        raise


async def reach(settings: Settings) -> None:
    """Is there a database that can be used? Raises `StoreError` where there is none."""
    database = Database(settings.database_url, 1)
    await connect(database, settings.database_wait_s)
    await database.close()


@cache
def _translated(statement: str) -> str:
    """With the marks that psycopg puts values for."""
    return statement.replace("%", "%%").replace("?", "%s")

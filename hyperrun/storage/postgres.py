"""The store in PostgreSQL, which any number of processes share."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from hyperrun.domain import Cost, Recent, Turn, range_of_reader, reader_of
from hyperrun.errors import Busy, StoreError
from hyperrun.settings import Settings
from hyperrun.storage import figures
from hyperrun.storage.database import Conflict, Database, plain
from hyperrun.storage.files import derived
from hyperrun.storage.fleet import Fleet
from hyperrun.storage.postgres_schema import migrate
from hyperrun.storage.schema import COLUMNS, WRITTEN, row_of, turn_of
from hyperrun.storage.shares import Shares
from hyperrun.storage.store import (
    COMMENT_UNLESS_PRIVATE,
    EXPIRE_EVERY_S,
    MAX_MISSED,
    MAX_RECENT,
    MAX_REPORTED,
    MAX_TURNS,
    TEXTS_KEPT_S,
    TITLE_CHARS,
    UNLESS_PRIVATE,
    WITHOUT_PRIVATE_TEXTS,
    WITHOUT_TEXTS,
    Missed,
    Reported,
    Summary,
    summary_of,
    today,
)

log = logging.getLogger(__name__)

MAX_BEGUN = 10_000
WAIT_BETWEEN_S = 1.0  # two attempts to reach a database at the start
SECRETS = ("token.key", "keys.key", "visitors.key")

OF_READER = "conversation BETWEEN %s AND %s AND (conversation = %s OR conversation >= %s)"

_KINDS = {
    "prompt_tokens": "integer", "completion_tokens": "integer", "own_key": "integer",
    "estimated": "integer", "private": "integer", "cost_usd": "double precision",
    "started": "double precision", "ended": "double precision",
}  # fmt: skip
_ARRAYS = ", ".join(f"%s::{_KINDS.get(each, 'text')}[]" for each in WRITTEN)
_NEW = f"unnest({_ARRAYS}) AS new ({', '.join(WRITTEN)})"
_INSERT = (
    f"INSERT INTO turns ({', '.join(WRITTEN)}, owner) "
    f"SELECT {', '.join(f'new.{each}' for each in WRITTEN)}, %s FROM {_NEW} "
    f"ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, "
    f"{', '.join(f'{each} = excluded.{each}' for each in WRITTEN[4:])} WHERE "
)
# A turn is written by the process that it belongs to, and only until it has ended: what another
# has ended or deleted meanwhile stays so.
_OURS = "turns.owner = %s AND turns.outcome = 'running'"
_UPDATE = (
    f"UPDATE turns SET {', '.join(f'{each} = new.{each}' for each in WRITTEN[4:])} "
    f"FROM {_NEW} WHERE turns.id = new.id AND {_OURS} RETURNING turns.id"
)


class PostgresStore:
    """`Store` at `HYPERRUN_DATABASE_URL`."""

    def __init__(self, settings: Settings, owner: str = "") -> None:
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
        self._one_counts = asyncio.Lock()
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
        try:
            taken = await self._database.rows(
                f"{_INSERT} turns.outcome <> 'running' "
                "AND turns.conversation = excluded.conversation RETURNING id",
                self._owner, *_columns([turn]),
            )  # fmt: skip
        except Conflict as error:
            raise Busy("the conversation has another turn in flight") from error
        if not taken:
            raise Busy(f"turn {turn.id} is in flight")
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
            except StoreError as error:
                self.not_saved = str(error)
                raise
        self.not_saved = ""
        return lost

    async def _write(self, turns: list[Turn]) -> frozenset[str]:
        """The ids of those that are written now."""
        begun = [turn for turn in turns if turn.id in self._begun]
        others = [turn for turn in turns if turn.id not in self._begun]
        kept: list[tuple[str]] = []
        async with self._database.transaction(single=not (begun and others)) as cursor:
            if begun:
                await cursor.execute(_UPDATE, [*_columns(begun), self._owner])
                kept += await cursor.fetchall()
            if others:
                await cursor.execute(
                    f"{_INSERT} {_OURS} RETURNING turns.id",
                    [self._owner, *_columns(others), self._owner],
                )
                kept += await cursor.fetchall()
        return frozenset(row[0] for row in kept)

    async def turn(self, turn_id: str) -> Turn | None:
        """The turn with this id, or None."""
        rows = await self._select("WHERE id = %s", turn_id)
        return rows[0] if rows else None

    async def turns(self, conversation: str) -> list[Turn]:
        """A conversation's turns, oldest first: the newest `MAX_TURNS` of them."""
        newest = await self._select(
            f"WHERE conversation = %s ORDER BY started DESC, id DESC LIMIT {MAX_TURNS}",
            conversation,
        )
        return newest[::-1]

    async def _select(self, condition: str, *values: Any) -> list[Turn]:
        rows = await self._database.rows(f"SELECT {COLUMNS} FROM turns {condition}", *values)
        return [turn_of(row) for row in rows]

    async def cost(self, conversation: str) -> Cost:
        """What a conversation's answers have cost together, as far as prices are known."""
        ((usd, estimated),) = await self._database.rows(
            "SELECT coalesce(sum(cost_usd), 0), coalesce(max(estimated), 0) FROM turns "
            "WHERE conversation = %s AND cost_usd IS NOT NULL",
            conversation,
        )
        return Cost(float(usd), bool(estimated))

    async def rate(
        self, conversation: str, turn_id: str, rating: int, reason: str = "", comment: str = ""
    ) -> bool:
        """Keep what a reader says of an answer of theirs. False where there is no such turn."""
        changed = await self._database.run(
            "UPDATE turns SET rating = %s, reason = %s, comment = %s "
            "WHERE id = %s AND conversation = %s",
            rating, reason, comment, turn_id, conversation,
        )  # fmt: skip
        return changed > 0

    async def summaries(self, since: float) -> list[Summary]:
        """As `Store.summaries`; of each row what is asked for alone is read."""
        rows = await self._database.rows(
            f"SELECT id, conversation, {UNLESS_PRIVATE}, outcome, "
            "CASE grounding WHEN '' THEN sources <> '[]' ELSE grounding = 'cited' END, "
            f"error, notice, cost_usd, own_key, rating, reason, {COMMENT_UNLESS_PRIVATE}, door, "
            "agent, started, grounding FROM turns WHERE started >= %s AND outcome <> 'running' "
            "ORDER BY started",
            since,
        )
        return [summary_of(*row) for row in rows]

    # The desk

    async def tallies(self, since: float, until: float) -> list[figures.Tally]:
        """As `Store.tallies`."""
        rows = await self._figures(figures.tallies(figures.POSTGRES, since, until))
        return [figures.tally_of(row) for row in rows]

    async def readers_by_day(self, since: float, until: float) -> list[tuple[int, int]]:
        """As `Store.readers_by_day`."""
        rows = await self._figures(figures.readers(figures.POSTGRES, since, until))
        return [(int(day), int(count)) for day, count in rows]

    async def answer_times(self, since: float, until: float) -> list[tuple[int, int, int]]:
        """As `Store.answer_times`."""
        rows = await self._figures(figures.times(figures.POSTGRES, since, until))
        return [(int(day), int(bucket), int(count)) for day, bucket, count in rows]

    async def asked_pages(self, since: float, until: float) -> list[figures.PageTally]:
        """As `Store.asked_pages`."""
        rows = await self._figures(figures.pages(figures.POSTGRES, since, until))
        return [figures.PageTally(row[0], *map(int, row[1:])) for row in rows]

    async def find(self, wanted: figures.Wanted, most: int) -> list[figures.Glance]:
        """As `Store.find`."""
        rows = await self._figures(figures.found(figures.POSTGRES, wanted, most))
        return [figures.glance_of(row) for row in rows]

    async def _figures(self, asked: figures.Statement) -> list[tuple[Any, ...]]:
        statement, values = asked
        escaped = statement.replace("%", "%%").replace("?", "%s")
        return await self._database.rows(escaped, *values)

    # Conversations

    async def recent(self, conversation: str) -> list[Recent]:
        """The conversations of this one's reader, last asked first: `MAX_RECENT` of them.

        A title is the first question that no other attempt has taken the place of.
        """
        rows = await self._database.rows(
            f"SELECT conversation, (SELECT left(question, {TITLE_CHARS}) FROM turns AS first "
            "WHERE first.conversation = recent.conversation AND NOT EXISTS (SELECT 1 FROM turns "
            "WHERE retry_of = first.id AND retry_of <> '' "
            "AND conversation = recent.conversation) "
            "ORDER BY started LIMIT 1), asked, running FROM (SELECT conversation, "
            "max(started) AS asked, bool_or(outcome = 'running') AS running "
            f"FROM turns WHERE {OF_READER} GROUP BY conversation ORDER BY asked DESC "
            f"LIMIT {MAX_RECENT}) AS recent ORDER BY asked DESC",
            *range_of_reader(conversation),
        )
        return [Recent(*row) for row in rows]

    async def export(self, conversation: str) -> dict[str, Any]:
        """Everything that is kept of a conversation's reader but their key, as JSON-ready data."""
        turns = await self._select(
            f"WHERE {OF_READER} ORDER BY started, id", *range_of_reader(conversation)
        )
        return {"reader": reader_of(conversation), "turns": [asdict(turn) for turn in turns]}

    async def delete(self, conversation: str) -> None:
        """Delete everything that is kept of a conversation's reader, their key too."""
        values = range_of_reader(conversation)
        async with self._database.transaction() as cursor:
            for table in ("turns", "keys"):
                await cursor.execute(f"DELETE FROM {table} WHERE {OF_READER}", values)

    async def clear(self, conversation: str) -> None:
        """Delete a conversation's turns; the reader's key stays."""
        await self._database.run("DELETE FROM turns WHERE conversation = %s", conversation)

    async def clear_all(self, conversation: str) -> None:
        """Delete the turns of all conversations of this one's reader; their key stays."""
        values = range_of_reader(conversation)
        await self._database.run(f"DELETE FROM turns WHERE {OF_READER}", *values)

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

    # What was not found

    async def count_missed(self, words: str, day: str = "") -> None:
        """As `Store.count_missed`."""
        await self._count("missed", MAX_MISSED, {"day": day or today(), "words": words})

    async def missed(self, since_day: str) -> list[Missed]:
        """As `Store.missed`."""
        rows = await self._database.rows(
            "SELECT words, sum(times)::integer AS all_times FROM missed WHERE day >= %s "
            'GROUP BY words ORDER BY all_times DESC, words COLLATE "C"',
            since_day,
        )
        return [Missed(*row) for row in rows]

    async def report_gap(self, question: str, note: str, agent: str, day: str = "") -> None:
        """As `Store.report_gap`."""
        key = {"day": day or today(), "question": question, "note": note, "agent": agent}
        await self._count("gaps", MAX_REPORTED, key)

    async def reported(self, since_day: str) -> list[Reported]:
        """As `Store.reported`."""
        rows = await self._database.rows(
            "SELECT question, note, agent, sum(times)::integer AS all_times FROM gaps "
            "WHERE day >= %s GROUP BY question, note, agent ORDER BY all_times DESC, "
            'question COLLATE "C", note COLLATE "C", agent COLLATE "C"',
            since_day,
        )
        return [Reported(*row) for row in rows]

    async def _count(self, table: str, most: int, key: dict[str, str]) -> None:
        """Count one more of a row, and keep at most so many rows of a day."""
        values = plain([*key.values()])
        known = " AND ".join(f"{name} = %s" for name in key)
        async with self._one_counts:  # two new rows at once would both find the last place
            await self._database.run(
                f"INSERT INTO {table} AS counted ({', '.join(key)}, times) "
                f"SELECT {', '.join(['%s'] * len(key))}, 1 "
                f"WHERE (SELECT count(*) FROM {table} WHERE day = %s) < %s "
                f"OR EXISTS (SELECT 1 FROM {table} WHERE {known}) "
                f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET times = counted.times + 1",
                *values, values[0], most, *values,
            )  # fmt: skip

    # Spend

    async def add_spend(self, usd: float, own_key: bool = False, day: str = "") -> None:
        """Count money spent on `day` (ISO date in UTC, today when empty)."""
        await self._database.run(
            "INSERT INTO spend AS s (day, own_key, usd) VALUES (%s, %s, %s) "
            "ON CONFLICT (day, own_key) DO UPDATE SET usd = s.usd + excluded.usd",
            day or today(), int(own_key), usd,
        )  # fmt: skip

    async def spent(self, own_key: bool = False, day: str = "") -> float:
        """Money spent on `day`, in USD."""
        question = "SELECT coalesce(sum(usd), 0) FROM spend WHERE day = %s AND own_key = %s"
        rows = await self._database.rows(question, day or today(), int(own_key))
        return float(rows[0][0])

    # Readers' keys

    async def put_key(self, conversation: str, ciphertext: bytes) -> None:
        """Keep one ciphertext under a reader's id, in the place of the one before."""
        await self._database.run(
            "INSERT INTO keys VALUES (%s, %s, %s) ON CONFLICT (conversation) "
            "DO UPDATE SET ciphertext = excluded.ciphertext, kept = excluded.kept",
            conversation, ciphertext, time.time(),
        )  # fmt: skip

    async def key(self, conversation: str) -> bytes | None:
        """The ciphertext kept under a reader's id, or None."""
        question = "SELECT ciphertext FROM keys WHERE conversation = %s"
        rows = await self._database.rows(question, conversation)
        return bytes(rows[0][0]) if rows else None

    async def forget_key(self, conversation: str) -> None:
        """Delete a reader's ciphertext."""
        await self._database.run("DELETE FROM keys WHERE conversation = %s", conversation)


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


def _columns(turns: list[Turn]) -> list[list[Any]]:
    """The turns' rows, column by column."""
    return plain([list(column) for column in zip(*map(row_of, turns), strict=True)])

"""Everything that lasts: conversations, turns, feedback, spend, readers' keys (as ciphertext).

One SQLite file in WAL mode and one thread that speaks to it, so that nothing here ever blocks the
event loop and no two writers meet. A call is one transaction: a turn is there whole or not at all.
Every method may raise `sqlite3.Error` (disk full, file locked); an answer goes on without its row.
"""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any, TypeVar

from hyperrun.conversation import Outcome, PageContext, Source, Step, Turn, Usage
from hyperrun.private import private_folder
from hyperrun.search.passage import Passage
from hyperrun.settings import Settings

Result = TypeVar("Result")

# Each entry brings the database from the version that is its index to the next one.
MIGRATIONS = (
    """
    CREATE TABLE turns (
        id TEXT PRIMARY KEY,
        conversation TEXT NOT NULL,
        question TEXT NOT NULL,
        page TEXT NOT NULL,
        outcome TEXT NOT NULL,
        answer TEXT NOT NULL,
        steps TEXT NOT NULL,
        sources TEXT NOT NULL,
        model TEXT NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        cost_usd REAL,
        own_key INTEGER NOT NULL,
        error TEXT NOT NULL,
        retry_of TEXT NOT NULL,
        started REAL NOT NULL,
        ended REAL,
        rating INTEGER NOT NULL DEFAULT 0,
        reason TEXT NOT NULL DEFAULT '',
        comment TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX turns_of_conversation ON turns (conversation, started);
    CREATE INDEX turns_by_age ON turns (started);
    CREATE TABLE keys (
        conversation TEXT PRIMARY KEY, ciphertext BLOB NOT NULL, kept REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE spend (
        day TEXT NOT NULL, own_key INTEGER NOT NULL, usd REAL NOT NULL, PRIMARY KEY (day, own_key)
    ) STRICT, WITHOUT ROWID;
    """,
)

_COLUMNS = (
    "id, conversation, question, page, outcome, answer, steps, sources, model, prompt_tokens, "
    "completion_tokens, cost_usd, own_key, error, retry_of, started, ended, rating, reason, comment"
)


class Store:
    """The database behind one server. Ids are checked by the caller's conversation, always."""

    def __init__(self, settings: Settings) -> None:
        self._path = settings.data_dir / "hyperrun.sqlite3"
        self._keep_days = settings.keep_days
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open or make the database, bring it to this version, and settle what a crash left.

        Turns that were running when the last process ended become `interrupted`.
        """
        await self._run(self._open)

    def _open(self) -> None:
        private_folder(self._path.parent)
        self._path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        self._connection = connection
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise sqlite3.DatabaseError(
                f"{self._path.name} was written by a newer version ({version})"
            )
        for number, migration in enumerate(MIGRATIONS[version:], version + 1):
            connection.executescript(f"BEGIN; {migration}; PRAGMA user_version = {number}; COMMIT")
        connection.execute(
            "UPDATE turns SET outcome = ?, ended = ? WHERE outcome = ?",
            (Outcome.INTERRUPTED, time.time(), Outcome.RUNNING),
        )
        self._expire()

    async def close(self) -> None:
        """Close the database; what was asked for before is still done."""
        await self._run(self._close)
        self._thread.shutdown()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def works(self) -> bool:
        """Does the database answer?"""
        try:
            await self._run(lambda: self._execute("SELECT 1 FROM turns LIMIT 1"))
        except (sqlite3.Error, RuntimeError):
            return False
        return True

    # Turns

    async def save(self, turns: Iterable[Turn]) -> None:
        """Write turns as they are now, all or none: new ones, checkpoints and ended ones alike.

        What readers say of a turn (rating, reason, comment) is left as it is.
        """
        rows = [_row(turn) for turn in turns]
        await self._run(lambda: self._save(rows))

    def _save(self, rows: list[tuple[Any, ...]]) -> None:
        places = ", ".join("?" * 17)
        columns = _COLUMNS.split(", ")[:17]
        changes = ", ".join(f"{column} = excluded.{column}" for column in columns[4:])
        with self._transaction() as connection:
            connection.executemany(
                f"INSERT INTO turns ({', '.join(columns)}) VALUES ({places}) "
                f"ON CONFLICT (id) DO UPDATE SET {changes}",
                rows,
            )

    async def turn(self, turn_id: str) -> Turn | None:
        """The turn with this id, or None."""
        rows = await self._select("WHERE id = ?", turn_id)
        return rows[0] if rows else None

    async def turns(self, conversation: str) -> list[Turn]:
        """Every turn of a conversation, oldest first."""
        return await self._select("WHERE conversation = ? ORDER BY started, id", conversation)

    async def _select(self, condition: str, *values: Any) -> list[Turn]:
        def select() -> list[Turn]:
            rows = self._execute(f"SELECT {_COLUMNS} FROM turns {condition}", *values)
            return [_turn(row) for row in rows]

        return await self._run(select)

    async def cost(self, conversation: str) -> float:
        """What a conversation's answers have cost together, as far as prices are known, in USD."""
        question = "SELECT coalesce(sum(cost_usd), 0) FROM turns WHERE conversation = ?"
        rows = await self._run(lambda: self._execute(question, conversation))
        return float(rows[0][0])

    async def rate(
        self, conversation: str, turn_id: str, rating: int, reason: str = "", comment: str = ""
    ) -> bool:
        """Keep what a reader says of an answer of his own. False where there is no such turn."""

        def rate() -> bool:
            with self._transaction() as connection:
                changed = connection.execute(
                    "UPDATE turns SET rating = ?, reason = ?, comment = ? "
                    "WHERE id = ? AND conversation = ?",
                    (rating, reason, comment, turn_id, conversation),
                )
                return changed.rowcount > 0

        return await self._run(rate)

    # Conversations

    async def export(self, conversation: str) -> dict[str, Any]:
        """Everything that is kept of a conversation, as JSON-ready data; its key is left out."""
        turns = await self.turns(conversation)
        return {"conversation": conversation, "turns": [asdict(turn) for turn in turns]}

    async def delete(self, conversation: str) -> None:
        """Delete a conversation's turns and its key."""

        def delete() -> None:
            with self._transaction() as connection:
                connection.execute("DELETE FROM turns WHERE conversation = ?", (conversation,))
                connection.execute("DELETE FROM keys WHERE conversation = ?", (conversation,))

        await self._run(delete)

    async def clear(self, conversation: str) -> None:
        """Delete a conversation's turns; its key stays."""
        await self._run(
            lambda: self._execute("DELETE FROM turns WHERE conversation = ?", conversation)
        )

    async def expire(self) -> None:
        """Delete what is older than the operator wants to keep (`HYPERRUN_KEEP_DAYS`)."""
        await self._run(self._expire)

    def _expire(self) -> None:
        if not self._keep_days:
            return
        oldest = time.time() - self._keep_days * 86_400
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM turns WHERE conversation IN "
                "(SELECT conversation FROM turns GROUP BY conversation HAVING max(started) < ?)",
                (oldest,),
            )
            connection.execute(
                "DELETE FROM keys WHERE kept < ? AND conversation NOT IN "
                "(SELECT conversation FROM turns)",
                (oldest,),
            )

    # Spend

    async def add_spend(self, usd: float, own_key: bool = False, day: str = "") -> None:
        """Count money spent on `day` (ISO date in UTC, today when empty)."""
        day = day or _today()

        def add() -> None:
            with self._transaction() as connection:
                connection.execute(
                    "INSERT INTO spend (day, own_key, usd) VALUES (?, ?, ?) "
                    "ON CONFLICT (day, own_key) DO UPDATE SET usd = usd + excluded.usd",
                    (day, int(own_key), usd),
                )

        await self._run(add)

    async def spent(self, own_key: bool = False, day: str = "") -> float:
        """Money spent on `day`, in USD."""
        day = day or _today()
        question = "SELECT coalesce(sum(usd), 0) FROM spend WHERE day = ? AND own_key = ?"
        rows = await self._run(lambda: self._execute(question, day, int(own_key)))
        return float(rows[0][0])

    # Readers' keys

    async def put_key(self, conversation: str, ciphertext: bytes) -> None:
        """Keep one ciphertext for a conversation, in the place of the one before."""
        await self._run(
            lambda: self._execute(
                "INSERT OR REPLACE INTO keys (conversation, ciphertext, kept) VALUES (?, ?, ?)",
                conversation,
                ciphertext,
                time.time(),
            )
        )

    async def key(self, conversation: str) -> bytes | None:
        """The ciphertext kept for a conversation, or None."""
        question = "SELECT ciphertext FROM keys WHERE conversation = ?"
        rows = await self._run(lambda: self._execute(question, conversation))
        return bytes(rows[0][0]) if rows else None

    async def forget_key(self, conversation: str) -> None:
        """Delete a conversation's ciphertext."""
        await self._run(
            lambda: self._execute("DELETE FROM keys WHERE conversation = ?", conversation)
        )

    # The one thread

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _execute(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._open_connection().execute(statement, values).fetchall()

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._open_connection())

    def _open_connection(self) -> sqlite3.Connection:
        if self._connection is None:
            raise sqlite3.ProgrammingError("the store is not open")
        return self._connection


class _Transaction:
    """`BEGIN IMMEDIATE … COMMIT`: a read that turns into a write cannot find itself locked out."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")


def _today() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())


def _row(turn: Turn) -> tuple[Any, ...]:
    """The first 17 columns: all but what readers say of the turn."""
    return (
        turn.id,
        turn.conversation,
        turn.question,
        json.dumps(asdict(turn.page)),
        turn.outcome.value,
        turn.answer,
        json.dumps([asdict(step) for step in turn.steps]),
        json.dumps([asdict(source) for source in turn.sources]),
        turn.usage.model,
        turn.usage.prompt_tokens,
        turn.usage.completion_tokens,
        turn.usage.cost_usd,
        int(turn.usage.own_key),
        turn.error,
        turn.retry_of,
        turn.started,
        turn.ended,
    )


def _turn(row: tuple[Any, ...]) -> Turn:
    return Turn(
        id=row[0],
        conversation=row[1],
        question=row[2],
        page=PageContext(**json.loads(row[3])),
        outcome=Outcome(row[4]),
        answer=row[5],
        steps=tuple(Step(**step) for step in json.loads(row[6])),
        sources=tuple(
            Source(source["number"], Passage(**source["passage"])) for source in json.loads(row[7])
        ),
        usage=Usage(row[8], row[9], row[10], row[11], bool(row[12])),
        error=row[13],
        retry_of=row[14],
        started=row[15],
        ended=row[16],
        rating=row[17],
        reason=row[18],
        comment=row[19],
    )

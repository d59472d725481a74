"""What is asked of a store, and written into it, in the same words whatever it keeps things in.

A `?` stands for a value, as in SQLite. What the two say differently is in `dialect.py`; how turns
are written and how what is too old is deleted is each one's own.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hyperrun.domain import Cost, Recent, Turn, range_of_reader, reader_of
from hyperrun.storage import figures
from hyperrun.storage.dialect import Dialect
from hyperrun.storage.schema import COLUMNS, turn_of
from hyperrun.storage.store import (
    COMMENT_UNLESS_PRIVATE,
    MAX_MISSED,
    MAX_RECENT,
    MAX_REPORTED,
    MAX_TURNS,
    NEVER,
    TITLE_CHARS,
    UNLESS_PRIVATE,
    Kind,
    Missed,
    Reported,
    Summary,
    summary_of,
    today,
)

# One stretch of the index: an OR alone would read every row.
OF_READER = "conversation BETWEEN ? AND ? AND (conversation = ? OR conversation >= ?)"
PLACES = {"turn": ("turns", "id"), "search": ("missed", "words"), "report": ("gaps", "question")}
LATELY = "sum(CASE WHEN day >= ? THEN times ELSE 0 END)"


class Queries:
    """The part of `Store` that both kinds share."""

    _dialect: Dialect

    def __init__(self) -> None:
        self._one_counts = asyncio.Lock()

    async def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a statement returns."""
        raise NotImplementedError

    async def _run(self, statement: str, *values: Any) -> int:
        """How many rows a statement has changed; it is a transaction."""
        raise NotImplementedError

    async def _rows_for_desk(self, asked: figures.Statement) -> list[tuple[Any, ...]]:
        """What takes longer: readers do not wait for it."""
        raise NotImplementedError

    def _has_deleted(self) -> None:
        """Something was deleted of which nothing may stay behind."""

    # Turns

    async def turn(self, turn_id: str) -> Turn | None:
        """As `Store.turn`."""
        rows = await self._turns("WHERE id = ?", turn_id)
        return rows[0] if rows else None

    async def turns(self, conversation: str) -> list[Turn]:
        """As `Store.turns`."""
        newest = await self._turns(
            f"WHERE conversation = ? ORDER BY started DESC, id DESC LIMIT {MAX_TURNS}",
            conversation,
        )
        return newest[::-1]

    async def _turns(self, condition: str, *values: Any) -> list[Turn]:
        rows = await self._rows(f"SELECT {COLUMNS} FROM turns {condition}", *values)
        return [turn_of(row) for row in rows]

    async def cost(self, conversation: str) -> Cost:
        """As `Store.cost`."""
        ((usd, estimated),) = await self._rows(
            "SELECT coalesce(sum(cost_usd), 0), coalesce(max(estimated), 0) FROM turns "
            "WHERE conversation = ? AND cost_usd IS NOT NULL",
            conversation,
        )
        return Cost(float(usd), bool(estimated))

    async def rate(
        self, conversation: str, turn_id: str, rating: int, reason: str = "", comment: str = ""
    ) -> bool:
        """As `Store.rate`."""
        changed = await self._run(
            "UPDATE turns SET rating = ?, reason = ?, comment = ? "
            "WHERE id = ? AND conversation = ?",
            rating, reason, comment, turn_id, conversation,
        )  # fmt: skip
        return changed > 0

    async def summaries(self, since: float) -> list[Summary]:
        """As `Store.summaries`; of each row what is asked for alone is read."""
        rows = await self._rows(
            f"SELECT id, conversation, {UNLESS_PRIVATE}, outcome, "
            "CASE grounding WHEN '' THEN sources <> '[]' ELSE grounding = 'cited' END, "
            f"error, notice, cost_usd, own_key, rating, reason, {COMMENT_UNLESS_PRIVATE}, door, "
            "agent, started, grounding, need FROM turns "
            "WHERE started >= ? AND outcome <> 'running' ORDER BY started",
            since,
        )
        return [summary_of(*row) for row in rows]

    # The desk

    async def tallies(self, since: float, until: float) -> list[figures.Tally]:
        """As `Store.tallies`."""
        rows = await self._rows_for_desk(figures.tallies(self._dialect, since, until))
        return [figures.tally_of(row) for row in rows]

    async def readers_by_day(self, since: float, until: float) -> list[tuple[int, int]]:
        """As `Store.readers_by_day`."""
        rows = await self._rows_for_desk(figures.readers(self._dialect, since, until))
        return [(int(day), int(count)) for day, count in rows]

    async def answer_times(self, since: float, until: float) -> list[tuple[int, int, int]]:
        """As `Store.answer_times`."""
        rows = await self._rows_for_desk(figures.times(self._dialect, since, until))
        return [(int(day), int(bucket), int(count)) for day, bucket, count in rows]

    async def asked_pages(self, since: float, until: float) -> list[figures.PageTally]:
        """As `Store.asked_pages`."""
        rows = await self._rows_for_desk(figures.pages(self._dialect, since, until))
        return [figures.PageTally(row[0], *map(int, row[1:])) for row in rows]

    async def find(self, wanted: figures.Wanted, most: int) -> list[figures.Glance]:
        """As `Store.find`."""
        rows = await self._rows_for_desk(figures.found(self._dialect, wanted, most))
        return [figures.glance_of(row) for row in rows]

    async def remarks(self, turn_ids: Sequence[str]) -> dict[str, str]:
        """As `Store.remarks`."""
        if not turn_ids:
            return {}
        rows = await self._rows(
            f"SELECT id, reason, {COMMENT_UNLESS_PRIVATE} FROM turns "
            f"WHERE id IN ({', '.join('?' * len(turn_ids))})",
            *turn_ids,
        )
        said = {name: ": ".join(filter(None, (reason, comment))) for name, reason, comment in rows}
        return {name: text for name, text in said.items() if text}

    # Conversations

    async def recent(self, conversation: str) -> list[Recent]:
        """As `Store.recent`."""
        rows = await self._rows(
            f"SELECT conversation, (SELECT substr(question, 1, {TITLE_CHARS}) FROM turns AS first "
            "WHERE first.conversation = recent.conversation AND NOT EXISTS (SELECT 1 "
            f"FROM {self._dialect.attempts} WHERE retry_of = first.id AND retry_of <> '' "
            "AND conversation = recent.conversation) "
            "ORDER BY started LIMIT 1), asked, running FROM (SELECT conversation, "
            f"max(started) AS asked, {self._dialect.runs} AS running "
            f"FROM turns WHERE {OF_READER} GROUP BY conversation ORDER BY asked DESC "
            f"LIMIT {MAX_RECENT}) AS recent ORDER BY asked DESC",
            *range_of_reader(conversation),
        )
        return [Recent(name, title, asked, bool(running)) for name, title, asked, running in rows]

    async def export(self, conversation: str) -> dict[str, Any]:
        """As `Store.export`."""
        turns = await self._turns(
            f"WHERE {OF_READER} ORDER BY started, id", *range_of_reader(conversation)
        )
        rows = await self._rows(
            f"SELECT id, need FROM turns WHERE {OF_READER}", *range_of_reader(conversation)
        )
        needs = dict(rows)
        told = [asdict(turn) | {"need": needs.get(turn.id)} for turn in turns]
        return {"reader": reader_of(conversation), "turns": told}

    async def clear(self, conversation: str) -> None:
        """As `Store.clear`."""
        await self._run("DELETE FROM turns WHERE conversation = ?", conversation)
        self._has_deleted()

    async def clear_all(self, conversation: str) -> None:
        """As `Store.clear_all`."""
        await self._run(f"DELETE FROM turns WHERE {OF_READER}", *range_of_reader(conversation))
        self._has_deleted()

    # What was not found

    async def count_missed(self, words: str, day: str = "") -> None:
        """As `Store.count_missed`."""
        await self._count("missed", MAX_MISSED, {"day": day or today(), "words": words})

    async def missed(self, since_day: str, lately: str = NEVER) -> list[Missed]:
        """As `Store.missed`."""
        rows = await self._rows(
            f"SELECT words, sum(times) AS all_times, {LATELY}, max(need) FROM missed "
            "WHERE day >= ? "
            f"GROUP BY words ORDER BY all_times DESC, words {self._dialect.by_bytes}",
            lately, since_day,
        )  # fmt: skip
        return [Missed(words, int(times), int(late), need) for words, times, late, need in rows]

    async def report_gap(self, question: str, note: str, agent: str, day: str = "") -> None:
        """As `Store.report_gap`."""
        key = {"day": day or today(), "question": question, "note": note, "agent": agent}
        await self._count("gaps", MAX_REPORTED, key)

    async def reported(self, since_day: str, lately: str = NEVER) -> list[Reported]:
        """As `Store.reported`."""
        key = ("question", "note", "agent")
        order = ", ".join(f"{each} {self._dialect.by_bytes}" for each in key)
        rows = await self._rows(
            f"SELECT question, note, agent, sum(times) AS all_times, {LATELY}, max(need) "
            "FROM gaps WHERE day >= ? "
            f"GROUP BY question, note, agent ORDER BY all_times DESC, {order}",
            lately, since_day,
        )  # fmt: skip
        return [
            Reported(asked, note, agent, int(times), int(late), need)
            for asked, note, agent, times, late, need in rows
        ]

    async def _count(self, table: str, most: int, key: dict[str, str]) -> None:
        """Count one more of a row, and keep at most so many rows of a day."""
        names, values = ", ".join(key), [*key.values()]
        known = " AND ".join(f"{name} = ?" for name in key)
        async with self._one_counts:  # two new rows at once would both find the last place
            await self._run(
                f"INSERT INTO {table} AS counted ({names}, times) "
                f"SELECT {', '.join('?' * len(key))}, 1 "
                f"WHERE (SELECT count(*) FROM {table} WHERE day = ?) < ? "
                f"OR EXISTS (SELECT 1 FROM {table} WHERE {known}) "
                f"ON CONFLICT ({names}) DO UPDATE SET times = counted.times + 1",
                *values, key["day"], most, *values,
            )  # fmt: skip

    async def place(self, kind: Kind, keys: Sequence[str], need: str) -> None:
        """As `Store.place`."""
        table, column = PLACES[kind]
        marks = ", ".join("?" * len(keys))
        await self._run(
            f"UPDATE {table} SET need = ? WHERE {column} IN ({marks})", need, *keys
        )  # fmt: skip

    # Spend

    async def add_spend(self, usd: float, own_key: bool = False, day: str = "") -> None:
        """As `Store.add_spend`."""
        await self._run(
            "INSERT INTO spend AS s (day, own_key, usd) VALUES (?, ?, ?) "
            "ON CONFLICT (day, own_key) DO UPDATE SET usd = s.usd + excluded.usd",
            day or today(), int(own_key), usd,
        )  # fmt: skip

    async def spent(self, own_key: bool = False, day: str = "") -> float:
        """As `Store.spent`."""
        question = "SELECT coalesce(sum(usd), 0) FROM spend WHERE day = ? AND own_key = ?"
        rows = await self._rows(question, day or today(), int(own_key))
        return float(rows[0][0])

    # Readers' keys

    async def put_key(self, conversation: str, ciphertext: bytes) -> None:
        """As `Store.put_key`."""
        await self._run(
            "INSERT INTO keys (conversation, ciphertext, kept) VALUES (?, ?, ?) "
            "ON CONFLICT (conversation) "
            "DO UPDATE SET ciphertext = excluded.ciphertext, kept = excluded.kept",
            conversation, ciphertext, time.time(),
        )  # fmt: skip

    async def key(self, conversation: str) -> bytes | None:
        """As `Store.key`."""
        rows = await self._rows("SELECT ciphertext FROM keys WHERE conversation = ?", conversation)
        return bytes(rows[0][0]) if rows else None

    async def forget_key(self, conversation: str) -> None:
        """As `Store.forget_key`."""
        await self._run("DELETE FROM keys WHERE conversation = ?", conversation)
        self._has_deleted()

"""The processes that serve the same readers: who is there, and what one tells another.

A turn whose owner lives no more (`lease.py`) is ended as interrupted by whoever looks next; it is
never run again. What a process is asked for are rows (`orders`), and so is how an answer goes on
that somebody follows elsewhere (`parts`). A notification carries no more than who has written
something; where none arrives (PgBouncer hands none on), the tables are looked at ten times a second
instead.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hyperrun.domain import Outcome, range_of_reader
from hyperrun.errors import StoreError
from hyperrun.storage.lease import ORPHAN_S, Lease
from hyperrun.storage.records import records

if TYPE_CHECKING:
    from hyperrun.storage.database import Database, Session

log = logging.getLogger(__name__)

CHANNEL = "hyperrun"
BEAT_S = 1.0
POLL_S = 0.1  # where notifications do not arrive
GATHER_S = 0.02  # after a notification: what several tell at the same time is one look
LOOK_PAUSE_S = 0.03  # between two looks
HEARD_WITHIN_S = 2.0  # a process's own first notification; else there are none
HELLO_AGAIN_S = 15.0  # where none came: the first may have been late, or never sent
CANCEL_AGAIN_S = 0.5
LISTEN_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """What is new of one answer since the part before; `whole`: all that there is of it."""

    turn: str
    number: int
    whole: bool
    data: str


@dataclass(frozen=True, slots=True)
class Order:
    """What another process asks for: of one turn of ours, or of everybody (turn "")."""

    turn: str
    what: str
    who: str


class Watcher(Protocol):
    """Somebody here who follows a turn of another process."""

    number: int  # of the last part they have taken

    def take(self, parts: Sequence[Part]) -> None:
        """These came, in their order."""

    def over(self) -> None:
        """The turn runs no more, or was deleted."""


class Fleet:
    """This process among the others. `owner` is its name."""

    def __init__(self, database: "Database", owner: str, listen_url: str) -> None:
        self.owner = owner
        self.handlers: dict[str, Callable[[Order], None]] = {}
        self.ours: Callable[[], Sequence[str]] = list  # the turns that this process knows it runs
        # Turns that nobody answers: each was to begin here, and what the database said was lost.
        self.doubted: dict[str, float] = {}
        self._database = database
        self._lease = Lease(database, owner)
        self._listen_url = listen_url
        self._watchers: dict[str, Watcher] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self._ordered = True  # there may be orders
        self._over = False  # a turn was ended in its owner's place
        self._listening = False
        self._heard = asyncio.Event()

    @property
    def alive(self) -> frozenset[str]:
        """The processes that are there, this one too."""
        return self._lease.alive

    @property
    def transport(self) -> str:
        """How news come: "notifications" or "polling"."""
        return "notifications" if self._listening else "polling"

    async def open(self) -> None:
        """Be there from now on. Turns of processes that left without ending them are ended."""
        await self._lease.open()
        self._tasks = [
            asyncio.create_task(self._beat(), name="lease"),
            asyncio.create_task(self._listen(), name="notifications"),
            asyncio.create_task(self._look(), name="news of other processes"),
        ]

    async def close(self) -> None:
        """Leave: what is still running of this process may be ended by the others at once."""
        left = set(self._tasks)
        while left:
            # More than once: `asyncio.wait_for`, by which psycopg waits, loses a cancellation that
            # comes with the result (mended in Python 3.12).
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)
        with suppress(StoreError):
            await self._lease.close()

    async def _beat(self) -> None:
        while True:
            try:
                await self._lease.renew()
                await self._end_doubted()
                if self._lease.is_steady:
                    if await self._lease.sweep():
                        await self._notify("over")
                    await self._lease.tidy(self.ours())
                await self._look_whether_over()
            except StoreError as error:
                if self._lease.is_newly_away():
                    log.error("the database is away: %s", error)
                with suppress(StoreError):
                    await self._database.mend()
            await asyncio.sleep(BEAT_S)

    async def _end_doubted(self) -> None:
        """More than once: the database may still be about to write it."""
        if self.doubted:
            await self._lease.disown(list(self.doubted))
            longest = time.monotonic() - ORPHAN_S
            self.doubted = {each: at for each, at in self.doubted.items() if at > longest}

    # Notifications

    async def _listen(self) -> None:
        """One connection beside the pool that hears of news; without it they are looked for."""
        while True:
            trying: asyncio.Task[None] | None = None
            try:
                async with aclosing(self._database.heard(CHANNEL, self._listen_url)) as payloads:
                    async for payload in payloads:
                        if isinstance(payload, str):
                            self._hear(payload)
                        else:  # it listens
                            self._heard.clear()
                            trying = asyncio.create_task(self._try_out(payload), name="a first one")
            except StoreError as error:
                log.warning("no notifications for now: %s", error)
            finally:
                if trying is not None:
                    trying.cancel()
            self._listening = False
            self._lease.session = None
            self._wake.set()
            await asyncio.sleep(LISTEN_AGAIN_S)

    async def _try_out(self, session: "Session") -> None:
        """Say hello: who does not hear themselves would not hear others. Until they do, the lease
        alone says that they live."""
        is_told = False
        while not await self._is_heard(HELLO_AGAIN_S if is_told else HEARD_WITHIN_S):
            if not is_told:
                is_told = True
                log.warning(
                    "notifications do not arrive: other processes' news are looked for %g times a "
                    "second (behind PgBouncer, set HYPERRUN_DATABASE_LISTEN_URL)", 1 / POLL_S,
                )  # fmt: skip
        if is_told:
            log.warning("notifications arrive")
        self._listening = True
        self._lease.session = session  # no pooler's: it is there as long as this process is
        with suppress(StoreError):  # the next beat tells it
            await self._lease.renew()

    async def _is_heard(self, within_s: float) -> bool:
        try:
            await self._notify(f"hello {self.owner}")
            async with asyncio.timeout(within_s):
                await self._heard.wait()
        except StoreError:
            await asyncio.sleep(LISTEN_AGAIN_S)
        except TimeoutError:
            pass
        return self._heard.is_set()

    async def _notify(self, payload: str) -> None:
        await self._database.rows("SELECT pg_notify(%s, %s)", CHANNEL, payload)

    def _hear(self, payload: str) -> None:
        what, _, who = payload.partition(" ")
        if what == "hello":
            if who == self.owner:
                self._heard.set()
        elif what == "orders":
            if who in (self.owner, ""):
                self._ordered = True
                self._wake.set()
        elif self._watchers:
            self._over = self._over or what == "over"
            self._wake.set()

    async def _look(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_S if self._listening else POLL_S):
                    await self._wake.wait()
            woken = self._wake.is_set()
            if self._listening and woken and not self._ordered:
                await asyncio.sleep(GATHER_S)
            self._wake.clear()
            try:
                if self._ordered or not woken:
                    self._ordered = False
                    await self._take_orders()
                if self._watchers:
                    await self._take_parts()
                if self._over:
                    self._over = False
                    await self._look_whether_over()
            except StoreError:
                self._ordered = True
                await asyncio.sleep(BEAT_S)
            await asyncio.sleep(LOOK_PAUSE_S)

    # Orders

    async def order(self, turn_id: str, what: str) -> bool:
        """Ask the owner of a running turn for something. False where it runs no more."""
        rows = await self._database.rows(
            "WITH asked AS (INSERT INTO orders (owner, turn, what, who) "
            "SELECT owner, id, %s, %s FROM turns WHERE id = %s AND outcome = 'running' "
            "RETURNING owner) SELECT pg_notify(%s, 'orders ' || owner) FROM asked",
            what, self.owner, turn_id, CHANNEL,
        )  # fmt: skip
        return bool(rows)

    async def tell_all(self, what: str) -> None:
        """Ask every process for something, this one too."""
        await self._database.rows(
            "WITH asked AS (INSERT INTO orders (owner, turn, what, who) "
            "SELECT id, '', %s, %s FROM processes) SELECT pg_notify(%s, 'orders ')",
            what, self.owner, CHANNEL,
        )  # fmt: skip

    async def _take_orders(self) -> None:
        rows = await self._database.rows(
            "DELETE FROM orders WHERE owner = %s RETURNING id, turn, what, who", self.owner
        )
        self._lease.heard_of(row[3] for row in rows)
        for _, turn_id, what, who in sorted(rows):
            handler = self.handlers.get(what)
            if handler is not None:
                handler(Order(turn_id, what, who))

    async def running(self, conversation: str, *, of_reader: bool = False) -> list[str]:
        """The turns of a conversation (or of all of its reader's) that run somewhere."""
        condition, values = "conversation = %s", [conversation]
        if of_reader:
            condition = (
                "conversation BETWEEN %s AND %s AND (conversation = %s OR conversation >= %s)"
            )
            values = list(range_of_reader(conversation))
        rows = await self._database.rows(
            f"SELECT id FROM turns WHERE outcome = 'running' AND {condition}", *values
        )
        return [row[0] for row in rows]

    async def runs(self, turn_id: str) -> bool:
        """Does this turn run somewhere?"""
        question = "SELECT 1 FROM turns WHERE id = %s AND outcome = 'running'"
        return bool(await self._database.rows(question, turn_id))

    async def end(self, turn_id: str, outcome: Outcome) -> None:
        """End a turn in its owner's place, with what was stored of it last."""
        await self._database.rows(
            "WITH ended AS (UPDATE turns SET outcome = %s, ended = extract(epoch FROM now()) "
            "WHERE id = %s AND outcome = 'running' RETURNING id) "
            "SELECT pg_notify(%s, 'over') FROM ended",
            outcome.value, turn_id, CHANNEL,
        )  # fmt: skip

    # Parts

    async def publish(self, parts: Iterable[Part]) -> None:
        """Write what is new of answers of ours, in one statement with one notification.

        A whole part takes the place of those before it. Writing the same twice writes it once.
        """
        told = [(part.turn, part.number, part.whole, part.data) for part in parts]
        await self._database.rows(
            "WITH new AS (SELECT * FROM json_to_recordset(%s::json) "
            "AS new (turn text, number integer, whole boolean, data text)), "
            "gone AS (DELETE FROM parts USING new WHERE parts.turn = new.turn AND new.whole), "
            "written AS (INSERT INTO parts (turn, number, whole, data) "
            "SELECT turn, number, whole, data FROM new ON CONFLICT DO NOTHING) "
            "SELECT pg_notify(%s, %s)",
            records(("turn", "number", "whole", "data"), told), CHANNEL, f"parts {self.owner}",
        )  # fmt: skip

    def watch(self, turn_id: str, watcher: Watcher) -> None:
        """Tell `watcher` how a turn of another process goes on, until `unwatch`."""
        self._watchers[turn_id] = watcher
        self._wake.set()

    def unwatch(self, turn_id: str) -> None:
        """Nobody here follows it any more."""
        self._watchers.pop(turn_id, None)

    async def _take_parts(self) -> None:
        seen = [(turn_id, watcher.number) for turn_id, watcher in self._watchers.items()]
        rows = await self._database.rows(
            "SELECT p.turn, p.number, p.whole, p.data "
            "FROM json_to_recordset(%s::json) AS seen (turn text, number integer) "
            "JOIN parts AS p ON p.turn = seen.turn AND p.number > seen.number "
            "ORDER BY p.turn, p.number",
            records(("turn", "number"), seen),
        )
        came: dict[str, list[Part]] = {}
        for row in rows:
            came.setdefault(row[0], []).append(Part(*row))
        for turn_id, parts in came.items():
            watcher = self._watchers.get(turn_id)
            if watcher is not None:
                watcher.take(parts)

    async def _look_whether_over(self) -> None:
        watched = list(self._watchers)
        if not watched:
            return
        rows = await self._database.rows(
            "SELECT id FROM turns WHERE id = ANY(%s::text[]) AND outcome = 'running'", watched
        )
        running = {row[0] for row in rows}
        for turn_id in watched:
            watcher = self._watchers.get(turn_id)
            if watcher is not None and turn_id not in running:
                watcher.over()

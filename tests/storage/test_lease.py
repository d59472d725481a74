"""Who lives, who is merely late, and what a process is given back that was taken for dead."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hyperrun.domain import Outcome
from hyperrun.errors import StoreError
from hyperrun.settings import Settings
from hyperrun.storage import database as timing
from hyperrun.storage.fleet import CHANNEL
from hyperrun.storage.opening import store_of
from hyperrun.storage.store import Store
from tests.postgresql import PostgreSQL
from tests.storage.test_store import TURN, run

pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")

from hyperrun.storage.database import Database, Session
from hyperrun.storage.lease import Lease
from hyperrun.storage.postgres_schema import migrate
from hyperrun.storage.shares import Shares

LATE = "UPDATE processes SET seen = seen - interval '20 seconds' WHERE id = %s"
HUNG = "UPDATE processes SET seen = seen - interval '80 seconds' WHERE id = %s"


class Counting(Database):
    """Counts its statements."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.statements = 0

    @asynccontextmanager
    async def transaction(self, *, single: bool = False) -> AsyncIterator[Any]:
        """As `Database.transaction`."""
        self.statements += 1
        async with super().transaction(single=single) as cursor:
            yield cursor


@asynccontextmanager
async def opened(postgresql: PostgreSQL) -> AsyncIterator[Counting]:
    """An empty database of this version."""
    database = Counting(postgresql.new_database())
    await database.open()
    await migrate(database)
    try:
        yield database
    finally:
        await database.close()


async def eventually(is_so: Any) -> None:
    """Return when it is so."""
    deadline = time.monotonic() + 10
    while not await is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


class Slow(Counting):
    """Hands its rows on when it is told to."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.looked, self.hand_on = asyncio.Event(), asyncio.Event()

    async def rows(self, statement: str, *values: Any, **named: Any) -> list[tuple[Any, ...]]:
        """As `Database.rows`."""
        rows = await super().rows(statement, *values, **named)
        self.looked.set()
        await self.hand_on.wait()
        return rows


def test_who_comes_while_the_living_are_looked_up_lives(postgresql: PostgreSQL) -> None:
    async def work() -> None:
        database = Slow(postgresql.new_database())
        await database.open()
        await migrate(database)
        lease = Lease(database, "one")
        looking = asyncio.create_task(lease.renew())
        await database.looked.wait()
        lease.heard_of(["new"])
        database.hand_on.set()
        await looking
        assert lease.alive == {"one", "new"}
        await lease.renew()
        assert lease.alive == {"one"}
        await database.close()

    run(work)


def test_a_process_that_is_late_lives_as_long_as_its_connection(postgresql: PostgreSQL) -> None:
    async def work() -> None:
        async with opened(postgresql) as database:
            late, other = Lease(database, "late"), Lease(database, "other")
            hearing = database.heard(CHANNEL, "")
            session = await anext(hearing)
            assert isinstance(session, Session)
            late.session = session
            await late.open()
            await database.run(LATE, "late")
            await other.open()
            assert other.alive == {"late", "other"}
            await hearing.aclose()

            async def is_dead() -> bool:
                await other.renew()
                return other.alive == {"other"}

            await eventually(is_dead)
            await late.renew()
            assert late.alive == {"late", "other"}

    run(work)


def test_without_a_connection_the_lease_decides_and_nobody_hangs_for_ever(
    postgresql: PostgreSQL,
) -> None:
    async def work() -> None:
        async with opened(postgresql) as database:
            unheard, hung, other = (Lease(database, each) for each in ("unheard", "hung", "other"))
            hearing = database.heard(CHANNEL, "")
            session = await anext(hearing)
            assert isinstance(session, Session)
            hung.session = session
            for each in (unheard, hung, other):
                await each.renew()
            await database.run(LATE, "unheard")
            await database.run(HUNG, "hung")
            await other.renew()
            assert other.alive == {"other"}
            await hearing.aclose()

    run(work)


def test_a_first_notification_that_is_late_is_heard_all_the_same(
    postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine that is busy while a server starts: with its lease alone it would be taken
    for dead when it is late once more."""
    monkeypatch.setattr("hyperrun.storage.fleet.HEARD_WITHIN_S", 0.0)

    async def work() -> None:
        url = postgresql.new_database()
        store = store_of(replace(Settings(), data_dir=tmp_path, database_url=url), "late")
        await store.open()
        look = Database(url)
        await look.open()

        async def has_session() -> bool:
            found = await look.rows("SELECT session_pid FROM processes WHERE id = 'late'")
            return found != [(None,)]

        await eventually(has_session)
        assert store.fleet is not None and store.fleet.transport == "notifications"
        await look.close()
        await store.close()

    run(work)


def test_a_turn_whose_beginning_was_not_answered_keeps_no_reader_waiting(
    postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were told that it cannot be kept, and ask again."""
    monkeypatch.setattr("hyperrun.storage.lease.ORPHAN_S", 600.0)

    async def work() -> None:
        settings = replace(Settings(), data_dir=tmp_path, database_url=postgresql.new_database())
        store = store_of(settings, "owner")
        await store.open()
        transaction = Database.transaction

        @asynccontextmanager
        async def unanswered(*arguments: Any, **named: Any) -> AsyncIterator[Any]:
            monkeypatch.setattr(Database, "transaction", transaction)
            async with transaction(*arguments, **named) as cursor:
                yield cursor
            raise StoreError("the database did not answer")

        turn = replace(TURN, outcome=Outcome.RUNNING, answer="", started=time.time())
        monkeypatch.setattr(Database, "transaction", unanswered)
        with pytest.raises(StoreError):
            await store.begin(turn)

        async def is_ended() -> bool:
            found = await store.turn(turn.id)
            return found is not None and found.outcome is Outcome.INTERRUPTED

        await eventually(is_ended)
        await store.begin(replace(turn, id="again"))
        await store.close()

    run(work)


@asynccontextmanager
async def begun(postgresql: PostgreSQL, folder: Path) -> AsyncIterator[tuple[Store, Database]]:
    """A process that answers `TURN`, and a look into its database."""
    url = postgresql.new_database()
    store = store_of(replace(Settings(), data_dir=folder, database_url=url), "owner")
    await store.open()
    look = Database(url)
    await look.open()
    try:
        await store.begin(TURN)
        yield store, look
    finally:
        await look.close()
        await store.close()


ENDED = "UPDATE turns SET outcome = %s, ended = 1 WHERE id = %s"
FOUND = "SELECT outcome, answer, ended FROM turns WHERE id = %s"


@pytest.mark.parametrize("outcome", [Outcome.RUNNING, Outcome.ANSWERED])
def test_an_answer_that_was_taken_for_dead_is_regained(
    tmp_path: Path, postgresql: PostgreSQL, outcome: Outcome
) -> None:
    async def work() -> None:
        async with begun(postgresql, tmp_path) as (store, look):
            await look.run(ENDED, "interrupted", TURN.id)
            ended = None if outcome is Outcome.RUNNING else 2.0
            more = replace(TURN, answer="It goes on.", outcome=outcome, ended=ended)
            assert await store.save([more]) == frozenset()
            assert await look.rows(FOUND, TURN.id) == [(outcome.value, "It goes on.", ended)]

    run(work)


@pytest.mark.parametrize("what", ["stopped", "deleted", "gone on"])
def test_what_readers_have_done_meanwhile_stays(
    tmp_path: Path, postgresql: PostgreSQL, what: str
) -> None:
    async def work() -> None:
        async with begun(postgresql, tmp_path) as (store, look):
            await look.run(ENDED, "stopped" if what == "stopped" else "interrupted", TURN.id)
            if what == "deleted":
                await look.run("DELETE FROM turns WHERE id = %s", TURN.id)
            elif what == "gone on":
                await store.begin(replace(TURN, id="turn-2", started=TURN.started + 1))
            before = await look.rows(FOUND, TURN.id)
            more = replace(TURN, answer="It goes on.")
            assert await store.save([more]) == {TURN.id}
            assert await look.rows(FOUND, TURN.id) == before

    run(work)


def test_a_crowds_ends_are_counted_together_each_once(postgresql: PostgreSQL) -> None:
    async def work() -> None:
        async with opened(postgresql) as database:
            shares = Shares(database, "owner")
            asked = [f"reservation-{n}" for n in range(60)]
            for each in asked:
                await shares.take(each, {("server", ""): 0, ("visitor", each): 3})
            await shares.set_aside(6.0, 10.0, "2026-11-29")
            before = database.statements
            await asyncio.gather(*(shares.settle(each, -0.05, "2026-11-29") for each in asked * 2))
            assert database.statements - before <= 4
            assert await database.rows("SELECT count(*) FROM places") == [(0,)]
            assert await database.rows("SELECT round(usd::numeric, 6)::float8 FROM spend") == [
                (3.0,)
            ]
            await shares.close()

    run(work)


def test_ends_that_could_not_be_counted_are_counted_when_the_database_is_back() -> None:
    class Away(Database):
        tries = 0

        async def run(self, statement: str, *values: Any) -> int:
            """Fails once."""
            self.tries += 1
            if self.tries == 1:
                raise StoreError("away")
            return 1

    async def work() -> None:
        database = Away("postgresql://nowhere")
        shares = Shares(database, "owner")
        await shares.settle("reservation", 0.0, "")

        async def is_counted() -> bool:
            return database.tries == 2 and not shares._unsettled

        await eventually(is_counted)

    run(work)


def test_a_process_without_time_does_not_take_the_database_for_away(
    postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timing, "TIMEOUT_S", 0.4)

    async def work() -> None:
        async with opened(postgresql) as database:
            asked = asyncio.create_task(database.rows("SELECT 1 FROM pg_sleep(0.1)"))
            # Nothing else of this process runs for so long.
            asyncio.get_running_loop().call_later(0.02, time.sleep, 1.0)
            assert await asked == [(1,)]
            with pytest.raises(StoreError, match="did not answer"):
                await database.rows("SELECT pg_sleep(60)")

    run(work)

"""How a process comes to a PostgreSQL: one that is not there yet, older, newer, or shared."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hyperrun.errors import StoreError
from hyperrun.settings import Settings
from hyperrun.storage.opening import store_of
from tests.postgresql import PostgreSQL
from tests.server_process import CuttingProxy, free_port
from tests.storage.test_store import TURN, run

pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")

from hyperrun.storage.database import Database
from hyperrun.storage.postgres import connect
from hyperrun.storage.postgres_schema import MIGRATIONS, migrate
from hyperrun.storage.shares import Shares


def test_a_database_that_is_not_there_is_waited_for_and_then_named() -> None:
    async def work() -> None:
        began = time.monotonic()
        with pytest.raises(StoreError, match=r"HYPERRUN_DATABASE_URL cannot be used: .*refused"):
            await connect(Database(f"postgresql://nobody@127.0.0.1:{free_port()}/none"), 1.5)
        assert 1.5 < time.monotonic() - began < 10

    run(work)


def test_a_database_that_comes_later_is_taken(postgresql: PostgreSQL, tmp_path: Path) -> None:
    url = postgresql.new_database()
    with CuttingProxy().running() as proxy:
        proxy.upstream = postgresql.port
        proxy.fall_silent()
        through = url.replace(postgresql.host, f"127.0.0.1:{proxy.port}")

        async def work() -> None:
            settings = replace(
                Settings(), data_dir=tmp_path, database_url=through, database_wait_s=60.0
            )
            store = store_of(settings)
            opening = asyncio.create_task(store.open())
            await asyncio.sleep(0.5)
            assert not opening.done()
            proxy.speak()
            await opening
            assert await store.works()
            await store.close()

        run(work)


def test_processes_that_start_together_make_the_tables_once(postgresql: PostgreSQL) -> None:
    async def work() -> None:
        url = postgresql.new_database()
        databases = [Database(url) for _ in range(4)]
        for each in databases:
            await each.open()
        await asyncio.gather(*(migrate(each) for each in databases))
        assert await databases[0].rows("SELECT version FROM hyperrun_version") == [
            (len(MIGRATIONS),)
        ]
        for each in databases:
            await each.close()

    run(work)


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_an_older_database_is_brought_up_with_what_is_in_it(
    postgresql: PostgreSQL, tmp_path: Path, version: int
) -> None:
    async def work() -> None:
        url = postgresql.new_database()
        database = Database(url)
        await database.open()
        for migration in MIGRATIONS[:version]:
            await database.run(migration)
        await database.run("CREATE TABLE hyperrun_version (version integer NOT NULL)")
        await database.run("INSERT INTO hyperrun_version VALUES (%s)", version)
        await database.run("INSERT INTO spend VALUES ('2026-01-01', 0, 0.5)")
        store = store_of(replace(Settings(), data_dir=tmp_path, database_url=url))
        await store.open()
        assert await store.spent(day="2026-01-01") == 0.5
        await store.begin(TURN)
        assert await store.turn(TURN.id) is not None
        await store.close()
        await database.close()

    run(work)


def test_a_newer_database_is_left_as_it_is(postgresql: PostgreSQL) -> None:
    async def work() -> None:
        database = Database(postgresql.new_database())
        await database.open()
        await migrate(database)
        await database.run("UPDATE hyperrun_version SET version = version + 1")
        with pytest.raises(StoreError, match="newer version"):
            await migrate(database)
        await database.close()

    run(work)


def test_what_an_answer_has_cost_is_known_to_every_process(postgresql: PostgreSQL) -> None:
    async def work() -> None:
        database = Database(postgresql.new_database())
        await database.open()
        await migrate(database)
        one, other = Shares(database, "one"), Shares(database, "other")
        assert await other.dearest_usd("openai/scripted") is None
        for usd in (0.01, 0.03, 0.02):
            await one.learn("openai/scripted", usd)
        assert await other.dearest_usd("openai/scripted") == 0.03
        assert await other.dearest_usd("another") is None
        await database.close()

    run(work)

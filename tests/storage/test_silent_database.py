"""A database whose lines stay open and say nothing any more: a machine that vanished behind
something that did not."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from hyperrun.errors import StoreError
from tests.postgresql import PostgreSQL
from tests.server_process import CuttingProxy
from tests.storage.test_lease import eventually
from tests.storage.test_store import run

pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")

from hyperrun.storage import database as timing
from hyperrun.storage.database import Database, Session, options_at


@pytest.fixture
def proxy(postgresql: PostgreSQL) -> Iterator[CuttingProxy]:
    """What stands between."""
    with CuttingProxy().running() as proxy:
        proxy.upstream = postgresql.port
        yield proxy


def through(proxy: CuttingProxy, postgresql: PostgreSQL) -> str:
    """A new database, as it is seen through the proxy."""
    return postgresql.new_database().replace(postgresql.host, f"127.0.0.1:{proxy.port}")


def test_a_statement_waits_no_longer_than_it_may_and_new_connections_are_taken(
    postgresql: PostgreSQL, proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timing, "TIMEOUT_S", 0.5)

    async def work() -> None:
        database = Database(through(proxy, postgresql), 4)
        await database.open()
        try:
            asked = [asyncio.create_task(database.rows("SELECT pg_sleep(30)")) for _ in range(3)]

            async def all_wait() -> bool:
                question = "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)'"
                return len(await database.rows(question)) == 3

            await eventually(all_wait)
            proxy.fall_silent()
            began = time.monotonic()
            for each in asked:
                with pytest.raises(StoreError, match="did not answer"):
                    await each
            # Not the ten seconds more that psycopg waits for a statement it cancels.
            assert time.monotonic() - began < 5
            proxy.speak()
            await database.mend()
            await asyncio.sleep(timing.AWAY_S)
            assert await database.rows("SELECT 7") == [(7,)]
            assert time.monotonic() - began < 10
        finally:
            await database.close()

    run(work)


def test_a_silent_connection_for_notifications_is_noticed(
    postgresql: PostgreSQL, proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timing, "HEARD_FOR_S", 0.2)
    monkeypatch.setattr(timing, "HEARING_TIMEOUT_S", 0.5)

    async def work() -> None:
        url = through(proxy, postgresql)
        near = Database(url.replace(str(proxy.port), str(postgresql.port)))
        await near.open()
        try:
            hearing = near.heard("news", url)
            assert isinstance(await anext(hearing), Session)
            for number in range(40):  # also in the moments in which it is asked for
                await near.rows("SELECT pg_notify('news', %s)", f"told {number}")
                assert await anext(hearing) == f"told {number}"
                await asyncio.sleep(0.02)
            proxy.fall_silent()
            began = time.monotonic()
            with pytest.raises(StoreError, match="silent"):
                await anext(hearing)
            assert time.monotonic() - began < 5
        finally:
            await near.close()

    run(work)


def test_an_url_may_say_otherwise_for_its_own_connections() -> None:
    plain = options_at("postgresql://somewhere/hyperrun")
    assert plain["keepalives_idle"] == 5
    assert plain["tcp_user_timeout"] == 5_000
    told = options_at("postgresql://somewhere/hyperrun?keepalives_idle=60&connect_timeout=9")
    assert {"keepalives_idle", "connect_timeout"}.isdisjoint(told)
    assert told["keepalives_interval"] == 2

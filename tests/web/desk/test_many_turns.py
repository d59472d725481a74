"""However many turns are kept: what a view of the desk reads, sends and holds in memory.

How long it takes is measured by `bench/desk.py`.
"""

import asyncio
import random
import re
import sqlite3
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.desk import fill, turn
from hyperrun.settings import Settings
from hyperrun.storage.opening import store_of
from hyperrun.storage.queries import Queries
from tests.postgresql import running_postgresql
from tests.server import RunningServer, running, settings_in
from tests.web.desk.seat import PASSWORD, seat

FEW, MANY = 1_500, 15_000
DAYS = 30
LONG = "reader~long"  # a conversation of many turns
VIEWS = (
    "/desk?days=365", "/desk?days=7", "/desk/conversations", "/desk/conversations?words=zebra",
    "/desk/conversations?outcome=unanswered&language=ja", "/desk/conversations?page=page7/",
    "/desk/conversation/long-80", "/desk/searches?days=365", "/desk/pages?days=365",
    "/desk/sources", "/desk/limits", "/desk/settings", "/desk/gaps",
)  # fmt: skip
EXPORTS = ("/desk/export.csv", "/desk/export.json")
# PostgreSQL's index may hold no text of any length: what is looked for in texts reads the rows.
LOOKS_INTO_TEXTS = re.compile(r"ILIKE|GROUP BY page_url")

Statements = list[tuple[str, tuple[Any, ...]]]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where each kind of store is."""
    with ExitStack() as stack:
        yield (
            stack.enter_context(running_postgresql()).new_database()
            if (request.param == "postgresql")
            else ""
        )


def filled(folder: Path, database: str, turns: int) -> Settings:
    """A store with so many turns, and 160 of one conversation."""
    settings = settings_in(
        folder, database_url=database, desk_password=PASSWORD, keep_days=0,
        max_store_mb=0, changes_per_minute_per_address=0,
    )  # fmt: skip

    async def work() -> None:
        chance, now = random.Random(2), time.time()
        store = store_of(settings)
        await store.open()
        await store.save([
            replace(turn(at, DAYS, chance, now), id=f"long-{at}", conversation=LONG)
            for at in range(160)
        ])  # fmt: skip
        await store.close()
        await fill(settings.data_dir, database, turns, DAYS)

    asyncio.run(work())
    return settings


@pytest.mark.slow
def test_every_view_finds_what_it_shows_by_an_index(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(filled(tmp_path, database, MANY)) as server:
        server.wait_until_ready()
        visitor, asked = seat(server), recorded(server, monkeypatch)
        for view in VIEWS:
            assert visitor.get(view).status_code == 200
    assert len(asked) > len(VIEWS)
    explain = by_postgresql if database else by_sqlite
    for statement, values in asked:
        if "FROM turns" in statement:
            plan = explain(server.settings, statement, values)
            assert not plan or LOOKS_INTO_TEXTS.search(statement), (statement, plan)
    if database:
        scanned = {statement for statement, _ in asked if LOOKS_INTO_TEXTS.search(statement)}
        assert len(scanned) == 3, "words, a page's, and all pages"


def recorded(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Statements:
    """What the server's store is asked from now on."""
    asked: Statements = []
    store: Any = server.services.store
    rows, for_desk = store._rows, store._rows_for_desk

    async def record_rows(statement: str, *values: Any) -> Any:
        asked.append((statement, values))
        return await rows(statement, *values)

    async def record_for_desk(statement: tuple[str, tuple[Any, ...]]) -> Any:
        asked.append(statement)
        return await for_desk(statement)

    assert isinstance(store, Queries)
    monkeypatch.setattr(store, "_rows", record_rows)
    monkeypatch.setattr(store, "_rows_for_desk", record_for_desk)
    return asked


def by_sqlite(settings: Settings, statement: str, values: tuple[Any, ...]) -> list[str]:
    """The steps of a plan that read every row of the table."""
    with closing(sqlite3.connect(settings.data_dir / "hyperrun.sqlite3")) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        steps = [str(row[3]) for row in plan]
    assert steps
    return [step for step in steps if re.match(r"SCAN (turns|first)\b(?!.* INDEX )", step)]


def by_postgresql(settings: Settings, statement: str, values: tuple[Any, ...]) -> list[str]:
    """The same."""
    import psycopg

    translated = statement.replace("%", "%%").replace("?", "%s")
    with psycopg.connect(settings.database_url) as connection:
        plan = connection.execute(f"EXPLAIN {translated}", values or None).fetchall()
    assert plan
    return [row[0] for row in plan if "Seq Scan on turns" in row[0]]


@pytest.mark.slow
def test_ten_times_as_many_turns_are_no_more_to_send_and_to_hold(
    tmp_path: Path, database: str
) -> None:
    few, many = (costs(tmp_path / str(turns), database, turns) for turns in (FEW, MANY))
    for view in VIEWS:
        assert many[view][0] < 1.3 * few[view][0] + 2_000, (view, few[view], many[view])
    for view in (*VIEWS, *EXPORTS):
        assert many[view][1] < 1.5 * few[view][1] + 1_000_000, (view, few[view], many[view])
    assert many[EXPORTS[0]][0] > 8 * few[EXPORTS[0]][0]


def costs(folder: Path, database: str, turns: int) -> dict[str, tuple[int, int]]:
    """For each view the bytes that it sends, and those that are held for it at most."""
    found = {}
    with running(filled(folder, database, turns)) as server:
        server.wait_until_ready()
        visitor = seat(server)
        for view in VIEWS:
            visitor.get(view)  # what is imported and cached once
        tracemalloc.start()
        try:
            for view in (*VIEWS, *EXPORTS):
                tracemalloc.reset_peak()
                before, _ = tracemalloc.get_traced_memory()
                size = 0
                headers = {"Cookie": visitor.cookie}
                with httpx.stream("GET", f"{server.url}{view}", headers=headers) as answer:
                    assert answer.status_code == 200
                    size = sum(map(len, answer.iter_raw()))
                found[view] = size, tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()
    return found

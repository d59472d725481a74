"""Every view of the operator's desk, with many turns in the store.

    python -m bench.desk [--turns 100000] [--days 30] [--postgresql]

A SQLite file is filled, or a database of a PostgreSQL that is started for it; a server is started
over this repository, and each view is opened twice: the first time right after the start, and then
again. Then all is exported and reported. Memory is the server's, at its most.
"""

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from psycopg import AsyncConnection

from hyperrun.domain import Asker, Door, Grounding, Handed, Outcome, PageContext, Turn, Usage
from hyperrun.settings import Settings
from hyperrun.storage.opening import store_of
from tests.postgresql import running_postgresql
from tests.server_process import free_port

ROOT = Path(__file__).parent.parent
PASSWORD = "correct horse battery"
OUTCOMES = (Outcome.ANSWERED, Outcome.FAILED, Outcome.STOPPED)
AT_ONCE = 1_000
VIEWS = (
    "/desk", "/desk?days=365", "/desk?days=7", "/desk/conversations",
    "/desk/conversations?words=zebra", "/desk/conversations?outcome=unanswered&language=ja",
    "/desk/conversation/turn-5", "/desk/searches", "/desk/pages?days=365", "/desk/sources",
    "/desk/limits", "/desk/settings", "/desk/gaps",
)  # fmt: skip
TAKEN_ALONG = ("/desk/export.csv", "/desk/export.json", "/desk/report.md")


def turn(number: int, days: int, chance: random.Random, now: float) -> Turn:
    """One of many: mostly people's, mostly answered, on some hundred pages."""
    at = now - chance.random() * days * 86_400
    verb, noun = (
        chance.choice(["dim", "bend", "cut", "sort", "map"]),
        chance.choice(["lamp", "row"]),
    )
    return Turn(
        id=f"turn-{number}",
        conversation=f"reader{chance.randrange(20_000)}~{number}",
        question=f"How do I {verb} a {noun} number {number}?",
        page=PageContext(f"https://docs.example/page{chance.randrange(300)}/"),
        outcome=chance.choices(OUTCOMES, (90, 5, 5))[0],
        answer="word " * 300,
        usage=Usage(chance.choice(("openai/a", "anthropic/b", "", "groq/c")), 900, 200, 0.01),
        started=at,
        ended=at + chance.expovariate(0.3),
        asker=Asker(chance.choices(tuple(Door), (80, 10, 10))[0]),
        grounding=chance.choices(tuple(Grounding), (2, 70, 10, 8, 10))[0],
        language=chance.choice(("en", "de", "es", "ja")),
        handed=tuple(Handed(at, "docs/a.md", "A title", 1, 9) for at in range(8)),
    )


async def fill(folder: Path, database: str, turns: int, days: int) -> None:
    """Make the store."""
    settings = replace(
        Settings(), data_dir=folder, database_url=database, keep_days=0, max_store_mb=0
    )
    store = store_of(settings)
    await store.open()
    chance, now = random.Random(1), time.time()
    for first in range(0, turns, AT_ONCE):
        last = min(first + AT_ONCE, turns)
        await store.save([turn(number, days, chance, now) for number in range(first, last)])
    await store.close()
    if database:  # as its autovacuum does before long
        async with await AsyncConnection.connect(database, autocommit=True) as connection:
            await connection.execute("VACUUM ANALYZE turns")


@contextmanager
def serving(folder: Path, database: str) -> Iterator[tuple[str, int]]:
    """A server over the store; its address and its process."""
    port = free_port()
    environment = os.environ | {
        "HYPERRUN_DATA_DIR": str(folder), "HYPERRUN_DESK_PASSWORD": PASSWORD, "PORT": str(port),
        "HYPERRUN_KEEP_DAYS": "0", "HYPERRUN_MAX_STORE_MB": "0", "HYPERRUN_SEARCH": "embedded",
        "HYPERRUN_CHANGES_PER_MINUTE_PER_ADDRESS": "0", "HYPERRUN_DATABASE_URL": database,
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "main.py", "--repo", str(ROOT)], cwd=ROOT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://localhost:{port}"
    try:
        while True:
            assert process.poll() is None, "the server did not start"
            try:
                httpx.get(f"{url}/healthz", timeout=10)
                break
            except httpx.ConnectError:
                time.sleep(0.02)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()


def memory_mb(process: int, which: str) -> float:
    """What a process holds in memory: now (`VmRSS`), at its most (`VmHWM`)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = re.search(rf"{which}:\s+(\d+)", status)
    return int(found[1]) / 1_000 if found else 0.0


def measure(folder: Path, database: str) -> None:
    """Print what each view takes."""
    with serving(folder, database) as (url, process):
        own = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
        answer = httpx.post(f"{url}/desk/login", data={"password": PASSWORD}, headers=own)
        cookie = answer.headers["set-cookie"].partition(";")[0]
        before = memory_mb(process, "VmRSS")
        with httpx.Client(base_url=url, headers={"Cookie": cookie}, timeout=120) as visitor:
            for views in (VIEWS, TAKEN_ALONG):
                for view in views:
                    told, size = [], 0
                    for _ in range(2):
                        began = time.perf_counter()
                        size = len(visitor.get(view).raise_for_status().content)
                        told.append((time.perf_counter() - began) * 1_000)
                    print(f"{view:50} {told[0]:6.0f} ms, again {told[1]:6.0f} ms, "
                          f"{size / 1_000:7.0f} kB", flush=True)  # fmt: skip
                most = memory_mb(process, "VmHWM")
                print(f"memory: {before:.0f} MB before, {most:.0f} MB at its most", flush=True)


def main() -> int:
    """Fill a store and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        database = ""
        if options.postgresql:
            database = stack.enter_context(running_postgresql()).new_database()
        asyncio.run(fill(folder, database, options.turns, options.days))
        measure(folder, database)
    return 0


if __name__ == "__main__":
    sys.exit(main())

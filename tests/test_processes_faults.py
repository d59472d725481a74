"""What happens to several processes, and to their database, while readers read."""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.model_server import ModelServer, Script
from tests.postgresql import PostgreSQL, running_postgresql
from tests.server_process import ServerProcess
from tests.several import Wanderer, outcome_told, running, servers_over, shown

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]

WORDS = [f"word{n:02} " for n in range(60)]
WHOLE = "".join(WORDS).strip()
ENDS_WITHIN_S = 8.0


@pytest.fixture
def database() -> Iterator[PostgreSQL]:
    """A PostgreSQL of one's own, to be stopped."""
    with running_postgresql() as server:
        yield server


def rows(url: str, question: str) -> list[tuple[Any, ...]]:
    """What stands in the database."""
    import psycopg

    with psycopg.connect(url) as connection:
        return list(connection.execute(question).fetchall())


def insist(ask: Callable[[], str], within_s: float = 30) -> str:
    """Ask until a server takes the question, as a reader does."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            return ask()
        except (httpx.HTTPError, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def warm(servers: list[ServerProcess]) -> None:
    """The model's libraries are there."""
    for at in range(len(servers)):
        reader = Wanderer(servers)
        reader.follow(reader.ask("Are the libraries there?", at=at), at)


def plain(wire: str) -> str:
    """All words of a stream, in their order."""
    return " ".join(re.findall(r"word\d\d", wire))


def test_an_owner_that_dies_has_its_answer_ended_elsewhere_with_what_had_come(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    url = database.new_database()
    with running(
        servers_over(tmp_path, url, model_server, HYPERRUN_ABANDON_AFTER_S="60")
    ) as servers:
        warm(servers)
        calls = model_server.calls
        model_server.default = Script(WORDS * 5, delay_s=0.05)
        reader = Wanderer(servers)
        turn_id = reader.ask(at=0)
        seen: list[str] = []
        ended: list[float] = []

        def follow(at: int) -> str:
            wire = ""
            with httpx.stream("GET", f"{reader.url(at)}/stream/{turn_id}", timeout=30) as response:
                for text in response.iter_text():
                    wire += text
                    seen.append(text)
            ended.append(time.monotonic())
            return wire

        with ThreadPoolExecutor(2) as pool:
            following = [pool.submit(follow, at) for at in (1, 2)]
            while "word40" not in "".join(seen):
                time.sleep(0.02)
            servers[0].kill()
            killed = time.monotonic()
            words_seen = max(len(plain("".join(seen)).split()) // 2, 40)
            wires = [each.result(30) for each in following]
        assert max(ended) - killed < ENDS_WITHIN_S
        for wire in wires:
            assert "event: close" in wire
            assert "The server went away" in outcome_told(wire)
        kept = rows(url, f"SELECT outcome, answer FROM turns WHERE id = '{turn_id}'")[0]
        assert kept[0] == "interrupted"
        assert "".join(WORDS * 5).startswith(kept[1])
        lost_s = (words_seen - len(kept[1].split())) * 0.05
        print(f"told after {max(ended) - killed:.1f} s; {lost_s:.2f} s of words were taken back")
        assert lost_s < 1.5
        model_server.default = Script("Once more.")
        again = reader.post(f"retry/{turn_id}", at=1)
        assert again.status_code == 200
        retried = re.search(r'sse-connect="stream/([^"?]+)', again.text)
        assert retried
        assert shown(reader.follow(retried[1], 2)) == "Once more."
        assert model_server.calls == calls + 2


def test_a_rolling_restart_loses_no_answer(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    url = database.new_database()
    made = servers_over(tmp_path, url, model_server, HYPERRUN_DRAIN_S="20")
    with running(made) as servers:
        warm(servers)
        model_server.default = Script(WORDS[:40], delay_s=0.05)
        over = threading.Event()
        seen: list[str] = []

        def read(seed: int) -> None:
            reader = Wanderer(servers, random.Random(seed))
            while not over.is_set():
                turn_id = insist(reader.ask)
                seen.append(shown(reader.follow_wandering(turn_id)))

        with ThreadPoolExecutor(30) as pool:
            reading = [pool.submit(read, seed) for seed in range(30)]
            time.sleep(1.0)
            for server in servers:
                server.stop()
                server.start()
            over.set()
            for each in reading:
                each.result(60)
        assert set(seen) == {" ".join("".join(WORDS[:40]).split())}
        assert len(seen) >= 60
        assert rows(url, "SELECT DISTINCT outcome FROM turns") == [("answered",)]


def test_kills_of_any_process_lose_and_double_nothing(
    tmp_path: Path,
    database: PostgreSQL,
    model_server: ModelServer,
    kills: int = 3,
    at_once: int = 30,
) -> None:
    url = database.new_database()
    with running(servers_over(tmp_path, url, model_server)) as servers:
        warm(servers)
        before = model_server.calls
        model_server.default = Script(WORDS, delay_s=0.04)
        over = threading.Event()
        told: dict[str, str] = {}  # by turn: what its reader saw in the end
        chance = random.Random(3)

        def read(seed: int) -> None:
            reader = Wanderer(servers, random.Random(seed))
            while not over.is_set():
                turn_id = insist(reader.ask)
                told[turn_id] = reader.follow_wandering(turn_id)

        with ThreadPoolExecutor(at_once) as pool:
            reading = [pool.submit(read, seed) for seed in range(at_once)]
            time.sleep(1.0)
            for _ in range(kills):
                server = chance.choice(servers)
                server.kill()
                time.sleep(2.0)
                server.start()
            over.set()
            for each in reading:
                each.result(60)
        kept = {row[0]: row[1:] for row in rows(url, "SELECT id, outcome, answer FROM turns")}
        assert set(told) <= set(kept)
        for turn_id, wire in told.items():
            outcome, answer = kept[turn_id]
            assert WHOLE.startswith(answer.strip())
            assert outcome in ("answered", "interrupted")
            assert shown(wire) == (WHOLE if outcome == "answered" else answer.strip())
        cut = sum(outcome == "interrupted" for outcome, _ in kept.values())
        assert cut >= 1
        assert model_server.calls - before <= len(kept) - 3  # but for those that warmed up
        print(f"{len(told)} answers, {cut} interrupted, {model_server.calls - before} calls")


def test_a_budget_holds_over_all_processes(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    # 1,000 tokens at 10 USD a million: a cent each.
    model_server.default = Script("Short.", prompt_tokens=900, completion_tokens=100)
    url = database.new_database()
    servers = servers_over(
        tmp_path, url, model_server,
        HYPERRUN_DAILY_BUDGET_USD="1", HYPERRUN_ASSUMED_USD_PER_MILLION_TOKENS="10",
    )  # fmt: skip
    with running(servers):
        calls = model_server.calls

        def ask(seed: int) -> str:
            reader = Wanderer(servers, random.Random(seed))
            return reader.follow_wandering(reader.ask())

        with ThreadPoolExecutor(24) as pool:
            wires = list(pool.map(ask, range(400)))
        usd = (model_server.calls - calls) * 0.01
        [(spent,)] = rows(url, "SELECT usd FROM spend WHERE own_key = 0")
        print(f"{usd:.2f} USD at the model, {spent:.4f} counted")
        assert 0.3 < usd <= 1.05
        assert spent == pytest.approx(usd)
        assert sum("Short." in shown(wire) for wire in wires) == round(usd / 0.01)
        assert rows(url, "SELECT count(*) FROM places") == [(0,)]


def test_a_database_that_is_away_for_a_while_costs_no_answer(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    url = database.new_database()
    with running(servers_over(tmp_path, url, model_server)) as servers:
        warm(servers)
        calls = model_server.calls
        model_server.default = Script(WORDS * 4, delay_s=0.05)  # 12 s
        readers = [Wanderer(servers, random.Random(n)) for n in range(12)]
        asked = [reader.ask(at=n % 3) for n, reader in enumerate(readers)]
        with ThreadPoolExecutor(24) as pool:
            # Half of them where the answer runs, half anywhere.
            following = [
                pool.submit(readers[n].follow_wandering, turn_id, 0, 90.0)
                for n, turn_id in enumerate(asked)
            ]
            time.sleep(1.5)
            database.stop()
            time.sleep(1.0)
            health = httpx.get(f"{readers[0].url(0)}/healthz", timeout=10)
            assert (health.status_code, health.json()["store"]["ready"]) == (503, False)
            began = time.monotonic()
            refused = Wanderer(servers).post("ask", at=1, query="And now?")
            assert refused.status_code == 503
            assert "cannot be kept or read just now" in refused.text
            assert time.monotonic() - began < 6
            time.sleep(3.0)
            database.start()
            wires = [each.result(90) for each in following]
        assert {shown(wire) for wire in wires} == {" ".join("".join(WORDS * 4).split())}
        assert model_server.calls == calls + 12
        assert {row[0] for row in rows(url, "SELECT outcome FROM turns")} == {"answered"}
        late = Wanderer(servers)
        model_server.default = Script("Back again.")
        assert shown(late.follow(insist(late.ask))) == "Back again."
        deadline = time.monotonic() + 10
        while not _ready(servers) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert _ready(servers)


def _ready(servers: list[ServerProcess]) -> bool:
    found = [httpx.get(f"http://127.0.0.1:{server.port}/healthz", timeout=10) for server in servers]
    return all(each.status_code == 200 for each in found)

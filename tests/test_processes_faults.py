"""What happens to several processes, and to their database, while readers read."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import trials
from tests.model_server import ModelServer, Script
from tests.postgresql import PostgreSQL, running_postgresql
from tests.server_process import CuttingProxy
from tests.several import Wanderer, running, servers_over, shown

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]

ENDS_WITHIN_S = 8.0
TAKEN_BACK_S = 1.0


@pytest.fixture
def database() -> Iterator[PostgreSQL]:
    """A PostgreSQL of one's own, to be stopped."""
    with running_postgresql() as server:
        yield server


def test_an_owner_that_dies_has_its_answer_ended_elsewhere_with_what_had_come(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    url = database.new_database()
    with running(servers_over(tmp_path, url, model_server)) as servers:
        trials.warm(servers)
        calls = model_server.calls
        found = trials.death(servers, model_server, url)
        print(found)
        assert found.told_after_s < ENDS_WITHIN_S
        assert found.taken_back_s <= TAKEN_BACK_S
        assert model_server.calls == calls + 1


def test_an_interrupted_answer_is_asked_for_again_from_elsewhere(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    url = database.new_database()
    with running(servers_over(tmp_path, url, model_server, 2)) as servers:
        trials.warm(servers)
        model_server.default = Script("This much came, and no more.", stall_after=3)
        reader = Wanderer(servers)
        turn_id = reader.ask(at=0)
        stored = f"SELECT 1 FROM turns WHERE id = '{turn_id}' AND answer LIKE 'This much came,%'"
        deadline = time.monotonic() + 30
        while not trials.rows(url, stored):
            assert time.monotonic() < deadline, "no checkpoint came"
            time.sleep(0.05)
        servers[0].kill()
        assert shown(reader.follow(turn_id, at=1)) == "This much came,"
        model_server.default = Script("Once more.")
        again = reader.post(f"retry/{turn_id}", at=1)
        assert again.status_code == 200
        retried = re.search(r'sse-connect="stream/([^"?]+)', again.text)
        assert retried
        assert shown(reader.follow(retried[1], 1)) == "Once more."


def test_a_rolling_restart_loses_no_answer(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    url = database.new_database()
    with running(servers_over(tmp_path, url, model_server, HYPERRUN_DRAIN_S="20")) as servers:
        trials.warm(servers)
        assert trials.rolling_restart(servers, model_server, url, readers=30) >= 60


def test_a_server_that_leaves_while_its_database_is_silent_loses_no_answer(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    """An answer is over for its readers before its last row is written."""
    url = database.new_database()
    with CuttingProxy().running() as proxy:
        proxy.upstream = database.port
        through = url.replace(database.host, f"127.0.0.1:{proxy.port}")
        servers = [
            *servers_over(tmp_path / "leaves", through, model_server, 1, HYPERRUN_DRAIN_S="20"),
            *servers_over(tmp_path / "stays", url, model_server, 1),
        ]
        with running(servers):
            trials.warm(servers)
            model_server.default = Script(trials.WORDS, holds_after=20)
            reader = Wanderer(servers)
            turn_id = reader.ask(at=0)
            here = reader.following(turn_id, at=0)
            here.until("word019")
            proxy.fall_silent()
            model_server.hurry = True
            assert shown(here.end()) == trials.WHOLE
            leaving = threading.Thread(target=servers[0].stop)
            leaving.start()
            leaving.join(6)  # by then it would have given up
            proxy.speak()
            leaving.join(30)
            assert not servers[0].is_running()
            stored = f"SELECT outcome FROM turns WHERE id = '{turn_id}'"
            assert trials.rows(url, stored) == [("answered",)]
            assert shown(reader.follow(turn_id, at=1)) == trials.WHOLE


def test_kills_of_any_process_lose_and_double_nothing(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    url = database.new_database()
    with running(servers_over(tmp_path, url, model_server)) as servers:
        trials.warm(servers)
        found = trials.kills(servers, model_server, url, answers=60, at_once=30)
        print(found)
        assert found.interrupted >= 1


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
        usd = trials.spent_by(servers, model_server, url, questions=400, usd_each=0.01)
        print(f"{usd:.2f} USD at the model")
        assert 0.3 < usd <= 1.05


def test_a_database_that_is_away_for_a_while_costs_no_answer(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    url = database.new_database()

    def harm(while_away: Callable[[], None]) -> None:
        stopped = time.monotonic()
        database.stop()
        while_away()
        time.sleep(max(0.0, stopped + 5.0 - time.monotonic()))
        database.start()

    with running(servers_over(tmp_path, url, model_server)) as servers:
        trials.warm(servers)
        trials.database_away(servers, model_server, url, harm)


def test_a_database_that_fails_over_to_its_copy_costs_no_answer(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    name = database.new_database().rpartition("/")[2]
    copy = database.standby()
    url = database.url_with(copy, name)

    def harm(while_away: Callable[[], None]) -> None:
        database.crash()
        while_away()
        copy.promote()

    try:
        with running(servers_over(tmp_path, url, model_server)) as servers:
            trials.warm(servers)
            trials.database_away(servers, model_server, url, harm)
    finally:
        copy.stop()


def test_a_database_that_is_restored_from_a_copy_costs_no_answer(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    url = database.new_database()
    copies = []

    def harm(while_away: Callable[[], None]) -> None:
        database.stop()
        copies.append(database.restore())
        while_away()
        copies[0].start()

    try:
        with running(servers_over(tmp_path, url, model_server, 2)) as servers:
            trials.warm(servers)
            trials.database_away(servers, model_server, url, harm)
    finally:
        for copy in copies:
            copy.stop()


def test_a_database_that_falls_silent_costs_no_answer(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    """Every line stays open, and nothing comes on it: as of a machine that vanished behind
    something that did not."""
    url = database.new_database()
    proxy = CuttingProxy()
    proxy.upstream = database.port

    def harm(while_away: Callable[[], None]) -> None:
        proxy.fall_silent()
        while_away()
        proxy.speak()

    with proxy.running():
        through = url.replace(database.host, f"127.0.0.1:{proxy.port}")
        with running(servers_over(tmp_path, through, model_server)) as servers:
            trials.warm(servers)
            trials.database_away(servers, model_server, url, harm)
            deadline = time.monotonic() + 30  # fifteen, and a connection
            while {trials.health_of(each).json()["processes"]["news"] for each in servers} != {
                "notifications"
            }:
                assert time.monotonic() < deadline, "nobody listens again"
                time.sleep(0.1)


def test_sixty_answers_are_seen_exactly_once_by_cut_readers_who_wander(
    tmp_path: Path, database: PostgreSQL, model_server: ModelServer
) -> None:
    with running(servers_over(tmp_path, database.new_database(), model_server)) as servers:
        trials.warm(servers)
        began = time.monotonic()
        trials.cut_and_wandering(servers, model_server, answers=60)
        print(f"{time.monotonic() - began:.0f} s")

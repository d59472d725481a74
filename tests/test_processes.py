"""Three real processes over one PostgreSQL, each request to any of them."""

import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from hyperrun.storage.fleet import CHANNEL
from tests import trials
from tests.browser import eventually
from tests.model_server import ModelServer, Script, running_model_server
from tests.postgresql import PostgreSQL, pgbouncer_before
from tests.search.repository import git
from tests.server_process import ServerProcess
from tests.several import WHOLE_BUT_UNFOUND, Wanderer, outcome_told, running, servers_over, shown

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]  # each server imports for seconds

WORDS = [f"word{n:02} " for n in range(40)]
WHOLE = "".join(WORDS).strip()
SECRET = "of the webhook alone"


class Several:
    """Three servers, their model and their database."""

    def __init__(
        self, servers: list[ServerProcess], model: ModelServer, database: str, repository: Path
    ) -> None:
        self.servers = servers
        self.model = model
        self.database = database
        self.repository = repository

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """What stands in the database."""
        import psycopg

        with psycopg.connect(self.database) as connection:
            return list(connection.execute(question).fetchall())

    def reader(self) -> Wanderer:
        """Somebody whose requests go to any of the servers."""
        return Wanderer(self.servers)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL) -> Iterator[Several]:
    """Shared by the tests that harm none of them."""
    url = postgresql.new_database()
    folder = tmp_path_factory.mktemp("several")
    with running_model_server() as model:
        servers = servers_over(folder, url, model, HYPERRUN_REINDEX_SECRET=SECRET)
        for command in (["init"], ["add", "."], ["commit", "-qm", "One"]):
            git(folder / "lantern", *command)
        with running(servers):
            for at in range(len(servers)):
                reader = Wanderer(servers)
                reader.follow(reader.ask("Are the libraries there?", at=at), at)
            yield Several(servers, model, url, folder / "lantern")


def test_an_answer_is_followed_from_anywhere_with_one_call_of_the_model(several: Several) -> None:
    before = several.model.calls
    several.model.default = Script(WORDS, delay_s=0.03, first_delay_s=0.3)
    reader = several.reader()
    turn_id = reader.ask(at=0)
    with ThreadPoolExecutor(6) as pool:
        wires = list(pool.map(lambda at: several.reader().follow(turn_id, at), [0, 1, 2] * 2))
    assert [shown(wire) for wire in wires] == [WHOLE] * 6
    assert {outcome_told(wire) for wire in wires} == {WHOLE_BUT_UNFOUND}
    assert several.model.calls == before + 1
    assert shown(reader.follow(turn_id, 2)) == WHOLE
    eventually(lambda: several.rows("SELECT count(*) FROM places") == [(0,)])


def test_the_first_word_is_hardly_later_elsewhere(several: Several) -> None:
    later_ms = trials.first_words(several.servers, several.model, answers=3)
    assert max(later_ms) < 300


def test_cut_readers_who_wander_see_every_word_once(several: Several) -> None:
    trials.cut_and_wandering(several.servers, several.model, answers=12)


def test_an_answer_is_stopped_from_elsewhere(several: Several) -> None:
    several.model.default = Script(WORDS, stall_after=5)
    reader = several.reader()
    turn_id = reader.ask(at=0)
    reader.follow_until("word04", turn_id, at=0)
    assert reader.post(f"stop/{turn_id}", at=1).status_code == 204
    several.model.wait_for(open_connections=0)
    wire = reader.follow(turn_id, at=2)
    assert shown(wire) == "word00 word01 word02 word03 word04"
    stored = f"SELECT outcome FROM turns WHERE id = '{turn_id}'"
    eventually(lambda: several.rows(stored) == [("stopped",)])


def test_an_owner_that_is_merely_late_keeps_its_answer(several: Several) -> None:
    """As a machine with too much to do, or one that was held up: taken for dead in vain."""
    several.model.default = Script(WORDS, delay_s=0.03)
    calls = several.model.calls
    owner = several.servers[0]
    reader = several.reader()
    turn_id = reader.ask(at=0)
    following = reader.following(turn_id, at=1)
    following.until("word04")
    os.kill(owner.pid, signal.SIGSTOP)
    try:
        late = "SELECT max(seen) - min(seen) > interval '7 seconds' FROM processes"
        deadline = time.monotonic() + 30
        while several.rows(late) != [(True,)]:
            assert time.monotonic() < deadline, "nobody else lives"
            time.sleep(0.05)
    finally:
        os.kill(owner.pid, signal.SIGCONT)
    wire = following.end()
    assert (shown(wire), outcome_told(wire)) == (WHOLE, WHOLE_BUT_UNFOUND)
    assert several.model.calls == calls + 1
    eventually(
        lambda: several.rows(f"SELECT outcome FROM turns WHERE id = '{turn_id}'") == [("answered",)]
    )


def test_a_conversation_has_one_answer_at_a_time_wherever_it_is_asked(several: Several) -> None:
    several.model.default = Script(WORDS, delay_s=0.05)
    reader = several.reader()
    turn_id = reader.ask(at=0)
    second = reader.post("ask", at=1, query="And now?")
    assert (second.status_code, "One answer at a time" in second.text) == (409, True)
    assert shown(reader.follow(turn_id, at=1)) == WHOLE
    several.model.default = Script("Again.")
    assert shown(reader.follow(reader.ask("And now?", at=1), at=2)) == "Again."
    retried = reader.post(f"retry/{turn_id}", at=2)
    assert retried.status_code == 200
    stream = re.search(r'sse-connect="stream/([^"?]+)', retried.text)
    assert stream is not None
    assert shown(reader.follow(stream[1])) == "Again."
    page = reader.post("history", at=0).text
    assert "And now?" in page and turn_id not in page


def test_what_is_deleted_elsewhere_while_it_runs_stays_deleted(several: Several) -> None:
    several.model.default = Script(WORDS, stall_after=5)
    reader = several.reader()
    turn_id = reader.ask(at=0)
    several.model.wait_for(open_connections=1)
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(several.reader().follow, turn_id, 2)
        assert reader.post("clear-messages", at=1).status_code == 200
        assert "event: close" in following.result(10)
    several.model.wait_for(open_connections=0)
    # What that process writes is written in its order: had it gone on, its row would come first.
    several.model.default = Script("Another.")
    other = several.reader()
    assert shown(other.follow(other.ask(at=0), at=0)) == "Another."
    assert several.rows(f"SELECT 1 FROM turns WHERE id = '{turn_id}'") == []
    assert "not" in several.reader().follow(turn_id, at=0)


def test_readers_without_a_reader_elsewhere_cost_no_parts(several: Several) -> None:
    several.model.default = Script(WORDS, delay_s=0.01)
    reader = several.reader()
    turn_id = reader.ask(at=0)
    assert shown(reader.follow(turn_id, at=0)) == WHOLE
    assert several.rows(f"SELECT count(*) FROM parts WHERE turn = '{turn_id}'") == [(0,)]


def test_every_process_says_how_many_there_are(several: Several) -> None:
    for at in range(3):
        health = httpx.get(f"{several.reader().url(at)}/healthz").json()
        assert health["processes"] == {"count": 3, "news": "notifications"}


def test_places_and_rates_count_over_all(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL, model_server: ModelServer
) -> None:
    model_server.default = Script(WORDS, stall_after=5)
    folder = tmp_path_factory.mktemp("limited")
    servers = servers_over(
        folder, postgresql.new_database(), model_server,
        HYPERRUN_MAX_ANSWERS_PER_VISITOR="4", HYPERRUN_QUESTIONS_PER_MINUTE="9",
    )  # fmt: skip
    time.sleep(max(0.0, time.time() % 60 - 50))  # a sliding window lets one more in at its turn
    with running(servers):
        readers = [Wanderer(servers) for _ in range(12)]
        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda reader: reader.post("ask", query="How?"), readers))
        assert sorted(each.status_code for each in answers) == [200] * 4 + [429] * 8
        logs = "".join(server.log for server in servers)
        assert logs.count("LimitReached: more than 9 a minute") == 3
        assert logs.count("LimitReached: 4 answers at once") == 5


def test_behind_pgbouncer_news_are_looked_for(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL, model_server: ModelServer
) -> None:
    model_server.default = Script(WORDS, delay_s=0.05)
    folder = tmp_path_factory.mktemp("polling")
    with (
        pgbouncer_before(postgresql.new_database(), folder) as url,
        running(servers_over(folder, url, model_server, 2)) as servers,
    ):
        reader = Wanderer(servers)
        turn_id = reader.ask(at=0)
        assert shown(reader.follow(turn_id, at=1)) == WHOLE
        health = httpx.get(f"{reader.url(1)}/healthz").json()
        assert health["processes"] == {"count": 2, "news": "polling"}
        stalled = Wanderer(servers)
        model_server.default = Script(WORDS, stall_after=3)
        turn_id = stalled.ask(at=0)
        model_server.wait_for(open_connections=1)
        assert stalled.post(f"stop/{turn_id}", at=1).status_code == 204
        model_server.wait_for(open_connections=0)


def test_behind_pgbouncer_with_a_line_past_it_news_are_told(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL, model_server: ModelServer
) -> None:
    model_server.default = Script(WORDS, delay_s=0.05)
    folder = tmp_path_factory.mktemp("past")
    direct = postgresql.new_database()
    with (
        pgbouncer_before(direct, folder) as url,
        running(
            servers_over(folder, url, model_server, 2, HYPERRUN_DATABASE_LISTEN_URL=direct)
        ) as servers,
    ):
        reader = Wanderer(servers)
        assert shown(reader.follow(reader.ask(at=0), at=1)) == WHOLE
        health = httpx.get(f"{reader.url(1)}/healthz").json()
        assert health["processes"] == {"count": 2, "news": "notifications"}


def test_what_is_notified_is_a_few_bytes_however_long_the_answer(several: Several) -> None:
    import psycopg

    long = [f"word{n:03} " * 40 for n in range(20)]
    several.model.default = Script(long, delay_s=0.05)
    with psycopg.connect(several.database, autocommit=True) as bus:
        bus.execute(f"LISTEN {CHANNEL}")
        reader = several.reader()
        turn_id = reader.ask(at=0)
        assert shown(reader.follow(turn_id, at=1)) == "".join(long).strip()
        told = [each.channel + each.payload for each in bus.notifies(timeout=0.5)]
    assert len(told) > 5
    assert max(len(each.encode()) for each in told) <= 200
    assert not any("word" in each for each in told)


def test_a_push_brings_the_index_of_every_process_up(several: Several) -> None:
    def seen() -> list[tuple[int, str]]:
        found = [httpx.get(f"{several.reader().url(at)}/healthz").json() for at in range(3)]
        return [(each["index"]["files"], each["index"]["commit"]) for each in found]

    [(files, commit)] = set(seen())
    page = several.repository / "docs" / "tides.md"
    page.write_text("# Tides\n\nThe lamp knows the tides.\n")
    for command in (["add", "."], ["commit", "-qm", "Tides"]):
        git(several.repository, *command)
    pushed = httpx.post(
        f"{several.reader().url(2)}/reindex", headers={"X-Gitlab-Token": SECRET}, content=b"{}"
    )
    assert pushed.status_code == 202
    eventually(lambda: {each[0] for each in seen()} == {files + 1}, timeout_s=30)
    [(_, now)] = set(seen())
    assert now not in ("", commit)
    # Cited alike, whichever process shows it.
    several.model.default = Script("The lamp knows the tides [1].")
    reader = several.reader()
    turn_id = reader.ask("What does the lamp know of tides?", at=0)
    cited = {re.findall(r'href="([^"]+)"', several.reader().follow(turn_id, at))[0]
             for at in range(3)}  # fmt: skip
    assert len(cited) == 1

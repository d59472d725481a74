"""kill -9 of the real server while readers ask, read and wait: what was told stays told."""

import random
import re
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.kept import Kept
from tests.model_server import ModelServer, Script
from tests.server_process import ServerProcess, unlimited_server

WORDS = [f"word{n:02} " for n in range(40)]
WHOLE = "".join(WORDS)


class Crowd:
    """Readers who ask and follow one after the other, and remember what they were told."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.taken: set[str] = set()  # turns whose question was taken
        self.answered: set[str] = set()  # turns whose end was told
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._read) for _ in range(6)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        with httpx.Client(timeout=20, headers={"HX-Request": "true"}) as client:
            token = ""
            while not self._over.is_set():
                url = f"http://127.0.0.1:{self.server.port}"
                with suppress(httpx.HTTPError):
                    asked = client.post(f"{url}/ask", data={"query": "Count.", "token": token})
                    stream = re.search(r'sse-connect="(stream/([^"?]+))', asked.text)
                    if stream is None:
                        time.sleep(0.02)
                        continue
                    token = re.search(r'name="token" value="([^"]+)"', asked.text)[1]  # type: ignore[index]
                    self.taken.add(stream[2])
                    told = client.get(f"{url}/{stream[1]}").text
                    if "event: close" in told and "word39" in told:
                        self.answered.add(stream[2])
                time.sleep(0.01)


def check(kept: Kept, crowd: Crowd) -> None:
    """Everything that was told is there, whole; nothing is half."""
    if not kept.url:
        assert kept.rows("PRAGMA integrity_check") == [("ok",)]
    rows = kept.rows("SELECT id, outcome, answer FROM turns")
    outcomes = {turn_id: outcome for turn_id, outcome, _ in rows}
    assert crowd.taken <= set(outcomes)
    assert {outcomes[turn_id] for turn_id in crowd.answered} <= {"answered"}
    for _, outcome, answer in rows:
        if outcome == "answered":
            assert answer == WHOLE
        assert WHOLE.startswith(answer)


def count(kept: Kept, outcome: str) -> int:
    """How many answers have ended so."""
    return int(kept.rows(f"SELECT count(*) FROM turns WHERE outcome = '{outcome}'")[0][0])


@pytest.mark.timeout(900)
@pytest.mark.slow
@pytest.mark.parametrize(("kept", "kills"), [("sqlite", 50), ("postgresql", 8)], indirect=["kept"])
def test_a_kill_at_any_moment_takes_back_nothing_that_was_told(
    tmp_path: Path, model_server: ModelServer, kept: Kept, kills: int
) -> None:
    chance = random.Random(50)
    model_server.default = Script(WORDS, delay_s=0.02)
    server = unlimited_server(
        tmp_path, model_server, HYPERRUN_ABANDON_AFTER_S="1", **kept.environment
    )
    with server, Crowd(server) as crowd:
        for _ in range(kills):
            answered = len(crowd.answered)
            deadline = time.monotonic() + 30
            while (
                len(crowd.answered) == answered
            ):  # the libraries are there, answers are on their way
                assert time.monotonic() < deadline, (tmp_path / "server.log").read_text()
                time.sleep(0.01)
            time.sleep(chance.random())
            server.kill()
            server.start()
        deadline = time.monotonic() + 30
        while count(kept, "interrupted") < kills:  # the kills did come in the middle of answers
            assert time.monotonic() < deadline, (tmp_path / "server.log").read_text()
            time.sleep(0.1)
    check(kept, crowd)
    assert len(crowd.answered) >= kills

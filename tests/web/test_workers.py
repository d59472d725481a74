"""Several servers behind one port, and how a server leaves."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.model_server import ModelServer, Script
from tests.postgresql import PostgreSQL
from tests.server import write_repository
from tests.server_process import ROOT, UNLIMITED, free_port, unlimited_server
from tests.several import WHOLE_BUT_UNFOUND, Wanderer, outcome_told, shown

WORDS = [f"word{n:02} " for n in range(40)]
WHOLE = "".join(WORDS).strip()


def test_workers_over_sqlite_are_refused_with_the_reason(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "main.py", "--workers", "2"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={"PATH": os.environ["PATH"], "HYPERRUN_DATA_DIR": str(tmp_path / "data")},
    )  # fmt: skip
    assert refused.returncode == 1
    assert "--workers needs HYPERRUN_DATABASE_URL: the SQLite file is one" in refused.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_workers_share_a_port_are_started_again_and_end_together(
    tmp_path: Path, postgresql: PostgreSQL
) -> None:
    port = free_port()
    environment = UNLIMITED | {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "HYPERRUN_REPO_PATH": str(write_repository(tmp_path)),
        "HYPERRUN_DATA_DIR": str(tmp_path / "data"),
        "HYPERRUN_SEARCH": "embedded",
        "HYPERRUN_DATABASE_URL": postgresql.new_database(),
        "HYPERRUN_DRAIN_S": "0",
    }

    def count() -> int:
        try:
            health = httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
        except httpx.HTTPError:
            return 0
        return int(health.json()["processes"]["count"]) if health.status_code == 200 else 0

    def wait_for(number: int) -> None:
        deadline = time.monotonic() + 40
        while count() != number:
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.1)

    with (tmp_path / "log").open("wb") as log:
        parent = subprocess.Popen(
            [sys.executable, "main.py", "--workers", "2"],
            cwd=ROOT, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        wait_for(2)
        children = children_of(parent)
        assert len(children) == 2
        os.kill(int(children[0]), signal.SIGKILL)
        deadline = time.monotonic() + 40
        while (now := children_of(parent)) == children or len(now) < 2:
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.1)
        wait_for(2)
        asked = httpx.post(
            f"http://127.0.0.1:{port}/ask",
            data={"query": "How do I dim a lamp?"}, headers={"HX-Request": "true"}, timeout=30,
        )  # fmt: skip
        stream = re.search(r'sse-connect="([^"?]+)', asked.text)
        assert stream is not None
        told = httpx.get(f"http://127.0.0.1:{port}/{stream[1]}", timeout=30).text
        assert "lantern.dim" in told and "event: close" in told
    finally:
        parent.terminate()
        assert parent.wait(20) == 0
    assert not any(Path(f"/proc/{child}").exists() for child in now)


def children_of(parent: subprocess.Popen[bytes]) -> list[str]:
    """The ids of its workers."""
    listed = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    return [each for each in listed if Path(f"/proc/{each}/cmdline").read_bytes()]


@pytest.mark.slow
def test_a_server_over_sqlite_lets_its_answers_end_before_it_does(
    tmp_path: Path, model_server: ModelServer
) -> None:
    model_server.default = Script("Are the libraries there?")
    with unlimited_server(tmp_path, model_server, HYPERRUN_DRAIN_S="15") as server:
        reader = Wanderer([server])
        reader.follow(reader.ask())
        model_server.default = Script(WORDS, delay_s=10)  # until it is told to hurry
        following = reader.following(reader.ask())
        model_server.wait_for(open_connections=1)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        health = httpx.get(f"{reader.url()}/healthz")
        while health.status_code == 200:
            health = httpx.get(f"{reader.url()}/healthz")
        assert (health.status_code, health.json()["leaving"]) == (503, True)
        refused = Wanderer([server]).post("ask", query="One more?")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert "being restarted" in refused.text
        model_server.hurry = True
        wire = following.end()
        stopping.join(20)
        assert shown(wire) == WHOLE
        assert outcome_told(wire) == WHOLE_BUT_UNFOUND


@pytest.mark.slow
def test_what_does_not_end_in_time_is_interrupted(
    tmp_path: Path, model_server: ModelServer
) -> None:
    model_server.default = Script("Are the libraries there?")
    with unlimited_server(tmp_path, model_server, HYPERRUN_DRAIN_S="0.5") as server:
        reader = Wanderer([server])
        reader.follow(reader.ask())
        model_server.default = Script("This much came, and no more.", stall_after=3)
        following = reader.following(reader.ask())
        following.until("This much came,")
        began = time.monotonic()
        server.stop()
        assert 0.5 <= time.monotonic() - began < 6
        wire = following.end()
        assert "The server went away" in wire
        assert shown(wire) == "This much came,"

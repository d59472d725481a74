"""A server without free file handles, and one whose mapped files are cut short under it."""

import os
import resource
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from tests.browser import eventually
from tests.server_process import ServerProcess, unlimited_server
from tests.test_fault_table import asked


def handles(server: ServerProcess) -> int:
    """How many are open."""
    return len(os.listdir(f"/proc/{server.pid}/fd"))


def takes_nobody(server: ServerProcess) -> bool:
    """Let it have no more handles than it has; is nobody let in any more?"""
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (handles(server), hard))
    try:
        httpx.get(f"http://127.0.0.1:{server.port}/healthz", timeout=5)
    except httpx.HTTPError:
        return True
    return False


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux alone limits a running process")
def test_without_file_handles_those_who_are_connected_are_answered_and_others_soon_again(
    tmp_path: Path,
) -> None:
    with unlimited_server(tmp_path) as server:
        url = f"http://127.0.0.1:{server.port}"
        limits = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
        with httpx.Client(base_url=url, timeout=30) as reader:
            assert "lantern pair" in asked(reader)
            eventually(lambda: takes_nobody(server))
            assert "lantern pair" in asked(reader)
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, limits)
            eventually(lambda: reader.get("/healthz").is_success)
            with httpx.Client(base_url=url, timeout=30) as other:
                assert "lantern pair" in asked(other)


@pytest.mark.slow
@pytest.mark.parametrize("mapped", ["index/*.sqlite3-shm", "hyperrun.sqlite3-shm"])
def test_a_map_cut_short_under_the_server_ends_it_and_takes_back_nothing_that_was_told(
    mapped: str, tmp_path: Path
) -> None:
    with unlimited_server(tmp_path) as server:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as reader:
            assert "lantern pair" in asked(reader)
            (path,) = (tmp_path / "data").glob(mapped)
            os.truncate(path, 0)
            with suppress(httpx.HTTPError):
                asked(reader)
        if server.is_running():
            server.kill()
        server.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as reader:
            assert "lantern pair" in asked(reader)
    with closing(sqlite3.connect(tmp_path / "data/hyperrun.sqlite3")) as database:
        outcomes = database.execute("SELECT outcome FROM turns ORDER BY started").fetchall()
    assert outcomes[0] == outcomes[-1] == ("answered",)

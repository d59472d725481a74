"""The server as an operator runs it: a process over a checkout it never writes to."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from hyperrun.web.server import limit_worker_threads
from tests import standing_by
from tests.browser import eventually
from tests.server import write_repository
from tests.server_process import ServerProcess

ROOT = Path(__file__).parent.parent.parent
SOURCES = ("main.py", "components.py", "embed.py", "hyperrun", "static")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the container image holds: sources and built assets, and nothing to build with."""
    made = tmp_path / "app"
    made.mkdir()
    for name in SOURCES:
        source = ROOT / name
        ignored = shutil.ignore_patterns("node_modules")
        if source.is_dir():
            shutil.copytree(source, made / name, ignore=ignored)
        else:
            shutil.copy2(source, made / name)
    return made


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and time; not what Python itself keeps where it can."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            status = path.lstat()
            found[str(path.relative_to(folder))] = (status.st_size, status.st_mtime_ns)
    return found


@contextmanager
def process(checkout: Path, data: Path, **environment: str) -> Iterator[tuple[str, Path]]:
    """`python main.py` there; its address, and the file that its logs go to. Ends by SIGTERM."""
    log = data.parent / "stderr.log"
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HYPERRUN_", "AZURE_", "OPENAI_", "ANTHROPIC_"))
    }
    settings = {
        "PORT": str(free_port()),
        "HYPERRUN_DATA_DIR": str(data),
        "HYPERRUN_SEARCH": "embedded",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    with log.open("w") as stderr, (data.parent / "stdout.log").open("w") as stdout:
        server = subprocess.Popen(
            [sys.executable, "main.py"],
            cwd=checkout,
            env=kept | settings | environment,
            stdout=stdout,
            stderr=stderr,
        )
        try:
            url = f"http://127.0.0.1:{settings['PORT']}"
            eventually(lambda: server.poll() is not None or answers(url), 60, "it never answered")
            assert server.poll() is None, log.read_text()
            yield url, log
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(15)
    assert server.returncode in (0, -signal.SIGTERM), log.read_text()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def test_it_runs_over_a_checkout_and_a_repository_that_it_never_writes_to(
    checkout: Path, repository: Path, tmp_path: Path
) -> None:
    before = tree(checkout), tree(repository)
    data = tmp_path / "data"
    with (
        process(checkout, data, HYPERRUN_REPO_PATH=str(repository)) as (url, log),
        httpx.Client(base_url=url, timeout=30, headers={"HX-Request": "true"}) as reader,
    ):
        asked = reader.post("/ask", data={"query": "How do I dim a lamp?"})
        turn = re.search(r"stream/([\w-]+)", asked.text)
        assert turn
        assert "lantern.dim" in reader.get(f"/stream/{turn[1]}").text
        for path in ("/", "/chat-standalone", "/embed", "/settings"):
            assert reader.get(path).status_code == 200
    assert (tree(checkout), tree(repository)) == before
    assert data.stat().st_mode & 0o777 == 0o700

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert {"time", "level", "logger", "message", "request"} <= set(lines[-1])
    assert any(line["message"] == "POST /ask 200" for line in lines)
    assert not [line for line in lines if line["level"] not in ("info",)], lines
    assert "dim a lamp" not in log.read_text()
    said = (tmp_path / "stdout.log").read_text()
    assert "WARNING: any site may show this chat" in said


def test_it_says_nothing_of_any_site_where_the_operator_has_named_his(
    checkout: Path, repository: Path, tmp_path: Path
) -> None:
    settings = {
        "HYPERRUN_REPO_PATH": str(repository),
        "HYPERRUN_ALLOWED_ORIGINS": "https://*.example.org",
    }
    with process(checkout, tmp_path / "data", **settings) as (url, _):
        page = httpx.get(f"{url}/", timeout=30)
        chat = httpx.get(f"{url}/chat-standalone", timeout=30)
        assert "Any site may show" not in page.text
        assert (
            "frame-ancestors 'self' https://*.example.org"
            in (chat.headers["content-security-policy"])
        )
    assert "WARNING" not in (tmp_path / "stdout.log").read_text()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HYPERRUN_ALLOWED_ORIGINS", "https://a.example; script-src *"),
        ("HYPERRUN_TRUSTED_PROXIES", "*"),
        ("HYPERRUN_DAILY_BUDGET_USD", "nan"),
        ("HYPERRUN_DAILY_BUDGET_USD", "-1"),
        ("HYPERRUN_LOG_LEVEL", "loud"),
        ("HYPERRUN_QUESTIONS_PER_MINUTE", "many"),
    ],
)
def test_a_setting_that_would_open_a_door_stops_the_start(
    variable: str, value: str, tmp_path: Path
) -> None:
    own = {variable: value, "HYPERRUN_DATA_DIR": str(tmp_path / "data"), "PORT": "0"}
    done = standing_by.run("main", env=os.environ | own)
    assert done.returncode == 1
    assert variable in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_folder_has_one_server_and_is_free_when_that_is_killed(tmp_path: Path) -> None:
    settings = {
        "HYPERRUN_REPO_PATH": str(write_repository(tmp_path)),
        "HYPERRUN_DATA_DIR": str(tmp_path / "data"),
        "HYPERRUN_SEARCH": "embedded",
    }
    with ServerProcess(tmp_path / "server.log", **settings) as first:
        second = subprocess.run(
            [sys.executable, "main.py"],
            cwd=ROOT,
            env=os.environ | settings | {"PORT": "0"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert second.returncode == 1
        assert second.stderr.startswith(f"hyperrun: another server uses {tmp_path / 'data'}")
        assert len(second.stderr.splitlines()) == 1
        assert answers(f"http://127.0.0.1:{first.port}")
        first.kill()
        first.start()
        ending = threading.Timer(2, first.stop)
        ending.start()
        with ServerProcess(tmp_path / "next.log", **settings):  # waits for it
            ending.join()


def test_the_threads_are_as_few_on_a_machine_of_many_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)

    def work() -> str:
        time.sleep(0.02)
        return threading.current_thread().name

    async def names() -> set[str]:
        limit_worker_threads()
        return set(await asyncio.gather(*(asyncio.to_thread(work) for _ in range(100))))

    assert 1 < len(asyncio.run(names())) <= 6

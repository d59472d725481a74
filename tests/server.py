"""The real server for tests: uvicorn on a free port, in a thread, over a small repository."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from hyperrun.settings import Settings
from hyperrun.web import protocol
from hyperrun.web.server import server
from hyperrun.web.services import Services
from main import create_app
from tests.leaks import KEY
from tests.uvicorn_thread import port_of, started

GUIDE = """# Lantern

Lantern lights rooms over the network.

## Installation

Install it with `pip install lantern`, then run `lantern pair` next to the lamp.

```sh
pip install lantern
lantern pair --room kitchen
```

## Dimming a lamp

Call `lantern.dim(level)` with a level between 0 and 100. Zero turns the lamp off.

## Troubleshooting

If pairing fails, hold the button for ten seconds to reset the lamp.
"""

CODE = '''"""Lamps."""


class Lamp:
    """One lamp in one room."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.level = 0

    def dim(self, level: int) -> int:
        """Set the brightness, between 0 and 100, and return what it was before."""
        if not 0 <= level <= 100:
            raise ValueError("a level is between 0 and 100")
        before, self.level = self.level, level
        return before


def pair(room: str, timeout_s: float = 10.0) -> Lamp:
    """Find the lamp in `room` and make it ours."""
    return Lamp(room)
'''


def write_repository(folder: Path) -> Path:
    """A small project with a guide and a module, for questions to be asked about."""
    repository = folder / "lantern"
    (repository / "docs").mkdir(parents=True)
    (repository / "docs" / "guide.md").write_text(GUIDE)
    (repository / "lantern.py").write_text(CODE)
    (repository / "mkdocs.yml").write_text(
        "site_name: Lantern\nsite_url: https://lantern.example/\n"
    )
    return repository


class RunningServer:
    """A server that answers at `url`; `services` are its parts."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        self.app = create_app(settings)
        self.services: Services = self.app.state.services
        self.settings = settings
        config = uvicorn.Config(
            self.app,
            port=settings.port,
            log_level="warning",
            timeout_graceful_shutdown=2,
            **(protocol.options() | options),
        )
        self.server = server(config)
        self.thread: threading.Thread
        self.url = ""

    def start(self) -> None:
        """Return when it answers."""
        self.thread = started(self.server)
        # By name: a page on 127.0.0.1 is another site than a server on localhost.
        self.url = f"http://localhost:{port_of(self.server)}"

    def wait_until_ready(self, timeout_s: float = 30) -> None:
        """Return when the index is there."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            # To ask again and again would cost more than to build the index.
            is_built = self.services.search.status().ready
            if is_built and httpx.get(f"{self.url}/healthz").status_code == 200:
                return
            time.sleep(0.005)
        raise AssertionError(httpx.get(f"{self.url}/healthz").text)

    def stop(self) -> None:
        """As SIGTERM does."""
        self.server.should_exit = True
        self.thread.join(60)  # a thread may be importing the model library
        assert not self.thread.is_alive(), "the server does not stop"


Serve = Callable[..., RunningServer]


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Settings of a server on a free port, over a small repository that is made in `folder`."""
    return replace(
        Settings(), port=0, repo_path=str(write_repository(folder)), data_dir=folder / "data",
        search="embedded", **changes,
    )  # fmt: skip


@contextmanager
def running(settings: Settings, **options: Any) -> Iterator[RunningServer]:
    """A server for the length of a block."""
    server = RunningServer(settings, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small repository of one's own."""
    return write_repository(tmp_path)


@pytest.fixture
def serve(tmp_path: Path, repository: Path) -> Iterator[Serve]:
    """Start servers with any settings: `serve(model="openai/x", api_base=…)`."""
    with ExitStack() as stack:

        def start(**changes: Any) -> RunningServer:
            defaults: dict[str, Any] = {
                "port": 0,
                "repo_path": str(repository),
                "data_dir": tmp_path / "data",
                "search": "embedded",
            }
            if changes.get("model"):
                defaults["api_key"] = KEY
            settings = replace(Settings(), **(defaults | changes))
            server = stack.enter_context(running(settings))
            server.wait_until_ready()
            return server

        yield start

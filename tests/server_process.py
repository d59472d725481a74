"""The real server as a process of its own, to be killed; and a proxy that cuts lines, or says no
more on them."""

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.leaks import KEY
from tests.model_server import ModelServer
from tests.server import write_repository

ROOT = Path(__file__).parent.parent

# For each client of its own httpx reads all the certificates there are: 20 ms of CPU.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

# One machine plays many readers here.
UNLIMITED = {
    f"HYPERRUN_{name}": "100000"
    for name in (
        "QUESTIONS_PER_MINUTE", "QUESTIONS_PER_MINUTE_PER_ADDRESS",
        "QUESTIONS_PER_MINUTE_IN_ALL", "CHANGES_PER_MINUTE_PER_ADDRESS",
        "MAX_ANSWERS_PER_VISITOR", "MAX_ANSWERS_PER_ADDRESS", "MAX_ANSWERS_IN_ALL",
        "MAX_STREAMS_PER_VISITOR", "MAX_STREAMS_PER_ADDRESS", "MAX_STREAMS_IN_ALL",
    )
}  # fmt: skip


class ServerProcess:
    """`python main.py` on a free port, of this version or another; its log is in `log`, printed
    where a test fails."""

    def __init__(
        self,
        log: Path,
        root: Path = ROOT,
        program: Sequence[str] = ("main.py",),
        /,
        **environment: str,
    ) -> None:
        self._log = log
        self._root = root
        self._program = program
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self) -> None:
        """Return when it answers. Started again, it has the port it had."""
        self.port = self.port or free_port()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "HYPERRUN_DRAIN_S": "0",  # scripted answers often never end
            "HYPERRUN_EMBEDDING_MODEL": "off",  # as in the tests' own process
            **self._environment,
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._program],
                cwd=self._root, env=environment, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        health = f"http://127.0.0.1:{self.port}/healthz"
        with httpx.Client(verify=PLAIN) as client:
            while time.monotonic() < deadline:
                assert self._process.poll() is None, self._log.read_text()
                with suppress(httpx.HTTPError):
                    # It is asked only where it listens: to ask in vain costs as much as an answer.
                    if listens(self.port) and client.get(health).status_code == 200:
                        return
                time.sleep(0.02)
        raise AssertionError(self._log.read_text())

    def __enter__(self) -> "ServerProcess":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    @property
    def log(self) -> str:
        """What it has said."""
        return self._log.read_text() if self._log.exists() else ""

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    def is_running(self) -> bool:
        """Has it not ended?"""
        return self._process is not None and self._process.poll() is None

    def rss_bytes(self) -> int:
        """How much memory it holds."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no such process")

    def kill(self) -> None:
        """kill -9."""
        os.kill(self.pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def stop(self) -> None:
        """SIGTERM, as a deploy does."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(15)


def unlimited_server(
    folder: Path, model_server: ModelServer | None = None, **environment: str
) -> ServerProcess:
    """A server over the small project, without limits; answers of a model where there is one."""
    model = (
        {
            "HYPERRUN_MODEL": "openai/scripted",
            "HYPERRUN_API_BASE": model_server.url,
            "HYPERRUN_API_KEY": KEY,
        }
        if model_server
        else {}
    )
    return ServerProcess(
        folder / "server.log",
        HYPERRUN_REPO_PATH=str(write_repository(folder)),
        HYPERRUN_DATA_DIR=str(folder / "data"),
        HYPERRUN_SEARCH="embedded",
        **UNLIMITED,
        **model,
        **environment,
    )


def listens(port: int) -> bool:
    """Does anybody take connections there?"""
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class CuttingProxy:
    """A plain TCP proxy. After `cut(n)` the next n bytes go down; then every line breaks.

    While it `is_silent`, it takes what comes on any line and hands nothing on, the line's end
    neither; the lines that were there then stay so.
    """

    def __init__(self) -> None:
        self.upstream = 0
        self.port = 0
        self.cuts = 0
        self.is_silent = False
        self._budget: int | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._silent: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()

    def cut(self, after_bytes: int) -> None:
        """Break every line, `after_bytes` from now."""
        self._budget = after_bytes
        self._loop.call_soon_threadsafe(self._spend, 0)

    def fall_silent(self) -> None:
        """Be silent on every line that there is, for ever, and on those that come until
        `speak`."""
        self.is_silent = True
        self._loop.call_soon_threadsafe(lambda: self._silent.update(self._open))

    def speak(self) -> None:
        """Hand new lines on again."""
        self.is_silent = False

    def _spend(self, size: int) -> None:
        if self._budget is None:
            return
        self._budget -= size
        if self._budget <= 0:
            self._budget = None
            self.cuts += 1
            for writer in list(self._open):
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, up_writer}
        if self.is_silent:
            self._silent.add(writer)

        async def pump(
            source: asyncio.StreamReader, sink: asyncio.StreamWriter, down: bool
        ) -> None:
            with suppress(OSError):
                while data := await source.read(256):
                    if writer in self._silent:
                        continue
                    if down and self._budget is not None:
                        data = data[: self._budget]
                    sink.write(data)
                    await sink.drain()
                    if down:
                        self._spend(len(data))
            if writer not in self._silent:
                sink.close()

        await asyncio.gather(pump(reader, up_writer, False), pump(up_reader, writer, True))
        if writer not in self._silent:
            self._open -= {writer, up_writer}

    @contextmanager
    def running(self) -> Iterator["CuttingProxy"]:
        """The proxy for the length of a block."""
        started = threading.Event()

        async def serve() -> None:
            listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.port = listening.sockets[0].getsockname()[1]
            started.set()
            async with listening:
                await listening.serve_forever()

        def run() -> None:
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(main)
            while lines := asyncio.all_tasks(self._loop):
                for writer in self._open:
                    writer.transport.abort()
                self._loop.run_until_complete(asyncio.wait(lines, timeout=0.1))
            self._loop.run_until_complete(
                asyncio.sleep(0.01)
            )  # transports close behind their tasks
            self._loop.close()

        main = self._loop.create_task(serve())
        thread = threading.Thread(target=run)
        thread.start()
        started.wait(10)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(main.cancel)
            thread.join(10)

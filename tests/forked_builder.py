"""The index builder as a fork of one that stands by.

Hundreds of servers of the tests each start a builder, which for most of its life imports modules:
a third of a second of CPU for a project of three files. Here one process has imported them, and
forks for each build a process that does what `python -m hyperrun.search.build` does. Servers that
are processes of their own start their builders as always, and so does everything inside of
`started_anew`.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

MODULE = "hyperrun.search.build"
ROOT = Path(__file__).parent.parent
MAX_REQUEST_BYTES = 1024 * 1024

_standing_by: list[tuple[socket.socket, subprocess.Popen[bytes]]] = []
_one_asks = threading.Lock()
_anew = 0


@contextmanager
def started_anew() -> Iterator[None]:
    """Builders are processes of their own, as the server starts them."""
    global _anew
    _anew += 1
    try:
        yield
    finally:
        _anew -= 1


async def create_subprocess_exec(*command: str, **options: Any) -> Any:
    """`asyncio.create_subprocess_exec`, where the builder's is a fork."""
    if _anew or command[1:3] != ("-m", MODULE) or sys.platform != "linux":
        return await asyncio.create_subprocess_exec(*command, **options)
    request = {"arguments": command[3:], "env": options["env"], "cwd": str(options["cwd"])}
    said, says = os.pipe()
    told, tells = os.pipe()
    news, sends = socket.socketpair()
    ours = (os.fdopen(said, "rb"), os.fdopen(told, "rb"), news)
    try:
        try:
            _ask(json.dumps(request).encode(), [says, tells, sends.fileno()])
        finally:
            os.close(says)
            os.close(tells)
            sends.close()
        return await Forked.following(*ours, options["limit"])
    except BaseException:
        for each in ours:
            each.close()
        raise


class Forked:
    """What of `asyncio.subprocess.Process` the builder's caller uses."""

    def __init__(self, pid: int, news: asyncio.StreamReader) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdout: asyncio.StreamReader
        self.stderr: asyncio.StreamReader
        self._open: list[asyncio.BaseTransport | asyncio.StreamWriter] = []
        self._ending = asyncio.create_task(self._end(news))

    @classmethod
    async def following(
        cls, said: IO[bytes], told: IO[bytes], news: socket.socket, limit_bytes: int
    ) -> "Forked":
        """The process whose number comes by `news`, and what it says."""
        reader, writer = await asyncio.open_connection(sock=news)
        try:
            process = cls(int(await reader.readline()), reader)
            process._open.append(writer)  # one that is let go of closes its socket
            process.stdout = await process._read(said, limit_bytes)
            process.stderr = await process._read(told, limit_bytes)
        except BaseException:
            writer.close()
            raise
        return process

    async def _read(self, pipe: IO[bytes], limit_bytes: int) -> asyncio.StreamReader:
        reader = asyncio.StreamReader(limit_bytes)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        self._open.append(transport)
        return reader

    def kill(self) -> None:
        """SIGKILL."""
        os.kill(self.pid, signal.SIGKILL)

    async def wait(self) -> int:
        """How it ended."""
        status = await asyncio.shield(self._ending)
        self._close()
        return status

    async def _end(self, news: asyncio.StreamReader) -> int:
        try:
            self.returncode = int(await news.readline() or -signal.SIGKILL)
            return self.returncode
        except BaseException:  # the loop ends
            self._close()
            raise

    def _close(self) -> None:
        for each in self._open:
            each.close()


def _ask(request: bytes, descriptors: list[int]) -> None:
    """Have a process forked with these descriptors: what it prints, its errors, its news."""
    with _one_asks:
        if not _standing_by:
            here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(there.fileno())],
                cwd=ROOT, pass_fds=[there.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            there.close()
            _standing_by.append((here, process))
        socket.send_fds(_standing_by[0][0], [request], descriptors)


def end() -> None:
    """Let go of the process that stands by."""
    while _standing_by:
        asks, process = _standing_by.pop()
        asks.close()
        process.wait(60)


def stand_by(asked: socket.socket) -> None:
    """Fork for each request, until who asks is gone."""
    from hyperrun.search import build
    from hyperrun.search.index import Index
    from hyperrun.search.site.source import choose

    with TemporaryDirectory() as folder:  # what a first build imports, too
        root = Path(folder, "read")
        root.mkdir()
        root.joinpath("guide.md").write_text("# Guide\n\n```sh\nread it\n```\n")
        root.joinpath("more.rst").write_text("More\n====\n\nRead on.\n")
        choose(root, "off", "", None)
        Index(Path(folder, "index")).refresh(root)
    while True:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        request, descriptors, _, _ = socket.recv_fds(asked, MAX_REQUEST_BYTES, 3)
        if not request:
            return
        if os.fork() == 0:
            asked.close()
            _follow(build.main, json.loads(request), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _follow(main: Any, request: dict[str, Any], says: int, tells: int, news: int) -> None:
    """Fork the builder itself; tell its number, and how it ended."""
    builder = os.fork()
    if builder == 0:
        os.close(news)
        os.dup2(says, 1)
        os.dup2(tells, 2)
        os.close(says)
        os.close(tells)
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        sys.argv = ["build", *request["arguments"]]
        status = 1
        try:
            main()
            status = 0
        except SystemExit as ended:
            if isinstance(ended.code, str):
                print(ended.code, file=sys.stderr)
            status = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            os._exit(status)
    os.close(says)
    os.close(tells)
    try:
        os.write(news, f"{builder}\n".encode())
    except OSError:  # who asked has given up
        os.kill(builder, signal.SIGKILL)
    with suppress(OSError):
        status = os.waitstatus_to_exitcode(os.waitpid(builder, 0)[1])
        os.write(news, f"{status}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    stand_by(socket.socket(fileno=int(sys.argv[1])))

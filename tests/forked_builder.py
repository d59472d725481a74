"""The index builder as a fork of one that stands by.

Hundreds of servers of the tests each start a builder, which for most of its life imports modules.
Here it is forked (tests/standing_by.py). Servers that are processes of their own start their
builders as always, and so does everything inside of `started_anew`.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import IO, Any

from hyperrun.search import builder
from tests import standing_by

MODULE = "hyperrun.search.build"
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


def install() -> None:
    """From now on, in this process."""
    builder.asyncio = SimpleNamespace(  # type: ignore[assignment, attr-defined]
        **vars(asyncio) | {"create_subprocess_exec": create_subprocess_exec}
    )


async def create_subprocess_exec(*command: str, **options: Any) -> Any:
    """`asyncio.create_subprocess_exec`, where the builder's is a fork."""
    if _anew or command[1:3] != ("-m", MODULE) or sys.platform != "linux":
        return await asyncio.create_subprocess_exec(*command, **options)
    said, says = os.pipe()
    told, tells = os.pipe()
    news, sends = socket.socketpair()
    ours = (os.fdopen(said, "rb"), os.fdopen(told, "rb"), news)
    try:
        try:
            standing_by.ask(
                MODULE, command[3:], options["env"], options["cwd"], (says, tells, sends)
            )
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

"""The clock that all answers share, over real connections."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from hyperrun.beat import GROUP, TICK_S, Beat

LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
Run = Callable[[Awaitable[None]], None]


class Line(asyncio.Protocol):
    """One connection: what came, in which pieces, and when."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.times: list[float] = []
        self.transport: asyncio.Transport
        self.far: socket.socket
        self.read: Callable[[], None] = lambda: None

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        self.times.append(asyncio.get_running_loop().time())
        self.read()


async def lines(count: int) -> list[Line]:
    """So many connections; what is sent into `far` arrives at the line."""
    found = []
    for _ in range(count):
        near, far = socket.socketpair()
        loop = asyncio.get_running_loop()
        transport, line = await loop.create_connection(Line, sock=near)
        line.transport, line.far = transport, far
        found.append(line)
    return found


def close(all_lines: list[Line]) -> None:
    """Both ends of all of them."""
    for line in all_lines:
        line.transport.close()
        line.far.close()


async def until(happened: Callable[[], bool]) -> None:
    """Let the event loop go round until it has."""
    ends = asyncio.get_running_loop().time() + 10
    while not happened() and asyncio.get_running_loop().time() < ends:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert happened()


@LOOPS
def test_what_comes_between_two_beats_is_read_at_once(run: Run) -> None:
    async def follow() -> None:
        beat, (line,) = Beat(), await lines(1)
        line.read = lambda: beat.hold(line.transport)
        for number in range(100):
            line.far.send(bytes([number]))
            await asyncio.sleep(0.005)
        await until(lambda: b"".join(line.pieces) == bytes(range(100)))
        assert len(line.pieces) <= (line.times[-1] - line.times[0]) / TICK_S + 3
        close([line])

    run(follow())


@LOOPS
def test_a_crowd_is_let_go_in_groups(run: Run) -> None:
    async def follow() -> None:
        beat, crowd = Beat(), await lines(10 * GROUP)
        for line in crowd:
            beat.hold(line.transport)
            line.far.send(b"word")
        await until(lambda: any(line.pieces for line in crowd))
        assert sum(bool(line.pieces) for line in crowd) <= len(crowd) / 2
        await until(lambda: all(line.pieces == [b"word"] for line in crowd))
        close(crowd)

    run(follow())


@LOOPS
def test_a_connection_that_closes_while_it_is_held_keeps_no_other_from_going_on(run: Run) -> None:
    async def follow() -> None:
        beat, (leaving, staying) = Beat(), await lines(2)
        beat.hold(leaving.transport)
        beat.hold(staying.transport)
        leaving.transport.close()
        staying.far.send(b"word")
        await until(lambda: staying.pieces == [b"word"])
        close([leaving, staying])

    run(follow())

"""The clock that all answers share, over real connections."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import pytest
import uvloop

from hyperrun.llm.read_batching import (
    CAN_WAIT_FOR_MORE,
    GROUP,
    MAX_HELD_BYTES,
    TICK_S,
    HeldConnection,
    ReadBatcher,
)

Run = Callable[[Awaitable[None]], None]
LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])


@pytest.fixture(autouse=True, params=[True, False], ids=["in the kernel", "paused"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Both ways of holding a connection; Linux alone has the first."""
    if request.param and not CAN_WAIT_FOR_MORE:
        pytest.skip("not on this system")
    monkeypatch.setattr("hyperrun.llm.read_batching.CAN_WAIT_FOR_MORE", request.param)
    return bool(request.param)


class Wire(asyncio.Protocol):
    """One connection: what came, in which pieces, and when."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.times: list[float] = []
        self.read: Callable[[], None] = lambda: None
        self.transport: asyncio.Transport
        self.far: socket.socket
        self.line: HeldConnection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        self.times.append(asyncio.get_running_loop().time())
        self.read()


async def wires(count: int, stack: ExitStack) -> list[Wire]:
    """So many connections; what is sent into `far` arrives at the wire."""
    found = []
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        for _ in range(count):
            _, wire = await loop.create_connection(Wire, *listening.getsockname())
            wire.far = stack.enter_context(listening.accept()[0])
            stack.callback(wire.transport.close)
            wire.line = stack.enter_context(HeldConnection(wire.transport))
            found.append(wire)
    return found


async def until(happened: Callable[[], bool]) -> None:
    """Let the event loop go round until it has."""
    ends = asyncio.get_running_loop().time() + 10
    while not happened() and asyncio.get_running_loop().time() < ends:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert happened()


@LOOPS
def test_what_comes_between_two_batchers_is_read_at_once(run: Run) -> None:
    async def follow() -> None:
        with ExitStack() as stack:
            batcher, (wire,) = ReadBatcher(), await wires(1, stack)
            wire.read = lambda: batcher.hold(wire.line)
            for number in range(100):
                wire.far.send(bytes([number]))
                await asyncio.sleep(0.005)
            await until(lambda: b"".join(wire.pieces) == bytes(range(100)))
            assert len(wire.pieces) <= (wire.times[-1] - wire.times[0]) / TICK_S + 3

    run(follow())


@LOOPS
def test_a_crowd_is_released_in_groups(run: Run) -> None:
    async def follow() -> None:
        with ExitStack() as stack:
            batcher, crowd = ReadBatcher(), await wires(4 * GROUP, stack)
            for wire in crowd:
                batcher.hold(wire.line)
                wire.far.send(b"word")
            await until(lambda: any(wire.pieces for wire in crowd))
            assert sum(bool(wire.pieces) for wire in crowd) <= len(crowd) / 2
            await until(lambda: all(wire.pieces == [b"word"] for wire in crowd))

    run(follow())


@LOOPS
def test_a_connection_that_closes_while_it_is_held_keeps_no_other_from_going_on(run: Run) -> None:
    async def follow() -> None:
        with ExitStack() as stack:
            batcher, (leaving, staying) = ReadBatcher(), await wires(2, stack)
            batcher.hold(leaving.line)
            batcher.hold(staying.line)
            leaving.transport.close()
            staying.far.send(b"word")
            await until(lambda: staying.pieces == [b"word"])

    run(follow())


@LOOPS
def test_a_connection_is_as_it_was_when_its_response_is_over(run: Run) -> None:
    async def follow() -> None:
        with ExitStack() as stack:
            (wire,) = await wires(1, stack)
            descriptors = len(os.listdir("/proc/self/fd")) if CAN_WAIT_FOR_MORE else 0
            with HeldConnection(wire.transport) as line:
                line.hold()
                if CAN_WAIT_FOR_MORE:
                    assert len(os.listdir("/proc/self/fd")) == descriptors, "one more for each"
            wire.far.send(b"word")
            await until(lambda: wire.pieces == [b"word"])

    run(follow())


@LOOPS
def test_a_provider_that_leaves_is_noticed_though_it_is_held(run: Run) -> None:
    async def follow() -> None:
        with ExitStack() as stack:
            batcher, (wire,) = ReadBatcher(), await wires(1, stack)
            batcher.hold(wire.line)
            wire.far.send(b"the end")
            wire.far.close()
            await until(lambda: wire.transport.is_closing())
            assert wire.pieces == [b"the end"]

    run(follow())


@LOOPS
def test_much_is_read_before_the_batcher_and_nothing_of_it_is_lost(run: Run, way: bool) -> None:
    async def follow() -> None:
        with ExitStack() as stack:
            batcher, (wire,) = ReadBatcher(), await wires(1, stack)
            batcher.hold(wire.line)
            wire.read = lambda: batcher.hold(wire.line)
            wire.far.send(b"x" * 2 * MAX_HELD_BYTES)
            if way:
                await until(lambda: bool(wire.pieces))
                assert wire.line.is_held
            wire.far.send(b"y")
            await until(lambda: sum(map(len, wire.pieces)) == 2 * MAX_HELD_BYTES + 1)

    run(follow())

"""One timer for the reads of all answers: between two ticks, what a provider sends waits in the
kernel.

A token read as it comes costs a wake of the process, a read and a pass of the HTTP parser, each of
its own. Held until the next tick, an answer's tokens share these, and the answers share the wake:
112 ms of CPU for 1,000 tokens instead of 152.
Connections are released a few at a time, so that a crowd does not stop the event loop.
"""

import asyncio
import socket
import sys
from collections import deque

TICK_S = 0.05  # how often words are read, and shown
PAUSE_S = 0.002  # between two groups of one tick
GROUP = 32  # connections released at once: together they cost less; more where a tick is too short
MAX_HELD_BYTES = 16_384  # what is more is read at once
CAN_WAIT_FOR_MORE = sys.platform == "linux"


class HeldConnection:
    """A provider's connection while its response is read.

    On Linux it is held by asking the kernel to wake us for `MAX_HELD_BYTES` only: of a connection
    that is merely paused, epoll would still tell uvloop (0.23) when something comes.
    """

    __slots__ = ("_socket", "_transport", "is_held")

    def __init__(self, transport: asyncio.Transport | None) -> None:
        self._transport = transport  # None: all of the response has come
        self._socket: socket.socket | None = None
        self.is_held = False

    def __enter__(self) -> "HeldConnection":
        if CAN_WAIT_FOR_MORE and self._transport is not None and self.is_open:
            own = self._transport.get_extra_info("socket")
            # uvloop's own stand-in makes a socket for each call; a copy would be an open file more.
            self._socket = socket.socket(fileno=own.fileno())
        return self

    def __exit__(self, *error: object) -> None:
        self.release()
        if self._socket is not None:
            self._socket.detach()  # the transport closes it
            self._socket = None

    @property
    def is_open(self) -> bool:
        """Is there anything to hold?"""
        return self._transport is not None and not self._transport.is_closing()

    def hold(self) -> None:
        """Read nothing more."""
        assert self._transport is not None
        self.is_held = True
        if self._socket is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, MAX_HELD_BYTES)
        else:
            self._transport.pause_reading()

    def release(self) -> None:
        """Read what has come, and go on."""
        was_held, self.is_held = self.is_held, False
        if self._transport is None or not was_held or not self.is_open:
            return
        if self._socket is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
            self._transport.pause_reading()  # not every kernel looks again by itself
        self._transport.resume_reading()


class ReadBatcher:
    """Holds connections until the next tick."""

    def __init__(self) -> None:
        self._held: list[HeldConnection] = []
        self._due: deque[HeldConnection] = deque()
        self._at = 0.0  # of the next tick, or of the last where none is waited for
        self._is_waited_for = False

    def hold(self, connection: HeldConnection) -> None:
        """Read nothing from `connection` until the next tick."""
        if connection.is_held or not connection.is_open:
            return
        connection.hold()
        self._held.append(connection)
        if not self._is_waited_for:
            self._is_waited_for = True
            loop = asyncio.get_running_loop()
            now = loop.time()
            # From tick to tick, not from when the last one's work was done.
            following = self._at + TICK_S
            self._at = following if following > now else now + TICK_S
            loop.call_at(self._at, self._flush)

    def _flush(self) -> None:
        self._is_waited_for = False
        is_behind = bool(self._due)
        self._due += self._held
        self._held = []
        if not is_behind:
            self._release(max(GROUP, round(len(self._due) * 1.5 * PAUSE_S / TICK_S)))

    def _release(self, group: int) -> None:
        for _ in range(min(group, len(self._due))):
            self._due.popleft().release()
        if self._due:
            asyncio.get_running_loop().call_later(PAUSE_S, self._release, group)

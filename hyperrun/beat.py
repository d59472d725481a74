"""The clock that all answers share: between two beats, what a provider sends waits in the kernel.

A token read as it comes costs a wake of the process, a read and a pass of the HTTP parser, each of
its own. Held until the next beat, an answer's tokens share these, and the answers share the wake.
Connections are let go a few at a time, so that a crowd does not stop the event loop.
"""

import asyncio
from collections import deque

TICK_S = 0.05
PAUSE_S = 0.002  # between two groups of one beat
GROUP = 8  # connections let go at once; more where there are too many for the tick


class Beat:
    """Holds connections until the next beat."""

    def __init__(self) -> None:
        self._held: list[asyncio.Transport] = []
        self._due: deque[asyncio.Transport] = deque()
        self._at = 0.0  # of the next beat, or of the last where none is waited for
        self._is_waited_for = False

    def hold(self, transport: asyncio.Transport) -> None:
        """Read nothing from `transport` until the next beat, which is at most a tick away."""
        transport.pause_reading()
        self._held.append(transport)
        if not self._is_waited_for:
            self._is_waited_for = True
            loop = asyncio.get_running_loop()
            now = loop.time()
            # From beat to beat, not from when the last one's work was done.
            following = self._at + TICK_S
            self._at = following if following > now else now + TICK_S
            loop.call_at(self._at, self._strike)

    def _strike(self) -> None:
        self._is_waited_for = False
        is_behind = bool(self._due)
        self._due += self._held
        self._held = []
        if not is_behind:
            self._let_go(max(GROUP, round(len(self._due) * 1.5 * PAUSE_S / TICK_S)))

    def _let_go(self, group: int) -> None:
        for _ in range(min(group, len(self._due))):
            transport = self._due.popleft()
            if not transport.is_closing():
                transport.resume_reading()
        if self._due:
            asyncio.get_running_loop().call_later(PAUSE_S, self._let_go, group)

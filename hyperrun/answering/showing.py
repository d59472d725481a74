"""When running answers are shown.

A word is rendered and told at once, or at most a tick after the one before: one timer serves all
answers that have something to show, and none runs where there is nothing.
"""

import asyncio
import time

from hyperrun.answering.mirrors import FollowedAnswer
from hyperrun.llm.read_batching import TICK_S

# Words are read once a tick; they are not held back for coming a little early.
SHOW_EVERY_S = 0.8 * TICK_S
# How long may be rendered before the event loop does something else.
SLICE_S = 0.004


class Showing:
    """Shows what is new of all the answers of one process."""

    def __init__(self) -> None:
        self._unshown: set[FollowedAnswer] = set()
        self._timer: asyncio.Handle | None = None

    def tell(self, running: FollowedAnswer, *, at_once: bool) -> None:
        """There is something new to show."""
        if at_once or time.monotonic() - running.shown >= SHOW_EVERY_S:
            running.show()
        else:
            self._soon(running)

    def cancel(self) -> None:
        """Show nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _soon(self, running: FollowedAnswer) -> None:
        """Show it a tick after the last time: counted from there, or it would lag ever after."""
        self._unshown.add(running)
        if self._timer is None:
            wait_s = max(0.0, running.shown + SHOW_EVERY_S - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._show)

    def _show(self) -> None:
        self._timer = None
        began = time.monotonic()
        unshown = sorted(self._unshown, key=lambda running: running.shown)
        self._unshown.clear()
        for at, running in enumerate(unshown):
            state = running.state
            if state.outcome is not None or running.rendered == state.version:
                continue
            if began - running.shown < SHOW_EVERY_S / 2:
                self._soon(running)
                continue
            running.show()
            if time.monotonic() - began > SLICE_S:
                self._unshown.update(unshown[at + 1 :])
                self._timer = asyncio.get_running_loop().call_soon(self._show)
                return

"""`main.py` with a clock in its event loop, or under the profiler.

    python -m bench.parts.watched BEATS_FILE [PROFILE_FILE]

The clock beats every 5 ms. For each beat it notes when it was, how long the loop had not come
round beyond that, and how much of that time its thread was computing: the rest is other processes'
(this machine's, or the search's threads).
"""

import asyncio
import cProfile
import json
import signal
import sys
import time
from pathlib import Path

import uvicorn

import main

EVERY_S = 0.005
NOTED_MS = 3.0


def watch(beats: list[tuple[float, float, float]]) -> None:
    """Start the clock in whatever loop uvicorn starts in."""
    startup = uvicorn.Server.startup

    def beat(loop: asyncio.AbstractEventLoop, began: float, computed: float) -> None:
        now, computed_now = time.monotonic(), time.thread_time()
        late_ms = (now - began - EVERY_S) * 1_000
        if late_ms > NOTED_MS:
            beats.append((began, late_ms, min((computed_now - computed) * 1_000, late_ms)))
        loop.call_later(EVERY_S, beat, loop, now, computed_now)

    async def startup_with_clock(self: uvicorn.Server, sockets: object = None) -> None:
        beat(asyncio.get_running_loop(), time.monotonic(), time.thread_time())
        await startup(self, sockets)  # type: ignore[arg-type]

    uvicorn.Server.startup = startup_with_clock  # type: ignore[method-assign]


if __name__ == "__main__":
    found: list[tuple[float, float, float]] = []
    watch(found)
    # uvicorn raises the signal again when it has shut down; then the notes are to be written.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    profile = cProfile.Profile() if len(sys.argv) > 2 else None
    try:
        if profile is not None:
            profile.runcall(main.main, [])
        else:
            main.main([])
    finally:
        Path(sys.argv[1]).write_text(json.dumps(found))
        if profile is not None:
            profile.dump_stats(sys.argv[2])

"""How far a build is, told to whoever waits for it."""

import logging
import sys
import time
from typing import TextIO

log = logging.getLogger(__name__)

WIDTH = 30
LINE_EVERY_S = 10.0


class BuildProgress:
    """Tells one build on stderr: a bar where that is a terminal, a line in the log elsewhere."""

    def __init__(self, name: str, stream: TextIO | None = None) -> None:
        self._name = name
        self._stream = stream or sys.stderr
        self._drawn = self._stream.isatty()
        self._began = self._said = time.monotonic()

    def follow(self, done: int, total: int, passages: int) -> None:
        """So many files of all are read, with so many passages."""
        now = time.monotonic()
        seconds = now - self._began
        if self._drawn:
            filled = WIDTH * done // max(total, 1)
            bar = "#" * filled + "." * (WIDTH - filled)
            told = f"[{bar}] {done:,}/{total:,} files, {passages:,} passages, {seconds:.0f} s"
            # The cursor waits at the line's start, where a line of the log clears the bar.
            end = "\n" if done == total else "\r"
            print(f"\r\x1b[K{told}", end=end, file=self._stream, flush=True)
        elif done == total or now - self._said >= LINE_EVERY_S:
            self._said = now
            log.info(
                "%s: %d of %d files read, %d passages, %.1f s",
                self._name, done, total, passages, seconds,
            )  # fmt: skip

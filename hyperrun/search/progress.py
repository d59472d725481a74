"""How far a build is, told to whoever waits for it."""

import logging
import sys
import time
from typing import TextIO

log = logging.getLogger(__name__)

WIDTH = 30
LINE_EVERY_S = 10.0
GUESS_AFTER_S = 1.0  # before that, how long it takes is anybody's guess


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
            if done < total and seconds >= GUESS_AFTER_S and done:
                told += f", {seconds * (total - done) / done:.0f} s left"
            # The cursor waits at the line's start, where a line of the log clears the bar.
            end = "\n" if done == total else "\r"
            print(f"\r\x1b[K{told}", end=end, file=self._stream, flush=True)
        elif done == total or now - self._said >= LINE_EVERY_S:
            self._said = now
            log.info(
                "%s: %d of %d files read, %d passages, %.1f s",
                self._name, done, total, passages, seconds,
            )  # fmt: skip


def first_step(files: int, has_documents: bool, reads_a_site: bool) -> str:
    """What to do next where the first index holds too little; "" where it is fine."""
    if reads_a_site or has_documents:
        return ""
    if not files:
        return "there is nothing to read here: name your project with --repo /path/to/it"
    return (
        "no documentation was found, so answers come from code alone: if it is published, set "
        "HYPERRUN_SITE_URL and HYPERRUN_CRAWL=on"
    )

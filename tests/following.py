"""Streams that are read in threads of their own: what has come so far, and the end."""

import threading
import time

import httpx

from tests.server_process import PLAIN


class Following:
    """One reader of one stream."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._wire = ""
        self._failed: Exception | None = None
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        try:
            with httpx.stream("GET", self._url, timeout=60, verify=PLAIN) as response:
                for text in response.iter_text():
                    self._wire += text
        except httpx.HTTPError as error:
            self._failed = error

    def until(self, words: str, timeout_s: float = 30) -> None:
        """Return when these words have come."""
        deadline = time.monotonic() + timeout_s
        while words not in self._wire:
            assert self._thread.is_alive() or words in self._wire, f"{words!r} never came"
            assert time.monotonic() < deadline, f"{words!r} did not come: {self._wire[-500:]}"
            time.sleep(0.005)

    def end(self, timeout_s: float = 30) -> str:
        """All of it, when it has ended."""
        self._thread.join(timeout_s)
        assert not self._thread.is_alive(), f"no end: {self._wire[-500:]}"
        if self._failed is not None:
            raise self._failed
        return self._wire

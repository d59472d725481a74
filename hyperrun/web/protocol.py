"""One connection, before there is a request: heads are bounded in size and in time.

httptools takes a head of any length, and uvicorn waits for its end for ever. Bodies are the
middleware's (`policy`), for by then there is a request to answer.
"""

import asyncio
from functools import cache
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hyperrun.language import DEFAULT, text

MAX_HEAD_BYTES = 32 * 1024
# Longer than a proxy keeps a connection that it does not use (60 s in nginx and in AWS's): who ends
# it first must be the proxy, or it sends a request into an end and tells its reader 502.
IDLE_FOR_S = 75
# For what is no request that the middleware could answer: shown by nobody, and nothing in it runs.
HEADERS = (
    "content-type: text/plain; charset=utf-8",
    "content-security-policy: default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options: nosniff",
    "cache-control: no-store",
    "connection: close",
)
MALFORMED = "400 Bad Request", "error_malformed"
TOO_LARGE = "431 Request Header Fields Too Large", "error_head_too_large"


@cache
def refusal(status: str, key: str) -> bytes:
    """A whole response of one sentence. In English: nobody knows whose language to ask for."""
    sentence = text(DEFAULT, key).encode()
    head = (f"HTTP/1.1 {status}", *HEADERS, f"content-length: {len(sentence)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + sentence


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's own protocol (0.54) with a clock and a scale on each request's head."""

    # With them, a connection's attributes would be more than a dictionary shares the keys of (30).
    __slots__ = ("_head_bytes", "_head_is_open", "_head_timer")
    head_within_s = 10.0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_bytes = 0
        self._head_is_open = True
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.cycle is not None and self.cycle.response_complete:
            # Whatever comes, be it an empty line, ends uvicorn's patience with an idle connection.
            self._start_clock()
        super().data_received(data)
        if self._head_is_open and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(*TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        """Our own sentence in the place of uvicorn's, which has none of our headers."""
        self._refuse(*(TOO_LARGE if self._head_bytes > MAX_HEAD_BYTES else MALFORMED))

    def _unsupported_upgrade_warning(self) -> None:
        # The request is answered as if it had asked for nothing else (RFC 9110, section 7.8). What
        # follows on this connection is not parsed any more.
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:
            self.cycle.keep_alive = False

    # What httptools calls while it parses

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_is_open, self._head_bytes = True, 0
        self._start_clock()

    def on_url(self, url: bytes) -> None:
        self._weigh(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._weigh(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_is_open, self._head_bytes = False, 0
        self._stop_clock()
        super().on_headers_complete()

    def _weigh(self, *parts: bytes) -> None:
        self._head_bytes += sum(len(part) for part in parts)
        if self._head_bytes > MAX_HEAD_BYTES:
            raise httptools.HttpParserError("the head is too large")

    def _start_clock(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_within_s, self._hang_up)

    def _stop_clock(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _hang_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, status: str, key: str) -> None:
        self._stop_clock()
        cycle = self.cycle
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(refusal(status, key))
        self.transport.close()  # in the middle of an answer, that alone


def options(*, guarded: bool = True) -> dict[str, Any]:
    """How uvicorn is to be configured: guarded, or by its own parser that knows no bounds; what the
    middleware does is left to it."""
    return {
        "http": GuardedProtocol if guarded else "httptools",
        "timeout_keep_alive": IDLE_FOR_S,
        "ws": "none",
        "proxy_headers": False,  # it would believe any process on this machine
        "server_header": False,
        "log_config": None,
    }

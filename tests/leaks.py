"""What a whole test run leaves behind and lets out, searched for the keys that its tests used.

`listen` puts an ear on every way out of the product: what its apps send, what the tests' clients
receive, its log lines, what its processes print. What was found there is in `told`; the folders of
servers are searched at the end. A key may go out in the header where a provider wants it, and
nowhere else.
"""

import base64
import functools
import logging
import os
import subprocess
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError
from starlette.applications import Starlette

from hyperrun.logs import Lines

# Where a provider wants its key: OpenAI's format, Azure's, Anthropic's.
KEY_HEADERS = ("authorization", "api-key", "x-api-key")

# Part of every key a test gives to a server. It stands nowhere else, not even here: a test asks
# about this repository, whose index is searched for it.
MARK = "MARKof" + "AtestKEY"
KEY = f"sk-proj-{MARK}0123456789"

told: list[str] = []  # where a key was seen
providers: set[int] = set()  # ports of scripted models, which may repeat what they were sent


def _forms(mark: bytes) -> Iterator[bytes]:
    """`mark` as it is, with every byte percent-encoded, and inside of a base64 text."""
    yield mark
    yield "".join(f"%{byte:02X}" for byte in mark).encode()
    yield "".join(f"%{byte:02x}" for byte in mark).encode()
    for before in range(3):  # where it begins in a group of three bytes
        start, end = -(-before * 4 // 3), (before + len(mark)) * 4 // 3
        yield base64.b64encode(bytes(before) + mark)[start:end]


FORMS = tuple(_forms(MARK.encode()))
LONGEST = max(map(len, FORMS))
STORAGE = "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"


def holds_key(data: bytes | str) -> bool:
    """Is there a key in `data`, in any form?"""
    data = data.encode("utf-8", "replace") if isinstance(data, str) else data
    return any(form in data for form in FORMS)


def search(place: str, data: bytes | str) -> None:
    """Tell of a key in `data`, with the place and the test that runs."""
    if holds_key(data):
        told.append(f"{place} ({os.environ.get('PYTEST_CURRENT_TEST', 'no test')})")


@contextmanager
def planted() -> Iterator[list[str]]:
    """For keys that a test leaks on purpose: what is told meanwhile is this list, not the run's."""
    before = len(told)
    found: list[str] = []
    try:
        yield found
    finally:
        found += told[before:]
        del told[before:]


class Sent:
    """One response as it goes over the wire: its headers, and its body piece by piece."""

    def __init__(self, place: str, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self._place = place
        self._rest = b""
        self._unzip = None
        for name, value in headers:
            search(f"{name.decode('latin-1')} of {place}", value)
            if (name.lower(), value.lower()) == (b"content-encoding", b"gzip"):
                self._unzip = zlib.decompressobj(wbits=31)

    def take(self, data: bytes) -> None:
        """The next piece; a key may be cut in two by its border."""
        data = self._rest + (self._unzip.decompress(data) if self._unzip else data)
        search(self._place, data)
        self._rest = b"" if holds_key(data) else data[-LONGEST:]


# Ways out


def _of_apps(call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    async def heard(self: Any, scope: Any, receive: Any, send: Any) -> None:
        sent: Sent | None = None

        async def send_and_search(message: Any) -> None:
            nonlocal sent
            if message["type"] == "http.response.start":
                place = f"the response to {scope['method']} {scope['path']}"
                sent = Sent(place, message.get("headers", ()))
            elif message["type"] == "http.response.body" and sent is not None:
                sent.take(message.get("body", b""))
            await send(message)

        await call(self, scope, receive, send_and_search)

    return heard


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A response's body on its way to a client."""

    def __init__(self, stream: Any, sent: Sent) -> None:
        self._stream = stream
        self._sent = sent

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            self._sent.take(chunk)
            yield chunk

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._sent.take(chunk)
            yield chunk

    def close(self) -> None:
        self._stream.close()

    async def aclose(self) -> None:
        await self._stream.aclose()


def _searched(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    if request.url.port not in providers:
        place = f"what a client got from {request.method} {request.url.path}"
        response.stream = _Body(response.stream, Sent(place, response.headers.raw))
    return response


def _of_clients(handle: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(handle)
    def heard(self: Any, request: httpx.Request) -> httpx.Response:
        return _searched(request, handle(self, request))

    return heard


def _of_async_clients(handle: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(handle)
    async def heard(self: Any, request: httpx.Request) -> httpx.Response:
        return _searched(request, await handle(self, request))

    return heard


def _of_loggers(call: Callable[..., Any]) -> Callable[..., Any]:
    plain = Lines()

    @functools.wraps(call)
    def heard(self: logging.Logger, record: logging.LogRecord) -> None:
        # As the server's own handler writes it, which knows its operator's keys.
        written = (each.formatter for each in logging.getLogger().handlers)
        lines = next((each for each in written if isinstance(each, Lines)), plain)
        try:
            search(f"a log line of {record.name}", lines.format(record))
        except (TypeError, ValueError):  # of a line that no handler can format either
            search(f"a log record of {record.name}", repr(vars(record)))
        call(self, record)

    return heard


def _of_processes(communicate: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(communicate)
    def heard(self: Any, *arguments: Any, **options: Any) -> Any:
        printed = communicate(self, *arguments, **options)
        for each in printed:
            search(f"what {os.fsdecode(self.args[0])} printed", each or b"")
        return printed

    return heard


def _of_browsers(close: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(close)
    def heard(self: BrowserContext, **options: Any) -> None:
        for frame in (frame for page in self.pages for frame in page.frames):
            with suppress(PlaywrightError):  # it is gone, or may keep nothing
                search(f"the page {urlsplit(frame.url).path}", frame.content())
                search(f"what {urlsplit(frame.url).path} keeps", frame.evaluate(STORAGE))
        close(self, **options)

    return heard


def listen() -> None:
    """From now on hear everything that the product lets out; once a process."""
    for kind, method, ear in (
        (Starlette, "__call__", _of_apps),
        (httpx.HTTPTransport, "handle_request", _of_clients),
        (httpx.AsyncHTTPTransport, "handle_async_request", _of_async_clients),
        (logging.Logger, "callHandlers", _of_loggers),
        (subprocess.Popen, "communicate", _of_processes),
        (BrowserContext, "close", _of_browsers),
    ):
        setattr(kind, method, ear(getattr(kind, method)))
    logging.getLogger("hyperrun").setLevel(logging.DEBUG)


def in_report(report: pytest.TestReport) -> None:
    """Search what a test and the servers in its process have printed."""
    for title, content in report.sections:
        if title.startswith(("Captured stdout", "Captured stderr")) and holds_key(content):
            told.append(f"{title} of {report.nodeid}")


# What was left


def kept(folder: Path) -> Iterator[Path]:
    """Files below `folder` that a server kept something in: its data folder, its log."""
    for place, _, names in os.walk(folder):  # one that goes away meanwhile is passed over
        for path in (Path(place, name) for name in names):
            is_data = "data" in path.relative_to(folder).parts[:-1] or ".sqlite3" in path.name
            if (is_data or path.suffix == ".log") and path.is_file() and not path.is_symlink():
                yield path


def in_files(folder: Path) -> list[str]:
    """The files that hold a key."""
    found = []
    for path in kept(folder):
        with suppress(FileNotFoundError):  # a server that ends takes its log of writes away
            if holds_key(path.read_bytes()):
                found.append(str(path))
    return found


def in_requests(requests: list[dict[str, Any]], headers: list[dict[str, str]]) -> list[str]:
    """The requests that hold a key anywhere but where a provider wants it."""
    found = [f"request {number}" for number, body in enumerate(requests) if holds_key(str(body))]
    for number, each in enumerate(headers):
        found += [f"{name} of request {number}" for name, value in each.items()
                  if name not in KEY_HEADERS and holds_key(value)]  # fmt: skip
    return found

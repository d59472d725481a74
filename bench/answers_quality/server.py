"""HyperRun as a process of its own, asked as its page asks."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from httpx import Client, HTTPError

from bench.answers_quality.answer import Answer, folded, fragment

ROOT = Path(__file__).parent.parent.parent
READY_TIMEOUT_S = 900  # an index and its vectors from nothing, on a busy machine
ANSWER_TIMEOUT_S = 300  # of a language model on a busy machine
STREAM = re.compile(r'sse-connect="([^"]+)"')
NEW_LINE = re.compile(r"\r\n|\n|\r")
NO_LIMITS = {
    f"HYPERRUN_{name}": "0"
    for name in (
        "QUESTIONS_PER_MINUTE", "QUESTIONS_PER_MINUTE_PER_ADDRESS",
        "QUESTIONS_PER_MINUTE_IN_ALL", "CHANGES_PER_MINUTE_PER_ADDRESS",
    )
}  # fmt: skip


class Reader:
    """Someone who asks over HTTP."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def ask(self, question: str, token: str = "") -> tuple[Answer, str]:
        """The answer and its conversation's token, with which one asks on.

        What fails is an answer that says so.
        """
        try:
            asked = self._client.post("/ask", data={"query": question, "token": token})
            stream = STREAM.search(asked.text)
            if asked.status_code != 200 or stream is None:
                return failed(f"{asked.status_code} {asked.text[:300]}"), token
            fields = fragment(asked.text).xpath(".//input[@name='token']/@value")
            events = self._events("/" + unescape(stream[1]).lstrip("/"))
        except HTTPError as error:
            return failed(repr(error)), token
        token = fields[0] if fields else token
        if not events or events[-1][0] != "close":
            return failed("the stream ended before the answer did"), token
        return Answer.of(folded(events)), token

    def _events(self, path: str) -> list[tuple[str, str]]:
        """The names and data of a stream's events, to its end or `close`."""
        until = time.monotonic() + ANSWER_TIMEOUT_S
        text = ""
        with self._client.stream("GET", path) as response:
            for part in response.iter_text():
                text += part
                if "event: close" in text[-len(part) - 20 :] or time.monotonic() > until:
                    break
        return list(parsed(text))


def parsed(stream: str) -> Iterator[tuple[str, str]]:
    """The events of a stream's text, whose last need not have its empty line."""
    name, data = "message", list[str]()
    for line in [*NEW_LINE.split(stream), ""]:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif not line and (data or name != "message"):
            yield name, "\n".join(data)
            name, data = "message", []


def failed(why: str) -> Answer:
    """The answer of a server that gave none."""
    return Answer(lines=(), notices=f"Something went wrong: {why}")


@contextmanager
def serving(repository: Path, settings: Mapping[str, str] | None = None) -> Iterator[Reader]:
    """A reader of HyperRun with these settings over a repository, indexed anew, every vector made;
    RuntimeError if it is not ready."""
    with TemporaryDirectory() as folder:
        log, port = Path(folder) / "log", free_port()
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, str(ROOT / "main.py"), "--repo", str(repository.resolve())],
                cwd=folder, env=environment(Path(folder) / "data", port) | dict(settings or {}),
                stdout=output, stderr=output,
            )  # fmt: skip
        try:
            headers = {"HX-Request": "true"}
            url = f"http://127.0.0.1:{port}"
            with Client(base_url=url, headers=headers, timeout=ANSWER_TIMEOUT_S) as client:
                wait_until_ready(client, server, log)
                yield Reader(client)
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def environment(data_dir: Path, port: int) -> dict[str, str]:
    """The caller's, without settings and keys of their own: no model, the embedded search."""
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HYPERRUN_", "AZURE_")) and not name.endswith("_API_KEY")
    }
    return own | NO_LIMITS | {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "HYPERRUN_DATA_DIR": str(data_dir),
        "HYPERRUN_SEARCH": "embedded",
    }  # fmt: skip


def wait_until_ready(client: Client, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the whole repository is searchable, by meaning too where a model tells it;
    RuntimeError with the log if it is not."""
    until = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < until and server.poll() is None:
        with suppress(HTTPError):
            health = client.get("/healthz")
            if health.status_code == 200 and is_whole(health.json()):
                return
        time.sleep(0.2)
    raise RuntimeError(f"the server did not become ready:\n{log.read_text()[-2_000:]}")


def is_whole(health: dict[str, Any]) -> bool:
    """Is everything indexed, and has every section its vector?"""
    vectors = health["vectors"]
    are_made = vectors["made"] >= vectors["passages"] > 0
    has_vectors = not vectors["model"] or vectors["note"] or are_made
    return not health["index"]["building"] and bool(has_vectors)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])

"""A server that goes away under many open streams, and what its readers' browsers then do."""

import asyncio
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.browser import eventually
from tests.kept import Kept
from tests.model_server import ModelServer, Script
from tests.server_process import ServerProcess, unlimited_server


@dataclass
class Stream:
    """One EventSource, as far as a browser's is of interest here."""

    path: str
    retry_ms: int = 0
    connections: int = 0
    text: str = ""

    async def read(self, server: ServerProcess) -> None:
        """Read until `close`; after a cut line come back when `retry` has passed."""
        while "event: close" not in self.text:
            self.text = ""
            with suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                self.connections += 1
                try:
                    writer.write(f"GET /{self.path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                    while "event: close" not in self.text:
                        data = await reader.read(65_536)
                        if not data:
                            break
                        self.text += data.decode(errors="replace")
                        found = re.search(r"retry: (\d+)", self.text)
                        self.retry_ms = int(found[1]) if found else self.retry_ms
                finally:
                    writer.transport.abort()
            if "event: close" not in self.text:
                await asyncio.sleep(self.retry_ms / 1_000)


def ask(server: ServerProcess, answers: int) -> list[str]:
    """Start so many answers; where their streams are."""
    paths = []
    with httpx.Client(timeout=60, headers={"HX-Request": "true"}) as client:
        for _ in range(answers):
            url = f"http://127.0.0.1:{server.port}/ask"
            text = client.post(url, data={"query": "How?"}).text
            paths.append(re.search(r'sse-connect="([^"?]+)', text)[1])  # type: ignore[index]
    return paths


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("kept", "readers", "ending"),
    [
        ("sqlite", 40, "kill"),
        pytest.param("postgresql", 40, "kill", marks=pytest.mark.slow),
        pytest.param("sqlite", 500, "kill", marks=[pytest.mark.slow, pytest.mark.alone]),
        pytest.param("sqlite", 500, "stop", marks=[pytest.mark.slow, pytest.mark.alone]),
    ],
    indirect=["kept"],
)
def test_every_reader_of_a_server_that_restarts_sees_what_there_was_and_an_end(
    tmp_path: Path, model_server: ModelServer, kept: Kept, readers: int, ending: str
) -> None:
    model_server.default = Script("This much came, and no more.", stall_after=3)
    server = unlimited_server(
        tmp_path, model_server, HYPERRUN_MODEL_IDLE_TIMEOUT_S="300", **kept.environment
    )

    def stored() -> bool:
        """Is what came of every answer in the database?"""
        came = "SELECT count(*) FROM turns WHERE trim(answer) = 'This much came,'"
        return kept.rows(came) == [(readers // 10,)]

    async def follow() -> float:
        paths = await asyncio.to_thread(ask, server, readers // 10)
        streams = [Stream(paths[n % len(paths)]) for n in range(readers)]
        reading = [asyncio.create_task(stream.read(server)) for stream in streams]
        async with asyncio.timeout(60):
            while not all("much" in stream.text for stream in streams):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await asyncio.to_thread(eventually, stored, 30)
        began = time.monotonic()
        await asyncio.to_thread(server.stop if ending == "stop" else server.kill)
        took_s = time.monotonic() - began
        if ending == "kill":
            await asyncio.to_thread(server.start)
        async with asyncio.timeout(30):
            await asyncio.gather(*reading)
        for stream in streams:
            assert "This much came" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", stream.text))
            assert "The server went away" in stream.text
            assert stream.retry_ms >= 1_000
        # Told the end by the old server, or back once it is there again, not all in one moment.
        most = 1 if ending == "stop" else 12
        assert max(stream.connections for stream in streams) <= most
        assert len({stream.retry_ms for stream in streams}) > readers / 2
        return took_s

    with server:
        took_s = asyncio.run(follow())
    assert took_s < 5
    assert model_server.calls == readers // 10  # no reconnection asks the model

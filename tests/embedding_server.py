"""A scripted `/v1/embeddings` on loopback, over real HTTP.

A text's vector has a number for each of its words, and words of one meaning share it; so meaning
can be told from words. It keeps every request, and fails in every way a server can.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import pytest
import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from tests.uvicorn_thread import serving

SIZE = 96
ALIKE = (
    ("throttle", "slow", "drosseln", "limit", "requests"),
    ("secret", "password", "kennwort", "credentials"),
)
_MEANS = {word: words[0] for words in ALIKE for word in words}


def vector_of(text: str) -> list[float]:
    """What a text means to this server."""
    numbers = [0.01] * SIZE
    for word in re.findall(r"\w+", text.lower()):
        meant = _MEANS.get(word, word)
        numbers[crc32(meant.encode()) % SIZE] += 3.0 if word in _MEANS else 0.3
    return numbers


@dataclass
class EmbeddingServer:
    """What was asked, and how it answers from now on."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    status: int = 200
    body: Any = None  # in the place of vectors
    delay_s: float = 0.0
    longest: int = 1_000_000  # characters of a text; a longer one is refused

    @property
    def texts(self) -> list[str]:
        """Every text that was sent."""
        return [text for request in self.requests for text in request["input"]]

    async def embed(self, request: Request) -> Response:
        """`POST …/embeddings`."""
        asked = await request.json()
        self.requests.append(asked)
        self.keys.append(request.headers.get("authorization", ""))
        if self.delay_s:
            await run_in_threadpool(time.sleep, self.delay_s)
        if self.status != 200:
            said = f"no: {self.keys[-1]} sent {asked['input']}"
            return JSONResponse({"error": {"message": said}}, status_code=self.status)
        if self.body is not None:
            return Response(self.body, media_type="application/json")
        if any(len(text) > self.longest for text in asked["input"]):
            return JSONResponse({"error": {"message": "too long"}}, status_code=400)
        rows = [
            {"object": "embedding", "index": n, "embedding": vector_of(text)}
            for n, text in enumerate(asked["input"])
        ]
        tokens = sum(len(text.split()) for text in asked["input"])
        return JSONResponse({"data": rows[::-1], "usage": {"prompt_tokens": tokens}})


@contextmanager
def running_embedding_server() -> Iterator[EmbeddingServer]:
    """A server for the length of a block."""
    embeddings = EmbeddingServer()
    app = Router(routes=[Route("/v1/embeddings", embeddings.embed, methods=["POST"])])
    config = uvicorn.Config(app, port=0, log_level="critical", timeout_graceful_shutdown=1)
    with serving(config) as port:
        embeddings.url = f"http://127.0.0.1:{port}/v1"
        yield embeddings


@pytest.fixture
def embedding_server() -> Iterator[EmbeddingServer]:
    """A scripted server of one's own."""
    with running_embedding_server() as embeddings:
        yield embeddings

"""A scripted OpenAI-compatible model on loopback, over real HTTP.

Each call takes the next `Script` of the queue (or the default one) and plays it: text in pieces,
tool calls with their arguments split over deltas, usage, and every way a provider can fail. It
counts calls and open connections, and keeps every request.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route, Router

from tests import leaks
from tests.uvicorn_thread import serving


@dataclass(frozen=True)
class Tool:
    """A tool call of the model's; `pieces` is how its arguments are split over deltas."""

    query: str = ""
    k: int = 4
    name: str = "search_code"
    arguments: str = ""  # in the place of query and k
    pieces: int = 3

    def text(self) -> str:
        """The arguments as they are sent."""
        return self.arguments or json.dumps({"query": self.query, "k": self.k})


@dataclass(frozen=True)
class Script:
    """One answer to one call. With `tools` it asks for these; otherwise it says `text`."""

    text: str | Sequence[str] = ""
    tools: Sequence[Tool] = ()
    delay_s: float = 0.0  # before each piece
    first_delay_s: float = 0.0  # before the first
    prompt_tokens: int = 100
    completion_tokens: int = 20
    finish_reason: str = ""  # "" stands for "stop" or "tool_calls"
    status: int = 200  # anything else is an error response
    echo: bool = False  # the error repeats the key and the request, as some providers' do
    retry_after_s: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)  # of an error response
    page: str = ""  # HTML in the place of everything
    hang: bool = False  # no headers, ever
    stall_after: int = -1  # pieces, then silence
    holds_after: int = -1  # pieces, until it is told to hurry
    drop_after: int = -1  # pieces, then the connection breaks
    garbage: bool = False  # events that are no JSON
    empty: bool = False  # 200 and nothing
    usage: bool = True
    cached_tokens: int = 0  # of the prompt
    message: str = ""  # of an error response
    finishes: bool = True  # with a finish reason
    says_done: bool = True  # with [DONE]
    ids: bool = True  # tool calls have one
    comments: bool = False  # before each piece, as some providers keep a line alive
    raw: Sequence[str] = ()  # lines, in the place of everything
    body: Any = None  # JSON in the place of a stream, with `status`
    thoughts: Sequence[str] = ()  # before the text, as `reasoning_content`

    def pieces(self) -> list[str]:
        """The text as it is sent: words, unless it was given in pieces."""
        if not isinstance(self.text, str):
            return list(self.text)
        return [word + " " for word in self.text.split(" ")[:-1]] + [self.text.split(" ")[-1]]


class Dropped(Exception):
    """The connection breaks here, as the script says."""


@dataclass
class ModelServer:
    """What was asked, and what is still open."""

    url: str = ""
    default: Script = field(default_factory=lambda: Script("Hello there."))
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    open_connections: int = 0
    most_connections: int = 0
    finished: int = 0  # played to their end
    hurry: bool = False  # from now on nothing waits
    told_props: dict[str, Any] = field(default_factory=dict)
    told_models: list[dict[str, Any]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)  # paths that were asked besides
    _queue: deque[Script] = field(default_factory=deque)

    @property
    def calls(self) -> int:
        """How often the model was asked."""
        return len(self.requests)

    def script(self, *scripts: Script | str) -> None:
        """What the next calls are answered with, in order."""
        self._queue += [Script(each) if isinstance(each, str) else each for each in scripts]

    def forget(self) -> None:
        """Drop the scripts that nobody has asked for; what comes next takes its time again."""
        self._queue.clear()
        self.hurry = False

    def wait_for(self, open_connections: int, timeout_s: float = 10) -> None:
        """Return when exactly so many calls are open."""
        deadline = time.monotonic() + timeout_s
        while self.open_connections != open_connections:
            assert time.monotonic() < deadline, f"{self.open_connections} calls are open"
            time.sleep(0.01)

    async def complete(self, request: Request) -> Response:
        """`POST …/chat/completions`."""
        self.requests.append(await request.json())
        self.headers.append(dict(request.headers))
        script = self._queue.popleft() if self._queue else self.default
        if script.hang:
            with self._counted():
                while not await request.is_disconnected():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            return Response()
        if script.page:
            return HTMLResponse(script.page)
        if script.body is not None:
            return JSONResponse(script.body, status_code=script.status)
        if script.status != 200:
            headers = dict(script.headers)
            if script.retry_after_s:
                headers["Retry-After"] = str(script.retry_after_s)
            message = script.message or f"scripted {script.status}"
            if script.echo:
                key = request.headers.get("authorization", "")
                message += f" Incorrect API key provided: {key} in {self.requests[-1]}"
            error = {"message": message, "type": "error", "code": script.status}
            return JSONResponse({"error": error}, status_code=script.status, headers=headers)
        is_anthropic = request.url.path.endswith("/messages")
        played = self._play_as_anthropic(script) if is_anthropic else self._play(script)
        return StreamingResponse(played, media_type="text/event-stream")

    async def props(self, request: Request) -> Response:
        """`GET /props`, where llama.cpp's server tells its window."""
        self.looked_up.append(request.url.path)
        return JSONResponse(self.told_props, status_code=200 if self.told_props else 404)

    async def models(self, request: Request) -> Response:
        """`GET …/models`."""
        self.looked_up.append(request.url.path)
        found = {"data": self.told_models}
        return JSONResponse(found, status_code=200 if self.told_models else 404)

    async def _play_as_anthropic(self, script: Script) -> AsyncIterator[str]:
        with self._counted():
            for line in script.raw:
                yield line
            if script.raw:
                return
            usage = {
                "input_tokens": script.prompt_tokens - script.cached_tokens,
                "cache_read_input_tokens": script.cached_tokens,
                "output_tokens": 1,
            }
            yield named({"type": "message_start", "message": {"usage": usage}})
            at = 0
            if script.text:
                block: dict[str, Any] = {"type": "text", "text": ""}
                yield named({"type": "content_block_start", "index": at, "content_block": block})
                for piece in script.pieces():
                    delta = {"type": "text_delta", "text": piece}
                    yield named({"type": "content_block_delta", "index": at, "delta": delta})
                at += 1
            for tool in script.tools:
                id_ = f"toolu_{self.calls}_{at}"
                block = {"type": "tool_use", "id": id_, "name": tool.name, "input": {}}
                yield named({"type": "content_block_start", "index": at, "content_block": block})
                delta = {"type": "input_json_delta", "partial_json": tool.text()}
                yield named({"type": "content_block_delta", "index": at, "delta": delta})
                at += 1
            reason = script.finish_reason or ("tool_use" if script.tools else "end_turn")
            told = {"output_tokens": script.completion_tokens}
            yield named({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": told})
            yield named({"type": "message_stop"})
            self.finished += 1

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.open_connections += 1
        self.most_connections = max(self.most_connections, self.open_connections)
        try:
            yield
        finally:
            self.open_connections -= 1

    async def _play(self, script: Script) -> AsyncIterator[str]:
        with self._counted():
            if script.empty:
                return
            if script.garbage:
                yield "data: {not json\n\n"
                return
            for line in script.raw:
                yield line
            if script.raw:
                return
            await asyncio.sleep(script.first_delay_s)
            deltas = self._deltas(script)
            for number, delta in enumerate(deltas):
                if number == script.stall_after:
                    await asyncio.sleep(3_600)
                while number == script.holds_after and not self.hurry:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
                if number == script.drop_after:
                    raise Dropped
                if script.comments:
                    yield ": still here\n\n"
                due = time.monotonic() + script.delay_s
                while not self.hurry and (wait_s := due - time.monotonic()) > 0:  # noqa: ASYNC110
                    await asyncio.sleep(min(wait_s, 0.1))
                yield event({"delta": delta, "index": 0, "finish_reason": None})
            reason = script.finish_reason or ("tool_calls" if script.tools else "stop")
            if script.finishes:
                yield event({"delta": {}, "index": 0, "finish_reason": reason})
            if script.usage:
                counts = (script.prompt_tokens, script.completion_tokens)
                usage: dict[str, Any] = {
                    "prompt_tokens": counts[0],
                    "completion_tokens": counts[1],
                    "total_tokens": sum(counts),
                }
                if script.cached_tokens:
                    usage["prompt_tokens_details"] = {"cached_tokens": script.cached_tokens}
                yield event(None, usage)
            if script.says_done:
                yield "data: [DONE]\n\n"
            self.finished += 1

    def _deltas(self, script: Script) -> Iterator[dict[str, Any]]:
        for thought in script.thoughts:
            yield {"role": "assistant", "reasoning_content": thought}
        if script.text:
            for piece in script.pieces():
                yield {"role": "assistant", "content": piece}
        for index, tool in enumerate(script.tools):
            text = tool.text()
            cuts = [round(len(text) * n / tool.pieces) for n in range(tool.pieces + 1)]
            for n, (start, end) in enumerate(pairwise(cuts)):
                call: dict[str, Any] = {"index": index, "function": {"arguments": text[start:end]}}
                if n == 0:
                    call["type"] = "function"
                    if script.ids:
                        call["id"] = f"call_{self.calls}_{index}"
                    call["function"]["name"] = tool.name
                yield {"tool_calls": [call]}


def event(choice: dict[str, Any] | None, usage: dict[str, Any] | None = None) -> str:
    """One event of the stream."""
    body: dict[str, Any] = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [choice] if choice else [],
    }
    if usage:
        body["usage"] = usage
    return f"data: {json.dumps(body)}\n\n"


def named(body: dict[str, Any]) -> str:
    """One event of Anthropic's stream."""
    return f"event: {body['type']}\ndata: {json.dumps(body)}\n\n"


@contextmanager
def running_model_server() -> Iterator[ModelServer]:
    """A model server for the length of a block; base URL for OpenAI-compatible clients: `url`."""
    model = ModelServer()
    # No app, whose responses would be searched: a provider may repeat the key it was sent.
    app = Router(
        routes=[
            Route("/v1/chat/completions", model.complete, methods=["POST"]),
            Route("/v1/messages", model.complete, methods=["POST"]),
            Route("/props", model.props),
            Route("/v1/models", model.models),
            Route("/openai/deployments/{name}/chat/completions", model.complete, methods=["POST"]),
        ]
    )
    config = uvicorn.Config(app, port=0, log_level="critical", timeout_graceful_shutdown=1)
    try:
        with serving(config) as port:
            model.url = f"http://127.0.0.1:{port}/v1"
            leaks.providers.add(port)
            yield model
    finally:
        leaks.told += leaks.in_requests(model.requests, model.headers)
        leaks.providers.discard(port)


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    """A scripted model of one's own."""
    with running_model_server() as model:
        yield model

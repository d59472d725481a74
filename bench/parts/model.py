"""A fake OpenAI-compatible model: raw asyncio, one timer for all answers, no JSON parsed.

    python -m bench.parts.model

Prints its port. A request that offers tools and holds no tool's result is answered with a tool
call; any other with as many tokens as the question says, at its pace.
"""

import asyncio
import heapq
import json
import re
from typing import cast

import uvloop

from bench.parts.words import NAME_LETTERS, PLAIN, SPECIFICATION, encoded, now, spacing

HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    b"connection: keep-alive\r\n\r\n"
)
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"
BEGIN, END = json.dumps(
    {
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "bench",
        "choices": [{"index": 0, "delta": {"content": "|"}, "finish_reason": None}],
    }
).split("|")
FIRST_AFTER_S = 0.3
TOOL_RESULT = re.compile(rb'"role":\s*"tool"')


def chunk(body: str) -> bytes:
    """One event as one chunk of the response."""
    event = f"data: {body}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(event), event)


def closing(reason: str, tokens: int) -> bytes:
    """The end of a response: the reason, the usage, the mark."""
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    usage = {"prompt_tokens": 900, "completion_tokens": tokens, "total_tokens": 900 + tokens}
    last = chunk(json.dumps(end)) + chunk(json.dumps({"choices": [], "usage": usage}))
    return last + chunk("[DONE]") + b"0\r\n\r\n"


def tool_call() -> bytes:
    """The model wants to search."""
    function = {"name": "search_code", "arguments": '{"query": "dimming a lamp"}'}
    call = {"index": 0, "id": "call_1", "type": "function", "function": function}
    delta = {"role": "assistant", "content": None, "tool_calls": [call]}
    return chunk(json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}))


class Answer:
    """One answer on its way out."""

    def __init__(self, transport: asyncio.WriteTransport, body: bytes) -> None:
        specification = SPECIFICATION.findall(body)[-1]
        self.number, self.rate, self.tokens = (int(part) for part in specification[:3])
        self.plain = specification[3] == b"plain"
        self.name = encoded(self.number, NAME_LETTERS)
        self.transport = transport
        self.sent = 0
        self.last = 0

    def send(self) -> None:
        """One more token, with the time of this moment; no two have the same."""
        self.last = max(now(), self.last + 1)
        word = PLAIN[self.sent % len(PLAIN)]
        if not self.plain:
            word = f"Q{self.name}{encoded(self.last, 6)}"
        text = json.dumps(spacing(self.sent) + word)[1:-1]
        self.transport.write(chunk(BEGIN + text + END))
        self.sent += 1
        if self.sent == self.tokens:
            self.transport.write(closing("stop", self.tokens))


class Pace:
    """Sends every token when it is due, with one timer."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Answer]] = []
        self._count = 0
        self._something = asyncio.Event()

    def add(self, answer: Answer) -> None:
        """The first token is sent when a quick model would: by then the reader follows."""
        self._push(asyncio.get_running_loop().time() + FIRST_AFTER_S, answer)
        self._something.set()

    def _push(self, due: float, answer: Answer) -> None:
        if answer.sent < answer.tokens and not answer.transport.is_closing():
            self._count += 1
            heapq.heappush(self._due, (due, self._count, answer))

    async def run(self) -> None:
        """Until it is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            while not self._due:
                self._something.clear()
                await self._something.wait()
            while self._due and self._due[0][0] <= loop.time():
                due, _, answer = heapq.heappop(self._due)
                if answer.transport.is_closing():  # its reader has gone
                    continue
                answer.send()
                self._push(due + 1 / answer.rate, answer)
            if self._due:
                await asyncio.sleep(max(self._due[0][0] - loop.time(), 0.001))


class Connection(asyncio.Protocol):
    """One connection; answers one request after the other."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._received = b""
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is of no such class

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if not found or (length and len(body) < int(length[1])):
            return
        self._received = b""
        if not head.startswith(b"POST"):  # what else it could do
            self._transport.write(NOT_FOUND)
            return
        self._transport.write(HEAD)
        if b'"tools"' in body and not TOOL_RESULT.search(body):
            self._transport.write(tool_call() + closing("tool_calls", 12))
            return
        self._pace.add(Answer(self._transport, body))


async def serve() -> None:
    """Until the process ends."""
    pace = Pace()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(pace), "127.0.0.1", 0, backlog=2_048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await pace.run()


if __name__ == "__main__":
    uvloop.run(serve())

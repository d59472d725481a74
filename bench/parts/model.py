"""A fake model in OpenAI's and Anthropic's format: raw asyncio, one timer for all answers, no JSON
parsed.

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

from bench.parts.formats import ANTHROPIC, OPENAI, Format
from bench.parts.words import NAME_LETTERS, PLAIN, SPECIFICATION, encoded, now, spacing

HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    b"connection: keep-alive\r\n\r\n"
)
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"
LAST = b"0\r\n\r\n"
FIRST_AFTER_S = 0.3
TOOL_RESULT = re.compile(rb'"role":\s*"tool"|"tool_result"')


def chunk(events: str) -> bytes:
    """Events as one chunk of the response."""
    data = events.encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


class Answer:
    """One answer on its way out."""

    def __init__(self, transport: asyncio.WriteTransport, format: Format, body: bytes) -> None:
        specification = SPECIFICATION.findall(body)[-1]
        self.number, self.rate, self.tokens = (int(part) for part in specification[:3])
        self.plain = specification[3] == b"plain"
        self.name = encoded(self.number, NAME_LETTERS)
        self.transport = transport
        self.format = format
        self.sent = 0
        self.last = 0

    def send(self) -> None:
        """One more token, with the time of this moment; no two have the same."""
        self.last = max(now(), self.last + 1)
        word = PLAIN[self.sent % len(PLAIN)]
        if not self.plain:
            word = f"Q{self.name}{encoded(self.last, 6)}"
        text = json.dumps(spacing(self.sent) + word)[1:-1]
        begin, end = self.format.token
        opening = "" if self.sent else self.format.opening
        self.transport.write(chunk(opening + begin + text + end))
        self.sent += 1
        if self.sent == self.tokens:
            self.transport.write(chunk(self.format.closing(self.tokens)) + LAST)


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
        spoken = ANTHROPIC if b"/v1/messages" in head else OPENAI
        if b'"tools"' in body and not TOOL_RESULT.search(body):
            self._transport.write(chunk(spoken.tool_call) + LAST)
            return
        self._pace.add(Answer(self._transport, spoken, body))


async def serve() -> None:
    """Until the process ends."""
    pace = Pace()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(pace), "127.0.0.1", 0, backlog=2_048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await pace.run()


if __name__ == "__main__":
    uvloop.run(serve())

"""People who type into the box at once: what each waits for its rows.

    python -m bench.box.typists PORT PEOPLE SECONDS WORDS_FILE

Each types one of the file's lines after the other, a letter every 150 to 350 ms, and does what the
box's script does: one request at a time, and what was typed meanwhile is asked for next. A line is
shown when the rows of its last letters are there. Prints one JSON object.
"""

import asyncio
import json
import random
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import uvloop

LETTER_S = (0.15, 0.35)  # about 50 words a minute


class Typist:
    """One person with one connection."""

    def __init__(self, port: int, lines: list[str], seed: int) -> None:
        self.port = port
        self.chance = random.Random(seed)
        self.lines = lines
        self.waited_ms: list[float] = []  # of each letter, until rows for it or for later ones
        self.requests = 0
        self.failed = 0
        self.size = 0
        self._known: set[str] = set()
        self._typed: list[tuple[str, float]] = []
        self._more = asyncio.Event()

    async def type(self, until: float) -> None:
        """Type until then, with the requests beside."""
        asking = asyncio.create_task(self._ask())
        await asyncio.sleep(self.chance.uniform(0, LETTER_S[1]))
        while time.monotonic() < until:
            line = self.chance.choice(self.lines)
            for end in range(1, len(line) + 1):
                if time.monotonic() >= until:
                    break
                self._typed.append((line[:end], time.monotonic()))
                self._more.set()
                await asyncio.sleep(self.chance.uniform(*LETTER_S))
            self._known.clear()
        asking.cancel()
        await asyncio.wait({asking})

    async def _ask(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            while True:
                await self._more.wait()
                self._more.clear()
                if not self._typed:
                    continue
                pending, self._typed = self._typed, []
                words = pending[-1][0].strip()
                if words not in self._known:
                    await self._request(reader, writer, words)
                    self._known.add(words)
                now = time.monotonic()
                self.waited_ms += [(now - at) * 1_000 for _, at in pending]
                if self._typed:
                    self._more.set()
        finally:
            writer.close()

    async def _request(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: str
    ) -> None:
        body = urlencode({"words": words, "lang": "en"}).encode()
        writer.write(
            f"POST /search HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nAccept-Encoding: gzip\r\n"
            "Sec-Fetch-Site: same-origin\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        self.requests += 1
        self.failed += b" 200 " not in head.split(b"\r\n", 1)[0]
        length = int(head.partition(b"content-length: ")[2].partition(b"\r")[0])
        await reader.readexactly(length)
        self.size = max(self.size, length)


async def main(port: int, people: int, seconds: float, words: str) -> None:
    """All of them; what was seen as JSON."""
    lines = words.splitlines()
    typists = [Typist(port, lines, seed) for seed in range(people)]
    until = time.monotonic() + seconds
    await asyncio.gather(*(each.type(until) for each in typists))
    print(
        json.dumps(
            {
                "waited_ms": [ms for each in typists for ms in each.waited_ms],
                "requests": sum(each.requests for each in typists),
                "failed": sum(each.failed for each in typists),
                "largest": max(each.size for each in typists),
            }
        )
    )


if __name__ == "__main__":
    typed = Path(sys.argv[4]).read_text()
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), typed))

"""Readers: asks many questions at once, follows every answer, and looks at each token.

    python -m bench.parts.client KIND PORT ANSWERS RATE TOKENS WORDS SPREAD_S [FOLLOW_PORT]

KIND is `hyperrun` (a POST, then its stream) or `plain` (the answer is the response to a GET).
FOLLOW_PORT is where streams are read, if not where the question is asked. Of several ports, with
commas between them, each pair of one and one has as many answers.
Prints one JSON object.
"""

import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import quote

import uvloop

from bench.parts.words import (
    NAME_LETTERS,
    SPAN,
    TOKEN,
    TOKEN_BYTES,
    decoded,
    encoded,
    now,
    question,
)

WAIT_S = 60.0
COME_BACK_AFTER_S = 1.0
COUNTED = ("lost", "mixed", "bytes", "events", "seen", "came_back")


@dataclass
class Reading:
    """What was seen of one answer."""

    name: bytes
    seen: dict[int, int] = field(default_factory=dict)  # sent -> seen, in units of 10 us
    foreign: int = 0  # tokens of other answers
    size: int = 0  # bytes on the wire, head and chunk marks included
    events: int = 0
    complete: bool = False
    came_back: int = 0  # after a stream that was cut

    def take(self, data: bytes) -> None:
        """Note the tokens in `data` that were not seen before."""
        seen = now() % SPAN
        for name, sent in TOKEN.findall(data):
            if name != self.name:
                self.foreign += 1
            else:
                self.seen.setdefault(decoded(sent), seen)


async def get(kind: str, port: int, path: str, reading: Reading) -> None:
    """Follow one answer to its end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    try:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n"
            "Accept-Encoding: gzip\r\n\r\n".encode()
        )
        rest = b""
        while data := await reader.read(65_536):
            reading.size += len(data)
            reading.events += data.count(b"\r\ndata: ") + data.count(b"\ndata: ")
            whole = rest + data
            reading.take(whole)
            rest = whole[-TOKEN_BYTES - 1 :]
            is_over = whole.endswith(b"0\r\n\r\n")
            if b"event: close" in whole[-80:] or (is_over and kind == "plain"):
                reading.complete = True
            if reading.complete or is_over:
                return
    finally:
        writer.close()


async def ask(port: int, text: str) -> str:
    """Ask HyperRun; the path of the answer's stream."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    try:
        body = f"token=&lang=en&query={quote(text)}".encode()
        writer.write(
            f"POST /ask HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHX-Request: true\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        answer = (await reader.read(-1)).decode()
    finally:
        writer.close()
    _, found, path = answer.partition("stream/")
    if not found:
        raise RuntimeError(answer[:500])
    return "/stream/" + path.partition('"')[0].partition("?")[0]


async def follow(
    kind: str, port: int, number: int, rate: int, tokens: int, words: str,
    delay_s: float, follow_port: int = 0,
) -> Reading:  # fmt: skip
    """Ask one question, after `delay_s`, and read its answer."""
    reading = Reading(encoded(number, NAME_LETTERS).encode())
    await asyncio.sleep(delay_s)
    text = question(number, rate, tokens, words)
    try:
        async with asyncio.timeout(WAIT_S + tokens / rate):
            path = (
                await ask(port, text) if kind == "hyperrun" else f"/answer?question={quote(text)}"
            )
            await get(kind, follow_port or port, path, reading)
            while kind == "hyperrun" and not reading.complete:  # as a browser does
                reading.came_back += 1
                await asyncio.sleep(COME_BACK_AFTER_S)
                await get(kind, follow_port or port, path, reading)
    except (TimeoutError, OSError, RuntimeError) as error:
        print(f"answer {number}: {type(error).__name__}: {error}", file=sys.stderr)
    return reading


async def main(
    kind: str, ports: list[int], answers: int, rate: int, tokens: int, words: str, spread_s: float,
    follow_ports: list[int],
) -> None:  # fmt: skip
    """All answers; what was seen of them as JSON."""
    tasks = [
        asyncio.create_task(
            follow(
                kind,
                ports[n % len(ports)],
                n,
                rate,
                tokens,
                words,
                spread_s * n / answers,
                follow_ports[n // len(ports) % len(follow_ports)],
            )
        )
        for n in range(answers)
    ]
    readings = [await task for task in tasks]
    first, later, stretched, models = [], [], [], []
    counts: Counter[str] = Counter()
    for reading in readings:
        counts["lost"] += 0 if reading.complete else 1
        counts["mixed"] += 1 if reading.foreign else 0
        counts["bytes"] += reading.size
        counts["events"] += reading.events
        counts["seen"] += len(reading.seen)
        counts["came_back"] += reading.came_back
        sent = sorted(reading.seen)
        if words == "timed" and len(sent) != tokens:
            counts["lost"] += 1 if reading.complete else 0
            continue
        if len(sent) < 2:
            continue
        added = [(reading.seen[each] - each) / 100 for each in sent]
        first.append(added[0])
        later += added[1:]
        ideal = (tokens - 1) / rate * 100_000
        stretched.append((max(reading.seen.values()) - sent[0]) / ideal)
        models.append((sent[-1] - sent[0]) / ideal)
    print(
        json.dumps(
            {
                "answers": answers,
                "tokens": tokens * answers,
                **{name: counts[name] for name in COUNTED},
                "first_ms": first,
                "later_ms": later,
                "stretched": stretched,
                "model_stretched": models,
            }
        )
    )


if __name__ == "__main__":
    kind, words = sys.argv[1], sys.argv[6]
    ports = [int(each) for each in sys.argv[2].split(",")]
    answers, rate, tokens = (int(each) for each in sys.argv[3:6])
    follow_ports = [int(each) for each in sys.argv[8].split(",")] if len(sys.argv) > 8 else [0]
    uvloop.run(main(kind, ports, answers, rate, tokens, words, float(sys.argv[7]), follow_ports))

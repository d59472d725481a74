"""Readers in pairs: each answer is followed where it runs and elsewhere, by one clock.

    python -m bench.parts.pairs PORTS ANSWERS RATE TOKENS SPREAD_S

Of several ports each is asked in turn, and its answer followed there and at the next one. Prints
one JSON object: how late the first token was seen at the owner, and how much later elsewhere.
"""

import asyncio
import json
import sys

import uvloop

from bench.parts.client import WAIT_S, Reading, ask, get
from bench.parts.words import NAME_LETTERS, encoded, question


async def pair(
    ports: list[int], number: int, rate: int, tokens: int, delay_s: float
) -> tuple[Reading, Reading]:
    """Ask one question, and read its answer twice."""
    await asyncio.sleep(delay_s)
    owner, other = (ports[(number + n) % len(ports)] for n in range(2))
    name = encoded(number, NAME_LETTERS).encode()
    here, there = Reading(name), Reading(name)
    async with asyncio.timeout(WAIT_S + tokens / rate):
        path = await ask(owner, question(number, rate, tokens, "timed"))
        await asyncio.gather(
            get("hyperrun", owner, path, here), get("hyperrun", other, path, there)
        )
    return here, there


async def main(ports: list[int], answers: int, rate: int, tokens: int, spread_s: float) -> None:
    """All pairs; what was seen of them as JSON."""
    pairs = await asyncio.gather(
        *(pair(ports, n, rate, tokens, spread_s * n / answers) for n in range(answers))
    )
    owner, later, each, lost = [], [], [], 0
    for here, there in pairs:
        if sorted(here.seen) != sorted(there.seen) or len(here.seen) != tokens:
            lost += 1
            continue
        first = min(here.seen)
        owner.append((here.seen[first] - first) / 100)
        later.append((there.seen[first] - here.seen[first]) / 100)
        each += [(there.seen[sent] - seen) / 100 for sent, seen in here.seen.items()]
    print(json.dumps({"owner_ms": owner, "later_ms": later, "each_ms": each, "lost": lost}))


if __name__ == "__main__":
    ports = [int(each) for each in sys.argv[1].split(",")]
    uvloop.run(main(ports, *(int(each) for each in sys.argv[2:5]), float(sys.argv[5])))

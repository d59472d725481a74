"""What several processes cost: CPU of a token where answers are followed where they run, and where
every one is followed in another process, against one process with SQLite.

    python -m bench.processes [--rounds N] [--answers N] [--tokens N]

All in one run, by turns; ratios are the median of the rounds, with the lowest and the highest. The
CPU is that of our processes; PostgreSQL's own is told beside it.
"""

import argparse
import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.answers import (
    CLOCK_TICKS,
    Bench,
    Server,
    free_port,
    machine,
    percentile,
    process,
    spread,
    wait_for,
)
from tests.postgresql import PostgreSQL, running_postgresql

RATE = 40  # tokens a second


class Shape:
    """One way to serve: where it is asked, where it is followed, and who works for it."""

    def __init__(self, name: str, asked: Server, followed: Server) -> None:
        self.name = name
        self.asked = asked
        self.followed = followed
        self.cpu: list[float] = []  # ms for 1,000 tokens
        self.first: list[float] = []
        self.later: list[float] = []
        self.lost = 0

    def cpu_s(self) -> float:
        """CPU of its processes so far."""
        servers = {each.port: each for each in (self.asked, self.followed)}
        return sum(each.cpu_s() for each in servers.values())

    def round(self, bench: Bench, answers: int, tokens: int) -> None:
        """So many answers at once."""
        before = self.cpu_s()
        numbers = (self.asked.port, answers, RATE, tokens)
        command = ["-m", "bench.parts.client", "hyperrun", *map(str, numbers), "timed", "1.0"]
        with process([*command, str(self.followed.port)], bench.log) as client:
            assert client.stdout is not None
            line = client.stdout.readline()
            if not line:
                raise RuntimeError(f"the client failed:\n{bench.log.read_text()[-2_000:]}")
        seen: dict[str, Any] = json.loads(line)
        self.cpu.append((self.cpu_s() - before) * 1e6 / int(seen["tokens"]))
        self.first += seen["first_ms"]
        self.later += seen["later_ms"]
        self.lost += seen["lost"] + seen["mixed"]


def start(bench: Bench, stack: ExitStack, name: str, url: str = "") -> Server:
    """A whole server, ready."""
    port = free_port()
    environment = bench.settings(name, port)
    if url:
        environment["HYPERRUN_DATABASE_URL"] = url
    child = stack.enter_context(process(["main.py"], bench.log, **environment))
    wait_for(port, "/healthz", child, bench.log)
    return Server("hyperrun", child, port)


def database_cpu_s(database: PostgreSQL) -> float:
    """CPU of PostgreSQL, its workers of now and of before."""
    assert database.pid is not None
    total = 0.0
    children = Path(f"/proc/{database.pid}/task/{database.pid}/children").read_text().split()
    for pid in (str(database.pid), *children):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / CLOCK_TICKS


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--answers", type=int, default=20)
    parser.add_argument("--tokens", type=int, default=400)
    options = parser.parse_args(arguments)
    os.environ["HYPERRUN_DRAIN_S"] = "0"
    with ExitStack() as stack:
        database = stack.enter_context(running_postgresql())
        bench = Bench(stack)
        url = database.new_database()
        one = start(bench, stack, "sqlite")
        here, there = (start(bench, stack, name, url) for name in ("here", "there"))
        shapes = [
            Shape("SQLite, one process", one, one),
            Shape("PostgreSQL, followed where it runs", here, here),
            Shape("PostgreSQL, followed elsewhere", here, there),
        ]
        for server in (one, here, there):
            bench.warm(server)
        spent: list[float] = []
        for _ in range(options.rounds):
            for shape in shapes:
                before = database_cpu_s(database)
                shape.round(bench, options.answers, options.tokens)
                if shape is shapes[-1]:
                    tokens = options.answers * options.tokens
                    spent.append((database_cpu_s(database) - before) * 1e6 / tokens)
    print(machine())
    print(f"{options.answers} answers at {RATE} tokens/s, {options.tokens} tokens each")
    for shape in shapes:
        ratios = [own / base for own, base in zip(shape.cpu, shapes[0].cpu, strict=True)]
        print(f"{shape.name}: CPU {spread(shape.cpu)} ms for 1,000 tokens, "
              f"{spread(ratios, 2)} x SQLite's; added to the first token p50 "
              f"{percentile(shape.first, 50):.0f}, p95 {percentile(shape.first, 95):.0f} ms, later "
              f"p50 {percentile(shape.later, 50):.0f}, p99 {percentile(shape.later, 99):.0f} ms; "
              f"lost or mixed up: {shape.lost}")  # fmt: skip
    print(f"PostgreSQL's own CPU, followed elsewhere: {spread(spent)} ms for 1,000 tokens")


if __name__ == "__main__":
    main()

"""CPU of a token in several processes, against one process with SQLite, and what three serve.

All in one run, by turns; ratios are the median of the rounds, with the lowest and the highest. The
CPU is that of our processes; PostgreSQL's own is told beside it.
"""

import json
import os
import random
import statistics
import threading
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
from hyperrun.storage.fleet import CHANNEL
from tests.postgresql import PostgreSQL, running_postgresql

RATE = 40  # tokens a second


class Shape:
    """One way to serve: where it is asked, where it is followed, and who works for it."""

    def __init__(self, name: str, asked: Sequence[Server], followed: Sequence[Server]) -> None:
        self.name = name
        self.asked = asked
        self.followed = followed
        self.cpu: list[float] = []  # ms for 1,000 tokens
        self.database_cpu: list[float] = []
        self.first: list[float] = []
        self.later: list[float] = []
        self.lost = 0
        self.came_back = 0  # readers whose stream was cut, as a browser does

    def cpu_s(self) -> float:
        """CPU of its processes so far."""
        servers = {each.port: each for each in (*self.asked, *self.followed)}
        return sum(each.cpu_s() for each in servers.values())

    def round(self, bench: Bench, answers: int, tokens: int, database: PostgreSQL) -> None:
        """So many answers at once for each process that is asked: all have the same to do."""
        answers *= len(self.asked)
        before, its_before = self.cpu_s(), database_cpu_s(database)
        command = [
            "-m", "bench.parts.client", "hyperrun", ports(self.asked), str(answers), str(RATE),
            str(tokens), "timed", "1.0",
        ]  # fmt: skip
        if self.followed:  # else each where it is asked
            command.append(ports(self.followed))
        with process(command, bench.log) as client:
            assert client.stdout is not None
            line = client.stdout.readline()
            if not line:
                raise RuntimeError(f"the client failed:\n{bench.log.read_text()[-2_000:]}")
        seen: dict[str, Any] = json.loads(line)
        self.cpu.append((self.cpu_s() - before) * 1e6 / int(seen["tokens"]))
        self.database_cpu.append((database_cpu_s(database) - its_before) * 1e6 / seen["tokens"])
        self.first += seen["first_ms"]
        self.later += seen["later_ms"]
        self.lost += seen["lost"] + seen["mixed"]
        self.came_back += seen["came_back"]


def ports(servers: Sequence[Server]) -> str:
    """As the client is told of them."""
    return ",".join(str(each.port) for each in servers)


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


class Bus:
    """Hears every notification, and measures it."""

    def __init__(self, url: str) -> None:
        import psycopg

        self.sizes: list[int] = []
        self._over = threading.Event()
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(f"LISTEN {CHANNEL}")
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while not self._over.is_set():
            for each in self._connection.notifies(timeout=0.2):
                self.sizes.append(len(each.channel) + len(each.payload))

    def close(self) -> None:
        """Hear no more."""
        self._over.set()
        self._thread.join()
        self._connection.close()


def most_a_second(processes: int, answer_s: float, seconds: float = 60.0) -> float:
    """How many answers a second so many processes with a core each can begin, in a simulation.

    An answer costs `answer_s` of CPU in all, in ticks over ten seconds, at any of them; no more
    than one tick of a hundred may wait for longer than a tick.
    """
    tick_s, ticks = 0.05, 200

    def keeps_up(rate: float) -> bool:
        chance = random.Random(5)
        jobs: list[list[float]] = [[] for _ in range(processes)]
        at = 0.0
        while at < seconds:
            at += chance.expovariate(rate)
            for number in range(ticks):
                jobs[chance.randrange(processes)].append(at + number * tick_s)
        late = seen = 0
        for of_process in jobs:
            free_at = 0.0
            for asked in sorted(of_process):
                late += free_at - asked > tick_s
                seen += 1
                free_at = max(free_at, asked) + answer_s / ticks
        return late <= seen / 100

    low, high = 0.0, 2 * processes / answer_s
    for _ in range(10):
        middle = (low + high) / 2
        low, high = (middle, high) if keeps_up(middle) else (low, middle)
    return low


def run(*, small: bool) -> None:
    """Measure and print."""
    rounds, answers, tokens = (1, 4, 80) if small else (3, 50, 400)
    os.environ["HYPERRUN_DRAIN_S"] = "0"
    with ExitStack() as stack:
        database = stack.enter_context(running_postgresql())
        bench = Bench(stack)
        url = database.new_database()
        alone = [start(bench, stack, name) for name in ("sqlite", "sqlite-2", "sqlite-3")]
        here, there, third = (start(bench, stack, name, url) for name in ("a", "b", "c"))
        shapes = [
            Shape("SQLite, one process", alone[:1], alone[:1]),
            Shape("PostgreSQL, followed where it runs", [here], [here]),
            Shape("PostgreSQL, followed elsewhere", [here], [there]),
            Shape("three processes with SQLite, each alone", alone, []),
            Shape("three over PostgreSQL, each followed where it runs", [here, there, third], []),
            Shape("three processes, each request to any", *[[here, there, third]] * 2),
        ]
        for server in (*alone, here, there, third):
            bench.warm(server)
        bus = Bus(url)
        stack.callback(bus.close)
        for _ in range(rounds):
            for shape in shapes:
                shape.round(bench, answers, tokens, database)
    print(machine())
    print(f"{answers} answers a process at {RATE} tokens/s, {tokens} tokens each")
    for shape in shapes:
        ratios = [own / base for own, base in zip(shape.cpu, shapes[0].cpu, strict=True)]
        print(f"{shape.name}: CPU {spread(shape.cpu)} ms for 1,000 tokens, "
              f"{spread(ratios, 2)} x SQLite's; PostgreSQL's own {spread(shape.database_cpu)}; "
              f"added to the first token p50 "
              f"{percentile(shape.first, 50):.0f}, p95 {percentile(shape.first, 95):.0f} ms, later "
              f"p50 {percentile(shape.later, 50):.0f}, p99 {percentile(shape.later, 99):.0f} ms; "
              f"lost or mixed up: {shape.lost}; came back: {shape.came_back}")  # fmt: skip
    print(f"{len(bus.sizes):,} notifications, at most {max(bus.sizes)} bytes each")
    # Against three that know nothing of each other: the machine has as much to do in both.
    sqlite_s, postgres_s, any_s = (
        statistics.median(shape.cpu) * tokens / 1e6 for shape in shapes[3:]
    )
    one, over_postgres = most_a_second(1, sqlite_s), most_a_second(1, postgres_s)
    two, three = most_a_second(2, any_s), most_a_second(3, any_s)
    its_s = statistics.median(shapes[-1].database_cpu) * tokens / 1e6
    print(f"in a simulation with a core for each process: one with SQLite begins {one:.1f} answers "
          f"a second, one over PostgreSQL {over_postgres:.1f}, two {two:.1f}, three {three:.1f} "
          f"({three / one:.2f} and {three / over_postgres:.2f} times one), for which PostgreSQL "
          f"needs {three * its_s:.1f} cores")  # fmt: skip

"""What streaming answers costs, from the model's token to the reader's screen.

    python -m bench.answers [--small] [--rounds N] [--tokens N] [--only PART …] [--road ROAD]
                            [--json FILE]

Starts everything on loopback, each part in a process of its own: a fake model that writes the time
into every token, the whole HyperRun server (`main.py`, embedded search over a small repository), a
bare relay, the plain design, and a client that follows the answers. Ratios are of one run; figures
are the median of the rounds, with the lowest and the highest. Writes JSON to bench/results/.
"""

import argparse
import http.client
import json
import os
import platform
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PARTS = ("cold", "cpu", "crowd", "memory", "wire")
LATE = 1.05
# Models that are reached directly, in OpenAI's format and in Anthropic's, and through LiteLLM.
ROADS = {"openai": "openai/bench", "anthropic": "anthropic/bench", "litellm": "custom_openai/bench"}
QUESTIONS_PER_S = 40  # a crowd does not ask in the same moment

GUIDE = """# Lantern

Lantern lights rooms over the network. A lamp is paired once and answers to its room.

## Dimming a lamp

Call `lantern.dim(level)` with a level between 0 and 100. Zero turns the lamp off.

## Pairing

Hold the button for ten seconds, then run `lantern pair --room kitchen` next to the lamp.
"""


@dataclass
class Server:
    """A process that answers on `port`."""

    name: str
    process: subprocess.Popen[bytes]
    port: int

    @property
    def kind(self) -> str:
        """What the client calls its way of asking."""
        return "hyperrun" if self.name == "hyperrun" else "plain"

    def cpu_s(self) -> float:
        """CPU taken so far, in user and system mode, by all of its threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def rss_kb(self, *, most: bool = False) -> int:
        """Memory it holds, or the most it ever held."""
        name = "VmHWM" if most else "VmRSS"
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
        raise RuntimeError(f"{self.name} has gone")


@dataclass
class Round:
    """One round of answers through one server."""

    server: str
    answers: int
    rate: int
    began: float
    ended: float
    cpu_s: float
    load: float  # of the whole machine, by other processes too
    seen: dict[str, Any] = field(repr=False)

    @property
    def cpu_ms_per_1000(self) -> float:
        """CPU per 1,000 tokens, asking and searching included."""
        return self.cpu_s * 1e6 / int(self.seen["tokens"])

    @property
    def late(self) -> int:
        """Answers that took longer than the model's pace allows."""
        return sum(each > LATE for each in self.seen["stretched"])


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of `values` do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


@contextmanager
def process(arguments: Sequence[str], log: Path, **environment: str) -> Iterator[Any]:
    """A child process for the length of a block; its standard output is a pipe."""
    with log.open("ab") as errors:
        child = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=os.environ | environment,
            stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        assert child.stdout is not None
        child.stdout.close()


def port_of(child: subprocess.Popen[bytes], log: Path) -> int:
    """The port that a process of ours prints first."""
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line.strip():
        raise RuntimeError(f"a part of the bench did not start:\n{log.read_text()[-2_000:]}")
    return int(line)


def free_port() -> int:
    """A port that nobody listens on."""
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def status(port: int, path: str) -> int:
    """The status of a GET; 0 while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def wait_for(port: int, path: str, child: subprocess.Popen[bytes], log: Path) -> None:
    """Return when `path` is answered with 200."""
    deadline = time.monotonic() + 60
    while status(port, path) != 200:
        if child.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server did not start:\n{log.read_text()[-2_000:]}")
        time.sleep(0.005)


class Bench:
    """The processes of one run, in one temporary folder."""

    def __init__(self, stack: ExitStack, road: str = "openai") -> None:
        self._stack = stack
        self._road = road
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.log = self.folder / "log"
        repository = self.folder / "lantern"
        repository.mkdir()
        (repository / "guide.md").write_text(GUIDE)
        (repository / "mkdocs.yml").write_text("site_name: Lantern\n")
        model = stack.enter_context(process(["-m", "bench.parts.model"], self.log))
        self.model_url = f"http://127.0.0.1:{port_of(model, self.log)}/v1"

    def settings(self, name: str, port: int) -> dict[str, str]:
        """HyperRun's environment: nothing of the caller's own, no limit on questions."""
        unlimited = (
            "QUESTIONS_PER_MINUTE", "QUESTIONS_PER_MINUTE_PER_ADDRESS",
            "QUESTIONS_PER_MINUTE_IN_ALL", "CHANGES_PER_MINUTE_PER_ADDRESS",
        )  # fmt: skip
        many = (
            "MAX_ANSWERS_PER_VISITOR", "MAX_ANSWERS_PER_ADDRESS", "MAX_ANSWERS_IN_ALL",
            "MAX_STREAMS_PER_VISITOR", "MAX_STREAMS_PER_ADDRESS", "MAX_STREAMS_IN_ALL",
        )  # fmt: skip
        return {
            "PORT": str(port),
            "HOST": "127.0.0.1",
            "HYPERRUN_REPO_PATH": str(self.folder / "lantern"),
            "HYPERRUN_DATA_DIR": str(self.folder / name),
            "HYPERRUN_SEARCH": "embedded",
            "HYPERRUN_MODEL": ROADS[self._road],
            "HYPERRUN_API_BASE": self.model_url,
            "HYPERRUN_API_KEY": "none",
            "HYPERRUN_LOG_LEVEL": "warning",
            **{f"HYPERRUN_{each}": "0" for each in unlimited},
            **{f"HYPERRUN_{each}": "100000" for each in many},
        }

    def stored_bytes(self, name: str) -> float:
        """Bytes of the database for each conversation in it, when its server has ended."""
        database = self.folder / name / "hyperrun.sqlite3"
        with closing(sqlite3.connect(database)) as connection:
            (conversations,) = connection.execute(
                "SELECT count(DISTINCT conversation) FROM turns"
            ).fetchone()
        return database.stat().st_size / max(conversations, 1)

    def hyperrun(self, *watched: str) -> Server:
        """The whole server, ready; `watched` by a clock in its event loop, which costs 16 ms of CPU
        a second: what `bench.parts.watched` takes."""
        port = free_port()
        arguments = ["-m", "bench.parts.watched", *watched] if watched else ["main.py"]
        child = self._stack.enter_context(
            process(arguments, self.log, **self.settings("data", port))
        )
        wait_for(port, "/healthz", child, self.log)
        return Server("hyperrun", child, port)

    def design(self, name: str) -> Server:
        """The relay or the plain design."""
        arguments = ["-m", "bench.parts.designs", name, self.model_url]
        child = self._stack.enter_context(process(arguments, self.log))
        return Server(name, child, port_of(child, self.log))

    def round(
        self, server: Server, answers: int, rate: int, tokens: int,
        words: str = "timed", spread_s: float = 1.0,
    ) -> Round:  # fmt: skip
        """So many answers at once through one server."""
        before_cpu = server.cpu_s()
        machine = busy_s()
        began = time.monotonic()
        numbers = (server.port, answers, rate, tokens)
        command = ["-m", "bench.parts.client", server.kind, *map(str, numbers), words]
        with process([*command, str(spread_s)], self.log) as client:
            assert client.stdout is not None
            line = client.stdout.readline()
            if not line:
                raise RuntimeError(f"the client failed:\n{self.log.read_text()[-2_000:]}")
        ended = time.monotonic()
        load = (busy_s() - machine) / (ended - began)
        return Round(
            server.name, answers, rate, began, ended, server.cpu_s() - before_cpu,
            load, json.loads(line),
        )  # fmt: skip

    def crowd(self, server: Server, answers: int, options: "Options") -> Round:
        """Answers that are all open at once: the last is asked for well before the first ends."""
        spread_s = answers / QUESTIONS_PER_S
        tokens = max(options.tokens, int(1.5 * spread_s * options.rate))
        return self.round(server, answers, options.rate, tokens, spread_s=spread_s)

    def warm(self, server: Server) -> None:
        """A few answers first: imports and caches are not what is measured."""
        self.round(server, 2, 200, 40, spread_s=0.0)


def memory(bench: Bench, options: "Options") -> tuple[float, float]:
    """kB for each open answer of a new server's crowd: with all that a first crowd takes, and
    without it, which is what each answer of the crowd's second half adds to the first half."""
    answers = options.open
    with ExitStack() as servers:
        bench._stack = servers
        server = bench.hyperrun()
        bench.warm(server)
        before = server.rss_kb()
        bench.crowd(server, answers // 2, options)
        half = server.rss_kb(most=True)
        bench.crowd(server, answers, options)
        whole = server.rss_kb(most=True)
    return (whole - before) / answers, (whole - half) / (answers - answers // 2)


def busy_s() -> float:
    """CPU that the whole machine has taken, in seconds."""
    numbers = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(numbers[:8]) - numbers[3] - numbers[4]) / CLOCK_TICKS


def cold_start(bench: Bench, number: int) -> tuple[float, float]:
    """Seconds from the start of `python main.py` to a whole first page, and MB held then."""
    port = free_port()
    environment = bench.settings(f"cold-{number}", port)
    began = time.monotonic()
    with process(["main.py"], bench.log, **environment) as child:
        wait_for(port, "/chat-standalone", child, bench.log)
        took = time.monotonic() - began
        rss = Server("cold", child, port).rss_kb()
    return took, rss / 1_000


def stops(rounds: Sequence[Round], beats: Sequence[Sequence[float]]) -> list[dict[str, float]]:
    """The longest stop of the event loop within each round: by the clock, and computing."""
    found = []
    for each in rounds:
        within = [beat for beat in beats if each.began <= beat[0] <= each.ended]
        found.append(
            {
                "clock_ms": max((beat[1] for beat in within), default=0.0),
                "computing_ms": max((beat[2] for beat in within), default=0.0),
            }
        )
    return found


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Median, with the lowest and the highest."""
    if not values:
        return "-"
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


@dataclass
class Options:
    """What is to be measured."""

    parts: Sequence[str] = PARTS
    designs: Sequence[str] = ("relay", "plain")
    crowds: Sequence[int] = (1, 50, 200, 400, 500, 1_000)
    rounds: int = 3
    answers: int = 20
    open: int = 200  # for memory
    rate: int = 40
    tokens: int = 400
    profile: Path | None = None
    road: str = "openai"


def measure(options: Options) -> dict[str, Any]:
    """All of it; the figures by name."""
    figures: dict[str, Any] = {"machine": machine(), "rounds": [], "figures": {}}
    rounds: list[Round] = []
    with ExitStack() as stack:
        bench = Bench(stack, options.road)
        if "cold" in options.parts:
            cold = [cold_start(bench, number) for number in range(options.rounds)]
            figures["figures"]["first page, s"] = spread([each[0] for each in cold], 2)
            figures["figures"]["memory then, MB"] = spread([each[1] for each in cold], 0)
        if "memory" in options.parts:
            taken = [memory(bench, options) for _ in range(options.rounds)]
            name = f"kB for each of {options.open} open answers"
            figures["figures"][f"{name}, a first crowd's"] = spread([each[0] for each in taken], 0)
            figures["figures"][f"{name}, each further one"] = spread([each[1] for each in taken], 0)
        beats: list[list[float]] = []
        if "crowd" in options.parts:
            with ExitStack() as servers:
                bench._stack = servers
                noted = bench.folder / "beats.json"
                hyperrun = bench.hyperrun(str(noted))
                bench.warm(hyperrun)
                rounds += [bench.crowd(hyperrun, answers, options) for answers in options.crowds]
            beats = json.loads(noted.read_text())
        if "cpu" in options.parts:
            with ExitStack() as servers:
                bench._stack = servers
                profiled = (str(bench.folder / "beats.json"), str(options.profile))
                hyperrun = bench.hyperrun(*(profiled if options.profile else ()))
                others = [bench.design(name) for name in options.designs]
                for server in (hyperrun, *others):
                    bench.warm(server)
                for _ in range(options.rounds):
                    for server in (hyperrun, *others):
                        rounds.append(
                            bench.round(server, options.answers, options.rate, options.tokens)
                        )
                if "wire" in options.parts:
                    figures["figures"] |= on_the_wire(bench, (hyperrun, *others))
            stored = bench.stored_bytes("data")
            figures["figures"]["stored for each conversation, kB"] = f"{stored / 1_000:.1f}"
    figures["figures"] |= summary(rounds, beats, options)
    figures["rounds"] = [
        {
            "server": each.server,
            "answers": each.answers,
            "cpu_ms_per_1000": each.cpu_ms_per_1000,
            "load": each.load,
            "late": each.late,
            **{name: each.seen[name] for name in ("lost", "mixed", "bytes", "events")},
        }
        for each in rounds
    ]
    return figures


def on_the_wire(bench: Bench, servers: Sequence[Server]) -> dict[str, str]:
    """Bytes for each token of plain words, heads and chunk marks included."""
    found = {}
    for server in servers:
        seen = bench.round(server, 4, 40, 200, "plain").seen
        found[f"bytes per token of plain words, {server.name}"] = (
            f"{seen['bytes'] / seen['tokens']:.0f}"
        )
    return found


def summary(
    rounds: Sequence[Round], beats: Sequence[Sequence[float]], options: Options
) -> dict[str, str]:
    """The rounds as figures."""
    found: dict[str, str] = {}
    crowds = [r for r in rounds if r.server == "hyperrun" and r.answers in options.crowds]
    rounds = [r for r in rounds if r.answers == options.answers]
    names = list(dict.fromkeys(each.server for each in rounds))
    few = {
        name: [r for r in rounds if r.server == name and r.answers == options.answers]
        for name in names
    }
    shape = f"{options.answers} at {options.rate}/s"
    for name in names:
        cpu = [each.cpu_ms_per_1000 for each in few[name]]
        found[f"CPU ms per 1,000 tokens, {shape}, {name}"] = spread(cpu)
        relays = [each.cpu_ms_per_1000 for each in few.get("relay", [])]
        if relays and name != "relay":
            ratios = [own / relay for own, relay in zip(cpu, relays, strict=True)]
            found[f"times the relay, {name}"] = spread(ratios, 2)
    for name in names:
        for which in ("first", "later"):
            for percent in (50, 95, 99):
                values = [percentile(each.seen[f"{which}_ms"], percent) for each in few[name]]
                found[f"added to {which} token, p{percent} ms, {name}"] = spread(values)
    for each, stop in zip(crowds, stops(crowds, beats), strict=True):
        name = f"{each.answers} answers at {each.rate}/s"
        seen = each.seen
        found[f"{name}: late, lost, mixed up"] = f"{each.late}, {seen['lost']}, {seen['mixed']}"
        found[f"{name}: longest over ideal (the model's own)"] = (
            f"{max(seen['stretched'], default=0):.3f} "
            f"({max(seen['model_stretched'], default=0):.3f})"
        )
        found[f"{name}: cores used (the whole machine's)"] = (
            f"{each.cpu_s / (each.ended - each.began):.2f} ({each.load:.2f})"
        )
        found[f"{name}: added to first token p50, p95 ms"] = " / ".join(
            f"{percentile(seen['first_ms'], percent):.1f}" for percent in (50, 95)
        )
        found[f"{name}: added to later tokens p50, p99 ms"] = " / ".join(
            f"{percentile(seen['later_ms'], percent):.1f}" for percent in (50, 99)
        )
        found[f"{name}: longest stop, ms by the clock (computing)"] = (
            f"{stop['clock_ms']:.1f} ({stop['computing_ms']:.1f})"
        )
    return found


def machine() -> str:
    """This machine's shape."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = {line.partition(": ")[2] for line in lines if line.startswith("model name")}
    name = ", ".join(sorted(names)) or platform.machine()
    return f"{os.cpu_count()} cores ({name}), Python {platform.python_version()}"


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--small", action="store_true", help="a few seconds: proves that it works")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=400, help="of each answer")
    parser.add_argument("--crowds", type=int, nargs="*", default=[1, 50, 200, 400, 500, 1_000])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--designs", nargs="*", default=["relay", "plain"])
    parser.add_argument("--road", choices=ROADS, default="openai", help="to the model")
    parser.add_argument("--profile", type=Path, help="cProfile of HyperRun into this file")
    parser.add_argument("--json", type=Path, help="where to write; default: bench/results/")
    given = parser.parse_args()
    options = Options(
        given.only, given.designs, given.crowds, given.rounds, tokens=given.tokens,
        profile=given.profile, road=given.road,
    )  # fmt: skip
    if given.small:
        parts = ("cpu", "crowd", "memory")
        options = Options(parts, ("relay",), (3,), 1, 4, 4, 100, 40)
    found = measure(options)
    print(found["machine"])
    width = max(len(name) for name in found["figures"])
    for name, value in found["figures"].items():
        print(f"{name:{width}}  {value}")
    target = given.json or RESULTS / f"answers-{time.strftime('%Y%m%d-%H%M%S')}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

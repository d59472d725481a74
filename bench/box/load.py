"""Many people typing into the box at once, on one core, while chat answers are written.

    python -m bench.box.load REPOSITORY [--people 200] [--answers 20] [--seconds 15]

The whole server (`main.py`) over REPOSITORY is bound to one core; a fake model writes the answers.
The people type headings and questions (`bench.box.typists`). A chat answer is late where it took
more than 1.05 of the model's own pace. Other work on that core counts: how much of it was the
server's is told.
"""

import argparse
import json
import os
import statistics
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from bench.answers import Bench, Round, Server, busy_s, percentile, process
from hyperrun.search.index import Index

QUERIES = Path(__file__).parent.parent / "search" / "docs.jsonl"
RATE = 40


class BoxBench(Bench):
    """The bench of answers, over a repository of one's own."""

    def __init__(self, stack: ExitStack, repository: Path) -> None:
        super().__init__(stack)
        self.repository = repository

    def settings(self, name: str, port: int) -> dict[str, str]:
        """Without a limit on what is searched, either."""
        return super().settings(name, port) | {
            "HYPERRUN_REPO_PATH": str(self.repository),
            "HYPERRUN_SEARCHES_PER_MINUTE_PER_ADDRESS": "0",
        }


def lines(bench: BoxBench) -> list[str]:
    """What is typed: headings of the index, and questions."""
    (path,) = (bench.folder / "data" / "index").glob("*.sqlite3")
    titles = {title.rpartition(" > ")[2] for _, title in Index(path).sections(limit=3_000)}
    asked = [json.loads(line)["query"] for line in QUERIES.read_text().splitlines()]
    return [each for each in (*sorted(titles), *asked) if 3 < len(each) < 80]


def on_one_core(server: Server) -> int:
    """Bind every thread of the server to one core; which."""
    core = max(os.sched_getaffinity(0))
    for thread in os.listdir(f"/proc/{server.process.pid}/task"):
        os.sched_setaffinity(int(thread), {core})
    return core


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("repository", type=Path)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--answers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--profile", type=Path, help="cProfile of the server")
    options = parser.parse_args()
    with ExitStack() as stack:
        bench = BoxBench(stack, options.repository.resolve())
        watched = (str(bench.folder / "beats.json"), str(options.profile))
        server = bench.hyperrun(*(watched if options.profile else ()))
        bench.warm(server)
        typed = bench.folder / "typed"
        typed.write_text("\n".join(lines(bench)))
        on_one_core(server)
        rounds: list[Round] = []
        tokens = int(options.seconds * RATE * 0.8)
        chat = threading.Thread(
            target=lambda: rounds.append(bench.round(server, options.answers, RATE, tokens))
        )
        before, busy, began = server.cpu_s(), busy_s(), time.monotonic()
        if options.answers:
            chat.start()
        command = ["-m", "bench.box.typists", str(server.port), str(options.people),
                   str(options.seconds), str(typed)]  # fmt: skip
        with process(command, bench.log) as typists:
            seen = json.loads(typists.stdout.readline())
        took, cpu = time.monotonic() - began, server.cpu_s() - before
        machine = (busy_s() - busy) / took
        if options.answers:
            chat.join()
    waited = seen["waited_ms"]
    print(f"{options.people} people, {len(waited)} letters in {took:.0f} s,"
          f" {seen['requests']} requests ({seen['requests'] / took:.0f} a second),"
          f" {seen['failed']} failed, largest {seen['largest']} bytes")  # fmt: skip
    print(f"letter to rows, ms: p50 {statistics.median(waited):.1f},"
          f" p95 {percentile(waited, 95):.1f}, p99 {percentile(waited, 99):.1f}")  # fmt: skip
    print(f"the server took {cpu / took:.2f} of its core"
          f" ({cpu / max(seen['requests'], 1) * 1_000:.2f} ms a request with the answers);"
          f" everything {machine:.2f} of {os.cpu_count()}")  # fmt: skip
    for each in rounds:
        stretched = each.seen["stretched"]
        print(f"{each.answers} answers beside: {each.late} late, {each.seen['lost']} lost,"
              f" longest {max(stretched, default=0):.3f} of the model's pace")  # fmt: skip


if __name__ == "__main__":
    main()

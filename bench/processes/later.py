"""How much later a word comes elsewhere than where its answer runs, of the same answers."""

import json
from contextlib import ExitStack

from bench.answers import Bench, busy_s, machine, percentile, process
from bench.processes.cost import RATE, ports, start
from tests.postgresql import running_postgresql

ROUNDS = 3
TOKENS = 400  # ten seconds
# Answers at once, and in how many seconds they begin: twenty a second; then all of them at once.
CROWDS = ((20, 1.0), (60, 3.0), (150, 7.5), (150, 1.0))


def run(*, small: bool) -> None:
    """Measure and print."""
    with ExitStack() as stack:
        database = stack.enter_context(running_postgresql())
        bench = Bench(stack)
        url = database.new_database()
        servers = [start(bench, stack, name, url) for name in "abc"]
        for server in servers:
            bench.warm(server)
        print(machine())
        for at_once, spread_s in ((4, 1.0),) if small else CROWDS:
            owner: list[float] = []
            later: list[float] = []
            each: list[float] = []
            lost, busy = 0, []
            for _ in range(1 if small else ROUNDS):
                command = ["-m", "bench.parts.pairs", ports(servers), str(at_once), str(RATE),
                           str(TOKENS), str(spread_s)]  # fmt: skip
                before = busy_s()
                with process(command, bench.log) as client:
                    assert client.stdout is not None
                    line = client.stdout.readline()
                    if not line:
                        raise RuntimeError(bench.log.read_text()[-2_000:])
                seen = json.loads(line)
                busy.append(busy_s() - before)
                owner += seen["owner_ms"]
                later += seen["later_ms"]
                each += seen["each_ms"]
                lost += seen["lost"]
            print(f"{at_once} answers at once, begun in {spread_s:g} s: first word at the owner "
                  f"p50 {told(owner)}; elsewhere later p50 {told(later)}; "
                  f"each word later p50 {told(each)}; "
                  f"lost: {lost}; the machine's CPU a round: {max(busy):.1f} s",
                  flush=True)  # fmt: skip


def told(values: list[float]) -> str:
    """Their middle, their 95th and the most."""
    return (f"{percentile(values, 50):.0f}, p95 {percentile(values, 95):.0f}, "
            f"at most {max(values):.0f} ms")  # fmt: skip

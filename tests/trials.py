"""What several servers and their readers go through, in any size: small in the tests, whole in
`python -m bench.processes`.

Each trial asserts what must never happen, and returns what it measured.
"""

import random
import re
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

from tests.browser import eventually
from tests.model_server import ModelServer, Script
from tests.server_process import PLAIN, ServerProcess
from tests.several import Wanderer, outcome_told, shown

WORDS = tuple(f"word{n:03} " for n in range(60))
WHOLE = "".join(WORDS).strip()
LONG = tuple(f"word{n:03} " for n in range(400))


def rows(url: str, question: str) -> list[tuple[Any, ...]]:
    """What stands in the database."""
    import psycopg

    with psycopg.connect(url) as connection:
        return list(connection.execute(question).fetchall())


def insist(ask: Callable[[], str], within_s: float = 60) -> str:
    """Ask until a server takes the question, as a reader does."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            return ask()
        except (httpx.HTTPError, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def warm(servers: Sequence[ServerProcess]) -> None:
    """Return when the model's libraries are there in all of them."""
    for at in range(len(servers)):
        reader = Wanderer(list(servers))
        reader.follow(reader.ask("Are the libraries there?", at=at), at)


# Followed from elsewhere


def cut_and_wandering(
    servers: list[ServerProcess], model: ModelServer, answers: int, cuts: int = 3
) -> None:
    """So many answers at once, each with two followers who are cut and come back to any server."""
    before = model.calls
    model.default = Script(WORDS, delay_s=0.04)
    chance = random.Random(7)

    def follow(turn_id: str) -> str:
        reader = Wanderer(servers, random.Random(chance.random()))
        return shown(reader.follow_wandering(turn_id, cuts))

    with ThreadPoolExecutor(2 * answers) as pool:
        asked = list(pool.map(lambda _: Wanderer(servers).ask(), range(answers)))
        seen = list(pool.map(follow, asked * 2))
    assert set(seen) == {WHOLE}, [each for each in seen if each != WHOLE][:3]
    assert model.calls == before + answers


def first_words(servers: list[ServerProcess], model: ModelServer, answers: int) -> list[float]:
    """How much later, in ms, the first word came elsewhere than where the answer runs."""
    model.default = Script(["first ", "last."], first_delay_s=0.8, delay_s=0.4)

    def first_word_at(turn_id: str, at: int) -> float:
        url = f"{Wanderer(servers).url(at)}/stream/{turn_id}"
        with httpx.stream("GET", url, timeout=20, verify=PLAIN) as response:
            for line in response.iter_lines():
                if "first" in line:
                    return time.monotonic()
        raise AssertionError("no word came")

    later = []
    with ThreadPoolExecutor(len(servers)) as pool:
        for number in range(answers):
            owner = number % len(servers)
            turn_id = Wanderer(servers).ask(at=owner)
            at = [owner, *(n for n in range(len(servers)) if n != owner)]
            own, *others = pool.map(first_word_at, [turn_id] * len(at), at)
            later += [(other - own) * 1_000 for other in others]
    return later


# Killed


@dataclass(frozen=True)
class Death:
    """What readers noticed of an owner that was killed."""

    told_after_s: float
    taken_back_s: float  # words that were seen, and are gone


def death(
    servers: list[ServerProcess], model: ModelServer, url: str, owner: int = 0, words: int = 60
) -> Death:
    """Kill the owner of an answer after so many words, while each server shows it to somebody."""
    every_s = 0.05
    model.default = Script(LONG, delay_s=every_s)
    turn_id = Wanderer(servers).ask(at=owner)
    most = [0] * len(servers)  # words seen where the answer runs, and elsewhere
    ends = dict[int, tuple[float, str]]()

    def follow(at: int) -> None:
        wire = ""
        try:
            address = f"{Wanderer(servers).url(at)}/stream/{turn_id}"
            with httpx.stream("GET", address, timeout=30, verify=PLAIN) as response:
                for text in response.iter_text():
                    wire += text
                    found = re.findall(r"word(\d{3})", wire[-4_000:])
                    most[at] = max([most[at], *(int(each) + 1 for each in found)])
        except httpx.HTTPError:
            return
        ends[at] = time.monotonic(), wire

    threads = [threading.Thread(target=follow, args=[at]) for at in range(len(servers))]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while min(most) < words:
        assert time.monotonic() < deadline, f"{most} words came"
        time.sleep(0.005)
    servers[owner].kill()
    killed = time.monotonic()
    for thread in threads:
        thread.join(30)
    assert set(ends) == set(range(len(servers))) - {owner}
    for _, wire in ends.values():
        assert "event: close" in wire
        assert "The server went away" in outcome_told(wire)
    [(outcome, answer)] = rows(url, f"SELECT outcome, answer FROM turns WHERE id = '{turn_id}'")
    assert outcome == "interrupted"
    assert "".join(LONG).startswith(answer)
    lost = max(0, max(most) - len(answer.split()))
    return Death(max(at for at, _ in ends.values()) - killed, lost * every_s)


@dataclass(frozen=True)
class Kills:
    """How it went: what readers were told, and what was killed under them."""

    answers: int
    interrupted: int
    kills: int
    calls: int
    told_after_s: float  # from an owner's death to its answer's end, in the median
    told_at_most_after_s: float
    taken_back_s: float  # words that were seen and are gone, at most


class Reading:
    """One question, asked of one server, and what its reader saw of the answer."""

    def __init__(self, reader: Wanderer, within_s: float) -> None:
        self.owner = 0
        self.asked = 0.0
        self.words = 0  # the most that were ever there

        def ask() -> str:
            self.owner = reader.chance.randrange(len(reader.servers))
            self.asked = time.monotonic()
            return reader.ask(at=self.owner)

        self.turn_id = insist(ask, within_s)
        self.wire = reader.follow_wandering(self.turn_id, within_s=within_s, look=self._look)
        self.ended = time.monotonic()

    def _look(self, wire: str) -> None:
        found = re.findall(r"word(\d{3})", wire[-4_000:])
        self.words = max([self.words, *(int(each) + 1 for each in found)])


class Killing:
    """Which servers are down, and when each was killed."""

    def __init__(self, servers: Sequence[ServerProcess]) -> None:
        self.servers = servers
        self.killed = [list[float]() for _ in servers]
        self._down: set[int] = set()
        self._none_up: list[list[float]] = []  # from, until
        self._lock = threading.Lock()

    def kill(self, chance: random.Random) -> int | None:
        """Kill -9 any server that is up; which, or None where there is none."""
        with self._lock:
            up = [at for at in range(len(self.servers)) if at not in self._down]
            if not up:
                return None
            at = chance.choice(up)
            self._down.add(at)
            self.servers[at].kill()
            self.killed[at].append(time.monotonic())
            if len(up) == 1:
                self._none_up.append([time.monotonic(), float("inf")])
        return at

    def start(self, at: int) -> None:
        """Start one again; return when it answers."""
        self.servers[at].start()
        with self._lock:
            self._down.discard(at)
            if self._none_up:
                self._none_up[-1][1] = min(self._none_up[-1][1], time.monotonic())

    def told_after_s(self, reading: Reading) -> float:
        """From the death of its owner to its end, while there was anybody to tell it."""
        died = min(each for each in self.killed[reading.owner] if each > reading.asked)
        nobody = sum(
            max(0.0, min(until, reading.ended) - max(since, died)) for since, until in self._none_up
        )
        return reading.ended - died - nobody


def kills(
    servers: list[ServerProcess],
    model: ModelServer,
    url: str,
    answers: int,
    at_once: int,
    least: int = 3,
    every_s: float = 2.0,
) -> Kills:
    """kill -9 of any server that is up, again and again, until so many answers were told."""
    word_s = 0.04
    before, stored = model.calls, len(rows(url, "SELECT id FROM turns"))
    model.default = Script(WORDS, delay_s=word_s)
    over = threading.Event()
    told: list[Reading] = []
    chance = random.Random(3)
    killing = Killing(servers)

    def read(seed: int) -> None:
        reader = Wanderer(servers, random.Random(seed))
        while not over.is_set():
            # Longer than a start on a busy machine: meanwhile there may be no server at all.
            told.append(Reading(reader, within_s=240))

    with ThreadPoolExecutor(at_once + len(servers)) as pool:
        reading = [pool.submit(read, seed) for seed in range(at_once)]
        starting = []
        while len(told) < answers or sum(map(len, killing.killed)) < least:
            time.sleep(every_s)
            failed = [each for each in reading if each.done()]
            if failed:
                over.set()
                failed[0].result()
            at = killing.kill(chance)
            if at is not None:
                starting.append(pool.submit(killing.start, at))
        over.set()
        for each in starting + reading:
            each.result(300)
    eventually(lambda: rows(url, "SELECT 1 FROM turns WHERE outcome = 'running'") == [])
    kept = {row[0]: row[1:] for row in rows(url, "SELECT id, outcome, answer FROM turns")}
    assert {each.turn_id for each in told} <= set(kept)  # none lost
    assert len({each.turn_id for each in told}) == len(told)
    told_after, taken_back = [0.0], [0.0]
    for one in told:
        outcome, answer = kept[one.turn_id]
        if outcome == "answered":
            assert answer.strip() == WHOLE
            assert shown(one.wire) == WHOLE
            continue
        assert outcome == "interrupted"
        # What is told in the end is what is kept, and nothing of it twice.
        assert WHOLE.startswith(answer.strip())
        assert shown(one.wire) == answer.strip()
        told_after.append(killing.told_after_s(one))
        taken_back.append((one.words - len(answer.split())) * word_s)
    calls = model.calls - before
    assert calls <= len(kept) - stored  # no question was paid twice
    cut = sum(outcome == "interrupted" for outcome, _ in kept.values())
    return Kills(
        len(told), cut, sum(map(len, killing.killed)), calls,
        statistics.median(told_after), max(told_after), max(taken_back),
    )  # fmt: skip


def rolling_restart(
    servers: list[ServerProcess], model: ModelServer, url: str, readers: int
) -> int:
    """SIGTERM and a new start of one server after the other; how many answers were read."""
    before = {row[0] for row in rows(url, "SELECT id FROM turns")}
    model.default = Script(WORDS, delay_s=0.04)
    over = threading.Event()
    seen: list[str] = []

    def read(seed: int) -> None:
        reader = Wanderer(servers, random.Random(seed))
        while not over.is_set():
            turn_id = insist(reader.ask)
            seen.append(shown(reader.follow_wandering(turn_id)))

    with ThreadPoolExecutor(readers) as pool:
        reading = [pool.submit(read, seed) for seed in range(readers)]
        while len(seen) < readers // 2:
            time.sleep(0.05)
        for server in servers:
            server.stop()
            server.start()
        over.set()
        for each in reading:
            each.result(60)
    assert set(seen) == {WHOLE}, [each for each in seen if each != WHOLE][:3]

    def outcomes() -> set[str]:
        found = rows(url, "SELECT id, outcome FROM turns")
        return {outcome for turn_id, outcome in found if turn_id not in before}

    eventually(lambda: outcomes() == {"answered"})
    return len(seen)


# Counted together


def spent_by(
    servers: list[ServerProcess], model: ModelServer, url: str, questions: int, usd_each: float
) -> float:
    """So many questions of so many readers; what they cost at the model, in USD."""
    before = model.calls

    def ask(seed: int) -> str:
        reader = Wanderer(servers, random.Random(seed))
        return reader.follow_wandering(reader.ask())

    with ThreadPoolExecutor(24) as pool:
        wires = list(pool.map(ask, range(questions)))
    usd = (model.calls - before) * usd_each
    eventually(lambda: rows(url, "SELECT count(*) FROM places") == [(0,)])
    [(counted,)] = rows(url, "SELECT usd FROM spend WHERE own_key = 0")
    assert abs(counted - usd) < 1e-6
    written = sum("Short." in shown(wire) for wire in wires)
    assert written == model.calls - before
    assert all("event: close" in wire for wire in wires)
    return usd


# The database


def database_away(
    servers: list[ServerProcess],
    model: ModelServer,
    url: str,
    harm: Callable[[Callable[[], None]], None],
    answers: int = 12,
) -> None:
    """What `harm` does to the database costs none of so many answers, and all come back.

    It calls what it is given while the database is away.
    """
    before, calls = {row[0] for row in rows(url, "SELECT id FROM turns")}, model.calls
    words = LONG[:240]
    model.default = Script(words, delay_s=0.05)  # 12 s
    readers = [Wanderer(servers, random.Random(n)) for n in range(answers)]
    asked = [reader.ask(at=n % len(servers)) for n, reader in enumerate(readers)]

    def while_away() -> None:
        deadline = time.monotonic() + 10
        health = health_of(servers[0])
        while health.status_code == 200:
            assert time.monotonic() < deadline, "the database's absence is not told"
            time.sleep(0.1)
            health = health_of(servers[0])
        assert (health.status_code, health.json()["store"]["ready"]) == (503, False)
        began = time.monotonic()
        refused = Wanderer(servers).post("ask", at=1, query="And now?")
        assert refused.status_code == 503
        assert "cannot be kept or read just now" in refused.text
        assert time.monotonic() - began < 6

    with ThreadPoolExecutor(answers) as pool:
        following = [
            pool.submit(readers[n].follow_wandering, turn_id, 0, 90.0)
            for n, turn_id in enumerate(asked)
        ]
        model.wait_for(open_connections=answers, timeout_s=30)
        time.sleep(1.0)  # of the answers' twelve
        harm(while_away)
        wires = [each.result(90) for each in following]
    assert {shown(wire) for wire in wires} == {"".join(words).strip()}
    assert model.calls == calls + answers
    expected = sorted((turn_id, "answered") for turn_id in asked)

    def ended() -> list[tuple[Any, ...]]:
        found = rows(url, "SELECT id, outcome FROM turns")
        return sorted(row for row in found if row[0] not in before)

    eventually(lambda: ended() == expected)
    late = Wanderer(servers)
    model.default = Script("Back again.")
    assert shown(late.follow(insist(late.ask))) == "Back again."
    deadline = time.monotonic() + 15
    while not are_ready(servers):
        assert time.monotonic() < deadline, "the database's return is not told"
        time.sleep(0.1)


def health_of(server: ServerProcess) -> httpx.Response:
    """What a server says of itself."""
    return httpx.get(f"http://127.0.0.1:{server.port}/healthz", timeout=10, verify=PLAIN)


def are_ready(servers: Sequence[ServerProcess]) -> bool:
    """Do all of them say so?"""
    return all(health_of(each).status_code == 200 for each in servers)

"""What several processes and their readers stand: the trials of the tests, in full size."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import trials
from tests.model_server import ModelServer, Script, running_model_server
from tests.postgresql import PostgreSQL, running_postgresql
from tests.server_process import ServerProcess
from tests.several import running, servers_over


@contextmanager
def three(model: ModelServer, url: str) -> Iterator[list[ServerProcess]]:
    """Three servers over one database, warm."""
    with tempfile.TemporaryDirectory() as folder:
        servers = servers_over(Path(folder), url, model, HYPERRUN_DRAIN_S="20")
        with running(servers):
            trials.warm(servers)
            yield servers


def run(*, small: bool) -> None:
    """Try, and print what was measured; what must not happen raises."""
    with running_postgresql() as database, running_model_server() as model:
        url = database.new_database()
        with three(model, url) as servers:
            later = trials.first_words(servers, model, 3 if small else 20)
            print(f"first word elsewhere: {statistics.median(later):.0f} ms later, at most "
                  f"{max(later):.0f}", flush=True)  # fmt: skip
            answers = 6 if small else 60
            trials.cut_and_wandering(servers, model, answers)
            print(f"{answers} answers, two wandering, cut followers each: all exactly once",
                  flush=True)  # fmt: skip
            deaths(servers, model, url, 1 if small else 9)
            found = trials.kills(
                servers, model, url, answers=30 if small else 300, at_once=15 if small else 60
            )
            print(found, "none lost, doubled or paid twice", flush=True)
            readers = 6 if small else 30
            read = trials.rolling_restart(servers, model, url, readers)
            print(f"rolling restart under {readers} readers: {read} answers, 0 lost", flush=True)
            stopped(database, servers, model, url)
        over_budget(database, model, 40 if small else 400)
    failed_over()
    restored()


def deaths(servers: list[ServerProcess], model: ModelServer, url: str, times: int) -> None:
    """Kill owners, each after some more words than the one before: at any time of a checkpoint."""
    found = []
    for number in range(times):
        owner = number % len(servers)
        found.append(trials.death(servers, model, url, owner, words=60 + 2 * number))
        model.default = Script("They are.")  # the one before takes minutes
        servers[owner].start()
        trials.warm(servers)
    ends = [each.told_after_s for each in found]
    taken = [each.taken_back_s for each in found]
    print(f"an owner's end told after {min(ends):.1f} to {max(ends):.1f} s, {min(taken):.2f} to "
          f"{max(taken):.2f} s of seen words taken back ({times} kills)", flush=True)  # fmt: skip


def stopped(
    database: PostgreSQL, servers: list[ServerProcess], model: ModelServer, url: str
) -> None:
    """Stop the database for five seconds."""

    def harm(while_away: Callable[[], None]) -> None:
        began = time.monotonic()
        database.stop()
        while_away()
        time.sleep(max(0.0, began + 5.0 - time.monotonic()))
        database.start()

    trials.database_away(servers, model, url, harm)
    print("PostgreSQL stopped for 5 s under 12 answers: none lost", flush=True)


def over_budget(database: PostgreSQL, model: ModelServer, questions: int) -> None:
    """1 USD for all of them, each of which costs a cent."""
    url = database.new_database()
    model.default = Script("Short.", prompt_tokens=900, completion_tokens=100)
    with tempfile.TemporaryDirectory() as folder:
        servers = servers_over(
            Path(folder), url, model,
            HYPERRUN_DAILY_BUDGET_USD="1", HYPERRUN_ASSUMED_USD_PER_MILLION_TOKENS="10",
        )  # fmt: skip
        with running(servers):
            usd = trials.spent_by(servers, model, url, questions, 0.01)
    assert usd <= 1.05
    print(f"budget of 1 USD, {questions} questions: {usd:.2f} USD at the model", flush=True)


def failed_over() -> None:
    """The database's machine goes away, and its standby takes its place."""
    with running_postgresql() as database, running_model_server() as model:
        name = database.new_database().rpartition("/")[2]
        copy = database.standby()

        def harm(while_away: Callable[[], None]) -> None:
            database.crash()
            while_away()
            copy.promote()

        try:
            url = database.url_with(copy, name)
            with three(model, url) as servers:
                trials.database_away(servers, model, url, harm)
        finally:
            copy.stop()
    print("fail-over to a standby under 12 answers: none lost", flush=True)


def restored() -> None:
    """The database comes back from a copy of its folder, at its address."""
    with running_postgresql() as database, running_model_server() as model:
        url = database.new_database()
        copy = database

        def harm(while_away: Callable[[], None]) -> None:
            nonlocal copy
            database.stop()
            copy = database.restore()
            while_away()
            copy.start()

        try:
            with three(model, url) as servers:
                trials.database_away(servers, model, url, harm)
        finally:
            copy.stop()
    print("restored from a copy at its address under 12 answers: none lost", flush=True)

"""Memory of three processes after many answers, each question and each stream at any of them."""

import random
import re
import tempfile
import threading
import time
from pathlib import Path

import httpx

from tests.model_server import ModelServer, Script, running_model_server
from tests.postgresql import running_postgresql
from tests.server_process import ServerProcess
from tests.several import HEADERS, running, servers_over

READERS = 8
MAX_GROWTH = 1.2


def converse(servers: list[ServerProcess], count: int) -> None:
    """So many new readers ask one question each and read the answer."""
    failed: list[BaseException] = []

    def read(seed: int) -> None:
        chance = random.Random(seed)
        try:
            with httpx.Client(timeout=60, headers=HEADERS) as client:
                for _ in range(count // READERS):
                    asked, followed = (
                        f"http://127.0.0.1:{chance.choice(servers).port}" for _ in range(2)
                    )
                    text = client.post(f"{asked}/ask", data={"query": "How do I dim a lamp?"}).text
                    stream = re.search(r'sse-connect="([^"?]+)', text)
                    assert stream, text
                    assert "event: close" in client.get(f"{followed}/{stream[1]}").text
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=read, args=[seed]) for seed in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def settled(servers: list[ServerProcess]) -> list[int]:
    """Their memory, when it grows no more."""
    before, now = [0], [server.rss_bytes() for server in servers]
    while sum(now) > sum(before) * 1.01:
        time.sleep(3)
        before, now = now, [server.rss_bytes() for server in servers]
    return now


def grow(what: str, model: ModelServer | None, answers: int, piece: int) -> None:
    """Measure and print, of answers of one kind."""
    with running_postgresql() as database, tempfile.TemporaryDirectory() as folder:
        servers = servers_over(Path(folder), database.new_database(), model)
        with running(servers):
            converse(servers, 400)
            before = settled(servers)
            for told in range(piece, answers + 1, piece):
                converse(servers, piece)
                after = [server.rss_bytes() for server in servers]
                growth = [now / then for then, now in zip(before, after, strict=True)]
                said = [
                    f"{now / 2**20:.0f} MB, {ratio:.2f} times what it was"
                    for now, ratio in zip(after, growth, strict=True)
                ]
                print(f"after {told:,} answers {what}: {'; '.join(said)}", flush=True)
    assert max(growth) < MAX_GROWTH


def run(*, small: bool) -> None:
    """Without a model, and of one."""
    answers, piece = (400, 400) if small else (10_000, 1_000)
    grow("without a model", None, answers, piece)
    with running_model_server() as model:
        model.default = Script(" ".join(f"word{n:02}" for n in range(40)))
        grow("of a model", model, answers, piece)

"""Several real servers over one database, and readers whose every request goes to any of them."""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx

from tests.answering.test_turns import events, shown
from tests.following import Following
from tests.leaks import KEY
from tests.model_server import ModelServer
from tests.server import write_repository
from tests.server_process import PLAIN, UNLIMITED, ServerProcess

HEADERS = {"HX-Request": "true"}
WHOLE_BUT_UNFOUND = "Not from the documentation"  # all that is told of words that count


def servers_over(
    folder: Path, url: str, model: ModelServer | None, count: int = 3, **environment: str
) -> list[ServerProcess]:
    """So many servers, not yet started; each has an index of its own of the same project."""
    settings = settings_over(folder, url, model, **environment)
    return [
        ServerProcess(
            folder / f"server-{n}.log",
            **settings | {"HYPERRUN_DATA_DIR": str(folder / f"data-{n}")},
        )
        for n in range(count)
    ]


def settings_over(
    folder: Path, url: str, model: ModelServer | None, **environment: str
) -> dict[str, str]:
    """What each of them is told, but for the folder of its own."""
    repository = write_repository(folder)
    asked = (
        {
            "HYPERRUN_MODEL": "openai/scripted",
            "HYPERRUN_API_BASE": model.url,
            "HYPERRUN_API_KEY": KEY,
        }
        if model
        else {}
    )
    return {
        "HYPERRUN_REPO_PATH": str(repository),
        "HYPERRUN_SEARCH": "embedded",
        "HYPERRUN_DATABASE_URL": url,
        **UNLIMITED,
        **asked,
        **environment,
    }


@contextmanager
def running(servers: list[ServerProcess]) -> Iterator[list[ServerProcess]]:
    """All of them, started at once, for the length of a block."""
    with ExitStack() as stack:
        starting = [threading.Thread(target=server.start) for server in servers]
        for server in servers:
            stack.callback(server.__exit__)
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()
        for server in servers:
            assert server.is_running(), server.log
        yield servers


class Wanderer:
    """A reader whose requests go to any server that there is; one that is down is tried again."""

    def __init__(self, servers: list[ServerProcess], chance: random.Random | None = None) -> None:
        self.servers = servers
        self.chance = chance or random.Random()
        self.token = ""

    def url(self, at: int | None = None) -> str:
        """A server's address: any, or that of the one named."""
        server = self.chance.choice(self.servers) if at is None else self.servers[at]
        return f"http://127.0.0.1:{server.port}"

    def post(self, path: str, at: int | None = None, **fields: str) -> httpx.Response:
        """Send a form, as the page does."""
        fields = {"token": self.token, "lang": "en"} | fields
        url = f"{self.url(at)}/{path}"
        return httpx.post(url, data=fields, headers=HEADERS, timeout=30, verify=PLAIN)

    def ask(self, question: str = "Count.", at: int | None = None, **fields: str) -> str:
        """Ask, and return the turn's id."""
        response = self.post("ask", at, query=question, **fields)
        assert response.status_code == 200, response.text
        self.token = re.search(r'name="token" value="([^"]+)"', response.text)[1]  # type: ignore[index]
        return re.search(r'sse-connect="stream/([^"?]+)', response.text)[1]  # type: ignore[index]

    def follow(self, turn_id: str, at: int | None = None) -> str:
        """Read one stream to its end."""
        return httpx.get(f"{self.url(at)}/stream/{turn_id}", timeout=60, verify=PLAIN).text

    def following(self, turn_id: str, at: int | None = None) -> Following:
        """Begin to read one stream."""
        return Following(f"{self.url(at)}/stream/{turn_id}")

    def follow_until(self, words: str, turn_id: str, at: int | None = None) -> None:
        """Read one stream until these words have come, and leave."""
        url = f"{self.url(at)}/stream/{turn_id}"
        with httpx.stream("GET", url, timeout=30) as response:
            assert any(words in line for line in response.iter_lines()), f"{words} never came"

    def follow_wandering(
        self,
        turn_id: str,
        cuts: int = 0,
        within_s: float = 60,
        look: Callable[[str], object] = str,
    ) -> str:
        """Read until `close`, as a browser does: from any server, cut so often, back again. `look`
        is shown what has come of each stream."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            wire = ""
            reads = self.chance.randrange(200, 3_000) if cuts > 0 else 0
            cuts -= 1
            url = f"{self.url()}/stream/{turn_id}"
            with (
                suppress(httpx.HTTPError),
                httpx.stream("GET", url, timeout=30, verify=PLAIN) as response,
            ):
                for text in response.iter_text():
                    wire += text
                    look(wire)
                    if reads and len(wire) > reads:
                        break
            if "event: close" in wire:
                return wire
            time.sleep(0.2)  # a browser waits for longer
        raise AssertionError(f"no end of {turn_id}")


def outcome_told(wire: str) -> str:
    """The last words of a stream that are no answer: its notice, "" where there is none."""
    text = " ".join(data for name, data in events(wire) if name in ("snapshot", "meta"))
    found = re.findall(r'class="[^"]*\bnotice\b[^"]*"[^>]*>(.*?)</div>', text, re.S)
    return re.sub(r"<[^>]+>", "", found[-1]).strip() if found else ""


__all__ = [
    "WHOLE_BUT_UNFOUND",
    "Wanderer",
    "events",
    "outcome_told",
    "running",
    "servers_over",
    "shown",
]

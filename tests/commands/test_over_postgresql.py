"""What the commands and the desk show comes from the store's protocol alone: over PostgreSQL it is
the same, and no file of SQLite is made or looked for."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hyperrun.domain import PERSON, Grounding, Outcome, Turn
from hyperrun.settings import Settings
from hyperrun.storage.opening import store_of
from tests.postgresql import PostgreSQL
from tests.server import running, write_repository
from tests.storage.test_store import TURN
from tests.test_architecture import ROOT, imports
from tests.web.desk.seat import PASSWORD, seat

ASKED = ("How do I dim a lamp?", "play music on the lamp", "play the lamp some music")


def test_no_module_names_a_kind_of_store_but_the_one_that_opens_it() -> None:
    kinds = {"hyperrun.storage.sqlite", "hyperrun.storage.postgres", "hyperrun.storage.schema"}
    found = {module for module, named in imports(ROOT).items() if named & kinds}
    found.discard("hyperrun.commands.doctor.machine")  # which looks at the file, not into it
    assert {each for each in found if not each.startswith("hyperrun.storage.")} == set()
    assert "hyperrun.storage.opening" in found


@dataclass
class Operator:
    """An operator beside a database that servers share."""

    folder: Path
    url: str

    @property
    def settings(self) -> Settings:
        """Those of a server."""
        return replace(
            Settings(), port=0, repo_path=str(self.folder / "lantern"), database_url=self.url,
            data_dir=self.folder / "data", search="embedded", desk_password=PASSWORD,
        )  # fmt: skip

    def run(self, verb: str, *arguments: str) -> str:
        """What a command says."""
        settings = self.settings
        environment = os.environ | {
            "HYPERRUN_DATABASE_URL": self.url, "HYPERRUN_DATA_DIR": str(settings.data_dir),
            "HYPERRUN_REPO_PATH": settings.repo_path, "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "hyperrun", verb, *arguments], env=environment,
            cwd=self.folder, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


def turn(number: int, question: str) -> Turn:
    """One that has just ended, and of which nothing but the first was answered."""
    at = time.time() - 600 + number
    grounding = Grounding.ABSENT if number else Grounding.CITED
    return replace(
        TURN, id=f"turn-{number}", conversation=f"reader-{number}", question=question,
        outcome=Outcome.ANSWERED, grounding=grounding, asker=PERSON, started=at, ended=at + 2,
    )  # fmt: skip


@pytest.fixture
def operator(tmp_path: Path, postgresql: PostgreSQL) -> Iterator[Operator]:
    """With three questions in the database."""
    write_repository(tmp_path)
    found = Operator(tmp_path, postgresql.new_database())

    async def fill() -> None:
        store = store_of(found.settings)
        await store.open()
        await store.save([turn(number, question) for number, question in enumerate(ASKED)])
        await store.close()

    asyncio.run(fill())
    yield found
    assert not list(found.settings.data_dir.glob("hyperrun.sqlite3*"))


def test_every_command_reads_what_the_servers_share(operator: Operator) -> None:
    assert json.loads(operator.run("report", "--json"))["questions"] == 3
    (gap,) = json.loads(operator.run("gaps", "--json"))
    assert gap["readers"] == 2
    assert "music" in operator.run("test", "--draft", "--readers")
    assert ASKED[0] in operator.run("export", "turn-0")
    operator.run("delete", "turn-0")
    assert json.loads(operator.run("report", "--json"))["questions"] == 2


def test_the_desk_shows_what_the_servers_share(operator: Operator) -> None:
    async def place() -> None:
        async with store_of(operator.settings).open_alongside_server() as store:
            await store.place("turn", ["turn-1", "turn-2"], "Music <from> a lamp")

    asyncio.run(place())
    (missing,) = json.loads(operator.run("report", "--json"))["unanswered"]
    assert missing == {"text": "Music <from> a lamp", "readers": 2}
    with running(operator.settings) as server:
        visitor = seat(server)
        assert re.search(
            r'"value">3</span><span class="name">questions<', visitor.get("/desk").text
        )
        assert ASKED[1] in visitor.get("/desk/conversations?words=MUSIC").text
        assert TURN.page.url in visitor.get("/desk/pages").text
        assert visitor.get("/desk/searches").status_code == 200
        kept = visitor.get("/desk/reader/turn-2.json").json()
        assert [each["question"] for each in kept["turns"]] == [ASKED[2]]
        deadline = time.monotonic() + 60
        while "being gathered" in (text := visitor.get("/desk/gaps").text):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert "readers: 2, times: 2" in text
        assert "<h2>1. Music &lt;from&gt; a lamp</h2>" in text

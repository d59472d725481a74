"""A deploy: processes of two versions over one PostgreSQL, while readers read."""

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import trials
from tests.model_server import ModelServer, Script
from tests.postgresql import PostgreSQL
from tests.server_process import ROOT, ServerProcess
from tests.several import Wanderer, running, settings_over, shown

# Alone: the version before may have faults under load that are mended since.
pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(180)]

SCHEMA = "hyperrun/storage/postgres_schema.py"
WORDS = [f"word{n:02} " for n in range(40)]
WHOLE = "".join(WORDS).strip()
HELD = 20  # words, until the model goes on
VERSION = "SELECT version FROM hyperrun_version"

# The program as it is, with one migration more: what a version after this one may bring.
NEWER = """
import main
from hyperrun.storage import postgres_schema

postgres_schema.MIGRATIONS += (
    "ALTER TABLE turns ADD COLUMN mood text NOT NULL DEFAULT 'calm';"
    "ALTER TABLE processes ADD COLUMN mood text NOT NULL DEFAULT 'calm';"
    "ALTER TABLE orders ADD COLUMN mood text NOT NULL DEFAULT 'calm';"
    "ALTER TABLE parts ADD COLUMN mood text NOT NULL DEFAULT 'calm';"
    "CREATE TABLE moods (mood text PRIMARY KEY); INSERT INTO moods VALUES ('calm')",
)
main.main([])
"""

Version = Callable[..., ServerProcess]


def git(*arguments: str) -> str:
    """What git says of this repository; the test is skipped where it is none."""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"git tells nothing of versions before: {done.stderr.strip()[:200]}")
    return done.stdout.strip()


def version_before() -> str:
    """The newest release with an older schema; without releases, the last commit with one."""
    if git("rev-parse", "--is-shallow-repository") == "true":
        pytest.skip(
            "A SHALLOW CLONE: no version before is there to be tried (git fetch --unshallow)"
        )
    now = git("show", f"HEAD:{SCHEMA}")
    for tag in git("tag", "--sort=-creatordate", "--merged", "HEAD").split():
        has_schema = git("ls-tree", "--name-only", tag, SCHEMA)
        if has_schema and git("show", f"{tag}:{SCHEMA}") != now:
            return tag
    changes = git("log", "--format=%H", "--", SCHEMA).split()
    if len(changes) < 2:
        pytest.skip("there is no version before with another schema")
    return f"{changes[0]}^"


def unpacked(commit: str, folder: Path) -> Path:
    """The program as it was then, with the browser's packages of now where it wants the same."""
    folder.mkdir()
    archive = subprocess.run(
        ["git", "-C", str(ROOT), "archive", commit], check=True, capture_output=True
    )
    subprocess.run(["tar", "x", "-C", str(folder)], input=archive.stdout, check=True)
    wanted = "static/package.json"
    installed = ROOT / "static/node_modules"
    if installed.is_dir() and (folder / wanted).read_bytes() == (ROOT / wanted).read_bytes():
        (folder / "static/node_modules").symlink_to(installed)
    return folder


@pytest.fixture(params=["the version before", "a version to come"])
def two(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    postgresql: PostgreSQL,
    model_server: ModelServer,
) -> tuple[ServerProcess, ServerProcess, str]:
    """A server of an older version and one of a newer, not yet started; and their database."""
    url = postgresql.new_database()
    settings = settings_over(tmp_path, url, model_server, HYPERRUN_DRAIN_S="20")

    def server(name: str, root: Path, *program: str) -> ServerProcess:
        own = {"HYPERRUN_DATA_DIR": str(tmp_path / name), "PYTHONPATH": str(root)}
        return ServerProcess(
            tmp_path / f"{name}.log", root, program or ("main.py",), **settings | own
        )

    if request.param == "the version before":
        before = unpacked(version_before(), tmp_path / "program")
        return server("old", before), server("new", ROOT), url
    return server("old", ROOT), server("new", ROOT, "-c", NEWER), url


def test_a_deploy_that_migrates_loses_no_answer_of_either_version(
    two: tuple[ServerProcess, ServerProcess, str], model_server: ModelServer
) -> None:
    old, new, url = two
    servers = [old, new]
    began = time.monotonic()
    with running([old]):
        trials.warm([old])
        [(version,)] = trials.rows(url, VERSION)
        model_server.default = Script(WORDS, delay_s=0.01, holds_after=HELD)
        readers = [Wanderer(servers) for _ in range(4)]
        asked = [(readers[0].ask(at=0), 0)]
        following = [(asked[0][0], 0, readers[0].following(asked[0][0], 0))]
        following[0][2].until(WORDS[HELD - 1].strip())
        with running([new]):
            [(migrated,)] = trials.rows(url, VERSION)
            assert migrated > version
            # Both ask and answer, and each shows what the other's do.
            asked += [
                (readers[1].ask(at=0), 0),
                (readers[2].ask(at=1), 1),
                (readers[3].ask(at=1), 1),
            ]
            assert readers[1].post("ask", at=1, query="And now?").status_code == 409
            for turn_id, owner in asked:
                at = 1 - owner
                following.append((turn_id, at, readers[0].following(turn_id, at)))
            for _, _, each in following:
                each.until(WORDS[HELD - 1].strip())
            leaving = threading.Thread(target=old.stop)
            leaving.start()
            deadline = time.monotonic() + 20
            while trials.health_of(old).status_code == 200:
                assert time.monotonic() < deadline, "it does not leave"
                time.sleep(0.02)
            assert readers[0].post("ask", at=0, query="And you?").status_code == 503
            model_server.hurry = True
            leaving.join(30)
            assert not old.is_running()
            for turn_id, at, each in following:
                if at == 1:
                    assert shown(each.end()) == WHOLE
                assert shown(readers[0].follow(turn_id, at=1)) == WHOLE
            for _, _, each in following:
                each.end()
            model_server.default = Script("Gone on.")
            assert shown(readers[1].follow(readers[1].ask("And now?", at=1), at=1)) == "Gone on."
            assert set(trials.rows(url, "SELECT outcome FROM turns")) == {("answered",)}
            assert len(trials.rows(url, "SELECT id FROM processes")) == 1
    print(f"{time.monotonic() - began:.0f} s")

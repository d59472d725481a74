"""How the server starts, and how it says that it cannot."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hyperrun.storage.schema import MIGRATIONS
from main import main
from tests.server import write_repository
from tests.server_process import ROOT


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env of the developer's, and data of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYPERRUN_DATA_DIR", str(tmp_path / "data"))


def test_a_repository_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^hyperrun: .*/nowhere is not a folder$"):
        main(["--repo", str(tmp_path / "nowhere"), "--port", "0"])


@pytest.mark.parametrize("name", ["token.key", "keys.key"])
def test_a_key_that_was_cut_short_stops_the_start_in_one_sentence(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_bytes(b"cut")
    said = rf"^hyperrun: .*{name} has 3 bytes instead of 32: [^\n]*$"
    with pytest.raises(SystemExit, match=said):
        main(["--repo", str(write_repository(tmp_path)), "--port", "0"])


def test_data_of_a_newer_version_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with sqlite3.connect(tmp_path / "data" / "hyperrun.sqlite3") as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(SystemExit, match=r"^hyperrun: hyperrun.sqlite3 .* newer version"):
        main(["--repo", str(write_repository(tmp_path)), "--port", "0"])


def test_one_process_needs_nothing_of_what_several_do() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = sys.modules['psycopg_pool'] = None; import main; "
        "from hyperrun.settings import Settings; from dataclasses import replace; "
        "from hyperrun.errors import BadSetting; from hyperrun.storage.opening import store_of; "
        "store_of(Settings()); print('served')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "served\n", done.stderr

"""What others do to the database, the keys and the lock, and a clock that has leapt."""

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hyperrun.domain import Outcome
from hyperrun.errors import BadSetting, StoreError
from hyperrun.settings import Settings
from hyperrun.storage.files import broken_secret, lock_data_dir, secret
from hyperrun.storage.schema import FILE, check
from hyperrun.storage.sqlite import SQLiteStore
from tests.storage.test_store import TURN

DAY_S = 86_400
TURN_ENDED = replace(TURN, outcome=Outcome.ANSWERED)


def _remove_database(folder: Path) -> None:
    for path in folder.glob(f"{FILE}*"):
        path.unlink()


def test_a_database_that_was_taken_away_is_begun_anew(tmp_path: Path) -> None:
    async def work() -> None:
        store = SQLiteStore(Settings(data_dir=tmp_path))
        await store.open()
        try:
            await store.save([replace(TURN_ENDED, id="before")])
            await asyncio.to_thread(_remove_database, tmp_path)
            assert await store.works()
            await store.save([replace(TURN_ENDED, id="after")])
        finally:
            await store.close()
        again = SQLiteStore(Settings(data_dir=tmp_path))
        await again.open()
        try:
            assert await again.turn("after") is not None
        finally:
            await again.close()

    asyncio.run(work())


def test_a_database_that_was_overwritten_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    async def work() -> None:
        store = SQLiteStore(Settings(data_dir=tmp_path))
        await store.open()
        try:
            (tmp_path / FILE).write_bytes(b"nonsense" * 1_000)
            assert not await store.works()
        finally:
            await store.close()

    asyncio.run(work())


def test_a_clock_far_ahead_deletes_nothing_at_a_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()

    async def started() -> list[str]:
        store = SQLiteStore(Settings(data_dir=tmp_path, keep_days=30))
        await store.open()
        try:
            await store.save([replace(TURN_ENDED, id="old", conversation="a", started=now)])
            return [turn.id for turn in await store.turns("a")]
        finally:
            await store.close()

    assert asyncio.run(started()) == ["old"]
    monkeypatch.setattr(time, "time", lambda: now + 4_000 * DAY_S)

    async def kept() -> bool:
        store = SQLiteStore(Settings(data_dir=tmp_path, keep_days=30))
        await store.open()
        try:
            return await store.turn("old") is not None
        finally:
            await store.close()

    assert asyncio.run(kept())


@pytest.mark.parametrize("content", [b"", b"nonsense" * 1_000])
def test_a_file_that_is_no_database_is_named_and_left_as_it_is(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / FILE
    path.write_bytes(content)
    if content:
        with pytest.raises(StoreError, match=FILE):
            check(tmp_path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["token.key", "keys.key"])
def test_a_key_that_was_cut_short_is_named_with_what_to_do(tmp_path: Path, name: str) -> None:
    assert broken_secret(tmp_path) == ""
    secret(tmp_path / name)
    assert broken_secret(tmp_path) == ""
    os.truncate(tmp_path / name, 3)
    said = broken_secret(tmp_path)
    assert "\n" not in said
    assert f"{tmp_path / name} has 3 bytes instead of 32: bring it back from a copy" in said


def test_a_second_server_is_refused_though_the_locks_file_was_removed(tmp_path: Path) -> None:
    hold = (
        "import sys, pathlib; from hyperrun.storage.files import lock_data_dir\n"
        "with lock_data_dir(pathlib.Path(sys.argv[1])): print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as first:  # fmt: skip
        assert first.stdout is not None and first.stdin is not None
        assert first.stdout.readline() == "held\n"
        (tmp_path / "server.lock").unlink()
        with pytest.raises(BadSetting, match="another server uses"), lock_data_dir(tmp_path, 0.1):
            pass
        first.stdin.write("\n")
    with lock_data_dir(tmp_path, 0.1):
        pass


def command_ends_beside(path: Path) -> None:
    """Another process reads the database and ends."""
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
        "c.execute('SELECT 1 FROM turns'); c.close()"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)


def test_looking_at_the_file_ends_no_lock_on_it(tmp_path: Path) -> None:
    """Else a command that ends beside the server takes the log of writes away from under it."""

    async def work() -> None:
        store = SQLiteStore(Settings(data_dir=tmp_path))
        await store.open()
        try:
            await store.save([TURN_ENDED])
            assert await store.works()
            command_ends_beside(tmp_path / FILE)
            assert (tmp_path / f"{FILE}-wal").exists()
            await store.save([replace(TURN_ENDED, id="later")])
            assert await store.turn("later") is not None
        finally:
            await store.close()

    asyncio.run(work())

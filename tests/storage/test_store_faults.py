"""The store when the disk is full, the file is locked, or everybody writes at once."""

import asyncio
import json
import resource
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hyperrun.domain import Outcome, Usage
from hyperrun.errors import StoreError
from hyperrun.storage.schema import MIGRATIONS
from tests.storage.test_store import TURN, opened, run

LONG = "x" * 400_000


@contextmanager
def full_disk(room_bytes: int) -> Iterator[None]:
    """No file of this process can grow beyond `room_bytes`, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Somebody else writes to the database, and does not come to an end."""
    other = sqlite3.connect(folder / "hyperrun.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def all_bytes(folder: Path) -> bytes:
    """Everything that the files of a folder hold."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


def modes(folder: Path) -> set[int]:
    """Who may do what with the files of a folder."""
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_a_full_disk_takes_no_half_turn_and_the_store_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([TURN])
            with full_disk(200_000):
                for _ in range(3):
                    with pytest.raises(StoreError):
                        await store.save([replace(TURN, id="long", answer=LONG)])
                assert await store.turn("turn-1") == TURN
                assert await store.turn("long") is None
            await store.save([replace(TURN, id="later")])
            assert len(await store.turns("conversation-1")) == 2

    run(work)


def test_the_file_grows_to_its_limit_and_takes_more_when_something_is_deleted(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with opened(tmp_path, max_store_mb=1) as store:
            for number in range(2):
                await store.save([replace(TURN, id=f"{number}", conversation="old", answer=LONG)])
            with pytest.raises(StoreError):
                await store.save([replace(TURN, answer=LONG)])
            assert (tmp_path / "hyperrun.sqlite3").stat().st_size <= 1_000_000
            await store.clear("old")
            await store.save([replace(TURN, answer=LONG)])
        async with opened(tmp_path, max_store_mb=0) as store:
            for number in range(4):
                await store.save([replace(TURN, id=f"{number}", answer=LONG)])

    run(work)


def test_readers_do_not_wait_for_a_locked_file(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([TURN])
            with locked(tmp_path):
                saving = asyncio.create_task(store.save([replace(TURN, answer="new")]))
                await asyncio.sleep(0)
                began = time.monotonic()
                assert await store.turn("turn-1") == TURN
                assert await store.works()
                assert time.monotonic() - began < 1
                assert not saving.done()
            await saving  # the lock has gone: it was only late
            kept = await store.turn("turn-1")
            assert kept is not None and kept.answer == "new"

    run(work)


def test_a_crowd_is_written_together_in_its_order(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            with locked(tmp_path):  # so that all of them have to wait
                saves = [
                    asyncio.create_task(store.save([replace(TURN, id=f"t{n % 50}", answer=str(n))]))
                    for n in range(200)
                ]
                await asyncio.sleep(0)  # all have begun
                saves[7].cancel()  # who stops waiting takes nothing away from the others
                await asyncio.sleep(0)
            done = await asyncio.gather(*saves, return_exceptions=True)
            failed = [n for n, result in enumerate(done) if isinstance(result, BaseException)]
            assert failed == [7]
            turns = await store.turns("conversation-1")
            assert {turn.id: turn.answer for turn in turns} == {
                f"t{n}": str(n + 150) for n in range(50)
            }

    run(work)


def test_what_was_deleted_is_in_no_file_any_more(tmp_path: Path) -> None:
    words = "a-question-that-shall-be-forgotten"

    async def work() -> None:
        async with opened(tmp_path) as store:
            kept = [replace(TURN, id=f"kept-{n}", conversation="other") for n in range(20)]
            gone = [replace(TURN, id=f"gone-{n}", question=words * 50) for n in range(20)]
            await store.save([turn for pair in zip(kept, gone, strict=True) for turn in pair])
            await store.put_key("conversation-1", words.encode())
            assert words.encode() in all_bytes(tmp_path)
            await store.delete("conversation-1")
            await store.spent()
            await store.add_spend(0.0)  # the writer has done what it was given before
            assert words.encode() not in all_bytes(tmp_path)
            assert len(await store.turns("other")) == 20

    run(work)


def test_a_server_that_runs_for_long_forgets_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyperrun.storage.sqlite.EXPIRE_EVERY_S", 0.02)

    async def work() -> None:
        async with opened(tmp_path) as store:
            store._keep_days = 30
            await store.save([TURN, replace(TURN, id="new", conversation="c", started=time.time())])
            async with asyncio.timeout(5):
                while await store.turn("turn-1"):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert await store.turn("new")

    run(work)


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([TURN])
        with pytest.raises(StoreError, match="closed"):
            await store.save([TURN])
        assert not await store.works()

    run(work)


def test_a_row_of_a_version_that_knew_more_is_read(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([replace(TURN, outcome=Outcome.ANSWERED)])
        with sqlite3.connect(tmp_path / "hyperrun.sqlite3") as connection:
            (kept,) = connection.execute("SELECT sources FROM turns").fetchone()
            sources = json.loads(kept)
            sources[0]["passage"]["colour"] = "blue"
            connection.execute("UPDATE turns SET sources = ?", (json.dumps(sources),))
        async with opened(tmp_path) as store:
            assert await store.turn("turn-1") == replace(TURN, outcome=Outcome.ANSWERED)

    run(work)


def test_a_database_of_the_first_version_is_brought_up_to_this_one(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "hyperrun.sqlite3") as connection:
        connection.executescript(f"{MIGRATIONS[0]}; PRAGMA user_version = 1")
        connection.execute(
            "INSERT INTO turns VALUES ('t', 'c', 'Why?', '{}', 'answered', 'So.', '[]', '[]', 'm', "
            "1, 2, 0.5, 1, '', '', 5.0, 6.0, 1, 'good', 'yes')"
        )

    async def work() -> None:
        async with opened(tmp_path) as store:
            turn = await store.turn("t")
            assert turn is not None
            assert (turn.question, turn.answer, turn.rating, turn.comment) == (
                "Why?", "So.", 1, "yes",
            )  # fmt: skip
            assert turn.usage == Usage("m", 1, 2, 0.5, own_key=True, estimated=False)
            assert turn.suggestions == ()
            later = replace(
                turn, usage=replace(turn.usage, estimated=True), suggestions=("And then?",)
            )
            await store.save([later])
            assert await store.turn("t") == later

    run(work)


def test_a_database_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "hyperrun.sqlite3"
    path.touch(mode=0o644)
    path.chmod(0o644)

    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([TURN])
            assert modes(tmp_path) == {0o600}

    run(work)


def test_a_long_conversation_is_shown_from_its_newest_turns(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([replace(TURN, id=f"t{n:04}", started=float(n)) for n in range(250)])
            turns = await store.turns("conversation-1")
            assert [turns[0].id, turns[-1].id, len(turns)] == ["t0050", "t0249", 200]
            assert len((await store.export("conversation-1"))["turns"]) == 250

    run(work)

"""What others do to the index's file while it is read."""

import asyncio
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hyperrun.search.engine import REFRESH_FAILED, Search
from hyperrun.search.index_file import location
from tests.search import repository
from tests.search.running import searched, until


def _overwrite(path: Path) -> None:
    path.write_bytes(b"nonsense" * 100_000)


def _cut(path: Path) -> None:
    os.truncate(path, 4_096)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _remove(path: Path) -> None:
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


def _remove_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


@pytest.mark.parametrize("harm", [_overwrite, _cut, _empty, _remove, _remove_folder])
def test_a_harmed_index_is_built_anew_and_questions_are_answered_meanwhile(
    harm: Callable[[Path], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    root = repository.make(tmp_path / "root")
    path = location(tmp_path / "data", str(root))

    async def work(search: Search) -> None:
        assert await search.search("harmonica")
        await until(lambda: _is(not search.status().building), within_s=60)
        assert await asyncio.to_thread(search._index.damage) == ""
        harm(path)
        assert await search.search("harmonica")

        async def is_mended() -> bool:
            return search.status().ready and not search._index.damage()

        await until(is_mended, within_s=60)
        assert search.status().note == ""

    searched(root, tmp_path / "data", work)
    assert "is built anew" in caplog.text


async def _is(value: bool) -> bool:
    return value


def test_it_is_noticed_within_seconds_though_nobody_asks(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")
    path = location(tmp_path / "data", str(root))

    async def work(search: Search) -> None:
        assert await search.search("harmonica")
        await until(lambda: _is(not search.status().building), within_s=60)
        _cut(path)

        async def is_noticed() -> bool:
            return "built anew" in search.status().note or path.stat().st_size > 4_096

        await until(is_noticed, within_s=60)

    searched(root, tmp_path / "data", work)


def test_what_was_read_of_a_folder_stays_while_the_folder_is_gone(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")

    async def work(search: Search) -> None:
        assert await search.search("harmonica")
        root.rename(tmp_path / "elsewhere")
        with pytest.raises(Exception, match="there is no folder"):
            await search.reindex()
        assert await search.search("harmonica")

    searched(root, tmp_path / "data", work)
    assert REFRESH_FAILED

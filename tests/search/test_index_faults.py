"""What others do to the index's file while it is read."""

import asyncio
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.engine import Search
from hyperrun.search.index import Index
from hyperrun.search.index_file import location
from hyperrun.search.parsing import files
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.reading import Reading, readings
from hyperrun.search.site.rules import NO_RULES, Rules
from tests.search import repository
from tests.search.running import searched, until

TOP = Path(__file__).parent.parent.parent


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
        assert await asyncio.to_thread(search.index.damage) == ""
        harm(path)
        assert await search.search("harmonica")

        async def is_mended() -> bool:
            return search.status().ready and not search.index.damage()

        await until(is_mended, within_s=60)
        assert search.status().note == ""

    searched(root, tmp_path / "data", work)
    assert "is built anew" in caplog.text


def test_who_asks_one_source_gets_that_one_when_the_index_is_built_anew(tmp_path: Path) -> None:
    root, labels = tmp_path / "root", ("manual", "engine")
    for label in labels:
        repository.write(root, f"{label}/lamp.md", f"# The {label}\n\nA harmonica stands here.\n")
    sources = (f'[[source]]\nlabel = "{label}"\npath = "{label}"\n' for label in labels)
    repository.write(root, "hyperrun.toml", "".join(sources))

    async def work(search: Search) -> None:
        assert len(await search.search("harmonica")) == 2
        await until(lambda: _is(not search.status().building), within_s=60)
        _remove(search.index.path)
        found = await search.search("harmonica", source="engine")
        assert [each.source for each in found] == ["engine"]

    searched(root, tmp_path / "data", work)


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


CUT_WHILE_READ = """
import os, sqlite3, sys
from pathlib import Path
from hyperrun.search.index_file import IndexFile

with IndexFile(Path(sys.argv[1])).connect() as connection:
    rows = connection.execute("SELECT * FROM passages")
    rows.fetchone()
    os.truncate(sys.argv[1], 4_096)
    try:
        connection.execute("PRAGMA cache_size = 0")
        connection.execute("SELECT count(*), sum(length(text)) FROM passages").fetchall()
        rows.fetchall()
    except sqlite3.DatabaseError:
        print("told")
"""


def test_a_file_that_is_cut_short_while_it_is_read_ends_no_process(tmp_path: Path) -> None:
    """As one that is mapped into memory would (SIGBUS)."""
    index = Index(tmp_path / "index.sqlite3")
    root = repository.make(tmp_path / "root")
    for number in range(40):
        repository.write(root, f"parts/p{number}.md", f"# Part {number}\n\n" + "words " * 2_000)
    index.refresh(root)
    with index.connect() as connection:
        assert connection.execute("PRAGMA mmap_size").fetchone() == (0,)
    index.close()
    done = subprocess.run(
        [sys.executable, "-c", CUT_WHILE_READ, str(tmp_path / "index.sqlite3")],
        cwd=TOP, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "told\n"), done.stderr


def test_a_file_whose_parser_fails_costs_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = files.read

    def failing(root: Path, path: PurePosixPath, rules: Rules, *, as_text: bool) -> list[Chunk]:
        if path.name == "bad.md":
            raise LookupError("no such thing")
        return read(root, path, rules, as_text=as_text)

    monkeypatch.setattr(files, "read", failing)
    for name in ("a.md", "bad.md", "c.md"):
        repository.write(
            tmp_path,
            name,
            f"# The {name} page\n\nWords about lamps, and what they do in a room at night.\n",
        )
    paths = [PurePosixPath(name) for name in ("a.md", "bad.md", "c.md")]
    found = {
        name: reading
        for name, reading in readings(tmp_path, "", NO_RULES, paths, {})
        if isinstance(reading, Reading)
    }
    assert found["bad.md"].reason == "cannot be read: LookupError: no such thing"
    assert not found["bad.md"].rows
    assert found["a.md"].rows and found["c.md"].rows


def test_a_file_that_ends_its_reader_is_read_as_plain_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = files.read

    def dying(root: Path, path: PurePosixPath, rules: Rules, *, as_text: bool) -> list[Chunk]:
        if path.stem == "bad" and not as_text:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(root, path, rules, as_text=as_text)

    monkeypatch.setattr(files, "read", dying)
    names = ("bad.md", "bad.go", "bad.ipynb", "good.md")
    for name in names:
        repository.write(tmp_path, name, "# Lamps\n\nHow bright they are.\n")
    paths = [PurePosixPath(name) for name in names]
    page, code, notebook, good = [each for _, each in readings(tmp_path, "", NO_RULES, paths, {})]
    assert isinstance(page, Reading)
    assert isinstance(code, Reading)
    assert isinstance(notebook, Reading)
    assert isinstance(good, Reading)
    assert [[row[0].kind for row in each.rows or ()] for each in (page, code, notebook)] == [
        ["document"], ["module"], [],
    ]  # fmt: skip
    told = "is read as plain text: it ended its reader (SIGKILL)"
    assert (page.reason, code.reason, notebook.reason) == (
        told, told, "ended its reader (SIGKILL)",
    )  # fmt: skip
    assert [row[0].title for row in good.rows or ()] == ["Lamps"]
    assert page.digest == good.digest  # it is read anew only where it changes


def test_a_pointer_of_git_lfs_is_named_and_not_read(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
    (tmp_path / "held.md").write_text(pointer)
    (tmp_path / "about.md").write_text(f"# Pointers\n\nOne looks so:\n\n```\n{pointer}```\n")
    paths = [PurePosixPath("held.md"), PurePosixPath("about.md")]
    held, about = [each for _, each in readings(tmp_path, "", NO_RULES, paths, {})]
    assert isinstance(held, Reading)
    assert isinstance(about, Reading)
    assert (held.rows, held.reason) == (
        [], "stands for a file that Git LFS holds: git lfs pull brings it",
    )  # fmt: skip
    assert about.rows
    assert not about.reason

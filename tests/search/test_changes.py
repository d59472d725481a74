"""What is edited, moved or deleted is found as it stands now, and no more is read than must be."""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hyperrun.errors import SearchUnavailable
from hyperrun.search.builder import build
from hyperrun.search.engine import Search
from hyperrun.search.index import Index
from hyperrun.search.upkeep import REFRESH_FAILED
from tests.search import repository
from tests.search.running import searched, until


async def watched(search: Search, root: Path) -> bool:
    """Are changes seen by now? The watch is set up behind."""
    with (root / "docs/notes.txt").open("a") as notes:
        notes.write("A vuvuzela.\n")
    return bool(await search.search("vuvuzela"))


def test_changes_are_found_within_five_seconds(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")

    async def work(search: Search) -> None:
        assert (await search.search("harmonica"))[0].file == "deep/kept.md"
        await until(partial(watched, search, root))
        repository.write(root, "docs/new.md", "# New\n\nA theremin can be found in here.\n")
        repository.write(root, ".github/support.md", "# Support\n\nA bandoneon, too.\n")
        (root / "deep/kept.md").unlink()

        async def fresh() -> bool:
            new = await search.search("theremin") and await search.search("bandoneon")
            return bool(new) and not await search.search("harmonica")

        assert await until(fresh) < 5

    searched(root, tmp_path / "data", work)


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")
    index = Index(tmp_path / "data" / "index.sqlite3")
    index.refresh(root)
    (root / "docs/notes.txt").write_text("A zither.\n" * 3)
    (root / "docs/install.md").touch()
    before = {row[0]: row for row in _rows(index)}
    index.refresh(root)
    after = {row[0]: row for row in _rows(index)}
    changed = {row[1] for row in after.values() if before.get(row[0]) != row}
    assert changed == {"docs/notes.txt"}
    shutil.rmtree(root / "docs")
    index.refresh(root)
    assert index.search("zither", 1) == []


def test_where_changes_are_named_no_other_file_is_looked_at(tmp_path: Path) -> None:
    root = repository.make(tmp_path / "root")
    index = Index(tmp_path / "data" / "index.sqlite3")
    index.refresh(root)
    for name in ("docs/notes.txt", "docs/install.md"):
        (root / name).write_text("A zither.\n")
    (root / "docs/notes.txt~").write_text("Remember the spare filament in the cupboard.\n")
    (root / "deep/kept.md").unlink()
    beside = ["docs/notes.txt~", "docs/4913", "deep/kept.md", "docs/picture.png"]
    assert index.refresh(root, changed=["docs/notes.txt", *beside]).total == 1
    assert {passage.file for passage, _ in index.search("zither", 5)} == {"docs/notes.txt"}
    assert index.search("harmonica", 1) == []
    with sqlite3.connect(index.path) as connection:
        connection.execute("DELETE FROM meta WHERE name = 'complete'")
    assert index.refresh(root, changed=["docs/notes.txt"]).total > 1


CHANGES: dict[str, Callable[[Path], object]] = {
    "docs/new.md": lambda path: path.write_text("# New\n\nA theremin can be found in here.\n"),
    "docs/notes.txt": lambda path: path.unlink(),
    "docs": lambda path: path.rename(path.with_name("pages")),
    "deep": lambda path: shutil.move(path, path.parent.parent / "away"),
    "docs/.gitignore": lambda path: path.write_text("*.md\n"),
    "deep/.gitignore": lambda path: path.unlink(),
    "docs/guide.qmd": lambda path: (path.unlink(), path.symlink_to(path.with_name("notes.txt"))),  # type: ignore[func-returns-value]
    "docs/index.md": lambda path: (path.unlink(), path.mkdir(), (path / "a.md").write_text("A.")),  # type: ignore[func-returns-value]
    "docs/\ufffd": lambda path: path.with_name("install.md").write_text(
        "A theremin can be found in here.\n"
    ),
    "": lambda path: (path / "docs/install.md").write_text("A theremin can be found in here.\n"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_a_named_change_is_the_index_is_as_one_built_anew(
    name: str, tmp_path: Path
) -> None:
    root = repository.make(tmp_path / "root")
    index = Index(tmp_path / "data" / "index.sqlite3")
    index.refresh(root)
    before = texts(index)
    CHANGES[name](root / name)
    index.refresh(root, changed=["docs/reference.rst", name])
    assert texts(index) == texts_of(root, tmp_path)
    assert texts(index) != before


class Builds:
    """The builder itself, with what it was asked; `failing` and `may_end` hold it up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[set[str]] = []
        self.ended = 0
        self.failing = False
        self.may_end = asyncio.Event()
        self.may_end.set()
        monkeypatch.setattr("hyperrun.search.upkeep.build", self.build)

    async def build(self, *arguments: Any, **named: Any) -> None:
        self.asked.append(set(arguments[-1]))
        if self.failing:
            raise SearchUnavailable("no builder")
        await build(*arguments, **named)
        await self.may_end.wait()
        self.ended += 1

    async def are_more_than(self, before: int) -> bool:
        return len(self.asked) > before

    async def have_ended_since(self, before: int) -> bool:
        return self.ended > before

    async def are_told_by_name(self, file: Path) -> bool:
        """Is an edit told by its name by now? The first that the watch sees is not."""
        before = self.ended
        with file.open("a") as opened:
            opened.write("More.\n")
        with suppress(AssertionError):  # not seen at all: the watch is set up behind
            await until(partial(self.have_ended_since, before), 5)
        return self.asked[-1] == {file.name}


def test_every_change_is_found_though_builds_run_and_fail_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository.make(tmp_path / "root")
    builds = Builds(monkeypatch)
    monkeypatch.setattr("hyperrun.search.upkeep.RETRY_S", 0.2)

    def edit(name: str, word: str) -> None:
        (root / name).write_text(f"A {word} can be found in here, and nothing else.\n")

    async def work(search: Search) -> None:
        async def found(*words: str) -> bool:
            return all([await search.search(word) for word in words])

        async def asked_for(names: set[str]) -> bool:
            return builds.asked[-1] == names

        async def told(names: set[str]) -> bool:
            return names <= (search.upkeep.changed or set())

        async def notes(note: str) -> bool:
            return search.status().note == note

        await until(partial(builds.are_told_by_name, root / "README.md"))
        builds.may_end.clear()
        edit("docs/notes.txt", "zither")
        await until(partial(asked_for, {"docs/notes.txt"}))
        edit("docs/install.md", "theremin")  # while that build runs
        await until(partial(told, {"docs/install.md"}))
        edit("docs/guide.qmd", "bandoneon")
        await until(partial(told, {"docs/install.md", "docs/guide.qmd"}))
        builds.may_end.set()
        await until(partial(found, "zither", "theremin", "bandoneon"))
        assert builds.asked[-1] >= {"docs/install.md", "docs/guide.qmd"}
        builds.failing = True
        edit("docs/install.md", "ocarina")
        await until(partial(asked_for, {"docs/install.md"}))
        failed = len(builds.asked)
        edit("docs/guide.qmd", "vielle")
        await until(partial(builds.are_more_than, failed + 2))
        assert search.status().note == REFRESH_FAILED
        builds.failing = False
        await until(partial(found, "ocarina", "vielle"))
        await until(partial(notes, ""))
        assert builds.asked[failed] == set()

    searched(root, tmp_path / "data", work)


def test_what_is_not_indexed_is_not_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository.make(tmp_path / "root")
    (root / ".git").mkdir(exist_ok=True)
    builds = Builds(monkeypatch)

    async def work(search: Search) -> None:
        await until(partial(builds.are_told_by_name, root / "README.md"))
        before = len(builds.asked)
        for name in (".git/index", ".eslintrc.js", "docs/.draft.md", "node_modules/x/index.js"):
            (root / name).write_text("Beside the documentation.\n")
        for name in (".github/support.md", "docs/.gitignore"):
            (root / name).write_text("# An edit\n")
        await until(partial(builds.are_more_than, before))
        assert builds.asked[before] == {".github/support.md", "docs/.gitignore"}

    searched(root, tmp_path / "data", work)


@pytest.mark.parametrize("reason", ["many named", "many told", "long ago", "reindex", "refresh"])
def test_every_file_is_looked_at_where_names_are_not_enough(
    reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository.make(tmp_path / "root")
    builds = Builds(monkeypatch)

    async def work(search: Search) -> None:
        await until(partial(builds.are_told_by_name, root / "README.md"))
        before = len(builds.asked)
        if reason == "many named":
            monkeypatch.setattr("hyperrun.search.upkeep.MAX_CHANGED", 0)
        elif reason == "many told":
            monkeypatch.setattr("hyperrun.search.watching.MAX_TOLD", 2)
            for number in range(3):
                (root / f"node_modules/{number}.js").write_text("")
        elif reason == "long ago":
            monkeypatch.setattr("hyperrun.search.upkeep.RESCAN_S", 0.5)
        if reason in ("reindex", "refresh"):
            search.upkeep.changed = {"docs/notes.txt"}  # told, and not yet looked at
            await search.reindex() if reason == "reindex" else search.refresh()
        else:
            (root / "docs/notes.txt").write_text("An edit.\n")
        await until(partial(builds.are_more_than, before))
        assert builds.asked[before] == set()

    searched(root, tmp_path / "data", work)


@pytest.mark.parametrize(
    ("seed", "times"), [(0, 8), *(pytest.param(n, 30, marks=pytest.mark.slow) for n in (0, 1))]
)
def test_the_watched_index_ends_as_one_built_anew_whatever_is_done_to_the_files(
    seed: int, times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    root = repository.make(tmp_path / "root")
    commits = [committed(root, "first")]
    repository.write(root, "docs/late.md", "# Late\n\nA shawm.\n")
    repository.write(root, "docs/notes.txt", "A dulcian.\n")
    commits.append(committed(root, "second"))
    builds = Builds(monkeypatch)

    async def work(search: Search) -> None:
        await until(partial(builds.are_told_by_name, root / "README.md"))
        before = len(builds.asked)
        for _ in range(times):
            with suppress(OSError):  # a folder that is a file by now, and the like
                chance.choice(TO_ANYTHING if seed % 2 else TO_FILES)(root, chance, commits)
            await asyncio.sleep(chance.choice([0, 0, 0.05, 0.4, 1.4]))

        async def as_built_anew() -> bool:
            return texts(search.index) == texts_of(root, tmp_path)

        await until(as_built_anew)
        assert any(builds.asked[before:])

    searched(root, tmp_path / "data", work)


def committed(root: Path, message: str) -> str:
    if not (root / ".git").exists():
        repository.git(root, "init", "--quiet")
    repository.git(root, "add", "--all", "--force", ".")
    repository.git(root, "commit", "--quiet", "--message", message)
    return repository.git(root, "rev-parse", "HEAD")


def _some(root: Path, chance: random.Random) -> Path:
    files = sorted(
        path for path in root.rglob("*.*") if path.is_file() and ".git/" not in str(path)
    )
    return chance.choice(files)


def _folder(root: Path, chance: random.Random) -> Path:
    folders = sorted(path for path in root.iterdir() if path.is_dir() and path.name != ".git")
    return chance.choice(folders)


def _words(chance: random.Random) -> str:
    return f"# Words\n\nThe number {chance.random()}.\n"


def _save_beside(root: Path, chance: random.Random, _: list[str]) -> None:
    """As editors do that never leave half a file."""
    file = _some(root, chance)
    beside = file.with_name(f".{file.name}.tmp")
    beside.write_text(_words(chance))
    beside.replace(file)


def _save_with_backup(root: Path, chance: random.Random, _: list[str]) -> None:
    file = _some(root, chance)
    backup = file.rename(file.with_name(f"{file.name}~"))
    file.write_text(_words(chance))
    backup.unlink()


def _swap(root: Path, chance: random.Random, _: list[str]) -> None:
    one, other = _folder(root, chance), _folder(root, chance)
    away = one.rename(root / "away")
    other.rename(one)
    away.rename(other)


def _link(root: Path, chance: random.Random, _: list[str]) -> None:
    file, other = _some(root, chance), _some(root, chance)
    file.unlink()
    file.symlink_to(other)


def _edit(root: Path, chance: random.Random, _: list[str]) -> None:
    _some(root, chance).write_text(_words(chance))


Doing = Callable[[Path, random.Random, list[str]], object]
TO_FILES: list[Doing] = [
    _edit, _edit, _edit, _save_beside, _save_with_backup,
    lambda root, chance, _: _some(root, chance).unlink(),
    lambda root, chance, _: _some(root, chance).rename(_some(root, chance)),
]  # fmt: skip
TO_ANYTHING: list[Doing] = [
    *TO_FILES, _swap, _link,
    lambda root, chance, _: _some(root, chance).rename(_folder(root, chance) / "moved.md"),
    lambda root, chance, _: _folder(root, chance).rename(root / f"folder{chance.randrange(3)}"),
    lambda root, chance, _: shutil.rmtree(_folder(root, chance)),
    lambda root, chance, _: shutil.copytree(_folder(root, chance), root / "copy/of/it"),
    lambda root, chance, _: (_folder(root, chance) / ".gitignore").write_text("*.md\n!kept.md\n"),
    lambda root, chance, _: (_folder(root, chance) / ".gitignore").unlink(),
    lambda root, chance, _: (_folder(root, chance) / "new.md").write_text(_words(chance)),
    lambda root, chance, commits: repository.git(
        root, "checkout", "--quiet", "--force", chance.choice(commits)
    ),
]  # fmt: skip


def texts(index: Index) -> list[tuple[str, str]]:
    """What is indexed of which file."""
    return sorted(row[1:] for row in _rows(index))


def texts_of(root: Path, place: Path) -> list[tuple[str, str]]:
    """What an index built from nothing holds."""
    anew = Index(place / "anew" / "index.sqlite3")
    if anew.path.parent.exists():
        anew.delete()
    anew.refresh(root)
    return texts(anew)


def _rows(index: Index) -> list[tuple[int, str, str]]:
    with sqlite3.connect(index.path) as connection:
        return connection.execute("SELECT id, file, text FROM passages").fetchall()

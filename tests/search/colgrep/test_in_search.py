"""ColGrep beside the embedded index, as the rest of the server sees the two."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from hyperrun.search.engine import Search
from hyperrun.settings import Settings
from tests import colgrep_stand_in
from tests.search.colgrep.colgrep_repository import Repository, make, repository

__all__ = ["repository"]


def settings(repository: Repository, search: str = "auto") -> Settings:
    return replace(
        Settings(), repo_path=str(repository.root), data_dir=repository.data, search=search,
        colgrep_program=str(repository.program), colgrep_model=str(repository.model),
    )  # fmt: skip


async def until(search: Search, engine: str) -> None:
    async with asyncio.timeout(60):
        while search.status().engine != engine:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.colgrep
@pytest.mark.parametrize("wanted", ["auto", "colgrep"])
def test_the_embedded_index_answers_until_colgrep_is_ready_and_then_both(
    repository: Repository, wanted: str
) -> None:
    async def ask() -> None:
        search = Search(settings(repository, wanted))
        await search.start()
        try:
            assert search.status().engine == "embedded"
            assert (await search.search("lamp of a lighthouse", 3))[0].file.endswith(".qmd")
            await until(search, "embedded+colgrep")
            found = await search.search("lamp of a lighthouse", 3)
            assert found[0].file == "docs/examples/lighthouse.qmd"
            assert len({(each.file, each.start_line) for each in found}) == len(found)
            assert search.status().note == ""
        finally:
            await search.close()

    asyncio.run(ask())


@pytest.fixture
def standing_in(tmp_path: Path) -> Repository:
    return make(tmp_path, colgrep_stand_in.install(tmp_path / "bin"), real=False)


@pytest.mark.parametrize("fault", ["panic", "garbage", "usage", "corrupt"])
def test_a_search_without_colgrep_is_a_search(standing_in: Repository, fault: str) -> None:
    async def ask() -> None:
        search = Search(settings(standing_in))
        await search.start()
        try:
            await until(search, "embedded+colgrep")
            colgrep_stand_in.install(standing_in.program.parent, f"search:{fault}")
            assert (await search.search("lamp of a lighthouse", 3))[0].file.endswith(".qmd")
        finally:
            await search.close()

    asyncio.run(ask())


def test_only_the_embedded_index_where_that_is_what_was_asked_for(
    standing_in: Repository,
) -> None:
    async def ask() -> None:
        search = Search(settings(standing_in, "embedded"))
        await search.start()
        try:
            assert await search.search("lighthouse", 3)
            assert search.status().engine == "embedded"
        finally:
            await search.close()

    asyncio.run(ask())
    assert colgrep_stand_in.calls(standing_in.program) == []


def test_colgrep_wanted_and_not_there_is_said_at_once(standing_in: Repository) -> None:
    standing_in.program = Path("/nowhere/colgrep")

    async def ask() -> None:
        search = Search(settings(standing_in, "colgrep"))
        assert "there is no colgrep program" in search.status().note
        await search.start()
        try:
            assert await search.search("lighthouse", 3)
            assert search.status().engine == "embedded"
            assert "there is no colgrep program" in search.status().note
        finally:
            await search.close()
        assert Search(settings(standing_in, "auto")).status().note == ""

    asyncio.run(ask())


def test_a_model_that_cannot_be_had_is_a_note(standing_in: Repository) -> None:
    async def ask() -> None:
        search = Search(replace(settings(standing_in), colgrep_model="nobody/nothing"))
        await search.start()
        try:
            async with asyncio.timeout(30):
                while not search.status().note:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert await search.search("lighthouse", 3)
            assert search.status().engine == "embedded"
        finally:
            await search.close()

    asyncio.run(ask())


def test_colgrep_is_asked_of_several_sources_and_each_ones_lines_are_found_again(
    standing_in: Repository,
) -> None:
    engine = standing_in.root.parent / "engine"
    engine.mkdir()
    (engine / "winch.py").write_text('def hoist():\n    """Hoist the lamp by its winch."""\n')
    standing_in.write(
        "hyperrun.toml",
        '[[source]]\nlabel = "manual"\npath = "."\n'
        '[[source]]\nlabel = "engine"\npath = "../engine"\nkind = "code"\n',
    )

    async def ask() -> None:
        search = Search(settings(standing_in))
        await search.start()
        try:
            await until(search, "embedded+colgrep")
            colgrep = search.ways.colgrep
            assert colgrep is not None
            found = [passage for passage, _ in await colgrep.search("hoist lamp winch lighthouse")]
            assert {"manual", "engine"} == {each.file.partition("/")[0] for each in found}
            (engine / "winch.py").write_text('# New.\n\n\ndef hoist():\n    """Hoist the lamp by '
                                             'its winch."""\n')  # fmt: skip
            found = [passage for passage, _ in await colgrep.search("hoist lamp winch")]
            (moved,) = [each for each in found if each.file == "engine/winch.py"]
            assert moved.start_line == 4
            assert (await search.search("hoist by the winch", 3))[0].source == "engine"
        finally:
            await search.close()

    asyncio.run(ask())

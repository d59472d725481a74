"""One suite for the real ColGrep and for the stand-in: what we rely on holds for both."""

import asyncio
import fcntl

import pytest

from hyperrun.search.colgrep.engine import ColGrep, Limits, staging  # type: ignore[attr-defined]
from hyperrun.search.colgrep.program import ColGrepError, IndexBusy, TimedOut
from tests import tiny_colgrep_model
from tests.search.colgrep.colgrep_repository import FILES, Repository, repository

__all__ = ["repository"]
pytestmark = pytest.mark.colgrep

HOSTILE = [
    "--help", "--uninstall", "--uninstall-claude-code", "--reset-stats", "--stats", "-e", "-k",
    "--", "--agent", "--model=x", "clear", "clear --all", "update", "init", "settings", "help",
    "; rm -rf /", "$(id)", "`id`", "| cat", "&& false", "'", '"', "\\", "%s", "{}", "*", "?", "~",
    ".", "..", "/", "/etc/passwd", "./docs", "../..", "\0", "a\0b", "a\nb", "\r\n", "\t",
    "\u2028", "a\u2028b", "\u202e", "\ufeff", "\ud800", "🙂", "👩‍👩‍👧", "日本語", "é" * 700,
    "x" * 10_000, "word " * 10_000, "", " ", "\x1b[31m", "NULL", "OR 1=1 --", "[", "]", "(", '""',
]  # fmt: skip


def test_a_question_finds_the_section_that_answers_it(repository: Repository) -> None:
    async def ask() -> None:
        colgrep = repository.colgrep()
        await colgrep.build(repository.index)
        assert colgrep.ready
        found = await colgrep.search("how do readers authenticate", 3)
        best = found[0][0]
        assert (best.file, best.title) == ("docs/guide.md", "Guide > Sign in")
        lines = FILES["docs/guide.md"].splitlines()
        assert best.text == "\n".join(lines[best.start_line - 1 : best.end_line])
        assert 1 <= len(found) <= 3

    asyncio.run(ask())


def test_what_the_program_would_not_read_itself_is_found(repository: Repository) -> None:
    """A `.qmd` in a folder it puts last, a notebook's cells, code in a folder named `build`."""

    async def ask() -> None:
        colgrep = repository.colgrep()
        await colgrep.build(repository.index)
        for question, file in (
            ("when is the lamp lit at dusk", "docs/examples/lighthouse.qmd"),
            ("whales in the sea", "nbs/00_core.ipynb"),
            ("read the configuration file", "src/build/settings.py"),
        ):
            assert (await colgrep.search(question, 5))[0][0].file == file

    asyncio.run(ask())


def test_a_hostile_question_is_a_question_and_the_index_stays_as_it_is(
    repository: Repository,
) -> None:
    async def ask() -> None:
        colgrep = repository.colgrep()
        await colgrep.build(repository.index)
        await colgrep.search("warm", 3)
        before = repository.kept()
        assert before
        for first in range(0, len(HOSTILE), 2):
            pair = HOSTILE[first : first + 2]
            answers = await asyncio.gather(*(colgrep.search(query, 3) for query in pair))
            for query, found in zip(pair, answers, strict=True):
                assert len(found) <= 3, query
                assert all(passage.file in FILES for passage, _ in found), query
        assert repository.kept() == before
        assert (await colgrep.search("how do readers authenticate", 1))[0][0].title.endswith(
            "Sign in"
        )

    asyncio.run(ask())


def test_any_number_of_results_may_be_asked_for(repository: Repository) -> None:
    async def ask() -> None:
        colgrep = repository.colgrep()
        await colgrep.build(repository.index)
        for k in (-1, 0, 1, 50, 10**9, -(10**30)):
            assert 1 <= len(await colgrep.search("token", k)) <= min(max(k, 1), 50)

    asyncio.run(ask())


def test_a_change_is_found_after_the_next_build_and_what_is_gone_is_not(
    repository: Repository,
) -> None:
    async def ask() -> None:
        colgrep = repository.colgrep()
        await colgrep.build(repository.index)
        repository.write("docs/new.md", "# Kites\n\nA kite wants a steady wind and a tail.\n")
        (repository.root / "docs/guide.md").unlink()
        await colgrep.build(repository.refresh())
        found = await colgrep.search("kite tail steady wind", 5)
        assert found[0][0].file == "docs/new.md"
        found = await colgrep.search("how do readers authenticate", 5)
        assert "docs/guide.md" not in [passage.file for passage, _ in found]

    asyncio.run(ask())


def test_lines_are_repaired_against_the_file_and_stale_hits_are_left_out(
    repository: Repository,
) -> None:
    async def ask() -> None:
        colgrep = repository.colgrep()
        await colgrep.build(repository.index)
        (before, _), *_ = await colgrep.search("how do readers authenticate", 1)
        repository.write("docs/guide.md", "# News\n\nNothing.\n\n" + FILES["docs/guide.md"])
        (after, _), *_ = await colgrep.search("how do readers authenticate", 1)
        assert (after.text, after.start_line) == (before.text, before.start_line + 4)
        repository.write("docs/guide.md", "# Guide\n\nAll of it is gone.\n")
        found = await colgrep.search("how do readers authenticate", 5)
        assert "docs/guide.md" not in [passage.file for passage, _ in found]

    asyncio.run(ask())


def test_an_earlier_index_can_be_asked_at_once(repository: Repository) -> None:
    async def ask() -> None:
        await repository.colgrep().build(repository.index)
        again = repository.colgrep()
        again.start(repository.index)
        try:
            async with asyncio.timeout(10):
                while not again.ready:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert await again.search("token", 1)
        finally:
            await again.close()

    asyncio.run(ask())


def test_without_a_build_there_is_a_plain_refusal(repository: Repository) -> None:
    with pytest.raises(ColGrepError):
        asyncio.run(repository.colgrep().search("token"))


def test_two_searches_at_once_answer_like_one(repository: Repository) -> None:
    async def ask() -> None:
        colgrep = repository.colgrep()
        await colgrep.build(repository.index)
        alone = await colgrep.search("token", 3)
        assert await asyncio.gather(*(colgrep.search("token", 3) for _ in range(4))) == [alone] * 4

    asyncio.run(ask())


def test_a_model_folder_that_is_not_whole_is_named(repository: Repository) -> None:
    (repository.model / "tokenizer.json").unlink()
    with pytest.raises(ColGrepError, match=r"tokenizer\.json"):
        asyncio.run(repository.colgrep().build(repository.index))


def test_rules_for_git_above_the_data_folder_do_not_hide_the_corpus(
    repository: Repository,
) -> None:
    (repository.data.parent / ".git").mkdir()
    (repository.data.parent / ".gitignore").write_text("*\n*.md\ncorpus/\n")

    async def ask() -> None:
        colgrep = repository.colgrep()
        await colgrep.build(repository.index)
        assert await colgrep.search("token", 1)

    asyncio.run(ask())


async def _kill(colgrep: ColGrep, repository: Repository, moment: int) -> bool:
    """Kill a build, at the first moment once ColGrep has begun; was it still at work?"""
    build = asyncio.ensure_future(colgrep.build(repository.index))
    begun = (repository.data / "colgrep").glob
    while moment == 0 and not build.done() and not list(begun("*/indices/*/.building")):  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.1 * moment)
    was_at_work = not build.done()
    build.cancel()
    await asyncio.gather(build, return_exceptions=True)
    return was_at_work


@pytest.mark.parametrize("repository", ["real"], indirect=True)
@pytest.mark.parametrize(
    "moments",
    [1, pytest.param(10, marks=pytest.mark.slow)],
)
def test_a_build_that_was_killed_goes_on_and_loses_nothing(
    repository: Repository, moments: int
) -> None:
    words = {"zeppelin": 0, "quokka": 200, "marimba": 399}
    for number in range(400):
        word = next((word for word, at in words.items() if at == number), "nothing")
        repository.write(f"docs/part{number}.md", f"# Part\n\nThe {word} of this part.\n")
    tiny_colgrep_model.make(repository.model, [*FILES.values(), *words, "the nothing of part late"])
    repository.refresh()

    async def ask() -> None:
        hasty = repository.colgrep(Limits(grace_s=0))  # straight to SIGKILL
        killed = 0
        for moment in range(moments):
            killed += await _kill(hasty, repository, moment)
            if moment:  # something more to do for the next one
                repository.write(
                    f"docs/late{moment}.md",
                    f"# Late\n\nIt is late, and this is the late part {moment}.\n",
                )
                repository.refresh()
        assert killed
        colgrep = repository.colgrep()
        await colgrep.build(repository.index)
        for word, number in words.items():
            assert (await colgrep.search(word, 1))[0][0].file == f"docs/part{number}.md"
        for moment in range(1, moments):
            found = await colgrep.search(f"late {moment}", 50)
            assert f"docs/late{moment}.md" in [passage.file for passage, _ in found]

    asyncio.run(ask())


def test_a_build_that_takes_too_long_is_ended_and_says_so(repository: Repository) -> None:
    colgrep = repository.colgrep(Limits(build_s=0.01, grace_s=0.1))
    with pytest.raises(TimedOut):
        asyncio.run(colgrep.build(repository.index))
    assert not colgrep.building


@pytest.mark.parametrize("repository", ["real"], indirect=True)
def test_nothing_is_staged_under_a_builder_of_an_earlier_run(repository: Repository) -> None:
    async def ask() -> None:
        colgrep = repository.colgrep()
        await colgrep.build(repository.index)
        repository.write("docs/new.md", "# Kites\n\nA kite wants a steady wind.\n")
        repository.refresh()
        (lock,) = (repository.data / "colgrep").glob("*/indices/*/.lock")
        with lock.open("r+") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with pytest.raises(IndexBusy):
                await colgrep.build(repository.index)
            assert not list(colgrep.corpus.rglob("Kites*"))
        await colgrep.build(repository.index)
        assert (await colgrep.search("kite", 1))[0][0].file == "docs/new.md"

    asyncio.run(ask())


def test_the_corpus_is_only_written_where_something_changed(repository: Repository) -> None:
    folder = repository.data / "staged"
    assert staging.stage(repository.index, folder) > 5
    home = staging.corpus(folder)
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*.md")}
    assert staging.stage(repository.index, folder) == len(before)
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*.md")} == before
    next(iter(before)).unlink()
    (home / "stray.md").write_text("left by a killed run")
    staging.stage(repository.index, folder)
    assert set(home.rglob("*.md")) == set(before)


def test_a_search_whose_caller_leaves_is_ended(repository: Repository) -> None:
    async def ask() -> None:
        colgrep = repository.colgrep()
        await colgrep.build(repository.index)
        search = asyncio.ensure_future(colgrep.search("token"))
        await asyncio.sleep(0)
        search.cancel()
        with pytest.raises(asyncio.CancelledError):
            await search
        assert await colgrep.search("token")

    asyncio.run(ask())

"""What goes wrong with a program: each fault has its error, and no process outlives its caller."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from hyperrun.search.colgrep import model as models
from hyperrun.search.colgrep import program
from hyperrun.search.colgrep.engine import ColGrep, Limits, find_program, question
from hyperrun.search.colgrep.program import (
    BadOutput,
    ColGrepError,
    Crashed,
    Crowded,
    IndexBuilding,
    IndexBusy,
    IndexCorrupt,
    IndexMissing,
    ModelUnavailable,
    NotInstalled,
    TimedOut,
    UsageError,
)
from tests import colgrep_stand_in
from tests.leaks import KEY
from tests.search.colgrep.colgrep_repository import Repository, make


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """The repository with a stand-in that has no fault yet."""
    return make(tmp_path, colgrep_stand_in.install(tmp_path / "bin"), real=False)


def break_it(repository: Repository, fault: str) -> None:
    colgrep_stand_in.install(repository.program.parent, fault)


async def built(repository: Repository, limits: Limits | None = None) -> ColGrep:
    colgrep = repository.colgrep(limits)
    await colgrep.build(repository.index)
    return colgrep


def is_alive(pid: int) -> bool:
    """Is that process there, and not only waiting to be reaped?"""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while is_alive(pid):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


ERRORS = {
    "missing": IndexMissing, "building": IndexBuilding, "busy": IndexBusy,
    "corrupt": IndexCorrupt, "model": ModelUnavailable, "runtime": ModelUnavailable,
    "network": ModelUnavailable, "unknown": ColGrepError, "usage": UsageError, "panic": Crashed,
    "killed": Crashed, "garbage": BadOutput, "object": BadOutput, "number": BadOutput,
    "deep": BadOutput, "nofile": BadOutput, "wrongfile": BadOutput, "bytes": BadOutput,
    "help": BadOutput, "huge": BadOutput,
}  # fmt: skip


def test_each_fault_of_a_search_has_its_error(repository: Repository) -> None:
    async def ask() -> None:
        colgrep = await built(repository, Limits(search_s=60, pause_s=0))
        for fault, error in ERRORS.items():
            colgrep.ready = True
            break_it(repository, f"search:{fault}")
            with pytest.raises(ColGrepError) as raised:
                await colgrep.search("token")
            assert type(raised.value) is error, fault
            assert raised.value.public == "error_search"

    asyncio.run(ask())


def test_each_fault_of_a_build_has_its_error_and_the_old_index_answers_on(
    repository: Repository,
) -> None:
    async def ask() -> None:
        colgrep = await built(repository)
        for fault in sorted(set(ERRORS) & set(colgrep_stand_in.TEXTS) - {"corrupt"}):
            break_it(repository, f"init:{fault}")
            with pytest.raises(ERRORS[fault]):
                await colgrep.build(repository.index)
            assert not colgrep.building
            assert colgrep.ready
        break_it(repository, "init:corrupt")
        with pytest.raises(IndexCorrupt):
            await colgrep.build(repository.index)
        assert not colgrep.ready
        break_it(repository, "")
        await colgrep.build(repository.index)
        assert await colgrep.search("token")

    asyncio.run(ask())


def test_an_index_that_a_search_cannot_read_is_thrown_away(repository: Repository) -> None:
    async def ask() -> None:
        colgrep = await built(repository)
        (mark,) = (repository.data / "colgrep").glob("*/indices/*/project.json")
        break_it(repository, "search:corrupt")
        with pytest.raises(IndexCorrupt):
            await colgrep.search("token")
        assert not colgrep.ready
        (mark.parent / "stray").touch()
        break_it(repository, "")
        await colgrep.build(repository.index)
        assert not (mark.parent / "stray").exists()
        assert await colgrep.search("token")

    asyncio.run(ask())


@pytest.mark.parametrize("fault", ["foreign", "chatty"])
def test_what_is_not_ours_is_left_out(repository: Repository, fault: str) -> None:
    async def ask() -> None:
        colgrep = await built(repository)
        break_it(repository, f"search:{fault}")
        assert await colgrep.search("token") == []

    asyncio.run(ask())


@pytest.mark.parametrize("fault", ["hang", "deaf"])
def test_a_program_that_hangs_is_killed(repository: Repository, fault: str) -> None:
    async def ask() -> None:
        colgrep = await built(repository, Limits(search_s=1.0))
        break_it(repository, f"search:{fault}")
        with pytest.raises(TimedOut):
            await colgrep.search("token")
        await until_gone(colgrep_stand_in.calls(repository.program)[-1]["pid"])

    asyncio.run(ask())


def test_a_child_that_keeps_the_pipe_open_is_killed_too(repository: Repository) -> None:
    async def ask() -> None:
        colgrep = await built(repository, Limits(search_s=1.0))
        break_it(repository, "search:child")
        with pytest.raises(TimedOut):
            await colgrep.search("token")
        group = colgrep_stand_in.calls(repository.program)[-1]["pid"]
        async with asyncio.timeout(10):
            while _group_is_alive(group):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    asyncio.run(ask())


def _group_is_alive(group: int) -> bool:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if words[2] == str(group) and words[0] != "Z":
            return True
    return False


@pytest.mark.parametrize("what", ["search", "init"])
def test_a_caller_that_leaves_takes_the_program_with_him(repository: Repository, what: str) -> None:
    async def ask() -> None:
        colgrep = await built(repository, Limits(grace_s=0.2))
        break_it(repository, f"{what}:deaf")
        before = len(colgrep_stand_in.calls(repository.program))
        work = colgrep.search("token") if what == "search" else colgrep.build(repository.index)
        task = asyncio.ensure_future(work)
        async with asyncio.timeout(20):
            while len(colgrep_stand_in.calls(repository.program)) == before:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        await until_gone(colgrep_stand_in.calls(repository.program)[-1]["pid"])

    asyncio.run(ask())


def test_a_program_that_keeps_failing_is_left_alone_for_a_while(repository: Repository) -> None:
    async def ask() -> None:
        colgrep = await built(repository, Limits(pause_s=60))
        break_it(repository, "search:panic")
        for _ in range(5):
            with pytest.raises(ColGrepError):
                await colgrep.search("token")
        calls = colgrep_stand_in.calls(repository.program)
        assert sum(call["arguments"][0] == "search" for call in calls) == 3

    asyncio.run(ask())


def test_a_crowd_does_not_queue_up(repository: Repository) -> None:
    async def ask() -> None:
        colgrep = await built(repository, Limits(search_s=60))
        answers = await asyncio.gather(
            *(colgrep.search("token") for _ in range(20)), return_exceptions=True
        )
        refused = [each for each in answers if isinstance(each, Crowded)]
        assert len(refused) == 16
        assert len([each for each in answers if isinstance(each, list) and each]) == 4
        assert await colgrep.search("token")

    asyncio.run(ask())


def test_the_question_is_one_plain_argument_behind_the_dashes(repository: Repository) -> None:
    async def ask() -> None:
        colgrep = await built(repository)
        await colgrep.search("--uninstall\n; rm -rf /", 4)
        call = colgrep_stand_in.calls(repository.program)[-1]
        assert call["arguments"][0] == "search"
        dashes = call["arguments"].index("--")
        assert call["arguments"][dashes + 1 :] == [
            "--uninstall ; rm -rf /", str(colgrep.corpus),
        ]  # fmt: skip

    asyncio.run(ask())


def test_no_secret_and_no_folder_of_the_repository_reaches_the_program(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "HYPERRUN_API_KEY", "HF_TOKEN", "HTTPS_PROXY", "LD_PRELOAD_X"):
        monkeypatch.setenv(name, KEY)

    async def ask() -> None:
        colgrep = await built(repository)
        await colgrep.search("token")
        for call in colgrep_stand_in.calls(repository.program):
            assert KEY not in json.dumps(call)
            assert call["there"] == []
            assert not Path(call["folder"]).is_relative_to(repository.root)
            assert call["environment"]["HOME"] != os.environ["HOME"]
            assert set(call["environment"]) <= {
                "PATH", "LANG", "HOME", "COLGREP_DATA_DIR", "HF_HOME", "COLGREP_FORCE_CPU",
                "RAYON_NUM_THREADS", "NO_COLOR", "COLGREP_CENTROID_SCORE_THRESHOLD",
                "GIT_CEILING_DIRECTORIES", "ORT_DYLIB_PATH", "LC_CTYPE", "__CF_USER_TEXT_ENCODING",
            }  # fmt: skip

    asyncio.run(ask())


def test_a_model_of_the_hub_is_fetched_once_and_used_from_its_folder(
    repository: Repository,
) -> None:
    repository.model.rename(repository.program.parent / "hub")

    async def ask() -> None:
        colgrep = repository.colgrep(model="somebody/small-model")
        await colgrep.build(repository.index)
        await colgrep.build(repository.index)
        assert await colgrep.search("token")
        models = [
            call["arguments"][call["arguments"].index("--model") + 1]
            for call in colgrep_stand_in.calls(repository.program)
        ]
        assert models[0] == "somebody/small-model"
        assert len(set(models[1:])) == 1
        assert Path(models[1]).name == "abc"

    asyncio.run(ask())


def test_a_hub_that_cannot_be_reached_is_a_note_and_the_work_goes_on(
    repository: Repository,
) -> None:
    async def ask() -> None:
        limits = Limits(debounce_s=0.01, retry_s=60)
        colgrep = repository.colgrep(limits, model="somebody/small-model")
        colgrep.start(repository.index)
        colgrep.changed()
        async with asyncio.timeout(20):
            while not colgrep.note:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert colgrep.note == "ColGrep has no usable model"
        assert not colgrep.ready
        await colgrep.close()

    asyncio.run(ask())


def test_a_failed_build_is_tried_again(repository: Repository) -> None:
    break_it(repository, "init:busy")

    async def ask() -> None:
        colgrep = repository.colgrep(Limits(debounce_s=0.01, retry_s=0.05))
        colgrep.start(repository.index)
        colgrep.changed()
        async with asyncio.timeout(30):
            while "another process" not in colgrep.note:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            break_it(repository, "")
            while not colgrep.ready:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert colgrep.note == ""
        await colgrep.close()

    asyncio.run(ask())


@pytest.mark.parametrize("missing", ["/nowhere/colgrep", "no-such-program-of-ours", "/etc/passwd"])
def test_a_program_that_is_not_there_has_an_error(repository: Repository, missing: str) -> None:
    assert find_program(missing) is None
    repository.program = Path(missing)
    with pytest.raises(NotInstalled):
        asyncio.run(repository.colgrep().build(repository.index))


def test_a_program_that_cannot_be_started_has_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "colgrep"
    broken.write_text("#!/nowhere/interpreter\n")
    broken.chmod(0o700)

    async def start() -> None:
        await program.run([str(broken)], folder=tmp_path, environment={}, timeout_s=5)

    with pytest.raises(NotInstalled):
        asyncio.run(start())


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        ("", None), ("org/name", None), ("org/name.v2-x", None), ("../x", ModelUnavailable),
        ("/nowhere/model", ModelUnavailable), ("~/no-such-model", ModelUnavailable),
        ("name", ModelUnavailable), ("a/b/c", ModelUnavailable), ("-x/y", ModelUnavailable),
        ("--help", ModelUnavailable), ("a/..", ModelUnavailable), ("a b/c", ModelUnavailable),
        ("https://x/y", ModelUnavailable), ("a/b\n", ModelUnavailable), ("\0", ModelUnavailable),
    ],
)  # fmt: skip
def test_a_model_is_a_folder_or_a_name_on_the_hub(
    tmp_path: Path, model: str, wanted: type[Exception] | None
) -> None:
    if wanted is None:
        assert models.local(model, [tmp_path]) is None
    else:
        with pytest.raises(wanted):
            models.local(model, [tmp_path])


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("plain", "plain"), ("  a \n b\t", "a b"), ("\0", ""), ("a\0b", "a b"), ("\u2028x", "x"),
        ("--help", "--help"), ("\ud800x", "x"), ("\x1b[31mred", "[31mred"), ("日本", "日本"),
        ("x" * 10_000, "x" * 512), ("\0" * 10_000 + "x", ""), ("🙂", "🙂"), ("", ""),
    ],
)  # fmt: skip
def test_a_question_is_one_short_line_of_visible_characters(query: str, wanted: str) -> None:
    assert question(query) == wanted


def test_the_runtime_is_found_in_its_wheel_without_being_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ORT_DYLIB_PATH", raising=False)
    for name in [each for each in sys.modules if each.startswith("onnxruntime")]:  # other tests'
        monkeypatch.delitem(sys.modules, name)
    library = models.runtime_library()
    assert library is not None
    assert library.name.startswith("libonnxruntime")
    assert "onnxruntime" not in sys.modules

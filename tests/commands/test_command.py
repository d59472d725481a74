"""`hyperrun` itself: its verbs, its help, its exit codes, its completion."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hyperrun import __version__
from hyperrun.__main__ import GROUPS, VERBS, main, usage
from hyperrun.commands.completion import SHELLS, options_of

ROOT = Path(__file__).parent.parent.parent


def run(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "hyperrun", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("wish", ["--help", "-h", "help"])
def test_help_names_every_verb_in_a_line_of_its_own(
    wish: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([wish]) == 0
    said = capsys.readouterr().out
    assert said == usage() + "\n"
    lines = said.splitlines()
    for name, verb in VERBS.items():
        assert f"  {name:<11} {verb.says}" in lines
    assert max(map(len, lines)) <= 88, "fits a terminal"
    assert sum(map(len, GROUPS.values())) == len(VERBS)


def test_the_version_is_told() -> None:
    assert run("--version") == (0, f"hyperrun {__version__}\n", "")


@pytest.mark.parametrize(
    ("verb", "meant"),
    [("serach", "did you mean 'search'?"), ("doctro", "did you mean 'doctor'?"),
     ("zzz", "hyperrun --help lists them"), ("", "hyperrun --help lists them"),
     ("日本", "hyperrun --help lists them")],
)  # fmt: skip
def test_a_verb_that_there_is_none_of_is_said_in_one_sentence(
    verb: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"hyperrun: there is no verb {verb!r}: {meant}\n"


@pytest.mark.parametrize("verb", [each for each in VERBS if not VERBS[each].takes_verb])
def test_every_verb_tells_its_options_under_its_own_name(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: hyperrun {verb} ")


@pytest.mark.parametrize("verb", ["export", "delete"])
@pytest.mark.parametrize("wish", ["-h", "--help"])
def test_a_verb_of_two_tells_what_it_takes(
    verb: str, wish: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, wish]) == 0
    assert f"hyperrun {verb} ID" in capsys.readouterr().out


def test_help_may_be_asked_of_a_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["help", "search"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: hyperrun search ")


def test_a_verb_that_is_interrupted_ends_as_a_shell_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(arguments: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("hyperrun.commands.index.main", interrupted)
    assert main(["index"]) == 130


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("asked", ["completion bash", "index --help"])
def test_a_reader_who_has_enough_is_no_failure(asked: str, buffered: bool) -> None:
    done = subprocess.run(
        f"{sys.executable} {'' if buffered else '-u'} -m hyperrun {asked} | true",
        shell=True, cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )  # fmt: skip
    assert done.stderr == ""


def test_a_verbs_options_are_read_off_its_help() -> None:
    assert options_of("hyperrun.commands.search", "search") == [
        "--help", "--repo", "--json", "--queries",
    ]  # fmt: skip


def completion(shell: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert main(["completion", shell]) == 0
    return said.getvalue()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_completion_names_every_verb_and_its_options(shell: str) -> None:
    script = completion(shell)
    assert all(name in script for name in VERBS)
    assert "queries" in script


@pytest.mark.parametrize(
    ("words", "completed"),
    [(["hyperrun", "doc"], "doctor"), (["hyperrun", "search", "--que"], "--queries"),
     (["hyperrun", "--po"], "--port"), (["hyperrun", "pages", "--ch"], "--check")],
)  # fmt: skip
def test_bash_completes_what_is_meant(words: list[str], completed: str, tmp_path: Path) -> None:
    (tmp_path / "script").write_text(completion("bash"))
    typed = " ".join(words)
    line = (
        f". {tmp_path}/script; COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _hyperrun; "
        'echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == completed

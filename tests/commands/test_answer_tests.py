"""Answers are tested like code: `questions.toml`, `python -m hyperrun test`, and what it tells."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hyperrun.commands import test as command
from hyperrun.commands.testing.asking import Answered
from hyperrun.commands.testing.drafting import telling
from hyperrun.commands.testing.questions import read
from hyperrun.commands.testing.words import plain_words, stands_in
from hyperrun.domain import Turn
from hyperrun.errors import BadSetting
from tests.leaks import KEY
from tests.model_server import ModelServer, Script

QUESTIONS = """
[[question]]
ask = "How bright can a lamp be?"
page = "docs/guide.md"
section = "Dimming a lamp"
must = ["between 0 and 100"]
must_not = ["200"]

[[question]]
ask = "pairing fails, what now?"
section = "Lantern > Troubleshooting"
must = ["ten seconds"]

[[question]]
ask = "How do I install lantern?"
page = "guide/"
must = ["pip install lantern"]

[[question]]
ask = "Does it support Kubernetes operators?"
absent = true
"""

Run = Callable[..., int]


@pytest.fixture
def run(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command over the small repository, in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYPERRUN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HYPERRUN_SEARCH", "embedded")
    (repository / "questions.toml").write_text(QUESTIONS)

    def main(*arguments: str) -> int:
        return command.main(["--repo", str(repository), *arguments])

    return main


def change(repository: Path, old: str, new: str) -> None:
    """Edit the guide."""
    guide = repository / "docs/guide.md"
    assert old in guide.read_text()
    guide.write_text(guide.read_text().replace(old, new))


def test_where_all_hold_it_says_so_and_ends_with_0(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    assert "4 of 4 answers hold" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("between 0 and 100", "between 0 and 255", "“between 0 and 100” does not stand"),
        ("Zero turns", "200 is brightest. Zero turns", "“200” stands there"),
        ("## Dimming a lamp", "## Brightness", "docs/guide.md · Dimming a lamp is not found"),
        ("hold the button for ten seconds", "hold it", "“ten seconds” does not stand"),
        ("## Troubleshooting", "## Problems", "Lantern > Troubleshooting is not found"),
        ("lights rooms", "has Kubernetes operators, supports them, and lights rooms", "must be"),
    ],
)
def test_an_edit_that_breaks_an_answer_is_told_with_its_reason(
    run: Run, repository: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, why: str
) -> None:
    change(repository, old, new)
    assert run() == 1
    said = capsys.readouterr().out
    assert why in said
    assert "3 of 4 answers hold" in said


def test_one_that_is_known_not_to_hold_fails_nothing(
    run: Run, repository: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with (repository / "questions.toml").open("a") as file:
        file.write('[[question]]\nask = "Which colours are there?"\nmust = ["red"]\n'
                   'known = "colours are not documented yet"\n')  # fmt: skip
    assert run("--junit", str(tmp_path / "junit.xml")) == 0
    assert "4 of 5 answers hold, 1 known not to" in capsys.readouterr().out
    suite = ET.fromstring((tmp_path / "junit.xml").read_text())[0]
    assert (suite.get("failures"), suite.get("skipped"), len(suite)) == ("0", "1", 5)


def test_what_it_tells_is_written_for_machines_and_pull_requests(
    run: Run, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    git(repository, "init", "-q")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "one")
    change(repository, "between 0 and 100", "up to `255` <b>")
    step = tmp_path / "step.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    files = {name: tmp_path / name for name in ("junit", "comment")}
    options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    assert run("--changed", "HEAD", "--json", *options) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["changed"] == {
        "since": "HEAD", "breaks": ["How bright can a lamp be?"], "mends": [],
    }  # fmt: skip
    assert [each["holds"] for each in told["questions"]] == [False, True, True, True]
    failure = ET.fromstring(files["junit"].read_text())[0][0][0]
    assert failure.tag == "failure"
    assert "between 0 and 100" in str(failure.get("message"))
    comment = files["comment"].read_text()
    assert comment.startswith("<!-- hyperrun answers -->")
    assert "This change since HEAD breaks 1 answer" in comment
    assert "Before:" in comment
    assert "After:" in comment
    assert step.read_text().strip() == comment.partition("\n")[2].strip()
    # And a change that mends is told as well.
    git(repository, "commit", "-qam", "two")
    change(repository, "up to `255` <b>", "between 0 and 100")
    assert run("--changed", "HEAD") == 0
    assert "mends 1" in capsys.readouterr().out


def git(folder: Path, *arguments: str) -> None:
    """Run git as somebody."""
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_revision_that_is_not_there_is_told(
    run: Run, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repository, "init", "-q")
    assert run("--changed=--upload-pack=x") == 2
    assert "git knows no revision" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "holds no [[question]]"),
        ("question = 1", "list of tables"),
        ("[[question]]\nmust = ['x']", "`ask` is missing"),
        ("[[question]]\nask = 'x'", "nothing must hold"),
        ("[[question]]\nask = 'x'\nmust = 'y'", "`must` is a list of words"),
        ("[[question]]\nask = 'x'\nmust = ['']", "`must` is a list of words"),
        ("[[question]]\nask = 'x'\nabsent = 1", "`absent` is true or false"),
        ("[[question]]\nask = 'x'\nabsent = true\npage = 'a.md'", "what is `absent`"),
        ("[[question]]\nask = 'x'\nsection = 3", "`section` is a text"),
        ("[[question]]\nask = 'x'\nmusst = ['y']", "`musst` is not known"),
        ("[[question]]\nask = 'x'\nmust = ['y']\nfollows = 'x'", "follows itself"),
        ("[[questions]]\nask = 'x'", "'questions' is not known"),
        ("[[question]", "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_told_and_nothing_runs(
    tmp_path: Path, content: str, why: str
) -> None:
    path = tmp_path / "questions.toml"
    path.write_text(content)
    with pytest.raises(BadSetting, match=why.replace("[", r"\[").replace("]", r"\]")):
        read(path)


def test_a_file_may_be_saved_by_any_editor_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "questions.toml"
    text = '[[question]]\r\nask = "Größe?"\r\nmust = ["3"]\r\n'
    path.write_bytes(text.encode("utf-8-sig"))
    assert [each.ask for each in read(path)] == ["Größe?"]
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(
        BadSetting, match=r"questions\.toml cannot be read: it is not saved as UTF-8$"
    ):
        read(path)


def test_as_a_command_it_ends_with_2_where_there_is_no_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hyperrun", "test", "--repo", str(tmp_path)],
        env=os.environ | {"HYPERRUN_DATA_DIR": str(tmp_path / "data")},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--draft proposes one" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_repository_that_is_no_folder_is_told_and_not_that_it_has_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("nowhere", "file"):
        (tmp_path / "file").touch()
        assert command.main(["--repo", name]) == 2
        assert capsys.readouterr().err == f"hyperrun: {name} is not a folder\n"


@pytest.mark.parametrize(
    ("words", "text", "stands"),
    [
        ("30", "the default is 30.", True),
        ("30", "the default is 300", False),
        ("30", "30.5 seconds", False),
        ("30", "1,30", False),
        ("--level", "use `--level 3`", True),
        ("--level", "use --levels", False),
        ("Ten  Seconds", "for **ten**\nseconds", True),
        ("dim(level)", "call `lantern.dim(level)` now", True),
        ("設定", "この設定は", True),
        ("don't", "don’t", True),
    ],
)
def test_words_stand_in_a_text_as_words(words: str, text: str, stands: bool) -> None:
    assert stands_in(words, plain_words(text)) is stands


def test_a_question_may_follow_another_and_be_asked_in_another_language(
    run: Run, repository: Path
) -> None:
    (repository / "questions.toml").write_text("""
[[question]]
ask = "How do I dim a lamp?"
section = "Dimming a lamp"
[[question]]
ask = "And turn it off?"
follows = "How do I dim a lamp?"
section = "Dimming a lamp"
must = ["Zero"]
[[question]]
ask = "And what is the highest?"
follows = "How do I call dim?"
section = "Dimming a lamp"
[[question]]
ask = "Was ist mit Kubernetes?"
lang = "de"
absent = true
""")
    assert run() == 0


def test_drafts_hold_and_are_a_file_of_questions(
    run: Run, repository: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run("--draft") == 0
    drafts = tmp_path / "drafts.toml"
    drafts.write_text(capsys.readouterr().out)
    tests = read(drafts)
    assert {"Dimming a lamp (Lantern)", "Troubleshooting (Lantern)"} <= {each.ask for each in tests}
    assert run("--questions", str(drafts)) == 0


SHADES = ("Linen", "Paper", "Glass", "Rattan")


@pytest.mark.parametrize(
    ("right", "own", "included", "expected"),
    [
        ("Set `ttl` to 30 seconds. `ttl`", "", "", ("30 seconds", "ttl")),  # said once comes first
        ("`Lamp` and `lamp` take `watts`", "", "", ("watts",)),  # it would stand there in capitals
        ("`dim` and `watts`", "`dim`, `watts`", "def dim(): ...", ("watts",)),  # in code beside it
        ("`dim` and `watts`", ".. autofunction::", "def dim(): ...", ("dim", "watts")),
        ("`with` and `lantern`", "", "", ()),  # a common word, and the heading's
        ("`...`, 2024-01-30, 2000", "", "", ("30",)),  # no word, and of a date
    ],
)
def test_a_drafted_word_would_not_stand_there_after_a_wrong_edit(
    right: str, own: str, included: str, expected: tuple[str, ...]
) -> None:
    answered = Answered(
        Turn("t", "c", "q"), right, right_text=right, own_text=own, included_text=included
    )
    assert telling(answered, "Guide > Lantern") == expected


def test_drafts_are_of_every_page_before_any_has_two(
    run: Run, repository: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for page in ("a", "b"):
        parts = [f"## {name} {page}\n\nIt takes `{page * 3}` for {name}." for name in SHADES]
        (repository / f"docs/{page}.md").write_text(f"# Shades {page}\n\n" + "\n\n".join(parts))
    assert run("--draft", "--most", "5") == 0
    drafts = tmp_path / "drafts.toml"
    drafts.write_text(capsys.readouterr().out)
    pages = [each.page for each in read(drafts)]
    assert {"docs/a.md", "docs/b.md", "docs/guide.md"} <= set(pages)
    assert len(pages) == 5 and pages == sorted(pages)


def asked(model_server: ModelServer) -> list[str]:
    """The questions that the model was asked, as it was."""
    return [str(request["messages"][-1]["content"]) for request in model_server.requests]


def test_a_model_is_asked_once_until_something_changes(
    run: Run, repository: Path, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    settings: dict[str, Any] = {
        "HYPERRUN_MODEL": "openai/scripted", "HYPERRUN_API_BASE": model_server.url,
        "HYPERRUN_API_KEY": KEY, "HYPERRUN_SUGGESTIONS": "off",
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    (repository / "questions.toml").write_text("""
[[question]]
ask = "How bright can a lamp be?"
section = "Dimming a lamp"
must = ["100"]
""")
    model_server.script("It is bright. [1]", "At most 100. [1]")
    assert run("--model") == 1  # the first attempt alone
    assert run("--model", "--best-of", "2") == 0
    assert model_server.calls == 2
    assert run("--model", "--best-of", "2") == 0
    assert model_server.calls == 2
    assert "0 asked, 1 remembered" in capsys.readouterr().err
    change(repository, "Zero turns the lamp off", "Zero turns it off")
    model_server.script("At most 100. [1]")
    assert run("--model", "--best-of", "2") == 0
    assert model_server.calls == 3


@pytest.mark.parametrize("budget", ["nan", "inf", "-1", "some"])
def test_a_budget_that_is_no_wall_is_refused(
    budget: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main([f"--budget={budget}"])
    assert ended.value.code == 2
    assert f"argument --budget: {budget!r} is no sum of money" in capsys.readouterr().err


def test_a_budget_is_a_wall(
    run: Run, repository: Path, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("HYPERRUN_MODEL", "openai/scripted")
    monkeypatch.setenv("HYPERRUN_API_BASE", model_server.url)
    monkeypatch.setenv("HYPERRUN_API_KEY", KEY)
    monkeypatch.setattr(command, "AT_ONCE", 1)
    model_server.default = Script("No. [1]", prompt_tokens=100_000)
    assert run("--model", "--budget", "1.5") == 2
    assert model_server.calls == 2
    assert "2 questions are not asked: the budget of 1.5 USD is spent" in capsys.readouterr().err

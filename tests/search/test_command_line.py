"""The command line that authors use, as a real process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent.parent


def run(repo: Path, data: Path, *arguments: str, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "hyperrun.search", str(repo), *arguments],
        cwd=TOP, env={"HYPERRUN_DATA_DIR": str(data), "PATH": ""},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done.stdout if status == 0 else done.stderr


def test_a_question_gives_places_that_a_person_can_read(repo: Path, tmp_path: Path) -> None:
    said = run(repo, tmp_path, "how do I dim a lamp", "-k", "3")
    assert "src/lamps/dimmer.py:" in said
    assert len(said.splitlines()) <= 3


def test_results_as_json_have_the_named_fields(repo: Path, tmp_path: Path) -> None:
    found = json.loads(run(repo, tmp_path, "dim_lamp", "-k", "2", "--json"))
    assert len(found) == 2
    assert list(found[0]) == ["file", "start_line", "end_line", "title", "kind", "score"]
    assert found[0]["file"] == "src/lamps/dimmer.py"


def test_a_file_of_questions_gives_a_line_for_each_in_order(repo: Path, tmp_path: Path) -> None:
    asked = ["harmonica", "", "--help", "日本語", "read_meter"]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n\n".join(json.dumps({"query": each, "more": 1}) for each in asked))
    lines = [
        json.loads(line)
        for line in run(repo, tmp_path, "--queries", str(questions), "-k", "5").splitlines()
    ]
    assert [line["query"] for line in lines] == asked
    assert lines[0]["results"][0]["file"] == "deep/kept.md"
    assert lines[1]["results"] == []


@pytest.mark.parametrize("question", ["--help", "--uninstall", "clear", "; rm -rf /", ""])
def test_a_question_that_looks_like_an_option_is_asked_behind_dashes(
    repo: Path, tmp_path: Path, question: str
) -> None:
    json.loads(run(repo, tmp_path, "--json", "-k=-1", "--", question))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "give a question"),
        (("a", "--queries", "x"), "give a question"),
        (("--queries", "/nowhere.jsonl"), "nowhere.jsonl"),
        (("a", "-k", "many"), "invalid int"),
    ],
)
def test_wrong_use_is_said_plainly(
    repo: Path, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    said = run(repo, tmp_path, *arguments, status=2)
    assert says in said
    assert "Traceback" not in said


def test_a_folder_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    assert "is not a folder" in run(tmp_path / "no", tmp_path, "x", status=2)

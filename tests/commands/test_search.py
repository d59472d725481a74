"""The command line that authors use, as a real process."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from tests import colgrep_stand_in, standing_by
from tests.search.colgrep.colgrep_repository import Repository, make, repository

__all__ = ["repository"]

COMMAND = "hyperrun.search"


def run(repo: Path, data: Path, *arguments: str, status: int = 0, anew: bool = False) -> str:
    environment = {"HYPERRUN_DATA_DIR": str(data), "PATH": ""}
    done = standing_by.run(COMMAND, str(repo), *arguments, env=environment, anew=anew)
    assert done.returncode == status, done.stderr
    return done.stdout if status == 0 else done.stderr


def test_a_question_gives_places_that_a_person_can_read(repo: Path, tmp_path: Path) -> None:
    said = run(repo, tmp_path, "how do I dim a lamp", "-k", "3", anew=True)
    assert "src/lamps/dimmer.py:" in said
    assert "heading: dim, lamp" in said


def test_results_as_json_have_the_named_fields(repo: Path, tmp_path: Path) -> None:
    found = json.loads(run(repo, tmp_path, "dim_lamp", "-k", "2", "--json"))
    assert len(found) == 2
    named = ["file", "start_line", "end_line", "title", "kind", "score", "url", "source"]
    assert list(found[0]) == [*named, "text", "words", "why"]
    assert {"dim", "lamp"} <= set(found[0]["words"])
    assert "dim_lamp" in found[0]["text"]
    assert found[0]["file"] == "src/lamps/dimmer.py"


def test_a_file_of_questions_gives_a_line_for_each_in_order(repo: Path, tmp_path: Path) -> None:
    asked = ["harmonica", "", "--help", "日本語", "read_meter"]
    questions = tmp_path / "questions.jsonl"
    # Some editors put a mark before the first line.
    questions.write_text(
        "\ufeff" + "\n\n".join(json.dumps({"query": each, "more": 1}) for each in asked)
    )
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
    json.loads(run(repo, tmp_path, "--json", "-k=1", "--", question))


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
    said = run(tmp_path / "no", tmp_path, "x", status=2)
    assert said == f"hyperrun: {tmp_path / 'no'} is not a folder\n"


@pytest.mark.colgrep
def test_colgrep_answers_too_where_its_index_is_built(repository: Repository) -> None:
    def ask(**more: str) -> tuple[list[str], str]:
        done = standing_by.run(
            COMMAND, str(repository.root), "lightoozes", "--json", env={
                "PATH": os.environ["PATH"], "HYPERRUN_DATA_DIR": str(repository.data),
                "HYPERRUN_COLGREP_PROGRAM": str(repository.program),
                "HYPERRUN_COLGREP_MODEL": str(repository.model), **more,
            },
        )  # fmt: skip
        return [each["file"] for each in json.loads(done.stdout)], done.stderr

    found, said = ask()
    assert found == []  # no passage has that word
    assert "embedded index alone: the server has not built" in said
    asyncio.run(repository.colgrep().build(repository.index))
    found, said = ask()
    assert said == "embedded index and ColGrep\n"
    assert "docs/examples/lighthouse.qmd" in found
    found, said = ask(HYPERRUN_SEARCH="embedded")
    assert found == []
    assert said == "embedded index alone: HYPERRUN_SEARCH=embedded\n"


def test_a_machine_without_colgrep_is_told_what_answered(repo: Path, tmp_path: Path) -> None:
    done = standing_by.run(
        COMMAND, str(repo), "harmonica", env={
            "PATH": "", "HOME": str(tmp_path), "HYPERRUN_DATA_DIR": str(tmp_path),
        },
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.startswith(" 1. ")
    assert done.stderr.endswith("embedded index alone: there is no ColGrep program\n")


def test_a_search_that_fails_in_colgrep_is_answered_by_the_embedded_index(tmp_path: Path) -> None:
    made = make(tmp_path, colgrep_stand_in.install(tmp_path / "bin"), real=False)
    asyncio.run(made.colgrep().build(made.index))
    colgrep_stand_in.install(made.program.parent, "search:panic")
    done = standing_by.run(
        COMMAND, str(made.root), "lighthouse", env={
            "PATH": os.environ["PATH"], "HYPERRUN_DATA_DIR": str(made.data),
            "HYPERRUN_COLGREP_PROGRAM": str(made.program),
            "HYPERRUN_COLGREP_MODEL": str(made.model),
        },
    )  # fmt: skip
    assert done.returncode == 0
    assert "docs/examples/lighthouse.qmd" in done.stdout
    assert "ColGrep is left out of" in done.stderr


@pytest.mark.parametrize("k", ["0", "-1", "51"])
def test_a_number_of_results_that_cannot_be_given_is_told(
    repo: Path, tmp_path: Path, k: str
) -> None:
    said = run(repo, tmp_path, "lamp", f"-k={k}", status=2)
    assert said.endswith("error: -k is 1 to 50\n")


def test_names_and_headings_do_not_command_the_terminal(tmp_path: Path) -> None:
    docs = tmp_path / "repo" / "docs"
    docs.mkdir(parents=True)
    (docs / "a\x1b[31m\nred.md").write_text(
        "# Lamp \x1b[2J\x9b \u202e wiped\n\nThe harmonica plays.\n"
    )
    said = run(tmp_path / "repo", tmp_path / "data", "harmonica")
    assert "docs/a[31m red.md:1-3  Lamp [2J wiped (section)" in said
    assert said.replace("\n", "").isprintable()

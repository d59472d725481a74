"""What an operator learns from the questions, by a command beside the running server."""

import json
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hyperrun.domain import PERSON, Asker, Door, Grounding, Outcome, PageContext, Turn, Usage
from tests.commands.test_privacy import operators
from tests.storage.test_store import TURN, opened, run

PAGE = PageContext("https://docs.example/a")
command = partial(operators, "hyperrun.commands.report")


def asked(number: float, reader: str, question: str, **changes: Any) -> Turn:
    """An answered turn of today, the later the higher its number."""
    ended: dict[str, Any] = {
        "asker": PERSON, "outcome": Outcome.ANSWERED, "started": time.time() - 100 + number,
        "grounding": Grounding.UNKNOWN,
    }  # fmt: skip
    return replace(
        TURN, id=f"turn-{number}", conversation=reader, question=question, **(ended | changes)
    )


QUESTIONS = [
    asked(1, "ann", "How do I install it?", sources=()),
    asked(2, "ann~x", "  how do I  INSTALL it", sources=()),  # again, in another conversation
    asked(3, "bob", "How do I install it", sources=(), page=PageContext()),
    asked(4, "bob", "Retried?", outcome=Outcome.FAILED, sources=(), page=PageContext()),
    asked(5, "bob", "Retried?", page=PageContext()),
    asked(6, "cid", "どう使いますか？", sources=(), page=PAGE),
    asked(7, "cid", "Does it fail?", outcome=Outcome.FAILED, usage=Usage("x", cost_usd=0.5)),
    asked(8, "cid", "My key", usage=Usage("x", cost_usd=9.0, own_key=True)),
    asked(9, "dee", "Still running", outcome=Outcome.RUNNING),
    asked(9.5, "x1", "Am I a program?", asker=Asker(Door.MCP, "cursor")),
    asked(9.6, "x2", "Am I a program?", asker=Asker(Door.MCP, "cursor")),
    asked(9.7, "x3", "Do I ask by JSON?", asker=Asker(Door.JSON, "curl")),
    asked(10, "old", "Long ago", started=time.time() - 40 * 86_400, usage=Usage()),
]


def test_a_question_counts_once_for_each_reader_and_stands_with_his_last_answer(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save(QUESTIONS)
            await store.rate("ann", "turn-1", 1)
            await store.report_gap("How to dim?", "no | word", "cursor")
            await store.rate("bob", "turn-5", -1, "wrong", "It | does\nnot \x1b[31m work")
            done = command(tmp_path, "--json")
            assert done.returncode == 0, done.stderr
            said = json.loads(done.stdout)
            assert (said["questions"], said["readers"], said["not_answered"]) == (6, 3, 3)
            assert (said["up"], said["down"], said["failed"]) == (1, 1, 1)
            assert said["usd"] == pytest.approx(0.25 * 9 + 0.5)
            assert said["unanswered"] == [
                {"text": "How do I install it", "readers": 2},
                {"text": "どう使いますか？", "readers": 1},
            ]
            assert said["asked"][0] == {"text": "How do I install it", "readers": 2}
            assert said["agents"] == [
                {"name": "cursor", "door": "mcp", "questions": 2},
                {"name": "curl", "door": "json", "questions": 1},
            ]
            assert said["pages"] == [{"text": PAGE.url, "readers": 2}]
            assert [(each["id"], each["reason"]) for each in said["complaints"]] == [
                ("turn-5", "wrong")
            ]

            report = command(tmp_path).stdout
            assert "6 questions of 3 readers, 3 (50%) not answered from the documentation" in report
            assert "| 2 | How do I install it |" in report
            assert "| Retried? | wrong | It \\| does not \\[31m work |" in report
            assert "| 2 | cursor | mcp |" in report
            assert "| 1 | How to dim? | no \\| word | cursor |" in report
            assert "\x1b" not in report
            assert "Long ago" not in report
            assert "Long ago" in command(tmp_path, "--days", "50").stdout
            short = json.loads(command(tmp_path, "--most", "1", "--json").stdout)
            assert len(short["asked"]) == len(short["unanswered"]) == 1

    run(work)


def test_what_matched_nothing_closely_is_unanswered_and_what_failed_is_named(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([
                asked(1, "ann", "Weakly?", grounding=Grounding.NEAR),
                asked(2, "bob", "Not at all?", grounding=Grounding.ABSENT),
                asked(3, "cid", "By a model alone?", grounding=Grounding.UNCITED),
                asked(4, "dee", "Well?", grounding=Grounding.CITED),
                asked(5, "eve", "Broken?", outcome=Outcome.FAILED),
            ])  # fmt: skip
            said = json.loads(command(tmp_path, "--json").stdout)
            unanswered = {each["text"] for each in said["unanswered"]}
            assert unanswered == {"Weakly?", "Not at all?", "By a model alone?"}
            assert said["failures"] == [{"text": "Broken?", "readers": 1}]
            assert "| 1 | Broken? |" in command(tmp_path).stdout

    run(work)


def test_what_the_model_has_put_under_one_heading_is_one_line(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([
                asked(1, "ann", "Minimum interpreter?", grounding=Grounding.NEAR),
                asked(2, "bob", "3.11 only?", grounding=Grounding.ABSENT),
                asked(3, "bob", "No snakes?", grounding=Grounding.ABSENT),
                asked(4, "bob", "Other?", grounding=Grounding.ABSENT),
            ])  # fmt: skip
            placed = [row.id for row in await store.summaries(0.0) if row.question != "Other?"]
            await store.place("turn", placed, "Python versions")
            said = json.loads(command(tmp_path, "--json").stdout)
            assert said["unanswered"] == [
                {"text": "Python versions", "readers": 2}, {"text": "Other?", "readers": 1}
            ]  # fmt: skip
            assert said["not_answered"] == len(said["asked"]) == 4

    run(work)


def test_answers_are_linked_at_the_desk_where_its_address_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([asked(1, "ann", "Dim it?")])
            await store.rate("ann", "turn-1", -1, "wrong")
            monkeypatch.setenv("HYPERRUN_PUBLIC_URL", "https://ask.example/")
            assert "ask.example" not in command(tmp_path).stdout  # there is no desk
            monkeypatch.setenv("HYPERRUN_DESK_PASSWORD", "correct horse battery")
            place = "https://ask.example/desk/conversation/turn-1"
            assert f"| <{place}> |" in command(tmp_path).stdout
            assert f'<a href="{place}">answer</a>' in command(tmp_path, "--html").stdout

    run(work)


def test_what_has_no_word_is_counted_and_the_newest_stand_first(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            texts = ("Zebra?", ".", "Apple?", "", "…", "Zebra")
            await store.save([
                asked(at, f"reader-{at}", text, grounding=Grounding.ABSENT)
                for at, text in enumerate(texts)
            ])  # fmt: skip
            await store.save([asked(9, "reader-0", "Apple", grounding=Grounding.ABSENT)])
            said = json.loads(command(tmp_path, "--json").stdout)
            assert [each["text"] for each in said["unanswered"]] == ["Apple", "Zebra"]
            assert (said["questions"], said["not_answered"]) == (7, 7)
            assert [each["text"] for each in said["asked"]] == ["Apple", "Zebra"]

    run(work)


def test_where_nothing_was_asked_it_says_so(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path):
            report = command(tmp_path).stdout
            assert "0 questions of 0 readers" in report
            assert report.count("None.") == 7

    run(work)


@pytest.mark.parametrize("arguments", [
    *(("--days", each) for each in ("0", "x", "-1", "nan", "inf", "1e12", "36501")),
    ("--most", "0"), ("x",),
])  # fmt: skip
def test_bad_arguments_are_answered_with_the_usage(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = command(tmp_path, *arguments)
    assert done.returncode == 2
    assert "usage: hyperrun report" in done.stderr


def test_without_a_database_it_says_so_and_makes_none(tmp_path: Path) -> None:
    done = command(tmp_path / "empty")
    assert done.returncode == 2
    assert f"there is no hyperrun.sqlite3 in {tmp_path / 'empty'}: " in done.stderr
    assert not (tmp_path / "empty").exists()


@pytest.mark.parametrize("written", ["--html", ""])
def test_what_readers_wrote_is_text_in_it(tmp_path: Path, written: str) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            evil = "<img src=https://evil.example/x onerror=alert(1)> ![x](https://evil.example)"
            await store.save([asked(1, "ann", evil, sources=())])
            done = command(tmp_path, *([written] if written else []))
            assert done.returncode == 0, done.stderr
            assert "evil.example" in done.stdout
            assert "<img" not in done.stdout
            assert written or "![" not in done.stdout

    run(work)

"""The benches of answers and of reading work. Times are for a quiet machine, and not held here."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.answer_tests.edits import section_of
from bench.gaps.__main__ import HERE, NOISE, questions
from bench.parts.formats import ANTHROPIC, OPENAI, Format
from hyperrun.llm.anthropic import AnthropicStep
from hyperrun.llm.wire import ModelStep, Step
from tests.browser import chromium_path

ROOT = Path(__file__).parent.parent


@pytest.mark.alone
@pytest.mark.slow
def test_the_small_bench_of_answers_brings_every_token_of_every_answer(tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    bench = subprocess.run(
        [sys.executable, "-m", "bench.answers", "--small", "--json", str(result)],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert bench.returncode == 0, bench.stderr
    assert "times the relay, hyperrun" in bench.stdout
    assert "kB for each of 4 open answers, each further one" in bench.stdout
    assert "stored for each conversation, kB" in bench.stdout
    rounds = json.loads(result.read_text())["rounds"]
    assert {each["server"] for each in rounds} == {"hyperrun", "relay"}
    for each in rounds:
        assert (each["lost"], each["mixed"]) == (0, 0), bench.stderr
        assert each["cpu_ms_per_1000"] > 0


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.browser
def test_the_small_bench_of_reading_reads_an_answer_on_both_pages() -> None:
    chromium_path()  # skips where there is none
    bench = subprocess.run(
        [sys.executable, "-m", "bench.reading", "--tokens", "300", "--rounds", "1"],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert bench.returncode == 0, bench.stderr
    ours, plain, ratio = (json.loads(line) for line in bench.stdout.splitlines())
    assert (ours["page"], plain["page"]) == ("hyperrun", "plain")
    assert ours["shift_of_finished_blocks"] == 0
    for each in (ours, plain):
        assert each["seconds"] >= 2.5  # 300 tokens at 100/s: the answer was read to its end
        assert each["main_thread_ms"] > 0
    assert ratio["times_the_plain_page"] > 0


@pytest.mark.parametrize(("spoken", "step"), [(OPENAI, Step), (ANTHROPIC, AnthropicStep)])
def test_the_fake_model_speaks_as_a_provider_does(spoken: Format, step: Any) -> None:
    def read(text: str) -> ModelStep:
        taken: ModelStep = step(SimpleNamespace(types=SimpleNamespace(utils=None)), "bench")
        for line in text.splitlines():
            if line.startswith("data:"):
                taken.take(line[5:].strip().encode())
        assert taken.ended and taken.is_whole and taken.told_usage
        return taken

    begin, end = spoken.token
    words = "".join(f"{begin}{word}{end}" for word in ("one", " two"))
    told = read(spoken.opening + words + spoken.closing(2))
    assert (told.content.words, told.finish_reason) == ("one two", "stop")
    assert read(spoken.tool_call).finish_reason == "tool_calls"


def test_a_heading_over_tildes_opens_no_code() -> None:
    lines = "Guide\n=====\n\nOne\n~~~\ntext\n\nTwo\n~~~\n\n~~~\nThree\n~~~".splitlines()
    first, second = section_of(lines, "One"), section_of(lines, "Two")
    assert first is not None and (first.first, first.last) == (3, 7)
    assert second is not None and second.last == len(lines)
    assert section_of(lines, "Three") is None  # inside of a fence


@pytest.mark.parametrize("name", sorted(path.stem for path in HERE.glob("*.set")))
def test_an_uneven_set_of_gaps_has_two_to_five_questions_a_section(name: str) -> None:
    sections, asked = questions(name, uneven=True)
    places = [place for place, _ in asked]
    counts = {places.count(at) for at in range(len(sections))}
    assert counts == {2, 3, 4, 5}
    assert NOISE // 2 <= places.count(-1) <= NOISE
    assert set(asked) <= set(questions(name)[1])
    assert asked == questions(name, uneven=True)[1]


@pytest.mark.parametrize("name", sorted(path.stem for path in HERE.glob("*.set")))
def test_a_set_of_gaps_has_five_questions_a_section_and_others_between(name: str) -> None:
    sections, asked = questions(name)
    places = [place for place, _ in asked]
    assert [places.count(at) for at in range(len(sections))] == [5] * len(sections)
    assert places.count(-1) == NOISE
    mine = {text for place, text in asked if place >= 0}
    assert not mine & {text for place, text in asked if place < 0}

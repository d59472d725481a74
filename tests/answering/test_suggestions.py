"""Questions that are offered after an answer."""

import pytest

from hyperrun.answering.events import (
    Done,
    Suggestions,
)
from tests.answering.asked import Bench
from tests.model_server import ModelServer, Script

pytestmark = pytest.mark.usefixtures("retry_soon")


def test_suggestions_of_headings_cost_nothing(bench: Bench, model_server: ModelServer) -> None:
    model_server.script("Call `dim` [1].")
    answer = bench.ask(model_server, suggestions="headings")
    (suggested,) = answer.of(Suggestions)
    assert "How do I install Lantern?" in suggested.questions
    assert all(each.endswith("?") for each in suggested.questions)
    assert model_server.calls == 1 and isinstance(answer.events[-1], Done)


def test_suggestions_are_off_when_switched_off(bench: Bench, model_server: ModelServer) -> None:
    assert not bench.ask(model_server, suggestions="off").of(Suggestions)


def test_a_model_suggests_at_most_three_questions_and_is_paid_for_it(
    bench: Bench, model_server: ModelServer
) -> None:
    lines = (
        "Here are three:\n1. How do I pair a lamp?\n- **Can it** blink?\n\n"
        "What is a level?\nA fourth?\n"
    )
    model_server.script("Call `dim` [1].", lines)
    answer = bench.ask(model_server, suggestions="model")
    (suggested,) = answer.of(Suggestions)
    assert suggested.questions == (
        "How do I pair a lamp?", "Can it blink?", "What is a level?"
    )  # fmt: skip
    assert answer.text == "Call `dim` [1]."
    assert answer.used.usage.prompt_tokens == 200
    assert "tools" not in model_server.requests[1]


@pytest.mark.parametrize(
    "script", [Script(status=500), Script(empty=True), Script(hang=True), Script(garbage=True)]
)
def test_suggestions_that_fail_do_not_hurt_the_answer(
    bench: Bench, model_server: ModelServer, script: Script
) -> None:
    model_server.script("Call `dim` [1].")
    model_server.default = script
    answer = bench.ask(model_server, suggestions="model", model_first_token_timeout_s=0.5)
    assert answer.error is None and answer.events[-1] == Done("stop")
    assert not answer.of(Suggestions)
    if script.hang:
        assert answer.used.usage.estimated, "what was asked for them is counted all the same"

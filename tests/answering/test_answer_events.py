"""One question to its events: words, usage, an end, and what goes wrong."""

import asyncio

import pytest

from hyperrun.answering.events import (
    Done,
    Found,
    Searching,
    Used,
)
from hyperrun.errors import ModelCutOff, ModelError, ModelStalled, ModelTooSlow, SearchUnavailable
from tests.answering.asked import Answer, Bench, BrokenSearch, roles
from tests.browser import eventually
from tests.model_server import ModelServer, Script, Tool

pytestmark = pytest.mark.usefixtures("retry_soon")


def test_an_answer_is_a_search_words_a_usage_and_an_end(
    bench: Bench, model_server: ModelServer
) -> None:
    model_server.script("Call `dim` [1].")
    answer = bench.ask(model_server)
    assert answer.error is None
    kinds = [type(event) for event in answer.events]
    assert kinds[:2] == [Searching, Found] and kinds[-1] is Done
    assert answer.text == "Call `dim` [1]."
    assert answer.used.usage.prompt_tokens == 100 and not answer.used.usage.estimated
    assert answer.used.usage.cost_usd is None, "a self-hosted model has no known price"
    assert model_server.calls == 1, "the first search needs no call of the model"


def test_leaving_in_mid_answer_closes_the_call_and_leaves_an_estimate(
    bench: Bench, model_server: ModelServer
) -> None:
    model_server.script(Script("One two three four five six.", delay_s=0.4))
    answer = bench.ask(model_server, leave_when=lambda so_far: "three" in so_far.text)
    model_server.wait_for(open_connections=0, timeout_s=2)
    usage = answer.used.usage
    assert usage.estimated
    assert usage.prompt_tokens > 100 and usage.completion_tokens > 0
    assert model_server.finished == 0 and model_server.calls == 1


@pytest.mark.parametrize("tells_usage", [True, False])
def test_a_later_step_that_has_not_begun_to_answer_is_counted_by_what_it_was_sent(
    bench: Bench, model_server: ModelServer, tells_usage: bool
) -> None:
    first = Script(tools=[Tool("dim")], usage=tells_usage, prompt_tokens=100)
    model_server.script(first, Script("Never.", stall_after=0))
    seen: list[Answer] = []

    async def leave() -> None:
        events = bench.events(
            model_server.url,
            model_first_token_timeout_s=30.0,
            leave_when=lambda so_far: bool(seen.append(so_far)),  # type: ignore[func-returns-value]
        )
        task = asyncio.create_task(events)
        await asyncio.to_thread(eventually, lambda: model_server.calls == 2)
        task.cancel()
        await asyncio.wait({task})

    bench.run(leave())
    sent = [
        sum(len(each.get("content") or "") for each in request["messages"]) / 4
        for request in model_server.requests
    ]
    usage = seen[-1].used.usage
    assert usage.estimated
    assert usage.prompt_tokens == pytest.approx(
        (100 if tells_usage else sent[0]) + sent[1], rel=0.02
    )


def test_leaving_while_the_model_is_silent_closes_the_call(
    bench: Bench, model_server: ModelServer
) -> None:
    model_server.script(Script("Never.", stall_after=0))

    async def leave() -> None:
        task = asyncio.create_task(bench.events(model_server.url, model_first_token_timeout_s=30.0))
        await asyncio.to_thread(model_server.wait_for, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    bench.run(leave())
    model_server.wait_for(open_connections=0, timeout_s=2)
    assert not [task for task in asyncio.all_tasks(bench.loop) if "_converse" in repr(task)]


@pytest.mark.parametrize(
    ("script", "kind", "said"),
    [
        (Script("This much came.", stall_after=2), ModelStalled, "This much "),
        (Script("This much came.", drop_after=2), ModelCutOff, "This much "),
        (Script(finish_reason="stop"), ModelError, ""),
        (Script("\u0000", finish_reason="stop"), ModelError, ""),
    ],
)
def test_a_fault_in_mid_answer_keeps_what_came(
    bench: Bench, model_server: ModelServer, script: Script, kind: type[Exception], said: str
) -> None:
    model_server.script(script)
    answer = bench.ask(model_server, model_idle_timeout_s=0.8)
    assert type(answer.error) is kind and answer.text == said
    model_server.wait_for(open_connections=0)


def test_an_answer_that_goes_on_for_ever_ends_by_its_whole_time(
    bench: Bench, model_server: ModelServer
) -> None:
    model_server.script(Script("on and " * 200, delay_s=0.05))
    answer = bench.ask(model_server, answer_timeout_s=0.5)
    assert type(answer.error) is ModelTooSlow and answer.text.startswith("on and")
    model_server.wait_for(open_connections=0)


def test_an_answer_at_its_length_limit_says_so(bench: Bench, model_server: ModelServer) -> None:
    model_server.script(Script("Cut her", finish_reason="length"))
    assert bench.ask(model_server).events[-1] == Done("length")
    assert model_server.requests[0]["max_tokens"] == 2_000


def test_the_price_counts_cached_tokens_as_such(bench: Bench, model_server: ModelServer) -> None:
    def cost(**counts: int) -> float:
        model_server.script(Script("Priced [1].", **counts))  # type: ignore[arg-type]
        usage = bench.ask(model_server, name="openai/gpt-4o").used.usage
        assert usage.cost_usd is not None and usage.prompt_tokens == counts["prompt_tokens"]
        return usage.cost_usd

    plain = cost(prompt_tokens=10_000, completion_tokens=100)
    assert plain == pytest.approx(10_000 * 2.5e-6 + 100 * 10e-6)
    cached = cost(prompt_tokens=10_000, completion_tokens=100, cached_tokens=8_000)
    assert cached == pytest.approx(2_000 * 2.5e-6 + 8_000 * 1.25e-6 + 100 * 10e-6)


def test_two_questions_at_once_do_not_meet(bench: Bench, model_server: ModelServer) -> None:
    async def both() -> list[Answer]:
        model_server.default = Script("One answer [1].", delay_s=0.02)
        return await asyncio.gather(
            *(bench.events(model_server.url, question=f"Question {n}?") for n in range(20))
        )

    answers = bench.run(both())
    assert all(answer.text == "One answer [1]." for answer in answers)
    for n, request in enumerate(sorted(model_server.requests, key=str)):
        asked = request["messages"][1]["content"].rpartition("Question ")[2]
        assert roles(request) == ["system", "user"] and asked.endswith("?"), n


def test_without_a_model_the_answer_is_made_of_passages(bench: Bench) -> None:
    answer = bench.ask(None, language="ja")
    assert [type(event) for event in answer.events[:2]] == [Searching, Found]
    assert "[1]" in answer.text and answer.events[-1] == Done("stop")
    assert not answer.of(Used)


def test_without_a_model_a_broken_search_is_told(bench: Bench) -> None:
    answer = bench.ask(None, search=BrokenSearch(bench.search, 0))
    assert isinstance(answer.error, SearchUnavailable)

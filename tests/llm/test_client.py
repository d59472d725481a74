"""The lean client and LiteLLM's, against a scripted provider: one behaviour for both."""

import asyncio
import gc
import json
import math
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import pytest

from hyperrun.errors import (
    ModelContextTooLong,
    ModelCutOff,
    ModelDown,
    ModelError,
    ModelRateLimited,
    ModelRefusedKey,
    ModelStalled,
    ModelUnknown,
)
from hyperrun.llm import refusals
from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.client import Client, Completion
from hyperrun.llm.endpoints import endpoint_of
from hyperrun.llm.learned import Learned
from hyperrun.llm.meter import Meter
from hyperrun.llm.models import Models
from hyperrun.settings import Settings
from tests.leaks import KEY
from tests.model_server import ModelServer, Script, Tool

LEAN, LITELLM = "openai/scripted", "minimax/scripted"
BOTH = pytest.mark.parametrize("model", [LEAN, LITELLM])
PATIENT = Settings()
QUICK = replace(Settings(), model_first_token_timeout_s=2.0, model_idle_timeout_s=0.6)
TOOL = {
    "type": "function",
    "function": {
        "name": "search_code",
        "parameters": {"type": "object", "properties": {"query": {"type": "string"}}},
    },
}


@dataclass
class Outcome:
    """What came of one completion."""

    words: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    whole: Any = None
    error: Exception | None = None
    unbilled: tuple[int, int] = (0, 0)
    estimated: bool = False

    @property
    def text(self) -> str:
        """All that was said."""
        return "".join(self.words)


@dataclass
class Listener:
    """Hears what a step says."""

    say: Callable[[str], object] = str
    meter: Meter = field(default_factory=Meter)

    def step_begins(self) -> None:
        """Nothing is made of it here."""

    def think(self, thought: str) -> None:
        """Nor of this."""


def complete(
    url: str,
    model: str = LEAN,
    settings: Settings = PATIENT,
    leave_after: int = -1,
    prompt: str = "Hello?",
    learned: Learned | None = None,
    while_open: Callable[[], None] = lambda: None,
    **call: Any,
) -> Outcome:
    """One step; with `leave_after`, its task is cancelled when so many letters have come."""

    async def run() -> Outcome:
        models = Models(settings)
        litellm = (await models.library()).core.litellm
        outcome = Outcome()
        enough = asyncio.Event()

        def say(said: str) -> None:
            assert said.startswith(outcome.text)
            outcome.words.append(said[len(outcome.text) :])
            outcome.times.append(time.monotonic())
            if len(outcome.text) == leave_after:
                enough.set()

        choice = ModelChoice(model, KEY, url)
        client = Client(
            litellm, settings, models.session(), learned if learned is not None else Learned()
        )
        listener = Listener(say)
        completion = Completion(client, choice, listener)  # type: ignore[arg-type]

        async def read() -> None:
            message = {"role": "user", "content": prompt}
            arguments = {"model": model, "messages": [message], "api_key": KEY}
            outcome.whole = await completion(**arguments, api_base=url, max_tokens=50, **call)

        task = asyncio.create_task(read())
        if leave_after >= 0:
            await enough.wait()
            outcome.unbilled = listener.meter.unbilled_tokens
            task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            await asyncio.to_thread(while_open)
        except Exception as error:
            outcome.error = error
        outcome.estimated = listener.meter.estimated
        await models.close()
        return outcome

    return asyncio.run(run())


def litellm() -> Any:
    """The library."""
    return asyncio.run(Models(PATIENT).library()).core.litellm


@BOTH
def test_words_come_as_they_are_said_and_the_step_is_whole(
    model_server: ModelServer, model: str
) -> None:
    model_server.script(Script(["One ", "two ", "three."], delay_s=0.1, prompt_tokens=7))
    outcome = complete(model_server.url, model)
    assert outcome.error is None
    assert outcome.text == outcome.whole.choices[0].message.content == "One two three."
    assert outcome.times[0] < outcome.times[-1] - 0.15, "the first word waited for the last"
    assert outcome.whole.choices[0].finish_reason == "stop"
    assert (outcome.whole.usage.prompt_tokens, outcome.whole.usage.completion_tokens) == (7, 20)
    assert not outcome.estimated
    assert model_server.headers[0]["authorization"] == f"Bearer {KEY}"
    request = model_server.requests[0]
    assert request["model"] == "scripted" and request["stream"] is True
    assert request["stream_options"] == {"include_usage": True}


@BOTH
def test_an_answer_of_four_thousand_tokens_is_built_of_few_chunks(
    model_server: ModelServer, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = litellm()
    build, built = library.stream_chunk_builder, []

    def counted(chunks: list[Any]) -> Any:
        built.append(len(chunks))
        return build(chunks)

    monkeypatch.setattr(library, "stream_chunk_builder", counted)
    model_server.script(Script([f"{n} " for n in range(4_000)]))
    outcome = complete(model_server.url, model)
    assert outcome.error is None
    assert outcome.text.split() == [str(n) for n in range(4_000)]
    assert outcome.whole.choices[0].message.content == outcome.text
    assert sum(built) <= 6


@BOTH
def test_tool_calls_come_whole_though_they_were_sent_in_pieces(
    model_server: ModelServer, model: str
) -> None:
    model_server.script(
        Script("Let me see.", tools=(Tool("dim", pieces=9), Tool("ペア", pieces=5)))
    )
    outcome = complete(model_server.url, model, tools=[TOOL])
    calls = outcome.whole.choices[0].message.tool_calls
    assert [call.function.name for call in calls] == ["search_code", "search_code"]
    assert [call.function.arguments for call in calls] == [
        Tool("dim").text(), Tool("ペア").text()
    ]  # fmt: skip
    assert len({call.id for call in calls}) == 2
    assert outcome.whole.choices[0].finish_reason == "tool_calls"
    assert outcome.text == "Let me see."


def test_tool_calls_without_ids_are_given_different_ones(model_server: ModelServer) -> None:
    model_server.script(Script(tools=(Tool("one"), Tool("two")), ids=False))
    outcome = complete(model_server.url, tools=[TOOL])
    calls = outcome.whole.choices[0].message.tool_calls
    assert len({call.id for call in calls}) == 2 and all(call.id for call in calls)


FAULTS = [
    (Script(status=400), ModelError, 1),
    (Script(status=401, echo=True), ModelRefusedKey, 1),
    (Script(status=403, echo=True), ModelRefusedKey, 1),
    (Script(status=404), ModelUnknown, 1),
    (Script(status=429), ModelRateLimited, 2),
    (Script(status=500), ModelDown, 2),
    (Script(status=503), ModelDown, 2),
    (Script(hang=True), ModelStalled, 1),
    (Script("Never.", stall_after=0), ModelStalled, 1),
    (Script("This much came.", stall_after=2), ModelStalled, 1),
    (Script("This much came.", drop_after=2), ModelCutOff, 1),
]


@BOTH
@pytest.mark.parametrize(("fault", "kind", "calls"), FAULTS)
def test_a_fault_of_the_provider_is_one_of_our_errors_after_few_calls(
    model_server: ModelServer, model: str, fault: Script, kind: type[ModelError], calls: int
) -> None:
    model_server.default = fault
    stalls = kind is ModelStalled
    outcome = complete(model_server.url, model, QUICK if stalls else PATIENT)
    assert type(outcome.error) is kind
    assert KEY not in str(outcome.error)
    assert model_server.calls == calls
    assert outcome.text == ("This much " if fault.text == "This much came." else "")
    model_server.wait_for(open_connections=0)


@pytest.mark.parametrize(
    ("fault", "kind", "calls"),
    [
        (Script(empty=True), ModelCutOff, 2),
        (Script("x", drop_after=0), ModelCutOff, 2),
        (Script("Cut.", finishes=False, says_done=False), ModelCutOff, 1),
        (Script(finishes=False), ModelCutOff, 2),
        (Script(garbage=True), ModelError, 1),
        (Script(raw=["data: [1, 2]\n\n"]), ModelError, 1),
        (Script(raw=['data: {"choices": [{"delta": {"content": 5}}]}\n\n']), ModelError, 1),
        (Script(raw=['data: {"choices": 7}\n\n']), ModelError, 1),
        (Script(raw=["<html>Welcome</html>"]), ModelCutOff, 2),
        (Script(raw=['data: {"error": {"message": "no", "code": 500}}\n\n']), ModelDown, 2),
        (Script(raw=['data: {"error": {"code": "rate_limit"}}\n\n']), ModelRateLimited, 2),
        (Script(raw=['data: {"error": "no"}\n\n']), ModelError, 1),
        (Script(raw=["data: " + "x" * 5_000_000]), ModelError, 1),
    ],
)
def test_what_is_no_answer_is_told_as_a_fault(
    model_server: ModelServer, fault: Script, kind: type[ModelError], calls: int
) -> None:
    model_server.default = fault
    outcome = complete(model_server.url)
    assert type(outcome.error) is kind
    assert model_server.calls == calls
    model_server.wait_for(open_connections=0)


@BOTH
def test_a_provider_that_is_not_there_is_down(model: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    outcome = complete(f"http://127.0.0.1:{port}/v1", model)
    assert type(outcome.error) is ModelDown


@BOTH
def test_one_retry_is_enough_where_the_second_call_works(
    model_server: ModelServer, model: str
) -> None:
    model_server.script(Script(status=500), "There.")
    outcome = complete(model_server.url, model)
    assert outcome.text == "There." and model_server.calls == 2


def test_a_retry_waits_as_long_as_the_provider_asks(model_server: ModelServer) -> None:
    model_server.script(Script(status=429, retry_after_s=1), "There.")
    began = time.monotonic()
    assert complete(model_server.url).text
    assert time.monotonic() - began >= 1


def test_a_provider_that_asks_for_a_long_wait_is_not_asked_again(model_server: ModelServer) -> None:
    model_server.script(Script(status=429, retry_after_s=60), "There.")
    outcome = complete(model_server.url)
    assert type(outcome.error) is ModelRateLimited and model_server.calls == 1


@pytest.mark.parametrize(
    ("told", "wait_s"),
    [
        ("5", 5), ("1.5", 1.5), ("0", 0), ("-5", 0), ("soon", 0), ("", 0), ("٣x", 0),
        ("9" * 400, math.inf),
        ("Mon, 30 Nov 2026 10:00:20 GMT", 20), ("Mon, 30 Nov 2026 09:00:00 GMT", 0),
        ("Mon, 30 Nov 2026 11:00:00 +0100", 0), ("Mon, 99 Nov 2026 10:00:20 GMT", 0),
    ],
)  # fmt: skip
def test_a_wait_is_told_in_seconds_or_as_a_date(told: str, wait_s: float) -> None:
    now = datetime(2026, 11, 30, 10, tzinfo=UTC).timestamp()
    assert refusals.wait_s(told, now) == wait_s


def test_a_provider_that_names_a_late_hour_is_not_asked_again(model_server: ModelServer) -> None:
    late = formatdate(time.time() + 900, usegmt=True)
    model_server.script(Script(status=429, headers={"Retry-After": late}), "There.")
    outcome = complete(model_server.url)
    assert type(outcome.error) is ModelRateLimited and model_server.calls == 1


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (Script(page="<h1>Sign in</h1>"), "a web page came instead of an answer"),
        (Script(status=308, headers={"Location": "https://llm.example/v1/x?key=k"}),
         "308 leads to https://llm.example/v1/x: "),
        (Script(status=302), "302 leads to nowhere: "),
    ],
)  # fmt: skip
def test_a_server_that_is_asked_at_another_address_than_its_apis_is_told_so_at_once(
    model_server: ModelServer, script: Script, says: str
) -> None:
    model_server.script(script)
    outcome = complete(model_server.url)
    assert type(outcome.error) is ModelError
    assert says in str(outcome.error)
    assert str(outcome.error).endswith("is HYPERRUN_API_BASE its API's address?")
    assert (model_server.calls, outcome.text) == (1, "")


@BOTH
def test_who_leaves_closes_the_providers_connection_at_once(
    model_server: ModelServer, model: str
) -> None:
    def look() -> None:
        model_server.wait_for(open_connections=0, timeout_s=2)

    model_server.script(Script("One two three four.", stall_after=2))
    outcome = complete(model_server.url, model, leave_after=8, prompt="p" * 400, while_open=look)
    assert outcome.text == "One two "
    assert outcome.unbilled == (101, 2), "what was billed so far is not estimated"
    assert model_server.finished == 0


def test_comments_are_no_words_before_the_first_one(model_server: ModelServer) -> None:
    comments = [": processing\n\n"] * 3
    model_server.default = Script(raw=[*comments, 'data: {"choices": []}\n\n'])
    assert type(complete(model_server.url).error) is ModelCutOff
    model_server.script(Script(["still ", "here"], comments=True))
    assert complete(model_server.url).text == "still here"


def test_a_slow_first_word_and_slow_others_are_judged_apart(model_server: ModelServer) -> None:
    settings = replace(QUICK, model_first_token_timeout_s=5.0, model_idle_timeout_s=0.3)
    model_server.script(Script("Late.", first_delay_s=0.7))
    assert complete(model_server.url, settings=settings).text == "Late."
    model_server.script(Script(["Too ", "late."], delay_s=0.7))
    assert type(complete(model_server.url, settings=settings).error) is ModelStalled


@pytest.mark.parametrize(
    ("says", "reason"),
    [("length", "length"), ("content_filter", "content_filter"), ("eos", "stop")],
)
def test_every_finish_reason_is_one_we_know(
    model_server: ModelServer, says: str, reason: str
) -> None:
    model_server.script(Script("Text.", finish_reason=says))
    assert complete(model_server.url).whole.choices[0].finish_reason == reason


def test_done_is_an_end_even_without_a_reason(model_server: ModelServer) -> None:
    model_server.script(Script("All of it.", finishes=False))
    outcome = complete(model_server.url)
    assert outcome.error is None and outcome.text == "All of it."


def test_a_usage_that_is_not_told_is_estimated_and_says_so(model_server: ModelServer) -> None:
    model_server.script(Script("x" * 80, usage=False))
    outcome = complete(model_server.url, prompt="p" * 40)
    assert outcome.estimated
    assert (outcome.whole.usage.prompt_tokens, outcome.whole.usage.completion_tokens) == (11, 20)


@pytest.mark.parametrize(
    "usage",
    [
        [1], "many", {"prompt_tokens": -7, "completion_tokens": 3}, {"prompt_tokens": [1]},
        {"prompt_tokens": 1e99, "completion_tokens": 3}, {"completion_tokens": "some"},
        {"prompt_tokens": 7, "prompt_tokens_details": {"cached_tokens": {"a": 1}}},
    ],
    ids=str,
)  # fmt: skip
def test_a_usage_that_cannot_be_one_costs_no_answer_and_is_estimated(
    model_server: ModelServer, usage: object
) -> None:
    said = {"choices": [{"index": 0, "delta": {"content": "Yes."}, "finish_reason": "stop"}]}
    told = {"choices": [], "usage": usage}
    events = [f"data: {json.dumps(each)}\n\n" for each in (said, told)]
    model_server.script(Script(raw=[*events, "data: [DONE]\n\n"]))
    outcome = complete(model_server.url)
    assert (outcome.error, outcome.text, outcome.estimated) == (None, "Yes.", True)
    assert 0 < outcome.whole.usage.prompt_tokens < 100
    assert 0 < outcome.whole.usage.completion_tokens < 100


def test_cached_tokens_are_kept(model_server: ModelServer) -> None:
    model_server.script(Script("Text.", prompt_tokens=900, cached_tokens=800))
    usage = complete(model_server.url).whole.usage
    assert usage.prompt_tokens_details.cached_tokens == 800


@pytest.mark.parametrize(
    ("message", "missing"),
    [
        ('"auto" tool choice requires --enable-auto-tool-choice', "tools"),
        ("scripted does not support tools", "tools"),
        ("Unsupported value: 'temperature' does not support 0", "temperature"),
        ("Use 'max_completion_tokens' instead", "max_tokens"),
        ("unknown field stream_options", "stream_options"),
    ],
)
def test_what_a_model_refuses_is_left_out_from_then_on(
    model_server: ModelServer, message: str, missing: str
) -> None:
    learned = Learned()
    model_server.script(Script(status=400, message=message), "One.", "Two.")
    for expected in ("One.", "Two."):
        options = {"tools": [TOOL], "temperature": 0}
        assert complete(model_server.url, learned=learned, **options).text == expected  # type: ignore[arg-type]
    assert missing in model_server.requests[0]
    assert all(missing not in request for request in model_server.requests[1:])
    assert model_server.calls == 3, "the second question made the same mistake again"


def test_a_prompt_that_is_too_long_is_an_error_of_its_own(model_server: ModelServer) -> None:
    model_server.default = Script(status=400, message="maximum context length is 8192 tokens")
    assert type(complete(model_server.url).error) is ModelContextTooLong
    assert model_server.calls == 2


def test_connections_are_kept_between_calls(model_server: ModelServer) -> None:
    async def run() -> int:
        models = Models(PATIENT)
        litellm = (await models.library()).core.litellm
        for _ in range(3):
            choice = ModelChoice(LEAN, KEY, model_server.url)
            client = Client(litellm, PATIENT, models.session())
            completion = Completion(client, choice, Listener())  # type: ignore[arg-type]
            await completion(messages=[{"role": "user", "content": "Hello"}])
        connector: Any = models.session().connector
        kept = sum(len(each) for each in connector._conns.values())
        await models.close()
        return kept

    assert asyncio.run(run()) <= 1


def test_nothing_is_left_behind_by_a_hundred_who_leave(model_server: ModelServer) -> None:
    async def run() -> int:
        models = Models(PATIENT)
        litellm = (await models.library()).core.litellm

        async def ask() -> None:
            choice = ModelChoice(LEAN, KEY, model_server.url)
            client = Client(litellm, PATIENT, models.session())
            completion = Completion(client, choice, Listener())  # type: ignore[arg-type]
            await completion(messages=[{"role": "user", "content": "Hello"}])

        model_server.default = Script("One two.", stall_after=1)
        tasks = [asyncio.create_task(ask()) for _ in range(100)]
        await asyncio.to_thread(model_server.wait_for, 100)
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(model_server.wait_for, 0)
        await models.close()
        gc.collect()
        return len(asyncio.all_tasks())

    assert asyncio.run(run()) == 1


@pytest.mark.parametrize(
    ("choice", "url"),
    [
        (ModelChoice("openai/gpt"), "https://api.openai.com/v1/chat/completions"),
        (ModelChoice("openai/x", "", "http://h:1/v1/"), "http://h:1/v1/chat/completions"),
        (
            ModelChoice("azure/own name", "k", "https://a.example/", "2024-10-21"),
            "https://a.example/openai/deployments/own name/chat/completions?api-version=2024-10-21",
        ),
        (
            ModelChoice("azure/gpt", "k", "https://a.example/openai/v1/"),
            "https://a.example/openai/v1/chat/completions",
        ),
    ],
)
def test_the_address_is_the_operators(choice: ModelChoice, url: str) -> None:
    assert endpoint_of(choice, litellm()).url == url


def test_the_environments_key_goes_to_the_providers_own_address_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    own = ModelChoice("openai/x", own_key=True)
    elsewhere = ModelChoice("openai/x", "", "http://elsewhere/v1")
    own_address = endpoint_of(ModelChoice("openai/x"), litellm())
    assert own_address.headers == {"Authorization": f"Bearer {KEY}"}
    assert endpoint_of(elsewhere, litellm()).headers == {}
    assert endpoint_of(own, litellm()).headers == {}


def test_azure_is_asked_at_its_deployment_with_its_own_header(model_server: ModelServer) -> None:
    base = model_server.url.removesuffix("/v1")
    model_server.script("From Azure.")
    outcome = complete(base, "azure/scripted")
    assert outcome.text == "From Azure."
    assert model_server.headers[0]["api-key"] == KEY
    assert "authorization" not in model_server.headers[0]


@pytest.mark.parametrize("name", ["meta-llama/Llama-3", "mine", "a/b/c"])
def test_a_self_hosted_model_is_asked_for_by_its_own_name(
    model_server: ModelServer, name: str
) -> None:
    assert complete(model_server.url, name).text == "Hello there."
    assert model_server.requests[0]["model"] == name

"""What providers do, each as it was seen, on every road: right words, end, usage, one call."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from hyperrun.errors import (
    ModelContextTooLong,
    ModelError,
    ModelFiltered,
    ModelQuotaSpent,
    ModelRateLimited,
    ModelRefusedKey,
)
from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.client import Client, Completion
from hyperrun.llm.endpoints import endpoint_of, road_of
from hyperrun.llm.learned import Learned
from hyperrun.llm.meter import Meter
from hyperrun.llm.models import Models
from hyperrun.settings import Settings
from tests.leaks import KEY
from tests.model_server import ModelServer, Script, Tool, event, named

OPENAI, AZURE, ANTHROPIC, LITELLM = (
    "openai/scripted", "azure/scripted", "anthropic/scripted", "minimax/scripted",
)  # fmt: skip
TOOL = {
    "type": "function",
    "function": {
        "name": "search_code",
        "description": "Search.",
        "parameters": {"type": "object", "properties": {"query": {"type": "string"}}},
    },
}
SEARCH = ("search_code", {"query": "dim"})
DIM = '{"query": "dim"}'


@dataclass
class Heard:
    """What came of one or more steps of one model."""

    said: list[str] = field(default_factory=list)
    thoughts: str = ""
    whole: Any = None
    error: Exception | None = None
    finish_reason: str = ""
    meter: Meter = field(default_factory=Meter)

    def step_begins(self) -> None:
        """Nothing is made of it here."""

    def say(self, said: str) -> None:
        """Keep it."""
        self.said.append(said)

    def think(self, thought: str) -> None:
        """Keep it."""
        self.thoughts += thought

    @property
    def text(self) -> str:
        """What stands there in the end."""
        return self.said[-1] if self.said else ""

    @property
    def calls(self) -> list[tuple[str, Any]]:
        """The tools that are called."""
        calls = self.whole.choices[0].message.tool_calls or []
        return [(call.function.name, json.loads(call.function.arguments)) for call in calls]

    @property
    def usage(self) -> tuple[int, int]:
        """Prompt and completion tokens."""
        return self.whole.usage.prompt_tokens, self.whole.usage.completion_tokens


def listen(
    server: ModelServer,
    model: str = OPENAI,
    learned: Learned | None = None,
    messages: Sequence[Any] = ({"role": "user", "content": "Hello?"},),
    own_key: bool = False,
    **settings: Any,
) -> Heard:
    """One step, as an answer makes it."""

    async def run() -> Heard:
        own = Settings(**settings)
        models = Models(own)
        litellm = (await models.library()).core.litellm
        heard = Heard()

        base = server.url
        if model in (AZURE, ANTHROPIC):
            base = base.removesuffix("/v1")
        version = "2024-10-21" if model == AZURE else ""
        choice = ModelChoice(model, KEY, base, version, own_key)
        client = Client(
            litellm, own, models.session(), learned if learned is not None else Learned()
        )
        completion = Completion(client, choice, heard)
        call = {"model": model, "api_key": KEY, "api_base": base, "max_tokens": 50}
        try:
            heard.whole = await completion(
                messages=list(messages), tools=[TOOL], temperature=0, **call
            )
        except Exception as error:
            heard.error = error
        heard.finish_reason = completion.finish_reason
        await models.close()
        return heard

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def retry_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are for providers; nobody gains by them here."""
    monkeypatch.setattr("hyperrun.llm.client.RETRY_AFTER_S", 0.01)


def delta(reason: str | None = None, index: int = 0, **fields: Any) -> str:
    """One event with a delta."""
    return event({"delta": fields, "index": index, "finish_reason": reason})


def said(text: str) -> str:
    """One event with words."""
    return delta(content=text)


def call(**fields: Any) -> str:
    """One event with a part of one tool call."""
    return delta(tool_calls=[fields])


END = delta("stop")
USAGE = event(None, {"prompt_tokens": 70, "completion_tokens": 5, "total_tokens": 75})
DONE = "data: [DONE]\n\n"
CLOSED = (END, USAGE, DONE)
CALLED = (delta("tool_calls"), USAGE, DONE)


@dataclass(frozen=True)
class Behaviour:
    """What is sent, and what is to come of it."""

    raw: tuple[str, ...] = ()
    text: str = ""
    thoughts: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    end: str = "stop"
    usage: tuple[int, int] | None = (70, 5)
    body: Any = None
    error: type[ModelError] | None = None


def whole_body(**message: Any) -> dict[str, Any]:
    """An answer that is no stream."""
    return {
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 70, "completion_tokens": 5, "total_tokens": 75},
    }


CALL_BODY = {"id": "a", "type": "function",
             "function": {"name": "search_code", "arguments": {"query": "dim"}}}  # fmt: skip
TWO = (SEARCH, ("search_code", {"query": "pair"}))
FIRST, SECOND = {"name": "search_code", "arguments": DIM}, {
    "name": "search_code", "arguments": '{"query": "pair"}'}  # fmt: skip

ON_OPENAI = {
    "plain words": Behaviour((said("Hello "), said("there."), *CLOSED), "Hello there."),
    "two whole calls at index 0": Behaviour(
        (call(index=0, id="a", function=FIRST), call(index=0, id="b", function=SECOND), *CALLED),
        calls=TWO, end="tool_calls"),
    "two whole calls at index 0 without ids": Behaviour(
        (call(index=0, function=FIRST), call(index=0, function=SECOND), *CALLED),
        calls=TWO, end="tool_calls"),
    "calls without an index": Behaviour(
        (call(id="a", function=FIRST), call(id="b", function=SECOND), *CALLED),
        calls=TWO, end="tool_calls"),
    "calls of one delta without an index": Behaviour(
        (delta(tool_calls=[{"id": "a", "function": FIRST}, {"id": "b", "function": SECOND}]),
         *CALLED), calls=TWO, end="tool_calls"),
    "the name in each delta": Behaviour(
        (call(index=0, id="a", function={"name": "search_code", "arguments": '{"que'}),
         call(index=0, function={"name": "search_code", "arguments": 'ry": "dim"}'}), *CALLED),
        calls=(SEARCH,), end="tool_calls"),
    "name and id in each delta": Behaviour(
        (call(index=0, id="a", function={"name": "search_code", "arguments": ""}),
         call(index=0, id="a", function={"name": "search_code", "arguments": DIM}), *CALLED),
        calls=(SEARCH,), end="tool_calls"),
    "the name in pieces": Behaviour(
        (call(index=0, id="a", function={"name": "search_"}),
         call(index=0, function={"name": "code", "arguments": DIM}), *CALLED),
        calls=(SEARCH,), end="tool_calls"),
    "interleaved calls": Behaviour(
        (call(index=0, id="a", function={"name": "search_code", "arguments": '{"query'}),
         call(index=1, id="b", function={"name": "search_code", "arguments": '{"query'}),
         call(index=0, function={"arguments": '": "dim"}'}),
         call(index=1, function={"arguments": '": "pair"}'}), *CALLED),
        calls=TWO, end="tool_calls"),
    "parts without an index": Behaviour(
        (call(id="a", function={"name": "search_code", "arguments": '{"query'}),
         call(function={"arguments": '": "dim"}'}), *CALLED),
        calls=(SEARCH,), end="tool_calls"),
    "arguments as an object": Behaviour(
        (call(index=0, id="a", function={"name": "search_code", "arguments": {"query": "dim"}}),
         *CALLED), calls=(SEARCH,), end="tool_calls"),
    "arguments of null, then words": Behaviour(
        (call(index=0, id="a", function={"name": "search_code", "arguments": None}),
         call(index=0, function={"arguments": DIM}), *CALLED), calls=(SEARCH,), end="tool_calls"),
    "the old function_call": Behaviour(
        (delta(function_call={"name": "search_code", "arguments": DIM}), *CALLED),
        calls=(SEARCH,), end="tool_calls"),
    "calls that end with stop": Behaviour(
        (call(index=0, id="a", function=FIRST), *CLOSED), calls=(SEARCH,)),
    "a call without a reason": Behaviour(
        (call(index=0, id="a", function=FIRST), DONE), calls=(SEARCH,), usage=None),
    "a call without a reason or an end": Behaviour(
        (call(index=0, id="a", function=FIRST),), calls=(SEARCH,), usage=None),
    "a call written as text": Behaviour(
        (said("<tool_"), said('call>{"name": "search_code", "arguments": {"query"'),
         said(': "dim"}}</tool_call>'), *CLOSED), calls=(SEARCH,)),
    "a call written as JSON": Behaviour(
        (said('{"name": "search_code", '), said('"parameters": {"query": "dim"}}'), *CLOSED),
        calls=(SEARCH,)),
    "thoughts in tags, cut anywhere": Behaviour(
        (said("<th"), said("ink>Hm, "), said("so.</thi"), said("nk>\n\nYes."), *CLOSED),
        "Yes.", "Hm, so."),
    "a lone end of thoughts": Behaviour(
        (said("Hm, "), said("so.\n</think>\n\n"), said("Yes."), *CLOSED), "Yes.", "Hm, so.\n"),
    "reasoning_content": Behaviour(
        (delta(reasoning_content="Hm."), said("Yes."), *CLOSED), "Yes.", "Hm."),
    "reasoning": Behaviour((delta(reasoning="Hm."), said("Yes."), *CLOSED), "Yes.", "Hm."),
    "reasoning_content of null": Behaviour(
        (delta(reasoning_content=None, content="Yes."), *CLOSED), "Yes."),
    "content as parts": Behaviour(
        (delta(content=[{"type": "text", "text": "Hello "}, {"type": "text", "text": "there."}]),
         *CLOSED), "Hello there."),
    "thoughts as parts": Behaviour(
        (delta(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]),
         delta(content=[{"type": "text", "text": "Yes."}]), *CLOSED), "Yes.", "Hm."),
    "a first event without choices": Behaviour(
        ('data: {"choices": [], "prompt_filter_results": []}\n\n', said("Yes."), *CLOSED), "Yes."),
    "comments and empty lines": Behaviour(
        (": OPENROUTER PROCESSING\n\n", "\n", said("Yes."), ": x\n\n", *CLOSED), "Yes."),
    "line ends of another kind": Behaviour(
        tuple(line.replace("\n", "\r\n") for line in (said("Yes."), *CLOSED)), "Yes."),
    "no space after data": Behaviour(
        tuple(line.replace("data: ", "data:") for line in (said("Yes."), *CLOSED)), "Yes."),
    "a mark of bytes before the first event": Behaviour(("\ufeff" + said("Yes."), *CLOSED), "Yes."),
    "words after the end": Behaviour((said("Yes."), *CLOSED, said("No!"), DONE), "Yes."),
    "a second choice": Behaviour(
        (said("Yes."), delta(index=1, content="No!"), *CLOSED), "Yes."),
    "usage in every event": Behaviour(
        (event({"delta": {"content": "Yes."}, "index": 0},
               {"prompt_tokens": 70, "completion_tokens": 1}), *CLOSED), "Yes."),
    "usage in a place of its own": Behaviour(
        (said("Yes."),
         'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], '
         '"x_groq": {"usage": {"prompt_tokens": 70, "completion_tokens": 5}}}\n\n', DONE), "Yes."),
    "thinking left out of what was completed": Behaviour(
        (said("Yes."), END,
         event(None, {"prompt_tokens": 70, "completion_tokens": 5, "total_tokens": 175}), DONE),
        "Yes.", usage=(70, 105)),
    "an answer that is no stream": Behaviour(
        body=whole_body(role="assistant", content="Hello there."), text="Hello there."),
    "a call that is no stream": Behaviour(
        body=whole_body(role="assistant", content=None, tool_calls=[CALL_BODY]), calls=(SEARCH,)),
    "cut at its length": Behaviour(
        (said("Yes"), delta("length"), USAGE, DONE), "Yes", end="length"),
    "cut at its length, in other words": Behaviour(
        (said("Yes"), delta("max_tokens"), USAGE, DONE), "Yes", end="length"),
    "filtered in mid-answer": Behaviour(
        (said("Yes"), delta("content_filter"), USAGE, DONE), "Yes", end="content_filter"),
    "a refusal's own words": Behaviour(
        (delta(refusal="I cannot "), delta(refusal="help."), *CLOSED), "I cannot help.",
        end="refusal"),
    "a reason of its own": Behaviour((said("Yes."), delta("eos_token"), USAGE, DONE), "Yes."),
    "the end of a turn in capitals": Behaviour((said("Yes."), delta("STOP"), USAGE, DONE), "Yes."),
    "an error with 200": Behaviour(
        body={"error": {"message": "no", "type": "invalid_request_error"}}, error=ModelError),
    "too long, with 200": Behaviour(
        body={"error": {"message": "x", "code": "context_length_exceeded"}},
        error=ModelContextTooLong),
    "a filtered prompt in the stream": Behaviour(
        ('data: {"error": {"code": "content_filter", "message": "blocked"}}\n\n',),
        error=ModelFiltered),
    "no credit, in the stream": Behaviour(
        ('data: {"error": {"code": 402, "message": "Insufficient credits"}}\n\n',),
        error=ModelQuotaSpent),
}  # fmt: skip


def check(server: ModelServer, heard: Heard, expected: Behaviour) -> None:
    """Right words, right end, right usage, and one call."""
    if expected.error:
        assert type(heard.error) is expected.error, heard.error
        return
    assert heard.error is None, heard.error
    assert heard.text == expected.text
    assert heard.thoughts == expected.thoughts
    assert heard.calls == list(expected.calls)
    assert heard.finish_reason == expected.end
    if expected.usage:
        assert heard.usage == expected.usage
    assert server.calls == 1


@pytest.mark.parametrize("model", [OPENAI, AZURE])
@pytest.mark.parametrize("name", ON_OPENAI)
def test_on_the_openai_road(model_server: ModelServer, model: str, name: str) -> None:
    expected = ON_OPENAI[name]
    model_server.default = Script(raw=expected.raw, body=expected.body)
    check(model_server, listen(model_server, model), expected)


def started(input_tokens: int = 60, **usage: int) -> str:
    """Anthropic's first event."""
    usage = {"input_tokens": input_tokens, "output_tokens": 1, **usage}
    return named({"type": "message_start", "message": {"usage": usage}})


def block(index: int, **fields: Any) -> str:
    """The start of one of Anthropic's blocks."""
    return named({"type": "content_block_start", "index": index, "content_block": fields})


def grows(index: int, **fields: Any) -> str:
    """More of it."""
    return named({"type": "content_block_delta", "index": index, "delta": fields})


def stopped(reason: str, tokens: int = 5) -> str:
    """Anthropic's last events."""
    told = {
        "type": "message_delta",
        "delta": {"stop_reason": reason},
        "usage": {"output_tokens": tokens},
    }
    return named(told) + named({"type": "message_stop"})


WORDS = (block(0, type="text", text=""), grows(0, type="text_delta", text="Yes."))
USED = (
    block(1, type="tool_use", id="t1", name="search_code", input={}),
    grows(1, type="input_json_delta", partial_json='{"query": '),
    grows(1, type="input_json_delta", partial_json='"dim"}'),
)
ON_ANTHROPIC = {
    "plain words": Behaviour((started(), *WORDS, stopped("end_turn")), "Yes.", usage=(60, 5)),
    "pings": Behaviour(
        (started(), named({"type": "ping"}), *WORDS, stopped("end_turn")), "Yes.", usage=(60, 5)),
    "words and a call": Behaviour(
        (started(), *WORDS, *USED, stopped("tool_use")), "Yes.", calls=(SEARCH,),
        end="tool_calls", usage=(60, 5)),
    "a call without arguments": Behaviour(
        (started(), block(0, type="tool_use", id="t", name="search_code", input={}),
         stopped("tool_use")), calls=(("search_code", {}),), end="tool_calls", usage=(60, 5)),
    "thoughts with a signature": Behaviour(
        (started(), block(0, type="thinking", thinking="", signature=""),
         grows(0, type="thinking_delta", thinking="Hm."),
         grows(0, type="signature_delta", signature="S"),
         block(1, type="text", text=""), grows(1, type="text_delta", text="Yes."),
         stopped("end_turn")), "Yes.", "Hm.", usage=(60, 5)),
    "cached and written": Behaviour(
        (started(10, cache_read_input_tokens=40, cache_creation_input_tokens=10), *WORDS,
         stopped("end_turn")), "Yes.", usage=(60, 5)),
    "cut at its length": Behaviour(
        (started(), *WORDS, stopped("max_tokens")), "Yes.", end="length", usage=(60, 5)),
    "a full window": Behaviour(
        (started(), *WORDS, stopped("model_context_window_exceeded")), "Yes.", end="length",
        usage=(60, 5)),
    "a refusal": Behaviour(
        (started(), *WORDS, stopped("refusal")), "Yes.", end="refusal", usage=(60, 5)),
    "overloaded in the stream": Behaviour(
        (named({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}),),
        error=None),
    "an answer that is no stream": Behaviour(
        body={"type": "message", "content": [{"type": "text", "text": "Yes."}],
              "stop_reason": "end_turn", "usage": {"input_tokens": 60, "output_tokens": 5}},
        text="Yes.", usage=(60, 5)),
    "an unknown event": Behaviour(
        (started(), named({"type": "novelty", "x": 1}), *WORDS, stopped("end_turn")), "Yes.",
        usage=(60, 5)),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in ON_ANTHROPIC if "overloaded" not in name])
def test_on_anthropics_road(model_server: ModelServer, name: str) -> None:
    expected = ON_ANTHROPIC[name]
    model_server.default = Script(raw=expected.raw, body=expected.body)
    check(model_server, listen(model_server, ANTHROPIC), expected)
    assert model_server.headers[0]["x-api-key"] == KEY
    assert model_server.headers[0]["anthropic-version"] == "2023-06-01"


def test_an_overloaded_provider_is_asked_once_more(model_server: ModelServer) -> None:
    model_server.script(Script(raw=ON_ANTHROPIC["overloaded in the stream"].raw), "Yes.")
    heard = listen(model_server, ANTHROPIC)
    assert heard.text == "Yes." and model_server.calls == 2


ON_LITELLM = (
    "plain words", "interleaved calls", "reasoning_content", "thoughts in tags, cut anywhere",
    "a lone end of thoughts", "a call written as text", "cut at its length",
    "filtered in mid-answer", "a first event without choices", "comments and empty lines",
)  # fmt: skip


@pytest.mark.parametrize("name", ON_LITELLM)
def test_through_litellm(model_server: ModelServer, name: str) -> None:
    expected = ON_OPENAI[name]
    model_server.default = Script(raw=expected.raw)
    check(model_server, listen(model_server, LITELLM), expected)


def conversation(heard: Heard) -> list[Any]:
    """What Lisette sends after a call: the model's message as it came, and the result."""
    message = heard.whole.choices[0].message
    result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "Found."}
    return [{"role": "user", "content": "Hello?"}, message, result]


def test_a_thought_signature_goes_back_as_it_came(model_server: ModelServer) -> None:
    own = {"google": {"thought_signature": "c2ln"}}
    raw = (call(index=0, id="a", function=FIRST, extra_content=own), *CALLED)
    model_server.script(Script(raw=raw), "Yes.")
    heard = listen(model_server)
    listen(model_server, messages=conversation(heard))
    [sent] = model_server.requests[1]["messages"][1]["tool_calls"]
    assert sent["extra_content"] == own and "index" not in sent


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning_details"])
def test_thoughts_go_back_with_the_call_they_led_to(model_server: ModelServer, name: str) -> None:
    value = "Hm." if name == "reasoning_content" else [{"type": "x", "data": "…"}]
    model_server.script(
        Script(raw=(delta(**{name: value}), call(index=0, id="a", function=FIRST), *CALLED)),  # type: ignore[arg-type]
        "Yes.",
    )
    heard = listen(model_server)
    listen(model_server, messages=conversation(heard))
    assert model_server.requests[1]["messages"][1][name] == value


def test_anthropics_thoughts_go_back_with_their_signature(model_server: ModelServer) -> None:
    raw = (
        started(), block(0, type="thinking", thinking="", signature=""),
        grows(0, type="thinking_delta", thinking="Hm."),
        grows(0, type="signature_delta", signature="S"), *USED, stopped("tool_use"),
    )  # fmt: skip
    model_server.script(Script(raw=raw), "Yes.")
    heard = listen(model_server, ANTHROPIC)
    listen(model_server, ANTHROPIC, messages=conversation(heard))
    first, second, third = model_server.requests[1]["messages"]
    assert first["content"][0]["text"] == "Hello?"
    assert second["content"][0] == {"type": "thinking", "thinking": "Hm.", "signature": "S"}
    assert second["content"][1]["type"] == "tool_use"
    assert second["content"][1]["input"] == {"query": "dim"}
    [result] = third["content"]
    assert result["type"] == "tool_result" and result["tool_use_id"] == "t1"
    assert result["cache_control"] == {"type": "ephemeral"}


def test_anthropics_prompt_is_cached_at_the_instructions_and_at_its_end(
    model_server: ModelServer,
) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}]
    listen(model_server, ANTHROPIC, messages=messages)
    body = model_server.requests[0]
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert body["messages"][-1]["content"][-1]["cache_control"] == {"type": "ephemeral"}
    assert body["tools"][0]["name"] == "search_code" and body["tools"][0]["input_schema"]
    assert body["max_tokens"] == 50 and body["temperature"] == 0


# What is refused

UNSUPPORTED = [
    ({"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
      "'max_completion_tokens' instead.", "param": "max_tokens", "code": "unsupported_parameter"},
     400, "max_tokens"),
    ({"message": "Unsupported value: 'temperature' does not support 0 with this model.",
      "param": "temperature", "code": "unsupported_value"}, 400, "temperature"),
    ({"message": '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to '
      "be set"}, 400, "tools"),
    ({"message": "registry.ollama.ai/library/gemma:2b does not support tools"}, 400, "tools"),
    ({"message": "tools param requires --jinja flag", "code": 500, "type": "server_error"}, 500,
     "tools"),
    ({"message": "No endpoints found that support tool use.", "code": 404}, 404, "tools"),
    ({"message": "`tool calling` is not supported with this model"}, 400, "tools"),
    ({"message": "unknown field stream_options"}, 400, "stream_options"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "status", "missing"), UNSUPPORTED)
@pytest.mark.parametrize("model", [OPENAI, AZURE])
def test_a_refused_parameter_is_left_out_from_then_on(
    model_server: ModelServer, model: str, error: dict[str, Any], status: int, missing: str
) -> None:
    learned = Learned()
    model_server.script(Script(status=status, body={"error": error}), "One.", "Two.")
    assert listen(model_server, model, learned).text == "One."
    assert listen(model_server, model, learned).text == "Two."
    assert missing in model_server.requests[0]
    assert all(missing not in request for request in model_server.requests[1:])
    assert model_server.calls == 3


def test_a_validators_list_names_the_field(model_server: ModelServer) -> None:
    field_error = {"type": "extra_forbidden", "loc": ["body", "stream_options"], "input": {"a": 1}}
    model_server.script(Script(status=422, body={"detail": [field_error]}), "One.")
    assert listen(model_server).text == "One."
    assert "stream_options" not in model_server.requests[1]


def test_a_model_without_a_systems_role_gets_the_instructions_with_the_question(
    model_server: ModelServer,
) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}]
    error = {"message": "System role not supported"}
    model_server.script(Script(status=400, body={"error": error}), "One.")
    assert listen(model_server, messages=messages).text == "One."
    assert model_server.requests[1]["messages"] == [
        {"role": "user", "content": "Be brief.\n\nHello?"}
    ]


def test_without_tools_what_was_searched_becomes_text(model_server: ModelServer) -> None:
    learned = Learned()
    model_server.script(Script(tools=[Tool("dim")]))
    messages = conversation(listen(model_server, learned=learned))
    model_server.script(Script(status=400, message="tools are not supported"), "One.")
    listen(model_server, learned=learned, messages=messages)
    assert model_server.requests[2]["messages"] == [{"role": "user", "content": "Hello?\n\nFound."}]


QUOTED = "Why are tools not supported? And is temperature unsupported, too?"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": {"message": f'Blocked by policy: "{QUOTED}"'}}),
        (400, {"error": {"message": f"Blocked: {QUOTED}"}}),
        (422, {"detail": [{"type": "value_error", "loc": ["body", "messages"], "msg": "bad",
                           "input": QUOTED}]}),
        (400, {"error": {"message": "bad request", "input": QUOTED}}),
        (400, {"error": {"message": "Invalid tool_choice: name the tools you offer"}}),
    ],
)  # fmt: skip
def test_a_refusal_that_quotes_the_reader_teaches_nothing(
    model_server: ModelServer, status: int, body: Any
) -> None:
    learned = Learned()
    messages = [{"role": "user", "content": QUOTED}]
    model_server.script(Script(status=status, body=body), "Fine.")
    assert type(listen(model_server, learned=learned, messages=messages).error) is ModelError
    assert model_server.calls == 1
    listen(model_server, learned=learned)
    assert "tools" in model_server.requests[1] and "temperature" in model_server.requests[1]


def test_what_did_not_help_is_not_remembered(model_server: ModelServer) -> None:
    learned = Learned()
    refused = Script(status=400, message="tools are not supported")
    model_server.script(refused, Script(status=400, message="no"), "Fine.")
    assert listen(model_server, learned=learned).error
    listen(model_server, learned=learned)
    assert "tools" in model_server.requests[2]


def test_readers_and_the_operator_learn_apart_and_forget(model_server: ModelServer) -> None:
    now = 0.0
    learned = Learned(lambda: now)
    model_server.script(Script(status=400, message="tools are not supported"))
    listen(model_server, learned=learned, own_key=True)
    listen(model_server, learned=learned, own_key=True)
    listen(model_server, learned=learned)
    assert ["tools" in request for request in model_server.requests] == [True, False, False, True]
    now = 3_700.0
    listen(model_server, learned=learned, own_key=True)
    assert "tools" in model_server.requests[4]


TOO_LONG = {
    "llama.cpp": ({"code": 400, "type": "exceed_context_size_error", "n_ctx": 2048,
                   "n_prompt_tokens": 3004,
                   "message": "the request exceeds the available context size, try increasing it"},
                  (2048, 3004)),
    "OpenAI": ({"code": "context_length_exceeded", "message": "This model's maximum context length "
                "is 8192 tokens. However, your messages resulted in 9001 tokens."}, (8192, 9001)),
    "vLLM": ({"message": "This model's maximum context length is 2048 tokens. However, you "
              "requested 2548 tokens (548 in the messages, 2000 in the completion)."}, (2048, 548)),
    "Anthropic": ({"type": "invalid_request_error",
                   "message": "prompt is too long: 208310 tokens > 200000 maximum"},
                  (200000, 208310)),
    "Gemini": ({"message": "The input token count (1200000) exceeds the maximum number of tokens "
                "allowed (1048576)."}, (1048576, 1200000)),
    "xAI": ({"message": "This model's maximum prompt length is 131072 but the request contains "
             "537812 tokens."}, (131072, 537812)),
    "TGI": ({"message": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= "
             "4096. Given: 5000 `inputs` tokens"}, (4096, 0)),
    "LM Studio": ({"message": "Trying to keep the first 5000 tokens when context the overflows. "
                   "However, the model is loaded with context length of only 4096 tokens"},
                  (4096, 0)),
    "unsaid": ({"message": "Input is too long for requested model."}, (0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_prompt_that_is_too_long_is_recognised_in_any_words(
    model_server: ModelServer, name: str
) -> None:
    error, told = TOO_LONG[name]
    model_server.default = Script(status=400, body={"error": error})
    failure = listen(model_server).error
    assert isinstance(failure, ModelContextTooLong) and failure.public == "error_model_context"
    assert (failure.window_tokens, failure.prompt_tokens) == told
    assert model_server.calls == 2


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (429, {"code": "insufficient_quota", "message": "You exceeded your current quota"},
         ModelQuotaSpent),
        (402, {"message": "Insufficient Balance"}, ModelQuotaSpent),
        (400, {"type": "invalid_request_error",
               "message": "Your credit balance is too low to access the API."}, ModelQuotaSpent),
        (429, {"status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota"},
         ModelRateLimited),
        (400, {"code": "content_filter", "message": "The response was filtered",
               "innererror": {"code": "ResponsibleAIPolicyViolation"}}, ModelFiltered),
        (400, {"message": "Output blocked by content filtering policy"}, ModelFiltered),
        (401, {"type": "authentication_error", "message": "invalid x-api-key"}, ModelRefusedKey),
    ],
)  # fmt: skip
@pytest.mark.parametrize("model", [OPENAI, AZURE, ANTHROPIC])
def test_a_refusal_is_told_as_what_it_is(
    model_server: ModelServer, model: str, status: int, error: Any, kind: type[ModelError]
) -> None:
    model_server.default = Script(status=status, body={"error": error})
    assert type(listen(model_server, model).error) is kind
    assert model_server.calls == (2 if kind is ModelRateLimited else 1)


def test_no_credit_is_told_through_litellm_too(model_server: ModelServer) -> None:
    error = {"code": "insufficient_quota", "message": "insufficient_quota: you have none"}
    model_server.default = Script(status=429, body={"error": error})
    assert type(listen(model_server, LITELLM).error) is ModelQuotaSpent
    assert model_server.calls == 1


# What is asked for

LEAN = ["groq", "deepseek", "mistral", "together_ai", "xai", "fireworks_ai", "openrouter",
        "perplexity", "gemini", "nvidia_nim", "cerebras", "moonshot", "deepinfra", "novita",
        "sambanova", "zai", "ollama", "ollama_chat", "lm_studio", "openai", "cohere"]  # fmt: skip


def test_hosted_providers_are_spoken_to_directly() -> None:
    litellm = asyncio.run(Models(Settings()).library()).core.litellm
    for provider in LEAN:
        choice = ModelChoice(f"{provider}/some-model", "k")
        endpoint = endpoint_of(choice, litellm)
        assert endpoint.road == "openai" and endpoint.url.endswith("/chat/completions"), provider
        assert endpoint.model.endswith("some-model") and not endpoint.model.startswith(provider)
    assert road_of(ModelChoice("anthropic/claude", "k"), litellm) == "anthropic"
    assert road_of(ModelChoice("claude-sonnet-4-5", "k"), litellm) == "anthropic"
    assert road_of(ModelChoice("bedrock/anthropic.claude", "k"), litellm) == "litellm"


@pytest.mark.parametrize("model", ["ollama/llama3", "ollama_chat/llama3"])
def test_ollama_is_asked_at_its_openai_address(model_server: ModelServer, model: str) -> None:
    async def endpoint() -> str:
        litellm = (await Models(Settings()).library()).core.litellm
        base = model_server.url.removesuffix("/v1")
        return endpoint_of(ModelChoice(model, "", base), litellm).url

    assert asyncio.run(endpoint()) == f"{model_server.url}/chat/completions"


@pytest.mark.parametrize("model", [OPENAI, ANTHROPIC])
def test_the_effort_is_asked_for_and_thinking_has_a_budget_of_its_own(
    model_server: ModelServer, model: str
) -> None:
    listen(model_server, model, reasoning_effort="low")
    body = model_server.requests[0]
    if model == OPENAI:
        assert body["reasoning_effort"] == "low" and body["max_tokens"] == 50 + 2_048
    else:
        assert body["thinking"] == {"type": "enabled", "budget_tokens": 2_048}
        assert body["max_tokens"] > 2_048 and "temperature" not in body


def test_a_model_that_is_seen_to_think_gets_room_for_it(model_server: ModelServer) -> None:
    learned = Learned()
    model_server.script(Script("Yes.", thoughts=["Hm."]))
    listen(model_server, learned=learned)
    listen(model_server, learned=learned)
    assert [each["max_tokens"] for each in model_server.requests] == [50, 50 + 8_192]


def test_a_template_that_opens_the_thoughts_is_shown_once_at_most(
    model_server: ModelServer,
) -> None:
    learned = Learned()
    thinking = Script(["Hm, ", "so.\n", "</think>\n\n", "Yes."])
    model_server.default = thinking
    first, second = (listen(model_server, learned=learned) for _ in range(2))
    assert "" in first.said and "" not in second.said
    assert first.text == second.text == "Yes."

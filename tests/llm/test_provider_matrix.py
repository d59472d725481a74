"""What providers do, each as it was seen, on every road: right words, end, usage, one call."""

from dataclasses import dataclass
from typing import Any

import pytest

from hyperrun.errors import (
    ModelContextTooLong,
    ModelError,
    ModelFiltered,
    ModelQuotaSpent,
)
from tests.leaks import KEY
from tests.llm.hearing import ANTHROPIC, AZURE, LITELLM, OPENAI, Heard, listen
from tests.llm.provider_events import (
    CALLED,
    CLOSED,
    DIM,
    DONE,
    END,
    FIRST,
    SEARCH,
    SECOND,
    USAGE,
    USED,
    WORDS,
    block,
    call,
    delta,
    grows,
    said,
    started,
    stopped,
)
from tests.model_server import ModelServer, Script, event, named


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
    "parts without an index, then with one in quotes": Behaviour(
        (call(id="a", function={"name": "search_code", "arguments": '{"query'}),
         call(index="0", function={"arguments": '": "dim"'}),
         call(index=0, function={"arguments": "}"}), *CALLED),
        calls=(SEARCH,), end="tool_calls"),
    "two calls whose parts have an index in quotes": Behaviour(
        (call(index="0", id="a", function={"name": "search_code", "arguments": '{"query'}),
         call(index="1", id="b", function={"name": "search_code", "arguments": '{"query'}),
         call(index=0, function={"arguments": '": "dim"}'}),
         call(index=1, function={"arguments": '": "pair"}'}), *CALLED),
        calls=TWO, end="tool_calls"),
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
    "line ends of old": Behaviour(
        tuple(line.replace("\n", "\r") for line in (said("Yes."), *CLOSED)), "Yes."),
    "line ends of old, of all in one piece": Behaviour(
        ("".join((said("Ye"), said("s."), *CLOSED)).replace("\n", "\r"),), "Yes."),
    "line ends of two characters, cut between them": Behaviour(
        (said("Ye").replace("\n", "\r\n")[:-1], "\n" + said("s.").replace("\n", "\r\n"),
         *CLOSED), "Yes."),
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

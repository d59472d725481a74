"""Windows of models: told, asked for, learned from refusals; and prompts that fit them."""

from collections.abc import Iterator

import httpx
import pytest

from hyperrun.llm.windows import estimated_prompt
from tests.answering.test_turns import Reader, shown
from tests.browser import eventually
from tests.model_server import ModelServer, Script
from tests.server import RunningServer, Serve


@pytest.fixture
def start(serve: Serve, model_server: ModelServer) -> Iterator[object]:
    """A server with a self-hosted model."""

    def started(**settings: object) -> RunningServer:
        return serve(model="openai/scripted", api_base=model_server.url, **settings)

    yield started


def sizes(server: ModelServer) -> list[int]:
    """How long the prompts were, and what may be written."""
    return [
        estimated_prompt(each["messages"]) + estimated_prompt((), each.get("tools"))
        for each in server.requests
    ]


def test_the_operators_window_is_kept(start, model_server: ModelServer) -> None:
    reader = Reader(start(context_tokens=1_500))
    reader.follow(reader.ask("How do I dim a lamp?"))
    [size] = sizes(model_server)
    assert size + model_server.requests[0]["max_tokens"] <= 1_500
    assert model_server.looked_up == []


@pytest.mark.parametrize("way", ["llama.cpp", "vLLM", "one model only"])
def test_a_server_is_asked_for_its_window(start, model_server: ModelServer, way: str) -> None:
    if way == "llama.cpp":
        model_server.told_props = {"default_generation_settings": {"n_ctx": 1_500}}
    elif way == "vLLM":
        other = {"id": "other", "max_model_len": 9_000}
        model_server.told_models = [other, {"id": "scripted", "max_model_len": 1_500}]
    else:
        model_server.told_models = [{"id": "some.gguf", "meta": {"n_ctx_train": 1_500}}]
    model_server.default = Script("Fine.", usage=False)
    reader = Reader(start())
    for _ in range(2):
        reader.follow(reader.ask("How do I dim a lamp?"))
    assert all(
        size + request["max_tokens"] <= 1_500
        for size, request in zip(sizes(model_server), model_server.requests, strict=True)
    )
    assert len(model_server.looked_up) <= 3, "it was asked again for the second question"


TOO_LONG = Script(status=400, body={"error": {
    "code": 400, "type": "exceed_context_size_error", "n_ctx": 1_400, "n_prompt_tokens": 2_100,
    "message": "the request exceeds the available context size"}})  # fmt: skip


def test_an_overflow_is_repaired_once_and_remembered(start, model_server: ModelServer) -> None:
    reader = Reader(start())
    model_server.script(
        TOO_LONG, Script("Fits [1].", usage=False), Script("Fits at once [1].", usage=False)
    )
    assert shown(reader.follow(reader.ask("How do I dim a lamp?"))) == "Fits 1 ."
    assert shown(reader.follow(reader.ask("How do I reset a lamp?"))) == "Fits at once 1 ."
    first, second, third = sizes(model_server)
    assert second < first and third <= 1_400


def test_an_overflow_that_cannot_be_repaired_is_told_by_its_own_sentence(
    start, model_server: ModelServer
) -> None:
    reader = Reader(start())
    model_server.default = Script(status=400, message="prompt is too long")
    end = reader.follow(reader.ask("How do I dim a lamp?"))
    assert "too long for the language model" in end and "Please try again" not in end
    assert model_server.calls == 2
    model_server.default = Script("Fine [1].")
    assert shown(reader.follow(reader.ask("How do I reset a lamp?"))) == "Fine 1 ."


@pytest.mark.parametrize("context_tokens", [1_100, 2_048, 4_096])
def test_a_long_conversation_never_outgrows_a_small_window(
    start, model_server: ModelServer, context_tokens: int
) -> None:
    model_server.default = Script("A long answer of many words. " * 60, usage=False)
    reader = Reader(start(context_tokens=context_tokens))
    for number in range(6):
        reader.follow(reader.ask(f"How do I dim lamp {number}?"))
    for size, request in zip(sizes(model_server), model_server.requests, strict=True):
        assert size + request["max_tokens"] <= context_tokens
        assert "dim lamp" in request["messages"][-1]["content"]
    assert httpx.get(f"{reader.server.url}/healthz").status_code in (200, 503)


def test_a_window_is_asked_for_again_while_nobody_waits(
    start, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyperrun.llm.windows.ASK_AGAIN_S", 0.0)
    model_server.told_props = {"default_generation_settings": {"n_ctx": 1_500}}
    model_server.default = Script("Fine.", usage=False)
    reader = Reader(start())
    reader.follow(reader.ask("How do I dim a lamp?"))
    model_server.told_props = {"default_generation_settings": {"n_ctx": 1_200}}
    reader.follow(reader.ask("How do I dim a lamp?"))  # by the old one; behind it the new is told
    windows = reader.server.services.models.windows
    eventually(lambda: 1_200 in [told for _, told in windows._asked.values()])
    reader.follow(reader.ask("How do I dim a lamp?"))
    assert sizes(model_server)[1] + model_server.requests[1]["max_tokens"] <= 1_500
    assert sizes(model_server)[-1] + model_server.requests[-1]["max_tokens"] <= 1_200

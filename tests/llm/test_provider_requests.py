"""What providers are asked for, and what goes back to them."""

import asyncio

import pytest

from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.endpoints import endpoint_of, road_of
from hyperrun.llm.learned import Learned
from hyperrun.llm.models import Models
from hyperrun.settings import Settings
from tests.llm.hearing import ANTHROPIC, OPENAI, conversation, listen
from tests.llm.provider_events import (
    CALLED,
    FIRST,
    USED,
    block,
    call,
    delta,
    grows,
    started,
    stopped,
)
from tests.model_server import ModelServer, Script


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

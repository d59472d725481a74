"""What providers refuse, in whatever words: what is left out, learned and told."""

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
from hyperrun.llm.learned import Learned
from tests.llm.hearing import ANTHROPIC, AZURE, LITELLM, OPENAI, conversation, listen
from tests.model_server import ModelServer, Script, Tool

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

"""How the fake model puts what it says: in OpenAI's format, or in Anthropic's."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SEARCH = '{"query": "dimming a lamp"}'
PROMPT_TOKENS = 900


@dataclass(frozen=True)
class Format:
    """Events as text."""

    opening: str  # before the first token
    token: tuple[str, str]  # what stands around its words, which are escaped as JSON is
    closing: Callable[[int], str]  # after so many tokens
    tool_call: str  # a response: the model wants to search


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


def _around(event: str) -> tuple[str, str]:
    before, _, after = event.partition("|")
    return before, after


def _choice(delta: dict[str, Any], reason: str | None = None) -> str:
    """One event of OpenAI's."""
    choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
    head = {"id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1}
    return _event(head | {"model": "bench", "choices": choices})


def _end(reason: str, tokens: int) -> str:
    total = {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": tokens}
    usage = total | {"total_tokens": PROMPT_TOKENS + tokens}
    return _choice({}, reason) + _event({"choices": [], "usage": usage}) + "data: [DONE]\n\n"


def _calls() -> str:
    function = {"name": "search_code", "arguments": SEARCH}
    call = {"index": 0, "id": "call_1", "type": "function", "function": function}
    delta = {"role": "assistant", "content": None, "tool_calls": [call]}
    return _choice(delta) + _end("tool_calls", 12)


OPENAI = Format(
    "", _around(_choice({"content": "|"})), lambda tokens: _end("stop", tokens), _calls()
)


def _named(kind: str, **fields: Any) -> str:
    """One event of Anthropic's, which names its kind twice."""
    return f"event: {kind}\n" + _event({"type": kind} | fields)


def _opened(block: dict[str, Any]) -> str:
    usage = {"input_tokens": PROMPT_TOKENS, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "usage": usage}
    return _named("message_start", message=message) + _named(
        "content_block_start", index=0, content_block=block
    )


def _added(**delta: str) -> str:
    return _named("content_block_delta", index=0, delta=delta)


def _stopped(reason: str, tokens: int) -> str:
    usage = {"output_tokens": tokens}
    return (
        _named("content_block_stop", index=0)
        + _named("message_delta", delta={"stop_reason": reason}, usage=usage)
        + _named("message_stop")
    )


ANTHROPIC = Format(
    _opened({"type": "text", "text": ""}),
    _around(_added(type="text_delta", text="|")),
    lambda tokens: _stopped("end_turn", tokens),
    _opened({"type": "tool_use", "id": "call_1", "name": "search_code", "input": {}})
    + _added(type="input_json_delta", partial_json=SEARCH)
    + _stopped("tool_use", 12),
)

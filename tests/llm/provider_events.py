"""Events of a stream, as providers send them."""

from typing import Any

from tests.model_server import event, named

SEARCH = ("search_code", {"query": "dim"})
DIM = '{"query": "dim"}'


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
FIRST, SECOND = {"name": "search_code", "arguments": DIM}, {
    "name": "search_code", "arguments": '{"query": "pair"}'}  # fmt: skip


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

"""Anthropic's own format on the wire: the request, with its cache breakpoints, and the step.

The API's version is 2023-06-01. A breakpoint at the instructions caches them and the tools; one at
the end of each step's prompt lets the next step read all of it from the cache.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

from hyperrun.errors import ModelError
from hyperrun.llm import refusals
from hyperrun.llm.content import ContentFilter
from hyperrun.llm.wire import is_count, messages_for, normal_reason, text_of, whole_step

BASE = "https://api.anthropic.com"
VERSION = "2023-06-01"
CACHED = {"type": "ephemeral"}
# Tokens a model may think, by `HYPERRUN_REASONING_EFFORT`; the least that is taken is 1,024.
BUDGETS = {"minimal": 1_024, "low": 2_048, "medium": 8_192, "high": 24_576}


def request_body(
    name: str, call: dict[str, Any], left_out: Collection[str] = (), effort: str = ""
) -> dict[str, Any]:
    """The request for `call` as Lisette makes it. `left_out` are of `refusals.PARAMETERS`."""
    messages = messages_for(call["messages"], left_out)
    caches = "cache_control" not in left_out
    system: list[dict[str, Any]] = [{"type": "text", "text": text_of(each.get("content"))}
              for each in messages if each["role"] == "system"]  # fmt: skip
    body: dict[str, Any] = {
        "model": name,
        "messages": _conversation([each for each in messages if each["role"] != "system"]),
        "max_tokens": call.get("max_tokens") or 2_000,
        "stream": True,
    }
    if system:
        body["system"] = system
    if caches:
        for blocks in (system, body["messages"][-1]["content"] if body["messages"] else []):
            if blocks:
                blocks[-1]["cache_control"] = CACHED
    if call.get("tools") and "tools" not in left_out:
        body["tools"] = [_tool(each) for each in call["tools"]]
        if call.get("tool_choice"):
            body["tool_choice"] = {"type": call["tool_choice"]}
    budget = 0 if "reasoning_effort" in left_out else BUDGETS.get(effort, 0)
    if budget:
        body["thinking"] = {"type": "enabled", "budget_tokens": budget}
        body["max_tokens"] = max(body["max_tokens"], budget + 1_000)
    elif call.get("temperature") is not None and "temperature" not in left_out:
        body["temperature"] = call["temperature"]
    return body


def with_breakpoints(messages: list[dict[str, Any]], left_out: frozenset[str]) -> None:
    """Mark where Anthropic's models on other roads are to cache a prompt."""
    if "cache_control" in left_out:
        return
    for at in {0, len(messages) - 1}:
        text = text_of(messages[at].get("content"))
        if text:
            part = {"type": "text", "text": text, "cache_control": CACHED}
            messages[at] = messages[at] | {"content": [part]}


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    function = tool["function"]
    return {
        "name": function["name"],
        "description": function.get("description") or "",
        "input_schema": function.get("parameters") or {"type": "object", "properties": {}},
    }


def _conversation(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Messages of blocks; two of one role in a row become one, as the API wants it."""
    sent: list[dict[str, Any]] = []
    for message in messages:
        role = "assistant" if message["role"] == "assistant" else "user"
        blocks = _blocks(message)
        if sent and sent[-1]["role"] == role:
            sent[-1]["content"] += blocks
        elif blocks:
            sent.append({"role": role, "content": blocks})
    return sent


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    text = text_of(message.get("content"))
    if message["role"] == "tool":
        id_ = message.get("tool_call_id")
        return [{"type": "tool_result", "tool_use_id": id_, "content": text or "(nothing)"}]
    blocks = [dict(each) for each in message.get("thinking_blocks") or ()]
    if text.strip():
        blocks.append({"type": "text", "text": text.rstrip() if blocks else text})
    for call in message.get("tool_calls") or ():
        function = call["function"]
        try:
            given = json.loads(function.get("arguments") or "{}")
        except ValueError:
            given = {}
        blocks.append(
            {"type": "tool_use", "id": call["id"], "name": function["name"], "input": given}
        )
    return blocks


class AnthropicStep:
    """What one streamed response of Anthropic's has brought so far."""

    def __init__(self, litellm: Any, model: str, content: ContentFilter | None = None) -> None:
        self._types = litellm.types.utils
        self._model = model
        self._blocks: dict[int, dict[str, Any]] = {}
        self._usage: dict[str, int] = {}
        self._is_counted = False
        self.content = content or ContentFilter()
        self.finish_reason = ""
        self.begun = False
        self.ended = False

    @property
    def is_whole(self) -> bool:
        """Has the model finished?"""
        return bool(self.finish_reason)

    @property
    def told_usage(self) -> bool:
        """Has the provider said what this step took?"""
        return self._is_counted

    def take(self, data: bytes) -> None:
        """The data of one event. Raises `ModelError` where it is not what was promised."""
        if self.ended:
            return
        try:
            event = json.loads(data.decode())
            self._take(event, data)
        except (ValueError, AttributeError, TypeError, KeyError) as error:
            raise ModelError(f"{self._model}: unreadable event: {data[:200]!r}") from error

    def _take(self, event: dict[str, Any], data: bytes) -> None:
        match event.get("type"):
            case "error":
                text = data.decode(errors="replace")
                raise refusals.error_of(refusals.read(200, text), f"{self._model}: {text[:500]}")
            case "message_start":
                self._count(event["message"].get("usage"))
            case "message":  # whole, in spite of `stream`
                for index, block in enumerate(event.get("content") or ()):
                    self._start(index, block)
                self._count(event.get("usage"), final=True)
                self.finish_reason = normal_reason(event.get("stop_reason"))
                self.ended = True
            case "content_block_start":
                self._start(event["index"], event["content_block"])
            case "content_block_delta":
                self._add(self._blocks[event["index"]], event["delta"])
            case "message_delta":
                self.finish_reason = normal_reason(event["delta"].get("stop_reason"))
                self._count(event.get("usage"), final=True)
            case "message_stop":
                self.ended = True
            case None if event.get("error") or event.get("detail"):
                text = data.decode(errors="replace")
                raise refusals.error_of(refusals.read(200, text), f"{self._model}: {text[:500]}")
            case _:
                pass

    def _start(self, index: int, block: dict[str, Any]) -> None:
        self.begun = True
        kept = dict(block)
        self._blocks[index] = kept
        match block["type"]:
            case "text":
                others = (each for at, each in self._blocks.items() if at != index)
                if any(each["type"] == "text" for each in others):
                    self.content.feed("\n\n")
                self.content.feed(block.get("text") or "")
            case "thinking":
                self.content.thoughts += block.get("thinking") or ""
            case "tool_use":
                given = block.get("input") or {}
                kept["partial"] = json.dumps(given, ensure_ascii=False) if given else ""

    def _add(self, block: dict[str, Any], delta: dict[str, Any]) -> None:
        match delta["type"]:
            case "text_delta":
                self.content.feed(delta["text"])
            case "thinking_delta":
                block["thinking"] = block.get("thinking", "") + delta["thinking"]
                self.content.thoughts += delta["thinking"]
            case "signature_delta":
                block["signature"] = delta["signature"]
            case "input_json_delta":
                block["partial"] = block.get("partial", "") + delta["partial_json"]

    def _count(self, usage: Any, *, final: bool = False) -> None:
        if not usage or not is_count(usage):
            return
        for name, value in usage.items():
            if isinstance(value, int):
                self._usage[name] = value
        self._is_counted = self._is_counted or final

    def finish(self) -> None:
        """Nothing follows: what was held back is decided."""
        self.content.finish()

    def response(self, said: str, estimate: tuple[int, int]) -> Any:
        """The whole step; `estimate` stands in for a usage that was not told."""
        calls = [
            {
                "id": block["id"],
                "type": "function",
                "function": {"name": block["name"], "arguments": block.get("partial") or "{}"},
            }
            for _, block in sorted(self._blocks.items())
            if block["type"] == "tool_use"
        ]
        thought = [
            block
            for _, block in sorted(self._blocks.items())
            if block["type"] in ("thinking", "redacted_thinking")
        ]
        return whole_step(
            self._types, self._model, said, [*calls, *self.content.calls], self.finish_reason,
            self._counts(estimate), {"thinking_blocks": thought} if thought else {},
        )  # fmt: skip

    def _counts(self, estimate: tuple[int, int]) -> dict[str, Any]:
        if not self._is_counted:
            return {"prompt_tokens": estimate[0], "completion_tokens": estimate[1],
                    "total_tokens": sum(estimate)}  # fmt: skip
        read = self._usage.get("cache_read_input_tokens", 0)
        written = self._usage.get("cache_creation_input_tokens", 0)
        # LiteLLM counts what was cached as a part of the prompt; Anthropic counts it apart.
        prompt = self._usage.get("input_tokens", 0) + read + written
        completion = self._usage.get("output_tokens", 0)
        counts: dict[str, Any] = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }
        if read or written:
            counts |= {
                "cache_read_input_tokens": read, "cache_creation_input_tokens": written
            }  # fmt: skip
        return counts

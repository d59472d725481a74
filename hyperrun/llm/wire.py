"""One completion on the wire: the request an OpenAI-compatible endpoint takes, the step it streams.

A step becomes LiteLLM's object, because Lisette takes no other; none is made for a token.
"""

import json
from collections.abc import Collection
from typing import Any

from hyperrun.errors import ModelDown, ModelError, ModelRateLimited

FINISHED = ("stop", "length", "tool_calls", "content_filter")
REASONING = ("o1", "o3", "o4", "gpt-5")


def request_body(name: str, call: dict[str, Any], left_out: Collection[str] = ()) -> dict[str, Any]:
    """The request for `call` as Lisette makes it. `left_out` are words of `provider.QUIRKS`."""
    body: dict[str, Any] = {
        "model": name,
        "messages": [_message(each, "tool" in left_out) for each in call["messages"]],
        "stream": True,
    }
    if "stream_options" not in left_out:
        body["stream_options"] = {"include_usage": True}
    if call.get("tools") and "tool" not in left_out:
        body["tools"] = call["tools"]
        if call.get("tool_choice"):
            body["tool_choice"] = call["tool_choice"]
    is_reasoning = name.startswith(REASONING)
    if call.get("max_tokens"):
        new = is_reasoning or "max_completion_tokens" in left_out
        body["max_completion_tokens" if new else "max_tokens"] = call["max_tokens"]
    if call.get("temperature") is not None and not is_reasoning and "temperature" not in left_out:
        body["temperature"] = call["temperature"]
    return body


def _message(message: Any, without_tools: bool) -> dict[str, Any]:
    each: dict[str, Any] = (
        message if isinstance(message, dict) else message.model_dump(exclude_none=True)
    )
    if without_tools and each.get("role") == "tool":
        return {"role": "user", "content": each.get("content") or ""}
    return each


class Step:
    """What one streamed response has brought so far."""

    def __init__(self, litellm: Any, model: str) -> None:
        self._types = litellm.types.utils
        self._model = model
        self._calls: dict[int, dict[str, Any]] = {}
        self._usage: dict[str, Any] | None = None
        self._finish_reason = ""
        self._has_said = False
        self.words = ""  # not yet taken
        self.begun = False  # has the model said anything, if only to itself?
        self.ended = False  # has the response said that it is over?

    @property
    def is_whole(self) -> bool:
        """Has the model finished? A connection that just ends may have lost the rest."""
        said_something = self._has_said or bool(self.words or self._calls)
        return bool(self._finish_reason) or (self.ended and said_something)

    def take(self, data: bytes) -> None:
        """The data of one event. Raises `ModelError` where it is not what was promised."""
        if data == b"[DONE]":
            self.ended = True
            return
        try:
            event = json.loads(data.decode())  # bytes would be guessed at
            if event.get("error"):
                raise _error_in_stream(self._model, event["error"])
            self._usage = event.get("usage") or self._usage
            for choice in event.get("choices") or ():
                self.begun = True
                delta = choice.get("delta") or {}
                self.words += delta.get("content") or ""
                for call in delta.get("tool_calls") or ():
                    self._take_call(call)
                self._finish_reason = choice.get("finish_reason") or self._finish_reason
        except (ValueError, AttributeError, TypeError, KeyError) as error:
            raise ModelError(f"{self._model}: unreadable event: {data[:200]!r}") from error

    def take_words(self) -> str:
        """The words that have come since the last time."""
        words, self.words = self.words, ""
        self._has_said = self._has_said or bool(words)
        return words

    def _take_call(self, piece: dict[str, Any]) -> None:
        call = self._calls.setdefault(
            int(piece.get("index") or 0),
            {"id": "", "type": "function", "function": {"name": "", "arguments": ""}},
        )
        call["id"] = piece.get("id") or call["id"]
        function = piece.get("function") or {}
        call["function"]["name"] += function.get("name") or ""
        call["function"]["arguments"] += function.get("arguments") or ""

    @property
    def told_usage(self) -> bool:
        """Has the provider said what this step took?"""
        return self._usage is not None

    def response(self, said: str, estimate: tuple[int, int]) -> Any:
        """The whole step: what it `said`, its tool calls with their ids, its usage.

        `estimate` stands in for a usage that was not told: prompt and completion tokens.
        """
        calls = [
            {**call, "index": index, "id": call["id"] or f"call_{index}"}
            for index, call in sorted(self._calls.items())
        ]
        reason = "tool_calls" if calls else self._finish_reason
        told = self._usage or {"prompt_tokens": estimate[0], "completion_tokens": estimate[1]}
        types = self._types
        message = types.Message(content=said or None, tool_calls=calls or None)
        choice = types.Choices(
            message=message, finish_reason=reason if reason in FINISHED else "stop"
        )
        return types.ModelResponse(
            choices=[choice], model=self._model, usage=types.Usage(**_counts(told))
        )


def _error_in_stream(model: str, error: Any) -> ModelError:
    """An error that comes as an event of a stream that has begun with a 200."""
    detail = f"{model}: {str(error)[:500]}"
    code = str(error.get("code") or error.get("type") or "") if isinstance(error, dict) else ""
    if code == "429" or "rate_limit" in code:
        return ModelRateLimited(detail)
    if code.startswith("5") or code in ("server_error", "overloaded_error"):
        return ModelDown(detail)
    return ModelError(detail)


def _counts(usage: dict[str, Any]) -> dict[str, Any]:
    counts: dict[str, Any] = {
        name: int(usage.get(name) or 0) for name in ("prompt_tokens", "completion_tokens")
    }
    counts["total_tokens"] = sum(counts.values())
    details = usage.get("prompt_tokens_details")
    if isinstance(details, dict) and details.get("cached_tokens"):
        counts["prompt_tokens_details"] = {"cached_tokens": int(details["cached_tokens"])}
    return counts


def joined(chunks: list[Any], chunk: Any) -> None:
    """Add LiteLLM's `chunk` to `chunks`; one that only goes on with a text is joined to the last.

    What builds the whole answer from its chunks stops the event loop 30 us for each.
    """
    if chunks and _only_text(chunk) and _only_text(chunks[-1]):
        chunks[-1].choices[0].delta.content += chunk.choices[0].delta.content
    else:
        chunks.append(chunk)


def _only_text(chunk: Any) -> bool:
    if len(chunk.choices) != 1 or getattr(chunk, "usage", None):
        return False
    choice = chunk.choices[0]
    delta = choice.delta
    return bool(
        delta.content
        and not choice.finish_reason
        and not delta.tool_calls
        and not getattr(delta, "provider_specific_fields", None)
        and not getattr(delta, "reasoning_content", None)
    )

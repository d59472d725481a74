"""One completion on the wire: the request an OpenAI-compatible endpoint takes, the step it streams.

A step becomes LiteLLM's object, because Lisette takes no other; none is made for a token.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any, Protocol

from hyperrun.errors import ModelError
from hyperrun.llm import refusals
from hyperrun.llm.content import ContentFilter

MAX_TOKENS = 100_000_000  # of one step
_COUNTED = (
    "prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens",
    "prompt_cache_hit_tokens", "input_tokens", "output_tokens", "cache_read_input_tokens",
    "cache_creation_input_tokens",
)  # fmt: skip
FINISHED = ("stop", "length", "tool_calls", "content_filter", "refusal")
# What providers call these, besides OpenAI's own words.
_REASONS = {
    "max_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "safety": "content_filter",
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
    "guardrail_intervened": "content_filter",
}
REASONING = ("o1", "o3", "o4", "gpt-5")
# Fields of a message that only the provider that sent them understands, and wants back.
_PROVIDERS_OWN = ("reasoning_content", "reasoning_details", "thinking_blocks")


class ModelStep(Protocol):
    """What one streamed response has brought so far."""

    content: ContentFilter
    begun: bool  # has the model said anything, if only to itself?
    ended: bool  # has the response said that it is over?
    finish_reason: str  # one of `FINISHED`, or ""

    @property
    def is_whole(self) -> bool:
        """Has the model finished?"""

    @property
    def told_usage(self) -> bool:
        """Has the provider said what this step took?"""

    def take(self, data: bytes) -> None:
        """The data of one event."""

    def finish(self) -> None:
        """Nothing follows."""

    def response(self, said: str, estimate: tuple[int, int]) -> Any:
        """The whole step."""


def request_body(
    name: str, call: dict[str, Any], left_out: Collection[str] = (), effort: str = ""
) -> dict[str, Any]:
    """The request for `call` as Lisette makes it. `left_out` are of `refusals.PARAMETERS`."""
    without_tools = "tools" in left_out
    body: dict[str, Any] = {
        "model": name,
        "messages": messages_for(call["messages"], left_out),
        "stream": True,
    }
    if "stream_options" not in left_out:
        body["stream_options"] = {"include_usage": True}
    if call.get("tools") and not without_tools:
        body["tools"] = call["tools"]
        if call.get("tool_choice"):
            body["tool_choice"] = call["tool_choice"]
    is_reasoning = is_openai_reasoning(name)
    if call.get("max_tokens"):
        new = (is_reasoning or "max_tokens" in left_out) and "max_completion_tokens" not in left_out
        body["max_completion_tokens" if new else "max_tokens"] = call["max_tokens"]
    if call.get("temperature") is not None and not is_reasoning and "temperature" not in left_out:
        body["temperature"] = call["temperature"]
    if effort and "reasoning_effort" not in left_out:
        body["reasoning_effort"] = effort
    return body


def is_openai_reasoning(name: str) -> bool:
    """Is this one of OpenAI's models that always think?"""
    return name.rpartition("/")[2].startswith(REASONING)


def messages_for(messages: Sequence[Any], left_out: Collection[str]) -> list[dict[str, Any]]:
    """The messages as this model takes them: without tools, or without a system's role.

    What takes the place of a message keeps its words; two of one role in a row become one.
    """
    sent: list[dict[str, Any]] = []
    for message in messages:
        each = _message(message)
        if "reasoning_content" in left_out:
            each = {key: value for key, value in each.items() if key not in _PROVIDERS_OWN}
        if "tools" in left_out:
            if each.get("role") == "tool":
                each = {"role": "user", "content": each.get("content") or ""}
            elif each.pop("tool_calls", None) and not each.get("content"):
                continue
        if "system" in left_out and each.get("role") == "system":
            each = each | {"role": "user"}
        last = sent[-1] if sent else None
        if left_out and last and last["role"] == each["role"] == "user":
            sent[-1] = last | {"content": f"{_text(last)}\n\n{_text(each)}"}
        else:
            sent.append(each)
    return sent


def _message(message: Any) -> dict[str, Any]:
    if isinstance(message, dict):
        return dict(message)
    each: dict[str, Any] = message.model_dump(exclude_none=True)
    for call in each.get("tool_calls") or ():
        call.pop("index", None)  # of a stream's deltas; some providers refuse it elsewhere
    return each


def _text(message: dict[str, Any]) -> str:
    return text_of(message.get("content"))


def text_of(content: Any) -> str:
    """The text of a content, which may come as parts. Raises TypeError where it is neither."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise TypeError(f"content is {type(content).__name__}")
    parts = (each if isinstance(each, str) else each.get("text") or "" for each in content)
    return "".join(part for part in parts if isinstance(part, str))


class Step:
    """What one streamed response of the OpenAI format has brought so far."""

    def __init__(self, litellm: Any, model: str, content: ContentFilter | None = None) -> None:
        self._types = litellm.types.utils
        self._model = model
        self._calls = ToolCalls()
        self._usage: dict[str, Any] | None = None
        self._own: dict[str, Any] = {}  # the provider's own fields, to be sent back
        self._has_said = False
        self.content = content or ContentFilter()
        self.finish_reason = ""
        self.begun = False
        self.ended = False

    @property
    def is_whole(self) -> bool:
        """Has the model finished? A connection that just ends may have lost the rest, but a call
        whose arguments are complete has not."""
        if self.finish_reason or (self.ended and (self._has_said or self._calls.made)):
            return True
        return bool(self._calls.made) and self._calls.are_complete

    def take(self, data: bytes) -> None:
        """The data of one event. Raises `ModelError` where it is not what was promised."""
        if self.ended:
            return
        if data == b"[DONE]":
            self.ended = True
            return
        try:
            event = json.loads(data.decode())  # bytes would be guessed at
            if "choices" not in event:
                self._check(event, data)
            elif event.get("error"):
                raise _error_in_stream(self._model, data)
            usage = event.get("usage") or (event.get("x_groq") or {}).get("usage")
            self._usage = usage if usage and is_count(usage) else self._usage
            for choice in event.get("choices") or ():
                if not choice.get("index"):  # a second choice is a second answer
                    self._take(choice)
        except (ValueError, AttributeError, TypeError, KeyError) as error:
            raise ModelError(f"{self._model}: unreadable event: {data[:200]!r}") from error

    def _check(self, event: dict[str, Any], data: bytes) -> None:
        is_error = event.get("object") == "error" or event.get("type") == "error"
        if event.get("error") or event.get("detail") or is_error:
            raise _error_in_stream(self._model, data)

    def _take(self, choice: dict[str, Any]) -> None:
        self.begun = True
        delta = choice.get("delta") or choice.get("message") or {}
        thought = delta.get("reasoning_content") or delta.get("reasoning") or ""
        if isinstance(thought, str) and thought:
            self.content.thoughts += thought
            if "reasoning_content" in delta:
                self._own["reasoning_content"] = self._own.get("reasoning_content", "") + thought
        if details := delta.get("reasoning_details"):
            self._own.setdefault("reasoning_details", []).extend(details)
        content = delta.get("content")
        if isinstance(content, list):
            content = self._without_thoughts(content)
        if words := text_of(content) + text_of(delta.get("refusal")):
            self._has_said = True
            self.content.feed(words)
        if delta.get("refusal"):
            self.finish_reason = "refusal"
        for call in delta.get("tool_calls") or ():
            self._calls.take(call)
        if delta.get("function_call"):
            self._calls.take({"index": 0, "function": delta["function_call"]})
        reason = normal_reason(choice.get("finish_reason"))
        if reason and self.finish_reason != "refusal":
            self.finish_reason = reason

    def _without_thoughts(self, parts: list[Any]) -> list[Any]:
        """Content in parts, some of which are thoughts (Mistral's)."""
        for part in parts:
            if isinstance(part, dict) and part.get("type") in ("thinking", "reasoning"):
                thought = part.get("thinking") or part.get("text")
                self.content.thoughts += text_of(thought)
        kinds = ("thinking", "reasoning")
        return [each for each in parts if isinstance(each, str) or each.get("type") not in kinds]

    def finish(self) -> None:
        """Nothing follows: what was held back is decided."""
        self.content.finish()

    @property
    def told_usage(self) -> bool:
        """Has the provider said what this step took?"""
        return self._usage is not None

    def response(self, said: str, estimate: tuple[int, int]) -> Any:
        """The whole step: what it `said`, its tool calls with their ids, its usage.

        `estimate` stands in for a usage that was not told: prompt and completion tokens.
        """
        told = self._usage or {"prompt_tokens": estimate[0], "completion_tokens": estimate[1]}
        calls = [*self._calls.made, *self.content.calls]
        return whole_step(
            self._types, self._model, said, calls, self.finish_reason, _counts(told), self._own
        )


def whole_step(
    types: Any,
    model: str,
    said: str,
    calls: Sequence[dict[str, Any]],
    reason: str,
    counts: dict[str, Any],
    own: dict[str, Any],
) -> Any:
    """LiteLLM's ModelResponse. `own` are the provider's own fields of a message that calls tools:
    they go back with it, and with no other."""
    numbered = [
        {**call, "index": index, "id": call["id"] or f"call_{index}"}
        for index, call in enumerate(calls)
    ]
    reason = "tool_calls" if numbered else reason or "stop"
    message = types.Message(content=said or None, tool_calls=numbered or None)
    for name, value in own.items() if numbered else ():
        setattr(message, name, value)
    choice = types.Choices(message=message, finish_reason=reason)
    return types.ModelResponse(choices=[choice], model=model, usage=types.Usage(**counts))


class ToolCalls:
    """Tool calls, put together from deltas.

    OpenAI numbers them and names each once. Others send every call whole at index 0, or leave the
    index out of some deltas, or quote it, or repeat name and id in each.
    """

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []
        self._at: dict[Any, dict[str, Any]] = {}  # by index: the one that is being made

    @property
    def are_complete(self) -> bool:
        """Are all arguments whole JSON?"""
        return all(_is_json(call["function"]["arguments"] or "{}") for call in self.made)

    def take(self, piece: dict[str, Any]) -> None:
        """One delta's part of a call."""
        function = piece.get("function") or {}
        name, arguments = function.get("name") or "", function.get("arguments")
        if arguments is None:
            arguments = ""
        elif not isinstance(arguments, str):
            arguments = json.dumps(arguments, ensure_ascii=False)
        call = self._one_of(piece.get("index"), piece.get("id") or "", name, arguments)
        call["id"] = piece.get("id") or call["id"]
        made = call["function"]
        if name and name != made["name"] and not made["arguments"]:
            made["name"] += name
        made["arguments"] += arguments
        known = ("index", "id", "type", "function")
        call.update({key: value for key, value in piece.items() if key not in known and value})

    def _one_of(self, index: Any, id_: str, name: str, arguments: str) -> dict[str, Any]:
        index = int(index) if isinstance(index, str) and index.isdecimal() else index
        if id_ and (same := next((call for call in self.made if call["id"] == id_), None)):
            self._at[index] = same
            return same
        current = self._at.get(index)
        if current is None and self.made and not name and (index is None or not id_):
            current = self.made[-1]
        if current is not None and not self._is_another(current, id_, name, arguments):
            return current
        new = {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
        self.made.append(new)
        self._at[index] = new
        return new

    @staticmethod
    def _is_another(call: dict[str, Any], id_: str, name: str, arguments: str) -> bool:
        """Does this begin a call of its own, although it stands at the other's index?"""
        if not name:
            return False
        has_name, has_arguments = call["function"]["name"], call["function"]["arguments"]
        if has_arguments and _is_json(has_arguments):
            return bool(arguments) or bool(id_)
        if not has_arguments:
            return bool(id_ and call["id"] and id_ != call["id"]) and bool(has_name)
        return False


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def normal_reason(reason: Any) -> str:
    """One of `FINISHED`; "" where the model has not finished."""
    if not reason:
        return ""
    reason = str(reason).lower()
    reason = _REASONS.get(reason, reason)
    return reason if reason in FINISHED else "stop"


def _error_in_stream(model: str, data: bytes) -> ModelError:
    """An error that comes with a 200."""
    text = data.decode(errors="replace")
    refusal = refusals.read(200, text)
    for part in refusal.code.split():
        if part.isdecimal() and 400 <= int(part) < 600:
            refusal = refusals.read(int(part), text)
    if refusal.status == 200 and refusal.code_is(*refusals.TOO_LONG_CODES):
        refusal = refusals.read(400, text)
    return refusals.error_of(refusal, f"{model}: {text[:500]}")


def _counts(usage: dict[str, Any]) -> dict[str, Any]:
    """Tokens as LiteLLM has them. Some providers leave the thinking out of what was completed."""
    prompt, completion, total = (int(usage.get(name) or 0) for name in _COUNTED[:3])
    completion = max(completion, total - prompt)
    counts: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    details = usage.get("prompt_tokens_details")
    details = details if isinstance(details, dict) else {}
    cached = details.get("cached_tokens") or usage.get("prompt_cache_hit_tokens")
    if cached:
        counts["prompt_tokens_details"] = {"cached_tokens": int(cached)}
    return counts


def is_count(usage: Any) -> bool:
    """Is it a usage that can be booked? An answer that has been given does not fail for another:
    what it took is then estimated."""
    if not isinstance(usage, dict):
        return False
    details = usage.get("prompt_tokens_details")
    counted = usage | details if isinstance(details, dict) else usage
    try:
        return all(0 <= int(counted.get(name) or 0) <= MAX_TOKENS for name in _COUNTED)
    except (TypeError, ValueError, OverflowError):
        return False


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

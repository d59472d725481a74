"""Lisette's AsyncChat for one question, made of stored history, with its known faults held off."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from hyperrun.answering import prompts
from hyperrun.answering.research import Research, search_code
from hyperrun.domain import Outcome, Turn
from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.client import Completion
from hyperrun.markdown.citations import strip_citations
from hyperrun.settings import Settings

MAX_HISTORY_CHARS = 24_000
UNREADABLE = (
    "The arguments could not be read. search_code takes a JSON object with `query`, a few words to "
    "look for, and optionally `k`."
)


# What the model is told of a turn that was not answered to its end.
ENDS = {
    Outcome.STOPPED: "(The reader stopped this answer here.)",
    Outcome.FAILED: "(This answer failed.)",
    Outcome.INTERRUPTED: "(This answer was interrupted here.)",
}


def messages(history: Sequence[Turn]) -> list[dict[str, str]]:
    """Turns as user and assistant messages, the newest that fit, always in pairs.

    Of one that was stopped or failed what was shown, and that. Citations go: their numbers meant
    other passages.
    """
    pairs: list[list[dict[str, str]]] = []
    size = 0
    for turn in reversed(history):
        parts = (strip_citations(turn.answer).strip(), ENDS.get(turn.outcome, ""))
        answer = "\n\n".join(part for part in parts if part)
        if not answer:
            continue  # an answer without words is refused by some providers
        size += len(turn.question) + len(answer)
        if size > MAX_HISTORY_CHARS:
            break
        pairs.append(
            [
                {"role": "user", "content": turn.question},
                {"role": "assistant", "content": answer},
            ]
        )
    return [message for pair in reversed(pairs) for message in pair]


def chat_of(
    lisette: Any,
    settings: Settings,
    project: str,
    model: ModelChoice,
    history: Sequence[dict[str, str]],
    research: Research,
    completion: Completion,
) -> Any:
    """Lisette's AsyncChat for one question."""
    return _chat_class(lisette)(
        model.name,
        sp=prompts.system_prompt(settings.system_prompt, project),
        tools=[_tool_schema(lisette)],
        ns={"search_code": research.call},
        hist=list(history),
        api_base=model.api_base or None,
        api_key=model.api_key or None,
        max_tokens=settings.max_answer_tokens,
        completefunc=completion,
    )


def warm(lisette: Any) -> None:
    """Make what every chat has in common; takes 4 ms."""
    _tool_schema(lisette)
    _chat_class(lisette)


@cache
def _tool_schema(lisette: Any) -> dict[str, Any]:
    """`search_code` as a model is told of it: Lisette parses its source for that, once."""
    schema: dict[str, Any] = lisette.core.lite_mk_func(search_code)
    return schema


@cache
def _chat_class(lisette: Any) -> Any:
    """Lisette's AsyncChat with its known faults held off."""

    class Chat(lisette.AsyncChat):  # type: ignore[misc]
        def __setattr__(self, name: str, value: Any) -> None:
            # After a tool call lisette 0.1.37 does `self.hist += results`; fastcore 2.2's L turns
            # the list into an L, which lisette then sends as one single user message.
            super().__setattr__(name, well_formed(value) if name == "hist" else value)

        def _prep_call(self, *arguments: Any, **options: Any) -> Any:
            # A step comes whole, but it is streamed, which some providers insist on.
            return super()._prep_call(*arguments, **options | {"stream": True})

        def _track(self, response: Any) -> None:
            pass  # it asks for a price, and raises where there is none

    return Chat


def well_formed(history: Iterable[Any]) -> list[Any]:
    """A history that any provider takes, whatever the model has put into its tool calls.

    Arguments that are no JSON object become an empty one. A result that is an exception, or tells
    of one with our paths in it, becomes a sentence.
    """
    messages: list[Any] = []
    waiting: list[Any] = []  # calls without a result
    for message in history:
        calls = message.get("tool_calls") if hasattr(message, "get") else None
        if calls:
            waiting = list(calls)
            for call in calls:
                function = _part(call, "function")
                if not _is_object(_part(function, "arguments")):
                    _set(function, "arguments", "{}")
        is_result = isinstance(message, dict) and message.get("role") == "tool"
        if is_result or isinstance(message, BaseException):
            call = waiting.pop(0) if waiting else None
            if isinstance(message, BaseException):
                if call is None:
                    continue
                message = {
                    "tool_call_id": _part(call, "id"),
                    "role": "tool",
                    "name": _part(_part(call, "function"), "name"),
                    "content": UNREADABLE,
                }
            elif str(message.get("content")).startswith(("Traceback", "Failed to parse")):
                message["content"] = UNREADABLE
        messages.append(message)
    return messages


def _part(whole: Any, name: str) -> Any:
    return whole.get(name) if isinstance(whole, dict) else getattr(whole, name)


def _set(whole: Any, name: str, value: Any) -> None:
    if isinstance(whole, dict):
        whole[name] = value
    else:
        setattr(whole, name, value)


def _is_object(text: Any) -> bool:
    try:
        return isinstance(json.loads(text or "{}"), dict)
    except (ValueError, TypeError):
        return False

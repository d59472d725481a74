"""The room that a model's window has for a prompt and its answer together."""

from collections.abc import Sequence
from typing import Any, Protocol

from hyperrun.errors import ModelContextTooLong
from hyperrun.llm import anthropic, wire
from hyperrun.llm.learned import ModelLessons
from hyperrun.llm.windows import estimated_prompt

MIN_WINDOW = 256  # a refusal that tells of less than this is not believed
REPAIRED = 0.6  # of a prompt that was too long, where nobody says by how much


class Shape(Protocol):
    """Makes a prompt's messages fit."""

    def __call__(
        self, messages: Sequence[Any], max_tokens: int, *, with_tools: bool
    ) -> Sequence[Any]:
        """Messages that are at most so long, as `estimated_prompt` has it; 0: as long as they are.

        `with_tools`: can the model search by itself?
        """


def as_they_are(
    messages: Sequence[Any],
    max_tokens: int,
    *,
    with_tools: bool,
) -> Sequence[Any]:
    """The shape of a prompt that is sent however long it is."""
    return messages


class Room:
    """Makes one model's calls fit, by what it has told of its tokens before."""

    def __init__(self, model: str, effort: str, lessons: ModelLessons, shape: Shape) -> None:
        self._model = model
        self._effort = effort
        self._lessons = lessons
        self._shape = shape
        self._estimate = 0  # tokens of the prompt that was made to fit last

    def fitted(self, call: dict[str, Any], window: int) -> dict[str, Any]:
        """The call with a prompt and an answer that fit into the model's window together."""
        left_out = self._lessons.refused
        with_tools = bool(call.get("tools")) and "tools" not in left_out
        tools = call.get("tools") if with_tools else None
        answer = self._answer_tokens(call.get("max_tokens") or 0, left_out)
        room = 0
        if window:
            ratio = self._lessons.tokens_per_estimated
            reserved = min(answer or window, max(window // 4, 64))
            room = max(int((window * 0.98 - 16 - reserved) / ratio), 64)
            room = max(room - estimated_prompt((), tools), 64)
        messages = self._shape(call["messages"], room, with_tools=with_tools)
        self._estimate = estimated_prompt(messages, tools)
        if window and answer:
            rest = window - int(self._estimate * self._lessons.tokens_per_estimated) - 16
            answer = min(answer, max(rest, 64))
        call = call | {"messages": messages}
        return call | {"max_tokens": answer} if answer else call

    def _answer_tokens(self, words: int, left_out: frozenset[str]) -> int:
        """What the model may write: its words, and where it thinks, its thoughts beside them."""
        effort = "" if "reasoning_effort" in left_out else self._effort
        thinks = wire.is_openai_reasoning(self._model) or self._lessons.thinks or effort
        if not words or not thinks or effort == "none":
            return words
        return words + anthropic.BUDGETS.get(effort, anthropic.BUDGETS["medium"])

    def repaired(self, failure: ModelContextTooLong, window: int) -> int:
        """The window to try next, after a prompt was refused as too long."""
        sent = int(self._estimate * self._lessons.tokens_per_estimated)
        told = failure.window_tokens
        if failure.prompt_tokens:
            self._lessons.counted(self._estimate, failure.prompt_tokens)
            sent = max(sent, failure.prompt_tokens)
        is_likely = told >= MIN_WINDOW and (not window or told < window or told < 2 * sent)
        if is_likely and (failure.prompt_tokens or told < sent):
            return told
        return max(int(sent * REPAIRED * 1.3), MIN_WINDOW)

    def counted(self, prompt_tokens: int) -> None:
        """The provider has told what the prompt took."""
        self._lessons.counted(self._estimate, prompt_tokens)

"""A prompt made to fit a model's window: what matters most is kept, whatever the window.

In this order: the instructions, the question and the best passages; the conversation, newest first,
and of old answers only their beginning; then the other passages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hyperrun.llm.windows import estimated_prompt, estimated_tokens
from hyperrun.llm.wire import text_of

BEST_PASSAGES = 3  # of each search
MAX_OLD_QUESTION_CHARS = 300
MAX_OLD_ANSWER_CHARS = 400
MIN_PASSAGE_CHARS = 200  # what is left of a passage that is cut


@dataclass(frozen=True, slots=True)
class PassageBlock:
    """What one search has found, as the model is given it."""

    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it, in one element."""
        return _element(self.parts)


def _element(parts: Sequence[str]) -> str:
    return "<passages>\n" + "\n\n".join(parts) + "\n</passages>"


class PromptFitter:
    """Fits the prompts of one answer; `blocks` are the passages handed out so far."""

    def __init__(self, old_messages: int = 0, without_tools: tuple[str, str] = ("", "")) -> None:
        self.blocks: list[PassageBlock] = []
        self._old = old_messages  # of the conversation before this question
        self._with_tools, self._without_tools = without_tools  # the instructions

    def __call__(
        self, messages: Sequence[Any], max_tokens: int, *, with_tools: bool
    ) -> Sequence[Any]:
        """Messages of at most so many tokens, as they are estimated; 0: as long as they are."""
        sent = list(messages)
        if not with_tools and sent and text_of(sent[0].get("content")) == self._with_tools:
            sent[0] = {"role": "system", "content": self._without_tools}
        if not max_tokens or estimated_prompt(sent) <= max_tokens:
            return sent
        return self._shortened(sent, max_tokens)

    def _shortened(self, messages: list[Any], max_tokens: int) -> list[Any]:
        start = 1 if messages and messages[0].get("role") == "system" else 0
        head, old = messages[:start], messages[start : start + self._old]
        rest = messages[start + self._old :]
        places = [
            (at, block)
            for at, message in enumerate(rest)
            for block in self.blocks
            if block.text in text_of(message.get("content"))
        ]
        quoting = {at for at, _ in places}
        bare = [message for at, message in enumerate(rest) if at not in quoting]
        bare += [
            {"content": text_of(rest[at].get("content")).replace(block.text, _element(()))}
            for at, block in places
        ]
        self._left = max_tokens - estimated_prompt([*head, *bare])
        kept: list[dict[int, str]] = [{} for _ in places]
        for number in reversed(range(len(places))):  # what was asked for last matters most
            self._take(places[number][1], kept[number], BEST_PASSAGES, cut=True)
        history = self._recent(old)
        for number, (_, block) in enumerate(places):
            self._take(block, kept[number], len(block.parts), cut=False)
        for (at, block), parts in zip(places, kept, strict=True):
            text = _element([parts[index] for index in sorted(parts)])
            content = text_of(rest[at].get("content")).replace(block.text, text)
            rest[at] = {**rest[at], "content": content}
        return [*head, *history, *rest]

    _left = 0  # tokens that are not given to anything yet

    def _take(self, block: PassageBlock, kept: dict[int, str], most: int, *, cut: bool) -> None:
        for index, part in enumerate(block.parts[:most]):
            if index in kept:
                continue
            cost = estimated_tokens(part) + 2
            if cost <= self._left:
                kept[index] = part
                self._left -= cost
            elif cut and not kept and (beginning := self._beginning(part)):
                kept[index] = beginning
                self._left -= estimated_tokens(beginning) + 2
                return

    def _beginning(self, part: str) -> str:
        """As much of a passage as there is room for: its place, whole lines, its closing fence."""
        room = int((self._left - 8) * len(part) / estimated_tokens(part))
        lines = part.split("\n")
        if room < MIN_PASSAGE_CHARS or len(lines) < 3:
            return ""
        fence = lines[-1]
        shorter = part[: room - len(fence)].rpartition("\n")[0]
        return f"{shorter}\n{fence}" if shorter.count("\n") >= 1 else ""

    def _recent(self, old: Sequence[Any]) -> list[Any]:
        """The newest exchanges that fit, in the end with the beginning of an answer alone."""
        kept: list[Any] = []
        for at in range(len(old) - 2, -1, -2):
            pair = list(old[at : at + 2])
            if estimated_prompt(pair) > self._left:
                pair = [
                    {**pair[0], "content": _start(pair[0], MAX_OLD_QUESTION_CHARS)},
                    {**pair[1], "content": _start(pair[1], MAX_OLD_ANSWER_CHARS)},
                ]
            cost = estimated_prompt(pair)
            if cost > self._left:
                break
            self._left -= cost
            kept[:0] = pair
        return kept


def _start(message: Any, max_chars: int) -> str:
    text = text_of(message.get("content"))
    return text if len(text) <= max_chars else text[:max_chars].rpartition(" ")[0] + " …"

"""What a step of an answer takes while it runs, before its provider tells."""

from collections.abc import Sequence
from typing import Any

from hyperrun.llm.wire import text_of


class Meter:
    """What the step under way takes, as long as its usage is not told: an estimate."""

    def __init__(self) -> None:
        self.said_bytes = 0
        self.estimated = False  # was any step's usage not told by the provider?
        self._prompt_bytes = 0
        self._runs = False

    def start(self, messages: Sequence[dict[str, Any]]) -> None:
        """A step begins."""
        sent = (text_of(each.get("content")) for each in messages)
        self._prompt_bytes = sum(len(each.encode(errors="replace")) for each in sent)
        self.said_bytes = 0
        self._runs = True

    def said(self, words: str) -> None:
        """More has come, whether the reader sees it or not."""
        self.said_bytes += len(words) if words.isascii() else len(words.encode(errors="replace"))

    def stop(self) -> None:
        """The step's usage is known."""
        self._runs = False

    @property
    def unbilled_tokens(self) -> tuple[int, int]:
        """Prompt and completion."""
        if not self._runs:
            return 0, 0
        return self._prompt_bytes // 4 + 1, -(-self.said_bytes // 4)

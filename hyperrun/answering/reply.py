"""What a model says in the steps of one answer, and what that takes."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hyperrun.answering.events import Called, Event, Rewritten, Text, Thought, Used
from hyperrun.domain import Call, Usage
from hyperrun.errors import ModelCutOff, ModelError, ModelFiltered, ModelOnlyThought
from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.meter import Meter
from hyperrun.llm.models import Models
from hyperrun.llm.wire import FINISHED
from hyperrun.markdown.citation_marks import CitationMarks

ESTIMATE_EVERY_S = 0.5
MAX_THOUGHT_CHARS = 8_000  # of one thought are shown


class Reply:
    """Listens to the steps of one answer, and tells what they say and take."""

    def __init__(
        self,
        models: Models,
        choice: ModelChoice,
        tell: Callable[[Event], None],
        so_far: str = "",
    ) -> None:
        self._models = models
        self._choice = choice
        self._tell = tell
        self.meter = Meter()
        self._prompt_tokens = self._completion_tokens = 0
        self._cost_usd: float | None = 0.0
        self._last = Call(choice.name)
        self._finish_reason = ""
        self.text = so_far  # all that was said
        self._goes_on = bool(so_far)
        self._before = ""  # what of it stands above this step's words
        self._is_apart = False  # these words are a paragraph of their own
        self._thought = ""  # that is not ended
        self._marks, self._said = CitationMarks(), ""  # of this step
        self.has_thought = False
        self._estimated_at = 0.0  # with the first words
        self._step_began = time.monotonic()

    def step_begins(self) -> None:
        """After the first, what its prompt takes is told at once: if the answer is stopped before
        the step has said anything, nothing else counts it."""
        self._end_thought()
        self._step_began = time.monotonic()
        self._marks, self._said = CitationMarks(), ""
        self._is_apart = bool(self.text) and not (self._goes_on and not self._prompt_tokens)
        self._before = self.text + ("\n\n" if self._is_apart else "")
        if self._prompt_tokens:
            self._tell(Used(self.usage))

    def say(self, said: str) -> None:
        """All that this step has said; now and then what it takes, should the answer be stopped."""
        self._end_thought()
        if len(said) < len(self._said):  # words turned out to be thoughts
            self._marks = CitationMarks()
        self._said = said
        self._show(self._marks.rewritten(said))

    def _show(self, said: str) -> None:
        known = len(self.text)
        self.text = self._before + (said.lstrip() if self._is_apart else said)
        if len(self.text) == known:
            return
        if len(self.text) < known:
            self._tell(Rewritten(self.text))
            return
        self._tell(Text(self.text[known:], self.text))
        if time.monotonic() - self._estimated_at > ESTIMATE_EVERY_S:
            self._estimated_at = time.monotonic()
            self._tell(Used(self.usage))

    def think(self, thought: str) -> None:
        """A piece of a thought: shown whole, when it has ended."""
        if not self._thought:
            self._tell(Thought(""))
        self.has_thought = True
        self._thought += thought[: MAX_THOUGHT_CHARS - len(self._thought)]

    def _end_thought(self) -> None:
        if self._thought:
            self._tell(Thought(self._thought.strip() or "…"))
            self._thought = ""

    def add(self, step: Any, finish_reason: str = "") -> None:
        """The whole of one step, as LiteLLM has it."""
        self._end_thought()
        if self._said:
            self._show(self._marks.rewritten(self._said, whole=True))
        self._count(step.usage)
        self._finish_reason = finish_reason or step.choices[0].finish_reason or ""
        self._tell(Used(self.usage))
        seconds = round(time.monotonic() - self._step_began, 3)
        self._tell(Called(replace(self._last, seconds=seconds, finish_reason=self._finish_reason)))

    def _count(self, usage: Any) -> None:
        prompt_tokens = getattr(usage, "prompt_tokens", 0) or 0
        completion_tokens = getattr(usage, "completion_tokens", 0) or 0
        details = getattr(usage, "prompt_tokens_details", None)
        cost = self._models.cost_usd(
            self._choice.name,
            prompt_tokens,
            completion_tokens,
            cached_tokens=getattr(details, "cached_tokens", 0) or 0,
            cache_written_tokens=getattr(usage, "cache_creation_input_tokens", 0) or 0,
        )
        self._prompt_tokens += prompt_tokens
        self._completion_tokens += completion_tokens
        self._last = Call(self._choice.name, prompt_tokens, completion_tokens, cost)
        known = self._cost_usd is not None and cost is not None
        self._cost_usd = (self._cost_usd or 0) + (cost or 0) if known else None

    @property
    def usage(self) -> Usage:
        """What all steps have taken, that of the one under way estimated."""
        prompt, completion = self.meter.unbilled_tokens
        cost = self._cost_usd
        if cost is not None and prompt:
            more = self._models.cost_usd(self._choice.name, prompt, completion)
            cost = None if more is None else cost + more
        return Usage(
            self._choice.name,
            self._prompt_tokens + prompt,
            self._completion_tokens + completion,
            cost,
            self._choice.own_key,
            estimated=bool(prompt) or self.meter.estimated,
        )

    def checked_end(self) -> str:
        """How it ended. Raises `ModelError` where nothing was said or the end is missing."""
        name = self._choice.name
        if self._finish_reason not in FINISHED:
            raise ModelCutOff(f"{name}: ended with {self._finish_reason!r}")
        if not self.text.strip() and self._finish_reason == "content_filter":
            raise ModelFiltered(f"{name}: nothing came through the filter")
        if not self.text.strip() and self.has_thought:
            raise ModelOnlyThought(f"{name}: thought, and ended with {self._finish_reason!r}")
        if not self.text.strip():
            raise ModelError(f"{name}: said nothing, and ended with {self._finish_reason!r}")
        return self._finish_reason

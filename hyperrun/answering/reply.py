"""What a model says in the steps of one answer, and what that takes."""

import time
from collections.abc import Callable
from typing import Any

from hyperrun.answering.events import Event, Text, Used
from hyperrun.domain import Usage
from hyperrun.errors import ModelCutOff, ModelError
from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.client import Meter
from hyperrun.llm.models import Models
from hyperrun.llm.wire import FINISHED

ESTIMATE_EVERY_S = 0.5


class Reply:
    """Listens to the steps of one answer, and tells what they say and take."""

    def __init__(self, models: Models, choice: ModelChoice, tell: Callable[[Event], None]) -> None:
        self._models = models
        self._choice = choice
        self._tell = tell
        self.meter = Meter()
        self._prompt_tokens = self._completion_tokens = 0
        self._cost_usd: float | None = 0.0
        self._finish_reason = ""
        self.text = ""  # all that was said
        self._before = ""  # what of it stands above this step's words
        self._estimated_at = 0.0  # with the first words

    def step_begins(self) -> None:
        """After the first, what its prompt takes is told at once: if the answer is stopped before
        the step has said anything, nothing else counts it."""
        self._before = self.text and self.text + "\n\n"
        if self._prompt_tokens:
            self._tell(Used(self.usage))

    def say(self, said: str) -> None:
        """All that this step has said; now and then what it takes, should the answer be stopped."""
        known = len(self.text)
        self.text = self._before + said.lstrip() if self._before else said
        self._tell(Text(self.text[known:], self.text))
        if time.monotonic() - self._estimated_at > ESTIMATE_EVERY_S:
            self._estimated_at = time.monotonic()
            self._tell(Used(self.usage))

    def think(self, thought: str) -> None:
        """A thought is not part of what is said."""

    def add(self, step: Any) -> None:
        """The whole of one step, as LiteLLM has it."""
        self._count(step.usage)
        self._finish_reason = step.choices[0].finish_reason or ""
        self._tell(Used(self.usage))

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
        if not self.text.strip():
            raise ModelError(f"{name}: said nothing, and ended with {self._finish_reason!r}")
        return self._finish_reason

"""A command's talk with the operator's model: what it says, whole, and what that costs."""

from collections.abc import Sequence
from typing import Any

from hyperrun.answering.reply import Reply
from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.client import Client, Completion
from hyperrun.llm.models import Models
from hyperrun.llm.windows import tabled
from hyperrun.settings import Settings


class Dialogue:
    """Calls of one command, which add up."""

    def __init__(self, client: Client, models: Models, choice: ModelChoice) -> None:
        self._reply = Reply(models, choice, lambda event: None)
        self._completion = Completion(client, choice, self._reply)
        self._choice = choice
        self._litellm = client.litellm
        self._assumed_usd_per_million_tokens = client.settings.assumed_usd_per_million_tokens

    @classmethod
    async def of(cls, models: Models, choice: ModelChoice, settings: Settings) -> "Dialogue":
        """A talk over the connections of `models`, whoever closes them."""
        lisette = await models.library()
        return cls(Client.of(models, lisette.core.litellm, settings), models, choice)

    async def window(self) -> int:
        """The model's window in tokens; 0 where nobody knows it. Raises `ModelError`."""
        return await self._completion.window()

    async def say(self, messages: Sequence[dict[str, Any]], max_tokens: int) -> str:
        """What the model answers. Raises `ModelError`."""
        step = await self._completion(
            model=self._choice.name,
            messages=list(messages),
            api_key=self._choice.api_key or None,
            api_base=self._choice.api_base or None,
            temperature=0,
            max_tokens=max_tokens,
        )
        self._reply.add(step)
        return step.choices[0].message.content or ""

    @property
    def most_tokens(self) -> int:
        """How long an answer of the model may be; 0 where nobody knows it."""
        return tabled(self._choice.name, self._litellm, "max_output_tokens")

    @property
    def is_cut_off(self) -> bool:
        """Whether the last answer ended for its length."""
        return self._completion.finish_reason == "length"

    @property
    def usd(self) -> float | None:
        """What all of it has cost; None where no price is known."""
        return self._reply.usage.cost_usd

    @property
    def spent_usd(self) -> float:
        """The same as the day's budget counts it, at an assumed price where none is known."""
        usage = self._reply.usage
        tokens = usage.prompt_tokens + usage.completion_tokens
        assumed = self._assumed_usd_per_million_tokens * tokens / 1e6
        return assumed if usage.cost_usd is None else usage.cost_usd

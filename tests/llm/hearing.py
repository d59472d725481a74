"""What comes of a model's steps, as an answer makes them."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.client import Client, Completion
from hyperrun.llm.learned import Learned
from hyperrun.llm.meter import Meter
from hyperrun.llm.models import Models
from hyperrun.settings import Settings
from tests.leaks import KEY
from tests.model_server import ModelServer

OPENAI, AZURE, ANTHROPIC, LITELLM = (
    "openai/scripted", "azure/scripted", "anthropic/scripted", "minimax/scripted",
)  # fmt: skip
TOOL = {
    "type": "function",
    "function": {
        "name": "search_code",
        "description": "Search.",
        "parameters": {"type": "object", "properties": {"query": {"type": "string"}}},
    },
}


@dataclass
class Heard:
    """What came of one or more steps of one model."""

    said: list[str] = field(default_factory=list)
    thoughts: str = ""
    whole: Any = None
    error: Exception | None = None
    finish_reason: str = ""
    meter: Meter = field(default_factory=Meter)

    def step_begins(self) -> None:
        """Nothing is made of it here."""

    def say(self, said: str) -> None:
        """Keep it."""
        self.said.append(said)

    def think(self, thought: str) -> None:
        """Keep it."""
        self.thoughts += thought

    @property
    def text(self) -> str:
        """What stands there in the end."""
        return self.said[-1] if self.said else ""

    @property
    def calls(self) -> list[tuple[str, Any]]:
        """The tools that are called."""
        calls = self.whole.choices[0].message.tool_calls or []
        return [(call.function.name, json.loads(call.function.arguments)) for call in calls]

    @property
    def usage(self) -> tuple[int, int]:
        """Prompt and completion tokens."""
        return self.whole.usage.prompt_tokens, self.whole.usage.completion_tokens


def listen(
    server: ModelServer,
    model: str = OPENAI,
    learned: Learned | None = None,
    messages: Sequence[Any] = ({"role": "user", "content": "Hello?"},),
    own_key: bool = False,
    **settings: Any,
) -> Heard:
    """One step, as an answer makes it."""

    async def run() -> Heard:
        own = Settings(**settings)
        models = Models(own)
        litellm = (await models.library()).core.litellm
        heard = Heard()

        base = server.url
        if model in (AZURE, ANTHROPIC):
            base = base.removesuffix("/v1")
        version = "2024-10-21" if model == AZURE else ""
        choice = ModelChoice(model, KEY, base, version, own_key)
        client = Client(
            litellm, own, models.session(), learned if learned is not None else Learned()
        )
        completion = Completion(client, choice, heard)
        call = {"model": model, "api_key": KEY, "api_base": base, "max_tokens": 50}
        try:
            heard.whole = await completion(
                messages=list(messages), tools=[TOOL], temperature=0, **call
            )
        except Exception as error:
            heard.error = error
        heard.finish_reason = completion.finish_reason
        await models.close()
        return heard

    return asyncio.run(run())


def conversation(heard: Heard) -> list[Any]:
    """What Lisette sends after a call: the model's message as it came, and the result."""
    message = heard.whole.choices[0].message
    result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "Found."}
    return [{"role": "user", "content": "Hello?"}, message, result]

"""Which model answers a question, and whose key pays for it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model, and how to reach it. `own_key`: a reader pays with a key of their own."""

    name: str
    api_key: str = field(default="", repr=False)
    api_base: str = ""
    api_version: str = ""
    own_key: bool = False

    @property
    def provider(self) -> str:
        """LiteLLM's name of the provider."""
        return provider_of(self.name)


def provider_of(model: str) -> str:
    """LiteLLM's provider of a model name; guessed for the few that go without a prefix."""
    prefix, slash, _ = model.partition("/")
    if slash:
        return prefix
    for start, provider in (("claude", "anthropic"), ("gemini", "gemini"), ("grok", "xai")):
        if model.startswith(start):
            return provider
    return "openai"

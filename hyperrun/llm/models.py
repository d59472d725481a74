"""Which language model answers, on whose key, and what it costs.

LiteLLM and Lisette take seconds to import; nothing here imports them before `warm` has done so in a
thread, behind the first page.
"""

import asyncio
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

from hyperrun.errors import BadQuestion
from hyperrun.llm import library
from hyperrun.llm.choice import ModelChoice, provider_of
from hyperrun.llm.endpoints import KEY_VARIABLES, OPENAI_BASES, no_such_provider
from hyperrun.llm.learned import Learned
from hyperrun.llm.prices import Prices
from hyperrun.llm.read_batching import ReadBatcher
from hyperrun.llm.windows import Windows
from hyperrun.settings import Settings

if TYPE_CHECKING:
    from aiohttp import ClientSession

log = logging.getLogger(__name__)

# Hosted providers that LiteLLM lists models of, and where they are. Only these are open to a
# reader's key, and always at this address: never at one from a reader, nor from the operator's
# environment, where LiteLLM looks for a proxy's.
HOSTED = {
    "anthropic": "https://api.anthropic.com",
    "openai": "",  # `endpoints.OPENAI_BASE`
    "gemini": "https://generativelanguage.googleapis.com/v1beta/openai",
    "mistral": "https://api.mistral.ai/v1",
    "groq": "https://api.groq.com/openai/v1",
    "deepseek": "https://api.deepseek.com/beta",
    "xai": "https://api.x.ai/v1",
    "fireworks_ai": "https://api.fireworks.ai/inference/v1",
    "perplexity": "https://api.perplexity.ai",
    "cerebras": "https://api.cerebras.ai/v1",
    "moonshot": "https://api.moonshot.ai/v1",
    "deepinfra": "https://api.deepinfra.com/v1/openai",
    "novita": "https://api.novita.ai/v3/openai",
    "sambanova": "https://api.sambanova.ai/v1",
    "zai": "https://api.z.ai/api/paas/v4",
}

# Without a key: on the operator's own machine, or with credentials of the machine's.
KEYLESS = (
    "ollama", "ollama_chat", "hosted_vllm", "lm_studio", "llamafile", "openai_like", "xinference",
    "oobabooga", "docker_model_runner", "bedrock", "bedrock_converse", "vertex_ai",
    "vertex_ai_beta", "sagemaker", "sagemaker_chat", "github_copilot", "watsonx", "oci",
)  # fmt: skip

_KEY = re.compile(r"[\x21-\x7e]{8,500}")


def _is_redirected(provider: str) -> bool:
    """Has the operator's environment given LiteLLM another address for this provider?

    A reader's key must not go there. (OpenAI's address is ours to choose, see `provider`.)
    """
    start = provider.upper().removesuffix("_AI")
    return any(
        name.startswith(start) and name.endswith(("_API_BASE", "_BASE_URL")) and value
        for name, value in os.environ.items()
    )


# What the list calls chat models, and what cannot answer a question in words.
_NO_CHAT = re.compile(
    r"^ft:|audio|realtime|transcri|\btts\b|image|embed|moderation|whisper|guard|search|research|"
    r"computer-use|robotics|lyria|aqa|omni-(?:flash|1)"
)
_COMPLETIONS = "/v1/chat/completions"


def _chats(name: str, said: Mapping[str, Any]) -> bool:
    """Is it a model that answers questions, by what LiteLLM's list says of it, and still there?"""
    return (
        said.get("mode") == "chat"
        and not _NO_CHAT.search(name)
        and _COMPLETIONS in (said.get("supported_endpoints") or (_COMPLETIONS,))
        and str(said.get("deprecation_date") or "9999") > f"{datetime.now(UTC):%Y-%m-%d}"
    )


class Models:
    """What may be used here."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._library: ModuleType | None = None
        self._prices: Prices | None = None
        self._session: ClientSession | None = None
        self._importing = asyncio.Lock()
        self.batcher = ReadBatcher()
        self.learned = Learned()
        self.windows = Windows()
        self.note = ""  # why there is no operator's model although one is named
        self._operators = self._configured()

    @property
    def default_name(self) -> str:
        """The operator's model; "" where there is none."""
        return self._operators.name if self._operators else ""

    def operators(self) -> ModelChoice | None:
        """The operator's model. None: answers are extractive, and `note` may say why."""
        return self._operators

    def _configured(self) -> ModelChoice | None:
        settings = self._settings
        if settings.azure_endpoint and settings.azure_deployment and not settings.model:
            if not settings.azure_api_key:
                self.note = "AZURE_OPENAI_API_KEY is not set"
                return None
            return ModelChoice(
                f"azure/{settings.azure_deployment}",
                settings.azure_api_key,
                settings.azure_endpoint,
                settings.azure_api_version or "2024-10-21",
            )
        if not settings.model:
            if settings.api_key or settings.api_base:
                given = "HYPERRUN_API_KEY" if settings.api_key else "HYPERRUN_API_BASE"
                self.note = f"{given} is set without a HYPERRUN_MODEL"
            return None
        choice = ModelChoice(settings.model, settings.api_key, settings.api_base)
        if choice.provider == "azure":
            choice = ModelChoice(
                settings.model,
                settings.api_key or settings.azure_api_key,
                settings.api_base or settings.azure_endpoint,
                settings.azure_api_version or "2024-10-21",
            )
        variables = KEY_VARIABLES.get(choice.provider, (f"{choice.provider.upper()}_API_KEY",))
        missing = not any(os.environ.get(variable) for variable in variables)
        if choice.provider in KEYLESS or choice.api_key or choice.api_base:
            missing = False
        if choice.provider == "azure" and not choice.api_base:
            base = os.environ.get("AZURE_API_BASE", "")
            if not base:
                self.note = f"{settings.model} needs an address: AZURE_OPENAI_ENDPOINT"
                return None
            choice = replace(choice, api_base=base)
        if choice.provider == "azure" and not choice.api_key:
            choice = replace(choice, api_key=os.environ.get("AZURE_API_KEY", ""))
            missing = not choice.api_key
        if missing:
            known = sorted({*OPENAI_BASES, *KEY_VARIABLES, *KEYLESS})
            meant = [] if choice.provider in known else get_close_matches(choice.provider, known, 1)
            hint = f" ({meant[0]}/…?)" if meant else ""
            self.note = f"{settings.model}{hint} needs a key: HYPERRUN_API_KEY or {variables[0]}"
            return None
        return choice

    def _drop_unknown(self, litellm: Any) -> None:
        """Go without an operator's model that every question would fail with."""
        unknown = self._operators and no_such_provider(self._operators, litellm)
        if self._operators is None or not unknown:
            return
        provider, meant = unknown
        self.note = f"{self.default_name}: there is no provider {provider!r}"
        self.note += f", is it {meant!r}?" if meant else ""
        self._operators = None
        log.warning("answers are passages, without a model: HYPERRUN_MODEL=%s", self.note)

    @property
    def byok(self) -> bool:
        """May readers bring a key of their own?"""
        return self._settings.byok != ("off",)

    def readers(self, name: str, api_key: str) -> ModelChoice:
        """A reader's model on a reader's key. Raises `BadQuestion`; takes no address, ever."""
        named = self._settings.byok if self._settings.byok not in (("on",), ("off",)) else ()
        if not self.byok or provider_of(name) not in HOSTED or (named and name not in named):
            raise BadQuestion(f"model {name[:80]!r} is not open to readers", "error_bad_model")
        if provider_of(name) != "openai" and _is_redirected(provider_of(name)):
            raise BadQuestion(f"{name[:80]!r}: its address is the operator's", "error_bad_model")
        if not re.fullmatch(r"[\w.:/@+-]{1,200}", name) or ".." in name:
            raise BadQuestion("malformed model name", "error_bad_model")
        if not _KEY.fullmatch(api_key):
            raise BadQuestion("malformed key", "error_bad_key")
        return ModelChoice(name, api_key, HOSTED[provider_of(name)], own_key=True)

    async def providers(self) -> list[str]:
        """The providers a reader may choose from; empty where the operator has switched it off."""
        if not self.byok:
            return []
        if self._settings.byok == ("on",):
            return list(HOSTED)
        named = [provider_of(name) for name in self._settings.byok]
        return [provider for provider in HOSTED if provider in named]

    async def of_provider(self, provider: str) -> list[str]:
        """The chat models of one of `providers()`, by name; empty for any other."""
        if provider not in await self.providers():
            return []
        if self._settings.byok != ("on",):
            return [name for name in self._settings.byok if provider_of(name) == provider]
        litellm = (await self.library()).core.litellm
        prices = litellm.model_cost
        names = {
            name if name.startswith(f"{provider}/") else f"{provider}/{name}"
            for name in litellm.models_by_provider.get(provider, ())
            if _chats(name, prices.get(name, {}))
        }
        return sorted(names)

    async def library(self) -> ModuleType:
        """Lisette, imported once, in a thread, without a connection to anywhere."""
        async with self._importing:
            if self._library is None:
                self._library = await asyncio.to_thread(library.lisette)
                self._drop_unknown(self._library.core.litellm)
        return self._library

    def cost_usd(
        self,
        model: str,
        prompt_tokens: int,
        completion_tokens: int,
        *,
        cached_tokens: int = 0,
        cache_written_tokens: int = 0,
    ) -> float | None:
        """The price of a call in USD by LiteLLM's list; None where it knows none.

        `cached_tokens` and `cache_written_tokens` are of the prompt, at prices of their own.
        """
        if self._library is None:
            return None
        if self._prices is None:
            self._prices = Prices(self._library.core.litellm)
        return self._prices.usd(
            model, prompt_tokens, completion_tokens, cached_tokens, cache_written_tokens
        )

    def session(self) -> "ClientSession":
        """The connections to OpenAI-compatible addresses, kept alive between answers."""
        if self._session is None:
            import aiohttp

            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                # HTTPS_PROXY: the only way out of many a network. Where none is set, no request
                # has two threads look for one.
                trust_env=bool(getproxies().keys() & {"http", "https"}),
            )
        return self._session

    async def close(self) -> None:
        """Close what was opened."""
        if self._session is not None:
            await self._session.close()

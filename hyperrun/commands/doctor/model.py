"""The language model: its name, its key, its address. No answer is asked for."""

import os
from collections.abc import AsyncIterator, Iterator
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from hyperrun.commands.doctor.finding import Finding, good, note, wrong
from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.endpoints import Endpoint, endpoint_of, no_such_provider, road_of
from hyperrun.llm.models import KEYLESS, Models
from hyperrun.settings import Settings

ABOUT = "model"
TIMEOUT_S = 8.0
SHOWN = 5


async def check(settings: Settings, *, offline: bool) -> list[Finding]:
    """Whether the operator's model can answer."""
    found = list(_azure(settings))
    models = Models(settings)
    choice = models.operators()
    if choice is None:
        if models.note or not found:
            found += [each async for each in _none(settings, models)]
        return found
    if settings.context_tokens and settings.max_answer_tokens >= settings.context_tokens:
        found.append(
            wrong(
                ABOUT,
                f"an answer may take {settings.max_answer_tokens} tokens, and the whole window is "
                f"{settings.context_tokens}",
                f"HYPERRUN_MAX_ANSWER_TOKENS={settings.context_tokens // 4}",
            )
        )
    litellm = (await models.library()).core.litellm
    named = list(_name(choice, litellm))
    found += named
    if named or offline:
        return found
    return [*found, *_asked(choice, litellm)]


async def _none(settings: Settings, models: Models) -> AsyncIterator[Finding]:
    """Why no model answers."""
    if not models.note:
        yield note(
            ABOUT,
            "none: answers are the passages themselves, quoted and linked",
            "HYPERRUN_MODEL=anthropic/claude-sonnet-4-5 HYPERRUN_API_KEY=…",
        )
        return
    litellm = (await models.library()).core.litellm
    if no_such_provider(named := ModelChoice(settings.model), litellm):
        for each in _name(named, litellm):
            yield each
        return
    yield wrong(ABOUT, models.note, f"{models.note.rpartition(' ')[2]}=…")


def _azure(settings: Settings) -> Iterator[Finding]:
    parts = {
        "AZURE_OPENAI_ENDPOINT": settings.azure_endpoint,
        "AZURE_OPENAI_API_KEY": settings.azure_api_key,
        "AZURE_OPENAI_DEPLOYMENT": settings.azure_deployment,
    }
    missing = [name for name, value in parts.items() if not value]
    if settings.azure_deployment and settings.model:
        yield note(
            ABOUT,
            f"both HYPERRUN_MODEL and AZURE_OPENAI_DEPLOYMENT are set: {settings.model} answers",
            "unset AZURE_OPENAI_DEPLOYMENT  # or HYPERRUN_MODEL",
        )
    elif len(missing) not in (0, len(parts)) and not settings.model:
        yield wrong(
            ABOUT,
            f"Azure OpenAI is set in part, and no model answers: {', '.join(missing)} is missing",
            " ".join(f"{name}=…" for name in missing),
        )


def _name(choice: ModelChoice, litellm: Any) -> Iterator[Finding]:
    """A name that nobody can know what to do with."""
    if unknown := no_such_provider(choice, litellm):
        provider, other = unknown
        name = choice.name.removeprefix(f"{provider}/")
        yield wrong(
            ABOUT,
            f"{choice.name}: there is no provider {provider!r}",
            f"HYPERRUN_MODEL={other or 'openai'}/{name}",
        )
        return
    if choice.provider in KEYLESS or choice.api_base or choice.provider == "azure":
        return
    listed = {
        each.removeprefix(f"{choice.provider}/")
        for each in litellm.models_by_provider.get(choice.provider, ())
    }
    own = choice.name.removeprefix(f"{choice.provider}/")
    if listed and own not in listed and (meant := get_close_matches(own, sorted(listed), 1, 0.85)):
        yield note(
            ABOUT,
            f"{choice.name} is in no list; it may be new, or misspelt",
            f"HYPERRUN_MODEL={choice.provider}/{meant[0]}",
        )


def _asked(choice: ModelChoice, litellm: Any) -> Iterator[Finding]:
    """What its server says: does it answer, take the key and have the model?"""
    import httpx

    if road_of(choice, litellm) == "litellm":
        yield note(ABOUT, f"{choice.name}, through LiteLLM; its server was not asked")
        return
    endpoint = endpoint_of(choice, litellm)
    address = _listing(endpoint)
    host = urlsplit(address).netloc
    try:
        said = httpx.get(address, headers=endpoint.headers, timeout=TIMEOUT_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        yield wrong(ABOUT, f"nothing answers at {host}: {_why(error)}", _reach(choice))
        return
    if said.status_code in (401, 403):
        yield wrong(ABOUT, f"{host} refuses the key ({said.status_code})", "HYPERRUN_API_KEY=…")
        return
    names = _names(said)
    own = endpoint.model
    if names and choice.provider != "azure" and own not in names and f"{own}:latest" not in names:
        meant = get_close_matches(own, names, 1, 0.4)
        prefix = choice.name.removesuffix(own)
        yield wrong(
            ABOUT,
            f"{host} has no model {own!r}; it has {', '.join(sorted(names)[:SHOWN])}"
            + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""),
            f"HYPERRUN_MODEL={prefix}{(meant or sorted(names))[0]}",
        )
    elif said.status_code >= 500:
        yield wrong(ABOUT, f"{host} answers {said.status_code}", _reach(choice))
    elif names:
        yield good(ABOUT, f"{choice.name}; {host} has it")
    else:
        yield note(ABOUT, f"{choice.name}; {host} answers, but lists no models")


def _listing(endpoint: Endpoint) -> str:
    """Where a server lists its models."""
    if endpoint.road == "anthropic":
        return endpoint.url.removesuffix("/messages") + "/models?limit=1000"
    if "/openai/deployments/" in endpoint.url:
        return f"{endpoint.base}/openai/models?{endpoint.url.partition('?')[2]}"
    return f"{endpoint.base}/models"


def _names(said: Any) -> list[str]:
    """The models that a server lists; none where it does not."""
    try:
        listed = said.json()["data"] if said.status_code == 200 else []
        return [str(each["id"]).removeprefix("models/") for each in listed]
    except (ValueError, TypeError, KeyError):
        return []


def _why(error: Exception) -> str:
    words = str(error).partition(": ")[2] or str(error) or type(error).__name__
    return words.removeprefix("[Errno ").rpartition("] ")[2].lower()[:100]


def _reach(choice: ModelChoice) -> str:
    """The line for a server that does not answer."""
    if choice.api_base:
        return f"curl {choice.api_base.rstrip('/')}/models  # or mend HYPERRUN_API_BASE"
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy")):
        return "HTTPS_PROXY=…  # the proxy that is set does not lead there"
    return "HTTPS_PROXY=http://proxy.example:3128  # where the network wants one"

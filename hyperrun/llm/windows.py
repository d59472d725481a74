"""How many tokens a model takes: the operator's word, what refusals taught, the server, a table."""

import asyncio
import json
import logging
import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hyperrun.llm.endpoints import OPENAI_BASES, Endpoint
from hyperrun.llm.response_body import read_at_most
from hyperrun.llm.wire import text_of

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from hyperrun.llm.choice import ModelChoice

log = logging.getLogger(__name__)

ASK_TIMEOUT_S = 1.5
ASK_AGAIN_S = 600.0
MAX_BYTES = 4_000_000
OLLAMAS_DEFAULT = 4_096
CHARS_PER_TOKEN = 3.4  # between prose (4.2) and code (2.9), of the tokenizers in use
# As servers that list models call the window of one, the most exact first.
_FIELDS = ("loaded_context_length", "max_model_len", "context_length", "context_window",
           "max_context_length", "max_context_window", "n_ctx", "n_ctx_train")  # fmt: skip


def estimated_tokens(text: str) -> int:
    """About how many tokens `text` is: rather more than fewer."""
    if text.isascii():
        return round(len(text) / CHARS_PER_TOKEN) + 1
    others = sum(1 for letter in text if letter > "\u007f")
    return round((len(text) - others) / CHARS_PER_TOKEN + others * 0.9) + 1


def estimated_prompt(messages: Sequence[Any], tools: Sequence[Any] | None = None) -> int:
    """About how many tokens a prompt is, with what stands around each message."""
    total = 0
    for each in messages:
        total += 6 + estimated_tokens(text_of(each.get("content")))
        for call in each.get("tool_calls") or ():
            total += 10 + estimated_tokens(str(call["function"]["arguments"]))
    return total + (sum(estimated_tokens(str(tool)) for tool in tools) if tools else 0)


class Windows:
    """What servers and LiteLLM's table tell of windows."""

    def __init__(self) -> None:
        self._asked: dict[str, tuple[float, int]] = {}  # when, and what was told
        self._asking: dict[str, asyncio.Task[int]] = {}

    async def of(
        self, choice: "ModelChoice", endpoint: Endpoint, litellm: Any, session: "ClientSession"
    ) -> int:
        """The model's window in tokens; 0 where nobody tells it.

        Only a server of the operator's own is asked, once in ten minutes, and not for long.
        """
        is_local = OPENAI_BASES.get(choice.provider, "").startswith("http://127.")
        is_own = endpoint.road == "openai" and not choice.own_key and choice.provider != "azure"
        told = 0
        if is_own and (choice.api_base or is_local):
            told = await self._told(endpoint, choice, session)
        return told or tabled(choice.name, litellm)

    async def _told(
        self, endpoint: Endpoint, choice: "ModelChoice", session: "ClientSession"
    ) -> int:
        place = f"{endpoint.url} {endpoint.model}"
        at, told = self._asked.get(place, (0.0, -1))
        if told >= 0 and time.monotonic() - at < ASK_AGAIN_S:
            return told
        if place not in self._asking:
            self._asking[place] = asyncio.create_task(self._ask(place, endpoint, choice, session))
        if told >= 0:
            return told  # what it told before; nobody waits for it to say so again
        return await asyncio.shield(self._asking[place])

    async def _ask(
        self, place: str, endpoint: Endpoint, choice: "ModelChoice", session: "ClientSession"
    ) -> int:
        told = max(self._asked.get(place, (0.0, 0))[1], 0)
        try:
            async with asyncio.timeout(ASK_TIMEOUT_S):
                told = await _asked(endpoint, choice.provider, session)
        except Exception as error:  # whatever a server says to a question it does not know
            log.debug("%s does not tell its window: %s", choice.name, type(error).__name__)
        finally:
            self._asked[place] = (time.monotonic(), told)
            self._asking.pop(place, None)
        if told:
            log.info("%s takes %d tokens, its server says", choice.name, told)
        return told


def tabled(name: str, litellm: Any, limit: str = "max_input_tokens") -> int:
    """The window, or another limit in tokens, by LiteLLM's list; 0 where it has none."""
    for each in (name, name.partition("/")[2]):
        entry = litellm.model_cost.get(each) or {}
        tokens = entry.get(limit) or 0
        if isinstance(tokens, int) and tokens > 0:
            return tokens
    return 0


async def _asked(endpoint: Endpoint, provider: str, session: "ClientSession") -> int:
    root = endpoint.base.removesuffix("/v1")
    if provider.startswith("ollama"):
        return await _asked_ollama(root, endpoint.model, session)
    props = await _got(session, f"{root}/props", endpoint.headers)
    if isinstance(props, dict):  # llama.cpp's server
        settings = props.get("default_generation_settings")
        n_ctx = (settings if isinstance(settings, dict) else props).get("n_ctx")
        if isinstance(n_ctx, int) and n_ctx > 0:
            return n_ctx
    for address in (f"{root}/api/v0/models", f"{endpoint.base}/models"):  # LM Studio's own first
        listed = await _got(session, address, endpoint.headers)
        models = listed.get("data") if isinstance(listed, dict) else None
        if not isinstance(models, list):
            continue
        named = [each for each in models if isinstance(each, dict)]
        ours = [each for each in named if each.get("id") == endpoint.model]
        for each in ours or (named if len(named) == 1 else []):
            places = (each, each.get("meta"), each.get("limits"), each.get("top_provider"))
            for name in _FIELDS:
                for place in places:
                    value = place.get(name) if isinstance(place, dict) else None
                    if isinstance(value, int) and value > 0:
                        return value
    return 0


async def _asked_ollama(root: str, model: str, session: "ClientSession") -> int:
    """Ollama cuts what is longer without a word, and its own default is small."""
    running = await _got(session, f"{root}/api/ps", {})
    for each in (running or {}).get("models") or ():
        if each.get("name") in (model, f"{model}:latest") and each.get("context_length"):
            return int(each["context_length"])
    shown = await _got(session, f"{root}/api/show", {}, {"model": model})
    if shown is None:
        return 0
    found = re.search(r"^num_ctx\s+(\d+)", str(shown.get("parameters") or ""), re.MULTILINE)
    return int(found[1]) if found else OLLAMAS_DEFAULT


async def _got(
    session: "ClientSession", url: str, headers: dict[str, str], body: dict[str, Any] | None = None
) -> Any:
    method = "GET" if body is None else "POST"
    async with session.request(
        method, url, headers=headers, json=body, allow_redirects=False
    ) as response:
        if response.status != 200:
            return None
        data = await read_at_most(response, MAX_BYTES)

        try:
            return json.loads(data)
        except ValueError:
            return None

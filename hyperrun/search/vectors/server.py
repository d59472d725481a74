"""Models that a server runs: any `/v1/embeddings` as OpenAI has it, or what LiteLLM reaches."""

import importlib.util
import ipaddress
import json
import math
import os
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hyperrun.search.vectors.embedder import Embedded, Embedder, EmbeddingError, prefixes, unit

OWN_WORDS = ("auto", "off")  # which no server is asked for
OPENAI = "https://api.openai.com/v1"
QUESTION_TIMEOUT_S = 3.0
PASSAGES_TIMEOUT_S = 60.0
# Counted for a model whose price nobody lists, where its server is not on a private network.
ASSUMED_USD_PER_TOKEN = 0.2e-6


def choose(model: str, api_key: str, api_base: str) -> Embedder:
    """The server that has this model: the operator's, OpenAI's, or another that LiteLLM knows."""
    provider, slash, name = model.partition("/")
    if api_base:
        return Server(name if slash and provider == "openai" else model, api_key, api_base)
    if not slash or provider == "openai":
        key = api_key or os.environ.get("OPENAI_API_KEY", "")
        if not key:
            raise EmbeddingError(_without_key(name if slash else model), again=False)
        return Server(name if slash else model, key, OPENAI)
    return Relayed(model, api_key)


def _without_key(model: str) -> str:
    """What is said of a name that OpenAI would be asked for: it may be a misspelt word of ours."""
    if listed_usd_per_token(model) is not None:
        return "HYPERRUN_EMBEDDING_API_KEY is not set"
    meant = get_close_matches(model.lower(), OWN_WORDS, 1, 0.5)
    hint = f": did you mean {meant[0]!r}?" if meant else ""
    return f"no model is called {model!r} here{hint}; and to ask OpenAI, the key is not set"


class Server(Embedder):
    """A server that speaks OpenAI's format."""

    def __init__(self, model: str, api_key: str, api_base: str) -> None:
        import httpx

        self.name = model
        base = api_base.rstrip("/").removesuffix("/embeddings")
        self._url = f"{base}/embeddings"
        self._key = api_key
        self._before = prefixes(model)
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(headers=headers, timeout=PASSAGES_TIMEOUT_S)
        listed = listed_usd_per_token(model)
        assumed = 0.0 if _is_private(base) else ASSUMED_USD_PER_TOKEN
        self.usd_per_token = assumed if listed is None else listed

    def embed(self, texts: Sequence[str], *, is_question: bool) -> Embedded:
        """A vector for each text. Raises `EmbeddingError`."""
        import httpx

        before = self._before[not is_question]
        body = {"model": self.name, "input": [before + text for text in texts]}
        timeout_s = QUESTION_TIMEOUT_S if is_question else PASSAGES_TIMEOUT_S
        try:
            said = self._client.post(self._url, json=body, timeout=timeout_s)
        except httpx.HTTPError as error:
            raise EmbeddingError(f"the embedding server: {type(error).__name__}") from error
        if said.status_code != 200:
            raise _refused("the embedding server", said.status_code)
        try:
            return _read(said.json(), texts)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise EmbeddingError(f"the embedding server answered no vectors: {error}") from error

    def close(self) -> None:
        """Close its connections."""
        self._client.close()


class Relayed(Embedder):
    """A server that LiteLLM speaks to, in a format of its own."""

    def __init__(self, model: str, api_key: str) -> None:
        self.name = model
        self._key = api_key
        self._before = prefixes(model)
        listed = listed_usd_per_token(model)
        self.usd_per_token = ASSUMED_USD_PER_TOKEN if listed is None else listed

    def embed(self, texts: Sequence[str], *, is_question: bool) -> Embedded:
        """A vector for each text. Raises `EmbeddingError`."""
        import litellm

        before = self._before[not is_question]
        more: dict[str, Any] = {"api_key": self._key} if self._key else {}
        try:
            said = litellm.embedding(
                model=self.name,
                input=[before + text for text in texts],
                timeout=QUESTION_TIMEOUT_S if is_question else PASSAGES_TIMEOUT_S,
                **more,
            )
            return _read(said.model_dump(), texts)
        except Exception as error:  # LiteLLM's errors have no root of their own
            raise _refused(self.name, getattr(error, "status_code", 500)) from error


def _refused(who: str, status: int) -> EmbeddingError:
    """What a status means. What the server says with it may repeat a key, and is not told."""
    return EmbeddingError(
        f"{who} answered {status}",
        again=status in (408, 409, 425, 429) or status >= 500,
        smaller=status in (400, 413, 422),
    )


def _read(body: Any, texts: Sequence[str]) -> Embedded:
    """The vectors of a response, in the texts' order. Raises ValueError and the like."""
    rows = sorted(body["data"], key=lambda each: each.get("index", 0))
    if len(rows) != len(texts):
        raise ValueError(f"{len(rows)} for {len(texts)} texts")
    vectors = [unit([float(each) for each in row["embedding"]]) for row in rows]
    if len({len(each) for each in vectors}) > 1 or not all(map(len, vectors)):
        raise ValueError("they differ in length")
    if not all(math.isfinite(sum(each)) for each in vectors):
        raise ValueError("some are no numbers")
    told = (body.get("usage") or {}).get("prompt_tokens") or 0
    return Embedded(vectors, int(told) or sum(len(text.encode()) for text in texts) // 3)


@cache
def listed_usd_per_token(model: str) -> float | None:
    """What LiteLLM's list says, read as a file: importing LiteLLM takes seconds."""
    spec = importlib.util.find_spec("litellm")
    if spec is None or not spec.submodule_search_locations:
        return None
    file = Path(spec.submodule_search_locations[0]) / "model_prices_and_context_window_backup.json"
    try:
        listed = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    for name in (model, model.partition("/")[2]):
        price = listed.get(name, {}).get("input_cost_per_token") if name else None
        if isinstance(price, (int, float)):
            return float(price)
    return None


def _is_private(base: str) -> bool:
    host = urlsplit(base).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith((".local", ".internal"))

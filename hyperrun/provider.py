"""The completion function behind Lisette's AsyncChat: one retry layer, typed errors, a lean client.

OpenAI-compatible and Azure addresses are spoken to directly: LiteLLM makes several objects for each
token (300 us), here the words of one tick are passed on together. Every other provider goes through
LiteLLM. Either way an error is one of `hyperrun.errors`, and its details go to the log alone.
"""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from hyperrun.errors import (
    ModelCutOff,
    ModelDown,
    ModelError,
    ModelRateLimited,
    ModelRefusedKey,
    ModelStalled,
    ModelUnknown,
)
from hyperrun.models import ModelChoice
from hyperrun.settings import Settings

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

log = logging.getLogger(__name__)

TICK_S = 0.05
CONNECT_TIMEOUT_S = 10.0
RETRY_AFTER_S = 0.5
MOST_LINE_BYTES = 4_000_000
COMPATIBLE = ("openai", "azure", "hosted_vllm", "lm_studio", "llamafile", "openai_like")
OPENAI_BASE = "https://api.openai.com/v1"


class Completion:
    """Called by Lisette once for each step of an answer; closing it ends a call under way.

    `words` is told an answer's words as they come, where `tells_words`: past Lisette, which would
    keep an object for each and put all of them together again at the end.
    """

    def __init__(
        self,
        litellm: Any,
        choice: ModelChoice,
        settings: Settings,
        session: "ClientSession",
        words: Callable[[str], None],
    ) -> None:
        self._litellm = litellm
        self._choice = choice
        self._settings = settings
        self._session = session
        self._words = words
        self._open: Any = None

    @property
    def tells_words(self) -> bool:
        """Is the text that comes out of Lisette known already?"""
        return self._choice.provider in COMPATIBLE

    async def __call__(self, **call: Any) -> AsyncIterator[Any]:
        """Begin a completion; the stream of its chunks. Retries once, before the first of them."""
        for retries_left in (1, 0):
            try:
                return await self._begin(call)
            except Exception as error:
                failure = as_model_error(error)
                if not (retries_left and isinstance(failure, ModelDown | ModelRateLimited)):
                    raise failure from error
                log.warning("%s; trying again", failure)
                await asyncio.sleep(RETRY_AFTER_S)
        raise AssertionError("unreachable")

    async def aclose(self) -> None:
        """End the call under way, if there is one: the provider sees the connection closed."""
        opened, self._open = self._open, None
        if opened is not None:
            await opened.aclose()

    async def _begin(self, call: dict[str, Any]) -> AsyncIterator[Any]:
        await self.aclose()
        if self.tells_words:
            response = await self._post(call)
            self._open = self._chunks(response)
        else:
            call |= {"num_retries": 0, "max_retries": 0}
            call["timeout"] = self._settings.model_idle_timeout_s
            self._open = _translated(await self._litellm.acompletion(**call))
        opened: AsyncIterator[Any] = self._open
        return opened

    async def _post(self, call: dict[str, Any]) -> "ClientResponse":
        import aiohttp

        choice = self._choice
        name = choice.name.partition("/")[2] or choice.name
        if choice.provider == "azure":
            url = f"{choice.api_base.rstrip('/')}/openai/deployments/{name}/chat/completions"
            url += f"?api-version={choice.api_version}"
            headers = {"api-key": choice.api_key}
        else:
            url = f"{(choice.api_base or OPENAI_BASE).rstrip('/')}/chat/completions"
            key = choice.api_key or _operators_key(choice)
            headers = {"Authorization": f"Bearer {key}"} if key else {}
        # No `sock_read`: what takes too long between two pieces is judged below.
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S)
        try:
            async with asyncio.timeout(self._settings.model_idle_timeout_s):
                response = await self._session.post(
                    url, json=_body(name, call), headers=headers, timeout=timeout,
                    allow_redirects=False,
                )  # fmt: skip
        except TimeoutError as error:
            raise ModelStalled(f"{choice.name}: no answer") from error
        except aiohttp.ClientError as error:
            raise ModelDown(f"{choice.name}: {type(error).__name__}") from error
        if response.status != 200:
            try:
                detail = (await response.content.read(2_000)).decode(errors="replace")
            finally:
                response.close()
            raise _refusal(response.status, f"{choice.name}: {response.status} {detail}")
        return response

    async def _chunks(self, response: "ClientResponse") -> AsyncIterator[Any]:
        """A response's server-sent events: words to `words`, then all as chunks for Lisette.

        The first words go out at once. Then nothing is read for a tick, so that the words of that
        time cost one turn of the event loop. Lisette is handed two chunks when the response has
        ended: all of the text, and tool calls with usage.
        """
        step = _Step(self._litellm, self._choice.name)
        content = response.content
        idle_s = self._settings.model_idle_timeout_s
        rest = b""
        try:
            while not step.ended:
                try:
                    async with asyncio.timeout(idle_s):
                        data = await content.readany()
                except TimeoutError as error:
                    raise ModelStalled(
                        f"{self._choice.name}: nothing for {idle_s:.0f} s"
                    ) from error
                if not data:
                    break
                *lines, rest = (rest + data).split(b"\n")
                if len(rest) > MOST_LINE_BYTES:
                    raise ModelError(f"{self._choice.name}: a line without an end")
                try:
                    for line in lines:
                        step.take(line)
                finally:
                    words = step.take_words()
                    if words:
                        self._words(words)
                if words and not step.ended:
                    await asyncio.sleep(TICK_S)
            if not step.finish_reason:
                raise ModelCutOff(f"{self._choice.name}: the stream ended without a reason")
            if step.text:
                yield step.chunk_of_text()
            yield step.last_chunk()
        except OSError as error:
            raise ModelCutOff(f"{self._choice.name}: {type(error).__name__}") from error
        except Exception as error:
            raise as_model_error(error, begun=bool(step.text)) from error
        finally:
            response.close()


class _Step:
    """What has come of one completion and has not been passed on."""

    def __init__(self, litellm: Any, model: str) -> None:
        self._types = litellm.types.utils
        self._model = model
        self._calls: dict[int, dict[str, Any]] = {}
        self._usage: dict[str, Any] | None = None
        self._words: list[str] = []
        self.text = ""  # all words that were taken
        self.finish_reason = ""
        self.ended = False

    def take(self, line: bytes) -> None:
        """One line of the response. Raises `ModelError` where it is not what was promised."""
        if not line.startswith(b"data:"):
            return
        data = line[5:].strip()
        if data == b"[DONE]":
            self.ended = True
            return
        try:
            event = json.loads(data.decode())
            if event.get("error"):
                raise _refusal(0, f"{self._model}: {str(event['error'])[:500]}")
            self._usage = event.get("usage") or self._usage
            for choice in event.get("choices") or ():
                delta = choice.get("delta") or {}
                if words := delta.get("content"):
                    if not isinstance(words, str):
                        raise TypeError("content is no text")
                    self._words.append(words)
                for call in delta.get("tool_calls") or ():
                    self._take_call(call)
                self.finish_reason = choice.get("finish_reason") or self.finish_reason
        except (ValueError, AttributeError, TypeError, KeyError) as error:
            raise ModelError(f"{self._model}: unreadable event: {data[:200]!r}") from error

    def _take_call(self, piece: dict[str, Any]) -> None:
        call = self._calls.setdefault(
            piece.get("index") or 0,
            {"id": "", "type": "function", "function": {"name": "", "arguments": ""}},
        )
        call["id"] = piece.get("id") or call["id"]
        function = piece.get("function") or {}
        call["function"]["name"] += function.get("name") or ""
        call["function"]["arguments"] += function.get("arguments") or ""

    def take_words(self) -> str:
        """The words that have come since the last time."""
        words = "".join(self._words)
        self._words.clear()
        self.text += words
        return words

    def chunk_of_text(self) -> Any:
        """All words as one chunk."""
        return self._chunk({"content": self.text, "role": "assistant"})

    def last_chunk(self) -> Any:
        """Tool calls, finish reason and usage."""
        calls = [{**call, "index": index} for index, call in sorted(self._calls.items())]
        delta: dict[str, Any] = {"role": "assistant", "content": None}
        if calls:
            delta["tool_calls"] = calls
        chunk = self._chunk(delta, self.finish_reason)
        if self._usage:
            known = ("prompt_tokens", "completion_tokens", "total_tokens")
            counts = {name: self._usage.get(name) or 0 for name in known}
            chunk.usage = self._types.Usage(**counts)
        return chunk

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> Any:
        types = self._types
        choice = types.StreamingChoices(
            index=0, delta=types.Delta(**delta), finish_reason=finish_reason
        )
        return types.ModelResponseStream(choices=[choice], model=self._model)


def _body(name: str, call: dict[str, Any]) -> dict[str, Any]:
    """The request as the endpoint takes it."""
    messages = [
        message if isinstance(message, dict) else message.model_dump(exclude_none=True)
        for message in call["messages"]
    ]
    body: dict[str, Any] = {
        "model": name,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if call.get("tools"):
        body["tools"] = call["tools"]
        if call.get("tool_choice"):
            body["tool_choice"] = call["tool_choice"]
    reasoning = name.startswith(("o1", "o3", "o4", "gpt-5"))
    if call.get("max_tokens"):
        body["max_completion_tokens" if reasoning else "max_tokens"] = call["max_tokens"]
    if call.get("temperature") is not None and not reasoning:
        body["temperature"] = call["temperature"]
    return body


def _operators_key(choice: ModelChoice) -> str:
    """The key out of the environment, for the operator's model at the provider's own address."""
    return "" if choice.own_key or choice.api_base else os.environ.get("OPENAI_API_KEY", "")


async def _translated(stream: Any) -> AsyncIterator[Any]:
    """LiteLLM's stream with our errors, closed when this one is."""
    try:
        async for chunk in stream:
            yield chunk
    except Exception as error:
        raise as_model_error(error, begun=True) from error
    finally:
        close = getattr(stream, "aclose", None) or getattr(stream, "close", None)
        if close is not None:
            await close()


def _refusal(status: int, detail: str) -> ModelError:
    """The error of a status code; 0 is an error event within a stream."""
    if status in (401, 403):
        return ModelRefusedKey(detail)
    if status == 404:
        return ModelUnknown(detail)
    if status == 429:
        return ModelRateLimited(detail)
    if status >= 500:
        return ModelDown(detail)
    return ModelError(detail)


# LiteLLM's exceptions by name: naming the classes would import it.
_BY_NAME: dict[str, type[ModelError]] = {
    "AuthenticationError": ModelRefusedKey,
    "PermissionDeniedError": ModelRefusedKey,
    "NotFoundError": ModelUnknown,
    "RateLimitError": ModelRateLimited,
    "Timeout": ModelStalled,
    "APIConnectionError": ModelDown,
    "ServiceUnavailableError": ModelDown,
    "InternalServerError": ModelDown,
    "BadGatewayError": ModelDown,
    "MidStreamFallbackError": ModelCutOff,
    "ClientPayloadError": ModelCutOff,
    "ServerDisconnectedError": ModelCutOff,
}


def as_model_error(error: Exception, *, begun: bool = False) -> ModelError:
    """Any failure of a provider as one of our own. `begun`: words had come before it."""
    if isinstance(error, ModelError):
        return error
    names = [kind.__name__ for kind in type(error).__mro__]
    kind = next((_BY_NAME[name] for name in names if name in _BY_NAME), ModelError)
    if begun and kind is ModelDown:
        kind = ModelCutOff
    return kind(f"{type(error).__name__}: {str(error)[:500]}")

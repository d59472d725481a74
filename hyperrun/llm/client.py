"""The completion function behind Lisette's AsyncChat: one retry layer, typed errors, a lean client.

OpenAI-compatible and Azure addresses are spoken to directly; every other provider goes through
LiteLLM. Words are told as they come, past Lisette: a chunk object for each token and what is done
with it at the end cost more than all the rest of an answer. Lisette gets each step when it is
whole, for its history and its tools. An error is one of `hyperrun.errors`, and its
details go to the log alone.
"""

import asyncio
import logging
import os
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from hyperrun.errors import (
    ModelCutOff,
    ModelDown,
    ModelError,
    ModelRateLimited,
    ModelRefusedKey,
    ModelStalled,
    ModelUnknown,
)
from hyperrun.llm.models import OPENAI_COMPATIBLE, ModelChoice, Models
from hyperrun.llm.read_batching import HeldConnection, ReadBatcher
from hyperrun.llm.wire import Step, joined, request_body
from hyperrun.settings import Settings
from hyperrun.text import without_controls

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

log = logging.getLogger(__name__)

SLACK = 0.05  # of the longest silence: moving a timer for each token costs more than its words
CONNECT_TIMEOUT_S = 10.0
RETRY_AFTER_S = 0.5
LONGEST_RETRY_AFTER_S = 5.0  # a provider that wants more is not waited for
MOST_LINE_BYTES = 4_000_000
OPENAI_BASE = "https://api.openai.com/v1"
TRANSIENT = (ModelDown, ModelRateLimited, ModelCutOff)

# What some models refuse, by a word of the refusal, and what is left out for them from then on.
QUIRKS = {
    "tool": ("tools", "tool_choice"),
    "temperature": ("temperature",),
    "max_completion_tokens": ("max_tokens",),
    "stream_options": ("stream_options",),
}
MOST_QUIRKS = 1_000


class Meter:
    """What the step under way takes, as long as its usage is not told: an estimate."""

    def __init__(self) -> None:
        self.said_bytes = 0
        self.estimated = False  # was any step's usage not told by the provider?
        self._prompt_bytes = 0
        self._runs = False

    def start(self, messages: Sequence[dict[str, Any]]) -> None:
        """A step begins."""
        said = (str(each.get("content") or "") for each in messages)
        self._prompt_bytes = sum(len(each.encode(errors="replace")) for each in said)
        self.said_bytes = 0
        self._runs = True

    def stop(self) -> None:
        """The step's usage is known."""
        self._runs = False

    @property
    def unbilled_tokens(self) -> tuple[int, int]:
        """Prompt and completion."""
        if not self._runs:
            return 0, 0
        return self._prompt_bytes // 4 + 1, -(-self.said_bytes // 4)


class Listener(Protocol):
    """Who is told how the steps of one answer go on."""

    meter: Meter  # counts what they take

    def step_begins(self) -> None:
        """The provider is about to be asked."""

    def say(self, said: str) -> None:
        """All that this step has said so far, the moment more has come."""


@dataclass(frozen=True, slots=True)
class Client:
    """What the calls of all answers have in common."""

    litellm: Any
    settings: Settings
    session: "ClientSession"
    quirks: dict[str, frozenset[str]] = field(default_factory=dict)
    batcher: ReadBatcher = field(default_factory=ReadBatcher)

    @classmethod
    def of(cls, models: Models, litellm: Any, settings: Settings) -> "Client":
        """The client that uses the connections of `models`."""
        return cls(litellm, settings, models.session(), models.quirks, models.batcher)


class Completion:
    """Called by Lisette once for each step of an answer.

    Cancelling the task that waits for a step ends the call under way, and the provider sees its
    connection closed.
    """

    def __init__(self, client: Client, choice: ModelChoice, listener: Listener) -> None:
        self._litellm = client.litellm
        self._settings = client.settings
        self._session = client.session
        self._quirks = client.quirks
        self._batcher = client.batcher
        self._choice = choice
        self._listener = listener
        self._meter = listener.meter
        self._timer_moved = 0.0
        self._said = ""  # by the step so far

    async def __call__(self, **call: Any) -> Any:
        """One step as LiteLLM's ModelResponse, when it is whole.

        Raises `ModelError`, or LiteLLM's ContextWindowExceededError, at which Lisette shortens what
        tools have returned.
        """
        self._meter.start(call["messages"])
        self._said = ""
        self._listener.step_begins()
        step = await self._with_one_retry(call)
        self._meter.stop()
        return step

    async def _with_one_retry(self, call: dict[str, Any]) -> Any:
        for retries_left in (1, 0):
            try:
                return await self._attempt(call)
            except Exception as error:
                if type(error).__name__ == "ContextWindowExceededError":
                    raise
                failure = self._failure(error)
                wait_s = max(RETRY_AFTER_S, getattr(failure, "retry_after_s", 0.0))
                if (
                    self._meter.said_bytes
                    or not retries_left
                    or not isinstance(failure, TRANSIENT)
                    or wait_s > LONGEST_RETRY_AFTER_S
                ):
                    raise failure from error
                log.warning("%s; trying again in %.1f s", failure, wait_s)
                await asyncio.sleep(wait_s)
        raise AssertionError("unreachable")

    async def _attempt(self, call: dict[str, Any]) -> Any:
        limit_s = self._settings.model_first_token_timeout_s
        self._timer_moved = 0.0
        try:
            async with asyncio.timeout(limit_s) as timer:
                if is_compatible(self._choice, self._litellm):
                    return await self._directly(call, timer)
                return await self._through_litellm(call, timer)
        except TimeoutError as error:
            if not timer.expired():
                raise
            raise ModelStalled(f"{self._choice.name}: nothing for too long") from error

    def _heard(self, timer: asyncio.Timeout) -> None:
        now = asyncio.get_running_loop().time()
        idle_s = self._settings.model_idle_timeout_s
        if now - self._timer_moved > idle_s * SLACK:
            self._timer_moved = now
            timer.reschedule(now + idle_s * (1 + SLACK))

    def _tell(self, words: str) -> None:
        size_bytes = len(words) if words.isascii() else len(words.encode(errors="replace"))
        self._meter.said_bytes += size_bytes
        words = without_controls(words)
        if words:
            self._said += words
            self._listener.say(self._said)

    def _failure(self, error: Exception) -> ModelError:
        """`error` as one of ours, without the key, which some providers repeat."""
        key = self._choice.api_key
        return as_model_error(error, begun=bool(self._meter.said_bytes), secret=key)

    # OpenAI-compatible addresses

    async def _directly(self, call: dict[str, Any], timer: asyncio.Timeout) -> Any:
        response = await self._post(call)
        try:
            connection = response.connection
            transport = connection.transport if connection is not None else None
            with HeldConnection(transport) as held:
                step = await self._read(response, held, timer)
        finally:
            response.close()
        self._meter.estimated = self._meter.estimated or not step.told_usage
        return step.response(self._said, self._meter.unbilled_tokens)

    async def _post(self, call: dict[str, Any]) -> "ClientResponse":
        """The response to a request that the model understands. Raises `ModelError`."""
        import aiohttp

        choice = self._choice
        url, headers = address_of(choice)
        # No `sock_read`: what takes too long between two pieces is judged above.
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S)
        place = f"{url} {choice.name}"
        while True:
            left_out = self._quirks.get(place, frozenset())
            body = request_body(model_name(choice, self._litellm), call, left_out)
            try:
                response = await self._session.post(
                    url, json=body, headers=headers, timeout=timeout, allow_redirects=False
                )
            except (aiohttp.ClientError, OSError) as error:
                raise ModelDown(f"{choice.name}: {type(error).__name__}") from error
            if response.status == 200:
                return response
            try:
                detail = (await response.content.read(2_000)).decode(errors="replace")
            finally:
                response.close()
            refused = {
                word
                for word in QUIRKS
                if response.status in (400, 422) and word in detail and word not in left_out
            }
            if not refused or "context_length" in detail or len(self._quirks) >= MOST_QUIRKS:
                break
            log.info("%s: asking again without %s", choice.name, ", ".join(sorted(refused)))
            self._quirks[place] = left_out | refused
        if "context_length_exceeded" in detail or "maximum context length" in detail:
            raise self._litellm.ContextWindowExceededError(
                "the prompt is too long", model=choice.name, llm_provider=choice.provider
            )
        wait_s = response.headers.get("Retry-After", "")
        detail = f"{choice.name}: {response.status} {detail}"
        raise _refusal(response.status, detail, float(wait_s) if wait_s.isdecimal() else 0.0)

    async def _read(
        self, response: "ClientResponse", held: HeldConnection, timer: asyncio.Timeout
    ) -> Step:
        """The whole of a streamed response; its words are told on the way."""
        step = Step(self._litellm, self._choice.name)
        content = response.content
        rest = b""
        while not step.ended:
            data = await content.readany()
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            if len(rest) > MOST_LINE_BYTES:
                raise ModelError(f"{self._choice.name}: a line without an end")
            for each in lines:
                if each.startswith(b"data:"):
                    step.take(each[5:].strip())
            if step.begun:
                self._heard(timer)
            if step.words:
                self._tell(step.take_words())
                if not step.ended:
                    self._batcher.hold(held)
        if rest.startswith(b"data:") and not step.ended:
            step.take(rest[5:].strip())
            self._tell(step.take_words())
        if not step.is_whole:
            raise ModelCutOff(f"{self._choice.name}: the stream ended without a reason")
        return step

    # Everybody else

    async def _through_litellm(self, call: dict[str, Any], timer: asyncio.Timeout) -> Any:
        call = call | {
            "stream": True,
            "num_retries": 0,
            "max_retries": 0,
            "timeout": self._settings.model_first_token_timeout_s,
            "stream_options": {"include_usage": True},
            "tools": deepcopy(call.get("tools")),  # all chats share one, and LiteLLM changes it
        }
        stream = await self._litellm.acompletion(**call)
        chunks: list[Any] = []
        try:
            async for chunk in stream:
                self._heard(timer)
                choice = chunk.choices[0] if chunk.choices else None
                if choice is not None and choice.delta.content:
                    self._tell(choice.delta.content)
                joined(chunks, chunk)
        finally:
            # LiteLLM's wrapper does not close what it reads from.
            for each in (stream, getattr(stream, "completion_stream", None)):
                close = getattr(each, "aclose", None)
                if close is not None:
                    await close()
        if not any(chunk.choices and chunk.choices[0].finish_reason for chunk in chunks):
            raise ModelCutOff(f"{self._choice.name}: the stream ended without a reason")
        return self._litellm.stream_chunk_builder(chunks)


def is_compatible(choice: ModelChoice, litellm: Any) -> bool:
    """Can this model be reached by the lean client?"""
    if choice.provider in OPENAI_COMPATIBLE:
        return True
    return bool(choice.api_base) and choice.provider not in _known_providers(litellm)


def model_name(choice: ModelChoice, litellm: Any) -> str:
    """The name its endpoint knows the model by: without LiteLLM's prefix, where it is one."""
    prefix, slash, name = choice.name.partition("/")
    is_prefix = slash and (prefix in OPENAI_COMPATIBLE or prefix in _known_providers(litellm))
    return name if is_prefix else choice.name


def _known_providers(litellm: Any) -> set[str]:
    return {str(getattr(each, "value", each)) for each in litellm.provider_list}


def address_of(choice: ModelChoice) -> tuple[str, dict[str, str]]:
    """Where the lean client posts to, and the headers that let it in."""
    base = (choice.api_base or OPENAI_BASE).rstrip("/")
    if choice.provider == "azure":
        headers = {"api-key": choice.api_key}
        if base.endswith("/openai/v1"):
            return f"{base}/chat/completions", headers
        deployment = choice.name.partition("/")[2]
        url = f"{base}/openai/deployments/{deployment}/chat/completions"
        return f"{url}?api-version={choice.api_version}", headers
    key = choice.api_key
    if not key and not choice.own_key and not choice.api_base:
        key = os.environ.get("OPENAI_API_KEY", "")  # the operator's, at the provider's own address
    return f"{base}/chat/completions", {"Authorization": f"Bearer {key}"} if key else {}


def _refusal(status: int, detail: str, retry_after_s: float = 0.0) -> ModelError:
    """The error of a status code."""
    if status in (401, 403):
        return ModelRefusedKey(detail)
    if status == 404:
        return ModelUnknown(detail)
    if status == 429:
        return ModelRateLimited(detail, retry_after_s)
    if status >= 500 or status == 408:
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
    "ConnectionError": ModelCutOff,
}


def as_model_error(error: Exception, *, begun: bool = False, secret: str = "") -> ModelError:
    """Any failure of a provider as one of our own. `begun`: words had come before it."""
    detail = str(error) if isinstance(error, ModelError) else f"{type(error).__name__}: {error}"
    if secret:
        detail = detail.replace(secret, "[key]")
    if isinstance(error, ModelError):
        error.args = (detail[:2_500], *error.args[1:])
        return error
    names = [kind.__name__ for kind in type(error).__mro__]
    known = next((_BY_NAME[name] for name in names if name in _BY_NAME), None)
    status = getattr(error, "status_code", 0)
    if known is None and isinstance(status, int):
        known = type(_refusal(status, ""))
    kind = known or ModelError
    if begun and kind is ModelDown:
        kind = ModelCutOff
    return kind(detail[:500])

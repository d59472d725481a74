"""The completion function behind Lisette's AsyncChat: one retry layer, typed errors, lean roads.

Addresses that take OpenAI's format or Anthropic's are spoken to directly; what is left goes through
LiteLLM. Words are told as they come, past Lisette: a chunk object for each token and what is done
with it at the end cost more than all the rest of an answer. Lisette gets each step when it is
whole, for its history and its tools. An error is one of `hyperrun.errors`, and its
details go to the log alone.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import aclosing
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from hyperrun.errors import (
    ModelContextTooLong,
    ModelCutOff,
    ModelDown,
    ModelError,
    ModelRateLimited,
    ModelStalled,
)
from hyperrun.llm import anthropic, refusals, wire
from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.content import ContentFilter
from hyperrun.llm.endpoints import endpoint_of
from hyperrun.llm.failures import as_model_error
from hyperrun.llm.learned import Learned
from hyperrun.llm.meter import Meter
from hyperrun.llm.models import Models
from hyperrun.llm.read_batching import HeldConnection, ReadBatcher
from hyperrun.llm.response_body import read_at_most, read_events
from hyperrun.llm.room import Room, Shape, as_they_are
from hyperrun.llm.windows import Windows
from hyperrun.llm.wire import ModelStep, joined
from hyperrun.redaction import without_secrets_in
from hyperrun.settings import Settings
from hyperrun.text import without_controls

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

log = logging.getLogger(__name__)

SLACK = 0.05  # of the longest silence: moving a timer for each token costs more than its words
CONNECT_TIMEOUT_S = 10.0
RETRY_AFTER_S = 0.5
LONGEST_RETRY_AFTER_S = 5.0  # a provider that wants more is not waited for
MAX_REFUSAL_BYTES = 20_000
TRANSIENT = (ModelDown, ModelRateLimited, ModelCutOff)


class Listener(Protocol):
    """Who is told how the steps of one answer go on."""

    meter: Meter  # counts what they take

    def step_begins(self) -> None:
        """The provider is about to be asked."""

    def say(self, said: str) -> None:
        """All that this step has said so far, the moment more has come. It is less than before
        where words turn out to be thoughts."""

    def think(self, thought: str) -> None:
        """A piece of what the model thinks."""


@dataclass(frozen=True, slots=True)
class Client:
    """What the calls of all answers have in common."""

    litellm: Any
    settings: Settings
    session: "ClientSession"
    learned: Learned = field(default_factory=Learned)
    batcher: ReadBatcher = field(default_factory=ReadBatcher)
    windows: Windows = field(default_factory=Windows)

    @classmethod
    def of(cls, models: Models, litellm: Any, settings: Settings) -> "Client":
        """The client that uses the connections of `models`."""
        session = models.session()
        return cls(litellm, settings, session, models.learned, models.batcher, models.windows)


class Completion:
    """Called by Lisette once for each step of an answer; `shape` makes its prompt fit.

    Cancelling the task that waits for a step ends the call under way, and the provider sees its
    connection closed.
    """

    def __init__(
        self,
        client: Client,
        choice: ModelChoice,
        listener: Listener,
        shape: Shape = as_they_are,
    ) -> None:
        self._litellm = client.litellm
        self._settings = client.settings
        self._session = client.session
        self._windows = client.windows
        self._batcher = client.batcher
        self._choice = choice
        self._listener = listener
        self._meter = listener.meter
        self._timer_moved = 0.0
        self.endpoint = endpoint_of(choice, client.litellm)
        self.lessons = client.learned.of(self.endpoint.url, choice.name, choice.own_key)
        effort = client.settings.reasoning_effort
        self._room = Room(self.endpoint.model, effort, self.lessons, shape)
        self.finish_reason = ""  # of the last step: one of `wire.FINISHED`
        self.has_thought = False  # in the last step
        self.heard_at = 0.0  # the last word or thought, by the event loop's clock
        self._said = ""  # by the step so far

    async def __call__(self, **call: Any) -> Any:
        """One step as LiteLLM's ModelResponse, when it is whole. Raises `ModelError`."""
        self._said, self.finish_reason, self.has_thought = "", "", False
        call["messages"] = [without_secrets_in(message) for message in call["messages"]]
        self._meter.start(call["messages"])
        self._listener.step_begins()
        step = await self._with_one_retry(call)
        self._meter.stop()
        return step

    async def _with_one_retry(self, call: dict[str, Any]) -> Any:
        window = await self.window()
        retries_left, repairs_left = 1, 1
        while True:
            try:
                step = await self._attempt(self._room.fitted(call, window))
            except Exception as error:
                failure = self._failure(error)
                if self._meter.said_bytes:
                    raise failure from error
                if isinstance(failure, ModelContextTooLong) and repairs_left:
                    repairs_left -= 1
                    window = self._room.repaired(failure, window)
                    log.info("%s: the prompt was too long; trying %d tokens", failure, window)
                    continue
                wait_s = max(RETRY_AFTER_S, getattr(failure, "retry_after_s", 0.0))
                is_transient = isinstance(failure, TRANSIENT)
                if not retries_left or not is_transient or wait_s > LONGEST_RETRY_AFTER_S:
                    raise failure from error
                retries_left -= 1
                log.warning("%s; trying again in %.1f s", failure, wait_s)
                await asyncio.sleep(wait_s)
            else:
                if not repairs_left and not self._settings.context_tokens:
                    self.lessons.takes(window)
                return step

    async def _attempt(self, call: dict[str, Any]) -> Any:
        limit_s = self._settings.model_first_token_timeout_s
        self._timer_moved = 0.0
        try:
            async with asyncio.timeout(limit_s) as timer:
                if self.endpoint.road == "litellm":
                    return await self._through_litellm(call, timer)
                return await self._directly(call, timer)
        except TimeoutError as error:
            if not timer.expired():
                raise
            raise ModelStalled(f"{self._choice.name}: nothing for too long") from error

    def _heard(self, timer: asyncio.Timeout) -> None:
        now = self.heard_at = asyncio.get_running_loop().time()
        idle_s = self._settings.model_idle_timeout_s
        if now - self._timer_moved > idle_s * SLACK:
            self._timer_moved = now
            timer.reschedule(now + idle_s * (1 + SLACK))

    def _tell(self, content: ContentFilter) -> bool:
        """Hand on what has come; True if there was any."""
        if thoughts := content.thoughts:
            content.thoughts = ""
            self._meter.said(thoughts)
            self.has_thought = True
            self.lessons.has_thought()
            self._listener.think(without_controls(thoughts))
        if content.retracted:
            content.retracted, self._said = False, ""
            self._listener.say("")
        if words := content.words:
            content.words = ""
            self._meter.said(words)
            if words := without_controls(words):
                self._said += words
                self._listener.say(self._said)
        return bool(thoughts or words)

    def _failure(self, error: Exception) -> ModelError:
        """`error` as one of ours, without the key, which some providers repeat."""
        key = self._choice.api_key
        return as_model_error(error, begun=bool(self._meter.said_bytes), secret=key)

    # What is sent

    async def window(self) -> int:
        """The model's window in tokens; 0 where nobody knows it."""
        known = self._settings.context_tokens or self.lessons.window_tokens
        return known or await self._windows.of(
            self._choice, self.endpoint, self._litellm, self._session
        )

    # OpenAI's format and Anthropic's

    async def _directly(self, call: dict[str, Any], timer: asyncio.Timeout) -> Any:
        response, left_out = await self._post(call)
        step = self._new_step(call, left_out)
        try:
            connection = response.connection
            transport = connection.transport if connection is not None else None
            with HeldConnection(transport) as held:
                await self._read(response, step, held, timer)
        finally:
            response.close()
        self.lessons.refuses(left_out - self.lessons.refused)
        return self._whole(step)

    def _whole(self, step: ModelStep) -> Any:
        self._meter.estimated = self._meter.estimated or not step.told_usage
        self.finish_reason = step.finish_reason or "stop"
        whole = step.response(self._said, self._meter.unbilled_tokens)
        if step.told_usage:
            self._room.counted(whole.usage.prompt_tokens)
        return whole

    def _new_step(self, call: dict[str, Any], left_out: frozenset[str]) -> ModelStep:
        is_anthropic = self.endpoint.road == "anthropic"
        kind = anthropic.AnthropicStep if is_anthropic else wire.Step
        return kind(self._litellm, self._choice.name, self._content(call, left_out))

    def _content(self, call: dict[str, Any], left_out: frozenset[str]) -> ContentFilter:
        tools = () if "tools" in left_out else call.get("tools") or ()
        names = tuple(tool["function"]["name"] for tool in tools)
        return ContentFilter(names, thinks_first=self.lessons.opens_with_thoughts)

    def _body(self, call: dict[str, Any], left_out: frozenset[str]) -> dict[str, Any]:
        effort = self._settings.reasoning_effort
        if self.endpoint.road == "anthropic":
            return anthropic.request_body(self.endpoint.model, call, left_out, effort)
        body = wire.request_body(self.endpoint.model, call, left_out, effort)
        if self._choice.provider == "openrouter" and "claude" in self.endpoint.model:
            anthropic.with_breakpoints(body["messages"], left_out)
        return body

    async def _post(self, call: dict[str, Any]) -> tuple["ClientResponse", frozenset[str]]:
        """The response to a request that the model understands, and what that left out.

        Raises `ModelError`.
        """
        import aiohttp

        choice, endpoint = self._choice, self.endpoint
        # No `sock_read`: what takes too long between two pieces is judged above.
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S)
        left_out = self.lessons.refused
        while True:
            body = self._body(call, left_out)
            try:
                response = await self._session.post(
                    endpoint.url, json=body, headers=endpoint.headers, timeout=timeout,
                    allow_redirects=False,
                )  # fmt: skip
            except (aiohttp.ClientError, OSError) as error:
                raise ModelDown(f"{choice.name}: {type(error).__name__}") from error
            if response.status == 200 and response.content_type != "text/html":
                return response, left_out
            try:
                data = await read_at_most(response, MAX_REFUSAL_BYTES)
                text = data.decode(errors="replace")
            finally:
                response.close()
            if why := _no_api(response):
                raise ModelError(f"{choice.name}: {why}")
            refusal = refusals.read(response.status, text)
            more = refusals.unsupported(refusal, _sent(call)) - left_out
            if not more:
                break
            log.info("%s: asking again without %s", choice.name, ", ".join(sorted(more)))
            left_out |= more
        raise refusals.error_of(
            refusal,
            f"{choice.name}: {response.status} {text[:2_000]}",
            refusals.wait_s(response.headers.get("Retry-After", ""), time.time()),
        )

    async def _read(
        self,
        response: "ClientResponse",
        step: ModelStep,
        held: HeldConnection,
        timer: asyncio.Timeout,
    ) -> None:
        """The whole of a streamed response; its words are told on the way."""
        async with aclosing(read_events(response, self._choice.name)) as reads:
            async for events in reads:
                for data in events:
                    step.take(data)
                if step.begun:
                    self._heard(timer)
                if self._tell(step.content) and not step.ended:
                    self._batcher.hold(held)
                if step.ended:
                    break
        self._end(step.content, step.finish)
        if not step.is_whole:
            raise ModelCutOff(f"{self._choice.name}: the stream ended without a reason")

    def _end(self, content: ContentFilter, finish: Callable[[], None]) -> None:
        finish()
        self._tell(content)
        if content.opened_in_template != self.lessons.opens_with_thoughts:
            self.lessons.opens_with_thoughts = content.opened_in_template

    # Everybody else

    async def _through_litellm(self, call: dict[str, Any], timer: asyncio.Timeout) -> Any:
        left_out = self.lessons.refused
        while True:
            try:
                whole = await self._litellm_step(call, left_out, timer)
            except Exception as error:
                status = getattr(error, "status_code", 0)
                if isinstance(error, ModelError) or not isinstance(status, int):
                    raise
                refusal = refusals.Refusal(status, message=str(error))
                more = refusals.unsupported(refusal, _sent(call)) - left_out
                if not more or self._meter.said_bytes:
                    raise
                log.info("%s: asking again without %s", self._choice.name, ", ".join(sorted(more)))
                left_out |= more
            else:
                self.lessons.refuses(left_out - self.lessons.refused)
                return whole

    async def _litellm_step(
        self, call: dict[str, Any], left_out: frozenset[str], timer: asyncio.Timeout
    ) -> Any:
        stream = await self._litellm.acompletion(**self._litellm_call(call, left_out))
        content = self._content(call, left_out)
        chunks: list[Any] = []
        reason = ""
        try:
            async for chunk in stream:
                self._heard(timer)
                choice = chunk.choices[0] if chunk.choices else None
                if choice is not None:
                    content.thoughts += getattr(choice.delta, "reasoning_content", None) or ""
                    content.feed(choice.delta.content or "")
                    reason = choice.finish_reason or reason
                    self._tell(content)
                joined(chunks, chunk)
        finally:
            # LiteLLM's wrapper does not close what it reads from.
            for each in (stream, getattr(stream, "completion_stream", None)):
                close = getattr(each, "aclose", None)
                if close is not None:
                    await close()
        self._end(content, content.finish)
        if not reason:
            raise ModelCutOff(f"{self._choice.name}: the stream ended without a reason")
        self.finish_reason = wire.normal_reason(reason)
        whole = self._litellm.stream_chunk_builder(chunks)
        self._room.counted(getattr(whole.usage, "prompt_tokens", 0) or 0)
        message = whole.choices[0].message
        if message.content != self._said:
            message.content = self._said or None
        if content.calls:
            calls = [{**each, "id": f"call_{n}"} for n, each in enumerate(content.calls)]
            whole.choices[0].message = self._litellm.types.utils.Message(
                content=self._said or None, tool_calls=calls
            )
        return whole

    def _litellm_call(self, call: dict[str, Any], left_out: frozenset[str]) -> dict[str, Any]:
        call = call | {
            "stream": True,
            "num_retries": 0,
            "max_retries": 0,
            "timeout": self._settings.model_first_token_timeout_s,
            "stream_options": {"include_usage": True},
            "tools": deepcopy(call.get("tools")),  # all chats share one, and LiteLLM changes it
            "messages": wire.messages_for(call["messages"], left_out),
        }
        if "claude" in self._choice.name:  # on Bedrock or Vertex
            anthropic.with_breakpoints(call["messages"], left_out)
        if self._settings.reasoning_effort:
            call["reasoning_effort"] = self._settings.reasoning_effort
        if "tools" in left_out:
            call = {name: value for name, value in call.items() if name != "tool_choice"}
        return {name: value for name, value in call.items() if name not in left_out}


def _sent(call: dict[str, Any]) -> list[str]:
    return [wire.text_of(each.get("content")) for each in call["messages"]]


def _no_api(response: "ClientResponse") -> str:
    """What is said of a server that leads elsewhere or shows a page, as one does that is asked at
    another address than its API's; "" where it is none."""
    asked = "is HYPERRUN_API_BASE its API's address?"
    if 300 <= response.status < 400:
        elsewhere = response.headers.get("Location", "").partition("?")[0]
        return f"{response.status} leads to {elsewhere[:300] or 'nowhere'}: {asked}"
    if response.status == 200:
        return f"a web page came instead of an answer: {asked}"
    return ""

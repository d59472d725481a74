"""One question to a stream of typed events: search, model, tool calls, text, cost.

The chat is made anew for each question from stored history, so nothing can interleave, leak or be
left half-done. The model can do one thing besides writing: search the indexed corpus.
"""

import asyncio
import json
import logging
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Sequence
from contextlib import aclosing, asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from hyperrun import prompts, provider
from hyperrun.citations import strip_citations
from hyperrun.conversation import PageContext, Source, Turn, Usage
from hyperrun.errors import ModelCutOff, ModelStalled, SearchError
from hyperrun.extractive import extract
from hyperrun.models import ModelChoice, Models
from hyperrun.plain import plain, without_controls
from hyperrun.search.engine import Search
from hyperrun.search.passage import Passage
from hyperrun.settings import Settings

log = logging.getLogger(__name__)

FIRST_PASSAGES = 6
MOST_PASSAGES = 10  # for one tool call
MOST_TOOL_CALLS = 6
MOST_HISTORY_CHARS = 24_000
MOST_PASSAGE_CHARS = 4_000
SUGGESTIONS_TIMEOUT_S = 8.0


@dataclass(frozen=True, slots=True)
class Searching:
    """A search has begun."""

    query: str


@dataclass(frozen=True, slots=True)
class Found:
    """A search has ended; these sources may be cited from now on."""

    query: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class SearchFailed:
    """A search could not be carried out."""

    query: str


@dataclass(frozen=True, slots=True)
class Text:
    """More of the answer, as Markdown."""

    delta: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Questions the reader may want to ask next."""

    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """What the answer has taken so far; a later one replaces an earlier one."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Done:
    """The end. "stop", or "length" where the answer hit its limit."""

    finish_reason: str


Event = Searching | Found | SearchFailed | Text | Suggestions | Used | Done


class Agent:
    """Answers questions about one corpus."""

    def __init__(self, settings: Settings, search: Search, models: Models) -> None:
        self._settings = settings
        self._search = search
        self._models = models

    async def answer(
        self,
        question: str,
        history: Sequence[Turn],
        page: PageContext,
        model: ModelChoice | None,
        language: str = "",
    ) -> AsyncGenerator[Event, None]:
        """The events of one answer. `history` is answered turns only, oldest first.

        Raises `ModelError` and `SearchError`. Closing the generator ends the provider call at once.
        """
        research = Research(self._search, version_of(page.url))
        if model is None:
            yield Searching(question)
            sources = await research.find(_with_page(question, page), FIRST_PASSAGES)
            yield Found(question, sources)
            async for delta in extract(question, sources, language or "en"):
                yield Text(delta)
            if self._settings.suggestions != "off":
                yield Suggestions(await asyncio.to_thread(self._search.related, sources))
            yield Done("stop")
            return
        lisette = await self._models.library()
        yield Searching(question)
        try:
            first = await research.find(_with_page(question, page), FIRST_PASSAGES)
            yield Found(question, first)
        except SearchError as error:
            log.warning("first search: %s", error)
            first = ()
            yield SearchFailed(question)
        said: asyncio.Queue[Any] = asyncio.Queue()
        completion = provider.Completion(
            lisette.core.litellm, model, self._settings, self._models.session(), said.put_nowait
        )
        chat = _chat(
            lisette, self._settings, self._search.project, model, history, research, completion
        )
        message = {"role": "user", "content": prompts.question(question, page, first)}
        # Closing a generator does not close the one it reads from: the provider is told by name.
        async with (
            aclosing(completion),
            aclosing(
                self._converse(chat, message, model, research, said, completion.tells_words)
            ) as events,
        ):
            words, used = "", Usage()
            async for event in events:
                if isinstance(event, Text):
                    words += event.delta
                elif isinstance(event, Used):
                    used = event.usage
                elif isinstance(event, Done):
                    async for more in self._suggest(chat, model, research, words, used):
                        yield more
                yield event

    async def _suggest(
        self, chat: Any, model: ModelChoice, research: "Research", words: str, used: Usage
    ) -> AsyncIterator[Event]:
        """Up to three questions to ask next. Never fails the answer it comes after."""
        if self._settings.suggestions == "headings":
            yield Suggestions(await asyncio.to_thread(self._search.related, research.sources))
        if self._settings.suggestions != "model" or not words:
            return
        try:
            async with asyncio.timeout(SUGGESTIONS_TIMEOUT_S):
                reply = await chat(
                    {"role": "user", "content": prompts.SUGGEST},
                    max_steps=0, max_tokens=120, tool_choice="none",
                )  # fmt: skip
        except Exception as error:  # whatever a provider makes of it: the answer stands
            log.warning("no suggestions: %s: %s", type(error).__name__, error)
            return
        usage = getattr(reply, "usage", None)
        prompt_tokens = used.prompt_tokens + (getattr(usage, "prompt_tokens", 0) or 0)
        completion_tokens = used.completion_tokens + (getattr(usage, "completion_tokens", 0) or 0)
        yield Used(self._models.usage(model, prompt_tokens, completion_tokens))
        lines = (reply.choices[0].message.content or "").splitlines()
        questions = [line.strip(" -*0123456789.").strip() for line in lines]
        asked = [each[:120] for each in questions if each.endswith(("?", "？"))]
        yield Suggestions(tuple(asked[:3]))

    async def _converse(
        self,
        chat: Any,
        message: dict[str, str],
        model: ModelChoice,
        research: "Research",
        said: "asyncio.Queue[Any]",
        tells_words: bool,
    ) -> AsyncGenerator[Event, None]:
        """The model's turn: its text, its searches, what it took.

        `said` brings words as text; what Lisette makes of each step joins them there, in order.
        """
        settings = self._settings
        prompt_tokens = completion_tokens = 0
        finish_reason = ""
        deadline = time.monotonic() + settings.answer_timeout_s
        async with _running(self._steps(chat, message, said)) as steps:
            while True:
                wait_s = min(settings.model_idle_timeout_s, deadline - time.monotonic())
                try:
                    async with asyncio.timeout(max(wait_s, 0.001)):
                        item = await said.get()
                except TimeoutError as error:
                    raise ModelStalled(f"{model.name}: nothing for {wait_s:.0f} s") from error
                if isinstance(item, str):
                    yield Text(without_controls(item))
                    continue
                if item is None:
                    await steps  # raises what has ended it
                    break
                if isinstance(item, dict):  # a tool's result
                    for event in research.take_events():
                        yield event
                    continue
                choice = item.choices[0] if item.choices else None
                delta = getattr(choice, "delta", None)
                if delta is not None:
                    if delta.content and not tells_words:
                        yield Text(without_controls(delta.content))
                    continue
                # The whole of one step: what it took, and what it wants to be searched.
                usage = getattr(item, "usage", None)
                prompt_tokens += getattr(usage, "prompt_tokens", 0) or 0
                completion_tokens += getattr(usage, "completion_tokens", 0) or 0
                yield Used(self._models.usage(model, prompt_tokens, completion_tokens))
                finish_reason = getattr(choice, "finish_reason", "") or ""
                for call in getattr(choice.message, "tool_calls", None) or () if choice else ():
                    query = asked_for(call.function.arguments)
                    if query:
                        yield Searching(query)
        if finish_reason not in ("stop", "length", "tool_calls", "content_filter"):
            raise ModelCutOff(f"{model.name}: ended with {finish_reason!r}")
        yield Done(finish_reason)

    async def _steps(self, chat: Any, message: dict[str, str], said: "asyncio.Queue[Any]") -> None:
        """Let Lisette run its tool loop; what comes out goes to `said`, and None at the end."""
        try:
            stream = await chat(
                message, stream=True, max_steps=MOST_TOOL_CALLS, final_prompt=prompts.FINAL,
                tc_timeout=self._settings.answer_timeout_s,
            )  # fmt: skip
            async with aclosing(stream):
                async for item in stream:
                    said.put_nowait(item)
        finally:
            said.put_nowait(None)


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator["asyncio.Task[None]"]:
    """`work` as a task that has ended when the block has."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # seen


class Research:
    """The searches of one answer: passages numbered from 1, each handed out once."""

    def __init__(self, search: Search, version: str = "") -> None:
        self._search = search
        self._version = version
        self._sources: dict[tuple[str, int, int], Source] = {}
        self._events: list[Event] = []
        self._calls = 0

    async def find(self, query: str, k: int) -> tuple[Source, ...]:
        """Search, and number what is found. Raises `SearchError`."""
        found = await self._search.search(query, k, version=self._version)
        return tuple(self._number(passage) for passage in found)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Everything that was handed out, in order."""
        return tuple(self._sources.values())

    def _number(self, passage: Passage) -> Source:
        place = (passage.file, passage.start_line, passage.end_line)
        if place not in self._sources:
            self._sources[place] = Source(len(self._sources) + 1, _bounded(passage))
        return self._sources[place]

    def take_events(self) -> list[Event]:
        """What has happened since the last time."""
        events, self._events = self._events, []
        return events

    async def call(self, **arguments: Any) -> str:
        """The model's tool call, whatever the model has put into it. Never raises."""
        query = arguments.get("query")
        if not isinstance(query, str) or not query.strip():
            return "search_code needs a `query`: a few words to look for."
        query = plain(query)
        self._calls += 1
        if self._calls > MOST_TOOL_CALLS:
            return "That was the last search. Answer with what you have."
        k = arguments.get("k")
        k = k if isinstance(k, int) and not isinstance(k, bool) else FIRST_PASSAGES
        try:
            sources = await self.find(query, min(max(k, 1), MOST_PASSAGES))
        except Exception as error:  # a tool that raises sends its traceback to the model
            log.warning(
                "search_code(%d characters): %s: %s", len(query), type(error).__name__, error
            )
            self._events.append(SearchFailed(query))
            return (
                "The search failed. Answer with what you have, and say that you could not search."
            )
        self._events.append(Found(query, sources))
        if not sources:
            return "Nothing was found. Try other words, or say that the documentation does not say."
        return f"<passages>\n{prompts.quoted(sources)}\n</passages>"


def version_of(address: str) -> str:
    """The version that a documentation page's address carries ("v1.2" in …/v1.2/guide/), or ""."""
    found = re.search(
        r"/(v?\d+(?:\.(?:\d+|x))+(?:[-.]?(?:rc|a|b|beta|alpha)\d*)?|v\d+)(?=/|$)", address
    )
    return found[1] if found else ""


async def search_code(
    query: str,  # What to look for, in words the documentation or the code would use
    k: int = 6,  # How many passages to return, at most 10
) -> str:
    "Search the project's documentation and source code. Returns numbered passages to cite as [n]."
    raise NotImplementedError  # only its signature is used; `Research.call` answers


def asked_for(arguments: str) -> str:
    """The query in a tool call's arguments, "" where they cannot be read."""
    try:
        query = json.loads(arguments or "{}").get("query", "")
    except (ValueError, AttributeError):
        return ""
    return plain(query) if isinstance(query, str) else ""


def _with_page(question: str, page: PageContext) -> str:
    """The question as it is searched for: a selection is what a short question is about."""
    return f"{question} {page.selection[:300]}".strip() if page.selection else question


def _bounded(passage: Passage) -> Passage:
    if len(passage.text) <= MOST_PASSAGE_CHARS:
        return passage
    kept = (
        passage.text[:MOST_PASSAGE_CHARS].rpartition("\n")[0] or passage.text[:MOST_PASSAGE_CHARS]
    )
    return replace(passage, text=kept, end_line=passage.start_line + kept.count("\n"))


def messages(history: Sequence[Turn]) -> list[dict[str, str]]:
    """Answered turns as user and assistant messages, the newest that fit, always in pairs.

    Citations go: their numbers meant other passages.
    """
    pairs: list[list[dict[str, str]]] = []
    size = 0
    for turn in reversed(history):
        answer = strip_citations(turn.answer)
        size += len(turn.question) + len(answer)
        if not answer.strip() or size > MOST_HISTORY_CHARS:
            break
        pairs.append(
            [
                {"role": "user", "content": turn.question},
                {"role": "assistant", "content": answer},
            ]
        )
    return [message for pair in reversed(pairs) for message in pair]


def _chat(
    lisette: Any,
    settings: Settings,
    project: str,
    model: ModelChoice,
    history: Sequence[Turn],
    research: Research,
    completion: provider.Completion,
) -> Any:
    """Lisette's AsyncChat for one question."""
    return _chat_class(lisette)(
        model.name,
        sp=prompts.system_prompt(settings.system_prompt, project),
        tools=[deepcopy(_tool_schema(lisette))],
        ns={"search_code": research.call},
        hist=messages(history),
        api_base=model.api_base or None,
        api_key=model.api_key or None,
        max_tokens=settings.max_answer_tokens,
        completefunc=completion,
    )


@cache
def _tool_schema(lisette: Any) -> dict[str, Any]:
    """`search_code` as a model is told of it: Lisette parses its source for that, once."""
    schema: dict[str, Any] = lisette.core.lite_mk_func(search_code)
    return schema


@cache
def _chat_class(lisette: Any) -> Any:
    """Lisette's AsyncChat with its known faults held off."""

    class Chat(lisette.AsyncChat):  # type: ignore[misc]
        def __setattr__(self, name: str, value: Any) -> None:
            # After a tool call lisette 0.1.37 does `self.hist += results`; fastcore 2.2's L turns
            # the list into an L, which lisette then sends as one single user message. And what its
            # caller makes of unreadable arguments is a traceback, with our paths in it.
            if name == "hist":
                value = [_plain_result(message) for message in value]
            super().__setattr__(name, value)

        def _track(self, response: Any) -> None:
            pass  # it asks for a price, and raises where there is none

    return Chat


def _plain_result(message: Any) -> Any:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str) and content.startswith("Traceback"):
        return {**message, "content": "search_code takes `query` and, optionally, `k`."}
    return message

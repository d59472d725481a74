"""One question to a stream of typed events: search, model, tool calls, text, cost.

The chat is made anew for each question from stored history, so nothing can interleave, leak or be
left half-done. The model can do one thing besides writing: search the indexed corpus.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

from hyperrun.answering import prompts
from hyperrun.answering.bell import Inbox
from hyperrun.answering.events import (
    Done,
    Event,
    Found,
    SearchFailed,
    Searching,
    Suggestions,
    Text,
    Used,
)
from hyperrun.answering.extractive import extract
from hyperrun.answering.lisette_chat import chat_of, messages
from hyperrun.answering.research import FIRST_PASSAGES, MOST_TOOL_CALLS, Research, version_of
from hyperrun.domain import PageContext, Turn, Usage
from hyperrun.errors import ModelCutOff, ModelError, ModelStalled, SearchError
from hyperrun.llm import client
from hyperrun.llm.models import ModelChoice, Models
from hyperrun.llm.wire import FINISHED
from hyperrun.search.engine import Search
from hyperrun.settings import Settings

__all__ = [
    "Agent", "Done", "Event", "Found", "SearchFailed", "Searching", "Suggestions", "Text", "Used",
    "messages",
]  # fmt: skip

log = logging.getLogger(__name__)

ESTIMATE_EVERY_S = 0.5
SUGGESTIONS_TIMEOUT_S = 10.0


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
        inbox: Inbox[Event | Exception | None] = Inbox()
        research = Research(self._search, inbox.put, version_of(page.url))
        if model is None:
            yield Searching(question)
            sources = await research.find(_with_page(question, page), FIRST_PASSAGES)
            yield Found(question, sources)
            leading = 0
            if not page.selection:
                leading = await asyncio.to_thread(self._search.leading, question)
            async for delta in extract(question, sources, language or "en", leading):
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
        meter = client.Meter()
        reply = Reply(self._models, model, inbox.put, meter)
        completion = client.Completion(
            lisette.core.litellm, model, self._settings, self._models.session(), reply.say,
            self._models.quirks, self._models.beat, reply.asked, meter,
        )  # fmt: skip
        chat = chat_of(
            lisette, self._settings, self._search.project, model, history, research, completion
        )
        research.seen(first)
        message = {"role": "user", "content": prompts.question(question, page, first)}
        task = asyncio.create_task(self._converse(chat, message, reply, inbox))
        try:
            while (event := await inbox.get()) is not None:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            # Closed in mid-answer: the provider's connection closes with the task.
            task.cancel()
            await asyncio.wait({task})
        finish_reason = reply.checked_end()
        questions = await self._suggest(question, reply, research, completion)
        if questions:
            yield Suggestions(questions)
        while isinstance(used := inbox.get_now(), Used):
            yield used
        yield Done(finish_reason)

    async def _suggest(
        self, question: str, reply: "Reply", research: Research, completion: client.Completion
    ) -> tuple[str, ...]:
        """What to ask next; nothing where that takes too long or fails."""
        asking = [
            {"role": "user", "content": question},
            {"role": "assistant", "content": reply.text},
            {"role": "user", "content": prompts.SUGGEST},
        ]
        try:
            async with asyncio.timeout(SUGGESTIONS_TIMEOUT_S):
                if self._settings.suggestions == "headings":
                    return await asyncio.to_thread(self._search.related, research.sources)
                if self._settings.suggestions == "model":
                    return prompts.suggested(await reply.aside(completion, asking))
        except Exception as error:  # whatever it is: the answer stands
            log.warning("no suggestions: %s", client.as_model_error(error))
        return ()

    async def _converse(
        self,
        chat: Any,
        message: dict[str, str],
        reply: "Reply",
        inbox: Inbox[Event | Exception | None],
    ) -> None:
        """Let the model write and search until it is done; what happens goes into `inbox`.

        The last thing there is None, or the error.
        """
        timeout_s = self._settings.answer_timeout_s
        try:
            async with asyncio.timeout(timeout_s) as timer:
                steps = await chat(
                    message, return_all=True, max_steps=MOST_TOOL_CALLS,
                    final_prompt=prompts.FINAL, tc_timeout=timeout_s,
                )  # fmt: skip
                async with aclosing(steps):
                    async for item in steps:
                        if hasattr(item, "usage"):  # else a tool's result
                            reply.add(item)
            inbox.put(None)
        except TimeoutError as error:
            if not timer.expired():
                inbox.put(client.as_model_error(error))
            else:
                inbox.put(ModelStalled(f"not done within {timeout_s:.0f} s"))
        except Exception as error:
            inbox.put(client.as_model_error(error))


class Reply:
    """What the model has said so far in all steps of one answer, and what that took."""

    def __init__(
        self,
        models: Models,
        model: ModelChoice,
        tell: Callable[[Event], None],
        meter: client.Meter,
    ) -> None:
        self._models = models
        self._model = model
        self._tell = tell
        self._meter = meter
        self._prompt_tokens = self._completion_tokens = 0
        self._cost_usd: float | None = 0.0
        self._finish_reason = ""
        self.text = ""  # all that was said
        self._before = ""  # what of it stands above this step's words
        self._is_aside = False  # what is said now
        self._estimated_at = 0.0  # with the first words

    def asked(self) -> None:
        """A step begins. After the first, what its prompt takes is told at once: if the answer is
        stopped before the step has said anything, nothing else counts it."""
        self._before = self.text and self.text + "\n\n"
        if self._prompt_tokens:
            self._tell(Used(self._usage()))

    def say(self, said: str) -> None:
        """All that this step has said; now and then what it takes, should the answer be stopped."""
        if self._is_aside:
            return
        known = len(self.text)
        self.text = self._before + said.lstrip() if self._before else said
        self._tell(Text(self.text[known:], self.text))
        if time.monotonic() - self._estimated_at > ESTIMATE_EVERY_S:
            self._estimated_at = time.monotonic()
            self._tell(Used(self._usage()))

    def add(self, step: Any) -> None:
        """The whole of one step, as Lisette has it."""
        self._count(step.usage)
        choice = step.choices[0]
        self._finish_reason = choice.finish_reason or ""
        self._tell(Used(self._usage()))
        # Lisette holds a step until the last one has ended, and has taken its message out of it.
        step.choices, step.usage = [], None

    def _count(self, usage: Any) -> None:
        prompt_tokens = getattr(usage, "prompt_tokens", 0) or 0
        completion_tokens = getattr(usage, "completion_tokens", 0) or 0
        details = getattr(usage, "prompt_tokens_details", None)
        cost = self._models.cost_usd(
            self._model.name,
            prompt_tokens,
            completion_tokens,
            cached_tokens=getattr(details, "cached_tokens", 0) or 0,
            cache_written_tokens=getattr(usage, "cache_creation_input_tokens", 0) or 0,
        )
        self._prompt_tokens += prompt_tokens
        self._completion_tokens += completion_tokens
        known = self._cost_usd is not None and cost is not None
        self._cost_usd = (self._cost_usd or 0) + (cost or 0) if known else None

    def _usage(self) -> Usage:
        prompt, completion = self._meter.unbilled_tokens
        cost = self._cost_usd
        if cost is not None and prompt:
            more = self._models.cost_usd(self._model.name, prompt, completion)
            cost = None if more is None else cost + more
        return Usage(
            self._model.name,
            self._prompt_tokens + prompt,
            self._completion_tokens + completion,
            cost,
            self._model.own_key,
            estimated=bool(prompt) or self._meter.estimated,
        )

    def checked_end(self) -> str:
        """How it ended. Raises `ModelError` where nothing was said or the end is missing."""
        name = self._model.name
        if self._finish_reason not in FINISHED:
            raise ModelCutOff(f"{name}: ended with {self._finish_reason!r}")
        if not self.text.strip():
            raise ModelError(f"{name}: said nothing, and ended with {self._finish_reason!r}")
        return self._finish_reason

    async def aside(self, completion: client.Completion, asking: list[dict[str, str]]) -> str:
        """What the model says to `asking`: not part of the answer, but of its cost."""
        self._is_aside = True
        try:
            call: dict[str, Any] = {"model": self._model.name, "messages": asking}
            call |= {"api_key": self._model.api_key or None, "temperature": 0}
            call |= {"api_base": self._model.api_base or None, "max_tokens": 200}
            step = await completion(**call)
            self._count(step.usage)
        finally:
            self._is_aside = False
        self._tell(Used(self._usage()))
        return step.choices[0].message.content or ""


def _with_page(question: str, page: PageContext) -> str:
    """The question as it is searched for: a selection is what a short question is about."""
    return f"{question} {page.selection[:300]}".strip() if page.selection else question

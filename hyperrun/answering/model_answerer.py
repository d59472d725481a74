"""An answer by a language model: search, model, tool calls, text, cost.

The chat is made anew for each question from stored history, so nothing can interleave, leak or be
left half-done. The model can do one thing besides writing: search the indexed corpus.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

from hyperrun.answering import prompts
from hyperrun.answering.answerer import Question
from hyperrun.answering.events import (
    CUT_OFF,
    Called,
    Done,
    Event,
    Found,
    Notice,
    Rewritten,
    SearchFailed,
    Searching,
    Suggestions,
    Used,
)
from hyperrun.answering.fitting import PromptFitter
from hyperrun.answering.grounding import grounded
from hyperrun.answering.lisette_chat import chat_of, messages
from hyperrun.answering.reply import Reply
from hyperrun.answering.research import ANSWER_PASSAGES, MAX_TOOL_CALLS, Research, version_of
from hyperrun.errors import ModelStalled, ModelTooSlow, SearchError
from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.client import Client, Completion
from hyperrun.llm.failures import as_model_error
from hyperrun.llm.models import Models
from hyperrun.search.engine import Search
from hyperrun.settings import Settings

log = logging.getLogger(__name__)

SUGGESTIONS_TIMEOUT_S = 10.0
WRITING_S = 10.0  # a model that said something so lately is still writing
# What a reader is told of an answer that ended otherwise than by itself.
NOTICES = {"length": CUT_OFF, "content_filter": "ended_filtered", "refusal": "ended_refused"}

Inbox = asyncio.Queue[Event | Exception | None]


class ModelAnswerer:
    """Answers questions about one corpus with one model."""

    def __init__(
        self, settings: Settings, search: Search, models: Models, choice: ModelChoice
    ) -> None:
        self._settings = settings
        self._search = search
        self._models = models
        self._choice = choice

    async def answer(self, question: Question) -> AsyncGenerator[Event, None]:
        """The events of one answer. Raises `ModelError`; its searches fail without an error."""
        inbox: Inbox = asyncio.Queue()
        research = Research(
            self._search, version_of(question.page, self._search.moving_names), inbox.put_nowait
        )
        so_far = question.so_far
        if so_far is not None:
            research.known(so_far.sources)
        lisette = await self._models.library()
        yield Searching(question.text)
        try:
            first = await research.find(question.searched, ANSWER_PASSAGES, question.before)
            yield Found(question.text, first)
        except SearchError as error:
            log.warning("first search: %s", error)
            first = ()
            yield SearchFailed(question.text)
        client = Client.of(self._models, lisette.core.litellm, self._settings)
        reply = Reply(self._models, self._choice, inbox.put_nowait, so_far.answer if so_far else "")
        history = messages(question.history)
        fitter = self._fitter(history, research)
        completion = Completion(client, self._choice, reply, fitter)
        asked = (*(so_far.sources if so_far else ()), *first)
        found = research.quoted(asked) if asked else None
        content = prompts.question(question.text, question.page, found)
        message = {"role": "user", "content": content}
        if so_far is not None:
            history = [*history, message, {"role": "assistant", "content": so_far.answer}]
            message = {"role": "user", "content": prompts.CONTINUE}
        chat = chat_of(
            lisette,
            self._settings,
            self._search.project,
            self._choice,
            history,
            research,
            completion,
        )
        converse = self._converse(chat, message, reply, completion, inbox)
        task = asyncio.create_task(converse)
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
        with_citations = await asyncio.to_thread(grounded, reply.text, research.sources)
        if with_citations != reply.text:
            yield Rewritten(with_citations)
        if finish_reason in NOTICES:
            yield Notice(NOTICES[finish_reason])
        questions = await self._suggest(question, reply, research, client, inbox.put_nowait)
        if questions:
            yield Suggestions(questions)
        with contextlib.suppress(asyncio.QueueEmpty):
            while isinstance(used := inbox.get_nowait(), Used | Called):
                yield used
        yield Done(finish_reason)

    def _fitter(self, history: Sequence[dict[str, str]], research: Research) -> PromptFitter:
        own, project = self._settings.system_prompt, self._search.project
        instructions = (
            prompts.system_prompt(own, project),
            prompts.system_prompt(own, project, with_tools=False),
        )
        fitter = PromptFitter(len(history), instructions)
        fitter.blocks = research.blocks
        return fitter

    async def _suggest(
        self,
        question: Question,
        reply: Reply,
        research: Research,
        client: Client,
        tell: Callable[[Event], None],
    ) -> tuple[str, ...]:
        """What to ask next; nothing where that takes too long or fails."""
        try:
            async with asyncio.timeout(SUGGESTIONS_TIMEOUT_S):
                if self._settings.suggestions == "headings":
                    return await asyncio.to_thread(self._search.related, research.sources)
                if self._settings.suggestions == "model":
                    said = await self._say_aside(question, reply, client, tell)
                    return prompts.suggested(said)
        except Exception as error:  # whatever it is: the answer stands
            log.warning("no suggestions: %s", as_model_error(error))
        return ()

    async def _say_aside(
        self, question: Question, reply: Reply, client: Client, tell: Callable[[Event], None]
    ) -> str:
        """What the model suggests: not part of the answer, but of its cost, however it ends."""
        choice = self._choice
        aside = Reply(self._models, choice, lambda event: None)
        try:
            step = await Completion(client, choice, aside)(
                model=choice.name,
                messages=[
                    {"role": "user", "content": question.text},
                    {"role": "assistant", "content": reply.text},
                    {"role": "user", "content": prompts.SUGGEST},
                ],
                api_key=choice.api_key or None,
                api_base=choice.api_base or None,
                temperature=0,
                max_tokens=200,
            )
            aside.add(step)
        finally:
            tell(Used(reply.usage.plus(aside.usage)))
        return step.choices[0].message.content or ""

    async def _converse(
        self,
        chat: Any,
        message: dict[str, str],
        reply: Reply,
        completion: Completion,
        inbox: Inbox,
    ) -> None:
        """Let the model write and search until it is done; what happens goes into `inbox`.

        The last thing there is None, or the error.
        """
        timeout_s = self._settings.answer_timeout_s
        try:
            async with asyncio.timeout(timeout_s) as timer:
                steps = await chat(
                    message, return_all=True, max_steps=MAX_TOOL_CALLS,
                    final_prompt=prompts.FINAL, tc_timeout=timeout_s,
                )  # fmt: skip
                async with aclosing(steps):
                    async for item in steps:
                        if hasattr(item, "usage"):  # else a tool's result
                            reply.add(item, completion.finish_reason)
            inbox.put_nowait(None)
        except TimeoutError as error:
            if not timer.expired():
                inbox.put_nowait(as_model_error(error))
            else:
                silent_s = asyncio.get_running_loop().time() - completion.heard_at
                kind = ModelTooSlow if silent_s < WRITING_S else ModelStalled
                inbox.put_nowait(kind(f"not done within {timeout_s:.0f} s"))
        except Exception as error:
            inbox.put_nowait(as_model_error(error))

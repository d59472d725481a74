"""An answer without a language model: what the passages that were found say, quoted."""

import asyncio
from collections.abc import AsyncGenerator

from hyperrun.answering.answerer import Question
from hyperrun.answering.events import (
    Citable,
    Done,
    Event,
    Found,
    Grounded,
    Searching,
    Suggestions,
    Text,
)
from hyperrun.answering.extractive import extract
from hyperrun.answering.research import ANSWER_PASSAGES, Research, version_of
from hyperrun.domain import Grounding
from hyperrun.language import text
from hyperrun.search.engine import Search
from hyperrun.settings import Settings

# What an answer that begins so tells of itself.
TOLD = {
    "extract_none": Grounding.ABSENT,
    "extract_none_language": Grounding.ABSENT,
    "extract_near": Grounding.NEAR,
}


def beginning_of(delta: str, language: str) -> str:
    """The key of the sentence that `delta` is, of those in `TOLD`; "" where it is none."""
    said = delta.strip()
    return next((key for key in TOLD if text(language, key) == said), "")


class PassagesAnswerer:
    """Answers from one corpus by quoting it."""

    def __init__(self, settings: Settings, search: Search) -> None:
        self._settings = settings
        self._search = search

    async def answer(self, question: Question) -> AsyncGenerator[Event, None]:
        """The events of one answer. Raises `SearchError`."""
        research = Research(self._search, version_of(question.page, self._search.moving_names))
        yield Searching(question.text)
        before = question.before
        sources = await research.find(question.searched, ANSWER_PASSAGES, before)
        yield Found(question.text, sources)
        known = len(sources)
        is_absent = False
        introducing = 0
        if not question.page.selection:
            introducing = await asyncio.to_thread(self._search.introducing, question.text)
        wanted = await self._search.wanted(question.text, before)
        async for delta in extract(
            wanted, sources, research.section, question.language, introducing
        ):
            if len(research.sources) > known:
                known = len(research.sources)
                yield Citable(research.sources)
            if grounding := TOLD.get(beginning_of(delta, question.language)):
                yield Grounded(grounding)
                is_absent = grounding is Grounding.ABSENT
            yield Text(delta)
        if self._settings.suggestions != "off":
            # What was found of something else is no ground to ask on from.
            near = () if is_absent else sources
            yield Suggestions(await asyncio.to_thread(self._search.related, near))
        yield Done("stop")

"""An answer without a language model: what the passages that were found say, quoted."""

import asyncio
from collections.abc import AsyncGenerator

from hyperrun.answering.answerer import Question
from hyperrun.answering.events import Citable, Done, Event, Found, Searching, Suggestions, Text
from hyperrun.answering.extractive import extract
from hyperrun.answering.research import FIRST_PASSAGES, Research, version_of
from hyperrun.search.engine import Search
from hyperrun.settings import Settings


class PassagesAnswerer:
    """Answers from one corpus by quoting it."""

    def __init__(self, settings: Settings, search: Search) -> None:
        self._settings = settings
        self._search = search

    async def answer(self, question: Question) -> AsyncGenerator[Event, None]:
        """The events of one answer. Raises `SearchError`."""
        research = Research(self._search, version_of(question.page.url))
        yield Searching(question.text)
        before = question.before
        sources = await research.find(question.searched, FIRST_PASSAGES, before)
        yield Found(question.text, sources)
        known = len(sources)
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
            yield Text(delta)
        if self._settings.suggestions != "off":
            yield Suggestions(await asyncio.to_thread(self._search.related, sources))
        yield Done("stop")

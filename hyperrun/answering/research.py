"""The searches of one answer, as the model makes them: numbered passages, never an error."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from hyperrun.answering import prompts
from hyperrun.answering.events import Event, Found, SearchFailed, Searching
from hyperrun.answering.fitting import PassageBlock
from hyperrun.domain import PageContext, Source
from hyperrun.passage import PROSE, Passage
from hyperrun.search.engine import Search
from hyperrun.search.leaning import Before
from hyperrun.text import plain

log = logging.getLogger(__name__)

FIRST_PASSAGES = 6
ANSWER_PASSAGES = 8  # of the first search for an answer
MAX_PASSAGES = 10  # for one tool call
MAX_TOOL_CALLS = 6
MAX_PASSAGE_CHARS = 4_000
MAX_PROSE_CHARS = 5_000  # of a table of settings the last row may be the one that answers
MAX_FIRST_CHARS = 48_000
MAX_RESULT_CHARS = 24_000  # of one search, as the model is given it


class Research:
    """The searches of one answer: passages numbered from 1, each handed out once."""

    def __init__(
        self,
        search: Search,
        version: str = "",
        tell: Callable[[Event], None] = lambda event: None,
    ) -> None:
        self._search = search
        self._version = version
        self._tell = tell
        self._sources: dict[tuple[str, str, int, int | str], Source] = {}
        self._shown: set[int] = set()  # numbers whose text the model has been given
        self._calls = 0
        self.blocks: list[PassageBlock] = []  # what the model has been given

    async def find(self, query: str, k: int, before: Before | None = None) -> tuple[Source, ...]:
        """Search, and number what is found. Raises `SearchError`."""
        found = await self._search.search(query, k, version=self._version, before=before)
        return tuple(self._number(passage) for passage in found)

    async def _find_more(self, query: str, k: int) -> tuple[Source, ...]:
        """As `find`, but `k` passages that the model has not had, and as many at most of those that
        it has had and that come before."""
        found = await self._search.search(query, k + len(self._shown), version=self._version)
        kept: list[Source] = []
        left = {True: k, False: k}
        for passage in found:
            source = self._sources.get(_place(passage))
            is_new = source is None or source.number not in self._shown
            if is_new and not left[True]:
                break
            if left[is_new]:
                left[is_new] -= 1
                kept.append(self._number(passage))
        return tuple(kept)

    async def section(self, source: Source) -> tuple[Source, ...]:
        """All of the section that `source` is of, numbered, and what it shows of other files."""
        found = await self._search.section(source.passage)
        shown = [each for passage in found for each in await self._search.included(passage)]
        return tuple(self._number(passage) for passage in (*found, *shown))

    def known(self, sources: Sequence[Source]) -> None:
        """These have been handed out before, and keep their numbers."""
        for source in sources:
            self._sources[_place(source.passage)] = source

    @property
    def sources(self) -> tuple[Source, ...]:
        """All that were found, by number."""
        return tuple(self._sources.values())

    def _number(self, passage: Passage) -> Source:
        place = _place(passage)
        if place not in self._sources:
            number = max((source.number for source in self._sources.values()), default=0) + 1
            self._sources[place] = Source(number, _bounded(passage))
        return self._sources[place]

    async def call(self, **arguments: Any) -> str:
        """The model's tool call, whatever the model has put into it. Never raises."""
        query = arguments.get("query")
        query = plain(query) if isinstance(query, str) else ""
        if not query.strip():
            return "search_code needs a `query`: a few words to look for."
        self._calls += 1
        if self._calls > MAX_TOOL_CALLS:
            return "That was the last search. Answer with what you have."
        k = arguments.get("k")
        k = k if isinstance(k, int) and not isinstance(k, bool) else FIRST_PASSAGES
        self._tell(Searching(query))
        try:
            sources = await self._find_more(query, min(max(k, 1), MAX_PASSAGES))
        except Exception as error:  # a tool that raises sends its traceback to the model
            log.warning(
                "search_code(%d characters): %s: %s", len(query), type(error).__name__, error
            )
            self._tell(SearchFailed(query))
            return (
                "The search failed. Answer with what you have, and say that you could not search."
            )
        self._tell(Found(query, sources))
        if not sources:
            return "Nothing was found. Try other words, or say that the documentation does not say."
        return self.quoted(sources, MAX_RESULT_CHARS).text

    def quoted(self, sources: Sequence[Source], max_chars: int = MAX_FIRST_CHARS) -> PassageBlock:
        """Passages as the model is given them, those that it has had before by their place."""
        block = prompts.passages(sources, self.seen(sources), max_chars)
        self.blocks.append(block)
        return block

    def seen(self, sources: Sequence[Source]) -> frozenset[int]:
        """Which of `sources` the model has had before; from now on it has had them all."""
        before = frozenset(self._shown)
        self._shown |= {source.number for source in sources}
        return before


def version_of(page: PageContext, moving_names: Mapping[str, str] = MappingProxyType({})) -> str:
    """The version of the documentation that a reader is on, "" for the one that is read: as the
    site's tag names it, else as the page's address does; `moving_names` are those of the site."""
    named = page.version or version_in(page.url)
    if not named:
        parts = page.url.split("/")[3:]
        named = next((part for part in parts if part in moving_names), "")
    return moving_names.get(named, named)


def version_in(address: str) -> str:
    """The version that a documentation page's address carries ("v1.2" in …/v1.2/guide/), or ""."""
    found = re.search(
        r"/(v?\d+(?:\.(?:\d+|x))+(?:[-.]?(?:rc|a|b|beta|alpha)\d*)?|v\d+)(?=/|$)", address
    )
    if found is None:  # a number alone only where a site's versions stand
        found = re.match(r"https?://[^/]+/(?:[a-z]{2}(?:[-_][A-Za-z]{2,4})?/)?(\d{1,3})/", address)
    return found[1] if found else ""


async def search_code(
    query: str,  # What to look for, in words the documentation or the code would use
    k: int = 6,  # How many passages to return, at most 10
) -> str:
    "Search the project's documentation and source code. Returns numbered passages to cite as [n]."
    raise NotImplementedError  # only its signature is used; `Research.call` answers


def _place(passage: Passage) -> tuple[str, str, int, int | str]:
    """What tells one passage from another: a line of a page may bring in many objects of an API,
    and a rendered page has no lines, but words."""
    section = passage.title if passage.kind in PROSE else ""
    return passage.file, section, passage.start_line, passage.end_line or passage.text


def _bounded(passage: Passage) -> Passage:
    most = MAX_PROSE_CHARS if passage.kind in PROSE else MAX_PASSAGE_CHARS
    if len(passage.content) > most:
        passage = replace(passage, content=_beginning(passage.content, most))
    if len(passage.text) <= most:
        return passage
    kept = _beginning(passage.text, most)
    last = passage.start_line + kept.count("\n") if passage.start_line else 0
    return replace(passage, text=kept, end_line=last)


def _beginning(text: str, max_chars: int) -> str:
    return text[:max_chars].rpartition("\n")[0] or text[:max_chars]

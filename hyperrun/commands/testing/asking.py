"""Questions answered as the server answers them, in this process and with no server."""

import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from hyperrun.answering.answer import AnswerState
from hyperrun.answering.answerer import Answerer, Question
from hyperrun.answering.events import Found
from hyperrun.answering.research import FIRST_PASSAGES, version_in
from hyperrun.commands.testing.questions import AnswerTest
from hyperrun.commands.testing.words import heading_words
from hyperrun.domain import Outcome, PageContext, Source, Turn
from hyperrun.errors import HyperRunError
from hyperrun.language import choose
from hyperrun.passage import PROSE, Passage
from hyperrun.search.engine import Search


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a question. `said` is the answer; `right` the text of the wanted section."""

    turn: Turn
    said: str
    found: tuple[Passage, ...] = ()  # the first of them, best first, and what the answer cites
    right: tuple[Passage, ...] = ()  # those of the wanted page and section
    right_text: str = ""
    own_text: str = ""  # of it, the lines as they stand in the page's file
    included_text: str = ""  # and those of other files
    quoted: str = ""  # the lines that the answer cites
    error: str = ""


@dataclass
class Asker:
    """Asks one corpus, each question once: one that follows another is asked after it."""

    search: Search
    answerer: Answerer
    k: int = FIRST_PASSAGES
    site_url: str = ""
    _turns: dict[str, Turn] = field(default_factory=dict)

    async def answer(self, test: AnswerTest, before: Sequence[AnswerTest] = ()) -> Answered:
        """The answer to a question. `before` are all that it may follow. Never raises an error of
        ours: it is told with the answer."""
        history = await self._history(test, {each.ask: each for each in before})
        turn, found = await self._ask(test, history)
        cited = tuple(source.passage for source in turn.sources)
        first = tuple(source.passage for source in found[: self.k])
        right = tuple(each for each in dict.fromkeys((*first, *cited)) if is_right(each, test))
        own, included = await self._lines(right)
        return Answered(
            turn=turn,
            said=turn.answer,
            found=tuple(dict.fromkeys((*first, *cited))),
            right=right,
            right_text="\n".join(each.shown for each in dict.fromkeys((*own, *included))),
            own_text="\n".join(each.text for each in own),
            included_text="\n".join(each.shown for each in included),
            quoted="\n".join(each.shown for each in cited),
            error=turn.error,
        )

    async def _history(self, test: AnswerTest, known: dict[str, AnswerTest]) -> list[Turn]:
        if not test.follows:
            return []
        before = known.get(test.follows) or replace(EMPTY, ask=test.follows, lang=test.lang)
        history = await self._history(before, known)
        if before.ask not in self._turns:
            await self._ask(before, history)
        return [*history, self._turns[before.ask]]

    async def _ask(
        self, test: AnswerTest, history: Sequence[Turn]
    ) -> tuple[Turn, tuple[Source, ...]]:
        language = choose(test.lang, "")
        turn = Turn("test", "test", test.ask, page=page_of(test, self.site_url))
        state = AnswerState(turn, language)
        question = Question(test.ask, history, turn.page, language)
        found: tuple[Source, ...] = ()
        outcome, error = Outcome.ANSWERED, ""
        try:
            async with aclosing(self.answerer.answer(question)) as events:
                async for event in events:
                    if isinstance(event, Found) and not found:
                        found = event.sources
                    state.fold(event)
        except HyperRunError as failure:
            outcome, error = Outcome.FAILED, f"{type(failure).__name__}: {failure}"
        state.end(outcome, error)
        self._turns[test.ask] = state.as_turn()
        return self._turns[test.ask], found

    async def _lines(self, right: Sequence[Passage]) -> tuple[list[Passage], list[Passage]]:
        """All passages of the right sections, and those of other files that they include."""
        own: dict[Passage, None] = {}
        included: dict[Passage, None] = {}
        for passage in right:
            section = await self.search.section(passage) if passage.kind in PROSE else [passage]
            for each in section:
                own[each] = None
                included |= dict.fromkeys(await self.search.included(each))
        return list(own), list(included)


EMPTY = AnswerTest(ask="")


def page_of(test: AnswerTest, site_url: str) -> PageContext:
    """Where a question is asked; a version stands in a page's address."""
    url = test.on
    if url and "://" not in url:
        url = f"{site_url or 'https://docs.invalid/'}".rstrip("/") + f"/{url.lstrip('/')}"
    if test.version and version_in(url) != test.version:
        url = f"{(site_url or 'https://docs.invalid/').rstrip('/')}/{test.version}/"
    return PageContext(url=re.split(r"[?#]", url, maxsplit=1)[0])


def is_right(passage: Passage, test: AnswerTest) -> bool:
    """Is a passage of the page and section that are wanted? None is where neither is named."""
    if not test.page and not test.section:
        return False
    return _is_of_page(passage, test.page) and _is_of_section(passage, test.section)


def _is_of_page(passage: Passage, page: str) -> bool:
    if not page:
        return True
    place, _, anchor = page.partition("#")
    url, _, own_anchor = (passage.url or "").partition("#")
    if anchor and anchor != own_anchor:
        return False
    if "://" in place:
        return _bare(url) == _bare(place)
    place = place.removeprefix("./").strip("/")
    if passage.file == place or passage.file.endswith(f"/{place}"):
        return True
    return bool(url) and _bare(url).endswith(f"/{_bare(place)}")


def _bare(address: str) -> str:
    """An address as it is compared: as servers take it."""
    return re.sub(r"(/index)?(\.html)?/?$", "", address.partition("://")[2] or address)


def _is_of_section(passage: Passage, section: str) -> bool:
    """Is it the section, or one below it? Of "Guide > Pairing" all names have to stand there."""
    if not section:
        return True
    wanted = [heading_words(name) for name in section.split(" > ")]
    names = [heading_words(name) for name in passage.title.split(" > ")]
    size = len(wanted)
    return any(names[at : at + size] == wanted for at in range(len(names) - size + 1))

"""One question to its events, against a scripted model and a real index."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from hyperrun.answering.answerer import Question
from hyperrun.answering.answerers import Answerers
from hyperrun.answering.events import (
    Event,
    Text,
    Used,
)
from hyperrun.domain import Outcome, PageContext, Source, Turn
from hyperrun.errors import SearchUnavailable
from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.models import Models
from hyperrun.passage import Passage
from hyperrun.search.engine import Search
from hyperrun.settings import Settings
from tests.leaks import KEY
from tests.model_server import ModelServer
from tests.server import write_repository

Result = TypeVar("Result")
QUESTION = "How do I dim a lamp?"


@dataclass
class Answer:
    """The events of one answer and what can be read off them."""

    events: list[Event] = field(default_factory=list)
    error: Exception | None = None

    @property
    def text(self) -> str:
        """What was said."""
        return "".join(event.delta for event in self.events if isinstance(event, Text))

    @property
    def used(self) -> Used:
        """The last word on usage."""
        return [event for event in self.events if isinstance(event, Used)][-1]

    def of(self, *kinds: type) -> list[Any]:
        """The events of some kinds."""
        return [event for event in self.events if isinstance(event, kinds)]


class Bench:
    """Answerers over a small repository; its search is real and shared by all tests here."""

    def __init__(self, folder: Path) -> None:
        self.settings = replace(
            Settings(),
            repo_path=str(write_repository(folder)),
            data_dir=folder / "data",
            search="embedded",
        )
        self.loop = asyncio.new_event_loop()
        self.models = Models(self.settings)
        self.search = Search(self.settings)
        self.run(self.search.start())
        self.run(self.search.search("lamp"))

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run `work` to its end."""
        return self.loop.run_until_complete(work)

    def close(self) -> None:
        """Give everything back."""
        self.run(self.search.close())
        self.run(self.models.close())
        self.loop.close()

    async def events(
        self,
        url: str,
        *,
        question: str = QUESTION,
        history: Sequence[Turn] = (),
        page: PageContext | None = None,
        name: str = "openai/scripted",
        search: Any = None,
        language: str = "en",
        leave_when: Callable[[Answer], bool] = lambda _: False,
        **changes: Any,
    ) -> Answer:
        """Everything that happens; left when `leave_when` says so."""
        answer = Answer()
        settings = replace(self.settings, **changes)
        answerers = Answerers(settings, search or self.search, self.models)
        model = ModelChoice(name, KEY, url) if url else None
        asked = Question(question, history, page or PageContext(), language)
        events = answerers.of(model).answer(asked)
        try:
            async with aclosing(events):
                async for event in events:
                    answer.events.append(event)
                    if leave_when(answer):
                        break
        except Exception as error:
            answer.error = error
        return answer

    def ask(self, server: ModelServer | None, **options: Any) -> Answer:
        """The events of one answer; without a server, of one without a model."""
        return self.run(self.events(server.url if server else "", **options))


def roles(request: dict[str, Any]) -> list[str]:
    """Who speaks in a request."""
    return [message["role"] for message in request["messages"]]


def turn(question: str, answer: str, outcome: Outcome = Outcome.ANSWERED) -> Turn:
    """A turn as it is stored."""
    return Turn(question, "c", question, answer=answer, outcome=outcome)


class BrokenSearch:
    """A search that breaks: from the start, or after `good` searches."""

    project = "Lantern"
    moving_names: Mapping[str, str] = MappingProxyType({})

    def __init__(self, real: Search, good: int) -> None:
        self._real = real
        self._good = good

    async def search(
        self, query: str, k: int = 8, *, version: str = "", before: object = None
    ) -> list[Passage]:
        """Find, or fail with a detail that is nobody's business."""
        self._good -= 1
        if self._good < 0:
            raise SearchUnavailable("cannot start /usr/bin/secret-place/colgrep: TOKEN=abc")
        return await self._real.search(query, k, version=version)

    def related(self, sources: Sequence[Source], limit: int = 3) -> tuple[str, ...]:
        """What stands beside `sources`: broken like the rest."""
        raise OSError("/usr/bin/secret-place")

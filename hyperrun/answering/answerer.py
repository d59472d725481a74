"""What makes an answer: one protocol, with and without a model behind it."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hyperrun.answering.events import Event
from hyperrun.domain import PageContext, Turn
from hyperrun.language import DEFAULT
from hyperrun.llm.choice import ModelChoice
from hyperrun.search.leaning import Before, leans

MAX_SELECTION_CHARS = 300  # of a selected text are searched for
MAX_LEANED = 4  # questions that lean each on the one before


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asks, and where: on which page, after which turns (oldest first)."""

    text: str
    history: Sequence[Turn] = ()
    page: PageContext = PageContext()
    language: str = DEFAULT
    so_far: Turn | None = None  # an answer that was cut off, to go on with

    @property
    def before(self) -> Before | None:
        """What the question may lean on: the one before, with what that leaned on itself, and what
        its answer cited."""
        if not self.history:
            return None
        last = self.history[-1]
        cited = tuple((each.passage.file, each.passage.title) for each in last.sources)
        asked = [last.question]
        for turn in reversed(self.history[-MAX_LEANED:-1]):
            if not leans(asked[0]):
                break
            asked.insert(0, turn.question)
        return Before(" ".join(asked), cited)

    @property
    def searched(self) -> str:
        """The question as it is searched for: a selection is what a short question is about."""
        selection = self.page.selection[:MAX_SELECTION_CHARS]
        return f"{self.text} {selection}".strip() if selection else self.text


class Answerer(Protocol):
    """Makes answers."""

    def answer(self, question: Question) -> AsyncGenerator[Event, None]:
        """The events of one answer, the last of them `Done`.

        Raises `ModelError` and `SearchError`. Closing the generator ends what was begun for it.
        """


# The answerer for a model; for None the one without.
AnswererFor = Callable[[ModelChoice | None], Answerer]

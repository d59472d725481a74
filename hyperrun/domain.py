"""The nouns of a conversation, as they travel between store, agent, turns and pages.

A reader's first conversation has a random id, and their others that id, "~" and more: who holds one
of them is the reader of all.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from hyperrun.passage import Passage


class Outcome(StrEnum):
    """How a turn ended, or that it has not."""

    RUNNING = "running"
    ANSWERED = "answered"
    STOPPED = "stopped"  # by the reader, or because nobody followed any more
    FAILED = "failed"  # `Turn.error` says why
    INTERRUPTED = "interrupted"  # the server went away in mid-answer


class Door(StrEnum):
    """By which way a question came in."""

    CHAT = "chat"
    JSON = "json"
    MCP = "mcp"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as an operator's figures tell people and agents apart."""

    door: Door = Door.CHAT
    agent: str = ""  # what an agent calls itself; "" for a person
    private: bool = False  # asked not to be tracked, where the operator honours that


PERSON = Asker()


class Grounding(StrEnum):
    """How much of an answer the documentation says."""

    UNKNOWN = ""  # it has not ended, or was stored before this was
    CITED = "cited"
    NEAR = "near"  # quoted, and told that nothing matches closely
    UNCITED = "uncited"  # written without naming a source
    ABSENT = "absent"  # told that the documentation does not answer


def reader_of(conversation: str) -> str:
    """The id that all conversations of one reader begin with."""
    return conversation.partition("~")[0]


def range_of_reader(conversation: str) -> tuple[str, str, str, str]:
    """Where the conversations of this one's reader lie in an index: from, to, the first's id, and
    where the others begin."""
    reader = reader_of(conversation)
    return reader, f"{reader}~~", reader, f"{reader}~"


@dataclass(frozen=True, slots=True)
class Recent:
    """One of a reader's conversations, as a list of them names it."""

    conversation: str
    title: str  # its first question, or the beginning of a long one
    asked: float  # its last question, seconds since the epoch
    running: bool = False


@dataclass(frozen=True, slots=True)
class PageContext:
    """Where the reader is: the page around the widget. All of it is a stranger's text."""

    url: str = ""  # without query string and fragment
    title: str = ""
    heading: str = ""  # the heading in view
    selection: str = ""  # the text the reader has selected
    version: str = ""  # of the documentation, where the site names it on the widget's tag


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the assistant did before or while answering, for the reader to see.

    It is a search, or where `thought` is not None what a model thought: "" while it thinks.
    """

    query: str
    found: int | None = None  # passages; None while searching
    failed: bool = False
    thought: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as it was handed to the model, under the number it may be cited by (from 1)."""

    number: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class Handed:
    """A passage that was handed out while a question was answered, without its text."""

    number: int
    file: str
    title: str
    start_line: int = 0
    end_line: int = 0
    url: str = ""
    score: float = 0.0
    chars: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model, as an answer made it."""

    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None
    seconds: float = 0.0
    finish_reason: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one answer took. `cost_usd` is None where the model's price is not known."""

    model: str = ""  # "" for an answer made without a model
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None
    own_key: bool = False  # paid by the reader's own key
    # The provider has not told it: the answer was stopped, or it never does.
    estimated: bool = False

    def beyond(self, before: "Usage") -> "Usage":
        """What has been taken since it was `before`."""
        known = self.cost_usd is not None
        return replace(
            self,
            prompt_tokens=self.prompt_tokens - before.prompt_tokens,
            completion_tokens=self.completion_tokens - before.completion_tokens,
            cost_usd=(self.cost_usd or 0) - (before.cost_usd or 0) if known else None,
        )

    def plus(self, other: "Usage") -> "Usage":
        """What this and another call of the same model took together."""
        known = self.cost_usd is not None and other.cost_usd is not None
        return Usage(
            self.model,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            (self.cost_usd or 0) + (other.cost_usd or 0) if known else None,
            self.own_key,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """Money, in USD. `estimated`: some of it the provider has not told."""

    usd: float = 0.0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what became of it. Times are seconds since the epoch."""

    id: str  # random, 128 bits or more, urlsafe; good for following this answer only
    conversation: str
    question: str
    page: PageContext = field(default_factory=PageContext)
    outcome: Outcome = Outcome.RUNNING
    answer: str = ""  # the model's Markdown
    steps: tuple[Step, ...] = ()
    sources: tuple[Source, ...] = ()
    usage: Usage = field(default_factory=Usage)
    error: str = ""  # key of the sentence told to the reader, where it failed
    retry_of: str = ""  # the turn this one is another attempt at
    started: float = 0.0
    ended: float | None = None
    suggestions: tuple[str, ...] = ()  # what one may ask next
    # Cited sentences, and those of them that hold what their lines do not; not stored.
    claims: tuple[int, int] = (0, 0)
    rating: int = 0  # -1, 0, 1
    reason: str = ""
    comment: str = ""
    notice: str = ""  # key of a sentence told with the answer; no failure
    asker: Asker = PERSON
    grounding: Grounding = Grounding.UNKNOWN
    language: str = ""  # of the interface it was asked in
    handed: tuple[Handed, ...] = ()  # all that was found for it, when it has ended
    calls: tuple[Call, ...] = ()

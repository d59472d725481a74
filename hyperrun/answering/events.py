"""What happens while a question is answered, in the order it happens."""

from dataclasses import dataclass

from hyperrun.domain import Call, Grounding, Source, Usage

CUT_OFF = "cut_off"  # the notice of an answer that can go on


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
class Citable:
    """These sources may be cited from now on, too: what stands around those that were found."""

    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Grounded:
    """The answer says of itself that the documentation does not answer, or not closely."""

    grounding: Grounding


@dataclass(frozen=True, slots=True)
class SearchFailed:
    """A search could not be carried out."""

    query: str


@dataclass(frozen=True, slots=True)
class Text:
    """More of the answer, as Markdown.

    `answer` is all of it so far, where whoever tells holds that: then it is held once.
    """

    delta: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """All of the answer so far, in the place of what was told before."""

    answer: str


@dataclass(frozen=True, slots=True)
class Thought:
    """What the model has thought before it went on; "" when it begins to think."""

    text: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Questions the reader may want to ask next."""

    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """What the answer has taken so far; a later one replaces an earlier one."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Called:
    """A call of the model has ended."""

    call: Call


@dataclass(frozen=True, slots=True)
class Notice:
    """What the reader is told with the answer, by the key of its sentence. It is no failure."""

    key: str


@dataclass(frozen=True, slots=True)
class Done:
    """The end, as `llm.wire.FINISHED` names it: "length" where the answer hit its limit."""

    finish_reason: str


Event = (
    Searching
    | Found
    | Citable
    | Grounded
    | SearchFailed
    | Text
    | Rewritten
    | Thought
    | Suggestions
    | Used
    | Called
    | Notice
    | Done
)

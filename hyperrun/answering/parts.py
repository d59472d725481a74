"""How an answer goes on, as one process tells another: its events, to be folded there again.

What a later version tells more of is passed over; text, most of it all, is told as it is.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from hyperrun.answering.answer import AnswerState
from hyperrun.answering.events import Event, Suggestions, Text
from hyperrun.domain import Outcome, Turn


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing comes any more, and its row is stored."""

    outcome: Outcome
    error: str


@dataclass(frozen=True, slots=True)
class Whole:
    """All of an answer so far; the turn's sources are all that were handed out."""

    turn: Turn
    written: bool
    suggestions: tuple[str, ...]


quoted = json.JSONEncoder(ensure_ascii=False).encode
_KINDS: dict[str, type] = {each.__name__: each for each in (*get_args(Event), Ended)}


@cache
def _adapter(kind: type) -> Any:
    from pydantic import TypeAdapter  # LiteLLM's own; only where there are other processes

    return TypeAdapter(kind)


def encoded(events: Sequence[Event | Ended]) -> str:
    """Events as JSON, texts that follow each other as one."""
    texts = [event.delta for event in events if isinstance(event, Text)]
    if texts and len(texts) == len(events):  # nearly always: a third of the cost
        return f"[{quoted(''.join(texts))}]"
    told: list[Any] = []
    for event in events:
        if isinstance(event, Text):
            if told and isinstance(told[-1], str):
                told[-1] += event.delta
            else:
                told.append(event.delta)
        else:
            kind: Any = type(event)
            told.append([kind.__name__, _adapter(kind).dump_python(event, mode="json")])
    return json.dumps(told, ensure_ascii=False)


def decoded(data: str) -> list[Event | Ended]:
    """The events that `encoded` was given, as far as this version knows them."""
    events: list[Event | Ended] = []
    for told in json.loads(data):
        if isinstance(told, str):
            events.append(Text(told))
        elif told[0] in _KINDS:
            events.append(_adapter(_KINDS[told[0]]).validate_python(told[1]))
    return events


def whole(state: AnswerState) -> str:
    """An answer that runs, as JSON."""
    found = Whole(state.as_told(), state.written, state.suggested)
    return str(_adapter(Whole).dump_json(found).decode())


def state_of(data: str, language: str) -> AnswerState:
    """The answer that `whole` was given, to be folded on here."""
    found: Whole = _adapter(Whole).validate_json(data)
    state = AnswerState(found.turn, found.turn.language or language, written=found.written)
    if found.suggestions:
        state.fold(Suggestions(found.suggestions))
    return state

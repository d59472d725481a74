"""An answer as it stands, and what each of its readers has seen of it."""

import asyncio
import html
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from hyperrun.answering.events import (
    Called,
    Citable,
    Done,
    Event,
    Found,
    Grounded,
    Notice,
    Rewritten,
    SearchFailed,
    Searching,
    Suggestions,
    Text,
    Thought,
    Used,
)
from hyperrun.answering.prompts import MAX_SUGGESTIONS
from hyperrun.domain import Call, Grounding, Handed, Outcome, Source, Step, Turn, Usage
from hyperrun.language import DEFAULT, languages, text
from hyperrun.markdown.citations import relocated
from hyperrun.markdown.live import appended
from hyperrun.markdown.renderer import AnswerRenderer
from hyperrun.passage import Passage
from hyperrun.search.questions import is_about
from hyperrun.search.terms import heading_of
from hyperrun.text import without_controls

log = logging.getLogger(__name__)

Locate = Callable[[Passage], Passage | None]

MAX_FOUND = 6  # sources shown of an answer that cites none


@dataclass(frozen=True, slots=True)
class Update:
    """What a follower has to show now. In a snapshot everything, otherwise what is new.

    `blocks` are finished and safe HTML, `live` the HTML of the block still growing (None:
    unchanged), `more` plain text to append to the end of that block instead of replacing it.
    `outcome` is set on the last update only.
    """

    version: int = 0
    snapshot: bool = False
    blocks: tuple[str, ...] = ()
    live: str | None = None
    more: str | None = None
    steps: tuple[Step, ...] | None = None
    sources: tuple[Source, ...] | None = None
    suggestions: tuple[str, ...] = ()
    usage: Usage | None = None
    outcome: Outcome | None = None
    ended: Turn | None = None  # as it would be stored, with `outcome`
    error: str = ""
    notice: str = ""
    cites: bool = True  # else `sources` are what was found, and the answer names none of them
    beside: frozenset[int] = frozenset()  # numbers of `sources` that are only said to be there, too


_ALSO = tuple(text(code, "extract_also") for code in languages())
_NUMBER = re.compile(r"\[(\d+)\]")


def only_beside(answer: str) -> frozenset[int]:
    """Numbers of the sources that an answer has only in its last line, "See also"."""
    before, _, last = answer.rstrip().rpartition("\n\n")
    if not last.startswith(_ALSO):
        return frozenset()
    named, cited = (frozenset(map(int, _NUMBER.findall(part))) for part in (last, before))
    return named - cited


class HtmlBuilder:
    """An answer's HTML as it grows: finished `blocks`, and the `live` one.

    Where the renderer fails on a text, the words go on as plain paragraphs: a reader who is owed
    an answer gets it, and what they have already been shown stays as it is.
    """

    def __init__(self, renderer: AnswerRenderer) -> None:
        self.blocks: list[str] = []
        self.live = ""
        self._renderer = renderer
        self._plain: str | None = None  # what came since the renderer failed

    def feed(self, delta: str) -> None:
        """More of the text."""
        if self._plain is None:
            try:
                self.blocks += self._renderer.feed(delta)
                self.live = self._renderer.live()
                return
            except Exception:
                log.exception("the answer goes on as plain words")
                self._give_up()
        self._plain = (self._plain or "") + delta
        self.live = _paragraph(self._plain)

    def finish(self) -> None:
        """Nothing follows."""
        if self._plain is None:
            try:
                self.blocks += self._renderer.finish()
            except Exception:
                log.exception("the answer ends in plain words")
                self._give_up()
        elif self.live:
            self.blocks.append(self.live)
        self.live = ""

    def _give_up(self) -> None:
        if self.live:
            self.blocks.append(self.live)
        self._plain = ""

    @property
    def cited(self) -> tuple[int, ...]:
        """Numbers of the sources cited so far, in order of first citation."""
        return self._renderer.cited

    @property
    def claims(self) -> tuple[int, int]:
        """Cited sentences so far, and those of them that hold what their lines do not."""
        return self._renderer.claims


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(without_controls(text))}</p>" if text.strip() else ""


class AnswerState:
    """One answer as it stands: what was said, and how it looks."""

    def __init__(self, turn: Turn, language: str = "", *, written: bool = False) -> None:
        self.turn = turn
        self.written = written  # by a model: what it cites is compared with the lines
        self.version = 0
        self.steps = turn.steps
        self.usage = turn.usage
        self.outcome: Outcome | None = None
        self.error = ""
        self.notice = turn.notice
        self._calls: tuple[Call, ...] = turn.calls
        self._told = Grounding.UNKNOWN  # by the answer itself
        self._suggestions: tuple[str, ...] = ()
        self._answer = turn.answer
        self._unrendered: list[str] = [turn.answer] if turn.answer else []
        self._handed_out = {source.number: source for source in turn.sources}
        self._language = language or DEFAULT
        self._html = self._builder()
        self.revision = 0  # of what was shown before: it is taken back, and shown anew

    def _builder(self) -> HtmlBuilder:
        renderer = AnswerRenderer(self._handed_out.get, self._language, checks=self.written)
        return HtmlBuilder(renderer)

    def fold(self, event: Event) -> None:
        """Take one event."""
        self.version += 1
        match event:
            case Text(delta, answer):
                self._answer = answer or self._answer + delta
                self._unrendered.append(delta)
            case Rewritten(answer):
                self.revision += 1
                self._answer = answer
                self._unrendered = [answer]
                self._html = self._builder()
            case Thought(text):
                self.steps = tuple(step for step in self.steps if step.thought != "")
                self.steps = (*self.steps, Step("", thought=text))
            case Searching(query):
                # The same search again is the same step: after a model's failure, say.
                others = tuple(step for step in self.steps if step.query != query)
                self.steps = (*others, Step(query))
            case Found(query, sources):
                self._handed_out |= {source.number: source for source in sources}
                self._finish_step(Step(query, found=len(sources)))
            case Citable(sources):
                self._handed_out |= {source.number: source for source in sources}
            case SearchFailed(query):
                self._finish_step(Step(query, failed=True))
            case Used(usage):
                before = self.turn.usage  # of an answer that goes on
                self.usage = usage.plus(before) if before.model else usage
            case Suggestions(questions):
                self._suggestions = questions
            case Called(call):
                self._calls = (*self._calls, call)
            case Grounded(grounding):
                self._told = grounding
            case Notice(key):
                self.notice = key
            case Done():
                pass

    def _finish_step(self, step: Step) -> None:
        waiting = Step(step.query)
        steps = list(self.steps)
        if waiting in steps:
            steps[steps.index(waiting)] = step
        else:
            steps.append(step)
        self.steps = tuple(steps)

    def render(self) -> None:
        """Bring blocks and live block up to what was said."""
        if self._unrendered:
            delta = "".join(self._unrendered)
            self._unrendered.clear()
            self._html.feed(delta)

    def end(self, outcome: Outcome, error: str = "") -> None:
        """Nothing comes any more."""
        self.render()
        self._html.finish()
        self.version += 1
        self.error = error
        self.outcome = outcome

    @property
    def said(self) -> str:
        """The answer so far, as Markdown."""
        return self._answer

    @property
    def has_text(self) -> bool:
        """Has the answer begun?"""
        return bool(self._answer)

    @property
    def blocks(self) -> list[str]:
        """The HTML of what was said and rendered, as far as it is final."""
        return self._html.blocks

    @property
    def live(self) -> str:
        """The HTML of the block still growing."""
        return self._html.live

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources cited so far, in order of first citation.

        Of a written answer that has ended without citing any: those found for the question.
        """
        cited = self._html.cited
        sources = tuple(self._handed_out[n] for n in cited if n in self._handed_out)
        if not sources and self.outcome is not None and self.usage.model and self._answer:
            return tuple(self._handed_out.values())[:MAX_FOUND]
        return sources

    @property
    def cites(self) -> bool:
        """Does the answer name a source?"""
        return bool(self._html.cited)

    @property
    def grounding(self) -> Grounding:
        """How much of the answer the documentation says; unknown until it has ended."""
        if self.outcome is None or not self._answer:
            return Grounding.UNKNOWN
        if self._told:
            return self._told
        return Grounding.CITED if self.cites else Grounding.UNCITED

    @property
    def suggestions(self) -> tuple[str, ...]:
        """What to ask next: nothing that the answer cites already, and not the question again."""
        known = [heading_of(source.passage.title) for source in self.sources]
        known.append(self.turn.question)
        return tuple(
            each
            for each in self._suggestions
            if not any(is_about(each, heading) for heading in known)
        )[:MAX_SUGGESTIONS]

    def _handed(self) -> tuple[Handed, ...]:
        passages = ((number, each.passage) for number, each in self._handed_out.items())
        return tuple(
            Handed(
                number, each.file, each.title, each.start_line, each.end_line,
                each.url or each.permalink or "", round(each.score, 4), len(each.shown),
            )
            for number, each in passages
        )  # fmt: skip

    @property
    def suggested(self) -> tuple[str, ...]:
        """What the answer suggests to ask next, all of it."""
        return self._suggestions

    def as_told(self) -> Turn:
        """The turn with all sources that were handed out: what another process goes on from."""
        return replace(self.as_turn(), sources=tuple(self._handed_out.values()))

    def as_turn(self) -> Turn:
        """The turn as it would be stored now."""
        return replace(
            self.turn,
            outcome=self.outcome or Outcome.RUNNING,
            answer=self._answer,
            steps=self.steps,
            sources=self.sources,
            usage=self.usage,
            error=self.error,
            notice=self.notice,
            claims=self._html.claims,
            ended=time.time() if self.outcome else None,
            suggestions=self.suggestions,
            grounding=self.grounding,
            handed=self._handed() if self.outcome else (),
            calls=self._calls,
        )


def snapshot(turn: Turn, language: str, locate: Locate) -> Update:
    """A stored turn, rendered; a source that has moved since is cited where it stands now.

    Takes milliseconds and reads files: for a thread.
    """
    moved = relocated(turn.sources, locate)
    sources = {source.number: source for source in moved}
    written = bool(turn.usage.model)
    builder = HtmlBuilder(AnswerRenderer(sources.get, language or DEFAULT, checks=written))
    builder.feed(turn.answer)
    builder.finish()
    return Update(
        snapshot=True,
        blocks=tuple(builder.blocks),
        live="",
        steps=turn.steps,
        sources=tuple(sources[n] for n in builder.cited or sources if n in sources),
        suggestions=turn.suggestions,
        usage=turn.usage,
        outcome=turn.outcome,
        ended=turn,
        error=turn.error,
        notice=turn.notice,
        cites=bool(builder.cited),
        beside=only_beside(turn.answer),
    )


class Follower:
    """One connection: what it has sent, and whether there is more."""

    __slots__ = (
        "_blocks", "_live", "_revision", "_sources", "_steps", "_version", "is_quiet", "told_at",
        "wake",
    )  # fmt: skip

    def __init__(self) -> None:
        self.wake = asyncio.Event()  # there may be something to send
        self.told_at = time.monotonic()
        self.is_quiet = False  # nothing has been sent for long
        self._version = -1
        self._revision = 0
        self._blocks = 0
        self._live = ""
        self._steps: tuple[Step, ...] = ()
        self._sources: tuple[Source, ...] = ()

    def next(self, state: AnswerState) -> Update | None:
        """What to send now; None if nothing has changed. The first is a snapshot."""
        self.is_quiet = False
        if state.version == self._version:
            return None
        self.told_at = time.monotonic()
        state.render()
        snapshot = self._version < 0 or self._revision != state.revision
        blocks = tuple(state.blocks[0 if snapshot else self._blocks :])
        sources = state.sources
        live: str | None = state.live
        more = None
        if not snapshot and not blocks:
            added = appended(self._live, state.live)
            more = html.unescape(added) if added else None
            if added is not None or state.live == self._live:
                live = None
        update = Update(
            version=state.version,
            snapshot=snapshot,
            blocks=blocks,
            live=live,
            more=more,
            steps=state.steps if snapshot or state.steps != self._steps else None,
            sources=sources if snapshot or state.outcome or sources != self._sources else None,
            suggestions=state.suggestions if state.outcome else (),
            usage=state.usage if state.outcome else None,
            outcome=state.outcome,
            ended=state.as_turn() if state.outcome else None,
            error=state.error,
            notice=state.notice,
            cites=state.cites,
            beside=only_beside(state.said) if state.outcome else frozenset(),
        )
        self._version = state.version
        self._revision = state.revision
        self._blocks = len(state.blocks)
        self._live = state.live
        self._steps = state.steps
        self._sources = sources
        return update

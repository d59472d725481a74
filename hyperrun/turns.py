"""Answers in flight: one task each, any number of followers, the model called once.

A turn is state, not a queue. Its task folds the agent's events into an `AnswerState`; a follower
remembers what it has sent and asks for the difference. So a slow reader gets fewer, larger updates,
a dropped line starts again from a snapshot, and nothing grows with the number of readers.

One ticker serves all turns: it renders what has changed, wakes followers, writes checkpoints and
ends answers that nobody follows. The first word of an answer does not wait for it.
"""

import asyncio
import html
import logging
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from hyperrun.agent import (
    Agent,
    Done,
    Event,
    Found,
    SearchFailed,
    Searching,
    Suggestions,
    Text,
    Used,
)
from hyperrun.citations import relocated
from hyperrun.conversation import Outcome, PageContext, Source, Step, Turn, Usage
from hyperrun.errors import Busy, HyperRunError, ModelError, NotYours
from hyperrun.language import DEFAULT
from hyperrun.live import appended
from hyperrun.models import ModelChoice
from hyperrun.render import AnswerRenderer
from hyperrun.search.passage import Passage
from hyperrun.settings import Settings
from hyperrun.store import Store

log = logging.getLogger(__name__)

TICK_S = 0.04
CHECKPOINT_EVERY_S = 1.0
KEEP_ALIVE_EVERY_S = 15.0
# How long the ticker may work before it lets the event loop do something else.
SLICE_S = 0.004

Locate = Callable[[Passage], Passage | None]
Settle = Callable[[Turn], Awaitable[None]]


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
    error: str = ""


class AnswerState:
    """One answer as it stands: what was said, and how it looks."""

    def __init__(self, turn: Turn, language: str = "") -> None:
        self.turn = turn
        self.version = 0
        self.blocks: list[str] = []
        self.live = ""
        self.steps: tuple[Step, ...] = ()
        self.usage = turn.usage
        self.suggestions: tuple[str, ...] = ()
        self.outcome: Outcome | None = None
        self.error = ""
        self._pieces: list[str] = []
        self._unrendered: list[str] = []
        self._handed_out: dict[int, Source] = {}
        self._renderer = AnswerRenderer(self._handed_out.get, language or DEFAULT)

    def fold(self, event: Event) -> None:
        """Take one event of the agent's."""
        self.version += 1
        match event:
            case Text(delta):
                self._pieces.append(delta)
                self._unrendered.append(delta)
            case Searching(query):
                self.steps = (*self.steps, Step(query))
            case Found(query, sources):
                self._handed_out |= {source.number: source for source in sources}
                self._finish_step(Step(query, found=len(sources)))
            case SearchFailed(query):
                self._finish_step(Step(query, failed=True))
            case Used(usage):
                self.usage = usage
            case Suggestions(questions):
                self.suggestions = questions
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
            self.blocks += self._renderer.feed(delta)
            self.live = self._renderer.live()

    def end(self, outcome: Outcome, error: str = "") -> None:
        """Nothing comes any more."""
        self.render()
        self.blocks += self._renderer.finish()
        self.live = ""
        self.version += 1
        self.error = error
        self.outcome = outcome

    @property
    def has_text(self) -> bool:
        """Has the answer begun?"""
        return bool(self._pieces)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources cited so far, in order of first citation."""
        cited = self._renderer.cited
        return tuple(self._handed_out[n] for n in cited if n in self._handed_out)

    def as_turn(self) -> Turn:
        """The turn as it would be stored now."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return replace(
            self.turn,
            outcome=self.outcome or Outcome.RUNNING,
            answer="".join(self._pieces),
            steps=self.steps,
            sources=self.sources,
            usage=self.usage,
            error=self.error,
            ended=time.time() if self.outcome else None,
        )


class Follower:
    """One connection: what it has sent, and whether there is more."""

    __slots__ = ("_blocks", "_live", "_sources", "_steps", "_version", "wake")

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self._version = -1
        self._blocks = 0
        self._live = ""
        self._steps: tuple[Step, ...] = ()
        self._sources: tuple[Source, ...] = ()

    def next(self, state: AnswerState) -> Update | None:
        """What to send now; None if nothing has changed. The first is a snapshot."""
        if state.version == self._version:
            return None
        state.render()
        snapshot = self._version < 0
        blocks = tuple(state.blocks[self._blocks :])
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
            suggestions=state.suggestions,
            usage=state.usage if state.outcome else None,
            outcome=state.outcome,
            error=state.error,
        )
        self._version = state.version
        self._blocks = len(state.blocks)
        self._live = state.live
        self._steps = state.steps
        self._sources = sources
        return update


class Answering:
    """One turn in flight: its state, its task, its followers."""

    def __init__(self, turn: Turn, language: str = "") -> None:
        self.state = AnswerState(turn, language)
        self.followers: set[Follower] = set()
        self.task: asyncio.Task[None] | None = None
        self.ends_as = Outcome.STOPPED  # when its task is cancelled
        self.rendered = 0  # version
        self.shown = 0.0  # when
        self.stored = 0  # version
        self.alone_since = time.monotonic()

    def show(self) -> None:
        """Render, if somebody is looking, and tell every follower to look."""
        self.rendered = self.state.version
        self.shown = time.monotonic()
        if self.followers:
            self.state.render()
        for follower in self.followers:
            follower.wake.set()


class Turns:
    """Starts, follows and ends answers. One conversation has at most one in flight."""

    def __init__(self, settings: Settings, store: Store, agent: Agent, locate: Locate) -> None:
        self._locate = locate
        self._abandon_after_s = settings.abandon_after_s
        self._store = store
        self._agent = agent
        self._in_flight: dict[str, Answering] = {}
        self._by_conversation: dict[str, str] = {}
        self._ticker: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def in_flight(self) -> int:
        """How many answers are being made."""
        return len(self._in_flight)

    async def start(
        self,
        conversation: str,
        question: str,
        page: PageContext,
        model: ModelChoice | None,
        language: str = "",
        *,
        retry_of: str = "",
        settle: Settle | None = None,
        notice: str = "",
    ) -> Turn:
        """Start the answer to a question and return its turn at once.

        `retry_of` names the turn this one takes the place of. `settle` is told the turn when it has
        ended, once, however it ends. `notice` is the key of a sentence that becomes the turn's
        `error` although it is answered (why there is no model, say). Raises `Busy` while another
        answer of this conversation is in flight: a second question is held back, not queued, so
        that it can build on the first.
        """
        if conversation in self._by_conversation or self._closing:
            raise Busy(f"conversation has {self._by_conversation.get(conversation)} in flight")
        turn = Turn(
            id=secrets.token_urlsafe(18),
            conversation=conversation,
            question=question,
            page=page,
            retry_of=retry_of,
            started=time.time(),
        )
        answering = Answering(turn, language)
        self._in_flight[turn.id] = answering
        self._by_conversation[conversation] = turn.id
        work = self._answer(answering, model, language, settle, notice)
        answering.task = asyncio.create_task(work, name=f"answer {turn.id}")
        await asyncio.sleep(0)  # a task cancelled before its first step would clean up nothing
        if self._ticker is None or self._ticker.done():
            self._ticker = asyncio.create_task(self._tick(), name="turns ticker")
        return turn

    async def retry(
        self,
        conversation: str,
        turn_id: str,
        model: ModelChoice | None,
        language: str = "",
        *,
        settle: Settle | None = None,
        notice: str = "",
    ) -> Turn:
        """Another attempt at a turn's question; the first leaves the model's history.

        Raises `NotYours` where this conversation has no such turn, and `Busy` as `start` does.
        """
        first = await self._own(conversation, turn_id)
        return await self.start(
            conversation, first.question, first.page, model, language,
            retry_of=turn_id, settle=settle, notice=notice,
        )  # fmt: skip

    async def stop(self, conversation: str, turn_id: str) -> None:
        """End an answer and keep what came. Raises `NotYours`; an ended one stays as it is."""
        await self._own(conversation, turn_id)
        await self._end(turn_id, Outcome.STOPPED)

    async def forget(self, conversation: str) -> None:
        """End what is in flight and delete the conversation's turns."""
        turn_id = self._by_conversation.get(conversation)
        if turn_id is not None:
            await self._end(turn_id, Outcome.STOPPED)
        await self._store.clear(conversation)

    async def find(self, turn_id: str) -> Turn | None:
        """The turn with this id, in flight or stored."""
        answering = self._in_flight.get(turn_id)
        return answering.state.as_turn() if answering else await self._store.turn(turn_id)

    async def history(self, conversation: str) -> list[Turn]:
        """A conversation's turns, oldest first, the one in flight as it stands now.

        An attempt that another one has taken the place of is left out.
        """
        turns = {turn.id: turn for turn in await self._stored(conversation)}
        turn_id = self._by_conversation.get(conversation)
        if turn_id is not None and turn_id in self._in_flight:
            turns[turn_id] = self._in_flight[turn_id].state.as_turn()
        replaced = {turn.retry_of for turn in turns.values()}
        return [turn for turn in turns.values() if turn.id not in replaced]

    async def follow(self, turn_id: str, language: str = "") -> AsyncIterator[Update | None]:
        """A snapshot, then what is new, then an update with an outcome. None keeps a line alive.

        A turn that has ended is one snapshot with its outcome; an unknown id is nothing at all.
        """
        answering = self._in_flight.get(turn_id)
        if answering is None:
            stored = await self._store.turn(turn_id)
            if stored is not None:
                yield await asyncio.to_thread(self.snapshot, stored, language)
            return
        follower = Follower()
        answering.followers.add(follower)
        try:
            while True:
                update = follower.next(answering.state)
                if update is not None:
                    yield update
                    if update.outcome is not None:
                        return
                follower.wake.clear()
                if answering.state.outcome is None:
                    try:
                        async with asyncio.timeout(KEEP_ALIVE_EVERY_S):
                            await follower.wake.wait()
                    except TimeoutError:
                        yield None
        finally:
            answering.followers.discard(follower)
            answering.alone_since = time.monotonic()

    def snapshot(self, turn: Turn, language: str = "") -> Update:
        """A stored turn, rendered; a source that has moved since is cited where it stands now.

        Takes milliseconds and reads files: for a thread.
        """
        moved = relocated(turn.sources, self._locate)
        sources = {source.number: source for source in moved}
        renderer = AnswerRenderer(sources.get, language or DEFAULT)
        blocks = renderer.feed(turn.answer) + renderer.finish()
        return Update(
            snapshot=True,
            blocks=tuple(blocks),
            live="",
            steps=turn.steps,
            sources=tuple(sources[n] for n in renderer.cited if n in sources),
            usage=turn.usage,
            outcome=turn.outcome,
            error=turn.error,
        )

    async def close(self) -> None:
        """End every answer as interrupted, with a last word to each follower. Takes at most 5 s."""
        self._closing = True
        ends = [self._end(turn_id, Outcome.INTERRUPTED) for turn_id in list(self._in_flight)]
        try:
            async with asyncio.timeout(4.5):
                await asyncio.gather(*ends)
        except TimeoutError:
            log.warning("%d answers did not end in time", len(self._in_flight))
        if self._ticker is not None:
            self._ticker.cancel()

    # Inside

    async def _own(self, conversation: str, turn_id: str) -> Turn:
        turn = await self.find(turn_id)
        if turn is None or turn.conversation != conversation:
            raise NotYours(f"turn {turn_id[:40]!r}")
        return turn

    async def _end(self, turn_id: str, outcome: Outcome) -> None:
        answering = self._in_flight.get(turn_id)
        if answering is None or answering.task is None:
            return
        answering.ends_as = outcome
        answering.task.cancel()
        await asyncio.wait({answering.task})

    async def _answer(
        self,
        answering: Answering,
        model: ModelChoice | None,
        language: str,
        settle: Settle | None,
        notice: str,
    ) -> None:
        """The task of one turn: from the first row in the store to the last."""
        state = answering.state
        turn = state.turn
        outcome, error = Outcome.ANSWERED, notice
        try:
            before = await self.history(turn.conversation)
            history = [
                each
                for each in before
                if each.outcome is Outcome.ANSWERED and each.id not in (turn.id, turn.retry_of)
            ]
            await self._save([state.as_turn()])
            try:
                await self._run_agent(answering, history, model, language)
            except ModelError as failure:
                if state.has_text:
                    raise
                # No word came: the passages still help, and the reader is told what happened.
                log.warning("turn %s: %s: %s", turn.id, type(failure).__name__, failure)
                outcome, error = Outcome.FAILED, failure.public
                await self._run_agent(answering, history, None, language)
        except asyncio.CancelledError:
            outcome, error = answering.ends_as, ""
        except HyperRunError as failure:
            log.warning("turn %s: %s: %s", turn.id, type(failure).__name__, failure)
            outcome, error = Outcome.FAILED, error or failure.public
        except Exception:
            log.exception("turn %s", turn.id)
            outcome, error = Outcome.FAILED, HyperRunError.public
        state.end(outcome, error)
        await asyncio.shield(asyncio.create_task(self._finish(answering, settle)))

    async def _run_agent(
        self,
        answering: Answering,
        history: Sequence[Turn],
        model: ModelChoice | None,
        language: str,
    ) -> None:
        state = answering.state
        turn = state.turn
        answer = self._agent.answer(turn.question, history, turn.page, model, language)
        async with aclosing(answer) as events:
            async for event in events:
                is_first = not state.has_text
                state.fold(event)
                is_due = time.monotonic() - answering.shown >= TICK_S
                if is_first or is_due or not isinstance(event, Text):
                    answering.show()

    async def _finish(self, answering: Answering, settle: Settle | None) -> None:
        """Store an ended turn, then let its followers and its conversation go on."""
        turn = answering.state.as_turn()
        await self._save([turn])
        if settle is not None:
            try:
                await settle(turn)
            except Exception:
                log.exception("turn %s: its cost was not counted", turn.id)
        self._in_flight.pop(turn.id, None)
        self._by_conversation.pop(turn.conversation, None)
        answering.show()

    async def _save(self, turns: Sequence[Turn]) -> None:
        """Write turns; an answer goes on without its row, and the log says so."""
        try:
            await self._store.save(turns)
        except sqlite3.Error as error:
            log.error("turns are not stored: %s", error)

    async def _stored(self, conversation: str) -> list[Turn]:
        try:
            return await self._store.turns(conversation)
        except sqlite3.Error as error:
            log.error("the conversation cannot be read: %s", error)
            return []

    async def _tick(self) -> None:
        """Serve all turns in flight until there are none."""
        checkpointed = time.monotonic()
        while self._in_flight:
            await asyncio.sleep(TICK_S)
            now = began = time.monotonic()
            for answering in list(self._in_flight.values()):
                state = answering.state
                if state.outcome is None and answering.rendered != state.version:
                    answering.show()
                if not answering.followers and now - answering.alone_since > self._abandon_after_s:
                    answering.ends_as = Outcome.STOPPED
                    if answering.task is not None:
                        answering.task.cancel()
                    answering.alone_since = now + 3_600
                if time.monotonic() - began > SLICE_S:
                    await asyncio.sleep(0)
                    began = time.monotonic()
            if now - checkpointed >= CHECKPOINT_EVERY_S:
                checkpointed = now
                await self._checkpoint()

    async def _checkpoint(self) -> None:
        """Store what has come since the last time, of every turn in one transaction."""
        changed = []
        for answering in self._in_flight.values():
            state = answering.state
            if state.outcome is None and state.version != answering.stored:
                answering.stored = state.version
                changed.append(state.as_turn())
        if changed:
            await self._save(changed)

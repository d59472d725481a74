"""Answers in flight: one task each, any number of followers, the model called once.

A turn is state, not a queue. Its task folds an answerer's events into an `AnswerState`; a follower
remembers what it has sent and asks for the difference. So a slow reader gets fewer, larger updates,
a dropped line starts again from a snapshot, and nothing grows with the number of readers.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Coroutine,
    Sequence,
)
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from hyperrun.answering.answer import AnswerState, Follower, Locate, Update, snapshot
from hyperrun.answering.answerer import Answerer, AnswererFor, Question
from hyperrun.answering.elsewhere import Elsewhere
from hyperrun.answering.events import CUT_OFF, Called, Text, Used
from hyperrun.answering.mirrors import FollowedAnswer, Mirror
from hyperrun.answering.parts import Ended
from hyperrun.answering.rounds import Rounds
from hyperrun.answering.rows import Rows
from hyperrun.answering.running_answer import RunningAnswer
from hyperrun.answering.showing import Showing
from hyperrun.domain import PERSON, Asker, Cost, Outcome, PageContext, Recent, Turn, reader_of
from hyperrun.errors import (
    BadQuestion,
    Busy,
    HyperRunError,
    Leaving,
    ModelError,
    ModelNotConfigured,
    NotYours,
    StoreError,
)
from hyperrun.language import DEFAULT
from hyperrun.limits import Reservation
from hyperrun.settings import Settings
from hyperrun.storage.store import Store

log = logging.getLogger(__name__)

DRAIN_LOOK_S = 0.05
# How long a reader waits for a disk that does not answer; then they go on without it.
DISK_TIMEOUT_S = 1.0
# The same for a provider whose stream does not let itself be closed.
CLOSING_TIMEOUT_S = 2.0
CLOSING_S = 5.0  # the end of this process, its last rows included

# What is to be done when an answer has ended, however it ended, with what was reserved for it.
OnEnded = Callable[[Turn, Reservation], Awaitable[None]]


class Turns:
    """Starts, follows and ends answers. One conversation has at most one in flight."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        answerer_for: AnswererFor,
        locate: Locate,
        on_ended: Sequence[OnEnded] = (),
    ) -> None:
        self._locate = locate
        self._on_ended = on_ended
        self._store = store
        self._answerer_for = answerer_for
        self._in_flight: dict[str, RunningAnswer] = {}
        self._by_conversation: dict[str, str] = {}
        self._rows = Rows(store, self._lose, self._stored)
        self._showing = Showing()
        self._background: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()  # of these, what stores and counts an end
        self._leaving = False  # no new question is taken
        self._closing = False
        self._elsewhere: Elsewhere | None = None
        if store.fleet is not None:
            self._elsewhere = Elsewhere(store, store.fleet, self, self._spawn)
            store.fleet.ours = lambda: [*self._in_flight, *self._rows.unstored]
        self._rounds = Rounds(
            self._in_flight, self._rows, self._elsewhere, self._spawn, self._end,
            settings.abandon_after_s,
        )  # fmt: skip

    @property
    def in_flight(self) -> int:
        """How many answers are being made."""
        return len(self._in_flight)

    @property
    def is_leaving(self) -> bool:
        """Does this process take no new question any more?"""
        return self._leaving

    async def start(
        self,
        conversation: str,
        question: str,
        page: PageContext,
        reservation: Reservation,
        language: str = "",
        *,
        retry_of: str = "",
        asker: Asker = PERSON,
        is_new: bool = False,
    ) -> Turn:
        """Start the answer to a question, and return its turn when the question is stored.

        `reservation` says who answers; from here on it is ended with the answer. `retry_of` names
        the turn this one takes the place of. A conversation that `is_new` has no history: a look
        into the store takes 1 ms of CPU, most of it for waking a thread. Raises `Busy` while
        another answer of this conversation is in flight: a second question is held back, not
        queued, so that it can build on the first.
        """
        self._check_free(conversation)
        turn = Turn(
            id=secrets.token_urlsafe(18),
            conversation=conversation,
            question=question,
            page=page,
            retry_of=retry_of,
            started=time.time(),
            notice=reservation.notice,
            language=language,
            asker=asker,
        )
        return await self._begin(turn, reservation, language, is_new=is_new)

    async def go_on(
        self, conversation: str, turn_id: str, reservation: Reservation, language: str = ""
    ) -> Turn:
        """Go on with an answer that was cut off at its length, in its own turn.

        Raises `NotYours` where this conversation has no such turn, `Busy` as `start` does, and
        `BadQuestion` where there is nothing to go on with, or no model now.
        """
        first = await self._own(conversation, turn_id)
        self._check_free(conversation)
        if first.outcome is not Outcome.ANSWERED or first.notice != CUT_OFF:
            raise BadQuestion(f"turn {turn_id[:40]!r} was not cut off")
        if reservation.choice is None:
            raise BadQuestion("no model goes on", reservation.notice or ModelNotConfigured.public)
        turn = replace(first, outcome=Outcome.RUNNING, notice="", ended=None, suggestions=())
        return await self._begin(turn, reservation, language)

    def _check_free(self, conversation: str) -> None:
        if self._leaving or self._closing:
            raise Leaving("this process ends")
        if conversation in self._by_conversation:
            raise Busy(f"conversation has {self._by_conversation[conversation]} in flight")

    async def _begin(
        self, turn: Turn, reservation: Reservation, language: str, *, is_new: bool = False
    ) -> Turn:
        running = RunningAnswer(turn, reservation, language)
        self._in_flight[turn.id] = running
        self._by_conversation[turn.conversation] = turn.id
        if self._elsewhere is not None:
            # No model is asked for what another process may be answering.
            self._elsewhere.begins(turn.id)
            try:
                await self._store.begin(turn)
            except BaseException:
                del self._in_flight[turn.id], self._by_conversation[turn.conversation]
                raise
        # Beside the answer: the model is not asked later because the disk is slow.
        first_row = self._spawn(
            self._rows.save([] if self._elsewhere else [turn]), f"first row of {turn.id}"
        )
        work = self._answer(running, language, is_new)
        running.task = asyncio.create_task(work, name=f"answer {turn.id}")
        self._rounds.begin()
        await asyncio.sleep(0)  # a task cancelled before its first step would clean up nothing
        await asyncio.wait({first_row}, timeout=DISK_TIMEOUT_S)
        return turn

    async def retry(
        self,
        conversation: str,
        turn_id: str,
        reservation: Reservation,
        language: str = "",
        asker: Asker = PERSON,
    ) -> Turn:
        """Another attempt at a turn's question; the first leaves the model's history.

        Raises `NotYours` where this conversation has no such turn, and `Busy` as `start` does.
        """
        first = await self._own(conversation, turn_id)
        return await self.start(
            conversation, first.question, first.page, reservation, language,
            retry_of=turn_id, asker=asker,
        )  # fmt: skip

    async def stop(self, conversation: str, turn_id: str) -> None:
        """End an answer and keep what came; an ended one stays as it is. Raises `NotYours`."""
        turn = await self._own(conversation, turn_id)
        if self._elsewhere is not None and self._is_elsewhere(turn):
            return await self._elsewhere.stop(turn_id)
        await self._end(turn_id, Outcome.STOPPED)

    def _is_elsewhere(self, turn: Turn) -> bool:
        return turn.outcome is Outcome.RUNNING and turn.id not in self._in_flight

    async def forget(self, conversation: str) -> None:
        """End what is in flight and delete the conversation's turns."""
        await self._drop(lambda each: each == conversation)
        if self._elsewhere is not None:
            await self._elsewhere.stop_all(conversation)
        await self._store.clear(conversation)

    async def forget_all(self, conversation: str) -> None:
        """The same for every conversation of this one's reader."""
        reader = reader_of(conversation)
        await self._drop(lambda each: reader_of(each) == reader)
        if self._elsewhere is not None:
            await self._elsewhere.stop_all(conversation, of_reader=True)
        await self._store.clear_all(conversation)

    async def _drop(self, wanted: Callable[[str], bool]) -> None:
        for conversation, turn_id in list(self._by_conversation.items()):
            if wanted(conversation):
                await self._end(turn_id, Outcome.STOPPED)
        self._rows.drop(wanted)

    def leave(self, conversation: str) -> None:
        """The reader turns to another conversation: an answer goes on, though nobody follows it."""
        running = self._in_flight.get(self._by_conversation.get(conversation, ""))
        if running is not None:
            running.goes_on_alone = True
        elif self._elsewhere is not None:
            self._spawn(self._elsewhere.leave(conversation), "leaving a conversation")

    async def recent(self, conversation: str) -> list[Recent]:
        """The conversations of this one's reader, last asked first, as far as they can be read."""
        return [
            replace(each, running=each.running or each.conversation in self._by_conversation)
            for each in await self._rows.recent(conversation)
        ]

    async def find(self, turn_id: str) -> Turn | None:
        """The turn with this id, in flight or stored, as far as it can be read."""
        try:
            return await self.read(turn_id)
        except StoreError as error:
            log.error("a turn cannot be read: %s", error)
            return None

    async def read(self, turn_id: str) -> Turn | None:
        """As `find`. Raises `StoreError` where it is not known whether there is such a turn."""
        running = self._in_flight.get(turn_id)
        if running is not None:
            return running.state.as_turn()
        return await self._rows.turn(turn_id)

    async def history(self, conversation: str, *, whole: bool = False) -> list[Turn]:
        """A conversation's turns, oldest first, the one in flight as it stands now.

        An attempt that another one has taken the place of is left out. What cannot be read is left
        out, too; raises `StoreError` where the `whole` of it is wanted.
        """
        turns = await self._rows.turns(conversation, whole=whole)
        turn_id = self._by_conversation.get(conversation)
        if turn_id is not None and turn_id in self._in_flight:
            turns[turn_id] = self._in_flight[turn_id].state.as_turn()
        replaced = {turn.retry_of for turn in turns.values()}
        return [turn for turn in turns.values() if turn.id not in replaced]

    async def cost(self, conversation: str) -> Cost:
        """What a conversation has cost, as far as that can be read now."""
        return await self._rows.cost(conversation)

    async def follow(
        self, turn_id: str, language: str = "", found: Turn | None = None
    ) -> AsyncGenerator[Update | None, None]:
        """A snapshot, then what is new, then an update with an outcome. None keeps a line alive.

        A turn that has ended is one snapshot with its outcome; an unknown id is nothing at all.
        `found`: as it has just been read. Raises `Leaving` where it goes on in another process and
        this one ends.
        """
        running: FollowedAnswer | None = self._in_flight.get(turn_id)
        if running is None:
            stored = found or await self.find(turn_id)
            if stored is None:
                return
            if self._elsewhere is None or not self._is_elsewhere(stored):
                yield await asyncio.to_thread(self.snapshot, stored, language)
                return
            running = self._elsewhere.mirrors.of(stored, language)
            self._rounds.begin()
        follower = Follower()
        running.followers.add(follower)
        try:
            while True:
                # Its end is told when it is counted: whoever hears it may ask the next question.
                ended = running.finished.done()
                if ended or running.state.outcome is None:
                    update = follower.next(running.state)
                    if update is not None:
                        yield update
                if ended:
                    return
                if self._closing and isinstance(running, Mirror):
                    raise Leaving("the answer goes on in another process")
                await follower.wake.wait()
                follower.wake.clear()
                if follower.is_quiet:
                    yield None
        finally:
            running.followers.discard(follower)
            running.alone_since = time.monotonic()
            if self._elsewhere is not None and isinstance(running, Mirror):
                self._elsewhere.mirrors.left(running)

    def snapshot(self, turn: Turn, language: str = "") -> Update:
        """A stored turn, rendered, as `answer.snapshot`: for a thread."""
        return snapshot(turn, language, self._locate)

    async def drain(self, timeout_s: float, is_hurried: Callable[[], bool] = bool) -> None:
        """Take no new question, and let running answers end by themselves for so long: until their
        last rows are stored, without which others would call them interrupted."""
        self._leaving = True
        deadline = time.monotonic() + timeout_s
        if self._in_flight:
            log.info("%d answers end before this server does", len(self._in_flight))
        while self._has_work and time.monotonic() < deadline and not is_hurried():  # noqa: ASYNC110
            await asyncio.sleep(DRAIN_LOOK_S)

    @property
    def _has_work(self) -> bool:
        return bool(self._in_flight or self._rows.unstored or self._ending)

    async def close(self) -> None:
        """End every answer as interrupted, with a last word to each follower. Takes at most 5 s."""
        # A server calls it twice: before its connections are closed, and after.
        deadline = time.monotonic() + (DISK_TIMEOUT_S if self._closing else CLOSING_S)
        self._closing = self._leaving = True
        for mirror in self._elsewhere.mirrors if self._elsewhere else ():
            mirror.show()
        ends = [self._end(turn_id, Outcome.INTERRUPTED) for turn_id in list(self._in_flight)]
        if ends:
            await asyncio.wait([asyncio.ensure_future(end) for end in ends], timeout=4.0)
        self._rounds.cancel()
        self._showing.cancel()
        self._ending.add(self._spawn(self._rows.save_last(deadline), "last rows"))
        await asyncio.wait(self._ending, timeout=max(0.0, deadline - time.monotonic()))
        if self._background:
            left_s = max(0.0, deadline - time.monotonic())
            await asyncio.wait(self._background, timeout=min(left_s, DISK_TIMEOUT_S))
        if self._rows.unstored:
            log.error("%d answers could not be stored at the end", len(self._rows.unstored))

    # For other processes (`elsewhere.Owner`)

    def running_state(self, turn_id: str) -> AnswerState | None:
        """As `Owner.running_state`."""
        running = self._in_flight.get(turn_id)
        return running.state if running is not None else None

    async def end(self, turn_id: str, outcome: Outcome) -> None:
        """As `Owner.end`."""
        await self._end(turn_id, outcome)

    def go_on_alone(self, turn_id: str) -> None:
        """As `Owner.go_on_alone`."""
        running = self._in_flight.get(turn_id)
        if running is not None:
            running.goes_on_alone = True

    # Inside

    async def _own(self, conversation: str, turn_id: str) -> Turn:
        turn = await self.find(turn_id)
        if turn is None or turn.conversation != conversation:
            raise NotYours(f"turn {turn_id[:40]!r}")
        return turn

    async def _end(self, turn_id: str, outcome: Outcome) -> None:
        running = self._in_flight.get(turn_id)
        if running is None or running.task is None:
            return
        if running.state.outcome is None:  # else it is about to end by itself
            running.ends_as = outcome
            running.task.cancel()
            await asyncio.wait({running.task}, timeout=CLOSING_TIMEOUT_S)
            self._ended(running, outcome)  # if the provider's stream does not let itself close
        await asyncio.wait({running.finished})

    def _ended(self, running: RunningAnswer, outcome: Outcome, error: str = "") -> None:
        if running.state.outcome is None:
            running.state.end(outcome, error)
            self._spawn(self._finish(running), f"end of {running.state.turn.id}")

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def _answer(self, running: RunningAnswer, language: str, is_new: bool) -> None:
        """The task of one turn: from the first row in the store to the last."""
        state = running.state
        turn = state.turn
        outcome, error = Outcome.ANSWERED, ""
        try:
            before = [] if is_new else await self.history(turn.conversation)
            history = [
                each
                for each in before
                if each.outcome is not Outcome.RUNNING and each.id not in (turn.id, turn.retry_of)
            ]
            so_far = turn if turn.answer else None
            question = Question(turn.question, history, turn.page, language or DEFAULT, so_far)
            try:
                answerer = self._answerer_for(running.reservation.choice)
                await self._fold(running, answerer, question)
            except ModelError as failure:
                if state.has_text:
                    raise
                # No word came: the passages still help, and the reader is told what happened.
                log.warning("turn %s: %s: %s", turn.id, type(failure).__name__, failure)
                outcome, error = Outcome.FAILED, failure.public
                await self._fold(running, self._answerer_for(None), question)
        except asyncio.CancelledError:
            outcome, error = running.ends_as, ""
        except HyperRunError as failure:
            log.warning("turn %s: %s: %s", turn.id, type(failure).__name__, failure)
            outcome, error = Outcome.FAILED, error or failure.public
        except Exception:
            log.exception("turn %s", turn.id)
            outcome, error = Outcome.FAILED, HyperRunError.public
        self._ended(running, outcome, error)

    async def _fold(self, running: RunningAnswer, answerer: Answerer, question: Question) -> None:
        state = running.state
        async with aclosing(answerer.answer(question)) as events:
            async for event in events:
                if state.outcome is not None:
                    return
                # The first word is shown at once; later ones, and steps, at most each tick.
                at_once = isinstance(event, Text) and not state.has_text
                state.fold(event)
                if self._elsewhere is not None:
                    self._elsewhere.tell(state.turn.id, event)
                if isinstance(event, Used | Called):
                    continue  # told with the end
                self._showing.tell(running, at_once=at_once)

    async def _finish(self, running: RunningAnswer) -> None:
        """Store and count an ended turn, then let its followers and its conversation go on."""
        turn = running.state.as_turn()
        self._rows.keep(turn)
        ending = {self._spawn(self._rows.save([turn]), f"last row of {turn.id}")}
        if self._on_ended:
            since = replace(turn, usage=turn.usage.beyond(running.state.turn.usage))
            told = self._tell_ended(since, running.reservation)
            ending.add(self._spawn(told, f"telling the end of {turn.id}"))
        self._ending |= ending
        for task in ending:
            task.add_done_callback(self._ending.discard)
        await asyncio.wait(ending, timeout=DISK_TIMEOUT_S)
        self._in_flight.pop(turn.id, None)
        self._by_conversation.pop(turn.conversation, None)
        running.finished.set_result(None)
        running.show()

    async def _tell_ended(self, turn: Turn, reservation: Reservation) -> None:
        for on_ended in self._on_ended:
            try:
                await on_ended(turn, reservation)
            except Exception:
                log.exception("turn %s: its end was not counted", turn.id)

    def _stored(self, turn: Turn) -> None:
        if self._elsewhere is not None and turn.outcome is not Outcome.RUNNING:
            self._elsewhere.tell(turn.id, Ended(turn.outcome, turn.error))

    def _lose(self, turn_id: str) -> None:
        """Another process has ended or deleted it: while this one was taken for dead, say."""
        running = self._in_flight.get(turn_id)
        if running is not None and running.state.outcome is None:
            log.warning("turn %s was ended elsewhere", turn_id)
            self._spawn(self._end(turn_id, Outcome.INTERRUPTED), "an answer ended elsewhere")

"""Answers in flight when the disk, the provider or the renderer does not do its part.

The answerer here is a script of events, so that each of them comes when the test wants it.
"""

import asyncio
import time
import tracemalloc
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hyperrun.answering.answer import AnswerState, HtmlBuilder, Update
from hyperrun.answering.answerer import Question
from hyperrun.answering.events import Done, Event, Found, Notice, Searching, Text
from hyperrun.answering.rows import MAX_UNSTORED
from hyperrun.answering.turns import OnEnded, Turns
from hyperrun.domain import Outcome, PageContext, Source, Turn
from hyperrun.errors import Busy
from hyperrun.limits import Reservation
from hyperrun.markdown.renderer import AnswerRenderer
from hyperrun.passage import Passage
from hyperrun.settings import Settings
from hyperrun.storage.sqlite import SQLiteStore
from tests.storage.test_store_faults import full_disk, locked

Work = Callable[[Turns, "ScriptedAnswerer"], Awaitable[None]]


class ScriptedAnswerer:
    """Plays events; a number between them is a time to wait in seconds."""

    def __init__(self) -> None:
        self.script: Sequence[Event | float] = ()
        self.closing_takes_s = 0.0
        self.asked: list[tuple[str, Sequence[Turn]]] = []
        self.closed = 0

    async def answer(self, question: Question) -> AsyncGenerator[Event, None]:
        self.asked.append((question.text, question.history))
        try:
            for event in self.script:
                if isinstance(event, float):
                    await asyncio.sleep(event)
                else:
                    yield event
        finally:
            self.closed += 1
            if self.closing_takes_s:
                await asyncio.sleep(self.closing_takes_s)


class SlowDisk(SQLiteStore):
    """A store that keeps no answer's end before it may."""

    may: asyncio.Event

    async def save(self, turns: Iterable[Turn]) -> frozenset[str]:
        turns = list(turns)
        if any(turn.outcome is not Outcome.RUNNING for turn in turns):
            await self.may.wait()
        return await super().save(turns)


def run(
    folder: Path,
    work: Work,
    on_ended: Sequence[OnEnded] = (),
    kind: type[SQLiteStore] = SQLiteStore,
    **changes: Any,
) -> None:
    """Do `work` with turns over a store in `folder`."""
    settings = replace(Settings(), data_dir=folder, keep_days=0, **changes)

    async def main() -> None:
        store = kind(settings)
        await store.open()
        answerer = ScriptedAnswerer()
        turns = Turns(settings, store, lambda choice: answerer, lambda passage: passage, on_ended)
        try:
            await work(turns, answerer)
        finally:
            await turns.close()
            await store.close()

    asyncio.run(main())


async def ask(turns: Turns, conversation: str = "c", question: str = "How?") -> Turn:
    return await turns.start(conversation, question, PageContext(), Reservation())


async def followed(turns: Turns, turn_id: str) -> list[Update]:
    """All updates of one follower."""
    return [update async for update in turns.follow(turn_id) if update is not None]


async def said(turns: Turns, turn_id: str, words: str) -> None:
    """Return when the answer in flight has said so much."""
    async with asyncio.timeout(10):
        state = turns.running_state(turn_id)
        assert state is not None
        while words not in state.as_turn().answer:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def words(updates: Sequence[Update]) -> str:
    """The final text as a page would put it together."""
    blocks: list[str] = []
    for update in updates:
        blocks = list(update.blocks) if update.snapshot else blocks + list(update.blocks)
    return "".join(blocks).replace("<p>", "").replace("</p>", "").strip()


def test_the_first_word_waits_for_no_tick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyperrun.answering.showing.SHOW_EVERY_S", 30.0)

    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        # The search's result is shown an instant before the first word comes.
        answerer.script = [Searching("q"), Found("q", ()), 0.001, Text("First"), 60.0]
        turn = await ask(turns)
        async with asyncio.timeout(10):
            async for update in turns.follow(turn.id):
                if update is not None and "First" in (update.live or ""):
                    break

    run(tmp_path, work)


def test_a_crowd_whose_answers_end_at_once_is_told_them_before_they_are_stored(
    tmp_path: Path,
) -> None:
    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        answerer.script = [Text("Whole."), Done("stop")]
        SlowDisk.may = asyncio.Event()
        crowd = await asyncio.gather(*(ask(turns, f"c{n}") for n in range(MAX_UNSTORED + 50)))
        await asyncio.gather(*(followed(turns, turn.id) for turn in crowd))
        found = [await turns.find(turn.id) for turn in crowd]
        SlowDisk.may.set()
        assert [turn and turn.answer for turn in found] == ["Whole."] * len(crowd)

    run(tmp_path, work, kind=SlowDisk)


@pytest.mark.parametrize("waits", ["drain", "close"])
def test_a_server_that_leaves_waits_for_the_rows_of_answers_that_have_ended(
    tmp_path: Path, waits: str
) -> None:
    """Told to their followers, an answer whose row is late would be interrupted for all others."""
    counted: list[str] = []

    async def counts(turn: Turn, _: Reservation) -> None:
        await SlowDisk.may.wait()
        counted.append(turn.id)

    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        answerer.script = [Text("Whole."), Done("stop")]
        SlowDisk.may = asyncio.Event()
        turn = await ask(turns)
        assert (await followed(turns, turn.id))[-1].outcome is Outcome.ANSWERED
        assert not turns.in_flight
        asyncio.get_running_loop().call_later(2.5, SlowDisk.may.set)
        await (turns.drain(20.0) if waits == "drain" else turns.close())
        stored = await turns._store.turn(turn.id)
        assert stored is not None
        assert (stored.outcome, stored.answer) == (Outcome.ANSWERED, "Whole.")
        assert counted == [turn.id]

    run(tmp_path, work, [counts], SlowDisk)


def test_the_last_rows_are_offered_again_where_the_disk_has_refused_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        answerer.script = [Text("x" * 300_000), Done("stop")]
        with full_disk(200_000):
            turn = await ask(turns)
            assert (await followed(turns, turn.id))[-1].outcome is Outcome.ANSWERED
            closing = asyncio.create_task(turns.close())
            await asyncio.sleep(0.5)
            assert not closing.done()
        await closing
        stored = await turns._store.turn(turn.id)
        assert stored is not None and stored.outcome is Outcome.ANSWERED

    run(tmp_path, work)
    assert "could not be stored at the end" not in caplog.text


def test_a_thousand_tokens_in_a_second_are_few_updates(tmp_path: Path) -> None:
    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        answerer.script = [0.05, *[step for n in range(500) for step in (Text(f"w{n} "), 0.001)]]
        turn = await ask(turns)
        began = time.monotonic()
        updates = await followed(turns, turn.id)
        ticks = (time.monotonic() - began) / 0.04
        assert len(updates) <= ticks + 3
        assert words(updates) == " ".join(f"w{n}" for n in range(500))
        assert any(update.more for update in updates)

    run(tmp_path, work)


def test_an_answer_goes_on_when_the_disk_is_full_and_is_stored_when_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyperrun.answering.rounds.CHECKPOINT_EVERY_S", 0.05)

    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        answerer.script = [Text("x" * 300_000), Done("stop")]
        with full_disk(200_000):
            turn = await ask(turns)
            updates = await followed(turns, turn.id)
            assert updates[-1].outcome is Outcome.ANSWERED
            # Shown again, and known to the next question, although no disk has it.
            assert [each.id for each in await turns.history("c")] == [turn.id]
            assert (await followed(turns, turn.id))[0].outcome is Outcome.ANSWERED
            await followed(turns, (await ask(turns)).id)
            assert [each.id for each in answerer.asked[1][1]] == [turn.id]
        async with asyncio.timeout(10):
            while True:
                stored = await turns._store.turns("c")
                if [each.outcome for each in stored] == [Outcome.ANSWERED] * 2:
                    break
                await asyncio.sleep(0.02)
        assert {each.answer for each in stored} == {"x" * 300_000}

    run(tmp_path, work)


def test_a_locked_file_holds_up_nobody_for_long(tmp_path: Path) -> None:
    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        answerer.script = [Text("One. "), 0.2, Text("Two."), Done("stop")]
        with locked(tmp_path):
            began = time.monotonic()
            turn = await ask(turns)
            updates = await followed(turns, turn.id)
            assert time.monotonic() - began < 4
            assert words(updates) == "One. Two."
            await ask(turns)  # and the next one may be asked

    run(tmp_path, work)


def test_a_provider_that_does_not_let_go_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyperrun.answering.turns.CLOSING_TIMEOUT_S", 0.1)

    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        answerer.script = [Text("So far."), 60.0]
        answerer.closing_takes_s = 2.0
        turn = await ask(turns)
        following = asyncio.create_task(followed(turns, turn.id))
        await said(turns, turn.id, "So far.")
        began = time.monotonic()
        await turns.stop("c", turn.id)
        assert (await following)[-1].outcome is Outcome.STOPPED
        assert time.monotonic() - began < 1
        answerer.closing_takes_s = 0.0
        await ask(turns)

    run(tmp_path, work)


def test_an_abandoned_answer_ends_once_and_frees_its_conversation(tmp_path: Path) -> None:
    ended: list[Turn] = []

    async def on_ended(turn: Turn, _: Reservation) -> None:
        ended.append(turn)

    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        answerer.script = [Text("To nobody."), 60.0]
        await ask(turns)
        async with asyncio.timeout(5):
            while turns.in_flight:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert [(turn.outcome, turn.answer) for turn in ended] == [(Outcome.STOPPED, "To nobody.")]
        assert answerer.closed == 1
        await ask(turns)

    run(tmp_path, work, [on_ended], abandon_after_s=0.2)


def test_what_is_told_with_an_answer_is_no_error(tmp_path: Path) -> None:
    ended: list[Turn] = []

    async def on_ended(turn: Turn, reservation: Reservation) -> None:
        ended.append(turn)

    async def work(turns: Turns, agent: ScriptedAnswerer) -> None:
        agent.script = [Text("The passages say so."), Done("stop")]
        told = Reservation(notice="error_budget")
        turn = await turns.start("c", "How?", PageContext(), told)
        last = (await followed(turns, turn.id))[-1]
        assert (last.outcome, last.error, last.notice) == (Outcome.ANSWERED, "", "error_budget")
        (stored,) = await turns.history("c")
        again = turns.snapshot(stored)
        assert (again.error, again.notice) == ("", "error_budget")
        assert [(each.error, each.notice) for each in ended] == [("", "error_budget")]
        agent.script = [Text("Half a sen"), Notice("cut_off"), Done("length")]
        turn = await ask(turns)
        assert (await followed(turns, turn.id))[-1].notice == "cut_off"

    run(tmp_path, work, [on_ended])


def test_a_new_conversation_is_not_looked_up(tmp_path: Path) -> None:
    class Unread(SQLiteStore):
        async def turns(self, conversation: str) -> list[Turn]:
            raise AssertionError(conversation)

    async def work(turns: Turns, agent: ScriptedAnswerer) -> None:
        agent.script = [Text("Yes."), Done("stop")]
        turn = await turns.start("c", "How?", PageContext(), Reservation(), is_new=True)
        assert (await followed(turns, turn.id))[-1].outcome is Outcome.ANSWERED
        assert agent.asked == [("How?", [])]

    run(tmp_path, work, kind=Unread)


def test_one_that_fails_at_an_answers_end_keeps_no_other_from_it(tmp_path: Path) -> None:
    told: list[str] = []

    async def fails(turn: Turn, reservation: Reservation) -> None:
        raise RuntimeError("no")

    async def counts(turn: Turn, reservation: Reservation) -> None:
        told.append(turn.id)

    async def work(turns: Turns, agent: ScriptedAnswerer) -> None:
        agent.script = [Text("So."), Done("stop")]
        turn = await ask(turns)
        await followed(turns, turn.id)
        assert told == [turn.id]

    run(tmp_path, work, [fails, counts])


def test_a_question_is_on_disk_when_it_has_been_taken(tmp_path: Path) -> None:
    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        answerer.script = [60.0]
        turn = await ask(turns)
        stored = await turns._store.turn(turn.id)
        assert stored is not None
        assert (stored.question, stored.outcome) == ("How?", Outcome.RUNNING)

    run(tmp_path, work)


def test_no_two_of_many_questions_at_once_are_answered_together(tmp_path: Path) -> None:
    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        answerer.script = [0.05, Text("Yes."), Done("stop")]
        asked = await asyncio.gather(*[ask(turns) for _ in range(20)], return_exceptions=True)
        started = [each for each in asked if isinstance(each, Turn)]
        assert len(started) == 1
        assert all(isinstance(each, Busy) for each in asked if each not in started)
        await followed(turns, started[0].id)
        assert len(answerer.asked) == 1

    run(tmp_path, work)


def test_stopping_while_it_ends_tells_one_outcome(tmp_path: Path) -> None:
    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        for n in range(30):
            answerer.script = [Text("Quick."), 0.0001 * n, Done("stop")]
            turn = await ask(turns)
            following = asyncio.create_task(followed(turns, turn.id))
            await asyncio.sleep(0.0001 * n)
            await turns.stop("c", turn.id)
            told = [update.outcome for update in await following if update.outcome]
            stored = await turns._store.turn(turn.id)
            assert stored is not None and told == [stored.outcome]

    run(tmp_path, work)


class Broken(AnswerRenderer):
    """A renderer that meets a text it was not made for."""

    def feed(self, delta: str) -> list[str]:
        if "bad" in delta:
            raise RecursionError
        return super().feed(delta)


def test_a_renderer_that_fails_loses_no_word() -> None:
    writing = HtmlBuilder(Broken({}.get))  # type: ignore[arg-type]
    for delta in ("One.\n\nTwo", " is bad <b>", " &", " three."):
        writing.feed(delta)
    writing.finish()
    shown = [block.strip() for block in writing.blocks]
    assert shown == ["<p>One.</p>", "<p>Two</p>", "<p> is bad &lt;b&gt; &amp; three.</p>"]
    assert writing.live == ""


def test_an_answer_whose_rendering_fails_still_ends() -> None:
    state = AnswerState(Turn("t", "c", "q"))
    state._html = HtmlBuilder(Broken({}.get))  # type: ignore[arg-type]
    state.fold(Text("Good, "))
    state.render()
    state.fold(Text("bad, <script>"))
    state.end(Outcome.ANSWERED)
    assert "".join(state.blocks) == "<p>Good, </p><p>bad, &lt;script&gt;</p>"
    assert state.as_turn().answer == "Good, bad, <script>"


def test_a_line_with_nothing_to_say_is_kept_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyperrun.answering.rounds.KEEP_ALIVE_EVERY_S", 0.05)
    monkeypatch.setattr("hyperrun.answering.rounds.CHECKPOINT_EVERY_S", 0.02)

    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        answerer.script = [Text("Hm. "), 0.5, Text("Yes."), Done("stop")]
        turn = await ask(turns)
        told = [update async for update in turns.follow(turn.id)]
        assert told.count(None) >= 3
        assert words([update for update in told if update]) == "Hm. Yes."

    run(tmp_path, work)


def test_an_open_answer_takes_little_memory(tmp_path: Path) -> None:
    passages = [Passage(f"src/{n}.py", 1, 40, "title", "function", "x" * 1_500) for n in range(8)]
    paragraph = "Some words that a model says, and more of them, up to a paragraph. " * 6 + "\n\n"

    async def work(turns: Turns, answerer: ScriptedAnswerer) -> None:
        async def open_answers(count: int) -> None:
            # Every answer has read passages of its own, and said 1,000 tokens of which none is new.
            for number in range(count):
                sources = tuple(
                    Source(n, replace(passage, text=f"{number} {passage.text}"))
                    for n, passage in enumerate(passages, 1)
                )
                answerer.script = [Found("q", sources), *[Text(paragraph)] * 10, 60.0]
                turn = await ask(turns, f"conversation {number}")
                following.append(asyncio.create_task(followed(turns, turn.id)))
            running = turns._in_flight.values()
            while not all(  # noqa: ASYNC110
                each.state.has_text and each.rendered == each.state.version for each in running
            ):
                await asyncio.sleep(0.02)

        following: list[asyncio.Task[list[Update]]] = []
        await open_answers(1)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for task in following:
            task.cancel()
        await turns.forget("conversation 0")
        await open_answers(50)
        each = (tracemalloc.get_traced_memory()[0] - before) / 50
        tracemalloc.stop()
        for task in following:
            task.cancel()
        assert turns.in_flight == 50
        assert each < 65_000

    run(tmp_path, work)

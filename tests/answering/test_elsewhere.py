"""Two processes over one PostgreSQL, in one event loop: what one is told of the other's answers."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from hyperrun.answering.answerer import Question
from hyperrun.answering.events import CUT_OFF, Done, Event, Notice, Text
from hyperrun.answering.turns import Turns
from hyperrun.domain import Turn
from hyperrun.limits import Reservation
from hyperrun.llm.choice import ModelChoice
from hyperrun.settings import Settings
from hyperrun.storage.fleet import Fleet, Order
from hyperrun.storage.opening import store_of
from hyperrun.storage.store import Store
from tests.answering.test_turns_faults import ask, words
from tests.postgresql import PostgreSQL
from tests.storage.test_store import run


class Spoken:
    """An answerer that says what the test says."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue()

    async def answer(self, question: Question) -> AsyncGenerator[Event, None]:
        """Until `Done`."""
        while not isinstance(event := await self.events.get(), Done):
            yield event

    def say(self, *events: Event | str) -> None:
        """Go on."""
        for event in events:
            self.events.put_nowait(Text(event) if isinstance(event, str) else event)


@dataclass
class Process:
    """One of them."""

    store: Store
    turns: Turns
    spoken: Spoken

    @property
    def fleet(self) -> Fleet:
        """It among the others."""
        assert self.store.fleet is not None
        return self.store.fleet


@dataclass
class Followed:
    """What somebody who follows has seen so far, and when they have seen it all."""

    text: str = ""
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self, process: Process, turn: Turn) -> None:
        """Until its end."""
        updates = []
        async for update in process.turns.follow(turn.id):
            if update is not None:
                updates.append(update)
                self.text = words(updates) or self.text
                if update.live is not None:
                    self.text = f"{words(updates)} {update.live}".strip()
                elif update.more:
                    self.text += update.more
        self.ended.set()


@asynccontextmanager
async def process(folder: Path, url: str, name: str) -> AsyncIterator[Process]:
    """One that serves for the length of a block."""
    settings = replace(Settings(), data_dir=folder, database_url=url)
    store = store_of(settings, name)
    await store.open()
    spoken = Spoken()
    turns = Turns(settings, store, lambda _: spoken, lambda passage: passage)
    try:
        yield Process(store, turns, spoken)
    finally:
        await turns.close()
        await store.close()


async def eventually(is_so: Callable[[], bool]) -> None:
    """Return when it is so."""
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_a_process_that_has_just_come_is_told_how_an_answer_goes_on(
    tmp_path: Path, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was not there when the owner last looked who lives."""
    monkeypatch.setattr("hyperrun.storage.fleet.BEAT_S", 60.0)
    monkeypatch.setattr("hyperrun.answering.mirrors.QUIET_S", 60.0)

    async def work() -> None:
        url = postgresql.new_database()
        async with process(tmp_path, url, "owner") as owner:
            await eventually(lambda: owner.fleet.transport == "notifications")
            async with process(tmp_path, url, "new") as new:
                turn = await ask(owner.turns)
                seen = Followed()
                following = asyncio.create_task(seen.follow(new, turn))
                for at in range(8):  # longer than the owner goes without looking who follows
                    owner.spoken.say(f"word{at} ")
                    await eventually(lambda at=at: f"word{at}" in seen.text)  # type: ignore[misc]
                    await asyncio.sleep(0.1)
                owner.spoken.say(Done("stop"))
                await following

    run(work)


def test_who_still_follows_takes_nothing_for_what_follows_on_what_they_have(
    tmp_path: Path, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer is told no more, and then anew by a clock that has hardly moved."""
    monkeypatch.setattr("hyperrun.storage.fleet.BEAT_S", 60.0)
    clock = SimpleNamespace(time=lambda: 1_000_000_000.0, monotonic=time.monotonic)
    monkeypatch.setattr("hyperrun.answering.elsewhere.time", clock)

    async def work() -> None:
        url = postgresql.new_database()
        async with (
            process(tmp_path, url, "owner") as owner,
            process(tmp_path, url, "one") as one,
            process(tmp_path, url, "other") as other,
        ):
            turn = await ask(owner.turns)
            first, second = Followed(), Followed()
            following = [asyncio.create_task(first.follow(one, turn))]
            owner.spoken.say("a ")
            await eventually(lambda: "a" in first.text)
            owner.fleet.handlers["unfollow"](Order(turn.id, "unfollow", "one"))
            owner.spoken.say("b ")
            following.append(asyncio.create_task(second.follow(other, turn)))
            for word in ("c", "d", "e", "f"):
                await eventually(lambda: "b" in second.text)
                owner.spoken.say(f"{word} ")
                await eventually(lambda word=word: word in second.text)  # type: ignore[misc]
            owner.spoken.say(Done("stop"))
            await asyncio.gather(*following)
            assert (first.text, second.text) == ("a b c d e f",) * 2

    run(work)


def test_an_answer_that_goes_on_is_not_over_for_what_was_told_of_its_first_end(
    tmp_path: Path, postgresql: PostgreSQL
) -> None:
    async def work() -> None:
        url = postgresql.new_database()
        async with (
            process(tmp_path, url, "owner") as owner,
            process(tmp_path, url, "other") as other,
        ):
            turn = await ask(owner.turns)
            seen = Followed()
            following = asyncio.create_task(seen.follow(other, turn))
            owner.spoken.say("The first half ")
            await eventually(lambda: "half" in seen.text)
            owner.spoken.say(Notice(CUT_OFF), Done("length"))
            await following
            model = Reservation(choice=ModelChoice("openai/scripted"))
            turn = await owner.turns.go_on("c", turn.id, model)
            seen = Followed()
            following = asyncio.create_task(seen.follow(other, turn))
            await eventually(lambda: "half" in seen.text)
            owner.spoken.say("and the second.")
            await eventually(lambda: seen.ended.is_set() or "second" in seen.text)
            assert not seen.ended.is_set()
            owner.spoken.say(Done("stop"))
            await following
            assert seen.text == "The first half and the second."

    run(work)

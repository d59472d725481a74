"""What every store does, whatever it keeps things in: another kind is one line in `KINDS`."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hyperrun.domain import Cost, Grounding, Outcome, Recent, Usage
from hyperrun.errors import StoreError
from hyperrun.settings import Settings
from hyperrun.storage.sqlite import MAX_RECENT, TITLE_CHARS, SQLiteStore
from hyperrun.storage.store import MAX_MISSED, MAX_REPORTED, Missed, Reported, Store
from tests.storage.test_store import TURN, run

Opened = Callable[..., AbstractAsyncContextManager[Store]]

KINDS: dict[str, Callable[[Settings, str], Store]] = {"sqlite": SQLiteStore}


@pytest.fixture(params=KINDS)
def opened(request: pytest.FixtureRequest) -> Opened:
    """A store of each kind, for the length of a block: `opened(folder, owner=…, keep_days=…)`."""

    @asynccontextmanager
    async def opened(folder: Path, owner: str = "test", **changes: Any) -> AsyncIterator[Store]:
        settings = replace(Settings(), data_dir=folder, **{"keep_days": 0, **changes})
        store = KINDS[request.param](settings, owner)
        await store.open()
        try:
            yield store
        finally:
            await store.close()

    return opened


def test_a_turn_comes_back_as_it_was(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([TURN])
            assert await store.turn("turn-1") == TURN
            done = replace(TURN, outcome=Outcome.ANSWERED, ended=1_001.0)
            await store.save([done])
            assert await store.turns("conversation-1") == [done]
            assert await store.turns("conversation-2") == []
            assert await store.turn("turn-2") is None
            assert await store.cost("conversation-1") == Cost(0.25)
            cut = replace(TURN, id="turn-2", usage=replace(TURN.usage, estimated=True))
            await store.save([cut, replace(cut, id="turn-3", usage=Usage("openai/y"))])
            assert await store.cost("conversation-1") == Cost(0.5, estimated=True)
            assert await store.cost("conversation-2") == Cost()

    run(work)


def test_what_a_reader_says_survives_the_next_write(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([TURN])
            assert await store.rate("conversation-1", "turn-1", -1, "wrong", "no")
            assert not await store.rate("conversation-2", "turn-1", 1)
            await store.save([replace(TURN, answer="other")])
            kept = await store.turn("turn-1")
            assert kept is not None
            assert (kept.rating, kept.reason, kept.comment, kept.answer) == (
                -1,
                "wrong",
                "no",
                "other",
            )

    run(work)


def test_a_running_turn_of_a_dead_process_is_interrupted_and_one_of_our_own_is_not(
    tmp_path: Path, opened: Opened
) -> None:
    async def work() -> None:
        async with opened(tmp_path, owner="one") as store:
            await store.save([TURN, replace(TURN, id="turn-2", outcome=Outcome.ANSWERED)])
        async with opened(tmp_path, owner="one") as store:
            assert [turn.outcome for turn in await store.turns("conversation-1")] == [
                Outcome.RUNNING, Outcome.ANSWERED,
            ]  # fmt: skip
        async with opened(tmp_path, owner="two") as store:
            await store.save([replace(TURN, id="turn-3")])
            ended = await store.turns("conversation-1")
            assert [turn.outcome for turn in ended] == [
                Outcome.INTERRUPTED, Outcome.ANSWERED, Outcome.RUNNING,
            ]  # fmt: skip
            assert ended[0].ended is not None

    run(work)


def test_old_conversations_expire_and_a_living_one_stays_whole(
    tmp_path: Path, opened: Opened
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([TURN, replace(TURN, id="new", started=time.time())])
            await store.save([replace(TURN, id="old", conversation="conversation-2")])
        async with opened(tmp_path, keep_days=30) as store:
            assert len(await store.turns("conversation-1")) == 2
            assert await store.turns("conversation-2") == []

    run(work)


def test_export_and_delete(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([TURN])
            await store.put_key("conversation-1", b"ciphertext")
            exported = await store.export("conversation-1")
            assert exported["turns"][0]["question"] == TURN.question
            assert "ciphertext" not in str(exported)
            await store.delete("conversation-1")
            assert await store.turns("conversation-1") == []
            assert await store.key("conversation-1") is None

    run(work)


def test_a_readers_conversations_are_listed_exported_and_deleted_together(
    tmp_path: Path, opened: Opened
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save(
                [
                    replace(TURN, id="a", question="First wording?", started=1.0),
                    replace(TURN, id="b", question="Then?", started=2.0),
                    replace(TURN, id="c", question="Alone?", retry_of="d", started=3.0),
                    replace(TURN, id="e", conversation="conversation-1~x", started=4.0),
                    replace(TURN, id="f", conversation="conversation-11", started=5.0),
                    replace(TURN, id="g", conversation="conversation-1-", started=5.0),
                    replace(TURN, id="i", conversation="other", retry_of="a"),
                ]
            )
            listed = [
                Recent("conversation-1~x", TURN.question, 4.0),
                Recent("conversation-1", "First wording?", 3.0),
            ]
            assert await store.recent("conversation-1") == listed
            assert await store.recent("conversation-1~y") == listed
            assert await store.recent("conversation-1~") == listed
            await store.save([replace(TURN, id="h", question="2nd?", retry_of="a", started=6.0)])
            assert [each.title for each in await store.recent("conversation-1")] == [
                "Then?",
                TURN.question,
            ]
            exported = await store.export("conversation-1~x")
            assert [turn["id"] for turn in exported["turns"]] == ["a", "b", "c", "e", "h"]
            await store.put_key("conversation-1", b"ciphertext")
            await store.delete("conversation-1~x")
            assert await store.recent("conversation-1") == []
            assert await store.key("conversation-1") is None
            assert len(await store.recent("conversation-11")) == 1

    run(work)


def test_a_list_of_conversations_is_short_however_many_there_are(
    tmp_path: Path, opened: Opened
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save(
                [
                    replace(TURN, id=str(n), conversation=f"r~{n}", question="?" * 9_000, started=n)
                    for n in range(MAX_RECENT + 5)
                ]
            )
            listed = await store.recent("r")
            assert [each.asked for each in listed] == [float(n) for n in range(24, 4, -1)]
            assert max(len(each.title) for each in listed) == TITLE_CHARS

    run(work)


def test_spend_adds_up_by_day_and_payer(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await asyncio.gather(*[store.add_spend(0.01) for _ in range(50)])
            await store.add_spend(3.0, own_key=True)
            await store.add_spend(7.0, day="2001-01-01")
            assert await store.spent() == pytest.approx(0.5)
            assert await store.spent(own_key=True) == 3.0
            assert await store.spent(day="2001-01-01") == 7.0

    run(work)


def test_a_report_reads_what_has_ended_without_its_answers(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            ended = replace(TURN, id="b", outcome=Outcome.ANSWERED, started=2_000.0)
            uncited = replace(
                ended, id="c", grounding=Grounding.NEAR, started=3_000.0, error="error_model"
            )
            early = replace(ended, id="a", started=1_000.0)
            await store.save([uncited, ended, early, replace(TURN, id="running", started=9_000.0)])
            await store.rate("conversation-1", "b", -1, "wrong", "no")
            first, second = await store.summaries(since=2_000.0)
            assert (first.id, first.question, first.page_url) == (
                "b", TURN.question, TURN.page.url
            )  # fmt: skip
            assert first.is_cited and not second.is_cited
            assert (first.rating, first.reason, first.comment) == (-1, "wrong", "no")
            assert (first.error, first.notice, second.error) == ("", "error_budget", "error_model")
            assert (first.cost_usd, first.own_key) == (0.25, False)

    run(work)


def test_a_store_that_is_closed_or_not_there_has_one_kind_of_error(
    tmp_path: Path, opened: Opened
) -> None:
    async def work() -> None:
        async with opened(tmp_path / "one") as store:
            assert await store.works()
        assert not await store.works()
        for call in (
            store.save([TURN]), store.turn("t"), store.turns("c"), store.cost("c"),
            store.rate("c", "t", 1), store.summaries(0.0), store.recent("c"), store.export("c"),
            store.delete("c"), store.clear("c"), store.clear_all("c"), store.expire(),
            store.add_spend(1.0), store.spent(), store.put_key("c", b""), store.key("c"),
            store.forget_key("c"),
        ):  # fmt: skip
            with pytest.raises(StoreError):
                await call
        nothing = SQLiteStore(replace(Settings(), data_dir=tmp_path / "two"))
        with pytest.raises(StoreError):
            async with nothing.open_alongside_server():
                pass

    run(work)


def test_a_report_may_be_read_while_a_server_writes(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path, owner="server") as store:
            await store.save([TURN])
            other = SQLiteStore(replace(Settings(), data_dir=tmp_path), "report")
            async with other.open_alongside_server() as alongside:
                assert await alongside.summaries(0.0) == []
                await store.save([replace(TURN, outcome=Outcome.ANSWERED)])
                assert len(await alongside.summaries(0.0)) == 1

    run(work)


def test_searches_that_led_nowhere_are_counted_by_day(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            for words, day in (("dim", "2026-01-01"), ("dim", "2026-01-02"), ("fog", "2026-01-02")):
                await store.count_missed(words, day)
            await store.count_missed("fog", "2026-01-02")
            await store.count_missed("fog", "2026-01-02")
            assert await store.missed("2026-01-01") == [Missed("fog", 3), Missed("dim", 2)]
            assert await store.missed("2026-01-02") == [Missed("fog", 3), Missed("dim", 1)]
            assert await store.missed("2026-01-03") == []
        async with opened(tmp_path, keep_days=30) as store:  # both days are long gone
            await store.expire()
            assert await store.missed("2026-01-01") == []

    run(work)


def test_of_a_days_searches_only_so_many_wordings_are_kept(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await asyncio.gather(*[store.count_missed(str(n)) for n in range(MAX_MISSED + 5)])
            await store.count_missed("0")  # known wordings go on being counted
            kept = await store.missed("2000-01-01")
            assert len(kept) == MAX_MISSED
            assert kept[0] == Missed("0", 2)

    run(work)


def test_what_agents_report_is_kept_by_day_and_within_bounds(
    tmp_path: Path, opened: Opened
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            for day in ("2026-01-01", "2026-01-02", "2026-01-02"):
                await store.report_gap("How to dim?", "no word of it", "cursor", day)
            await store.report_gap("How to dim?", "", "cursor", "2026-01-02")
            many = Reported("How to dim?", "no word of it", "cursor", 3)
            once = Reported("How to dim?", "", "cursor", 1)
            assert await store.reported("2026-01-01") == [many, once]
            assert await store.reported("2026-01-02") == [replace(many, times=2), once]
            numbers = range(MAX_REPORTED + 3)
            await asyncio.gather(*[store.report_gap(str(n), "", "") for n in numbers])
            await store.report_gap("0", "", "")  # what is known goes on being counted
            kept = await store.reported("2026-02-01")
            assert (len(kept), kept[0]) == (MAX_REPORTED, Reported("0", "", "", 2))
        async with opened(tmp_path, keep_days=30) as store:
            await store.expire()
            assert await store.reported("2026-01-01") == kept

    run(work)

"""What every store does, whatever it keeps things in."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hyperrun.domain import (
    PERSON,
    Asker,
    Cost,
    Door,
    Grounding,
    Outcome,
    PageContext,
    Recent,
    Step,
    Turn,
    Usage,
)
from hyperrun.errors import StoreError
from hyperrun.settings import Settings
from hyperrun.storage.figures import Wanted
from hyperrun.storage.opening import store_of
from hyperrun.storage.store import (
    MAX_MISSED,
    MAX_RECENT,
    MAX_REPORTED,
    TITLE_CHARS,
    Missed,
    Reported,
    Store,
)
from tests.postgresql import PostgreSQL
from tests.storage.test_store import TURN, run

Opened = Callable[..., AbstractAsyncContextManager[Store]]

Made = Callable[..., Store]


@pytest.fixture(params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest) -> Made:
    """A store of each kind, not yet open: `made(folder, owner, keep_days=…)`. The same folder is
    the same database."""
    urls: dict[Path, str] = {}

    def made(folder: Path, owner: str = "test", **changes: Any) -> Store:
        settings = replace(Settings(), data_dir=folder, **{"keep_days": 0, **changes})
        if request.param == "postgresql":
            server: PostgreSQL = request.getfixturevalue("postgresql")
            if folder not in urls:
                urls[folder] = server.new_database()
            settings = replace(settings, database_url=urls[folder])
        return store_of(settings, owner)

    return made


@pytest.fixture
def opened(made: Made) -> Opened:
    """The same, open for the length of a block."""

    @asynccontextmanager
    async def opened(folder: Path, owner: str = "test", **changes: Any) -> AsyncIterator[Store]:
        store = made(folder, owner, **changes)
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
            cut = replace(cut, outcome=Outcome.STOPPED)
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
            new = replace(TURN, id="new", outcome=Outcome.ANSWERED, started=time.time())
            await store.save([TURN, new])
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
            turn = replace(TURN, outcome=Outcome.ANSWERED)
            await store.save(
                [
                    replace(turn, id="a", question="First wording?", started=1.0),
                    replace(turn, id="b", question="Then?", started=2.0),
                    replace(turn, id="c", question="Alone?", retry_of="d", started=3.0),
                    replace(turn, id="e", conversation="conversation-1~x", started=4.0),
                    replace(turn, id="f", conversation="conversation-11", started=5.0),
                    replace(turn, id="g", conversation="conversation-1-", started=5.0),
                    replace(turn, id="i", conversation="other", retry_of="a"),
                ]
            )
            listed = [
                Recent("conversation-1~x", TURN.question, 4.0),
                Recent("conversation-1", "First wording?", 3.0),
            ]
            assert await store.recent("conversation-1") == listed
            assert await store.recent("conversation-1~y") == listed
            assert await store.recent("conversation-1~") == listed
            await store.save([replace(turn, id="h", question="2nd?", retry_of="a", started=6.0)])
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


DAY = 20_000  # since the epoch


def desk_turn(name: str, **changes: Any) -> Turn:
    """An ended turn of one day, each of another reader, answered in two seconds."""
    at = DAY * 86_400.0 + len(name)
    ended: dict[str, Any] = {
        "id": name, "conversation": f"{name}~x", "outcome": Outcome.ANSWERED, "started": at,
        "ended": at + 2.1, "asker": PERSON,
    }  # fmt: skip
    return replace(TURN, **(ended | changes))


def test_the_desk_gets_its_figures(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([
                desk_turn("a"), desk_turn("bb", conversation="a"),
                desk_turn("ccc", grounding=Grounding.ABSENT, page=PageContext("https://x/v1.2/b")),
                desk_turn("dddd", asker=Asker(Door.MCP, "cursor"), usage=Usage()),
                desk_turn("fffff", started=DAY * 86_400.0 - 5, outcome=Outcome.FAILED),
                replace(TURN, id="running", conversation="r", started=DAY * 86_400.0),
            ])  # fmt: skip
            assert await store.rate("a~x", "a", 1)
            assert await store.rate("ccc~x", "ccc", -1, "wrong")
            tallies = await store.tallies(0.0, 1e11)
            assert sum(each.turns for each in tallies) == 5
            today = [each for each in tallies if each.day == DAY]
            assert sum(each.programs for each in today) == 1
            assert sum(each.unanswered for each in tallies) == 1
            assert [each.broken for each in tallies if each.day == DAY - 1] == [1]
            assert sum(each.usd for each in today) == pytest.approx(0.75)
            assert (sum(each.up for each in today), sum(each.down for each in today)) == (1, 1)
            assert await store.readers_by_day(0.0, 1e11) == [(DAY - 1, 1), (DAY, 2)]
            assert await store.answer_times(0.0, 1e11) == [(DAY, 8, 4)]
            pages = await store.asked_pages(0.0, 1e11)
            assert [(each.url, each.turns, each.unanswered, each.down) for each in pages] == [
                (TURN.page.url, 4, 0, 0), ("https://x/v1.2/b", 1, 1, 1),
            ]  # fmt: skip

    run(work)


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(), ["dddd", "ccc", "bb", "a"]),
        (Wanted(words="GZIP"), ["bb"]),
        (Wanted(words="100%"), ["ccc"]),
        (Wanted(words="_"), []),
        (Wanted(words="'; DROP TABLE turns --"), []),
        (Wanted(outcome="unanswered"), ["ccc"]),
        (Wanted(outcome="failed"), ["a"]),
        (Wanted(rating=-1), ["bb"]),
        (Wanted(page="/v1.2/"), ["ccc"]),
        (Wanted(version="v1.2"), ["ccc"]),
        (Wanted(version="v1_2"), []),
        (Wanted(language="fr"), ["a"]),
        (Wanted(door="mcp"), ["dddd"]),
        (Wanted(before=DAY * 86_400.0 + 3), ["bb", "a"]),
        (Wanted(before=DAY * 86_400.0 + 3, before_id="zz"), ["ccc", "bb", "a"]),
        (Wanted(before=DAY * 86_400.0 + 3, before_id="ccc"), ["bb", "a"]),
        (Wanted(outcome="unanswered", rating=-1), []),
    ],
)
def test_turns_are_found_by_what_is_wanted(
    tmp_path: Path, opened: Opened, wanted: Wanted, ids: list[str]
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([
                desk_turn("a", outcome=Outcome.FAILED, language="fr"),
                desk_turn("bb", question="turn on gzip"),
                desk_turn("ccc", question="up to 100%?", grounding=Grounding.NEAR,
                          page=PageContext("https://x/v1.2/b")),
                desk_turn("dddd", asker=Asker(Door.MCP, "cursor")),
            ])  # fmt: skip
            assert await store.rate("bb~x", "bb", -1)
            assert [each.id for each in await store.find(wanted, 10)] == ids
            assert [each.id for each in await store.find(wanted, 1)] == ids[:1]

    run(work)


def test_remarks_are_told_by_turn(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            names = ("a", "bb", "ccc", "dddd")
            await store.save([
                desk_turn(name, asker=Asker(private=name == "dddd")) for name in names
            ])  # fmt: skip
            await store.rate("a~x", "a", -1, "wrong", "no example")
            await store.rate("bb~x", "bb", -1, "", "old")
            await store.rate("ccc~x", "ccc", 1)
            await store.rate("dddd~x", "dddd", -1, "", "of mine")
            assert await store.remarks([*names, "'"]) == {"a": "wrong: no example", "bb": "old"}
            assert await store.remarks([]) == {}

    run(work)


def test_texts_that_are_not_kept_go_and_counts_stay(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        now = time.time()
        async with opened(tmp_path, keep_questions=False) as store:
            await store.save([
                desk_turn("old", started=now - 7_200, ended=now - 7_199),
                desk_turn("fresh", started=now, ended=now + 1),
            ])  # fmt: skip
            assert await store.rate("old~x", "old", -1, "wrong", "my comment")
            await store.count_missed("my words")
            await store.expire()
            old, fresh = await store.turn("old"), await store.turn("fresh")
            assert old is not None and fresh is not None
            assert fresh.question == TURN.question
            assert "my" not in str(old)
            assert (old.question, old.answer, old.page, old.sources, old.handed) == (
                "", "", PageContext(), (), ()
            )  # fmt: skip
            assert (old.rating, old.usage.cost_usd, old.grounding) == (-1, 0.25, Grounding.CITED)
            assert sum(each.turns for each in await store.tallies(0.0, 1e11)) == 2
            assert await store.missed("2000-01-01") == []

    run(work)


def test_texts_of_readers_who_are_not_to_be_tracked_go_soon_and_are_in_no_report(
    tmp_path: Path, opened: Opened
) -> None:
    async def work() -> None:
        now = time.time()
        hidden = Asker(private=True)
        async with opened(tmp_path) as store:
            await store.save([
                desk_turn("old", started=now - 7_200, ended=now - 7_199, asker=hidden),
                desk_turn("fresh", started=now, ended=now + 1, asker=hidden),
                desk_turn("other", started=now - 7_200, ended=now - 7_199),
            ])  # fmt: skip
            assert await store.rate("fresh~x", "fresh", -1, "wrong", "my comment")
            found = {each.id: each for each in await store.summaries(0.0)}
            assert (found["fresh"].question, found["fresh"].page_url) == ("", "")
            assert (found["fresh"].rating, found["fresh"].comment) == (-1, "")
            assert found["other"].question == TURN.question
            await store.expire()
            old, fresh = await store.turn("old"), await store.turn("fresh")
            other = await store.turn("other")
            assert old is not None and fresh is not None and other is not None
            assert (old.question, old.answer, old.asker) == ("", "", hidden)
            assert fresh.question == other.question == TURN.question

    run(work)


def test_a_store_that_is_closed_or_not_there_has_one_kind_of_error(
    tmp_path: Path, opened: Opened, made: Made
) -> None:
    async def work() -> None:
        async with opened(tmp_path / "one") as store:
            assert await store.works()
        assert not await store.works()
        for call in (
            store.save([TURN]), store.turn("t"), store.turns("c"), store.cost("c"),
            store.rate("c", "t", 1), store.summaries(0.0), store.tallies(0.0, 1e11),
            store.find(Wanted(), 1), store.recent("c"), store.export("c"),
            store.delete("c"), store.clear("c"), store.clear_all("c"), store.expire(),
            store.add_spend(1.0), store.spent(), store.put_key("c", b""), store.key("c"),
            store.forget_key("c"),
        ):  # fmt: skip
            with pytest.raises(StoreError):
                await call
        nothing = made(tmp_path / "two")
        with pytest.raises(StoreError):
            async with nothing.open_alongside_server():
                pass

    run(work)


def test_a_report_may_be_read_while_a_server_writes(
    tmp_path: Path, opened: Opened, made: Made
) -> None:
    async def work() -> None:
        async with opened(tmp_path, owner="server") as store:
            await store.save([TURN])
            other = made(tmp_path, "report")
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
            assert await store.missed("2026-01-01", "2026-01-02") == [
                Missed("fog", 3, 3), Missed("dim", 2, 1)
            ]  # fmt: skip
            assert await store.missed("2026-01-03") == []
        async with opened(tmp_path, keep_days=30) as store:  # both days are long gone
            await store.expire()
            assert await store.missed("2026-01-01") == []

    run(work)


def test_a_turn_begins_goes_on_and_ends(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.begin(TURN)
            assert await store.turn("turn-1") == TURN
            assert await store.save([replace(TURN, answer="more")]) == frozenset()
            ended = replace(TURN, answer="all", outcome=Outcome.ANSWERED, ended=5.0)
            assert await store.save([ended]) == frozenset()
            assert await store.turn("turn-1") == ended
            await store.begin(replace(ended, outcome=Outcome.RUNNING, ended=None))
            again = await store.turn("turn-1")
            assert again is not None and again.outcome is Outcome.RUNNING
            assert (again.answer, again.ended) == ("all", None)

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


def test_secrets_are_made_once(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path, owner="one") as store:
            made = store.secret("token.key")
            assert len(made) == 32 and made != store.secret("keys.key")
        async with opened(tmp_path, owner="two") as store:
            assert store.secret("token.key") == made

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
            assert await store.reported("2026-01-01", "2026-01-02") == [
                replace(many, lately=2), replace(once, lately=1)
            ]  # fmt: skip
            numbers = range(MAX_REPORTED + 3)
            await asyncio.gather(*[store.report_gap(str(n), "", "") for n in numbers])
            await store.report_gap("0", "", "")  # what is known goes on being counted
            kept = await store.reported("2026-02-01")
            assert (len(kept), kept[0]) == (MAX_REPORTED, Reported("0", "", "", 2))
        async with opened(tmp_path, keep_days=30) as store:
            await store.expire()
            assert await store.reported("2026-01-01") == kept

    run(work)


def test_which_need_it_was_is_kept_with_what_was_asked_and_goes_with_it(
    tmp_path: Path, opened: Opened
) -> None:
    async def work() -> None:
        now = time.time()
        async with opened(tmp_path, keep_questions=False) as store:
            old = desk_turn("old", started=now - 7_200, ended=now - 7_199)
            await store.save([
                old, desk_turn("fresh", started=now, ended=now + 1),
                desk_turn("other", started=now, ended=now + 1),
            ])  # fmt: skip
            for day in ("2026-01-01", "2026-01-02"):
                await store.count_missed("dim", day)
                await store.report_gap("How to dim?", "no word of it", "cursor", day)
            await store.place("turn", ["old", "fresh", "nobody"], "Dim a lamp")
            await store.place("search", ["dim"], "Dim a lamp")
            await store.place("report", ["How to dim?"], "")
            await store.save([replace(old, answer="longer")])
            needs = {each.id: each.need for each in await store.summaries(0.0)}
            assert needs == {"old": "Dim a lamp", "fresh": "Dim a lamp", "other": None}
            await store.count_missed("dim", "2026-01-03")
            assert await store.missed("2026-01-01") == [Missed("dim", 3, need="Dim a lamp")]
            assert (await store.reported("2026-01-01"))[0].need == ""
            exported = await store.export("fresh~x")
            assert [each["need"] for each in exported["turns"]] == ["Dim a lamp"]
            await store.expire()
            needs = {each.id: each.need for each in await store.summaries(0.0)}
            assert needs == {"old": None, "fresh": "Dim a lamp", "other": None}

    run(work)


def test_one_secret_for_all_makes_the_others(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path / "one", secret="ab" * 32) as store:
            made = {store.secret(name) for name in ("token.key", "keys.key")}
            assert len(made) == 2
        async with opened(tmp_path / "two", secret="ab" * 32) as store:
            assert {store.secret(name) for name in ("token.key", "keys.key")} == made
        async with opened(tmp_path / "two", secret="cd" * 32) as store:
            assert store.secret("token.key") not in made

    run(work)


def test_text_that_is_no_text_is_kept_as_far_as_it_is(tmp_path: Path, opened: Opened) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.save([replace(TURN, answer="a\0b", steps=(Step("\0"),))])
            kept = await store.turn("turn-1")
            assert kept is not None and kept.answer.replace("\0", "") == "ab"

    run(work)

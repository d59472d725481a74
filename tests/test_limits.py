"""Rates, places and the budget, against the real library and a ledger in memory."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from hyperrun.domain import Outcome, Turn, Usage
from hyperrun.errors import BadSetting, LimitReached, StoreError
from hyperrun.limits import Limits, Reservation
from hyperrun.limits.budget import LOOKED_AT_S, PROMPT_TOKENS
from hyperrun.settings import Settings
from hyperrun.visitor import visitor_of
from tests.server_process import free_port


@dataclass(frozen=True)
class Choice:
    """What a `ModelChoice` is to the limits."""

    name: str = "openai/gpt-4o-mini"
    own_key: bool = False


@dataclass
class Book:
    """A ledger that can be read back."""

    usd: dict[tuple[str, bool], float] = field(default_factory=dict)

    async def spent(self, own_key: bool = False, day: str = "") -> float:
        await asyncio.sleep(0)
        return self.usd.get((day, own_key), 0.0)

    async def add_spend(self, usd: float, own_key: bool = False, day: str = "") -> None:
        await asyncio.sleep(0)
        self.usd[day, own_key] = self.usd.get((day, own_key), 0.0) + usd

    def operators_usd(self) -> float:
        return sum(usd for (_, own_key), usd in self.usd.items() if not own_key)


@pytest.fixture(autouse=True)
def away_from_the_turn_of_the_minute() -> None:
    """A sliding window lets one more in where a minute turns between two questions."""
    time.sleep(max(0.0, time.time() % 60 - 59))


UNLIMITED = replace(
    Settings(),
    questions_per_minute=0,
    questions_per_minute_per_address=0,
    questions_per_minute_in_all=0,
    max_answers_per_visitor=0,
    max_answers_per_address=0,
    max_answers_in_all=0,
)


def limits(book: Book | None = None, call_usd: float | None = 0.005, **changes: Any) -> Limits:
    """Limits where a call of any model is priced at `call_usd`: twice that is set aside."""

    async def price(model: str, prompt_tokens: int, completion_tokens: int) -> float | None:
        return None if call_usd is None else call_usd * prompt_tokens / PROMPT_TOKENS

    return Limits(replace(UNLIMITED, **changes), book or Book(), price)


def ended(
    cost_usd: float | None = 0.0,
    outcome: Outcome = Outcome.ANSWERED,
    *,
    tokens: int = 1_000,
    error: str = "",
    own_key: bool = False,
    estimated: bool = False,
) -> Turn:
    """A turn that has ended and took this much."""
    usage = Usage("m", tokens, 0, cost_usd, own_key, estimated)
    return Turn("t", "c", "q", outcome=outcome, usage=usage, error=error)


async def ask(
    limits: Limits,
    visitor: str = "v",
    address: str = "192.0.2.1",
    conversation: str = "c",
    model: Choice | None = None,
) -> Reservation:
    return await limits.admit(visitor, address, conversation, model)  # type: ignore[arg-type]


async def admitted(times: int, one: Callable[[], Awaitable[Reservation]]) -> int:
    """How many of `times` questions at once get all they want; the others are told why not, and
    those that are refused when to come back."""
    results = await asyncio.gather(*(one() for _ in range(times)), return_exceptions=True)
    for each in results:
        assert isinstance(each, (Reservation, LimitReached)), each
        if isinstance(each, LimitReached):
            assert each.retry_after_s >= 1
        elif each.notice:
            assert each.notice == "error_budget"
            assert each.choice is None
    return sum(isinstance(each, Reservation) and not each.notice for each in results)


@pytest.mark.parametrize(
    ("setting", "same"),
    [
        ("questions_per_minute", {"visitor": "one"}),
        ("questions_per_minute", {"conversation": "one"}),
        ("questions_per_minute_per_address", {"address": "192.0.2.9"}),
        ("questions_per_minute_in_all", {}),
        ("max_answers_per_visitor", {"visitor": "one"}),
        ("max_answers_per_address", {"address": "192.0.2.9"}),
        ("max_answers_in_all", {}),
    ],
)
def test_each_limit_holds_for_what_it_names_and_for_nothing_else(
    setting: str, same: dict[str, str]
) -> None:
    number = iter(range(1000))

    def question(limits: Limits, **fixed: str) -> Awaitable[Reservation]:
        at = next(number)
        different = {"visitor": f"v{at}", "address": f"10.0.{at}.1", "conversation": f"c{at}"}
        return ask(limits, **(different | fixed))  # type: ignore[arg-type]

    async def run() -> tuple[int, int]:
        one = limits(**{setting: 3})  # type: ignore[arg-type]
        together = await admitted(10, lambda: question(one, **same))
        return together, await admitted(1, lambda: question(one))

    in_all = "in_all" in setting
    assert asyncio.run(run()) == (3, 0 if in_all else 1)


def test_zero_means_no_limit() -> None:
    async def run() -> int:
        one = limits()
        return await admitted(300, lambda: ask(one))

    assert asyncio.run(run()) == 300


def test_the_addresses_of_one_v6_subscriber_count_as_one() -> None:
    async def run() -> tuple[int, int]:
        one = limits(questions_per_minute_per_address=3)
        number = iter(range(100))
        near = await admitted(
            10,
            lambda: ask(one, visitor=f"{next(number)}", address=f"2001:db8:0:1::{next(number):x}"),
        )
        return near, await admitted(1, lambda: ask(one, address="2001:db8:0:2::1"))

    assert asyncio.run(run()) == (3, 1)


def test_refused_questions_do_not_use_up_what_is_left_for_others() -> None:
    async def run() -> int:
        one = limits(questions_per_minute_per_address=2, questions_per_minute_in_all=10)
        await admitted(100, lambda: ask(one, address="192.0.2.66"))
        return await admitted(2, lambda: ask(one, address="192.0.2.1"))

    assert asyncio.run(run()) == 2


def test_a_place_is_free_again_when_an_answer_ends_and_only_once() -> None:
    async def run() -> None:
        one = limits(max_answers_per_visitor=1)
        first = await ask(one)
        with pytest.raises(LimitReached):
            await ask(one)
        await one.release(first)
        await one.release(first)
        second = await ask(one)
        await one.book(ended(), first)
        with pytest.raises(LimitReached):
            await ask(one)
        await one.book(ended(), second)
        assert one.answers.in_all == 0
        assert not one.answers.taken, "keys stay behind"

    asyncio.run(run())


def test_a_hundred_questions_at_once_cannot_jump_over_the_budget() -> None:
    async def run() -> tuple[int, float]:
        book = Book()
        one = limits(book, call_usd=0.06, daily_budget_usd=1.0)
        count = await admitted(100, lambda: ask(one, model=Choice()))
        return count, book.operators_usd()

    count, set_aside = asyncio.run(run())
    assert count == 8
    assert set_aside == pytest.approx(0.96)


def test_before_any_answer_has_told_its_cost_a_tenth_of_the_budget_is_set_aside_for_each() -> None:
    async def run() -> tuple[int, int]:
        one = limits(call_usd=0.000_001, daily_budget_usd=1.0)
        first = await ask(one, model=Choice())
        unknown = await admitted(100, lambda: ask(one, model=Choice()))
        await one.book(ended(0.01), first)  # 50 times what the price list led to expect
        return unknown, await admitted(100, lambda: ask(one, model=Choice()))

    # 0.01 spent, 9 times 0.1 set aside; 0.015 fits into the rest 6 times.
    assert asyncio.run(run()) == (9, 6)


def test_what_was_not_needed_goes_back_and_what_was_spent_stays() -> None:
    async def run() -> None:
        book = Book()
        one = limits(book, call_usd=0.25, daily_budget_usd=1.0)
        first = await ask(one, model=Choice())
        second = await ask(one, model=Choice())
        assert (await ask(one, model=Choice())).notice == "error_budget"
        await one.book(ended(0.1), first)
        await one.release(second)
        assert await one.budget.spent_today_usd() == pytest.approx(0.1)
        assert book.operators_usd() == pytest.approx(0.1)
        await ask(one, model=Choice())

    asyncio.run(run())


def test_a_restart_remembers_what_was_spent_and_what_was_in_flight() -> None:
    async def run() -> None:
        book = Book()
        before = limits(book, call_usd=0.2, daily_budget_usd=1.0)
        await before.book(ended(0.25), await ask(before, model=Choice()))
        await ask(before, model=Choice())  # 0.4, and the power fails
        after = limits(book, call_usd=0.2, daily_budget_usd=1.0)
        assert await after.budget.spent_today_usd() == pytest.approx(0.65)
        assert (await ask(after, model=Choice())).choice is None

    asyncio.run(run())


def test_what_a_command_beside_the_server_spends_counts_within_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def run() -> None:
        book, now = Book(), 1_000_000.0
        one = limits(book, call_usd=0.2, daily_budget_usd=1.0)
        monkeypatch.setattr(one.budget, "_clock", lambda: now)
        await one.book(ended(0.1), await ask(one, model=Choice()))
        await book.add_spend(0.7, day="1970-01-12")  # by another process
        assert await one.budget.spent_today_usd() == pytest.approx(0.1)
        now += LOOKED_AT_S
        assert (await ask(one, model=Choice())).notice == "error_budget"
        assert await one.budget.spent_today_usd() == pytest.approx(0.8)

    asyncio.run(run())


def test_what_goes_back_while_the_ledger_is_read_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held: list[Reservation] = []

    class Late(Book):
        """A ledger that tells what stood in it when it was asked."""

        async def spent(self, own_key: bool = False, day: str = "") -> float:
            told = await super().spent(own_key, day)
            for each in held:
                await one.release(each)
            return told

    book, now = Late(), 1_000_000.0
    one = limits(book, call_usd=0.2, daily_budget_usd=1.0)

    async def run() -> None:
        nonlocal now
        monkeypatch.setattr(one.budget, "_clock", lambda: now)
        held.append(await ask(one, model=Choice()))
        assert await one.budget.spent_today_usd() == pytest.approx(0.4)
        now += LOOKED_AT_S
        assert await one.budget.spent_today_usd() == book.operators_usd() == 0

    asyncio.run(run())


@pytest.mark.parametrize(
    ("turn", "cost_usd"),
    [
        (ended(0.002), 0.002),
        (ended(0.0), 0.0),  # a model that costs nothing
        (ended(None, tokens=100_000), 1.0),  # price not known: 10 USD a million
        (ended(None, tokens=0), 0.5),  # the provider told no usage: one call
        (ended(0.1, Outcome.STOPPED), 0.6),  # the call that was cut off comes on top
        (ended(0.1, Outcome.STOPPED, estimated=True), 0.1),  # what it had taken is in there
        (ended(0.1, Outcome.FAILED, error="error_model_cut_off", estimated=True), 0.1),
        (ended(None, Outcome.STOPPED, tokens=0), 0.5),
        (ended(None, Outcome.INTERRUPTED, tokens=0), 0.5),
        (ended(None, Outcome.FAILED, tokens=0, error="error_model_refused_key"), 0.0),
        (ended(None, Outcome.FAILED, tokens=0, error="error_model_rate_limited"), 0.0),
        (ended(None, Outcome.FAILED, tokens=0, error="error_model_stalled"), 0.5),
        (ended(0.1, Outcome.FAILED, error="error_model_down"), 0.6),
    ],
)
def test_what_an_answer_is_counted_as(turn: Turn, cost_usd: float) -> None:
    async def run() -> float:
        one = limits(call_usd=0.5, daily_budget_usd=10.0)
        await one.book(turn, await ask(one, model=Choice()))
        return await one.budget.spent_today_usd()

    assert asyncio.run(run()) == pytest.approx(cost_usd)


def test_a_model_of_unknown_price_is_counted_at_the_assumed_one() -> None:
    # Twice 14,000 tokens and the longest answer (2,000) at 10 USD a million: 0.30
    one = limits(call_usd=None, daily_budget_usd=1.0)

    async def run() -> int:
        return await admitted(5, lambda: ask(one, model=Choice("openai/house-model")))

    assert asyncio.run(run()) == 3


def test_a_spent_budget_leaves_a_place_for_the_answer_without_a_model() -> None:
    async def run() -> None:
        one = limits(daily_budget_usd=0.0, max_answers_per_visitor=1)
        place = await ask(one, model=Choice())
        assert (place.choice, place.notice) == (None, "error_budget")
        assert one.answers.in_all == 1
        with pytest.raises(LimitReached):
            await ask(one, model=Choice())
        await one.book(ended(None, tokens=0), place)
        assert one.answers.in_all == 0

    asyncio.run(run())


def test_a_place_is_free_again_when_its_answer_cannot_be_started() -> None:
    async def run() -> None:
        book = Book()
        one = limits(book, daily_budget_usd=1.0)
        with pytest.raises(RuntimeError):
            async with one.admitted("v", "192.0.2.1", "c", Choice()):  # type: ignore[arg-type]
                raise RuntimeError("the turn did not start")
        assert one.answers.in_all == 0
        assert book.operators_usd() == 0

    asyncio.run(run())


def test_a_readers_own_key_is_counted_apart_and_no_model_costs_nothing() -> None:
    async def run() -> None:
        book = Book()
        one = limits(book, daily_budget_usd=0.0)
        await one.book(ended(5.0, own_key=True), await ask(one, model=Choice(own_key=True)))
        await one.book(ended(None, tokens=0), await ask(one, model=None))
        assert await one.budget.spent_today_usd() == 0
        assert book.operators_usd() == 0
        assert sum(book.usd.values()) == 5.0

    asyncio.run(run())


class FullDisk(Book):
    """A ledger that cannot write."""

    async def add_spend(self, usd: float, own_key: bool = False, day: str = "") -> None:
        raise StoreError("database or disk is full")


def test_spending_that_cannot_be_written_down_still_counts() -> None:
    async def run() -> int:
        one = limits(FullDisk(), call_usd=0.1, daily_budget_usd=1.0)
        return await admitted(10, lambda: ask(one, model=Choice()))

    assert asyncio.run(run()) == 5


def test_streams_are_counted_while_they_are_open() -> None:
    one = limits(max_streams_per_visitor=2, max_streams_per_address=3, max_streams_in_all=4)
    here, there = "192.0.2.1", "198.51.100.1"
    with one.stream("a", here), one.stream("a", here):
        with pytest.raises(LimitReached, match="this visitor"), one.stream("a", here):
            pass
        with one.stream("b", here):
            # Another browser's name does not make it another address.
            with pytest.raises(LimitReached, match="this address"), one.stream("c", here):
                pass
            with one.stream("c", there):
                with pytest.raises(LimitReached, match="this server"), one.stream("d", there):
                    pass
                assert one.streams.in_all == 4
        assert one.streams.in_all == 2
    assert one.streams.in_all == 0
    assert not one.streams.taken, "keys stay behind"


def test_any_kind_of_change_is_counted_by_address() -> None:
    async def run() -> None:
        one = limits(changes_per_minute_per_address=2)
        await one.change("192.0.2.1")
        await one.change("192.0.2.1")
        with pytest.raises(LimitReached):
            await one.change("192.0.2.1")
        await one.change("192.0.2.2")

    asyncio.run(run())


def test_what_is_rendered_anew_is_counted_by_address() -> None:
    def turns(size: int) -> list[Turn]:
        return [Turn("t", "c", "q", answer="x" * (size // 2))] * 2

    async def run() -> None:
        one = limits(changes_per_minute_per_address=3)
        await one.show("192.0.2.1", turns(19_000))
        with pytest.raises(LimitReached):
            await one.show("192.0.2.1", turns(19_000))
        await one.show("192.0.2.1", turns(9_000))
        await one.show("192.0.2.2", turns(200_000))  # more than is allowed: once, then no more
        with pytest.raises(LimitReached):
            await one.show("192.0.2.2", [])

    asyncio.run(run())


def test_a_hundred_thousand_addresses_leave_little_behind() -> None:
    async def run() -> int:
        one = limits(questions_per_minute_per_address=5, questions_per_minute_in_all=50)
        for at in range(2_000):
            try:
                place = await ask(one, visitor=f"{at}", address=f"10.1.{at // 250}.{at % 250}")
            except LimitReached:
                continue
            await one.release(place)
        return len(one.rates._windows.storage.storage)

    assert asyncio.run(run()) <= 110


def test_a_visitor_is_a_browser_at_an_address_and_tells_neither() -> None:
    name = visitor_of("192.0.2.1", "Firefox")
    assert name == visitor_of("192.0.2.1", "Firefox")
    assert name != visitor_of("192.0.2.2", "Firefox")
    assert name != visitor_of("192.0.2.1", "Chromium")
    assert "192" not in name
    assert visitor_of("", "\ud800" * 10_000)


def test_the_day_of_the_budget_turns_at_midnight_utc() -> None:
    now = [1_795_132_740.0]  # 2026-11-19T23:59:00Z

    async def price(model: str, prompt_tokens: int, completion_tokens: int) -> float:
        return 1.0

    async def run() -> None:
        settings = replace(UNLIMITED, daily_budget_usd=1.0)
        one = Limits(settings, Book(), price, clock=lambda: now[0])
        late = await ask(one, model=Choice())
        assert (await ask(one, model=Choice())).notice == "error_budget"
        now[0] += 61
        early = await ask(one, model=Choice())
        await one.book(ended(0.7), late)
        assert await one.budget.spent_today_usd() == pytest.approx(1.0), (
            "yesterday counts for yesterday"
        )
        await one.book(ended(0.2), early)
        assert await one.budget.spent_today_usd() == pytest.approx(0.2)

    asyncio.run(run())


@pytest.mark.parametrize("url", ["nonsense", "async+memcached://localhost"])
def test_a_storage_that_there_is_not_is_said_at_the_start(url: str) -> None:
    one = limits(limits_url=url)
    with pytest.raises(BadSetting, match="HYPERRUN_LIMITS_URL"):
        one.rates.check()


def test_processes_count_one_minute_together_in_redis_and_say_where_it_is_away() -> None:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("there is no Redis (scripts/install-postgresql)")
    pytest.importorskip("redis", reason="redis-py is not installed")
    port = free_port()
    redis = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        stdout=subprocess.DEVNULL,
    )

    async def count() -> None:
        rates = [limits(limits_url=f"async+redis://127.0.0.1:{port}").rates for _ in range(2)]

        async def is_counted(number: int, limit: int = 9) -> bool:
            try:
                await rates[number % 2].count(("visitor", "somebody", limit))
            except LimitReached:
                return False
            return True

        deadline = time.monotonic() + 20
        while True:
            try:
                await rates[0].count(("visitor", "nobody", 9))
                break
            except StoreError:
                assert time.monotonic() < deadline, "Redis does not answer"
                await asyncio.sleep(0.05)
        assert sum(await asyncio.gather(*map(is_counted, range(30)))) == 9
        redis.terminate()
        redis.wait(10)
        with pytest.raises(StoreError, match="rates cannot be counted"):
            await is_counted(0)
        for each in rates:  # at the latest its process's end does so
            await each._windows.storage.bridge.storage.aclose()

    try:
        asyncio.run(count())
    finally:
        redis.kill()
        redis.wait()

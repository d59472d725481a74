"""A bell wakes its one listener; an inbox loses nothing and keeps the order."""

import asyncio

import pytest

from hyperrun.answering.bell import Bell, Inbox


def test_a_bell_rung_before_is_heard_once() -> None:
    async def listen() -> None:
        bell = Bell()
        bell.ring()
        bell.ring()
        await bell.heard()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bell.heard(), 0.01)
        bell.ring()  # after a listener that has given up
        await bell.heard()

    asyncio.run(listen())


def test_a_bell_wakes_who_listens() -> None:
    async def listen() -> None:
        bell = Bell()
        listening = asyncio.create_task(bell.heard())
        await asyncio.sleep(0)
        bell.ring()
        bell.ring()
        await asyncio.wait_for(listening, 1)

    asyncio.run(listen())


def test_an_inbox_gives_everything_in_its_order_whoever_is_first() -> None:
    async def read() -> list[int]:
        inbox: Inbox[int] = Inbox()

        async def write() -> None:
            for number in range(100):
                inbox.put(number)
                if number % 7 == 0:
                    await asyncio.sleep(0)

        writing = asyncio.create_task(write())
        got = [await asyncio.wait_for(inbox.get(), 1) for _ in range(100)]
        await writing
        assert inbox.get_now() is None
        inbox.put(100)
        assert inbox.get_now() == 100
        return got

    assert asyncio.run(read()) == list(range(100))

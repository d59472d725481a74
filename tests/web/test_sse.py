"""The wire format of Server-Sent Events."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from starlette.types import Message, Receive, Scope, Send

from hyperrun.web.sse import EventStream, EventStreamMiddleware, frame


def received(wire: str) -> list[tuple[str, str]]:
    """What a browser makes of `wire`, by the specification's algorithm."""
    events, name, data = [], "", []  # type: ignore[var-annotated]
    for line in wire.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not line:
            if data:
                events.append((name, "\n".join(data)))
            name, data = "", []
        elif not line.startswith(":"):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            name = value if field == "event" else name
            data += [value] if field == "data" else []
    return events


@pytest.mark.parametrize(
    "text",
    ["", " ", "a", "a\n", "\n\n", "a\nb", "event: close", "\u2028", "\x0b\x0c\x85", "🙂", ": a"],
)
def test_a_text_arrives_as_it_was_sent(text: str) -> None:
    assert received(frame("live", text)) == [("live", text)]


@pytest.mark.parametrize("text", ["a\r\nb", "a\rb"])
def test_line_ends_arrive_as_newlines(text: str) -> None:
    assert received(frame("live", text)) == [("live", "a\nb")]


def test_the_last_event_arrives_without_data() -> None:
    assert received(frame("close", "")) == [("close", "")]


class Connection:
    """What a server gives an app, and what the app sends."""

    def __init__(self, events: AsyncGenerator[str, None]) -> None:
        self.sent: list[Message] = []
        self.handled: list[str] = []  # what went through the app's own middleware
        self.left = asyncio.Event()
        self._events = events

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_and_note(message: Message) -> None:
            self.handled.append(message["type"])
            await send(message)

        await EventStream(self._events)(scope, receive, send_and_note)
        self.handled.append("returned")

    async def follow(self) -> None:
        """Follow the events to their end."""

        async def send(message: Message) -> None:
            self.sent.append(message)

        async def receive() -> Message:
            await self.left.wait()
            return {"type": "http.disconnect"}

        scope: Scope = {"type": "http", "method": "GET"}
        await EventStreamMiddleware(self._app)(scope, receive, send)


def test_the_app_has_returned_before_the_first_event() -> None:
    async def follow() -> Connection:
        async def events() -> AsyncGenerator[str, None]:
            assert connection.handled[-1] == "returned"
            yield frame("more", "a")
            yield frame("close", "")

        connection = Connection(events())
        await connection.follow()
        return connection

    connection = asyncio.run(follow())
    assert connection.handled == ["http.response.start", "http.response.body", "returned"]
    bodies = [message["body"] for message in connection.sent[1:]]
    assert bodies == [b"", frame("more", "a").encode(), frame("close", "").encode(), b""]
    assert [message["more_body"] for message in connection.sent[1:]] == [True, True, True, False]


@pytest.mark.parametrize("ended_by", ["the reader", "the server"])
def test_silent_events_are_closed_at_once_when_nobody_follows_any_more(ended_by: str) -> None:
    silent, closed = asyncio.Event(), asyncio.Event()

    async def events() -> AsyncGenerator[str, None]:
        try:
            yield frame("more", "a")
            silent.set()
            await asyncio.Event().wait()
        finally:
            closed.set()

    async def follow() -> None:
        connection = Connection(events())
        following = asyncio.create_task(connection.follow())
        await silent.wait()
        if ended_by == "the reader":
            connection.left.set()
            await following
            assert following.cancelling() == 0
        else:
            following.cancel()
            with pytest.raises(asyncio.CancelledError):
                await following
        assert closed.is_set()
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(follow())


def test_events_that_fail_are_logged_and_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    async def events() -> AsyncGenerator[str, None]:
        yield frame("more", "a")
        raise ValueError("a mistake")

    async def follow() -> Connection:
        connection = Connection(events())
        with pytest.raises(ValueError, match="a mistake"):
            await connection.follow()
        return connection

    connection = asyncio.run(follow())
    assert connection.sent[-1]["more_body"] is True
    assert "a stream of events" in caplog.text

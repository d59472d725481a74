"""The wire format of Server-Sent Events."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.types import Message, Receive, Scope, Send

from hyperrun.sse import DirectMiddleware, EventStream, frame


def received(wire: str) -> list[tuple[str, str]]:
    """What a browser makes of `wire`, by the specification's algorithm."""
    events, name, data = [], "", []
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


def test_events_go_straight_to_the_connection_and_their_head_and_end_do_not() -> None:
    sent: list[Message] = []
    passed: list[str] = []

    async def events() -> AsyncIterator[str]:
        yield frame("more", "a")
        yield frame("close", "")

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_and_note(message: Message) -> None:
            passed.append(message["type"])
            await send(message)

        await EventStream(events())(scope, receive, send_and_note)

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    scope: Scope = {"type": "http", "method": "GET"}
    asyncio.run(DirectMiddleware(watched)(scope, receive, send))
    assert passed == ["http.response.start", "http.response.body"]
    bodies = [message["body"] for message in sent[1:]]
    assert bodies == [frame("more", "a").encode(), frame("close", "").encode(), b""]
    assert sent[-1]["more_body"] is False

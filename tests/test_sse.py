"""The wire format of Server-Sent Events."""

import pytest

from hyperrun.sse import frame


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

"""What a page of an API describes: objects, each with its name, its text and where that stands."""

from collections.abc import Iterable
from dataclasses import dataclass

from hyperrun.passage import Include
from hyperrun.search.parsing.blocks import Block


@dataclass(frozen=True, slots=True)
class Member:
    """An object as its page describes it.

    `name` is its own with those of its module and class ("lamps.Lamp.dim"), which its page has as
    an anchor; "" for a text without an object, as a module's is. `include` has the lines of its
    signature and docstring.
    """

    name: str
    content: str
    include: Include | None = None


def content(members: Iterable[Member]) -> str:
    """What `members` say together."""
    return "\n\n".join(each.content for each in members if each.content)


def includes(members: Iterable[Member]) -> list[Include]:
    """Where the texts of `members` stand."""
    return [each.include for each in members if each.include is not None]


def blocks(members: Iterable[Member], start: int, end: int, anchored: bool = True) -> list[Block]:
    """`members` as blocks of the lines that bring them in, each with the anchor of its name."""
    return [
        Block(
            start, max(start, end), each.content, member=each.name,
            own_id=each.name if anchored else "",
            includes=[each.include] if each.include is not None else [],
        )
        for each in members if each.content
    ]  # fmt: skip

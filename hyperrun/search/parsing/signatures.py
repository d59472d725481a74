"""What autodoc would show: signatures and docstrings, read from the repository's Python files."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hyperrun.passage import Include
from hyperrun.search.parsing.includes import Place


@dataclass(frozen=True, slots=True)
class Described:
    """What a page says of an object, and where that stands."""

    content: str = ""
    includes: list[Include] = field(default_factory=list)


def describe(
    place: Place, name: str, members: bool | list[str], docstring: Callable[[str], str]
) -> Described:
    """The signature and docstring of `name`."""
    return Described()

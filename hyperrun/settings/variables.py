"""One variable of the environment: what is told of it, and what its text says."""

import math
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import field
from typing import Any

_SWITCHES = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off", "none"), False),
}


def switched(text: str) -> bool | None:
    """What a word for on or off says; None for any other."""
    return _SWITCHES.get(text.strip().lower())


def setting(
    variable: str,
    default: Any,
    help: str,
    *,
    secret: bool = False,
    separator: str = ",",
    switches: tuple[str, ...] = (),
) -> Any:
    """A field read from `variable`; `help` is its line in docs/settings.md. Where it holds more
    than one value, `separator` stands between them. `switches` are "on" and "off" where it knows
    them beside other values."""
    metadata = {
        "variable": variable, "help": help, "separator": separator, "switches": switches
    }  # fmt: skip
    return field(default=default, metadata=metadata, repr=not secret)


def value_of(text: str, kind: Any, metadata: Mapping[str, Any]) -> Any:
    """What a variable's text says, by what its field's `setting` tells of it. Raises ValueError
    with a reason a person can use."""
    return _parse(_switch(text, metadata["switches"]), kind, metadata["separator"])


def _switch(text: str, known: tuple[str, ...]) -> str:
    """The one of `known` that `text` is another word for; else `text`."""
    said = {True: "on", False: "off"}.get(switched(text))  # type: ignore[arg-type]
    return said if said in known else text


def _parse(text: str, kind: Any, separator: str = ",") -> Any:
    """`text` as `kind`; raises ValueError with a reason a person can use."""
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        kind = next(each for each in typing.get_args(kind) if each is not type(None))
    if kind is bool:
        if (is_on := switched(text)) is None:
            raise ValueError("expected on or off")
        return is_on
    if typing.get_origin(kind) is tuple:
        # Not within braces, which are a glob's.
        parts = re.split(rf"{re.escape(separator)}(?![^{{}}]*\}})", text)
        return tuple(part.strip() for part in parts if part.strip())
    if kind is int:
        try:
            return int(text)
        except ValueError:
            raise ValueError("expected a whole number") from None
    if kind is float:
        try:
            number = float(text)
        except ValueError:
            raise ValueError("expected a number") from None
        if not math.isfinite(number):
            raise ValueError("expected a number")
        return number
    return kind(text)

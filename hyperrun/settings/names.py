"""Names in the environment that look like ours."""

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches

from hyperrun.settings.values import Values

PREFIX = "HYPERRUN_"
# Of other programs, which are no settings of the server.
_NO_SETTINGS = ("HYPERRUN_FORGE_TOKEN",)


def unread(environment: Mapping[str, str]) -> dict[str, str]:
    """Names that look like ours and are read by nothing, each with the one that was meant ("")."""
    known = (*_NO_SETTINGS, *(each.metadata["variable"] for each in fields(Values)))
    short = {name.removeprefix(PREFIX): name for name in known}
    found = {}
    for name in sorted(environment):
        loud = name.upper()
        if loud.startswith(PREFIX) and name not in known and not loud.startswith(f"{PREFIX}TEST"):
            meant = get_close_matches(loud.removeprefix(PREFIX), short, 1, 0.75)
            found[name] = short[meant[0]] if meant else ""
    return found

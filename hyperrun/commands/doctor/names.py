"""The environment's names and values: what is misspelt, and what cannot be read."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches

from hyperrun.commands.doctor.finding import Finding, wrong
from hyperrun.errors import BadSetting
from hyperrun.settings import Settings

ABOUT = "settings"
PREFIX = "HYPERRUN_"


def variables() -> dict[str, str]:
    """Every variable that is read, and what its setting means."""
    return {each.metadata["variable"]: each.metadata["help"] for each in fields(Settings)}


def check(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Names that are read by nothing."""
    known = variables()
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known and not name.startswith("HYPERRUN_TEST"):
            meant = get_close_matches(name, known, 1, 0.75)
            mend = f"rename it to {meant[0]}" if meant else f"unset {name}"
            yield wrong(ABOUT, f"{name} is read by nothing", mend)


def read(environment: Mapping[str, str]) -> tuple[Settings, list[Finding]]:
    """The settings with what can be read of them, and what cannot."""
    kept, found = dict(environment), []
    known = variables()
    for name in [name for name in kept if name in known]:
        try:
            Settings.from_environment({name: kept[name]})
        except BadSetting as error:
            found.append(wrong(ABOUT, str(error), f"{name}=…  # {known[name]}"))
            del kept[name]
    return Settings.from_environment(kept), found

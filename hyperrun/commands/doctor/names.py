"""The environment's names and values: what is misspelt, and what cannot be read."""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from hyperrun.commands.doctor.finding import Finding, wrong
from hyperrun.errors import BadSetting
from hyperrun.settings import Settings
from hyperrun.settings.names import unread

ABOUT = "settings"


def variables() -> dict[str, str]:
    """Every variable that is read, and what its setting means."""
    return {each.metadata["variable"]: each.metadata["help"] for each in fields(Settings)}


def check(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Names that are read by nothing."""
    for name, meant in unread(environment).items():
        mend = f"rename it to {meant}" if meant else f"unset {name}"
        yield wrong(ABOUT, f"{name} is read by nothing", mend)


def read(environment: Mapping[str, str]) -> tuple[Settings, list[Finding]]:
    """The settings with what can be read of them, and what cannot: alone, or beside the others,
    which it may need."""
    known = variables()
    left = {name: value for name, value in environment.items() if name in known}
    kept: dict[str, str] = {}
    while ready := [name for name in left if not _fault({**kept, name: left[name]})]:
        kept |= {name: left.pop(name) for name in ready}
    found = [
        wrong(ABOUT, _fault({**kept, name: value}), f"{name}=…  # {known[name]}")
        for name, value in left.items()
    ]
    return Settings.from_environment(kept), found


def _fault(environment: Mapping[str, str]) -> str:
    """What is wrong with it; "" where nothing is."""
    try:
        Settings.from_environment(environment)
    except BadSetting as error:
        return str(error)
    return ""

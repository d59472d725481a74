"""Whether a server can be made of the settings: it is made as `serve` makes it, and not started."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from importlib import import_module
from typing import Any

from hyperrun.__main__ import APP
from hyperrun.commands.doctor.finding import Finding, Level, wrong
from hyperrun.commands.doctor.names import ABOUT, variables
from hyperrun.errors import BadSetting, HyperRunError
from hyperrun.settings import Settings


def check(settings: Settings, found: Sequence[Finding]) -> Iterator[Finding]:
    """What keeps a server from starting, but for what was found before: the values of one setting
    after the other, each left out to find the next."""
    told = {each for one in found if one.level is Level.WRONG for each in _named(one.says)}
    said = {one.says for one in found}
    while why := _fault(settings):
        named = _named(why)
        if why not in said and not told & set(named):
            mend = f"{named[0]}=…  # {variables()[named[0]]}" if named else ""
            yield wrong(ABOUT, why, mend)
        defaults: dict[str, Any] = {
            each.name: each.default
            for each in fields(settings)
            if each.metadata["variable"] in named
        }
        without = replace(settings, **defaults)
        if without == settings:
            return
        settings = without


def _named(says: str) -> list[str]:
    """The variables that a sentence names."""
    known = variables()
    return [name for name in re.findall(r"[A-Z][A-Z_]+", says) if name in known]


def _fault(settings: Settings) -> str:
    """Why no server can be made of them; "" where one can, or it is not for the settings."""
    try:
        import_module(APP).create_app(settings).state.services.limits.rates.check()
    except BadSetting as error:
        return str(error)
    except HyperRunError:  # such as browser assets that `serve` makes
        pass
    return ""

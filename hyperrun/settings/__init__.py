"""The environment, read once into a frozen object.

What can be set stands in values.py. An empty variable counts as unset.
"""

import os
import typing
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from hyperrun.errors import BadSetting
from hyperrun.settings.checks import faults
from hyperrun.settings.values import Values
from hyperrun.settings.variables import value_of


class Settings(Values):
    """Everything an operator can set. `Settings.from_environment` is the way to get one."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read every setting. Raises `BadSetting` that names all that cannot be used."""
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        wrong: list[str] = []
        hints = typing.get_type_hints(cls)
        for each in fields(cls):
            variable = each.metadata["variable"]
            text = environment.get(variable, "").strip()
            if not text:
                continue
            try:
                values[each.name] = value_of(text, hints[each.name], each.metadata)
            except ValueError as error:
                wrong.append(f"{variable}={text!r}: {error}")
        if wrong:
            raise BadSetting("; ".join(wrong))
        settings = cls(**values)
        settings.check()
        return settings

    @property
    def desk_url(self) -> str:
        """Where the operator finds the desk; "" where there is none, or its address is not told."""
        is_open = self.desk_password or self.desk_read_password or self.desk_header
        return f"{self.public_url.rstrip('/')}/desk" if is_open and self.public_url else ""

    def check(self) -> None:
        """Raise `BadSetting` where values that are well-formed make no sense."""
        if wrong := list(faults(self)):
            raise BadSetting("; ".join(wrong))

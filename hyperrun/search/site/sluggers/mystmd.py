"""mystmd 1's ids: MyST, Jupyter Book 2."""

import re
from collections.abc import Callable
from dataclasses import dataclass


def myst_id(label: str) -> str:
    """`createHtmlId` of mystmd 1."""
    label = re.sub("['‘’\"“”]", "", " ".join(label.split())).lower()
    label = re.sub(r"^(?=[\d-])", "id-", re.sub(r"[^a-z0-9-]", "-", label))
    return re.sub(r"-{2,}", "-", label).strip("-")


@dataclass
class Myst:
    """mystmd's ids: a heading's label, or its words; the second of a name is as the first."""

    plain: Callable[[str], str]

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        return myst_id(own_id or self.plain(heading_source))

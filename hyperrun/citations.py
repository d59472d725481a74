"""Citations: the `[n]` of an answer, and what they point at."""

import re
from collections.abc import Callable

from hyperrun.conversation import Source

SourceLookup = Callable[[int], Source | None]

MARK = re.compile(r"\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]")


def strip_citations(text: str) -> str:
    """`text` without its citation marks, for the model's history."""
    return re.sub(r"[ \t]*" + MARK.pattern, "", text)

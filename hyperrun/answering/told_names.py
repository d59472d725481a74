"""Names that a section spells out, and which code shows those that the question is about."""

import re
from collections import Counter
from collections.abc import Sequence

from hyperrun.answering.quoting import Block
from hyperrun.search.wanted import Wanted

MIN_CHARS = 3
# What a name that stands in few of some stretches of code speaks for those, beside their own words.
SHOWN = 2.0

_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_QUOTES = "\"'"
_AROUND = f"{{([ {_QUOTES}"  # as in `{ name: 1 }` and `"name": 1`
_ENDS = re.compile(r"[(=\[{<:\s]")  # what is called, set or given stands before it
_NAME = re.compile(r"-*\w[\w-]*")
_WORD = re.compile(r"[\w-]+")
_WITHOUT_MARKS = re.compile(r"\b\w*(?:[a-z][A-Z]|_)\w*\b")


class ToldNames:
    """The names that a section has spelled out so far, each with the share of the question that
    what it says of it holds."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._shares: dict[str, float] = {}

    def read(self, block: Block) -> None:
        """Take in what a block's prose, or that before its code, and its heading spell out."""
        self._hold(_WITHOUT_MARKS.findall(block.heading), block.heading)
        for said in (block.opening,) if block.has_code else block.parts or (block.text,):
            self._hold([_named(span) for span in _SPAN.findall(said)], said)

    def _hold(self, names: Sequence[str], said: str) -> None:
        share = self._wanted.share(said) if any(names) else 0.0
        if share:
            for name in filter(None, names):
                self._shares[name] = max(self._shares.get(name, 0.0), share)

    def shown(self, code: str) -> float:
        """How much of the question is said of the one of the names in `code` of which most is."""
        return max((self._shares[name] for name in self._in(code)), default=0.0)

    def telling(self, parts: Sequence[str]) -> list[float]:
        """How much of the question each stretch of code holds, and of what was said of the names
        that it shows, the less the more stretches show them."""
        names = [self._in(part) for part in parts]
        showing = Counter(name for each in names for name in each)
        shown = [
            max((SHOWN * self._shares[name] / showing[name] for name in each), default=0.0)
            for each in names
        ]
        held = self._wanted.telling(parts)
        return [own + by_name for own, by_name in zip(held, shown, strict=True)]

    def _in(self, code: str) -> set[str]:
        """Those of the names that stand in `code`."""
        return self._shares.keys() & set(_WORD.findall(code))


def _named(span: str) -> str:
    """What code in a sentence names, without what it is called on; "" where that is no name."""
    name = _ENDS.split(span.strip(_AROUND), maxsplit=1)[0].strip(_QUOTES)
    name = (name.rpartition(".")[2] or name).lstrip("@$")
    return name if len(name) >= MIN_CHARS and _NAME.fullmatch(name) else ""

"""How much at once: places among the answers in flight and the open streams."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NoReturn

from hyperrun.errors import LimitReached
from hyperrun.limits.reservation import Place

WAIT_FOR_A_PLACE_S = 10  # what a reader is told when too many are taken


class Concurrency:
    """Places that are taken and left again; a place that nobody holds leaves nothing behind."""

    def __init__(self, kind: str, refused: Counter[str]) -> None:
        self._kind = kind  # "answers", "streams": for the log and the metrics
        self._refused = refused
        self.taken: Counter[Place] = Counter()

    def take(self, places: Mapping[Place, int]) -> None:
        """Take all of `places`, each with its limit (0: none), or raise `LimitReached`."""
        for place, limit in places.items():
            if limit and self.taken[place] >= limit:
                self.refuse(place[0], places)
        for place in places:
            self.taken[place] += 1

    def refuse(self, full: str, places: Mapping[Place, int]) -> NoReturn:
        """Raise `LimitReached` for that kind of place."""
        limit = next(limit for (kind, _), limit in places.items() if kind == full)
        self._refused[f"{self._kind}_{full}"] += 1
        raise LimitReached(f"{limit} {self._kind} at once for this {full}", WAIT_FOR_A_PLACE_S)

    def leave(self, places: Iterable[Place]) -> None:
        """Give them back."""
        for place in places:
            self.taken[place] -= 1
            if not self.taken[place]:
                del self.taken[place]

    @property
    def in_all(self) -> int:
        """Of all readers together."""
        return self.taken.get(("server", ""), 0)

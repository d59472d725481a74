"""What makes a vector of a text, and how it may fail."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# What a model wants before a question and before a passage, by what its name has in it.
_PREFIXES = (("e5", "query: ", "passage: "), ("nomic-embed", "search_query: ", "search_document: "))


class EmbeddingError(Exception):
    """No vectors were made; `str` says why, without keys or texts.

    `again`: may the same be taken later? `smaller`: may less of it be taken now?
    """

    def __init__(self, detail: str, *, again: bool = True, smaller: bool = False) -> None:
        super().__init__(detail)
        self.again = again
        self.smaller = smaller


@dataclass(frozen=True, slots=True)
class Embedded:
    """One vector for each text, in their order, of length 1 or of none; and what it took."""

    vectors: Sequence[Sequence[float]]
    tokens: int = 0


class Embedder(Protocol):
    """Makes vectors. It is called from threads."""

    name: str  # vectors of another name cannot be compared with its own
    usd_per_token: float
    language: str = ""  # the only one it knows; "": many
    only_prose: bool = False  # is code left to words?

    def embed(self, texts: Sequence[str], *, is_question: bool) -> Embedded:
        """A vector for each text. Raises `EmbeddingError`."""

    def warm(self) -> None:
        """Load what the first text would have to wait for. Raises `EmbeddingError`."""
        return

    def close(self) -> None:
        """End what is open. Most have nothing that is."""
        return


def prefixes(name: str) -> tuple[str, str]:
    """What this model wants before a question, and before a passage."""
    found = (each[1:] for each in _PREFIXES if each[0] in name.rpartition("/")[2].lower())
    return next(found, ("", ""))


def unit(vector: Sequence[float]) -> list[float]:
    """The vector with length 1; as it is where it has none."""
    length = math.sqrt(sum(each * each for each in vector))
    return [each / length for each in vector] if length else list(vector)

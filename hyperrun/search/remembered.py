"""What earlier questions found out of an index, for those after them, and earlier letters: a line
is typed letter by letter.

Kept with the connection that read it, and only as long as nothing was written to the index.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

MAX_WORDS = 2_000  # of which is kept what they mean, or how many hold them
MAX_TEXTS = 300  # whose sections are

Value = TypeVar("Value")


class Latest(OrderedDict[str, Value]):
    """The latest so many values."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def of(self, key: str, find: Callable[[], Value]) -> Value:
        """The value of `key`: as it is known, or as `find` finds it."""
        if key in self:
            self.move_to_end(key)
            return self[key]
        self[key] = found = find()
        if len(self) > self.most:
            self.popitem(last=False)
        return found


class ReadConnection(sqlite3.Connection):
    """A connection that reads the index, with what was found out over it."""

    totals: dict[str, int]  # the rows of each full-text index
    pages: int | None = None  # the sections of documentation that stand on a site
    holding: Latest[int]  # how many sections hold a stem
    counted: Latest[int]  # how many passages hold a term, up to what is counted
    meant: Latest[str]  # a word that stands nowhere, and the stem that it is a slip from
    mended: Latest[str]  # a word as it was typed, and as some name has it
    sections: Latest[list[int]]  # what answers a text, best first
    _version = -1

    def look(self) -> None:
        """Forget everything if the index was written to. Raises `sqlite3.Error`."""
        (version,) = self.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self.totals, self.pages = {}, None
            self.holding, self.counted = Latest(MAX_WORDS), Latest(MAX_WORDS)
            self.meant, self.mended = Latest(MAX_WORDS), Latest(MAX_WORDS)
            self.sections = Latest(MAX_TEXTS)

    def total(self, index: str) -> int:
        """The rows of a full-text index. Raises `sqlite3.Error`."""
        if index not in self.totals:
            (found,) = self.execute(f"SELECT count(*) FROM {index}_docsize").fetchone()
            self.totals[index] = found
        return self.totals[index]

    def on_site(self) -> int:
        """The sections of documentation that stand on a site. Raises `sqlite3.Error`."""
        if self.pages is None:
            (self.pages,) = self.execute(
                "SELECT count(*) FROM prose_docsize d JOIN passages p ON p.id = d.id "
                "WHERE p.address != ''"
            ).fetchone()
        return self.pages

"""Rows of the search box that were made lately: the first letters of many people are the same."""

from collections import OrderedDict

MAX_KNOWN = 500
MAX_WORDS_CHARS = 40  # what is longer is hardly typed twice
MAX_ROWS_CHARS = 20_000

Key = tuple[str, str]  # the words, and the language of the interface


class KnownRows:
    """What was shown for which words, the latest 500, until the index is another."""

    def __init__(self) -> None:
        self._rows: OrderedDict[Key, tuple[str, bool]] = OrderedDict()
        self._edition = 0

    def of(self, key: Key, edition: int, *, thorough: bool) -> str | None:
        """The rows, if they are known of this edition of the index; `thorough`: only those that
        were looked for thoroughly."""
        if edition != self._edition:
            self._rows.clear()
            self._edition = edition
        rows, was_thorough = self._rows.get(key, ("", False))
        if key not in self._rows or (thorough and not was_thorough):
            return None
        self._rows.move_to_end(key)
        return rows

    def keep(self, key: Key, edition: int, rows: str, *, thorough: bool) -> None:
        """Remember them, unless the index has changed since."""
        if edition != self._edition or len(key[0]) > MAX_WORDS_CHARS or len(rows) > MAX_ROWS_CHARS:
            return
        self._rows[key] = (rows, thorough)
        self._rows.move_to_end(key)
        if len(self._rows) > MAX_KNOWN:
            self._rows.popitem(last=False)

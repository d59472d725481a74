"""The names of pages, headings and symbols, kept in the order in which a reader wants them.

A row's number has its place (0 for what is wanted first) above its passage's number, so that the
index yields the wanted ones first and nothing has to be scored that is not shown.
"""

import sqlite3

from hyperrun.passage import READ
from hyperrun.search.audience import ASKED_FOR_NONE, against, place_factor
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.terms import beginnings, heading_of, last_name, terms

SCHEMA = """
CREATE VIRTUAL TABLE IF NOT EXISTS titles USING fts5(
    heading, parts, parents, path, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE IF NOT EXISTS titles_terms USING fts5vocab(titles, 'row');
CREATE TABLE IF NOT EXISTS names (  -- what each row of `titles` names, and where that begins
    row INTEGER PRIMARY KEY, passage INTEGER NOT NULL, title TEXT NOT NULL,
    address TEXT NOT NULL DEFAULT '', page TEXT NOT NULL DEFAULT ''  -- of what only a page names
);
CREATE INDEX IF NOT EXISTS names_of_passage ON names (passage);
CREATE INDEX IF NOT EXISTS names_of_page ON names (page) WHERE page != '';
"""
_PLACE, _PASSAGE = 48, 4  # bits before each in a row's number
_CODE = 10  # the first place of what is no reading
MAX_ABOVE = 15
_ON_PAGE, _NUMBER = 1 << 47, 12  # marks the row of what only a page names, and bits of its number
MAX_ON_PAGE = 1 << _NUMBER

Named = set[tuple[str, str]]  # of a file: what has a name already, and its address


def insert(
    connection: sqlite3.Connection, passage: int, file: str, chunk: Chunk, named: Named
) -> None:
    """The name of a passage, and of the headings above it that nothing stands under but others;
    each once."""
    title = chunk.title
    if (title, chunk.address) in named:
        return
    if chunk.kind in READ:
        above = title.split(" > ")[:-1][:MAX_ABOVE]
        for depth in range(len(above)):
            path = " > ".join(above[: depth + 1])
            if not any(path == other for other, _ in named):
                _insert(connection, passage, file, chunk, path, depth + 1)
                named.add((path, ""))
    _insert(connection, passage, file, chunk, title, 0)
    named.add((title, chunk.address))


def insert_of_page(
    connection: sqlite3.Connection, passage: int, page: str, chunk: Chunk, number: int
) -> None:
    """A heading that stands on a page alone, with the passage that says what it is about."""
    row = place(page, chunk, chunk.title) << _PLACE | _ON_PAGE | passage << _NUMBER | number
    connection.execute(
        "INSERT INTO names VALUES (?, ?, ?, ?, ?)", (row, passage, chunk.title, chunk.address, page)
    )
    _index(connection, row, page, chunk.title)


def _insert(
    connection: sqlite3.Connection, passage: int, file: str, chunk: Chunk, title: str, number: int
) -> None:
    row = place(file, chunk, title) << _PLACE | passage << _PASSAGE | number
    connection.execute(
        "INSERT INTO names (row, passage, title) VALUES (?, ?, ?)", (row, passage, title)
    )
    _index(connection, row, file, title)


def _index(connection: sqlite3.Connection, row: int, file: str, title: str) -> None:
    heading = called(place_of(row), title)
    connection.execute(
        "INSERT INTO titles (rowid, heading, parts, parents, path) VALUES (?, ?, ?, ?, ?)",
        (
            row,
            heading,
            " ".join(beginnings(heading)),
            " ".join(terms(title.removesuffix(heading))),
            " ".join(terms("/".join(file.rsplit("/", 2)[-2:]).rpartition(".")[0])),
        ),
    )


def remove(connection: sqlite3.Connection, passage: int) -> None:
    """Forget what a passage names."""
    _remove(connection, "passage = ?", passage)


def remove_of_page(connection: sqlite3.Connection, page: str) -> None:
    """Forget what only a page names."""
    _remove(connection, "page = ? AND page != ''", page)


def _remove(connection: sqlite3.Connection, condition: str, value: int | str) -> None:
    rows = f"(SELECT row FROM names WHERE {condition})"
    connection.execute(f"DELETE FROM titles WHERE rowid IN {rows}", (value,))
    connection.execute(f"DELETE FROM names WHERE row IN {rows}", (value,))


def place_of(row: int) -> int:
    """The place of a row, 0 first."""
    return row >> _PLACE


def called(place: int, title: str) -> str:
    """What a title at a place is typed by: its heading, of code the name without its class."""
    return last_name(title) if place >= _CODE else heading_of(title)


def place(file: str, chunk: Chunk, title: str) -> int:
    """How soon a reader wants it: pages, their headings, then what has no page of its own, what is
    written for others, and code."""
    if chunk.kind not in READ:
        return (
            _CODE + 3 * (place_factor(file, ASKED_FOR_NONE) < 1) + last_name(title).startswith("_")
        )
    depth = min(title.count(" > "), 2)
    return depth + 4 * (not chunk.address) + 3 * (against(file, ASKED_FOR_NONE) < 0)

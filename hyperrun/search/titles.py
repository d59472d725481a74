"""The names of pages, headings and symbols, kept in the order in which a reader wants them.

A row's number has its place (0 for what is wanted first) above its passage's number, so that the
index yields the wanted ones first and nothing has to be scored that is not shown.
"""

import sqlite3

from hyperrun.passage import READ
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.ranking import place_factor
from hyperrun.search.sections import against
from hyperrun.search.terms import beginnings, last_name, terms

SCHEMA = """
CREATE VIRTUAL TABLE IF NOT EXISTS titles USING fts5(
    heading, parts, parents, path, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE IF NOT EXISTS titles_terms USING fts5vocab(titles, 'row');
CREATE TABLE IF NOT EXISTS names (  -- what each row of `titles` names, and where that begins
    row INTEGER PRIMARY KEY, passage INTEGER NOT NULL, title TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS names_of_passage ON names (passage);
"""
_PLACE, _PASSAGE = 48, 4  # bits before each in a row's number
MAX_ABOVE = 15
_NO_WISH = (False,) * 5

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


def _insert(
    connection: sqlite3.Connection, passage: int, file: str, chunk: Chunk, title: str, number: int
) -> None:
    row = place(file, chunk, title) << _PLACE | passage << _PASSAGE | number
    heading = last_name(title)
    connection.execute("INSERT INTO names VALUES (?, ?, ?)", (row, passage, title))
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
    connection.execute(
        "DELETE FROM titles WHERE rowid IN (SELECT row FROM names WHERE passage = ?)", (passage,)
    )
    connection.execute("DELETE FROM names WHERE passage = ?", (passage,))


def place_of(row: int) -> int:
    """The place of a row, 0 first."""
    return row >> _PLACE


def place(file: str, chunk: Chunk, title: str) -> int:
    """How soon a reader wants it: pages, their headings, then what has no page of its own, what is
    written for others, and code."""
    if chunk.kind not in READ:
        return 9 + 3 * (place_factor(file, _NO_WISH) < 1) + last_name(title).startswith("_")
    depth = min(title.count(" > "), 2)
    return depth + 3 * (not chunk.address) + 3 * (against(file, _NO_WISH) < 0)

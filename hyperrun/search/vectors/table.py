"""Vectors in the index's own file: one for each text, however many passages say it.

A search looks at the signs of all vectors first, which tells enough and needs neither a library nor
much memory (48 bytes for 384 numbers), and then at the numbers of the nearest alone.
`Neighbours` is what a vector database would have to be, for an index far larger than one file.
"""

import sqlite3
import threading
import time
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from heapq import nsmallest
from itertools import compress
from operator import mul
from typing import Any, Protocol

from hyperrun.passage import READ
from hyperrun.search.audience import ASKED_FOR_NONE, against, is_foreign

SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    text BLOB PRIMARY KEY,  -- its digest
    signs BLOB NOT NULL,  -- whether each number is above the center's
    numbers BLOB NOT NULL,  -- bytes from -127 to 127, the largest 127
    scale REAL NOT NULL  -- the numbers times this have length 1
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS embedded (
    passage INTEGER PRIMARY KEY, text BLOB NOT NULL, is_read INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS embedded_by (
    one INTEGER PRIMARY KEY CHECK (one = 1), model TEXT NOT NULL, center BLOB NOT NULL,
    changes INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS embedding_costs (
    day TEXT PRIMARY KEY, tokens INTEGER NOT NULL, usd REAL NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS passage_gone AFTER DELETE ON passages BEGIN
    DELETE FROM embedded WHERE passage = OLD.id;
END;
CREATE TRIGGER IF NOT EXISTS passage_reworded AFTER UPDATE ON passages
WHEN OLD.content != NEW.content OR OLD.text != NEW.text OR OLD.title != NEW.title BEGIN
    DELETE FROM embedded WHERE passage = OLD.id;
END;
"""
_IS_READ = f"p.kind IN ({', '.join(map(repr, sorted(READ)))})"
NEAREST = 100  # by their signs, of prose and of code, whose numbers are looked at
MAX_CHARS = 1_000  # of a passage that are embedded, its title included
# How far from nothing to the mean of vectors the center is by which their signs are told
# (bench/search/README.md).
CENTERED = 0.5
NOT_READ = -1.0  # so much speaks against a file that is not written for readers
SAMPLE = 100  # vectors that tell how near any passage is
MAX_BEGINNINGS = 200
PATIENCE_S = 3.0  # while vectors are made, what is held of them is that old at most


@dataclass(frozen=True, slots=True)
class Near:
    """A passage near a question.

    `likeness` is the cosine of the two in deviations above that of any documentation, or any code,
    with the question, because each model has a scale of its own. `against` is what speaks against
    the file's place, where it was looked at.
    """

    id: int
    file: str
    likeness: float
    kind: str
    against: float = 0.0

    @property
    def is_read(self) -> bool:
        """Is it documentation?"""
        return self.kind in READ


class Neighbours(Protocol):
    """Finds the passages whose vectors are nearest."""

    def near(
        self,
        connection: sqlite3.Connection,
        vector: Sequence[float],
        inside: str = "",
        also: Collection[int] = (),
    ) -> list[Near]:
        """The nearest passages, of a folder only where `inside` names one, and those that `also`
        names, in any order. Raises `sqlite3.Error`."""


def said(title: str, shown: str) -> str:
    """What of a passage is embedded."""
    return f"{title}\n{shown}"[:MAX_CHARS]


def digest(text: str) -> bytes:
    """What a text is known by."""
    return blake2b(text.encode(errors="replace"), digest_size=16).digest()


def packed(vector: Sequence[float]) -> tuple[bytes, float]:
    """A vector as bytes, and their scale."""
    largest = max(map(abs, vector), default=0.0) or 1.0
    numbers = array("b", (round(each / largest * 127) for each in vector))
    length = sum(map(mul, numbers, numbers)) ** 0.5
    return numbers.tobytes(), 1 / length if length else 0.0


def signs(vector: Sequence[float], center: Sequence[float]) -> bytes:
    """One bit for each number."""
    bits = "".join("1" if each > mean else "0" for each, mean in zip(vector, center, strict=True))
    size = -(-len(bits) // 64) * 8  # whole words of a machine
    return int(bits or "0", 2).to_bytes(size, "big")


class _Signs:
    """The signs of many vectors, and which passages they are of."""

    def __init__(
        self, rows: Sequence[tuple[int, bytes]], sample: Sequence[tuple[bytes, float]]
    ) -> None:
        self._sample = _matrix([row[0] for row in sample])
        self._scales = [row[1] for row in sample]
        self._ids = [row[0] for row in rows]
        self._words: Any = None
        self._numbers: list[int] = []
        if (numpy := _numpy()) is not None and rows:
            joined = b"".join(row[1] for row in rows)
            self._words = numpy.frombuffer(joined, dtype="uint64").reshape(len(rows), -1)
        else:
            self._numbers = [int.from_bytes(row[1], "big") for row in rows]

    def scale(self, vector: Sequence[float]) -> tuple[float, float]:
        """The mean cosine with any of them, and the deviation from it."""
        cosines = list(map(mul, _products(self._sample, vector), self._scales))
        if len(cosines) < 2:
            return 0.0, 1.0
        mean = sum(cosines) / len(cosines)
        deviation = (sum((each - mean) ** 2 for each in cosines) / len(cosines)) ** 0.5
        return mean, max(deviation, 0.01)

    def nearest(self, wanted: bytes, among: Collection[int] | None) -> list[int]:
        """The passages that differ from `wanted` in the fewest signs."""
        if not self._ids:
            return []
        apart: Sequence[int]
        if self._words is not None and (numpy := _numpy()) is not None:
            other = numpy.frombuffer(wanted, dtype="uint64")
            distances = numpy.bitwise_count(self._words ^ other).sum(1, dtype="int32")
            if among is None and len(self._ids) > NEAREST:
                best = numpy.argpartition(distances, NEAREST)[:NEAREST]
                return [self._ids[at] for at in best.tolist()]
            apart = distances.tolist()
        else:
            number = int.from_bytes(wanted, "big")
            apart = [(each ^ number).bit_count() for each in self._numbers]
        places: Any = range(len(apart))
        if among is not None:
            places = compress(places, (each in among for each in self._ids))
        return [self._ids[at] for at in nsmallest(NEAREST, places, key=apart.__getitem__)]


@dataclass(frozen=True, slots=True)
class _Held:
    changes: int
    since: float
    model: str
    center: Sequence[float]
    prose: _Signs
    code: _Signs


class VectorTable:
    """The vectors of one index, for any thread. What it holds in memory follows the file."""

    def __init__(self, model: str = "") -> None:
        self.model = model  # only its vectors can be compared; "": none
        self._held: _Held | None = None
        self._loading = threading.Lock()

    def near(
        self,
        connection: sqlite3.Connection,
        vector: Sequence[float],
        inside: str = "",
        also: Collection[int] = (),
    ) -> list[Near]:
        """The nearest passages and those of `also`, in any order. Raises `sqlite3.Error`."""
        held = self._fresh(connection)
        if held is None or len(held.center) != len(vector):
            return []
        among = None
        if inside:
            among = {
                row[0]
                for row in connection.execute(
                    "SELECT id FROM passages WHERE substr(file, 1, ?) = ?",
                    (len(inside) + 1, f"{inside}/"),
                )
            }
        wanted = signs(vector, held.center)
        ids = [id for part in (held.prose, held.code) for id in part.nearest(wanted, among)]
        ids = list(dict.fromkeys((*ids, *also)))
        marks = ", ".join("?" * len(ids))
        rows = connection.execute(
            "SELECT p.id, p.file, p.kind, v.numbers, v.scale FROM embedded e "
            "JOIN passages p ON p.id = e.passage JOIN vectors v ON v.text = e.text "
            f"WHERE e.passage IN ({marks})", ids,
        ).fetchall()  # fmt: skip
        scales = {True: held.prose.scale(vector), False: held.code.scale(vector)}
        found = []
        numbers = _matrix([row[3] for row in rows])
        for row, product in zip(rows, _products(numbers, vector), strict=True):
            mean, deviation = scales[row[2] in READ]
            found.append(Near(row[0], row[1], (product * row[4] - mean) / deviation, row[2]))
        return found

    def _fresh(self, connection: sqlite3.Connection) -> _Held | None:
        row = connection.execute("SELECT model, changes, center FROM embedded_by").fetchone()
        if row is None or row[0] != self.model:
            return None
        held = self._held
        if held is not None and held.model == row[0]:
            if held.changes == row[1] or time.monotonic() - held.since < PATIENCE_S:
                return held
            if not self._loading.acquire(blocking=False):
                return held  # another thread is at it
        else:
            self._loading.acquire()
        try:
            prose, code = (_read_signs(connection, is_read) for is_read in (1, 0))
            center = array("f", row[2])
            self._held = _Held(row[1], time.monotonic(), row[0], center, prose, code)
            return self._held
        finally:
            self._loading.release()


def _read_signs(connection: sqlite3.Connection, is_read: int) -> _Signs:
    rows = connection.execute(
        "SELECT e.passage, v.signs FROM embedded e JOIN vectors v ON v.text = e.text "
        "WHERE e.is_read = ?", (is_read,),
    ).fetchall()  # fmt: skip
    every = -(-len(rows) // SAMPLE) or 1
    some = [row[0] for row in rows[::every]]
    marks = ", ".join("?" * len(some))
    sample = connection.execute(
        "SELECT v.numbers, v.scale FROM embedded e JOIN vectors v ON v.text = e.text "
        f"WHERE e.passage IN ({marks})", some,
    ).fetchall()  # fmt: skip
    return _Signs(rows, sample)


@cache
def _numpy() -> Any:
    """It comes with the libraries of local models, and is not needed; a start does not wait."""
    try:
        import numpy
    except ImportError:
        return None
    return numpy


def _matrix(rows: Sequence[bytes]) -> Any:
    """Rows of bytes as numbers for `_products`."""
    if (numpy := _numpy()) is not None and rows:
        numbers = numpy.frombuffer(b"".join(rows), dtype="int8").reshape(len(rows), -1)
        return numbers.astype("float32")
    return [memoryview(row).cast("b") for row in rows]


def _products(matrix: Any, vector: Sequence[float]) -> list[float]:
    """Each row's product with the vector."""
    if (numpy := _numpy()) is not None and len(matrix):
        products: list[float] = (matrix @ numpy.array(vector, dtype="float32")).tolist()
        return products
    return [sum(map(mul, row, vector)) for row in matrix]


class VectorWriter:
    """Fills the table. One transaction for each batch, so that a kill costs one batch at most."""

    def __init__(self, connection: sqlite3.Connection, model: str) -> None:
        self._connection = connection
        row = connection.execute("SELECT model, center FROM embedded_by").fetchone()
        self._model = model
        if row is not None and row[0] != model:
            self._forget()
            row = None
        self._center = array("f", row[1]) if row else None

    def _forget(self) -> None:
        """Drop what another model made."""
        for table in ("embedded", "vectors", "embedded_by"):
            self._connection.execute(f"DELETE FROM {table}")

    def wanting(self, *, only_prose: bool = False, language: str = "") -> list[int]:
        """The passages without a vector: guides first, then what is written for others than the
        documentation's readers, then code, if that is wanted; of what is meant for a reader of
        this language, if any."""
        only = f"AND {_IS_READ}" if only_prose else ""
        rows = self._connection.execute(
            f"SELECT p.id, NOT {_IS_READ}, p.file, p.kind FROM passages p "
            "LEFT JOIN embedded e ON e.passage = p.id "
            f"WHERE e.passage IS NULL {only} ORDER BY p.id"
        ).fetchall()
        rows = [row for row in rows if _is_meant(row[3], row[2], language)]
        rows.sort(key=lambda row: (row[1], -against(row[2], ASKED_FOR_NONE)))
        return [row[0] for row in rows]

    def texts(self, ids: Sequence[int]) -> list[tuple[int, bool, str]]:
        """What is to be embedded of these passages, and whether they are documentation."""
        marks = ", ".join("?" * len(ids))
        rows = self._connection.execute(
            "SELECT id, kind, title, CASE content WHEN '' THEN text ELSE content END "
            f"FROM passages WHERE id IN ({marks})", ids,
        ).fetchall()  # fmt: skip
        return [(row[0], row[1] in READ, said(row[2], row[3])) for row in rows]

    def known(self, digests: Sequence[bytes]) -> set[bytes]:
        """Which of these texts have a vector."""
        marks = ", ".join("?" * len(digests))
        rows = self._connection.execute(
            f"SELECT text FROM vectors WHERE text IN ({marks})", digests
        )
        return {row[0] for row in rows}

    def write(
        self,
        passages: Sequence[tuple[int, bool, bytes]],
        vectors: Sequence[tuple[bytes, Sequence[float]]],
        day: str,
        tokens: int,
        usd: float,
    ) -> None:
        """One batch: which text each passage says, and the new texts' vectors."""
        if self._center is None and vectors:
            size = len(vectors[0][1])
            means = (sum(v[n] for _, v in vectors) / len(vectors) for n in range(size))
            self._center = array("f", (CENTERED * mean for mean in means))
        center = self._center or array("f")
        rows = [(text, signs(v, center), *packed(v)) for text, v in vectors]
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)
            # A build may have taken a passage away, or its words, since its text was read.
            self._connection.executemany(
                "INSERT OR REPLACE INTO embedded SELECT ?1, ?3, ?2 "
                "WHERE EXISTS (SELECT 1 FROM passages WHERE id = ?1)", passages,
            )  # fmt: skip
            self._connection.execute(
                "INSERT INTO embedded_by (one, model, center, changes) VALUES (1, ?, ?, 1) "
                "ON CONFLICT (one) DO UPDATE SET changes = changes + 1",
                (self._model, center.tobytes()),
            )
            if tokens:
                self._connection.execute(
                    "INSERT INTO embedding_costs VALUES (?1, ?2, ?3) ON CONFLICT (day) "
                    "DO UPDATE SET tokens = tokens + ?2, usd = usd + ?3", (day, tokens, usd),
                )  # fmt: skip
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    def clear_unused(self) -> None:
        """Drop vectors of texts that no passage says any more."""
        self._connection.execute(
            "DELETE FROM vectors WHERE text NOT IN (SELECT text FROM embedded)"
        )

    def spent_usd(self, day: str) -> float:
        """What was spent that day."""
        row = self._connection.execute(
            "SELECT usd FROM embedding_costs WHERE day = ?", (day,)
        ).fetchone()
        return row[0] if row else 0.0


def beginnings(connection: sqlite3.Connection, language: str) -> list[str]:
    """How the files of the documentation begin, of many at most so many, without translations into
    other languages. Raises `sqlite3.Error`."""
    rows = connection.execute(
        "SELECT file, kind, CASE content WHEN '' THEN text ELSE content END "
        "FROM passages WHERE id IN "
        f"(SELECT min(p.id) FROM passages p WHERE {_IS_READ} GROUP BY p.file) ORDER BY id"
    ).fetchall()
    texts = [text[:MAX_CHARS] for file, kind, text in rows if _is_meant(kind, file, language)]
    return texts[:: -(-len(texts) // MAX_BEGINNINGS) or 1]


def counts(
    connection: sqlite3.Connection, model: str, *, only_prose: bool = False, language: str = ""
) -> tuple[int, int]:
    """Passages with a vector of this model, and those that are to have one: as `wanting`. Raises
    `sqlite3.Error`."""
    where = f"WHERE {_IS_READ}" if only_prose else ""
    files = connection.execute(
        f"SELECT p.kind, p.file, count(*) FROM passages p {where} GROUP BY p.kind, p.file"
    )
    total = sum(count for kind, file, count in files if _is_meant(kind, file, language))
    row = connection.execute("SELECT model FROM embedded_by").fetchone()
    if row is None or row[0] != model:
        return 0, total
    (made,) = connection.execute("SELECT count(*) FROM embedded").fetchone()
    return made, total


def _is_meant(kind: str, file: str, language: str) -> bool:
    """Is a passage to have a vector? Translations into another language than this one, if any, are
    not, nor plain text that no reader is meant to read: the data of tests."""
    if kind == "document" and against(file, ASKED_FOR_NONE) <= NOT_READ:
        return False
    return not language or not is_foreign(file, ASKED_FOR_NONE._replace(language=language))

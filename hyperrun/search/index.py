"""The embedded index: SQLite FTS5 on disk, written by one process, read by any number.

A file's passages are replaced in one transaction with the file's own row, so a build that is killed
goes on where it was. A new schema version is a new file; the old one is deleted.
"""

import hashlib
import logging
import math
import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from hyperrun.files import private_folder
from hyperrun.passage import READ, Include, Passage
from hyperrun.search import ranking, reading, sections, terms
from hyperrun.search.ignore import shown
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.ranking import Asked, Candidate
from hyperrun.search.sections import Before, Wanted
from hyperrun.search.site.rules import key_of
from hyperrun.search.vectors import fusing
from hyperrun.search.vectors import table as vectors
from hyperrun.search.vectors.fusing import Meant

if TYPE_CHECKING:
    from hyperrun.search.site.folder import SitePages

log = logging.getLogger(__name__)

VERSION = 12
FETCH = 120  # candidates that are ranked
PATIENCE_S = 10  # with another writer
MAX_IDLE = 4  # connections kept open for reading
MAX_NAME_TERMS = 5
HELD = 0.7  # of a question by a section; then code is not looked at
SAME_CHARS = 2_000  # of each are compared
SAME_TEXT = 0.8  # of the words of two passages; then they are copies of one text
MAX_NAMED = 20  # of what is left out anew, in the log
MAX_COUNTED = 2_500  # a term in more passages than this is common, and not counted on

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, mtime_ns INTEGER NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL,
    rules TEXT NOT NULL,  -- by which its addresses were made: their fingerprint, "" where none were
    page TEXT  -- what its page's address has in common with all that lead there
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_of_page ON files (page);
CREATE TABLE IF NOT EXISTS passages (
    id INTEGER PRIMARY KEY, file TEXT NOT NULL, start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL,
    address TEXT NOT NULL, text TEXT NOT NULL, content TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS unreadable (path TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS passages_of_file ON passages (file);
CREATE TABLE IF NOT EXISTS includes (  -- the lines of other files that a passage shows
    passage INTEGER NOT NULL, file TEXT NOT NULL, start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL, mtime_ns INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS includes_of_passage ON includes (passage);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(
    {", ".join(ranking.COLUMNS)}, tokenize = 'porter unicode61'
);
{sections.SCHEMA}{vectors.SCHEMA}"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is."""

    done: int
    total: int
    passages: int


def location(data_dir: Path, root: str) -> Path:
    """Where the index of the repository at `root` is."""
    key = hashlib.sha256(root.encode()).hexdigest()[:12]
    return data_dir / "index" / f"{key}.v{VERSION}.sqlite3"


class Index:
    """One repository's index. Any thread may read from it; `close` ends that."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._place = (0, 0)
        self._size = 0  # as it was last seen whole; a database does not shrink
        self._lock = threading.Lock()

    # Writing

    def refresh(
        self,
        root: Path,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        progress: Callable[[Progress], None] = lambda _: None,
        changed: Collection[str] = (),
        site_url: str = "",
        site: "SitePages | None" = None,
        prefix: str = "",
    ) -> Progress:
        """Update the index; only files that changed are read, and pages whose
        addresses may be others now.

        `changed` names all that may have changed, below `root`: where that says which files are
        edited or gone, no other is looked at. Where it is empty, every file is. `site` has the
        rendered pages, which are matched with the files that they come from. Only what begins
        with `prefix` in the index is of this repository.
        A file that cannot be read is a line in the log. An index that is broken is built anew.
        Raises `sqlite3.Error`.
        """
        if not root.is_dir():  # what was read of it stays
            raise FileNotFoundError(f"there is no folder {root}")
        private_folder(self.path.parent.parent)
        private_folder(self.path.parent)
        self._forget_older()
        try:
            return self._refresh(root, include, exclude, progress, changed, site_url, site, prefix)
        except sqlite3.OperationalError:  # locked, or no room: the file itself is whole
            raise
        except sqlite3.DatabaseError as error:
            log.warning("the index is broken (%s) and is built anew", error)
            self.delete()
            return self._refresh(root, include, exclude, progress, (), site_url, site, prefix)

    def _forget_older(self) -> None:
        """Delete what another version of this program left."""
        key, _, own = self.path.name.partition(".")
        for path in self.path.parent.glob(f"{key}.v*.sqlite3*"):
            if not path.name.startswith(f"{key}.{own}"):
                path.unlink(missing_ok=True)

    def _refresh(
        self,
        root: Path,
        include: Sequence[str],
        exclude: Sequence[str],
        progress: Callable[[Progress], None],
        changed: Collection[str],
        site_url: str,
        site: "SitePages | None",
        prefix: str,
    ) -> Progress:
        from hyperrun.search import ignore
        from hyperrun.search.parsing import files
        from hyperrun.search.site import pages

        left_out: dict[str, str] = {}
        rules = reading.read_rules(root, site_url, left_out)
        fingerprint = rules.fingerprint
        with self._connect(write=True) as connection:
            connection.executescript(_SCHEMA)
            known = {
                row[0].removeprefix(prefix): row[1:]
                for row in connection.execute(
                    "SELECT path, mtime_ns, size, digest, rules FROM files"
                )
                if row[0].startswith(prefix)
            }
            reasons = {
                path.removeprefix(prefix): reason
                for path, reason in connection.execute("SELECT path, reason FROM unreadable")
                if path.startswith(prefix)
            }
            whole = connection.execute("SELECT 1 FROM meta WHERE name = 'complete'").fetchone()
            are_other = any(by not in ("", fingerprint) for _, _, _, by in known.values())
            told = _told(root, changed, known) if changed and whole and not are_other else None
            if told is None:
                found = ignore.files(root, include, exclude, left_out.setdefault)
                paths = [path for path in found if files.is_known(path)]
                gone = set(known) - {str(path) for path in paths}
            else:
                paths, gone = told
                seen = gone.union(map(str, paths))
                left_out |= {path: each for path, each in reasons.items() if path not in seen}
            (passages,) = connection.execute("SELECT count(*) FROM passages").fetchone()
            for name in gone:
                passages -= self._remove(connection, prefix + name)
            follow = _Follower(len(paths), passages, progress)
            self._read_in(
                connection, root, prefix, left_out, reasons, follow,
                reading.readings(root, prefix, rules, paths, known),
            )  # fmt: skip
            again = [PurePosixPath(n) for n in self._including_changed(connection, root, prefix)]
            self._read_in(
                connection, root, prefix, left_out, reasons, follow,
                reading.readings(root, prefix, rules, again, {}),
            )  # fmt: skip
            passages = follow.passages
            self._leave_out(connection, prefix, left_out, reasons)
            look = told is None or any(name.endswith((".html", ".htm")) for name in changed)
            pages.settle(
                connection, _Writer(self, connection), rules, site, prefix, look=look,
                hides=lambda file: files.hides(root, file.removeprefix(prefix)),
            )  # fmt: skip
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('complete', '1')")
            if len(gone) + len(paths) - len(known) > 500:
                connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        return Progress(len(paths), len(paths), passages)

    def _read_in(
        self,
        connection: sqlite3.Connection,
        root: Path,
        prefix: str,
        left_out: dict[str, str],
        reasons: Mapping[str, str],
        follow: "_Follower",
        found: "Generator[tuple[str, reading.Reading | str | None], None, None]",
    ) -> None:
        """Write what is read of each file; what cannot be goes to `left_out`, with the reason."""
        with closing(found):
            for path, read in found:
                if isinstance(read, str):
                    left_out[path] = read
                elif read is not None:
                    if read.reason:
                        left_out[path] = read.reason
                    try:
                        follow.passages += self._file(connection, prefix + path, read, root)
                    except (sqlite3.DataError, sqlite3.InterfaceError, ValueError) as error:
                        left_out[path] = f"cannot be stored: {error}"[:200]
                elif path in reasons:
                    left_out[path] = reasons[path]
                follow.one_more()

    @staticmethod
    def _leave_out(
        connection: sqlite3.Connection,
        prefix: str,
        now: Mapping[str, str],
        before: Mapping[str, str],
    ) -> None:
        """Keep what is left out and why, and name what was not yet."""
        new = {path: reason for path, reason in now.items() if before.get(path) != reason}
        for path, reason in list(new.items())[:MAX_NAMED]:
            log.warning("%s %s", shown(prefix + path), reason)
        if len(new) > MAX_NAMED:
            log.warning("and %d more are left out", len(new) - MAX_NAMED)
        if new or len(now) != len(before):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "DELETE FROM unreadable WHERE path = ?", [(prefix + path,) for path in before]
            )
            connection.executemany(
                "INSERT OR REPLACE INTO unreadable VALUES (?, ?)",
                [(prefix + path, reason) for path, reason in now.items()],
            )
            connection.execute("COMMIT")

    def _file(
        self, connection: sqlite3.Connection, path: str, read: reading.Reading, root: Path
    ) -> int:
        """Put in what a file holds; how many passages that adds."""
        row = (read.mtime_ns, read.size, read.digest, read.rules)
        if read.rows is None:
            connection.execute(
                "UPDATE files SET mtime_ns = ?, size = ?, digest = ?, rules = ? WHERE path = ?",
                (*row, path),
            )
            return 0
        address = next((chunk.address for chunk, *_ in read.rows if chunk.address), None)
        page = None if address is None else key_of(address)
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another builder may have read it since `known` was: a file is never there twice.
            removed = self._remove(connection, path)
            connection.execute(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)", (path, *row, page)
            )
            for row_read in read.rows:
                self._insert(connection, path, row_read, root)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return len(read.rows) - removed

    @staticmethod
    def _including_changed(
        connection: sqlite3.Connection, root: Path, prefix: str
    ) -> Iterator[str]:
        """The files that include another which is not what it was when they were read."""
        for name, file in connection.execute(
            "SELECT DISTINCT i.file || ' ' || i.mtime_ns, p.file FROM includes i "
            "JOIN passages p ON p.id = i.passage"
        ).fetchall():
            included, _, mtime_ns = name.rpartition(" ")
            if file.startswith(prefix) and _mtime_ns(root / included) != int(mtime_ns):
                yield file.removeprefix(prefix)

    @staticmethod
    def _insert(
        connection: sqlite3.Connection, file: str, row: reading.Row, root: Path = Path()
    ) -> None:
        chunk, columns, prose = row
        added = connection.execute(
            "INSERT INTO passages "
            "(file, start_line, end_line, title, kind, language, address, text, content) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (file, chunk.start_line, chunk.end_line, chunk.title, chunk.kind, chunk.language,
             chunk.address, chunk.text, chunk.content),
        )  # fmt: skip
        connection.execute(
            "INSERT INTO words (rowid, name, path, signature, doc, body) VALUES (?, ?, ?, ?, ?, ?)",
            (added.lastrowid, *columns),
        )
        connection.executemany(
            "INSERT INTO includes VALUES (?, ?, ?, ?, ?)",
            [(added.lastrowid, each.file, each.start_line, each.end_line,
              _mtime_ns(root / each.file)) for each in chunk.includes],
        )  # fmt: skip
        if prose:
            connection.execute(
                "INSERT INTO prose (rowid, heading, parents, file, body) VALUES (?, ?, ?, ?, ?)",
                (added.lastrowid, *prose),
            )

    @staticmethod
    def _remove(connection: sqlite3.Connection, file: str) -> int:
        ids = connection.execute("SELECT id FROM passages WHERE file = ?", (file,)).fetchall()
        connection.executemany("DELETE FROM words WHERE rowid = ?", ids)
        connection.executemany("DELETE FROM prose WHERE rowid = ?", ids)
        connection.executemany("DELETE FROM includes WHERE passage = ?", ids)
        connection.execute("DELETE FROM passages WHERE file = ?", (file,))
        connection.execute("DELETE FROM files WHERE path = ?", (file,))
        return len(ids)

    # Reading

    def is_complete(self) -> bool:
        """Has a build once come to its end?"""
        try:
            with self._connect() as connection:
                return bool(
                    connection.execute("SELECT 1 FROM meta WHERE name = 'complete'").fetchone()
                )
        except sqlite3.Error:
            return False

    def damage(self) -> str:
        """What is wrong with the file, which others may have changed; "" where nothing is.

        A few milliseconds, for a thread. What may pass (a lock, no free handle) is no damage.
        """
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return "is gone"
        except OSError:
            return ""
        if size < self._size:
            return "was cut short"
        uri = f"{self.path.resolve().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
                whole = connection.execute("SELECT 1 FROM meta WHERE name = 'complete'").fetchone()
                connection.execute("SELECT rowid FROM words WHERE words MATCH 'a' LIMIT 1")
                connection.execute("SELECT text FROM passages ORDER BY id DESC LIMIT 1").fetchone()
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            broken = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
            return f"is broken ({error})" if code in broken else ""
        if not whole:
            return "is not complete"
        self._size = size
        return ""

    def counts(self) -> tuple[int, int]:
        """Files and passages."""
        try:
            with self._connect() as connection:
                (files,) = connection.execute("SELECT count(*) FROM files").fetchone()
                (passages,) = connection.execute("SELECT count(*) FROM passages").fetchone()
                return files, passages
        except sqlite3.Error:
            return 0, 0

    def unreadable(self) -> dict[str, str]:
        """What is left out of the index, by path, with the reason."""
        with suppress(sqlite3.Error), self._connect() as connection:
            return dict(connection.execute("SELECT path, reason FROM unreadable ORDER BY path"))
        return {}

    def search(
        self,
        query: str,
        k: int,
        inside: str = "",
        before: Before | None = None,
        meant: Meant | None = None,
    ) -> list[tuple[Passage, str]]:
        """The best `k` passages with their addresses, best first; those of one folder only where
        `inside` names one. `before` is what was said before the question, `meant` what it means.

        Documentation comes before code unless the question is about how something is made; no text
        comes twice. Raises `sqlite3.Error`.
        """
        with self._connect() as connection:
            hits = sections.find_after(connection, query, before, inside)
            best = max((hit.held for hit in hits[:k]), default=0.0)
            ranked: list[Candidate] = []
            is_told = best >= HELD and len(hits) >= k  # by documentation alone
            if not is_told or ranking.may_ask_for_code(query) or self._names(connection, query):
                ranked = self._ranked(connection, query, inside)
            asks_for_code = ranking.asks_for_code(query, ranked)
            near = meant.near(connection, inside, [h.id for h in hits]) if meant else []
            if near:
                hits = fusing.fuse_hits(hits, near)
                ranked = fusing.fuse_code(ranked, near) if ranked else []
            if asks_for_code or not hits:
                return [self._passage(connection, each.id, each.score) for each in ranked[:k]]
            found = [self._passage(connection, hit.id, hit.score) for hit in hits[: 2 * k]]
            prose = distinct(found)[: max(k - 1, 1)]
            code = [each for each in ranked if each.kind not in READ][: k - len(prose)]
            return prose + [self._passage(connection, each.id, 0.0) for each in code]

    @staticmethod
    def _names(connection: sqlite3.Connection, query: str) -> bool:
        """Is `query` the name of something in code, in words?"""
        wanted = terms.query_terms(query)
        if not wanted or len(wanted) > MAX_NAME_TERMS:
            return False
        match = " AND ".join(f'name : "{term}"' for term in wanted)
        rows = connection.execute(
            "SELECT p.title, p.kind FROM words w JOIN passages p ON p.id = w.rowid "
            "WHERE words MATCH ? LIMIT 50", (match,),
        )  # fmt: skip
        return any(
            kind not in READ and ranking.is_name(query, terms.last_name(title))
            for title, kind in rows
        )

    def _ranked(self, connection: sqlite3.Connection, query: str, inside: str) -> list[Candidate]:
        """Passages of all kinds by the words, names and places of code."""
        wanted = terms.query_terms(query)
        asked = self._asked(connection, wanted) if wanted else []
        if not asked:
            return []
        weights = ", ".join(map(str, ranking.WEIGHTS))
        match = " OR ".join(f'"{form}"' for each in _telling(asked) for form in each.forms)
        if inside:
            found = (
                f"SELECT w.rowid, bm25(words, {weights}) AS score FROM words w "
                "JOIN passages q ON q.id = w.rowid WHERE words MATCH ? "
                "AND substr(q.file, 1, ?) = ?"
            )
            values: tuple[str | int, ...] = (match, len(inside) + 1, f"{inside}/")
        else:
            found = f"SELECT rowid, bm25(words, {weights}) AS score FROM words WHERE words MATCH ?"
            values = (match,)
        rows = connection.execute(
            "SELECT p.id, p.file, p.title, p.kind, p.start_line, p.end_line, -f.score "
            f"FROM ({found} ORDER BY score LIMIT {FETCH}) f "
            "JOIN passages p ON p.id = f.rowid",
            values,
        ).fetchall()
        return ranking.rank(query, [Candidate(*row) for row in rows], asked)

    @staticmethod
    def _asked(connection: sqlite3.Connection, wanted: Sequence[str]) -> list[Asked]:
        """Where each term is, at least at first, and how much it says; without those that are
        nowhere."""
        (total,) = connection.execute("SELECT count(*) FROM words_docsize").fetchone()
        asked = []
        for term in wanted:
            forms = terms.forms(term)
            match = " OR ".join(f'"{form}"' for form in forms)
            rows = connection.execute(
                "SELECT rowid FROM words WHERE words MATCH ? LIMIT ?", (match, MAX_COUNTED)
            ).fetchall()
            if rows:
                rarity = math.log((total + 1) / len(rows)) / math.log(total + 1)
                ids = frozenset(row[0] for row in rows)
                asked.append(Asked(term, forms, rarity, ids, common=len(ids) == MAX_COUNTED))
        return asked

    @staticmethod
    def _passage(connection: sqlite3.Connection, id: int, score: float) -> tuple[Passage, str]:
        row = connection.execute(
            "SELECT file, start_line, end_line, title, kind, text, language, content, address "
            "FROM passages WHERE id = ?", (id,),
        ).fetchone()  # fmt: skip
        passage = replace(Passage(*row[:7]), content=row[7], score=round(score, 4))
        return passage, row[8]

    def wanted(self, question: str, before: Before | None = None) -> Wanted:
        """What `question` asks for, in this index's words. Raises `sqlite3.Error`."""
        with self._connect() as connection:
            return sections.wanted(connection, question, before)

    def section(self, file: str, title: str, limit: int = 12) -> list[tuple[Passage, str]]:
        """The passages of one section and of those under it with their addresses, in order. Raises
        `sqlite3.Error`."""
        with self._connect() as connection:
            rows = connection.execute(
                "SELECT id FROM passages WHERE file = ? AND (title = ? OR substr(title, 1, ?) = ?) "
                "ORDER BY start_line, id LIMIT ?",
                (file, title, len(title) + 3, f"{title} > ", limit),
            ).fetchall()
            return [self._passage(connection, row[0], 0.0) for row in rows]

    def includes(self, passage: Passage) -> list[Include]:
        """The lines of other files of its source that a passage shows, in their order. Raises
        `sqlite3.Error`."""
        with self._connect() as connection:
            rows = connection.execute(
                "SELECT i.file, i.start_line, i.end_line FROM includes i "
                "JOIN passages p ON p.id = i.passage "
                "WHERE p.file = ? AND p.start_line = ? AND p.title = ? ORDER BY i.rowid",
                (passage.file, passage.start_line, passage.title),
            ).fetchall()
        return [Include(*row) for row in rows]

    def sections(self, file: str = "", limit: int = -1) -> list[tuple[str, str]]:
        """Files and heading paths of documentation sections, of `file` only where it is given; of
        all files it takes milliseconds. Raises `sqlite3.Error`."""
        condition, values = ("AND file = ?", (file,)) if file else ("", ())
        with self._connect() as connection:
            rows = connection.execute(
                "SELECT file, title FROM passages WHERE kind IN ('section', 'cell') "
                f"{condition} ORDER BY file, start_line LIMIT ?",
                (*values, limit),
            ).fetchall()
        return [(row[0], row[1]) for row in rows]

    def file_of(self, page: str, prefix: str = "") -> str:
        """The file whose page has this key; "" where none has. Raises `sqlite3.Error`."""
        with self._connect() as connection:
            row = connection.execute(
                "SELECT path FROM files WHERE page = ?1 AND substr(path, 1, ?2) = ?3 UNION ALL "
                "SELECT source FROM pages WHERE key = ?1 AND source != '' "
                "AND substr(path, 1, ?2) = ?3 LIMIT 1",
                (page, len(prefix), prefix),
            ).fetchone()
        return row[0] if row else ""

    def has_page(self, path: str) -> bool:
        """Is this rendered page known? Raises `sqlite3.Error`."""
        with self._connect() as connection:
            row = connection.execute("SELECT 1 FROM pages WHERE path = ?", (path,)).fetchone()
        return row is not None

    def folder_named(self, names: Sequence[str]) -> str:
        """The highest folder with one of these names; "" where there is none."""
        with self._connect() as connection:
            files = connection.execute("SELECT path FROM files").fetchall()
        best = ""
        for (file,) in files:
            parts = file.split("/")[:-1]
            for depth, part in enumerate(parts):
                if part in names:
                    folder = "/".join(parts[: depth + 1])
                    if not best or folder.count("/") < best.count("/"):
                        best = folder
        return best

    def of_file(self, file: str, limit: int = -1) -> list[tuple[Passage, str]]:
        """The passages of one file with their addresses, in order; the first `limit` where one is
        given. Raises `sqlite3.Error`."""
        with self._connect() as connection:
            rows = connection.execute(
                "SELECT address, content, file, start_line, end_line, title, kind, text, language "
                "FROM passages WHERE file = ? ORDER BY start_line, id LIMIT ?",
                (file, limit),
            ).fetchall()
        return [(replace(Passage(*row[2:]), content=row[1]), row[0]) for row in rows]

    @contextmanager
    def _connect(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection for one use; those that only read are kept for the next."""
        if write:
            connection = sqlite3.connect(self.path, isolation_level=None)
            try:
                connection.execute(f"PRAGMA busy_timeout = {PATIENCE_S * 1000}")
                _write_ahead(connection)
                connection.execute("PRAGMA synchronous = NORMAL")
                yield connection
            finally:
                connection.close()
            return
        connection = self._reader()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            if len(self._idle) < MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _reader(self) -> sqlite3.Connection:
        try:
            now = self.path.stat()
        except OSError as error:
            raise sqlite3.OperationalError(f"there is no index: {error}") from error
        place = (now.st_dev, now.st_ino)
        with self._lock:
            if place != self._place:  # the file was deleted and built again
                while self._idle:
                    self._idle.pop().close()
                self._place = place
            if self._idle:
                return self._idle.pop()
        connection = sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA busy_timeout = 2000")
        # Not mapped: a file that is cut short under a mapping ends the process (SIGBUS).
        connection.execute("PRAGMA mmap_size = 0")
        return connection

    def delete(self) -> None:
        """Remove the index from the disk."""
        self._size = 0
        self.close()
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close what is kept open for reading."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()


class _Follower:
    """Counts what is read, and tells it now and then."""

    def __init__(self, total: int, passages: int, progress: Callable[[Progress], None]) -> None:
        self.passages = passages
        self._total, self._done, self._progress = total, 0, progress

    def one_more(self) -> None:
        """One more file is read."""
        self._done = min(self._done + 1, self._total)
        if self._done % 50 == 0 or self._done == self._total:
            self._progress(Progress(self._done, self._total, self.passages))


class _Writer:
    """Writes passages of rendered pages."""

    def __init__(self, index: Index, connection: sqlite3.Connection) -> None:
        self._index = index
        self._connection = connection

    def insert(self, file: str, chunk: Chunk) -> None:
        row = reading.row_of(file, reading.within_bounds(chunk))
        self._index._insert(self._connection, file, row)

    def reword(self, passage: int, content: str) -> None:
        words = " ".join(terms.terms(content))
        self._connection.execute("UPDATE words SET body = ? WHERE rowid = ?", (words, passage))
        stems = " ".join(sections.stems(content))
        self._connection.execute("UPDATE prose SET body = ? WHERE rowid = ?", (stems, passage))

    def remove(self, passage: int) -> None:
        self._connection.execute("DELETE FROM words WHERE rowid = ?", (passage,))
        self._connection.execute("DELETE FROM prose WHERE rowid = ?", (passage,))
        self._connection.execute("DELETE FROM includes WHERE passage = ?", (passage,))
        self._connection.execute("DELETE FROM passages WHERE id = ?", (passage,))


def _mtime_ns(path: Path) -> int:
    """When a file was changed, 0 where it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to WAL. While another connection does, SQLite fails at once, whatever patience it was
    told to have."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _told(
    root: Path, changed: Collection[str], known: Collection[str]
) -> tuple[list[PurePosixPath], set[str]] | None:
    """The indexed files that were edited, and those that are gone.

    None where a change may bear on other files: that of a folder, of a .gitignore, of a file that
    may be new. What editors leave beside a file while they save it bears on nothing.
    """
    from hyperrun.search.parsing import files

    edited, gone = [], set()
    for name in changed:
        place = root / name
        if "\ufffd" in name:  # bytes that are no UTF-8 stand there
            return None
        if name in known:
            if not os.path.lexists(place):
                gone.add(name)
            elif place.is_file() and place.resolve() == place:
                edited.append(PurePosixPath(name))
            else:
                return None
        elif (
            place.name == ".gitignore"
            or place.is_dir()
            or (os.path.lexists(place) and files.is_known(PurePosixPath(name)))
            or any(file.startswith(f"{name}/") for file in known)
        ):
            return None
    return edited, gone


def distinct(found: Sequence[tuple[Passage, str]]) -> list[tuple[Passage, str]]:
    """`found` without texts that stand above in other words, versions or languages of a file."""
    kept: list[tuple[Passage, str]] = []
    seen: list[frozenset[str]] = []
    for each in found:
        words = frozenset(re.findall(r"\w+", each[0].shown[:SAME_CHARS].lower()))
        if any(len(words & other) > SAME_TEXT * len(words | other) for other in seen):
            continue
        seen.append(words)
        kept.append(each)
    return kept


def _telling(asked: Sequence[Asked]) -> Sequence[Asked]:
    """The terms to search by: without common ones, which cost the most, where others find enough.

    Scoring a row takes microseconds, and a common term is in tens of thousands of them.
    """
    telling = [each for each in asked if not each.common]
    found = sum(len(each.passages) for each in telling)
    return telling if found >= FETCH // 2 or len(telling) == len(asked) else asked

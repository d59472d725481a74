"""The index's file: SQLite FTS5 on disk, written by one process, read by any number.

A new schema version is a new file; the old one is deleted.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hyperrun.search import ranking, sections, titles
from hyperrun.search.remembered import ReadConnection
from hyperrun.search.vectors import table as vectors

VERSION = 28
PATIENCE_S = 10  # with another writer
MAX_IDLE = 4  # connections kept open for reading

SCHEMA = f"""
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
{sections.SCHEMA}{titles.SCHEMA}{vectors.SCHEMA}"""


def location(data_dir: Path, root: str) -> Path:
    """Where the index of the repository at `root` is."""
    key = hashlib.sha256(root.encode()).hexdigest()[:12]
    return data_dir / "index" / f"{key}.v{VERSION}.sqlite3"


class IndexFile:
    """One repository's index on the disk. Any thread may open it; `close` ends that."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[ReadConnection] = []
        self._place = (0, 0)
        self._size = 0  # as it was last seen whole; a database does not shrink
        self._lock = threading.Lock()

    def is_complete(self) -> bool:
        """Has a build once come to its end?"""
        try:
            with self.connect() as connection:
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

    def forget_older(self) -> None:
        """Delete what another version of this program left."""
        key, _, own = self.path.name.partition(".")
        for path in self.path.parent.glob(f"{key}.v*.sqlite3*"):
            if not path.name.startswith(f"{key}.{own}"):
                path.unlink(missing_ok=True)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection that writes, for one use."""
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            connection.execute(f"PRAGMA busy_timeout = {PATIENCE_S * 1000}")
            _write_ahead(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def connect(self) -> Iterator[ReadConnection]:
        """A connection that reads, for one use; it is kept for the next."""
        connection = self._reader()
        try:
            connection.look()
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            if len(self._idle) < MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _reader(self) -> ReadConnection:
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
            factory=ReadConnection,
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

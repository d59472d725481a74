"""Writing the index: what has changed in a repository is read again and put in its place.

A file's passages are replaced in one transaction with the file's own row, so a build that is killed
goes on where it was.
"""

import logging
import os
import sqlite3
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from hyperrun.files import private_folder
from hyperrun.search import reading, terms, titles
from hyperrun.search.ignore import shown
from hyperrun.search.index_file import SCHEMA, IndexFile
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.site.rules import Rules, key_of

if TYPE_CHECKING:
    from hyperrun.search.site.folder import SitePages

log = logging.getLogger(__name__)

MAX_NAMED = 20  # of what is left out anew, in the log


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is."""

    done: int
    total: int
    passages: int


def nobody(_: object) -> None:
    """Follows nothing."""


def refresh(
    file: IndexFile,
    root: Path,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    progress: Callable[[Progress], None] = nobody,
    changed: Collection[str] = (),
    site_url: str = "",
    site: "SitePages | None" = None,
    prefix: str = "",
    told_rules: Callable[[Rules], None] = nobody,
) -> Progress:
    """Update an index; only files that changed are read, and pages whose addresses may be others
    now.

    `changed` names all that may have changed, below `root`: where that says which files are edited
    or gone, no other is looked at. Where it is empty, every file is. `site` has the rendered pages,
    which are matched with the files that they come from. Only what begins with `prefix` in the
    index is of this repository. `told_rules` is given the rules of its site before any file is
    read. A file that cannot be read is a line in the log. An index that is broken is built anew.
    Raises `sqlite3.Error`.
    """
    if not root.is_dir():  # what was read of it stays
        raise FileNotFoundError(f"there is no folder {root}")
    private_folder(file.path.parent.parent)
    private_folder(file.path.parent)
    file.forget_older()
    left_out: dict[str, str] = {}
    rules = reading.read_rules(root, site_url, left_out)
    told_rules(rules)

    def write(told: Collection[str]) -> Progress:
        with file.writing() as connection:
            writer = IndexWriter(connection, root, prefix, rules, dict(left_out))
            return writer.refresh(include, exclude, progress, told, site)

    try:
        return write(changed)
    except sqlite3.OperationalError:  # locked, or no room: the file itself is whole
        raise
    except sqlite3.DatabaseError as error:
        log.warning("the index is broken (%s) and is built anew", error)
        file.delete()
        return write(())


class IndexWriter:
    """One update of an index from the repository at `root`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        root: Path,
        prefix: str,
        rules: Rules,
        left_out: dict[str, str],
    ) -> None:
        self._connection = connection
        self._root = root
        self._prefix = prefix
        self._rules = rules
        self._left_out = left_out  # what cannot be read, with the reason
        self._reasons: dict[str, str] = {}  # and what could not be at the last update

    def refresh(
        self,
        include: Sequence[str],
        exclude: Sequence[str],
        progress: Callable[[Progress], None],
        changed: Collection[str],
        site: "SitePages | None",
    ) -> Progress:
        """Read what has changed, and match it with the site's pages."""
        from hyperrun.search.parsing import files
        from hyperrun.search.site import pages

        self._connection.executescript(SCHEMA)
        known = self._known()
        self._reasons = {
            path.removeprefix(self._prefix): reason
            for path, reason in self._connection.execute("SELECT path, reason FROM unreadable")
            if path.startswith(self._prefix)
        }
        paths, gone, is_told = self._what_to_read(include, exclude, changed, known)
        (passages,) = self._connection.execute("SELECT count(*) FROM passages").fetchone()
        for name in gone:
            passages -= self._remove(self._prefix + name)
        follower = _Follower(len(paths), passages, progress)
        self._read_in(paths, known, follower)
        self._read_in([PurePosixPath(name) for name in self._including_changed()], {}, follower)
        self._keep_reasons()
        pages.settle(
            self._connection, self, self._rules, site, self._prefix,
            look=not is_told or any(name.endswith((".html", ".htm")) for name in changed),
            hides=lambda file: files.hides(
                self._root, file.removeprefix(self._prefix), self._rules
            ),
        )  # fmt: skip
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('complete', '1')")
        if len(gone) + len(paths) - len(known) > 500:
            self._connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        return Progress(len(paths), len(paths), follower.passages)

    def _known(self) -> dict[str, tuple[int, int, str, str]]:
        """The files that were read, with what tells whether they are as they were."""
        rows = self._connection.execute("SELECT path, mtime_ns, size, digest, rules FROM files")
        return {
            row[0].removeprefix(self._prefix): row[1:]
            for row in rows
            if row[0].startswith(self._prefix)
        }

    def _what_to_read(
        self,
        include: Sequence[str],
        exclude: Sequence[str],
        changed: Collection[str],
        known: Mapping[str, tuple[int, int, str, str]],
    ) -> tuple[list[PurePosixPath], set[str], bool]:
        """The files to be looked at, those that are gone, and whether that was told by `changed`:
        else every file is looked at."""
        from hyperrun.search import ignore
        from hyperrun.search.parsing import files

        whole = self._connection.execute("SELECT 1 FROM meta WHERE name = 'complete'").fetchone()
        are_other = any(by not in ("", self._rules.fingerprint) for *_, by in known.values())
        told = _told(self._root, changed, known) if changed and whole and not are_other else None
        if told is not None:
            paths, gone = told
            seen = gone.union(map(str, paths))
            self._left_out |= {
                path: reason for path, reason in self._reasons.items() if path not in seen
            }
            return paths, gone, True
        found = ignore.files(self._root, include, exclude, self._left_out.setdefault)
        paths = [path for path in found if files.is_known(path)]
        return paths, set(known) - {str(path) for path in paths}, False

    def _read_in(
        self,
        paths: Sequence[PurePosixPath],
        known: Mapping[str, tuple[int, int, str, str]],
        follower: "_Follower",
    ) -> None:
        """Write what is read of each file; what cannot be is left out, with the reason."""
        found: Generator[tuple[str, reading.Reading | str | None], None, None]
        found = reading.readings(self._root, self._prefix, self._rules, paths, known)
        with closing(found):
            for path, read in found:
                if isinstance(read, str):
                    self._left_out[path] = read
                elif read is not None:
                    if read.reason:
                        self._left_out[path] = read.reason
                    try:
                        follower.passages += self._file(self._prefix + path, read)
                    except (sqlite3.DataError, sqlite3.InterfaceError, ValueError) as error:
                        self._left_out[path] = f"cannot be stored: {error}"[:200]
                elif path in self._reasons:
                    self._left_out[path] = self._reasons[path]
                follower.one_more()

    def _keep_reasons(self) -> None:
        """Keep what is left out and why, and name what was not yet."""
        now, before = self._left_out, self._reasons
        new = {path: reason for path, reason in now.items() if before.get(path) != reason}
        for path, reason in list(new.items())[:MAX_NAMED]:
            log.warning("%s %s", shown(self._prefix + path), reason)
        if len(new) > MAX_NAMED:
            log.warning("and %d more are left out", len(new) - MAX_NAMED)
        if new or len(now) != len(before):
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "DELETE FROM unreadable WHERE path = ?", [(self._prefix + path,) for path in before]
            )
            self._connection.executemany(
                "INSERT OR REPLACE INTO unreadable VALUES (?, ?)",
                [(self._prefix + path, reason) for path, reason in now.items()],
            )
            self._connection.execute("COMMIT")

    def _file(self, path: str, read: reading.Reading) -> int:
        """Put in what a file holds; how many passages that adds."""
        row = (read.mtime_ns, read.size, read.digest, read.rules)
        if read.rows is None:
            self._connection.execute(
                "UPDATE files SET mtime_ns = ?, size = ?, digest = ?, rules = ? WHERE path = ?",
                (*row, path),
            )
            return 0
        address = next((chunk.address for chunk, *_ in read.rows if chunk.address), None)
        page = None if address is None else key_of(address)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            # Another builder may have read it since `known` was: a file is never there twice.
            removed = self._remove(path)
            self._connection.execute(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)", (path, *row, page)
            )
            named: titles.Named = set()
            for row_read in read.rows:
                self._insert(path, row_read, named)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return len(read.rows) - removed

    def _including_changed(self) -> Iterator[str]:
        """The files that include another which is not what it was when they were read."""
        for name, file in self._connection.execute(
            "SELECT DISTINCT i.file || ' ' || i.mtime_ns, p.file FROM includes i "
            "JOIN passages p ON p.id = i.passage"
        ).fetchall():
            included, _, mtime_ns = name.rpartition(" ")
            is_own = file.startswith(self._prefix)
            if is_own and _mtime_ns(self._root / included) != int(mtime_ns):
                yield file.removeprefix(self._prefix)

    def _insert(self, file: str, row: reading.Row, named: titles.Named) -> None:
        chunk, columns, prose = row
        added = self._connection.execute(
            "INSERT INTO passages "
            "(file, start_line, end_line, title, kind, language, address, text, content) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (file, chunk.start_line, chunk.end_line, chunk.title, chunk.kind, chunk.language,
             chunk.address, chunk.text, chunk.content),
        )  # fmt: skip
        self._connection.execute(
            "INSERT INTO words (rowid, name, path, signature, doc, body) VALUES (?, ?, ?, ?, ?, ?)",
            (added.lastrowid, *columns),
        )
        titles.insert(self._connection, added.lastrowid or 0, file, chunk, named)
        self._connection.executemany(
            "INSERT INTO includes VALUES (?, ?, ?, ?, ?)",
            [(added.lastrowid, each.file, each.start_line, each.end_line,
              _mtime_ns(self._root / each.file)) for each in chunk.includes],
        )  # fmt: skip
        if prose:
            self._connection.execute(
                "INSERT INTO prose (rowid, heading, parents, file, body) VALUES (?, ?, ?, ?, ?)",
                (added.lastrowid, *prose),
            )

    def _remove(self, file: str) -> int:
        """Take a file out; how many passages it had."""
        ids = self._connection.execute("SELECT id FROM passages WHERE file = ?", (file,)).fetchall()
        for (passage,) in ids:
            self.remove(passage)
        self._connection.execute("DELETE FROM files WHERE path = ?", (file,))
        return len(ids)

    # What matching rendered pages with the files asks for

    def insert(self, file: str, chunk: Chunk) -> None:
        """Put in a passage of a rendered page."""
        self._insert(file, reading.row_of(file, reading.within_bounds(chunk)), set())

    def name(self, passage: int, page: str, chunk: Chunk, number: int) -> None:
        """Have a heading found that stands on a page alone."""
        titles.insert_of_page(self._connection, passage, page, chunk, number)

    def unname(self, page: str) -> None:
        """Have the headings not found that stand on this page alone."""
        titles.remove_of_page(self._connection, page)

    def reword(self, passage: int, content: str) -> None:
        """Have a passage found by what its page says."""
        words = " ".join(terms.terms(content))
        self._connection.execute("UPDATE words SET body = ? WHERE rowid = ?", (words, passage))
        stems = " ".join(terms.stems(content))
        self._connection.execute("UPDATE prose SET body = ? WHERE rowid = ?", (stems, passage))

    def remove(self, passage: int) -> None:
        """Take a passage out."""
        self._connection.execute("DELETE FROM words WHERE rowid = ?", (passage,))
        self._connection.execute("DELETE FROM prose WHERE rowid = ?", (passage,))
        titles.remove(self._connection, passage)
        self._connection.execute("DELETE FROM includes WHERE passage = ?", (passage,))
        self._connection.execute("DELETE FROM passages WHERE id = ?", (passage,))


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


def _mtime_ns(path: Path) -> int:
    """When a file was changed, 0 where it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


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

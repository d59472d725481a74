"""The file beside the index that keeps the pages of a published site."""

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from hyperrun.files import private_folder
from hyperrun.search.site import manifest, moving_names
from hyperrun.search.site.folder import MAX_PAGE_BYTES, PageFile, is_version, other_versions
from hyperrun.search.site.manifest import Manifest
from hyperrun.search.site.moving_names import MovingNames

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (
    path TEXT PRIMARY KEY, etag TEXT NOT NULL, modified TEXT NOT NULL, digest TEXT NOT NULL,
    body BLOB NOT NULL, links TEXT NOT NULL, seen INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS queue (
    path TEXT PRIMARY KEY, place INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS queue_of_due ON queue (done, place);
"""


def location(data_dir: Path, site_url: str) -> Path:
    """Where the pages of the site are kept."""
    return data_dir / "sites" / f"{hashlib.sha256(site_url.encode()).hexdigest()[:12]}.sqlite3"


class Crawled:
    """The pages that a crawl has brought, for whoever reads them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pages(self) -> Iterator[PageFile]:
        """Every page, but of several versions of the site those of one."""
        with closing(open_crawled(self._path, write=False)) as connection:
            rows = connection.execute("SELECT path, digest FROM pages ORDER BY path").fetchall()
        without = _other_versions([path for path, _ in rows])
        for path, digest in rows:
            if path.partition("/")[0] not in without:
                yield PageFile(path, digest)

    def read(self, path: str) -> bytes:
        """The HTML of one page. Raises OSError."""
        with closing(open_crawled(self._path, write=False)) as connection:
            row = connection.execute("SELECT body FROM pages WHERE path = ?", (path,)).fetchone()
        if row is None:
            raise FileNotFoundError(path)
        return zlib.decompressobj().decompress(row[0], MAX_PAGE_BYTES + 1)

    def address(self, path: str) -> str:
        """A page's path is its address."""
        return path

    def manifest(self) -> Manifest:
        """What the plugin's file at the site's root said when the site was fetched."""
        with closing(open_crawled(self._path, write=False)) as connection:
            told = meta(connection, "manifest")
        return manifest.read(told.encode()) if told else {}

    def moving_names(self) -> MovingNames:
        """What mike's file at the site's root said when the site was fetched."""
        with closing(open_crawled(self._path, write=False)) as connection:
            told = meta(connection, "versions")
        return moving_names.read(told.encode()) if told else {}


def _other_versions(paths: list[str]) -> frozenset[str]:
    inside: dict[str, set[str]] = {}
    for path in paths:
        first, slash, rest = path.partition("/")
        if slash and is_version(first):
            inside.setdefault(first, set()).add(rest)
    return other_versions({name: frozenset(own) for name, own in inside.items()})


def open_crawled(path: Path, *, write: bool) -> sqlite3.Connection:
    """The file, made where it is to be written. Raises OSError where it is not there or cannot be
    read."""
    try:
        if write:
            private_folder(path.parent.parent)
            private_folder(path.parent)
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA busy_timeout = 10000")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SCHEMA)
        else:
            connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            connection.execute("PRAGMA busy_timeout = 2000")
    except sqlite3.Error as error:
        raise OSError(f"the kept site cannot be opened: {error}") from error
    return connection


def meta(connection: sqlite3.Connection, name: str) -> str:
    """What the crawl has noted under this name; "" where nothing."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else ""

"""The rendered pages in the index: read where they have changed, matched with their sources.

A page's row, what it says and what it gave to passages are written in one transaction, so a build
that is killed goes on where it was. What a page gives to a passage of its source, an address and
perhaps words, is kept apart from what the source says by itself, and taken back when either has
changed.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import urlsplit

from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.site.folder import PageFile, SitePages
from hyperrun.search.site.manifest import Manifest, Origin
from hyperrun.search.site.match import Matched, match, only_rendered, with_anchor
from hyperrun.search.site.page_reading import PageReading, readings, unpacked
from hyperrun.search.site.rules import Rules, key_of
from hyperrun.search.site.written_sections import SectionOfPage
from hyperrun.search.terms import last_name
from hyperrun.search.titles import MAX_ON_PAGE

VERSION = 4  # of how pages are read and matched: with another, every page is read again
BATCH = 50
MAX_PASSAGES = 2_000  # of one page

SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (
    path TEXT PRIMARY KEY, stamp TEXT NOT NULL, mtime_ns INTEGER NOT NULL, digest TEXT NOT NULL,
    address TEXT NOT NULL, key TEXT NOT NULL, title TEXT NOT NULL, content BLOB NOT NULL,
    source TEXT NOT NULL DEFAULT '',  -- the file that it comes from, and its state when matched
    source_digest TEXT,  -- NULL where it is still to be matched
    sections INTEGER NOT NULL, matched INTEGER NOT NULL DEFAULT 0,
    only_rendered INTEGER NOT NULL DEFAULT 0, only_source INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pages_of_key ON pages (key);
CREATE INDEX IF NOT EXISTS pages_of_source ON pages (source);
CREATE TABLE IF NOT EXISTS given (  -- by a page to a passage: what the passage says by itself
    passage INTEGER PRIMARY KEY, page TEXT NOT NULL, address TEXT NOT NULL, content TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS given_of_page ON given (page);
CREATE TRIGGER IF NOT EXISTS passage_is_gone AFTER DELETE ON passages
    BEGIN DELETE FROM given WHERE passage = old.id; END;
"""

_PROSE = (".md", ".mdx", ".qmd", ".rst", ".ipynb", ".rmd", ".markdown", ".myst")
_NUMBERED = re.compile(r"^\d+[a-z]?[-_. ]+(?=.)")


class Writer(Protocol):
    """How the index writes passages; within a transaction of its caller's."""

    def insert(self, file: str, chunk: Chunk) -> None:
        """One more passage of a file."""
        ...

    def name(self, passage: int, page: str, chunk: Chunk, number: int) -> None:
        """A heading that stands on a page alone, which the passage is about."""
        ...

    def unname(self, page: str) -> None:
        """Forget the headings that stand on a page alone."""
        ...

    def reword(self, passage: int, content: str) -> None:
        """What a passage is found by."""
        ...

    def remove(self, passage: int) -> None:
        """One passage with its words."""
        ...


def settle(
    connection: sqlite3.Connection,
    writer: Writer,
    rules: Rules,
    site: SitePages | None,
    prefix: str = "",
    *,
    look: bool = True,
    hides: Callable[[str], bool] = lambda file: False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Bring the rendered pages of the index up to `site` and to the files as they stand in it.

    Paths of pages begin with `prefix`, as those of files do. Without `look`, no page is looked for
    anew: only those whose sources have changed are matched again. A source that `hides` itself
    hides its page. Without a site, what pages gave is taken back. Raises `sqlite3.Error`.
    """
    connection.executescript(SCHEMA)
    if site is None:
        for path in _known(connection, prefix):
            _drop(connection, writer, path)
        for (mark,) in connection.execute("SELECT DISTINCT page FROM given").fetchall():
            if mark.startswith(prefix):
                with _transaction(connection):
                    _take_back(connection, writer, mark)
        return
    if look:
        _read_changed(connection, writer, rules, site, prefix, progress)
    _match_due(connection, writer, site.manifest(), prefix, hides)
    _hold_back(connection, writer, prefix)


def _known(connection: sqlite3.Connection, prefix: str) -> dict[str, tuple[str, str]]:
    """The stamp and digest of every page that is kept."""
    rows = connection.execute("SELECT path, stamp, digest FROM pages").fetchall()
    return {path: (stamp, digest) for path, stamp, digest in rows if path.startswith(prefix)}


def _read_changed(
    connection: sqlite3.Connection,
    writer: Writer,
    rules: Rules,
    site: SitePages,
    prefix: str,
    progress: Callable[[int, int], None],
) -> None:
    """Read every page that has changed, and forget those that are gone."""
    known = _known(connection, prefix)
    found = list(site.pages())
    for path in set(known) - {prefix + page.path for page in found}:
        _drop(connection, writer, path)
    nothing = ("", "")
    wanted = [
        (page, known.get(prefix + page.path, nothing)[1])
        for page in found
        if known.get(prefix + page.path, nothing)[0] != _stamp(page)
    ]
    done = len(found) - len(wanted)
    with closing(readings(site, rules.site_url, wanted)) as read:
        while batch := list(islice(read, BATCH)):
            with _transaction(connection):
                for each in batch:
                    _keep(connection, rules, site, prefix, each)
            done += len(batch)
            progress(done, len(found))


def _stamp(page: PageFile) -> str:
    return f"{VERSION} {page.stamp}"


def _keep(
    connection: sqlite3.Connection, rules: Rules, site: SitePages, prefix: str, page: PageReading
) -> None:
    """Keep what one page says; it is to be matched where that is another than before."""
    path, stamp = prefix + page.file.path, (_stamp(page.file), page.file.mtime_ns)
    content = page.content
    if content is None:
        connection.execute(
            "UPDATE pages SET stamp = ?, mtime_ns = ? WHERE path = ?", (*stamp, path)
        )
        return
    address = _address(content.canonical, site.address(page.file.path), rules)
    connection.execute(
        "INSERT INTO pages (path, stamp, mtime_ns, digest, address, key, title, content, sections) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET "
        "stamp = excluded.stamp, mtime_ns = excluded.mtime_ns, digest = excluded.digest, "
        "address = excluded.address, key = excluded.key, title = excluded.title, "
        "content = excluded.content, sections = excluded.sections, source_digest = NULL",
        (path, *stamp, page.digest, address, key_of(address), content.title, content.packed,
         content.sections),
    )  # fmt: skip


def _address(canonical: str, address: str, rules: Rules) -> str:
    """A page's address below the site: as it says itself where that is the same page."""
    base = rules.site_url.rstrip("/") + "/"
    if canonical and rules.site_url and canonical.startswith(base):
        own = urlsplit(canonical[len(base) :]).path or "./"
        if key_of(own) == key_of(address):
            return own
    return address


def _match_due(
    connection: sqlite3.Connection,
    writer: Writer,
    manifest: Manifest,
    prefix: str,
    hides: Callable[[str], bool],
) -> None:
    """Match every page that is new or changed, or whose source is."""
    digests = {
        path: digest
        for path, digest in connection.execute("SELECT path, digest FROM files")
        if path.startswith(prefix)
    }
    rows = [
        row
        for row in connection.execute(
            "SELECT path, key, source, source_digest, mtime_ns FROM pages"
        )
        if row[0].startswith(prefix)
    ]
    if not rows:
        return
    told = {path: manifest[key] for path, key, *_ in rows if key in manifest}
    sources = _sources(connection, [(path, key) for path, key, *_ in rows], digests, told, prefix)
    due = [
        (path, sources.get(path, ""), mtime_ns)
        for path, _, source, then, mtime_ns in rows
        if then is None or source != sources.get(path, "") or then != digests.get(source, "")
    ]
    for path, source, mtime_ns in due:
        with _transaction(connection):
            _match(connection, writer, path, source, digests.get(source, ""), mtime_ns, hides)


def _sources(
    connection: sqlite3.Connection,
    pages: Sequence[tuple[str, str]],
    files: dict[str, str],
    told: Mapping[str, Origin],
    prefix: str,
) -> dict[str, str]:
    """The file that each page comes from, as its generator has `told`, else as the rules or their
    names tell; no file twice. A page that is told to have no source has none."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for path, origin in told.items():
        source = prefix + origin.source if origin.source else ""
        if not source or (source in files and source not in taken):
            found[path] = source
            taken.add(source)
    by_rules: dict[str, str] = {}
    for file, key in connection.execute("SELECT path, page FROM files WHERE page IS NOT NULL"):
        if file in files and file not in taken:
            by_rules.setdefault(key, file)
    found = {path: by_rules[key] for path, key in pages if key in by_rules} | found
    taken |= set(found.values())
    by_name: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for file in files:
        if file not in taken and file.lower().endswith(_PROSE):
            parts = _parts(file)
            by_name.setdefault(parts[-1] if parts else "", []).append((file, parts))
    for path, key in pages:
        if path in found:
            continue
        wanted = _parts(key)
        best = max(
            (
                (_common(wanted, parts), -len(parts), file)
                for file, parts in by_name.get(wanted[-1] if wanted else "", ())
                if file not in taken
            ),
            default=None,
        )
        if best is not None and best[0] >= min(len(wanted), 2):
            found[path] = best[2]
            taken.add(best[2])
    return found


def _parts(name: str) -> tuple[str, ...]:
    """What a file's and its page's path have in common."""
    path = PurePosixPath(name)
    stem = str(path.with_suffix("")) if path.suffix.lower() in (*_PROSE, ".html") else name
    parts = [_NUMBERED.sub("", part).casefold() for part in stem.strip("/").split("/") if part]
    if parts and parts[-1] in ("index", "readme", "."):
        parts.pop()
    return tuple(parts)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts are the same at the end."""
    count = 0
    while count < min(len(one), len(other)) and one[-1 - count] == other[-1 - count]:
        count += 1
    return count


def _match(
    connection: sqlite3.Connection,
    writer: Writer,
    path: str,
    source: str,
    source_digest: str,
    mtime_ns: int,
    hides: Callable[[str], bool],
) -> None:
    """Match one page with its source, within a transaction."""
    _take_back(connection, writer, path)
    if source:
        _take_back(connection, writer, _no_page(source))
    row = connection.execute("SELECT address, content FROM pages WHERE path = ?", (path,))
    address, packed = row.fetchone()
    sections, ids = unpacked(packed)
    found: Matched | None = None
    ids_of: list[int] = []
    if source:
        passages = list(_passages(connection, source))
        (changed_ns,) = connection.execute(
            "SELECT mtime_ns FROM files WHERE path = ?", (source,)
        ).fetchone() or (0,)
        is_stale = bool(mtime_ns) and changed_ns > mtime_ns
        chunks = [chunk for _, chunk in passages]
        ids_of = [number for number, _ in passages]
        if chunks:
            found = match(chunks, sections, address, ids, is_stale=is_stale)
        elif hides(source):
            sections = []
    rendered = (
        found.only_rendered
        if found is not None
        else [part for section in sections for part in only_rendered(section, address)]
    )
    if found is not None:
        for number, before, now in zip(ids_of, chunks, found.chunks, strict=True):
            _give(connection, writer, number, path, before, now)
    for chunk in rendered[:MAX_PASSAGES]:
        writer.insert(path, chunk)
    if found is not None and not is_stale:
        said = {chunk.title for chunk in rendered}
        _name(writer, path, [each for each in sections if each.title not in said], address,
              list(zip(ids_of, found.chunks, strict=True)))  # fmt: skip
    placed = sum(bool(chunk.address) for chunk in found.chunks) if found else 0
    connection.execute(
        "UPDATE pages SET source = ?, source_digest = ?, matched = ?, only_rendered = ?, "
        "only_source = ? WHERE path = ?",
        (
            source, source_digest, found.sections if found else 0, len(rendered),
            len(found.chunks) - placed if found else 0, path,
        ),
    )  # fmt: skip


def _name(
    writer: Writer,
    page: str,
    sections: Sequence[SectionOfPage],
    address: str,
    passages: Sequence[tuple[int, Chunk]],
) -> None:
    """Have the page's headings found that no line of its source is: those of generated parts, each
    with the passage that stands there or before it."""
    placed = {chunk.address: number for number, chunk in reversed(passages)}
    named = {last_name(chunk.title).casefold() for _, chunk in passages}
    passage = passages[0][0]
    for number, section in enumerate(sections[:MAX_ON_PAGE]):
        place = with_anchor(address, section.anchor)
        passage = placed.get(place, passage)
        if last_name(section.title).casefold() not in named:
            heading = Chunk(0, 0, section.title, "page", "", address=place)
            writer.name(passage, page, heading, number)


def _passages(connection: sqlite3.Connection, file: str) -> Iterator[tuple[int, Chunk]]:
    """A file's passages in order, as its source says them."""
    rows = connection.execute(
        "SELECT p.id, p.start_line, p.end_line, p.title, p.kind, p.text, p.language, "
        "coalesce(g.address, p.address), coalesce(g.content, p.content) FROM passages p "
        "LEFT JOIN given g ON g.passage = p.id WHERE p.file = ? ORDER BY p.start_line, p.id",
        (file,),
    )
    for number, start, end, title, kind, text, language, address, content in rows.fetchall():
        yield (
            number,
            Chunk(start, end, title, kind, text, language, address=address, content=content),
        )


def _give(
    connection: sqlite3.Connection,
    writer: Writer,
    number: int,
    page: str,
    before: Chunk,
    now: Chunk,
) -> None:
    if (before.address, before.content) == (now.address, now.content):
        return
    connection.execute(
        "INSERT OR REPLACE INTO given VALUES (?, ?, ?, ?)",
        (number, page, before.address, before.content),
    )
    connection.execute(
        "UPDATE passages SET address = ?, content = ? WHERE id = ?",
        (now.address, now.content, number),
    )
    if before.content != now.content:
        writer.reword(number, now.content or now.text)


def _take_back(connection: sqlite3.Connection, writer: Writer, page: str) -> None:
    """Leave the index as it is without this page."""
    rows = connection.execute(
        "SELECT g.passage, g.address, g.content, p.content, p.text FROM given g "
        "JOIN passages p ON p.id = g.passage WHERE g.page = ?",
        (page,),
    ).fetchall()
    for number, address, content, now, text in rows:
        connection.execute(
            "UPDATE passages SET address = ?, content = ? WHERE id = ?", (address, content, number)
        )
        if content != now:
            writer.reword(number, content or text)
    connection.execute("DELETE FROM given WHERE page = ?", (page,))
    writer.unname(page)
    own = connection.execute(
        "SELECT id FROM passages WHERE file = ? AND kind = 'page'", (page,)
    ).fetchall()
    for (number,) in own:
        writer.remove(number)


def _drop(connection: sqlite3.Connection, writer: Writer, page: str) -> None:
    """Forget a page that is gone."""
    with _transaction(connection):
        _take_back(connection, writer, page)
        connection.execute("DELETE FROM pages WHERE path = ?", (page,))


def _hold_back(connection: sqlite3.Connection, writer: Writer, prefix: str) -> None:
    """Take their addresses from passages whose page is not there: a draft, or a file that is left
    out of the build. Where most files have no page there, the folder is no build of them."""
    (files,) = connection.execute(
        "SELECT count(*) FROM files WHERE page IS NOT NULL AND substr(path, 1, ?) = ?",
        (len(prefix), prefix),
    ).fetchone()
    (built,) = connection.execute(
        "SELECT count(*) FROM pages WHERE matched > 0 AND substr(path, 1, ?) = ?",
        (len(prefix), prefix),
    ).fetchone()
    if not built or 2 * built < files:
        return
    rows = connection.execute(
        "SELECT id, file, address, content FROM passages p WHERE address != '' AND kind != 'page' "
        "AND address NOT LIKE '%://%' AND substr(file, 1, ?) = ? "
        "AND NOT EXISTS (SELECT 1 FROM pages WHERE source = p.file)",
        (len(prefix), prefix),
    ).fetchall()
    if not rows:
        return
    with _transaction(connection):
        for number, file, address, content in rows:
            connection.execute(
                "INSERT OR REPLACE INTO given VALUES (?, ?, ?, ?)",
                (number, _no_page(file), address, content),
            )
            connection.execute("UPDATE passages SET address = '' WHERE id = ?", (number,))


def _no_page(file: str) -> str:
    """Stands for the page that a file should have and has not."""
    return f"{file}\0"


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def ids(index: Path, prefix: str) -> dict[str, frozenset[str]]:
    """Every rendered page that was read, by the key of its address, with the ids that an address
    of it may lead to. Raises `sqlite3.Error`."""
    with closing(sqlite3.connect(f"{index.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT path, key, content FROM pages").fetchall()
    return {key: unpacked(packed)[1] for path, key, packed in rows if path.startswith(prefix)}

"""ColGrep's corpus: every passage of the embedded index as one small file of its own.

ColGrep 1.8.5 takes a whole Markdown file as one chunk, cuts it off at 8,192 characters, gives one
result per file and reads no `.qmd`. Over one file per passage its results are passages. Code is
staged as Markdown too: as source files, with its own parser's names around it, it was found less
well (NDCG@10 0.80 against 0.83 on the open questions). A side map leads from a staged file back to
the passage and to where it stood.

`python -m hyperrun.search.colgrep.staging INDEX FOLDER` brings FOLDER up to the index: `corpus/`
and `passages.sqlite3`. It runs as a process of its own, because thousands of small files would stop
an event loop. One at a time, and never while ColGrep scans: a file that vanishes under its scan is
left out for ever.
"""

import argparse
import hashlib
import os
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from hyperrun.passage import PROSE, Passage
from hyperrun.search.terms import heading_of

# Names that ColGrep never enters, at any depth, and folders whose passages it puts last.
_AVOIDED = {
    "node_modules", "vendor", "third_party", "third-party", "external", "target", "build", "dist",
    "out", "bin", "obj", "__pycache__", "venv", "env", "go.sum", "coverage", "htmlcov", "tmp",
    "temp", "logs",
}  # fmt: skip
_PUT_LAST = re.compile(r"(?i)^(tests?|__tests__|spec|testing|compat|_compat|legacy|"
                       r"_?examples?|docs?_src)$")  # fmt: skip
_SCHEMA = """
DROP TABLE IF EXISTS staged;  -- had no `content`
DROP TABLE IF EXISTS corpus;  -- had no `address`
CREATE TABLE IF NOT EXISTS passages (
    path TEXT PRIMARY KEY, digest TEXT NOT NULL, file TEXT NOT NULL, mtime_ns INTEGER NOT NULL,
    size INTEGER NOT NULL, start_line INTEGER NOT NULL, end_line INTEGER NOT NULL,
    title TEXT NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL, address TEXT NOT NULL,
    text TEXT NOT NULL, content TEXT NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Staged:
    """A passage, its address on the site, and its file's time and size when it was read."""

    passage: Passage
    address: str
    mtime_ns: int
    size: int


def corpus(folder: Path) -> Path:
    """The folder that ColGrep reads."""
    return folder / "corpus"


def stage(index: Path, folder: Path) -> int:
    """Bring the corpus in `folder` up to the embedded index; how many files it holds.

    Only what changed is written, each file by a rename. A killed run leaves a corpus that the next
    one puts right. Raises `OSError` and `sqlite3.Error`.
    """
    home = corpus(folder)
    incoming = folder / "incoming"
    for each in (home, incoming):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A `.gitignore` above the data folder must not decide what is searched.
    _write(home / ".ignore", "!*\n", incoming)
    with closing(sqlite3.connect(folder / "passages.sqlite3", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_SCHEMA)
        known = dict(connection.execute("SELECT path, digest FROM passages"))
        there = _files(home)
        rows = []
        for path, staged in _targets(_indexed(index)):
            body = _body(staged.passage)
            digest = hashlib.sha256(body.encode()).hexdigest()[:16]
            if path not in there or known.get(path) != digest:
                _write(home / path, body, incoming)
            there.discard(path)
            rows.append((path, digest, *_columns(staged)))
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM passages")
        connection.executemany(f"INSERT INTO passages VALUES ({', '.join('?' * 13)})", rows)
        connection.execute("COMMIT")
    for path in there:
        (home / path).unlink(missing_ok=True)
    _remove_empty(home)
    return len(rows)


def look_up(folder: Path, paths: Sequence[str]) -> list[Staged | None]:
    """What stands behind these paths, relative to the corpus; None where nothing does.

    Raises `sqlite3.Error`.
    """
    uri = f"{(folder / 'passages.sqlite3').resolve().as_uri()}?mode=ro"
    found: list[Staged | None] = []
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout = 2000")
        for path in paths:
            row = connection.execute("SELECT * FROM passages WHERE path = ?", (path,)).fetchone()
            if row is None:
                found.append(None)
                continue
            _, _, file, mtime_ns, size, start, end, title, kind, language, *rest = row
            address, text, content = rest
            passage = Passage(file, start, end, title, kind, text, language, content=content)
            found.append(Staged(passage, address, mtime_ns, size))
    return found


def standing(folders: Mapping[str, Path], staged: Staged) -> tuple[Passage, str] | None:
    """The passage and its address where they stand in its source's folder now; None when gone."""
    from hyperrun.search.parsing import files as parsers

    passage = staged.passage
    prefix = next((each for each in folders if passage.file.startswith(each)), None)
    if prefix is None:
        return None
    root, path = folders[prefix], passage.file.removeprefix(prefix)
    place = root / path
    try:
        if not place.resolve().is_relative_to(root.resolve()):
            return None
        stat = place.stat()
        if (stat.st_mtime_ns, stat.st_size) == (staged.mtime_ns, staged.size):
            return passage, staged.address
        chunks = parsers.read(root, PurePosixPath(path))
    except OSError:
        return None
    same = [chunk for chunk in chunks if chunk.text == passage.text]
    if not same:
        return None
    chunk = min(same, key=lambda each: abs(each.start_line - passage.start_line))
    moved = replace(
        passage, start_line=chunk.start_line, end_line=chunk.end_line, title=chunk.title
    )
    return moved, staged.address


def _indexed(index: Path) -> Iterator[Staged]:
    """Every passage of the embedded index, by file and line."""
    uri = f"{index.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout = 10000")
        for row in connection.execute(
            "SELECT p.file, p.start_line, p.end_line, p.title, p.kind, p.text, p.language, "
            "p.content, p.address, f.mtime_ns, f.size "
            "FROM passages p JOIN files f ON f.path = p.file "
            "ORDER BY p.file, p.start_line, p.end_line"
        ):
            passage = replace(Passage(*row[:7]), content=row[7])
            yield Staged(passage, *row[8:])


def _targets(passages: Iterator[Staged]) -> Iterator[tuple[str, Staged]]:
    """Each passage with its path in the corpus: the file's folders, then its title."""
    taken: set[str] = set()
    for staged in passages:
        passage = staged.passage
        source = PurePosixPath(passage.file)
        prose = passage.kind in PROSE
        folders = [_name(part, prose) for part in [*source.parts[:-1], source.stem or source.name]]
        title = heading_of(passage.title) if prose else passage.title
        stem = _name(title, prose)
        number = 1
        while True:
            path = "/".join([*folders, f"{stem}-{number}.md" if number > 1 else f"{stem}.md"])
            # Some file systems take `Guide.md` and `guide.md` for one file.
            if path.casefold() not in taken:
                break
            number += 1
        taken.add(path.casefold())
        yield path, staged


def _name(text: str, prose: bool) -> str:
    """A name that is safe as one, and that ColGrep neither skips nor, of prose, puts last."""
    name = re.sub(r"[^\w.-]+", "-", text).strip(".-")[:60].strip(".-") or "passage"
    while len(name.encode()) > 120:
        name = name[:-1]
    avoided = name in _AVOIDED or name.endswith((".egg-info", ".xcworkspace", ".xcodeproj"))
    return f"{name}_" if avoided or (prose and _PUT_LAST.match(name)) else name


def _body(passage: Passage) -> str:
    """What is embedded: the title first, because ColGrep takes the first line for a signature."""
    return f"{passage.title}\n\n{passage.text}\n"


def _columns(staged: Staged) -> tuple[str | int, ...]:
    each = staged.passage
    return (
        each.file, staged.mtime_ns, staged.size, each.start_line, each.end_line, each.title,
        each.kind, each.language, staged.address, each.text, each.content,
    )  # fmt: skip


def _write(place: Path, body: str, incoming: Path) -> None:
    unfinished = incoming / str(os.getpid())
    unfinished.write_text(body, encoding="utf-8", errors="replace", newline="\n")
    place.parent.mkdir(parents=True, exist_ok=True)
    os.replace(unfinished, place)


def _files(home: Path) -> set[str]:
    return {
        Path(folder, name).relative_to(home).as_posix()
        for folder, _, names in os.walk(home)
        for name in names
        if name != ".ignore"
    }


def _remove_empty(home: Path) -> None:
    for folder, _, _ in os.walk(home, topdown=False):
        if Path(folder) != home:
            with suppress(OSError):  # it still holds something
                os.rmdir(folder)


def main() -> None:
    """Stage one index; exit status 1 and a line on stderr where that cannot be done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    with suppress(OSError):
        os.nice(5)  # questions come first
    try:
        print(stage(options.index, options.folder))
    except (sqlite3.Error, OSError) as error:
        sys.exit(f"the corpus cannot be staged: {error}")


if __name__ == "__main__":
    main()

"""Reading a repository's files for its index, in a process of its own and within bounds.

Whatever a file or a configuration brings a parser to costs that file: it is read as plain text or
has no passages, and the reason is kept.
"""

import hashlib
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from hyperrun.files import UnreadableFile, read_bytes
from hyperrun.passage import READ
from hyperrun.search import sections, terms
from hyperrun.search.bounded import Exceeded, Worker
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.site.rules import Rules

MAX_CHUNKS = 10_000  # of one file
MAX_TITLE_CHARS = 500
MAX_LINE_CHARS = 5_000  # of a line as it is shown and searched
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\n"


# A chunk, the words of its columns, and those of prose, where it is any.
Row = tuple[Chunk, Sequence[str], Sequence[str]]


def read_rules(root: Path, site_url: str, left_out: dict[str, str]) -> Rules:
    """What the configuration of the site's generator says: a stranger's file like any other."""
    from hyperrun.search.site import rules

    with closing(Worker(partial(rules.read, root))) as worker:
        worker.ask(site_url)
        try:
            return worker.answer()
        except Exception as error:  # whatever it brings a parser to: there are no addresses then
            left_out["the site's configuration"] = f"{type(error).__name__}: {error}"[:200]
    return Rules(site_url)


@dataclass(frozen=True, slots=True)
class Reading:
    """One file as its reader saw it: `rows` are its passages, each with the words of its columns
    and those of prose, or None where its content is as it was. `reason` says what is left out."""

    mtime_ns: int
    size: int
    digest: str
    rules: str
    rows: list["Row"] | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A file to read: its size and time as they were looked up, its digest where it is known, the
    rules that it is read by, and whether it is split in the place of parsed."""

    path: PurePosixPath
    status: os.stat_result
    before: tuple[str, str]
    by: str
    as_text: bool = False


Reader = Worker[Asked, Reading]


def readings(
    root: Path,
    prefix: str,
    rules: Rules,
    paths: Sequence[PurePosixPath],
    known: Mapping[str, tuple[int, int, str, str]],
) -> Generator[tuple[str, Reading | str | None], None, None]:
    """Every file with what was read of it, None where nothing has changed, or why it cannot be
    read now. The worker reads the next file while the one before is written."""
    from hyperrun.search.parsing import files

    fingerprint = rules.fingerprint
    with closing(Worker(partial(_read, root, prefix, rules))) as worker:
        waiting: Asked | None = None
        for path in paths:
            name = str(path)
            row = known.get(name)
            try:
                status = (root / path).stat()
            except OSError as error:
                yield name, f"cannot be read: {error.strerror}"
                continue
            by = fingerprint if files.is_by_site(path) else ""
            if row is not None and (*row[:2], row[3]) == (status.st_mtime_ns, status.st_size, by):
                yield name, None
                continue
            before = waiting and (str(waiting.path), _reading(worker, waiting))
            waiting = Asked(path, status, row[2:] if row is not None else ("", by), by)
            worker.ask(waiting)
            if before:
                yield before
        if waiting:
            yield str(waiting.path), _reading(worker, waiting)


def _reading(worker: Reader, asked: Asked) -> Reading | str:
    """What the worker has read; where it could not, why."""
    from hyperrun.search.parsing import files

    try:
        return worker.answer()
    except Exceeded as error:
        reason = str(error)
        if not asked.as_text and asked.path.suffix.lower() not in files.DATA:
            asked = replace(asked, before=("", asked.by), as_text=True)
            worker.ask(asked)
            read = _reading(worker, asked)
            if isinstance(read, Reading) and read.rows:
                return replace(read, reason=f"is read as plain text: it {reason}")
    except UnreadableFile as error:
        reason = str(error)
    except OSError as error:  # it may be readable at the next look, without having changed
        return f"cannot be read: {error.strerror}"
    except Exception as error:  # whatever a stranger's file brings a parser to
        reason = f"cannot be read: {type(error).__name__}: {error}"[:200]
    return Reading(asked.status.st_mtime_ns, asked.status.st_size, "", asked.by, [], reason)


def _read(root: Path, prefix: str, rules: Rules, asked: Asked) -> Reading:
    """One file's passages, within bounds; runs in the worker. Raises as `files.read` does."""
    from hyperrun.search.parsing import files

    path = asked.path
    place = root / path
    status = place.stat()
    by = rules.fingerprint if files.is_by_site(path) else ""
    content = read_bytes(place, files.max_bytes(path))
    if content.startswith(LFS_POINTER):
        raise UnreadableFile("stands for a file that Git LFS holds: git lfs pull brings it")
    digest = hashlib.sha256(content).hexdigest()
    if asked.before == (digest, by):
        return Reading(status.st_mtime_ns, status.st_size, digest, by, None)
    chunks = files.read(root, path, rules, as_text=asked.as_text)
    reason = f"has more than {MAX_CHUNKS} passages; the rest are left out"
    return Reading(
        status.st_mtime_ns,
        status.st_size,
        digest,
        by,
        [row_of(f"{prefix}{path}", within_bounds(each)) for each in chunks[:MAX_CHUNKS]],
        reason if len(chunks) > MAX_CHUNKS else "",
    )


def within_bounds(chunk: Chunk) -> Chunk:
    """A chunk whose title and shown lines are as long as a page can hold, and all of it text: JSON
    may hold halves of letters."""
    try:
        f"{chunk.title}{chunk.text}{chunk.content}{chunk.address}".encode()
    except UnicodeEncodeError:
        texts = ("title", "text", "content", "address")
        chunk = replace(
            chunk,
            signature="",
            doc="",
            **{name: getattr(chunk, name).encode(errors="replace").decode() for name in texts},
        )
    if len(chunk.title) > MAX_TITLE_CHARS:
        chunk = replace(chunk, title=f"{chunk.title[:MAX_TITLE_CHARS]}…")
    content = chunk.content or chunk.text
    if max(map(len, content.splitlines()), default=0) > MAX_LINE_CHARS:
        lines = [
            line if len(line) <= MAX_LINE_CHARS else f"{line[:MAX_LINE_CHARS]} …"
            for line in content.splitlines()
        ]
        chunk = replace(chunk, content="\n".join(lines))
    return chunk


def row_of(file: str, chunk: Chunk) -> Row:
    """A chunk with the words that are searched, by column; as prose, where it is any."""
    of_body = terms.terms(chunk.content or chunk.text)
    columns = (terms.last_name(chunk.title), file, f"{chunk.title}\n{chunk.signature}", chunk.doc)
    words = (*(" ".join(terms.terms(column)) for column in columns), " ".join(of_body))
    return chunk, words, sections.row(chunk.title, file, of_body) if chunk.kind in READ else ()

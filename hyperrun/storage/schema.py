"""The database's shape: its versions, how it is opened, and a turn as a row of it."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from hyperrun.domain import (
    Asker,
    Call,
    Door,
    Grounding,
    Handed,
    Outcome,
    PageContext,
    Source,
    Step,
    Turn,
    Usage,
)
from hyperrun.errors import StoreError
from hyperrun.files import private_folder
from hyperrun.passage import Passage

FILE = "hyperrun.sqlite3"  # in the data folder

Noun = TypeVar("Noun", PageContext, Passage, Step, Handed, Call)

# Each entry brings the database from the version that is its index to the next one.
MIGRATIONS = (
    """
    CREATE TABLE turns (
        id TEXT PRIMARY KEY,
        conversation TEXT NOT NULL,
        question TEXT NOT NULL,
        page TEXT NOT NULL,
        outcome TEXT NOT NULL,
        answer TEXT NOT NULL,
        steps TEXT NOT NULL,
        sources TEXT NOT NULL,
        model TEXT NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        cost_usd REAL,
        own_key INTEGER NOT NULL,
        error TEXT NOT NULL,
        retry_of TEXT NOT NULL,
        started REAL NOT NULL,
        ended REAL,
        rating INTEGER NOT NULL DEFAULT 0,
        reason TEXT NOT NULL DEFAULT '',
        comment TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX turns_of_conversation ON turns (conversation, started);
    CREATE INDEX turns_by_age ON turns (started);
    CREATE TABLE keys (
        conversation TEXT PRIMARY KEY, ciphertext BLOB NOT NULL, kept REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE spend (
        day TEXT NOT NULL, own_key INTEGER NOT NULL, usd REAL NOT NULL, PRIMARY KEY (day, own_key)
    ) STRICT, WITHOUT ROWID;
    """,
    "ALTER TABLE turns ADD COLUMN suggestions TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE turns ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX attempts ON turns (retry_of) WHERE retry_of != ''",
    # What was told with an answer used to stand where errors do.
    """
    ALTER TABLE turns ADD COLUMN notice TEXT NOT NULL DEFAULT '';
    UPDATE turns SET notice = error, error = '' WHERE outcome = 'answered' AND error != '';
    """,
    "ALTER TABLE turns ADD COLUMN owner TEXT NOT NULL DEFAULT ''",  # the process that runs it
    # Searches that led nowhere: words and day, nothing of who searched.
    """
    CREATE TABLE missed (
        day TEXT NOT NULL, words TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (day, words)
    ) STRICT, WITHOUT ROWID;
    """,
    # Who asks: by which door, and what an agent calls itself. What agents report as missing.
    """
    ALTER TABLE turns ADD COLUMN door TEXT NOT NULL DEFAULT 'chat';
    ALTER TABLE turns ADD COLUMN agent TEXT NOT NULL DEFAULT '';
    CREATE TABLE gaps (
        day TEXT NOT NULL, question TEXT NOT NULL, note TEXT NOT NULL, agent TEXT NOT NULL,
        times INTEGER NOT NULL, PRIMARY KEY (day, question, note, agent)
    ) STRICT, WITHOUT ROWID;
    """,
    # Why an answer is what it is, and what the operator's figures are made of: all of it in one
    # index, for a turn's own row is kilobytes.
    """
    ALTER TABLE turns ADD COLUMN grounding TEXT NOT NULL DEFAULT '';
    ALTER TABLE turns ADD COLUMN language TEXT NOT NULL DEFAULT '';
    ALTER TABLE turns ADD COLUMN page_url TEXT NOT NULL DEFAULT '';
    ALTER TABLE turns ADD COLUMN given TEXT NOT NULL DEFAULT '{}';
    UPDATE turns SET page_url = coalesce(json_extract(page, '$.url'), '');
    CREATE INDEX turns_at_a_glance ON turns (
        started, outcome, grounding, rating, door, model, own_key, cost_usd, ended, language,
        conversation, page_url, question
    );
    """,
    # Of readers who do not want to be tracked: their texts go soon.
    """
    ALTER TABLE turns ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX turns_private ON turns (started) WHERE private = 1;
    """,
    # The heading that the operator's model puts it under: it goes with what it is about.
    """
    ALTER TABLE turns ADD COLUMN need TEXT;
    ALTER TABLE missed ADD COLUMN need TEXT;
    ALTER TABLE gaps ADD COLUMN need TEXT;
    """,
)

COLUMNS = (
    "id, conversation, question, page, outcome, answer, steps, sources, model, prompt_tokens, "
    "completion_tokens, cost_usd, own_key, error, retry_of, started, ended, suggestions, "
    "estimated, notice, door, agent, grounding, language, page_url, given, private, rating, "
    "reason, comment"
)
WRITTEN = COLUMNS.split(", ")[:27]  # all but what readers say of a turn


# In KiB: rows are found by their key, and the system keeps the file's pages anyhow. SQLite's own
# 2 MB fill up with those of the last crowd.
CACHE = "PRAGMA cache_size = -256"


def open_writer(path: Path, max_mb: int = 0) -> sqlite3.Connection:
    """A connection that may write to the database at `path`, made where it is not there yet.

    Brings an older database to this version; raises `StoreError` for a newer one, which
    is left as it is. Only the server's own user can read the file, and with `max_mb` it never grows
    beyond: writes fail as on a full disk, until something is deleted.
    """
    private_folder(path.parent)
    path.touch(mode=0o600)
    path.chmod(0o600)  # its -wal and -shm take after it
    connection = _connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(CACHE)
        connection.execute("PRAGMA synchronous = FULL")
        # What a reader has deleted is overwritten, not just let go of.
        connection.execute("PRAGMA secure_delete = ON")
        _migrate(connection, path.name)
        if max_mb:
            (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count = {max_mb * 1_000_000 // page_bytes}")
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads. It sees what is committed, and waits for no writer."""
    connection = _connect(path)
    connection.execute("PRAGMA query_only = ON")
    connection.execute(CACHE)
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA busy_timeout = 1500")
    return connection


def _migrate(connection: sqlite3.Connection, name: str) -> None:
    version = _version(connection, name)
    for number, migration in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN; {migration}; PRAGMA user_version = {number}; COMMIT")


def _version(connection: sqlite3.Connection, name: str) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise StoreError(
            f"{name} was written by a newer version ({version}, this one knows {len(MIGRATIONS)}): "
            "install that, or give this one a folder of its own (HYPERRUN_DATA_DIR)"
        )
    return int(version)


def row_of(turn: Turn) -> tuple[Any, ...]:
    """The columns that are `WRITTEN`."""
    return (
        turn.id,
        turn.conversation,
        turn.question,
        json.dumps(_plain(turn.page)),
        turn.outcome.value,
        turn.answer,
        json.dumps([_plain(step) for step in turn.steps]),
        json.dumps(
            [{"number": each.number, "passage": _plain(each.passage)} for each in turn.sources]
        ),
        turn.usage.model,
        turn.usage.prompt_tokens,
        turn.usage.completion_tokens,
        turn.usage.cost_usd,
        int(turn.usage.own_key),
        turn.error,
        turn.retry_of,
        turn.started,
        turn.ended,
        json.dumps(turn.suggestions),
        int(turn.usage.estimated),
        turn.notice,
        turn.asker.door.value,
        turn.asker.agent,
        turn.grounding.value,
        turn.language,
        turn.page.url,
        json.dumps(
            {
                "handed": [_plain(each) for each in turn.handed],
                "calls": [_plain(each) for each in turn.calls],
            }
        ),
        int(turn.asker.private),
    )


def turn_of(row: tuple[Any, ...]) -> Turn:
    """The turn that all columns of a row hold."""
    given = json.loads(row[25])
    return Turn(
        id=row[0],
        conversation=row[1],
        question=row[2],
        page=_known(PageContext, json.loads(row[3])),
        outcome=Outcome(row[4]),
        answer=row[5],
        steps=tuple(_known(Step, step) for step in json.loads(row[6])),
        sources=tuple(
            Source(source["number"], _known(Passage, source["passage"]))
            for source in json.loads(row[7])
        ),
        usage=Usage(row[8], row[9], row[10], row[11], bool(row[12]), bool(row[18])),
        error=row[13],
        retry_of=row[14],
        started=row[15],
        ended=row[16],
        suggestions=tuple(json.loads(row[17])),
        notice=row[19],
        asker=Asker(Door(row[20]), row[21], bool(row[26])),
        grounding=Grounding(row[22]),
        language=row[23],
        handed=tuple(_known(Handed, each) for each in given.get("handed", ())),
        calls=tuple(_known(Call, each) for each in given.get("calls", ())),
        rating=row[27],
        reason=row[28],
        comment=row[29],
    )


def _plain(noun: PageContext | Passage | Step | Handed | Call) -> dict[str, Any]:
    """A flat noun's fields: `asdict`, which copies deep, is what a checkpoint's time goes to."""
    return {field.name: getattr(noun, field.name) for field in fields(noun)}


def _known(noun: type[Noun], kept: Mapping[str, Any]) -> Noun:
    """`kept` as written by this version, or by one whose nouns had a field more."""
    names = {field.name for field in fields(noun)}
    return noun(**{name: value for name, value in kept.items() if name in names})


def check(data_dir: Path) -> None:
    """Raise `StoreError` where the database there is of a newer version, or none at all."""
    path = data_dir / FILE
    if not path.exists():
        return
    try:
        with closing(open_reader(path)) as connection:
            _version(connection, path.name)
    except sqlite3.Error as error:
        raise StoreError(f"{path.name} cannot be read: {error}") from error

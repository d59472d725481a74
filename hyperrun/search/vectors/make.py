"""Makes an index's vectors, a process of its own: `python -m hyperrun.search.vectors.make INDEX`.

It runs when the index is complete, goes on where it was, and gives way to everything else. What
the operator has set comes on stdin, so that no key stands in a command line. It prints a line of
JSON per batch, and ends with exit status 1 and a line on stderr where it cannot go on.
"""

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from hyperrun.search.vectors import models
from hyperrun.search.vectors.embedder import Embedded, Embedder, EmbeddingError
from hyperrun.search.vectors.table import VectorWriter, counts, digest

BATCH = 32  # texts a request
READ_AT_ONCE = 256  # of which those of like length go together
WAITS_S = (1, 2, 5, 10, 30)  # before a batch is tried again
LEAST_CHARS = 100  # a text that is refused even so short is left out
BUDGET_SPENT = "the day's HYPERRUN_EMBEDDING_BUDGET_USD is spent"

Progress = Callable[[int, int], None]  # passages with a vector, and passages in all


def make(
    connection: sqlite3.Connection,
    embedder: Embedder,
    budget_usd: float,
    progress: Progress = lambda made, total: None,
    waits_s: Sequence[float] = WAITS_S,
) -> str:
    """Make every vector that is missing; "" or why some still are.

    `budget_usd` is the most that a day (UTC) may cost; 0: no limit. Raises `EmbeddingError` and
    `sqlite3.Error`; what was made until then stays.
    """
    writer = VectorWriter(connection, embedder.name)
    only_prose, language = embedder.only_prose, embedder.language
    ids = writer.wanting(only_prose=only_prose, language=language)
    made, total = counts(connection, embedder.name, only_prose=only_prose, language=language)
    progress(made, total)
    for passages in _batches(writer, ids):
        digests = {digest(text): text for _, _, text in passages}
        known = writer.known(list(digests))
        new = [(key, text) for key, text in digests.items() if key not in known]
        day = datetime.now(UTC).date().isoformat()
        if new and embedder.usd_per_token and budget_usd:
            guessed = sum(len(text.encode()) for _, text in new) / 3 * embedder.usd_per_token
            if writer.spent_usd(day) + guessed > budget_usd:
                return BUDGET_SPENT
        vectors, tokens = _embedded(embedder, [text for _, text in new], waits_s)
        done = [(key, vector) for (key, _), vector in zip(new, vectors, strict=True) if vector]
        has_one = known | {key for key, _ in done}
        rows = [(id, is_read, digest(text)) for id, is_read, text in passages]
        rows = [row for row in rows if row[2] in has_one]
        if rows:
            writer.write(rows, done, day, tokens, tokens * embedder.usd_per_token)
        made += len(rows)
        progress(made, total)
    writer.clear_unused()
    return "" if made >= total else f"{total - made} passages are refused by the model"


def _batches(writer: VectorWriter, ids: Sequence[int]) -> Iterator[list[tuple[int, bool, str]]]:
    for at in range(0, len(ids), READ_AT_ONCE):
        texts = sorted(writer.texts(ids[at : at + READ_AT_ONCE]), key=lambda each: len(each[2]))
        for start in range(0, len(texts), BATCH):
            yield texts[start : start + BATCH]


def _embedded(
    embedder: Embedder, texts: Sequence[str], waits_s: Sequence[float]
) -> tuple[list[Sequence[float]], int]:
    """A vector for each text, [] for one that is refused however short; and the tokens."""
    if not texts:
        return [], 0
    try:
        found = _patiently(embedder, texts, waits_s)
        return list(found.vectors), found.tokens
    except EmbeddingError as error:
        if not error.smaller:
            raise
        refused = error
    if len(texts) == 1:
        text = texts[0]
        if len(text) <= LEAST_CHARS:
            return [[]], 0
        return _embedded(embedder, [text[: len(text) // 2]], waits_s)
    vectors: list[Sequence[float]] = []
    tokens = 0
    for text in texts:
        one, some = _embedded(embedder, [text], waits_s)
        vectors += one
        tokens += some
    if not any(vectors):  # no text is too long by itself: the model or the server is the wrong one
        raise refused
    return vectors, tokens


def _patiently(embedder: Embedder, texts: Sequence[str], waits_s: Sequence[float]) -> Embedded:
    for wait_s in waits_s:
        try:
            return embedder.embed(texts, is_question=False)
        except EmbeddingError as error:
            if not error.again:
                raise
            time.sleep(wait_s)
    return embedder.embed(texts, is_question=False)


def main() -> None:
    """Make the vectors of one index."""
    index = Path(sys.argv[1])
    told = json.load(sys.stdin)
    with suppress(OSError):
        os.nice(10)

    def say(made: int, total: int) -> None:
        print(json.dumps([made, total]), flush=True)

    try:
        embedder = models.read(told["model"], told["api_key"], told["api_base"])
        with closing(sqlite3.connect(index, isolation_level=None)) as connection:
            connection.execute("PRAGMA busy_timeout = 10000")
            connection.execute("PRAGMA synchronous = NORMAL")
            note = make(connection, embedder, told["budget_usd"], say)
    except (EmbeddingError, sqlite3.Error) as error:
        sys.exit(str(error))
    if note:
        print(note, file=sys.stderr)


if __name__ == "__main__":
    main()

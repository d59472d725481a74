"""How often the files that an answer names are found by its question, beside a plain BM25.

    python -m bench.search.named_files REPOSITORY QUESTIONS.jsonl

QUESTIONS holds one {"question", "answer"} a line, as SWE-QA-Bench has them (Apache-2.0, not part of
this repository). Files are those of REPOSITORY that an answer names by their path or their whole
name; a question whose answer names none is left out. Both rankings are of the same passages.
"""

import argparse
import json
import re
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from hyperrun.search.index import Index
from hyperrun.search.index_file import location

NAME = re.compile(r"[\w./-]+\.\w+")
K = 5
PASSAGES = 30  # that are looked at for so many files


def main() -> None:
    """Print a line for each ranking."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("questions", type=Path)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.questions.read_text().splitlines()]
    with tempfile.TemporaryDirectory() as data_dir:
        index = Index(location(Path(data_dir), str(options.repository)))
        index.refresh(options.repository)
        with index.connect() as connection:
            files = [file for (file,) in connection.execute("SELECT path FROM files")]
            asked = [
                (row["question"], named)
                for row in rows
                if (named := named_in(row["answer"], files))
            ]
            plain = bm25(connection)
        say("HyperRun", asked, lambda question: (
            passage.file for passage, _ in index.search(question, PASSAGES)
        ))  # fmt: skip
        say("plain BM25", asked, plain)


def named_in(answer: str, files: Sequence[str]) -> set[str]:
    """The files that an answer names; a bare name only where one file alone has it."""
    named: set[str] = set()
    for name in {each.strip("./") for each in NAME.findall(answer)}:
        meant = [file for file in files if file == name or file.endswith(f"/{name}")]
        named |= set(meant) if len(meant) == 1 else set()
    return named


def bm25(connection: sqlite3.Connection) -> Callable[[str], Iterable[str]]:
    """A ranking of the index's passages by the words of their text alone."""
    texts = sqlite3.connect(":memory:")
    texts.execute(
        "CREATE VIRTUAL TABLE texts USING fts5(file, text, tokenize = 'porter unicode61')"
    )
    texts.executemany(
        "INSERT INTO texts VALUES (?, ?)", connection.execute("SELECT file, text FROM passages")
    )

    def ranked(question: str) -> Iterable[str]:
        match = " OR ".join(f'text : "{word}"' for word in re.findall(r"\w+", question.lower()))
        found = texts.execute(
            "SELECT file FROM texts WHERE texts MATCH ? ORDER BY bm25(texts) LIMIT ?",
            (match, PASSAGES),
        )
        return [file for (file,) in found]

    return ranked


def say(
    name: str, asked: Sequence[tuple[str, set[str]]], ranked: Callable[[str], Iterable[str]]
) -> None:
    """Of the first `K` files: is one of those that are named among them, and how many are?"""
    hits, recalls = [], []
    for question, named in asked:
        first = set(list(dict.fromkeys(ranked(question)))[:K])
        hits.append(bool(first & named))
        recalls.append(len(first & named) / len(named))
    print(
        f"{name:10} {len(asked):3} questions: hit@{K} {statistics.mean(hits):.3f}, "
        f"recall@{K} {statistics.mean(recalls):.3f}"
    )


if __name__ == "__main__":
    main()

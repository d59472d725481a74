"""Search from the command line: why did this answer come out as it did?

python -m hyperrun.search REPO "question" [-k 10] [--json]
python -m hyperrun.search REPO --queries FILE.jsonl [-k 10]
"""

import argparse
import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

from hyperrun.search.index import Index, Progress, location
from hyperrun.search.passage import Passage


def main() -> None:
    """Build or refresh the index once, then answer one question or a file of them."""
    parser = argparse.ArgumentParser(prog="python -m hyperrun.search", description=__doc__)
    parser.add_argument("repo", type=Path)
    parser.add_argument("question", nargs="?")
    parser.add_argument("-k", type=int, default=10, help="how many results (1 to 50)")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--queries", type=Path, help='a file with one {"query": …} a line')
    options = parser.parse_intermixed_args()  # REPO -k 5 QUESTION too
    if (options.question is None) == (options.queries is None):
        parser.error("give a question, or --queries FILE")
    root = options.repo.resolve()
    if not root.is_dir():
        parser.error(f"{options.repo} is not a folder")
    try:
        queries = _queries(options.queries) if options.queries is not None else []
    except (OSError, ValueError) as error:
        parser.error(f"{options.queries} cannot be read: {error}")
    k = min(max(options.k, 1), 50)
    data_dir = Path(os.environ.get("HYPERRUN_DATA_DIR") or ".hyperrun")
    index = Index(location(data_dir, str(root)))
    try:
        index.refresh(root, progress=_bar if sys.stderr.isatty() else lambda _: None)
    except (OSError, sqlite3.Error) as error:
        parser.error(f"the index in {data_dir} cannot be written: {error}")
    if options.queries is not None:
        for query in queries:
            results = [result(passage) for passage, _ in index.search(query, k)]
            print(json.dumps({"query": query, "results": results}, ensure_ascii=False))
        return
    found = [passage for passage, _ in index.search(options.question, k)]
    if options.json:
        print(json.dumps([result(passage) for passage in found], ensure_ascii=False, indent=2))
        return
    for number, passage in enumerate(found, 1):
        place = f"{passage.file}:{passage.start_line}-{passage.end_line}"
        print(f"{number:2}. {passage.score:.3f}  {place}  {passage.title} ({passage.kind})")


def result(passage: Passage) -> dict[str, Any]:
    """A passage as a result line has it."""
    return {
        "file": passage.file,
        "start_line": passage.start_line,
        "end_line": passage.end_line,
        "title": passage.title,
        "kind": passage.kind,
        "score": passage.score,
    }


def _queries(path: Path) -> list[str]:
    """The questions of a file. Raises OSError, and ValueError that names the line."""
    queries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            try:
                queries.append(str(json.loads(line)["query"]))
            except (ValueError, KeyError, TypeError):
                raise ValueError(f'line {number} is not {{"query": "…"}}') from None
    return queries


def _bar(progress: Progress) -> None:
    width = 30 * progress.done // max(progress.total, 1)
    bar = "#" * width + "." * (30 - width)
    end = "\n" if progress.done == progress.total else "\r"
    print(f"[{bar}] {progress.done}/{progress.total} files, {progress.passages} passages",
          end=end, file=sys.stderr, flush=True)  # fmt: skip


if __name__ == "__main__":
    main()

"""Search from the command line: why did this answer come out as it did?

python -m hyperrun.search REPO "question" [-k 10] [--json]
python -m hyperrun.search REPO --queries FILE.jsonl [-k 10]

It searches as the server does and reads the same settings: the embedded index, and ColGrep where
the server has built its index. Which of them answered is said on stderr.
"""

import argparse
import asyncio
import json
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hyperrun.errors import BadSetting
from hyperrun.passage import Passage
from hyperrun.search import introductions
from hyperrun.search.colgrep.engine import ColGrep
from hyperrun.search.colgrep.program import ColGrepError
from hyperrun.search.fusion import WIDE, Found, fuse
from hyperrun.search.index import Index, Progress, location
from hyperrun.search.progress import BuildProgress
from hyperrun.settings import Settings


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
    try:
        settings = Settings.from_environment()
    except BadSetting as error:
        parser.error(str(error))
    k = min(max(options.k, 1), 50)
    data_dir = settings.data_dir.resolve()
    index = Index(location(data_dir, str(root)))
    try:
        index.refresh(root, settings.include, settings.exclude, _follow(root.name))
    except (OSError, sqlite3.Error) as error:
        parser.error(f"the index in {data_dir} cannot be written: {error}")
    colgrep = _colgrep(root, replace(settings, data_dir=data_dir))
    if options.queries is not None:
        for query in queries:
            results = [result(passage) for passage in search(query, k, index, root.name, colgrep)]
            print(json.dumps({"query": query, "results": results}, ensure_ascii=False))
        return
    found = search(options.question, k, index, root.name, colgrep)
    if options.json:
        print(json.dumps([result(passage) for passage in found], ensure_ascii=False, indent=2))
        return
    for number, passage in enumerate(found, 1):
        place = f"{passage.file}:{passage.start_line}-{passage.end_line}"
        print(f"{number:2}. {passage.score:.3f}  {place}  {passage.title} ({passage.kind})")


def search(
    query: str, k: int, index: Index, project: str, colgrep: ColGrep | None
) -> list[Passage]:
    """The best `k` passages, best first, as the server ranks them."""
    meant: list[Found] = []
    if colgrep is not None:
        try:
            meant = asyncio.run(colgrep.search(query, max(k, WIDE)))
        except ColGrepError as error:
            print(f"ColGrep is left out of {query!r}: {error}", file=sys.stderr)
    found = fuse(index.search(query, max(k, WIDE)), meant, k)
    called = introductions.names(project, introductions.introductions(index, project))
    first = introductions.find(index, query, project, called)
    return [passage for passage, _ in introductions.put_first(first, found, k)]


def _colgrep(root: Path, settings: Settings) -> ColGrep | None:
    """ColGrep with the index of this repository; None, and why on stderr, where it cannot be."""
    colgrep = ColGrep(
        root, settings.data_dir, program=settings.colgrep_program, model=settings.colgrep_model
    )
    why = ""
    if settings.search == "embedded":
        why = "HYPERRUN_SEARCH=embedded"
    elif not colgrep.installed:
        why = "there is no ColGrep program"
    else:
        try:
            colgrep.recall()
        except ColGrepError as error:
            why = str(error)
        else:
            why = "" if colgrep.ready else "the server has not built ColGrep's index yet"
    print(f"embedded index alone: {why}" if why else "embedded index and ColGrep", file=sys.stderr)
    return None if why else colgrep


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


def _follow(name: str) -> Callable[[Progress], None]:
    """Draws the build on a terminal, says nothing elsewhere."""
    told = BuildProgress(name)
    return lambda each: told.follow(each.done, each.total, each.passages)


if __name__ == "__main__":
    main()

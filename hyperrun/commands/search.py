"""What a question finds, and why: `hyperrun search`.

    hyperrun search --repo REPO "question" [-k 10] [--json]
    hyperrun search --repo REPO --queries FILE.jsonl [-k 10]

It searches as the server does and reads the same settings: the embedded index, and ColGrep where
the server has built its index. Which of them answered is said on stderr.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hyperrun.errors import BadSetting, SearchError
from hyperrun.files import read_own
from hyperrun.passage import PROSE, Passage
from hyperrun.search.engine import MAX_RESULTS, Search
from hyperrun.search.terms import forms, last_name, query_terms, terms
from hyperrun.settings import Settings
from hyperrun.settings.env_file import load_env
from hyperrun.text import plain

MAX_TEXT_CHARS = 4_000


def main(arguments: Sequence[str] | None = None, *, repo_first: bool = False) -> int:
    """Update the index once, then answer one question or a file of them. 2 where it fails.

    `repo_first` is the older form, which names the repository before the question.
    """
    parser = _parser(repo_first)
    options = parser.parse_intermixed_args(arguments)  # --repo REPO -k 5 QUESTION -k 5 too
    if (options.question is None) == (options.queries is None):
        parser.error("give a question, or --queries FILE")
    if not 1 <= options.k <= MAX_RESULTS:
        parser.error(f"-k is 1 to {MAX_RESULTS}")
    try:
        queries = _queries(options.queries) if options.queries is not None else []
    except OSError as error:
        parser.error(f"{options.queries} cannot be read: {error.strerror}")
    except ValueError as error:
        parser.error(f"{options.queries} cannot be read: {error}")
    load_env()
    try:
        settings = Settings.from_environment()
        if options.repo:
            settings = replace(settings, repo_path=options.repo)
        asyncio.run(_run(settings, options, queries))
    except (BadSetting, SearchError) as error:
        print(f"hyperrun: {error}", file=sys.stderr)
        return 2
    return 0


def _parser(repo_first: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hyperrun.search" if repo_first else "hyperrun search",
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    if repo_first:
        parser.add_argument("repo")
    else:
        parser.add_argument("--repo", help="a folder or a git URL (HYPERRUN_REPO_PATH)")
    parser.add_argument("question", nargs="?")
    parser.add_argument("-k", type=int, default=10, help="how many results (1 to 50)")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--queries", type=Path, help='a file with one {"query": …} a line')
    return parser


async def _run(settings: Settings, options: argparse.Namespace, queries: Sequence[str]) -> None:
    search = Search(settings)
    try:
        why = await search.prepare()
        said = f"embedded index alone: {why}" if why else "embedded index and ColGrep"
        print(said, file=sys.stderr)
        for query in queries:
            results = [
                result(passage, query, search) for passage in await search.search(query, options.k)
            ]
            print(json.dumps({"query": query, "results": results}, ensure_ascii=False))
        if options.question is None:
            return
        found = await search.search(options.question, options.k)
        results = [result(passage, options.question, search) for passage in found]
        if options.json:
            print(json.dumps(results, ensure_ascii=False, indent=2))
            return
        for number, (passage, each) in enumerate(zip(found, results, strict=True), 1):
            place = passage.file
            if passage.start_line:
                place += f":{passage.start_line}-{passage.end_line}"
            # Names and titles are strangers': what moves a terminal's cursor is none of them.
            place, title = plain(place, MAX_TEXT_CHARS), plain(passage.title, MAX_TEXT_CHARS)
            print(f"{number:2}. {passage.score:.3f}  {place}  {title} ({passage.kind})")
            print(f"    {plain(each['why'], MAX_TEXT_CHARS)}")
            if each["url"]:
                print(f"    {plain(each['url'], MAX_TEXT_CHARS)}")
    finally:
        await search.close()


def result(passage: Passage, query: str, search: Search) -> dict[str, Any]:
    """A passage as a result has it; `url` is its page with the anchor, or its permalink."""
    matched = _matched(passage, query)
    return {
        "file": passage.file.removeprefix(search.tree_of(passage.file).prefix),
        "start_line": passage.start_line,
        "end_line": passage.end_line,
        "title": passage.title,
        "kind": passage.kind,
        "score": passage.score,
        "url": passage.url or passage.permalink,
        "source": passage.source,
        "text": passage.shown[:MAX_TEXT_CHARS],
        "words": [term for term, places in matched.items() if places],
        "why": _why(passage, matched),
    }


def _matched(passage: Passage, query: str) -> dict[str, list[str]]:
    """Each word of the question, and where it stands."""
    places = {
        "heading": frozenset(terms(last_name(passage.title))),
        "path of headings": frozenset(terms(passage.title)),
        "file": frozenset(terms(passage.file)),
        "text": frozenset(terms(passage.shown)),
    }
    found: dict[str, list[str]] = {}
    for term in query_terms(query):
        alike = {term, *forms(term)}
        found[term] = [
            name for name, words in places.items() if any(_is_one_of(word, alike) for word in words)
        ]
        if "heading" in found[term]:
            found[term].remove("path of headings")
    return found


def _is_one_of(word: str, alike: set[str]) -> bool:
    return word in alike or any(
        len(each) > 3 and word.startswith(each[: max(4, len(each) - 2)]) for each in alike
    )


def _why(passage: Passage, matched: dict[str, list[str]]) -> str:
    """Why it ranks there, in words: where the question's words stand, and what it is."""
    said = []
    for place in ("heading", "path of headings", "file", "text"):
        words = [term for term, places in matched.items() if place in places]
        if words:
            said.append(f"{place}: {', '.join(words)}")
    missing = [term for term, places in matched.items() if not places]
    if missing:
        said.append(f"nowhere: {', '.join(missing)}")
    said.append("prose" if passage.kind in PROSE else "code")
    return "; ".join(said)


def _queries(path: Path) -> list[str]:
    """The questions of a file. Raises OSError, and ValueError that names the line."""
    queries = []
    for number, line in enumerate(read_own(path).split("\n"), 1):
        if line.strip():
            try:
                queries.append(str(json.loads(line)["query"]))
            except (ValueError, KeyError, TypeError):
                raise ValueError(f'line {number} is not {{"query": "…"}}') from None
    return queries


if __name__ == "__main__":
    sys.exit(main())

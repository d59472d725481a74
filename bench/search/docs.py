"""Recall@5 of the right section on questions readers would type.

python bench/search/docs.py REPOSITORIES [--misses]

REPOSITORIES holds a checkout per name of docs-repos.json. An answer is "FILE::HEADING" (words of
the last part of the heading path; `*` for any); a question is answered when one of its answers is
among the first five passages.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from hyperrun.passage import Passage
from hyperrun.search.index import Index
from hyperrun.search.index_file import location

HERE = Path(__file__).parent


def main() -> None:
    """Print a line per repository and one for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--misses", action="store_true", help="print what was not found")
    options = parser.parse_args()
    questions = [json.loads(line) for line in (HERE / "docs.jsonl").read_text().splitlines()]
    times: list[float] = []
    every: list[int] = []
    with tempfile.TemporaryDirectory() as data_dir:
        for repo in json.loads((HERE / "docs-repos.json").read_text()):
            root = options.repositories / repo["name"]
            index = Index(location(Path(data_dir), str(root)))
            index.refresh(root)
            own = [each for each in questions if each["repo"] == repo["name"]]
            ranks = [rank(index, each, times, options.misses) for each in own]
            say(repo["name"], ranks)
            every += ranks
    say("all", every)
    times.sort()
    p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
    print(f"{len(times)} questions: p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms")


def rank(index: Index, question: dict[str, Any], times: list[float], misses: bool) -> int:
    """The rank of the first right passage; 0 where none of the first ten is."""
    began = time.perf_counter()
    found = [passage for passage, _ in index.search(question["query"], 10)]
    times.append(time.perf_counter() - began)
    at = next((n for n, each in enumerate(found, 1) if is_right(each, question["answers"])), 0)
    if misses and not 1 <= at <= 5:
        print(f"{question['query']!r} (rank {at or 'none'}) wanted {question['answers']}")
        for each in found[:5]:
            print(f"    {each.score:.2f} {each.file} {each.title}")
    return at


def is_right(passage: Passage, answers: list[str]) -> bool:
    """Is this one of the sections that answer?"""
    heading = passage.title.rpartition(" > ")[2].replace("`", "")
    for answer in answers:
        file, _, wanted = answer.partition("::")
        if passage.file == file and (wanted == "*" or wanted in heading):
            return True
    return False


def say(name: str, ranks: list[int]) -> None:
    five = statistics.mean(1 <= each <= 5 for each in ranks)
    first = statistics.mean(1 / each if each else 0 for each in ranks)
    print(
        f"{name:10} {len(ranks):3} questions: recall@5 {five:.3f}, mean reciprocal rank {first:.3f}"
    )


if __name__ == "__main__":
    main()

"""NDCG@10 and latency on questions about code.

python bench/search/code.py QUESTIONS REPOSITORIES [--misses]

QUESTIONS is a folder with `NAME.json` (a list of {"query", "relevant", "secondary"}) and
`repos.json` ([{"name", "benchmark_root", …}]); REPOSITORIES holds a checkout per name. A result
counts for a file once, at the rank of its first passage (`passages`), or at its rank among the
files (`files`).
"""

import argparse
import json
import math
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from hyperrun.search.index import Index
from hyperrun.search.index_file import location


def main() -> None:
    """Print a line per repository and one for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--misses", action="store_true", help="print what was not found first")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data_dir:
        every: list[tuple[float, float]] = []
        times: list[float] = []
        for repo in json.loads((options.questions / "repos.json").read_text()):
            root = options.repositories / repo["name"] / repo["benchmark_root"]
            index = Index(location(Path(data_dir), str(root)))
            index.refresh(root)
            questions = json.loads((options.questions / f"{repo['name']}.json").read_text())
            scores = [score(index, each, times, options.misses) for each in questions]
            say(repo["name"], scores)
            every += scores
    say("all", every)
    times.sort()
    p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
    print(f"{len(times)} questions: p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms")


def score(
    index: Index, question: dict[str, Any], times: list[float], misses: bool
) -> tuple[float, float]:
    """NDCG@10 by passages and by files of one question."""
    began = time.perf_counter()
    found = [passage.file for passage, _ in index.search(question["query"], 10)]
    times.append(time.perf_counter() - began)
    wanted = [
        each["path"] if isinstance(each, dict) else each
        for each in question["relevant"] + question.get("secondary", [])
    ]
    both = (ndcg(found, wanted), ndcg(list(dict.fromkeys(found)), wanted))
    if misses and both[0] < 0.99:
        print(f"{both[0]:.2f} {question['query']!r}\n     wanted {wanted}\n     found  {found}")
    return both


def ndcg(found: list[str], wanted: list[str]) -> float:
    """Binary gains, each wanted file at its first rank."""
    gain = 0.0
    for want in wanted:
        for rank, file in enumerate(found[:10], 1):
            if f"/{file}".endswith(f"/{want}") or f"/{want}".endswith(f"/{file}"):
                gain += 1 / math.log2(rank + 1)
                break
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(wanted), 10) + 1))
    return gain / ideal


def say(name: str, scores: list[tuple[float, float]]) -> None:
    passages = statistics.mean(each[0] for each in scores)
    files = statistics.mean(each[1] for each in scores)
    print(f"{name:10} NDCG@10 {passages:.3f} by passages, {files:.3f} by files")


if __name__ == "__main__":
    main()

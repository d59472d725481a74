"""What a model of meaning adds to the embedded index, on the documentation questions.

python bench/search/vectors.py REPOSITORIES --model MODEL [--base URL] [--data FOLDER]

REPOSITORIES are those of `docs.py`; MODEL is what HYPERRUN_EMBEDDING_MODEL takes. Prints recall@5
and mean reciprocal rank of the right section by words and by both, and what a search costs.
`--data` keeps the indexes and their vectors for the next run.
"""

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.search.docs import HERE, is_right, say
from hyperrun.search.index import Index
from hyperrun.search.index_file import location
from hyperrun.search.vectors import models
from hyperrun.search.vectors.embedder import Embedder
from hyperrun.search.vectors.fusing import Meant
from hyperrun.search.vectors.make import make
from hyperrun.search.vectors.table import VectorTable


def main() -> None:
    """Print both rankings' figures, project by project."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--model", required=True)
    parser.add_argument("--key", default="")
    parser.add_argument("--base", default="")
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    embedder = models.read(options.model, options.key, options.base)
    questions = [json.loads(line) for line in (HERE / "docs.jsonl").read_text().splitlines()]
    ranks: dict[str, list[int]] = {"words": [], "both": []}
    times: dict[str, list[float]] = {"words": [], "both": [], "question": []}
    with tempfile.TemporaryDirectory() as folder:
        for repo in json.loads((HERE / "docs-repos.json").read_text()):
            root = options.repositories / repo["name"]
            index = Index(location(options.data or Path(folder), str(root)))
            index.refresh(root)
            began = time.process_time()
            with closing(sqlite3.connect(index.path, isolation_level=None)) as connection:
                make(connection, embedder, 0.0)
            print(f"{repo['name']}: vectors in {time.process_time() - began:.0f} s of CPU")
            own = [each for each in questions if each["repo"] == repo["name"]]
            for name, found in measured(index, embedder, own, times).items():
                say(f"{repo['name']}, {name}", found)
                ranks[name] += found
    for name, found in ranks.items():
        say(name, found)
    for name, spent in times.items():
        print(f"{name}: p50 {statistics.median(spent) * 1e3:.1f} ms")


def measured(
    index: Index,
    embedder: Embedder,
    questions: list[dict[str, Any]],
    times: dict[str, list[float]],
) -> dict[str, list[int]]:
    """The rank of each question's section by words alone, and with meaning."""
    table = VectorTable(embedder.name)
    ranks: dict[str, list[int]] = {"words": [], "both": []}
    for question in questions:
        query = question["query"]
        began = time.perf_counter()
        vector = embedder.embed([query], is_question=True).vectors[0]
        times["question"].append(time.perf_counter() - began)
        for name, meant in (("words", None), ("both", Meant(query, vector, table))):
            began = time.perf_counter()
            found = index.search(query, 10, meant=meant)
            times[name].append(time.perf_counter() - began)
            right = (n for n, each in enumerate(found, 1)
                     if is_right(each[0], question["answers"]))  # fmt: skip
            ranks[name].append(next(right, 0))
    return ranks


if __name__ == "__main__":
    main()

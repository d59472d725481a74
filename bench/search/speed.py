"""What a search costs on many passages: by words, and with a model of meaning.

    python -m bench.search.speed FOLDER [--model MODEL] [--data DATA] [--rounds 5]

FOLDER holds checkouts of projects that bench/answers_quality has questions for; all of it becomes
one index. MODEL is what HYPERRUN_EMBEDDING_MODEL takes. Prints what a search takes on the clock and
of a processor: of each question asked for the first time, and again, when its words are remembered.
`--data` keeps the index and its vectors for the next run.
"""

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

from bench.answers_quality.questions import load
from hyperrun.search.index import Index
from hyperrun.search.index_file import location
from hyperrun.search.vectors import models
from hyperrun.search.vectors.fusing import Meant
from hyperrun.search.vectors.make import make
from hyperrun.search.vectors.table import VectorTable

FOUND = 8


def main() -> None:
    """Print a line for each way of searching."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    names = [each.name for each in options.folder.iterdir() if each.is_dir()]
    questions = [
        each.text for repo in load("tuning", names) for each in repo.questions if not each.after
    ]
    with tempfile.TemporaryDirectory() as folder:
        index = Index(location(options.data or Path(folder), str(options.folder.resolve())))
        index.refresh(options.folder)
        with index.connect() as connection:
            print(f"{len(questions)} questions, {connection.total('words'):,} passages")
        measure("by words", questions, lambda each: index.search(each, FOUND), options.rounds)
        if not options.model:
            return
        embedder = models.read(options.model)
        with closing(sqlite3.connect(index.path, isolation_level=None)) as writing:
            make(writing, embedder, 0.0)
        table = VectorTable(embedder.name)
        index = Index(index.path)  # that remembers nothing yet

        @cache
        def meant(question: str) -> Meant:
            vector = embedder.embed([question], is_question=True).vectors[0]
            return Meant(question, vector, table)

        def search(question: str) -> None:
            index.search(question, FOUND, meant=meant(question))

        search("warm up")  # the model, and what is read of the vectors
        measure("with the model", questions, search, options.rounds)


def measure(name: str, questions: list[str], search: Callable[[str], object], rounds: int) -> None:
    """Ask all of them, `rounds` times."""
    once: list[tuple[float, float]] = []
    again: list[tuple[float, float]] = []
    for turn in range(rounds):
        for question in questions:
            wall, cpu = time.perf_counter(), time.process_time()
            search(question)
            spent = (time.perf_counter() - wall, time.process_time() - cpu)
            (again if turn else once).append(spent)
    for label, each in (("asked once", once), ("asked again", again)):
        walls, cpus = zip(*each, strict=True)
        print(f"{name}, {label}: {told(walls)}; CPU {told(cpus)}", flush=True)


def told(seconds: Sequence[float]) -> str:
    """The median and the 95th percentile, in ms."""
    last = statistics.quantiles(seconds, n=20)[-1]
    return f"p50 {1e3 * statistics.median(seconds):.1f}, p95 {1e3 * last:.1f} ms"


if __name__ == "__main__":
    main()

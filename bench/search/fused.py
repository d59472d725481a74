"""What ColGrep adds to the embedded index, on the code questions and on the documentation ones.

python bench/search/fused.py QUESTIONS REPOSITORIES --model FOLDER [--data FOLDER] [--rankings FILE]

QUESTIONS and REPOSITORIES are those of `code.py` and `docs.py`; the model is a folder that ColGrep
reads, such as `minilm.py` makes. Prints NDCG@10 by files, and recall@5 and mean reciprocal rank of
the right section, for the embedded index, ColGrep and both fused, and what a search costs alone and
beside another. `--data` keeps the indexes for the next run, `--rankings` writes what was found.
"""

import argparse
import asyncio
import json
import math
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hyperrun.search.colgrep.engine import ColGrep
from hyperrun.search.fusion import WIDE, Found, fuse
from hyperrun.search.index import Index
from hyperrun.search.index_file import location

HERE = Path(__file__).parent


@dataclass
class Report:
    """Scores of each engine, and seconds of each search."""

    scores: dict[str, list[float]] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    rankings: list[dict[str, Any]] = field(default_factory=list)

    def add(self, name: str, score: float) -> None:
        self.scores.setdefault(name, []).append(score)


def main() -> None:
    """Measure both sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rankings", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(measure(options, options.data or Path(folder)))
    for name, scores in report.scores.items():
        print(f"{name:38} {statistics.mean(scores):.3f}  ({len(scores)} questions)")
    times = sorted(report.times)
    p95 = times[int(len(times) * 0.95)]
    print(f"ColGrep, one at a time: p50 {statistics.median(times):.2f} s, p95 {p95:.2f} s")
    if options.rankings:
        options.rankings.write_text(json.dumps(report.rankings))


async def measure(options: argparse.Namespace, data: Path) -> Report:
    """Index every repository and ask every question."""
    report = Report()
    code = [(each["name"], each["benchmark_root"], json.loads(
                (options.questions / f"{each['name']}.json").read_text()), True)
            for each in json.loads((options.questions / "repos.json").read_text())]  # fmt: skip
    prose = [json.loads(line) for line in (HERE / "docs.jsonl").read_text().splitlines()]
    docs = [(each["name"], "", [one for one in prose if one["repo"] == each["name"]], False)
            for each in json.loads((HERE / "docs-repos.json").read_text())]  # fmt: skip
    for name, inside, questions, is_code in code + docs:
        root = (options.repositories / name / inside).resolve()
        index = Index(location(data, str(root)))
        index.refresh(root)
        colgrep = ColGrep({"": root}, data, model=options.model)
        began = time.perf_counter()
        await colgrep.build(index.path)
        spent = time.perf_counter() - began
        print(f"{name}: {index.counts()} files and passages, ColGrep's index {spent:.0f} s")
        for question in questions:
            await ask(report, name, index, colgrep, question, is_code)
        began = time.perf_counter()
        await asyncio.gather(*(colgrep.search(each["query"], 10) for each in questions[:2]))
        print(f"{name}: two searches at once {time.perf_counter() - began:.2f} s")
    return report


async def ask(
    report: Report,
    name: str,
    index: Index,
    colgrep: ColGrep,
    question: dict[str, Any],
    is_code: bool,
) -> None:
    """One question to both engines."""
    embedded = index.search(question["query"], WIDE)
    began = time.perf_counter()
    meant = await colgrep.search(question["query"], WIDE)
    report.times.append(time.perf_counter() - began)
    both = fuse(embedded, meant, 10)
    for engine, found in (("embedded", embedded), ("colgrep", meant), ("fused", both)):
        for kind, value in scores(found[:10], question, is_code).items():
            report.add(f"{kind} {engine}", value)
            report.add(f"{kind} {engine} {name}", value)
    lines = {
        engine: [{**asdict(passage), "text": ""} for passage, _ in found]
        for engine, found in (("embedded", embedded), ("colgrep", meant))
    }
    report.rankings.append({"repo": name, "question": question, "is_code": is_code, **lines})


def scores(found: Sequence[Found], question: dict[str, Any], is_code: bool) -> dict[str, float]:
    """What one ranking is worth."""
    if is_code:
        wanted = [
            each["path"] if isinstance(each, dict) else each
            for each in question["relevant"] + question.get("secondary", [])
        ]
        files = list(dict.fromkeys(passage.file for passage, _ in found))
        return {"NDCG@10": ndcg(files, wanted)}
    right = (is_right(passage.file, passage.title, question["answers"]) for passage, _ in found)
    rank = next((number for number, each in enumerate(right, 1) if each), 0)
    return {"recall@5": float(1 <= rank <= 5), "reciprocal rank": 1 / rank if rank else 0.0}


def ndcg(found: Sequence[str], wanted: Sequence[str]) -> float:
    """Binary gains, each wanted file at its first rank."""
    gain = 0.0
    for want in wanted:
        for rank, file in enumerate(found, 1):
            if f"/{file}".endswith(f"/{want}") or f"/{want}".endswith(f"/{file}"):
                gain += 1 / math.log2(rank + 1)
                break
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(len(wanted), 10) + 1))


def is_right(file: str, title: str, answers: Sequence[str]) -> bool:
    """Is this section one of those that answer ("FILE::HEADING", `*` for any heading)?"""
    heading = title.rpartition(" > ")[2].replace("`", "")
    parts = (answer.partition("::") for answer in answers)
    return any(file == where and (what == "*" or what in heading) for where, _, what in parts)


if __name__ == "__main__":
    main()

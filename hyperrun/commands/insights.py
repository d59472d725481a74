"""What readers ask, and what the documentation does not answer.

`python -m hyperrun.commands.insights` prints a report in Markdown, or JSON with `--json`, of the
last `--days`. A question counts once for each reader who asked it, however often he did and in how
many conversations, and stands with his last answer. Questions are the same that differ only in
case, spaces and the punctuation around them. The server may be running meanwhile; nothing is
written.
"""

import argparse
import json
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hyperrun.domain import Outcome, reader_of
from hyperrun.errors import BadSetting
from hyperrun.settings import Settings
from hyperrun.storage.schema import FILE, open_reader
from hyperrun.text import plain

AROUND = " \t\n.,;:!?¿¡。、？！…\"'«»“”„"  # a question is the same with or without


@dataclass(frozen=True, slots=True)
class Asked:
    """A question (or a page) and how many readers asked it (or on it)."""

    text: str
    readers: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """A thumb down, with what the reader said about it. `id` is the answer's."""

    question: str
    reason: str
    comment: str
    page: str
    id: str


@dataclass(frozen=True, slots=True)
class Insights:
    """A report. Lists are ordered, most readers first, of complaints the newest first."""

    days: float
    questions: int = 0  # a reader's question counts once
    readers: int = 0
    up: int = 0
    down: int = 0
    failed: int = 0  # no answer, or half of one: a fault, a limit of time, a restart
    usd: float = 0.0  # what the operator's key has cost, as far as prices are known
    unanswered: list[Asked] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    pages: list[Asked] = field(default_factory=list)


def insights(data_dir: Path, days: float, most: int) -> Insights:
    """The report of the last `days`, its lists of `most` entries at most.

    Raises `sqlite3.Error` where there is no database, or none that can be read.
    """
    path = data_dir / FILE
    if not path.exists():
        raise sqlite3.OperationalError(f"there is no {path.name} in the data folder")
    with closing(open_reader(path)) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute(
            "SELECT id, conversation, question, json_extract(page, '$.url') AS page, outcome, "
            "sources = '[]' AS uncited, cost_usd, own_key, rating, reason, comment "
            "FROM turns WHERE started >= ? AND outcome != ? ORDER BY started",
            (time.time() - days * 86_400, Outcome.RUNNING),
        ).fetchall()
    last = {(reader_of(row["conversation"]), _same(row["question"])): row for row in rows}
    wordings = {question: row["question"] for (_, question), row in last.items()}
    answered = {key: row for key, row in last.items() if row["outcome"] == Outcome.ANSWERED}
    uncited = (question for (_, question), row in answered.items() if row["uncited"])
    pages = {(reader, row["page"]) for (reader, _), row in last.items() if row["page"]}
    failures = (Outcome.FAILED, Outcome.INTERRUPTED)
    return Insights(
        days=days,
        questions=len(last),
        readers=len({reader for reader, _ in last}),
        up=sum(row["rating"] > 0 for row in rows),
        down=sum(row["rating"] < 0 for row in rows),
        failed=sum(row["outcome"] in failures for row in last.values()),
        usd=sum(row["cost_usd"] or 0.0 for row in rows if not row["own_key"]),
        unanswered=_most(uncited, most, wordings),
        complaints=[
            Complaint(row["question"], row["reason"], row["comment"], row["page"], row["id"])
            for row in reversed(rows)
            if row["rating"] < 0
        ][:most],
        asked=_most((question for _, question in last), most, wordings),
        pages=_most((page for _, page in pages), most),
    )


def _same(question: str) -> str:
    return " ".join(question.casefold().split()).strip(AROUND)


def _most(keys: Iterable[str], most: int, wordings: dict[str, str] | None = None) -> list[Asked]:
    counted = sorted(Counter(keys).items(), key=lambda each: (-each[1], each[0]))
    return [Asked((wordings or {}).get(key, key), readers) for key, readers in counted[:most]]


def markdown(report: Insights) -> str:
    """The report for people. What readers wrote stands in it as text, each in one line."""
    return "\n".join(
        [
            f"# Questions of the last {report.days:g} days",
            "",
            f"{report.questions} questions of {report.readers} readers; thumbs: {report.up} up, "
            f"{report.down} down; failed: {report.failed}; cost: {report.usd:.2f} USD.",
            *_table(
                "Not answered from the documentation",
                ("readers", "question"),
                ((each.readers, each.text) for each in report.unanswered),
            ),
            *_table(
                "Thumbs down",
                ("question", "reason", "comment", "page", "answer"),
                (asdict(each).values() for each in report.complaints),
            ),
            *_table(
                "Asked most",
                ("readers", "question"),
                ((each.readers, each.text) for each in report.asked),
            ),
            *_table(
                "Asked on",
                ("readers", "page"),
                ((each.readers, each.text) for each in report.pages),
            ),
        ]
    )


def _table(title: str, names: Sequence[str], rows: Iterable[Iterable[Any]]) -> list[str]:
    lines = [_row(row) for row in rows]
    head = [_row(names), _row("---" for _ in names)]
    return ["", f"## {title}", "", *([*head, *lines] if lines else ["None."])]


def _row(cells: Iterable[Any]) -> str:
    return "| " + " | ".join(plain(str(cell)).replace("|", "\\|") for cell in cells) + " |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report. 2 where it fails."""
    import dotenv

    parser = argparse.ArgumentParser(
        prog="python -m hyperrun.commands.insights", description=__doc__
    )
    parser.add_argument("--days", type=float, default=30, help="how far back (30)")
    parser.add_argument("--most", type=int, default=20, help="longest list (20)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    if options.days <= 0 or options.most < 1:
        parser.error("--days and --most are more than 0")
    dotenv.load_dotenv(Path.cwd() / ".env")
    try:
        report = insights(Settings.from_environment().data_dir, options.days, options.most)
    except (BadSetting, sqlite3.Error) as error:
        print(f"hyperrun: {error}", file=sys.stderr)
        return 2
    print(json.dumps(asdict(report), indent=2) if options.json else markdown(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())

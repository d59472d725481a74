"""What readers ask, and what the documentation does not answer.

`python -m hyperrun.commands.insights` prints a report in Markdown, or JSON with `--json`, of the
last `--days`. A question counts once for each reader who asked it, however often they did and in
how many conversations, and stands with their last answer. Agents are counted apart from people;
what was not answered stands in one list, whoever asked it. Questions are the same that differ only
in case, spaces and the punctuation around them. The server may be running meanwhile; nothing is
written.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hyperrun.domain import Outcome, reader_of
from hyperrun.errors import BadSetting, StoreError
from hyperrun.settings import Settings
from hyperrun.storage.opening import store_of
from hyperrun.storage.store import Reported, Store
from hyperrun.text import in_markdown

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
class Agent:
    """An agent by what it calls itself, the door it came by, and how many questions it asked."""

    name: str
    door: str
    questions: int


@dataclass(frozen=True, slots=True)
class Insights:
    """A report. Lists are ordered, most readers first, of complaints the newest first."""

    days: float
    questions: int = 0  # a person's question counts once
    readers: int = 0  # people
    up: int = 0
    down: int = 0
    failed: int = 0  # no answer, or half of one: a fault, a limit of time, a restart
    usd: float = 0.0  # what the operator's key has cost, as far as prices are known
    unanswered: list[Asked] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    failures: list[Asked] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    pages: list[Asked] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)  # most questions first
    reported: list[Reported] = field(default_factory=list)  # by agents, as not found


async def insights(store: Store, days: float, most: int) -> Insights:
    """The report of the last `days`, its lists of `most` entries at most. Raises `StoreError`."""
    since = time.time() - days * 86_400
    rows = await store.summaries(since)
    reported = await store.reported(time.strftime("%Y-%m-%d", time.gmtime(since)))
    last = {(reader_of(row.conversation), _same(row.question)): row for row in rows}
    people = {key for key, row in last.items() if not row.asker.agent}
    agents = Counter((row.asker.agent, row.asker.door.value) for row in rows if row.asker.agent)
    wordings = {question: row.question for (_, question), row in last.items()}
    answered = {key: row for key, row in last.items() if row.outcome == Outcome.ANSWERED}
    uncited = (question for (_, question), row in answered.items() if not row.is_cited)
    pages = {
        (reader, row.page_url)
        for (reader, _), row in last.items()
        if row.page_url and not row.asker.agent
    }
    failures = (Outcome.FAILED, Outcome.INTERRUPTED)
    return Insights(
        days=days,
        questions=len(people),
        readers=len({reader for reader, _ in people}),
        up=sum(row.rating > 0 for row in rows),
        down=sum(row.rating < 0 for row in rows),
        failed=sum(row.outcome in failures for row in last.values()),
        usd=sum(row.cost_usd or 0.0 for row in rows if not row.own_key),
        unanswered=_most(uncited, most, wordings),
        failures=_most(
            (question for (_, question), row in last.items() if row.outcome in failures),
            most,
            wordings,
        ),
        complaints=[
            Complaint(row.question, row.reason, row.comment, row.page_url, row.id)
            for row in reversed(rows)
            if row.rating < 0
        ][:most],
        asked=_most((question for _, question in people), most, wordings),
        pages=_most((page for _, page in pages), most),
        agents=[
            Agent(name, door, questions) for (name, door), questions in agents.most_common(most)
        ],
        reported=reported[:most],
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
                "Failed",
                ("readers", "question"),
                ((each.readers, each.text) for each in report.failures),
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
            *_table(
                "Asked by agents",
                ("questions", "agent", "door"),
                ((each.questions, each.name, each.door) for each in report.agents),
            ),
            *_table(
                "Reported by agents as not found",
                ("times", "question", "note", "agent"),
                ((each.times, each.question, each.note, each.agent) for each in report.reported),
            ),
        ]
    )


def _table(title: str, names: Sequence[str], rows: Iterable[Iterable[Any]]) -> list[str]:
    lines = [_row(row) for row in rows]
    head = [_row(names), "| --- " * len(names) + "|"]
    return ["", f"## {title}", "", *([*head, *lines] if lines else ["None."])]


def _row(cells: Iterable[Any]) -> str:
    return "| " + " | ".join(in_markdown(str(cell)) for cell in cells) + " |"


async def _read(settings: Settings, days: float, most: int) -> Insights:
    async with store_of(settings).open_alongside_server() as store:
        return await insights(store, days, most)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report. 2 where it fails."""
    import dotenv

    parser = argparse.ArgumentParser(prog="hyperrun report", description=__doc__)
    parser.add_argument("--days", type=float, default=30, help="how far back (30)")
    parser.add_argument("--most", type=int, default=20, help="longest list (20)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    if options.days <= 0 or options.most < 1:
        parser.error("--days and --most are more than 0")
    dotenv.load_dotenv(Path.cwd() / ".env")
    try:
        report = asyncio.run(_read(Settings.from_environment(), options.days, options.most))
    except (BadSetting, StoreError) as error:
        print(f"hyperrun: {error}", file=sys.stderr)
        return 2
    print(json.dumps(asdict(report), indent=2) if options.json else markdown(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())

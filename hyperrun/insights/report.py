"""What readers ask, and what the documentation does not answer.

A question counts once for each reader who asked it, however often they did and in
how many conversations, and stands with their last answer. Agents are counted apart from people;
what was not answered stands in one list, whoever asked it. Questions are the same that differ only
in case, spaces and the punctuation around them. What readers wrote is cleaned of addresses, keys
and tokens.
"""

import html
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

from hyperrun.domain import Outcome, reader_of
from hyperrun.redaction import without_personal
from hyperrun.storage.store import Reported, Store
from hyperrun.text import in_markdown, plain

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
    rows = [
        replace(row, question=without_personal(row.question), comment=without_personal(row.comment))
        for row in await store.summaries(since)
    ]
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


class Part(NamedTuple):
    """A table of the report."""

    title: str
    names: tuple[str, ...]
    rows: list[list[str]]


def parts(report: Insights) -> list[Part]:
    """The report's tables, in order."""
    return [
        _part("Not answered from the documentation", ("readers", "question"),
              ((each.readers, each.text) for each in report.unanswered)),
        _part("Failed", ("readers", "question"),
              ((each.readers, each.text) for each in report.failures)),
        _part("Thumbs down", ("question", "reason", "comment", "page", "answer"),
              (asdict(each).values() for each in report.complaints)),
        _part("Asked most", ("readers", "question"),
              ((each.readers, each.text) for each in report.asked)),
        _part("Asked on", ("readers", "page"),
              ((each.readers, each.text) for each in report.pages)),
        _part("Asked by agents", ("questions", "agent", "door"),
              ((each.questions, each.name, each.door) for each in report.agents)),
        _part("Reported by agents as not found", ("times", "question", "note", "agent"),
              ((each.times, each.question, each.note, each.agent) for each in report.reported)),
    ]  # fmt: skip


def _part(title: str, names: tuple[str, ...], rows: Iterable[Iterable[Any]]) -> Part:
    return Part(title, names, [[str(cell) for cell in row] for row in rows])


def _title(report: Insights) -> str:
    return f"Questions of the last {report.days:g} days"


def _sentence(report: Insights) -> str:
    return (
        f"{report.questions} questions of {report.readers} readers; thumbs: {report.up} up, "
        f"{report.down} down; failed: {report.failed}; cost: {report.usd:.2f} USD."
    )


def as_markdown(report: Insights) -> str:
    """The report for people. What readers wrote stands in it as text, each in one line."""
    lines = [f"# {_title(report)}", "", _sentence(report)]
    for title, names, rows in parts(report):
        head = [_row(names), "| --- " * len(names) + "|"]
        lines += ["", f"## {title}", "", *([*head, *map(_row, rows)] if rows else ["None."])]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(in_markdown(cell) for cell in cells) + " |"


def as_html(report: Insights) -> str:
    """The same as a page of its own, which loads nothing: for a mail, or to be kept."""
    lines = [
        "<!doctype html>", '<html lang="en"><meta charset="utf-8">',
        f"<title>{html.escape(_title(report))}</title>",
        f"<h1>{html.escape(_title(report))}</h1><p>{html.escape(_sentence(report))}</p>",
    ]  # fmt: skip
    for title, names, rows in parts(report):
        lines.append(f"<h2>{html.escape(title)}</h2>")
        if not rows:
            lines.append("<p>None.</p>")
            continue
        lines.append('<table border="1" cellpadding="5">' + _cells("th", names))
        lines += [_cells("td", row) for row in rows]
        lines.append("</table>")
    return "\n".join(lines) + "\n"


def _cells(tag: str, cells: Iterable[str]) -> str:
    told = (html.escape(plain(cell)) for cell in cells)
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in told) + "</tr>"

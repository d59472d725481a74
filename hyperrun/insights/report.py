"""What readers ask, and what the documentation does not answer.

A question counts once for each reader who asked it, however often they did and in
how many conversations, and stands with their last answer. Agents are counted apart from people;
what was not answered stands in one list, whoever asked it. Questions are the same that differ only
in case, spaces and the punctuation around them; of what was not answered those, too, that the
operator's model has put under one heading (`hyperrun gaps --join`). What readers wrote
is cleaned of addresses, keys and tokens.
"""

import html
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hyperrun.domain import Outcome, reader_of
from hyperrun.redaction import without_personal
from hyperrun.storage.store import Reported, Store, Summary, day_of
from hyperrun.text import counted, in_markdown, plain

# What mail programs understand, too.
STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:1.5em auto;padding:0 1em;"
    "color-scheme:light dark}h1{font-size:1.4em}h2{font-size:1.1em;margin:1.6em 0 .4em}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;"
    "padding:.35em .8em;min-width:5em;border-bottom:1px solid #8884;overflow-wrap:anywhere}"
    "th{white-space:nowrap}"
)
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
    not_answered: int = 0  # of the questions, from the documentation
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
    last: dict[tuple[str, str], Summary] = {}
    for row in rows:
        key = reader_of(row.conversation), _same(row.question) or row.id
        last.pop(key, None)  # those that are asked last stand last
        last[key] = row
    people = {key: row for key, row in last.items() if not row.asker.agent}
    agents = Counter((row.asker.agent, row.asker.door.value) for row in rows if row.asker.agent)
    wordings = {key: row.question for (_, key), row in last.items() if says_something(row.question)}
    failures = (Outcome.FAILED, Outcome.INTERRUPTED)
    uncited = {
        key: row
        for key, row in last.items()
        if row.outcome == Outcome.ANSWERED and not row.is_cited
    }
    missing = [(reader, row.need or question) for (reader, question), row in uncited.items()]
    missing = list(dict.fromkeys(missing[::-1]))[::-1]  # a need once for each reader
    named = {row.need: row.need for row in uncited.values() if row.need}
    pages = dict.fromkeys((reader, row.page_url) for (reader, _), row in people.items())
    return Insights(
        days=days,
        questions=len(people),
        readers=len({reader for reader, _ in people}),
        not_answered=len(uncited.keys() & people.keys()),
        up=sum(row.rating > 0 for row in rows),
        down=sum(row.rating < 0 for row in rows),
        failed=sum(row.outcome in failures for row in last.values()),
        usd=sum(row.cost_usd or 0.0 for row in rows if not row.own_key),
        unanswered=_most((need for _, need in missing), most, wordings | named),
        failures=_most(
            (question for (_, question), row in last.items() if row.outcome in failures),
            most,
            wordings,
        ),
        complaints=[_complaint(row) for row in reversed(rows) if _complains(row)][:most],
        asked=_most((question for _, question in people), most, wordings),
        pages=_most((page for _, page in pages if page), most),
        agents=[
            Agent(name, door, questions) for (name, door), questions in agents.most_common(most)
        ],
        reported=(await store.reported(day_of(since)))[:most],
    )


def _complains(row: Summary) -> bool:
    """Is there a thumb down, and a text of its reader to read?"""
    return row.rating < 0 and bool(row.question or row.comment)


def _complaint(row: Summary) -> Complaint:
    question, comment = without_personal(row.question), without_personal(row.comment)
    return Complaint(question, row.reason, comment, row.page_url, row.id)


def _same(question: str) -> str:
    return " ".join(question.casefold().split()).strip(AROUND)


def says_something(question: str) -> bool:
    """Has a question a word? One whose text is not kept has none."""
    return any(letter.isalnum() for letter in question)


def _most(keys: Iterable[str], most: int, wordings: dict[str, str] | None = None) -> list[Asked]:
    """The commonest, of equal ones those asked last; what has no wording is only counted."""
    newest = list(keys)[::-1]
    counts = Counter(newest if wordings is None else filter(wordings.__contains__, newest))
    return [
        Asked(without_personal((wordings or {}).get(key, key)), readers)
        for key, readers in counts.most_common(most)
    ]


class Link(str):
    """An address of the operator's own desk: the one thing in a report that leads anywhere."""


class Part(NamedTuple):
    """A table of the report."""

    title: str
    names: tuple[str, ...]
    rows: list[list[str]]


def parts(report: Insights, desk: str = "") -> list[Part]:
    """The report's tables, in order; answers are linked at the `desk`'s address, if it has one."""
    return [
        _part("Not answered from the documentation", ("readers", "question"),
              ((each.readers, each.text) for each in report.unanswered)),
        _part("Failed", ("readers", "question"),
              ((each.readers, each.text) for each in report.failures)),
        _part("Thumbs down", ("question", "reason", "comment", "page", "answer"),
              ((each.question, each.reason, each.comment, each.page,
                Link(f"{desk}/conversation/{each.id}") if desk else each.id)
               for each in report.complaints)),
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
    return Part(title, names, [[cell if isinstance(cell, Link) else str(cell) for cell in row]
                               for row in rows])  # fmt: skip


def _title(report: Insights) -> str:
    days = "day" if report.days == 1 else f"{report.days:g} days"
    return f"Questions of the last {days}"


def _sentence(report: Insights) -> str:
    share = f" ({report.not_answered / report.questions:.0%})" if report.questions else ""
    return (
        f"{counted(report.questions, 'question')} of {counted(report.readers, 'reader')}, "
        f"{report.not_answered:,}{share} not answered from the documentation; "
        f"thumbs: {report.up} up, "
        f"{report.down} down; failed: {report.failed}; cost: {report.usd:.2f} USD."
    )


def as_markdown(report: Insights, desk: str = "") -> str:
    """The report for people. What readers wrote stands in it as text, each in one line."""
    lines = [f"# {_title(report)}", "", _sentence(report)]
    for title, names, rows in parts(report, desk):
        head = [_row(names), "| --- " * len(names) + "|"]
        lines += ["", f"## {title}", "", *([*head, *map(_row, rows)] if rows else ["None."])]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    told = (f"<{cell}>" if isinstance(cell, Link) else in_markdown(cell) for cell in cells)
    return "| " + " | ".join(told) + " |"


def as_html(report: Insights, desk: str = "") -> str:
    """The same as a page of its own, which loads nothing: for a mail, or to be kept."""
    lines = [
        "<!doctype html>", '<html lang="en"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{STYLE}</style>",
        f"<title>{html.escape(_title(report))}</title>",
        f"<h1>{html.escape(_title(report))}</h1><p>{html.escape(_sentence(report))}</p>",
    ]  # fmt: skip
    for title, names, rows in parts(report, desk):
        lines.append(f"<h2>{html.escape(title)}</h2>")
        if not rows:
            lines.append("<p>None.</p>")
            continue
        lines.append("<table>" + _cells("th", names))
        lines += [_cells("td", row) for row in rows]
        lines.append("</table>")
    return "\n".join(lines) + "\n"


def _cells(tag: str, cells: Iterable[str]) -> str:
    told = (
        f'<a href="{html.escape(cell)}">answer</a>'
        if isinstance(cell, Link)
        else html.escape(plain(cell))
        for cell in cells
    )
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in told) + "</tr>"

"""What the documentation does not answer: needs of many readers in one place each, and why."""

import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from hyperrun.domain import Grounding, Outcome, reader_of
from hyperrun.insights.clusters import MAX_QUESTIONS, Embed, Find, clusters
from hyperrun.insights.joining import joined
from hyperrun.insights.wording import about, language_of, reads_as_heading, stems_of
from hyperrun.redaction import REMOVED, without_personal
from hyperrun.storage.store import Kind, Missed, Reported, Summary
from hyperrun.text import counted, plain

DAY_S = 86_400.0
AGAIN_WITHIN_S = 600.0  # a question of the same reader, in other words
MAX_WORDINGS = 30
MAX_ANSWERS = 5
MAX_NAME_CHARS = 90
NO_HEADING = 0.5  # of its worth, for a question of which no heading is to be made
ESCALATED = "escalated"  # what stands with a turn whose reader has written to a person

REASONS = {
    "absent": "nothing was found",
    "near": "nothing matched closely",
    "uncited": "answered without naming a source",
    "down": "voted down",
    "searched": "searched without opening a result",
    "again": "asked again in other words",
    "escalated": "handed on to a person",
    "reported": "reported as missing by an agent",
    "failed": "not answered, for a fault",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """One time that a need was told, and what made it none that was met."""

    text: str
    reader: str = ""
    when: float = 0.0
    reasons: tuple[str, ...] = ()
    turn_id: str = ""
    page_url: str = ""
    comment: str = ""
    times: int = 1
    need: str | None = None  # the heading that the operator's model has put it under
    raw: str = ""  # the words of a search or a report, as they are kept

    @property
    def row(self) -> tuple[Kind, str]:
        """What it was told by, as the store knows it."""
        if self.turn_id:
            return "turn", self.turn_id
        return "search" if "searched" in self.reasons else "report", self.raw


@dataclass(frozen=True, slots=True)
class Gap:
    """A need that the documentation does not meet. Of wordings the commonest come first.

    Who searches, and an agent that reports something, is no reader that could be told from another.
    """

    name: str
    readers: int
    times: int
    before: int  # times in the first half of the days
    after: int  # and in the second
    reasons: dict[str, int]
    wordings: list[str]
    comments: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)  # answers to look at, the newest first

    @property
    def anonymous(self) -> int:
        """How often it was told by nobody that is known as a reader: searches, and agents."""
        return sum(self.reasons.get(reason, 0) for reason in ("searched", "reported"))

    @property
    def told_by(self) -> str:
        """By how many, and how often."""
        readers = f"{counted(self.readers, 'reader')}, " if self.readers else ""
        return f"{readers}{counted(self.times, 'time')}"

    @property
    def trend(self) -> str:
        """Whether it is asked more often lately."""
        if self.after > self.before * 1.5:
            return "rising"
        return "falling" if self.before > self.after * 1.5 else "steady"

    @property
    def slug(self) -> str:
        """A file's name for it."""
        words = re.sub(r"[^\w]+", "-", self.name.casefold()).strip("-_")
        return words[:60].strip("-") or "gap"


def askings(
    rows: Sequence[Summary],
    missed: Sequence[Missed] = (),
    reported: Sequence[Reported] = (),
) -> list[Asking]:
    """What was asked and not well answered, searched and not opened, or reported as missing.

    Questions are cleaned of addresses, keys and tokens.
    """
    found = []
    again = _asked_again(rows)
    for row in rows:
        reasons = [reason for reason, holds in _reasons(row, again) if holds]
        text = plain(without_personal(row.question), 500)
        if reasons and stems_of(text):
            found.append(
                Asking(
                    text, reader_of(row.conversation), row.started, tuple(reasons), row.id,
                    row.page_url, plain(without_personal(row.comment), 300), need=row.need,
                )
            )  # fmt: skip
    for search in missed:
        text = plain(without_personal(search.words), 300)
        told = Asking(text, reasons=("searched",), need=search.need, raw=search.words)
        found += _counted(search, told)
    for report in reported:
        text = plain(without_personal(report.question), 500)
        note = plain(without_personal(report.note), 300)
        told = Asking(
            text, reasons=("reported",), comment=note, need=report.need, raw=report.question
        )
        found += _counted(report, told)
    return found


def _counted(row: Missed | Reported, told: Asking) -> list[Asking]:
    """What is counted by days and not by readers: what of it was lately, and before."""
    times = {time.time(): row.lately, 0.0: row.times - row.lately}
    return [
        replace(told, when=when, times=count)
        for when, count in times.items()
        if count and stems_of(told.text)
    ]


def _reasons(row: Summary, again: frozenset[str]) -> Iterable[tuple[str, bool]]:
    answered = row.outcome is Outcome.ANSWERED
    yield "absent", row.grounding is Grounding.ABSENT
    yield "near", row.grounding is Grounding.NEAR
    unknown = row.grounding is Grounding.UNKNOWN and answered and not row.is_cited
    yield "uncited", row.grounding is Grounding.UNCITED or unknown
    yield "down", row.rating < 0 and row.reason != ESCALATED
    yield "again", row.id in again
    yield "escalated", row.reason == ESCALATED
    yield "failed", row.outcome is Outcome.FAILED


def _asked_again(rows: Sequence[Summary]) -> frozenset[str]:
    """Answers after which the same reader soon asked the same thing in other words."""
    last: dict[str, Summary] = {}
    found = set()
    for row in sorted(rows, key=lambda row: row.started):
        before = last.get(row.conversation)
        if before is not None and row.started - before.started <= AGAIN_WITHIN_S:
            one, other = set(stems_of(before.question)), set(stems_of(row.question))
            shared = len(one & other)
            if one != other and shared >= 2 and shared >= 0.5 * min(len(one), len(other)):
                found.add(before.id)
        last[row.conversation] = row
    return frozenset(found)


def gaps(
    asked: Sequence[Asking],
    days: float,
    embed: Embed | None = None,
    least: int = 1,
    find: Find | None = None,
) -> list[Gap]:
    """The gaps, most readers first; a need that was told fewer than `least` times is left out."""
    return Needs.of(asked, embed, find).gaps(days, least)


@dataclass(frozen=True, slots=True)
class Needs:
    """What was asked: wordings, their clusters by likeness, and the headings that the operator's
    model has put them under, None where it was not asked."""

    wordings: list[list[Asking]]  # those of one wording together, the commonest first
    clusters: list[list[int]]
    headings: list[str | None]

    @classmethod
    def of(cls, asked: Sequence[Asking], embed: Embed | None, find: Find | None) -> "Needs":
        """As they are found without a model, and kept of what one has said."""
        by_wording: dict[str, list[Asking]] = {}
        for each in asked:
            by_wording.setdefault(_same(each.text), []).append(each)
        ordered = sorted(by_wording.values(), key=lambda group: -sum(each.times for each in group))
        wordings = ordered[:MAX_QUESTIONS]
        found = clusters([group[-1].text for group in wordings], embed, find)
        return cls(wordings, found, [_heading(group) for group in wordings])

    @property
    def questions(self) -> list[str]:
        """Each wording once, as it was put last."""
        return [group[-1].text for group in self.wordings]

    def gaps(self, days: float, least: int) -> list[Gap]:
        """As `gaps` says."""
        middle = time.time() - days * DAY_S / 2
        found = [
            _gap([self.wordings[at] for at in places], middle, heading)
            for heading, places in joined(self.clusters, self.headings)
        ]
        kept = [gap for gap in found if gap.times >= least]
        return sorted(kept, key=lambda gap: (-gap.readers - gap.anonymous, -gap.times, gap.name))


def _heading(group: Sequence[Asking]) -> str | None:
    """What the model has said of a wording: of the one who asked last and was told of."""
    told = [each for each in group if each.need is not None]
    return max(told, key=lambda each: each.when).need if told else None


def _same(text: str) -> str:
    return " ".join(sorted(stems_of(text)))


def _gap(groups: Sequence[Sequence[Asking]], middle: float, heading: str) -> Gap:
    everyone = [each for group in groups for each in group]
    wordings = sorted(groups, key=lambda group: -sum(each.times for each in group))
    reasons = Counter[str]()
    for each in everyone:
        for reason in each.reasons:
            reasons[reason] += each.times
    newest = sorted(everyone, key=lambda each: -each.when)
    return Gap(
        name=heading or named([each.text for group in groups for each in group]),
        readers=len({each.reader for each in everyone if each.reader}),
        times=sum(each.times for each in everyone),
        before=sum(each.times for each in everyone if each.when < middle),
        after=sum(each.times for each in everyone if each.when >= middle),
        reasons=dict(reasons.most_common()),
        wordings=[group[-1].text for group in wordings][:MAX_WORDINGS],
        comments=list(dict.fromkeys(each.comment for each in newest if each.comment))[:MAX_ANSWERS],
        pages=_most(each.page_url for each in everyone if each.page_url),
        turns=[each.turn_id for each in newest if each.turn_id][:MAX_ANSWERS],
    )


def _most(values: Iterable[str]) -> list[str]:
    return [value for value, _ in Counter(values).most_common(MAX_ANSWERS)]


def named(questions: Sequence[str], main: str = "en") -> str:
    """A heading that a writer would put above the answer: of the questions in the documentation's
    language the one that holds most of what all of them share, without how it is asked; one that
    reads as a heading before a name alone, a complaint or the rest of a sentence."""
    shares = Counter[str]()
    stems = {question: stems_of(question) for question in questions}
    for question in questions:
        shares.update(stems[question].keys())
    several = {stem: count for stem, count in shares.items() if count > 1} or dict(shares)

    def worth(question: str) -> tuple[bool, bool, float, int]:
        own = stems[question]
        held = sum(several.get(stem, 0) for stem in own) / (len(own) + 2)
        if not reads_as_heading(question):
            held *= NO_HEADING
        is_whole = REMOVED not in question
        return is_whole, language_of(question) == main, held, -len(question)

    best = max(dict.fromkeys(questions), key=worth)
    name = plain(about(best), MAX_NAME_CHARS)
    return name or plain(best, MAX_NAME_CHARS)

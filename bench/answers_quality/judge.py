"""Whether an answer says what it has to, and how many of them do."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from unicodedata import normalize

from bench.answers_quality.answer import Answer, Citation
from bench.answers_quality.questions import Page, Question

MAX_LINES = 60  # a longer answer is not short
BEGINNING_CHARS = 400  # where an answer has to say that the documentation does not answer
ABSENT = re.compile(
    r"found nothing|nothing in the (documentation|docs)"
    r"|(could not|couldn't|cannot|did not) find (an answer|anything|this|that)"
    r"|(documentation|docs|passages?|pages?) (do|does)( not|n't) (seem to )?"
    r"(say|mention|cover|contain|answer|hold|tell)"
    r"|not (documented|covered|mentioned|answered) (in|by) the (documentation|docs)"
    r"|no (passage|page|part) (of the documentation )?(matches|answers|says|mentions)"
)
PLAIN = str.maketrans("‘’“”–—‑", "''\"\"---", "\u00ad\u200b")  # soft hyphens, zero-width spaces
OWN_ID = re.compile(r"\{[^{}]*\}\s*$")  # of a heading: {#install}
NOT_WORDS = re.compile(r"\W+")
TITLE_SEPARATOR = re.compile(r"\s[>›»|]\s")


@dataclass(frozen=True)
class Verdict:
    """What is true of an answer; None where its question does not ask for it."""

    id: str
    height_lines: int
    error: bool
    said_absent: bool
    missing: tuple[tuple[str, ...], ...] = ()
    must: bool | None = None
    code: bool | None = None
    first_source: bool | None = None
    any_source: bool | None = None
    absent_told: bool | None = None
    follow_up: bool | None = None
    wrongly_absent: bool | None = None
    short: bool | None = None

    @property
    def wrong(self) -> list[str]:
        """The names of what it falls short of."""
        asked_for = ("must", "code", "first_source", "absent_told", "short")
        wrong = [name for name in asked_for if getattr(self, name) is False]
        return [*wrong, "error"] if self.error else wrong


@dataclass(frozen=True)
class Figures:
    """Of many answers: how many are so, of how many that are asked to, by the names of `ROWS`."""

    counts: Mapping[str, tuple[int, int]]
    lines_median: float
    lines_p95: int


ROWS = {
    "must": "must",
    "code": "code",
    "first_source": "first source",
    "any_source": "any source",
    "absent_told": "absent told",
    "follow_up": "follow-ups",
    "wrongly_absent": "wrongly absent",
    "short": "short",
    "error": "errors",
}


def comparable(text: str) -> str:
    """Text without its case, runs of white space, typographic signs and invisible ones."""
    return " ".join(normalize("NFKC", text).translate(PLAIN).split()).casefold()


def comparable_heading(text: str) -> str:
    """The words of a heading alone."""
    return " ".join(NOT_WORDS.sub(" ", comparable(OWN_ID.sub("", text))).split())


def judge(asked: Question, answer: Answer) -> Verdict:
    """What is true of this answer to this question."""
    text = comparable(answer.text)
    beginning = comparable(f"{answer.text[:BEGINNING_CHARS]} {answer.notices}")
    said_absent = bool(ABSENT.search(beginning))
    error = "something went wrong" in f"{text} {comparable(answer.notices)}"
    if asked.absent:
        told = said_absent and not error
        return Verdict(asked.id, answer.height_lines, error, said_absent, absent_told=told)
    missing = tuple(group for group in asked.must if not says_one(text, group))
    right = [is_right(source, asked.pages) for source in answer.sources]
    return Verdict(
        asked.id, answer.height_lines, error, said_absent,
        missing=missing,
        must=not missing,
        code=any(says_one(comparable(block), asked.code) for block in answer.code)
        if asked.code
        else None,
        first_source=right[:1] == [True],
        any_source=any(right),
        follow_up=not missing if asked.after else None,
        wrongly_absent=said_absent,
        short=answer.height_lines <= MAX_LINES,
    )  # fmt: skip


def says_one(text: str, strings: Sequence[str]) -> bool:
    """Whether comparable `text` holds one of the strings."""
    return any(comparable(each) in text for each in strings)


def is_right(source: Citation, pages: Sequence[Page]) -> bool:
    """Whether it is of a page's file, and has its heading or begins in its lines."""
    parts = [comparable_heading(part) for part in TITLE_SEPARATOR.split(source.title)]
    for page in pages:
        if source.file != page.file:
            continue
        if not page.heading or comparable_heading(page.heading) in parts:
            return True
        if page.lines and source.lines and page.lines[0] <= source.lines[0] <= page.lines[1]:
            return True
    return False


def figures(verdicts: Sequence[Verdict]) -> Figures:
    """The figures of at least one verdict."""
    counts = {}
    for name in ROWS:
        held = [value for each in verdicts if (value := getattr(each, name)) is not None]
        counts[name] = (sum(held), len(held))
    heights = sorted(each.height_lines for each in verdicts)
    return Figures(counts, median(heights), heights[ceil(0.95 * len(heights)) - 1])


def table(by_name: Mapping[str, Figures]) -> str:
    """A line for each name."""
    rows = [["", *ROWS.values(), "lines median", "p95"]]
    for name, each in by_name.items():
        counts = [f"{so}/{of}" if of else "-" for so, of in each.counts.values()]
        rows.append([name, *counts, f"{each.lines_median:g}", str(each.lines_p95)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

"""Whether the questions are fair: the passages that answer them say what is asked for."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from bench.answers_quality.answer import Answer
from bench.answers_quality.judge import comparable_heading, judge
from bench.answers_quality.questions import Page, Question

HEADING = re.compile(r"#{1,4} ")
UNSEEN_MARKS = re.compile(r"[`*\\]")  # of Markdown and reStructuredText, not shown on a page


def faults(root: Path, questions: Sequence[Question]) -> Iterator[str]:
    """What is wrong with the questions about the repository at `root`, a line for each.

    An answer that quotes all the right passages and cites them has to pass.
    """
    ids = [each.id for each in questions]
    for each in questions:
        if ids.count(each.id) > 1:
            yield f"{each.id}: asked twice under one id"
        if each.after and each.after not in ids:
            yield f"{each.id}: there is no question {each.after}"
        if not each.absent:
            yield from faults_of_one(root, each)


def faults_of_one(root: Path, asked: Question) -> Iterator[str]:
    """What is wrong with the pages and strings of a question."""
    try:
        sections = [section(root, page) for page in asked.pages]
        text = "\n".join([*sections, *(section(root, Page(file)) for file in asked.also)])
    except OSError as error:
        yield f"{asked.id}: {error}"
        return
    for page, said in zip(asked.pages, sections, strict=True):
        if comparable_heading(page.heading) not in comparable_heading(said):
            yield f"{asked.id}: no heading {page.heading!r} in {page.file}"
    verdict = judge(asked, quoting(text, asked.pages))
    for group in verdict.missing:
        yield f"{asked.id}: none of its pages says {' or '.join(map(repr, group))}"
    if verdict.code is False:
        yield f"{asked.id}: none of its pages holds the code {' or '.join(map(repr, asked.code))}"
    if not verdict.first_source:
        yield f"{asked.id}: its own first page is not right"


def quoting(text: str, pages: Sequence[Page]) -> Answer:
    """The answer that shows `text`, with and without marks, and cites `pages`."""
    cited = "".join(
        f"<li><strong>Page &gt; {escape(page.heading.replace('`', ''))}</strong>"
        f'<p class="source-place"><code>{escape(page.file)}</code></p></li>'
        for page in pages
    )
    shown = f"{text}\n{UNSEEN_MARKS.sub('', text)}"
    return Answer.of(f'<pre>{escape(shown)}</pre><div class="sources">{cited}</div>')


def section(root: Path, page: Page) -> str:
    """The text of a right passage; OSError where there is no such file."""
    text = (root / page.file).read_text(encoding="utf-8", errors="replace")
    if page.file.endswith(".ipynb"):
        return "\n".join(cells(json.loads(text), page.heading))
    lines = text.splitlines()
    if page.lines:
        first, last = page.lines
        lines = lines[first - 1 : last]
    return "\n".join(lines)


def cells(notebook: Mapping[str, Any], heading: str) -> Iterator[str]:
    """The cells under `heading` up to the next one, or all of them where it is empty."""
    inside = not heading
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if heading and cell["cell_type"] == "markdown":
            first = next(filter(HEADING.match, text.splitlines()), None)
            if first is not None:
                inside = comparable_heading(first) == comparable_heading(heading)
        if inside:
            yield text

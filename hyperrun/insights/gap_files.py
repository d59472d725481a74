"""A gap as a file for writers, and as a draft of an issue."""

from dataclasses import dataclass

from hyperrun.insights.gaps import REASONS, Gap
from hyperrun.text import counted, in_markdown, plain

MAX_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Issue:
    """What a forge is told: GitHub, GitLab and Forgejo take a title, a body and labels."""

    title: str
    body: str
    label: str = "documentation"


def markdown(gap: Gap, days: float, desk: str = "") -> str:
    """The gap as a page: what is needed, by how many, in which words, and why it is a gap; with its
    answers at the `desk`'s address, where there is one."""
    lines = [
        f"# {in_markdown(gap.name)}",
        "",
        f"{gap.told_by} in {counted(days, 'day')}, {gap.trend} "
        f"({gap.before} in the first half, {gap.after} in the second).",
        "",
        "## Why it is a gap",
        "",
        *(f"- {REASONS[reason]}: {count}" for reason, count in gap.reasons.items()),
        "",
        "## In readers' words",
        "",
        *(f"- {in_markdown(words)}" for words in gap.wordings[:MAX_SHOWN]),
    ]
    if len(gap.wordings) > MAX_SHOWN:
        lines.append(f"- and {len(gap.wordings) - MAX_SHOWN} more")
    if gap.comments:
        lines += ["", "## What they said of the answers", ""]
        lines += [f"- {in_markdown(comment)}" for comment in gap.comments]
    if gap.pages:
        lines += ["", "## Asked on", "", *(f"- {in_markdown(page)}" for page in gap.pages)]
    if gap.turns and desk:
        lines += ["", "## Answers", "", *(f"- <{desk}/conversation/{turn}>" for turn in gap.turns)]
    return "\n".join(lines) + "\n"


def issue(gap: Gap, days: float) -> Issue:
    """The gap as an issue's draft."""
    body = markdown(gap, days).partition("\n\n")[2]
    return Issue(f"Docs: {plain(gap.name, 120)}", body)

"""The answer without a language model: the passages that say it, trimmed and quoted."""

import re
from collections.abc import AsyncIterator, Sequence

from hyperrun.conversation import Source
from hyperrun.language import text

MOST_PASSAGES = 3
MOST_LINES = 14

_WORD = re.compile(r"\w{3,}")


async def extract(question: str, sources: Sequence[Source], language: str) -> AsyncIterator[str]:
    """The answer as Markdown, a passage at a time, with its citation."""
    if not sources:
        yield text(language, "extract_none")
        return
    yield text(language, "extract_lead") + "\n\n"
    words = {word.lower() for word in _WORD.findall(question)}
    for source in sources[:MOST_PASSAGES]:
        yield _quote(source, words) + "\n\n"


def _quote(source: Source, words: set[str]) -> str:
    passage = source.passage
    title = re.sub(r"([\\`*_\[\]<>#|$~])", r"\\\1", passage.title or passage.file)
    heading = f"**{title}** [{source.number}]"
    lines = _window(passage.text.splitlines(), words)
    if _is_prose(passage.kind):
        body = "\n".join(line for line in lines if not line.startswith("#"))
        return f"{heading}\n\n{_close_fences(body.strip())}"
    fence = "```"
    while any(fence in line for line in lines):
        fence += "`"
    return f"{heading}\n\n{fence}{passage.language}\n" + "\n".join(lines) + f"\n{fence}"


def _is_prose(kind: str) -> bool:
    return kind in ("section", "document", "cell", "notebook")


def _window(lines: list[str], words: set[str]) -> list[str]:
    """The lines around those that hold most of the question's words."""
    if len(lines) <= MOST_LINES:
        return lines

    def hits(line: str) -> int:
        lowered = line.lower()
        return sum(word in lowered for word in words)

    scores = [hits(line) for line in lines]
    best = max(
        range(len(lines) - MOST_LINES + 1), key=lambda at: (sum(scores[at : at + MOST_LINES]), -at)
    )
    return lines[best : best + MOST_LINES]


def _close_fences(markdown: str) -> str:
    """A cut in the middle of a code block must not swallow what follows."""
    marks = re.findall(r"^\s*(```+|~~~+)", markdown, re.MULTILINE)
    return f"{markdown}\n{marks[-1]}" if len(marks) % 2 else markdown

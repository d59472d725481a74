"""Passages, and what is quoted of them to a question."""

import asyncio
from pathlib import Path

from hyperrun.answering.extractive import extract
from hyperrun.answering.research import Research
from hyperrun.domain import Source
from hyperrun.passage import Passage
from hyperrun.search.engine import Search
from hyperrun.search.parsing import documents
from hyperrun.search.terms import stems
from hyperrun.search.wanted import Wanted
from hyperrun.settings import Settings

FILLER = "\n\n".join(
    f"Paragraph {n} tells of clouds.\nAnd of rain.\nAnd of wind." for n in range(16)
)


def section(text: str, title: str = "Guide", file: str = "guide.md") -> Passage:
    """A passage of documentation, as the index keeps it."""
    read = documents.restructured if file.endswith(".rst") else documents.markdown
    content = "\n\n".join(each.content or each.text for each in read(text, "x"))
    return Passage(file, 1, text.count("\n") + 1, title, "section", text, content=content)


def answer(question: str, *passages: Passage, introducing: int = 0) -> str:
    """All that is said to a question."""
    return "".join(parts(question, *passages, introducing=introducing))


def parts(question: str, *passages: Passage, introducing: int = 0) -> list[str]:
    """The same, by the pieces in which it comes."""
    sources = [Source(number, passage) for number, passage in enumerate(passages, 1)]

    async def whole() -> list[str]:
        wanted = Wanted.of(question)
        known = {stem for passage in passages for stem in stems(f"{passage.title} {passage.text}")}
        wanted.unknown = tuple(stem for stem in wanted.terms if stem not in known)
        pieces = extract(wanted, sources, alone, "en", introducing)
        return [piece async for piece in pieces]

    return asyncio.run(whole())


async def alone(source: Source) -> list[Source]:
    """A section of which nothing but the passage is known."""
    return [source]


def found_answer(question: str, root: Path) -> str:
    """All that is said to a question about a project, of what is found in it."""

    async def said() -> str:
        settings = Settings(repo_path=str(root), data_dir=root / "data", search="embedded")
        search = Search(settings)
        await search.start()
        try:
            research = Research(search)
            sources = await research.find(question, 6)
            pieces = extract(await search.wanted(question), sources, research.section, "en")
            return "".join([piece async for piece in pieces])
        finally:
            await search.close()

    return asyncio.run(said())

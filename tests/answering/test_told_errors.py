"""What is quoted of a page that tells of an error under several headings."""

import asyncio
from pathlib import Path

import pytest

from hyperrun.answering.extractive import extract
from hyperrun.answering.research import Research
from hyperrun.search.engine import Search
from hyperrun.search.told_errors import stands_before_mend, tells_mend
from hyperrun.settings import Settings


@pytest.mark.parametrize("mend", ["Resolution", "Possible ways to fix it"])
def test_with_what_an_error_shows_stands_what_mends_it(tmp_path: Path, mend: str) -> None:
    (tmp_path / "README.md").write_text("# Lamps\n")
    (tmp_path / "bridge.md").write_text(
        "# No bridge\n\n## Symptoms\n\nYou see `LampError: no bridge`.\n\n"
        f"## Cause\n\nThe bridge is away.\n\n## {mend}\n\nPlug it in.\n\n## Resources\n\nA shop.\n"
    )

    async def found() -> str:
        settings = Settings(repo_path=str(tmp_path), data_dir=tmp_path / "data", search="embedded")
        search = Search(settings)
        await search.start()
        try:
            research = Research(search)
            sources = await research.find("LampError: no bridge", 6)
            wanted = await search.wanted("LampError: no bridge")
            pieces = extract(wanted, sources, research.section, "en")
            return "".join([piece async for piece in pieces])
        finally:
            await search.close()

    said = asyncio.run(found())
    assert said.index("You see `LampError: no bridge`.") < said.index("Plug it in.")


def test_other_headings_are_no_part_of_such_an_account() -> None:
    assert not any(map(stands_before_mend, ("Error handling", "Problem sets", "Lamps", "")))
    assert not any(map(tells_mend, ("Prefixes", "Answering machines", "How to dim")))

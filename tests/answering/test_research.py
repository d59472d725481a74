"""The searches of one answer."""

from pathlib import Path

from hyperrun.answering.research import Research
from hyperrun.search.engine import Search
from tests.search.running import searched


def test_a_search_of_the_model_brings_passages_that_it_has_not_had(tmp_path: Path) -> None:
    rooms = "".join(f"## Room {n}\n\nA lamp glows in house number {n}.\n\n" for n in range(12))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "guide.md").write_text(f"# Lamps\n\n{rooms}")

    async def work(search: Search) -> None:
        research = Research(search)
        first = await research.find("Which lamp glows?", 4)
        research.quoted(first)
        said = await research.call(query="Which lamp glows?", k=3)
        had = {source.number for source in first}
        new = {source.number for source in research.sources} - had
        assert len(had) == 4 and len(new) == 3
        assert said.count("(given above)") == 3, "as many as are new, at most"
        assert all(f"[{number}] " in said for number in new)

    searched(tmp_path / "site", tmp_path / "data", work)

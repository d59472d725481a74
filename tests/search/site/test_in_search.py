"""Rendered pages and several sources, as the server searches them."""

import os
import time
from pathlib import Path

from fastcore.xml import to_xml

from hyperrun.domain import Source
from hyperrun.language import text as interface_text
from hyperrun.markdown.cards import card_of
from hyperrun.search.engine import Search
from hyperrun.web.answer_parts import SourceCard
from tests.search import repository
from tests.search.running import searched, until
from tests.search.site.test_pages import BUTTON, GENERATED, WHEEL, Site, page


class Saying:
    """As much of a view as a card needs."""

    def say(self, key: str, **values: object) -> str:
        return interface_text("en", key, **values)


def test_a_page_that_is_built_again_is_found_within_seconds(tmp_path: Path) -> None:
    site = Site(tmp_path / "root")

    async def work(search: Search) -> None:
        (found,) = await search.search("chandelier candles", 1)
        assert found.url is not None
        assert found.url.startswith("https://lamps.example/docs/guide/#lamps.Lamp:~:text=A%20chand")
        assert (found.permalink, found.start_line) == (None, 0)
        number = 0

        async def fresh() -> bool:
            nonlocal number  # the watch is set up behind
            number += 1
            html = page(WHEEL, BUTTON, ("new", "New", f"<p>A theremin plays in here {number}.</p>"))
            site.render("guide/index.html", html)
            return bool(await search.search("theremin", 1))

        await until(fresh, 30)
        assert await search.search("chandelier candles", 1) == []

    searched(site.root, tmp_path / "data", work)


def test_what_was_cited_of_a_page_stays_as_long_as_the_page(tmp_path: Path) -> None:
    site = Site(tmp_path / "root")

    async def work(search: Search) -> None:
        (found,) = await search.search("chandelier candles", 1)
        assert search.locate(found) == found
        site.render("guide/index.html", page(WHEEL, BUTTON))
        await search.reindex()
        assert search.locate(found) == found  # its text is the evidence
        os.remove(site.root / "site/guide/index.html")
        await search.reindex()
        assert search.locate(found) is None

    searched(site.root, tmp_path / "data", work)


def test_a_page_has_a_card_without_lines(tmp_path: Path) -> None:
    site = Site(tmp_path / "root")

    async def work(search: Search) -> None:
        (found,) = await search.search("chandelier candles", 1)
        source = Source(1, found)
        card = SourceCard(Saying(), "t", source, card_of(source))  # type: ignore[arg-type]
        html = str(to_xml(card))
        assert "forty-two candles" in html
        assert "line" not in html.partition("source-place")[2].partition("</p>")[0]

    searched(site.root, tmp_path / "data", work)


def test_lines_are_found_again_in_the_source_that_they_are_of(tmp_path: Path) -> None:
    for name, word in (("one", "zither"), ("two", "harmonica")):
        repository.write(tmp_path / name, "README.md", f"# {name}\n\nA {word} can be heard here.\n")
    repository.write(tmp_path / "news", "2.0.md", "# 2.0\n\nThe harmonica can be heard now.\n")
    sources = "".join(
        f'[[source]]\nlabel = "{name}"\npath = "../{name}"\nkind = "{kind}"\n'
        for name, kind in (("one", "docs"), ("news", "changelog"), ("two", "code"))
    )
    repository.write(tmp_path / "here", "hyperrun.toml", sources)

    async def work(search: Search) -> None:
        found = await search.search("where can the harmonica be heard", 5)
        files = [each.file for each in found if "harmonica" in each.text]
        assert files == ["two/README.md", "news/2.0.md"]
        assert found[0].source == "two"
        (tmp_path / "two/README.md").write_text("# two\n\nMore.\n\n" + found[0].text + "\n")
        now = search.locate(found[0])
        assert now is not None
        assert (now.file, now.start_line) == ("two/README.md", 5)
        news = await search.search("which release changed the harmonica", 5)
        assert {each.source for each in news} >= {"news", "two"}

    searched(tmp_path / "here", tmp_path / "data", work)


def test_one_changed_page_costs_little(tmp_path: Path) -> None:
    site = Site(tmp_path / "root")
    for number in range(200):
        site.render(f"p{number}/index.html", page(GENERATED, title=f"P {number}"))
    site.refresh()
    site.render("p7/index.html", page(("x", "X", "<p>A bandoneon plays in here, too.</p>")))
    began = time.process_time()
    site.refresh()
    assert time.process_time() - began < 1
    assert site.found("bandoneon") is not None

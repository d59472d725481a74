"""Rendered pages in the index: each with its source, and what only they say."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperrun.search.index import Index
from hyperrun.search.site import folder
from hyperrun.search.site.folder import Folder
from tests.search import repository

CONFIG = "site_name: Lamps\nsite_url: https://lamps.example/docs/\n"
GUIDE = """# Guide

All that there is to know about lamps stands below.

## Dim a lamp

Turn the wheel slowly until the lamp is as dark as you want it.

## Dim a lamp

Or press the button for three seconds and wait for the chime.
"""


def page(*sections: tuple[str, str, str], title: str = "Guide", head: str = "") -> str:
    """A page as MkDocs makes it."""
    inner = "".join(
        f"<h2 id={anchor}>{heading}<a class=headerlink href=#{anchor}>#</a></h2>{html}"
        for anchor, heading, html in sections
    )
    return (
        f"<!doctype html><html lang=en><head><title>{title} - Lamps</title>{head}</head><body>"
        f"<nav>Menu</nav><div role=main><h1 id=guide>{title}</h1>"
        f"<p>All that there is to know about lamps stands below.</p>{inner}</div></body></html>"
    )


WHEEL = ("dim-a-lamp", "Dim a lamp",
         "<p>Turn the wheel slowly until the lamp is as dark as you want it.</p>")  # fmt: skip
BUTTON = ("dim-a-lamp_1", "Dim a lamp",
          "<p>Or press the button for three seconds and wait for the chime.</p>")  # fmt: skip
GENERATED = ("lamps.Lamp", "Lamp", "<p>A chandelier holds forty-two candles at most.</p>")


class Site:
    """A repository with its rendered site, and its index."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.index = Index(root.parent / "data" / "index" / "x.sqlite3")
        repository.write(root, "mkdocs.yml", CONFIG)
        repository.write(root, "docs/guide.md", GUIDE)
        self.render("guide/index.html", page(WHEEL, BUTTON, GENERATED))
        self.render("index.html", page(title="Home"))

    def render(self, name: str, html: str) -> None:
        repository.write(self.root / "site", name, html)
        later = time.time() + 5
        os.utime(self.root / "site" / name, (later, later))

    def refresh(self, **options: object) -> None:
        self.index.refresh(self.root, site=Folder(self.root / "site"), **options)  # type: ignore[arg-type]

    def found(self, query: str) -> tuple[str, str, str] | None:
        """Kind, address and words of the best passage."""
        best = self.index.search(query, 1)
        return (best[0][0].kind, best[0][1], best[0][0].shown) if best else None

    def rows(self) -> list[tuple[object, ...]]:
        """All passages, as far as a reader sees them."""
        with sqlite3.connect(self.index.path) as connection:
            return sorted(
                connection.execute("SELECT file, start_line, kind, address, content FROM passages")
            )


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "root")
    made.refresh()
    yield made
    made.index.close()


def test_a_passage_has_its_lines_and_its_page(site: Site) -> None:
    best, address = site.index.search("button chime", 1)[0]
    assert (best.file, best.start_line) == ("docs/guide.md", 9)
    assert address == "guide/#dim-a-lamp_1"


def test_what_stands_on_a_page_alone_is_found_there(site: Site) -> None:
    (kind, address, words) = site.found("chandelier candles") or ("", "", "")
    assert (kind, words) == ("page", "A chandelier holds forty-two candles at most.")
    assert address.startswith("guide/#lamps.Lamp:~:text=A%20chandelier%20holds")


def test_a_page_that_changes_is_matched_again(site: Site) -> None:
    site.render("guide/index.html", page(("wheel", "Dim a lamp", WHEEL[2]), BUTTON))
    site.refresh()
    assert site.found("turn the wheel slowly")[1] == "guide/#wheel"  # type: ignore[index]
    assert site.found("chandelier") is None


def test_a_source_that_changes_keeps_no_words_of_an_older_page(site: Site) -> None:
    text = GUIDE.replace("Turn the wheel", "Rotate the bezel")
    (site.root / "docs/guide.md").write_text(text)
    later = time.time() + 60
    os.utime(site.root / "docs/guide.md", (later, later))
    site.refresh(changed=["docs/guide.md"])
    (kind, address, words) = site.found("rotate the bezel") or ("", "", "")
    assert (kind, address) == ("section", "guide/#dim-a-lamp")
    assert "wheel" not in words
    assert site.found("chandelier") is None


def test_without_pages_the_index_is_as_if_there_had_been_none(site: Site, tmp_path: Path) -> None:
    never = Index(tmp_path / "never" / "index" / "x.sqlite3")
    never.refresh(site.root)
    site.index.refresh(site.root)
    with sqlite3.connect(never.path) as connection:
        rows = sorted(
            connection.execute("SELECT file, start_line, kind, address, content FROM passages")
        )
    assert site.rows() == rows
    assert site.index.search("wheel", 1) != []
    never.close()


def test_a_page_without_its_source_stands_alone(site: Site) -> None:
    (site.root / "docs/guide.md").unlink()
    site.refresh()
    assert site.found("button chime")[0] == "page"  # type: ignore[index]
    repository.write(site.root, "docs/guide.md", GUIDE)
    site.refresh()
    assert site.found("button chime")[0] == "section"  # type: ignore[index]


def test_pages_that_hide_or_lead_elsewhere_are_left_out(site: Site) -> None:
    hidden = page(("x", "X", "<p>A xylophone nobody should find.</p>"),
                  head="<meta name=robots content=noindex>")  # fmt: skip
    site.render("hidden/index.html", hidden)
    moved = hidden.replace("name=robots content=noindex", "http-equiv=refresh content='0;url=../'")
    site.render("moved/index.html", moved)
    for name in ("404.html", "search.html", "genindex.html", "_modules/lamps.html", "print.html"):
        site.render(name, page(("x", "X", "<p>A xylophone nobody should find.</p>")))
    site.refresh()
    assert site.found("xylophone") is None


def test_a_page_that_cannot_be_read_leaves_the_others(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.render("bad/index.html", "<main>" + "x" * folder.MAX_PAGE_BYTES)
    site.render("good/index.html", page(("x", "X", "<p>A harmonica everybody should find.</p>")))
    site.refresh()
    assert site.found("harmonica") is not None


def test_nothing_is_done_twice(site: Site) -> None:
    before = site.rows()
    reads: list[str] = []

    class Counting(Folder):
        def read(self, path: str) -> bytes:
            reads.append(path)
            return super().read(path)

    site.index.refresh(site.root, site=Counting(site.root / "site"))
    assert (site.rows(), reads) == (before, [])


def test_the_folder_is_found_where_generators_put_it(tmp_path: Path) -> None:
    for place in ("site", "docs/_build/html", "website/build", "docs/.vitepress/dist", "book"):
        root = tmp_path / place.replace("/", "-")
        repository.write(root, "README.md", "# Lamps")
        assert folder.find(root)[0] is None
        repository.write(root / place, "index.html", page())
        repository.write(root / place, "guide.html", page())
        assert folder.find(root)[0] == root / place


def test_a_folder_of_another_day_or_of_no_generator_is_none(tmp_path: Path) -> None:
    site = Site(tmp_path / "root")
    assert folder.find(site.root)[0] == site.root / "site"
    later = time.time() + 100
    os.utime(site.root / "mkdocs.yml", (later, later))
    assert folder.find(site.root) == (
        None, "site is older than the configuration it comes from",
    )  # fmt: skip
    shutil.rmtree(site.root / "site")
    repository.write(
        site.root / "public", "index.html", "<div id=root></div><script src=/src/main.js>"
    )
    assert folder.find(site.root)[0] is None


def test_a_folder_that_is_no_build_of_the_sources_takes_no_addresses(site: Site) -> None:
    for number in range(3):
        text = f"# More {number}\n\nA bandoneon plays in here, and that {number} times.\n"
        repository.write(site.root, f"docs/more-{number}.md", text)
    site.refresh()
    assert site.found("bandoneon")[1].startswith("more-")  # type: ignore[index]
    (site.root / "docs/more-0.md").unlink()
    (site.root / "docs/more-1.md").unlink()
    site.refresh()
    assert site.found("bandoneon")[1] == ""  # type: ignore[index]


HIDING = {
    "draft": "---\ndraft: true\n---\n",
    "search": "---\nsearch:\n  exclude: true\n---\n",
    "search is off": "---\nsearch: false\n---\n",
    "searchable": "---\nsearchable: false\n---\n",
    "noindex": "---\nnoindex: true\n---\n",
    "TOML": "+++\ndraft = true\n+++\n",
}


@pytest.mark.parametrize("name", HIDING)
def test_front_matter_hides_a_source_and_its_page(name: str, site: Site) -> None:
    assert site.found("button chime") is not None
    (site.root / "docs/guide.md").write_text(HIDING[name] + GUIDE)
    site.refresh()
    assert site.found("button chime") is None
    assert site.found("chandelier") is None
    (site.root / "docs/guide.md").write_text(GUIDE)
    site.refresh()
    assert site.found("button chime") is not None


def test_all_pages_in_one_file_for_models_are_no_source(site: Site) -> None:
    for name in ("llms.txt", "docs/llms-full.txt"):
        repository.write(site.root, name, "# X\n\nA bandoneon nobody should find twice.\n")
    site.refresh()
    assert site.found("bandoneon") is None

"""Addresses in the index: made when it is built, and made again where the rules are others."""

import sqlite3
from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.index import Index
from hyperrun.search.parsing import files
from hyperrun.search.site import rules
from tests.search import repository

PAGE = "# Gramophones\n\n## Winding\n\n{}\n\n## Winding\n\n{}\n"
WORDS = ("Wind the crank twelve times each day.", "Wind it back before you travel with it.")


def make(root: Path) -> Path:
    repository.write(root, "mkdocs.yml", "site_url: https://x.org/\n")
    repository.write(root, "docs/use/index.md", PAGE.format(*WORDS))
    repository.write(root, "docs/notes.md", PAGE.format(*WORDS))
    repository.write(root, "lib.py", "def wind():\n    '''Wind the crank twelve times.'''\n")
    return root


def addresses(index: Index, file: str) -> list[str]:
    return [address for _, address in index.of_file(file)]


def test_each_passage_has_the_address_of_its_own_section(tmp_path: Path) -> None:
    root = make(tmp_path / "root")
    index = Index(tmp_path / "data/index/x.sqlite3")
    index.refresh(root)
    assert addresses(index, "docs/use/index.md")[-2:] == ["use/#winding", "use/#winding_1"]
    assert addresses(index, "lib.py") == [""]


def test_texts_that_sphinx_makes_pages_of_are_read_as_its_sources(tmp_path: Path) -> None:
    root = tmp_path / "root"
    repository.write(root, "docs/conf.py", "project = 'x'\nsource_suffix = '.txt'\n")
    page = "Lamps\n=====\n\n.. _winding-it:\n\n``Winding``\n-----------\n\nTwelve *times*.\n"
    repository.write(root, "docs/index.txt", page + "\nSee :ref:`winding-it`.\n")
    repository.write(root, "docs/notes.txt", "Twelve\n======\n\nTimes *.\n")
    repository.write(root, "part.txt", page)
    repository.write(root, "notes.txt", "Lamps\n=====\n\nTwelve ``times``.\n")
    index = Index(tmp_path / "data/index/x.sqlite3")
    index.refresh(root)
    assert addresses(index, "docs/index.txt")[-1] == "./#winding-it"
    assert addresses(index, "docs/notes.txt") == ["notes.html#twelve"]
    assert set(addresses(index, "part.txt")) == {""}
    assert addresses(index, "notes.txt") == [""]
    part, notes = (files.read(root, PurePosixPath(each)) for each in ("part.txt", "notes.txt"))
    assert (part[-1].title, notes[-1].title) == ("Lamps > Winding", "notes")
    chunk = files.read(root, PurePosixPath("docs/index.txt"), rules.read(root))[-1]
    assert chunk.content == "## `Winding`\n\nTwelve *times*.\n\nSee Winding."


def test_names_that_a_long_list_defines_are_sections_and_steps_are_not(tmp_path: Path) -> None:
    root = tmp_path / "root"
    own = "[markup.goldmark.parser]\nautoDefinitionTermID = true\n"
    repository.write(root, "hugo.toml", f"baseURL = 'https://x.org/'\n{own}")
    names = "\n".join(f"`hue.Of{number}`\n: Of lamp {number}.\n" for number in range(30))
    steps = "\n".join(f"Step {number}\n: Light lamp {number}.\n" for number in range(30))
    text = f"# Lamps\n\n## Hues\n\nAll:\n\n{names}\n## To light\n\n{steps}"
    repository.write(root, "content/lamps.md", text)
    found = files.read(root, PurePosixPath("content/lamps.md"), rules.read(root))
    told = [(each.title, each.address) for each in found]
    assert told[:2] == [
        ("Lamps > Hues", "lamps/#hues"),
        ("Lamps > Hues > hue.Of0", "lamps/#hueof0"),
    ]
    assert found[1].content == "Of lamp 0."
    assert {title for title, _ in told[31:]} == {"Lamps > To light"}


def test_only_pages_are_read_again_where_the_rules_are_others(tmp_path: Path) -> None:
    root = make(tmp_path / "root")
    index = Index(tmp_path / "data/index/x.sqlite3")
    index.refresh(root)

    def ids() -> dict[str, list[int]]:
        with sqlite3.connect(index.path) as connection:
            found: dict[str, list[int]] = {}
            for file, ident in connection.execute("SELECT file, id FROM passages"):
                found.setdefault(file, []).append(ident)
            return found

    before = ids()
    index.refresh(root)
    assert ids() == before
    repository.write(root, "mkdocs.yml", "use_directory_urls: false\n")
    # What is told to have changed is no page, and yet the pages' addresses are others now.
    index.refresh(root, changed=["lib.py"])
    assert addresses(index, "docs/notes.md")[-1] == "notes.html#winding_1"
    after = ids()
    assert after["lib.py"] == before["lib.py"]
    assert after["docs/notes.md"] != before["docs/notes.md"]


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("https://x.org/use/", "docs/use/index.md"),
        ("https://x.org/use", "docs/use/index.md"),
        ("https://x.org/use/index.html?q#winding", "docs/use/index.md"),
        ("https://x.org/notes/", "docs/notes.md"),
        ("https://x.org/2.1/notes/", "docs/notes.md"),
        ("https://x.org/lib/", ""),
        ("https://elsewhere.org/notes/", ""),
    ],
)
def test_a_page_leads_back_to_its_source(tmp_path: Path, page: str, file: str) -> None:
    root = make(tmp_path / "root")
    index = Index(tmp_path / "data/index/x.sqlite3")
    index.refresh(root)
    keys = rules.read(root).page_keys(page)
    assert next((found for key in keys if (found := index.file_of(key))), "") == file

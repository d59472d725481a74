"""A documentation's folder holds links to what lies elsewhere in the repository."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from hyperrun.search.engine import Search
from hyperrun.search.site import rules
from hyperrun.settings import Settings
from tests.search.repository import write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site whose first page is the README, and which shows a folder of examples."""
    root = tmp_path / "lantern"
    write(root, "mkdocs.yml", "site_name: x\nsite_url: https://l.example/\n")
    write(
        root, "README.md", "# Lantern\n\nIt lights rooms.\n\n## Pairing\n\nHold the button long.\n"
    )
    write(root, "examples/harmonica/a.md", "# Harmonica\n\nIt plays a tune for the lamp.\n")
    write(root, "notes/b.md", "# Notes\n\nNobody reads these notes about lamps.\n")
    write(root, "docs/guide.md", "# Guide\n\nDim the lamp with care, and slowly.\n")
    (root / "docs/index.md").symlink_to("../README.md")
    (root / "docs/examples").symlink_to("../examples")
    return root


@pytest.mark.parametrize(
    ("file", "page"),
    [
        ("README.md", "./"), ("examples/harmonica/a.md", "examples/harmonica/a/"),
        ("docs/guide.md", "guide/"), ("notes/b.md", None), ("examples.md", None),
    ],
)  # fmt: skip
def test_what_a_link_leads_to_has_its_page_where_the_link_is(
    root: Path, file: str, page: str | None
) -> None:
    assert rules.read(root).page(file) == page


def test_a_section_of_it_has_the_anchor_that_the_generator_makes(root: Path) -> None:
    async def work() -> list[tuple[str, str | None]]:
        settings = replace(
            Settings(), repo_path=str(root), data_dir=root.parent / "data", search="embedded"
        )
        search = Search(settings)
        await search.prepare()
        found = [*await search.search("Pairing", 1), *await search.search("harmonica", 1)]
        await search.close()
        return [(each.file, each.url) for each in found]

    assert asyncio.run(work()) == [
        ("README.md", "https://l.example/#pairing"),
        ("examples/harmonica/a.md", "https://l.example/examples/harmonica/a/#harmonica"),
    ]


@pytest.mark.parametrize("target", ["/etc", "../../elsewhere", "..", ".", "itself", "nowhere.md"])
def test_a_link_that_leads_out_in_a_circle_or_nowhere_changes_nothing(
    root: Path, target: str
) -> None:
    write(root.parent, "elsewhere/c.md", "# Elsewhere\n")
    before = rules.read(root)
    (root / "docs/itself").symlink_to(target)
    after = rules.read(root)
    assert after.links == before.links
    assert after.fingerprint == before.fingerprint


def test_another_link_is_another_fingerprint(root: Path) -> None:
    before = rules.read(root).fingerprint
    (root / "docs/notes.md").symlink_to("../notes/b.md")
    assert rules.read(root).page("notes/b.md") == "notes/"
    assert rules.read(root).fingerprint != before

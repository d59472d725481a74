"""Headings that only a rendered page has, as a generated reference does, found as one types."""

import os
from pathlib import Path

import pytest

from hyperrun.search.index import Index
from hyperrun.search.site.folder import Folder
from tests.search import repository

SOURCE = "# Reference\n\nAll there is to call.\n\n::: lantern.Lamp\n\nThe end of the reference.\n"
SIGNATURE = "<h2 id='lantern.Lamp.{0}'>{0}(level)<span class=doc-labels>cached property</span></h2>"
CODE = "def wind_up(level):\n    return level\n\n\ndef blow_out(level):\n    return level\n"


def page(*names: str) -> str:
    parts = "".join(SIGNATURE.format(each) + "<p>All there is to call.</p>" for each in names)
    return (
        "<!doctype html><title>Reference</title><div role=main><h1 id=reference>Reference</h1>"
        f"<p>All there is to call.</p>{parts}<p>The end of the reference.</p></div>"
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    repository.write(root, "mkdocs.yml", "site_name: Lamps\nsite_url: https://x.org/\n")
    repository.write(root, "docs/reference.md", SOURCE)
    repository.write(root, "lantern.py", CODE)
    return root


def build(root: Path, index: Index, *names: str) -> None:
    """Write the page as if it had been built just now."""
    path = root / "site/reference/index.html"
    repository.write(root, "site/reference/index.html", page(*names))
    later = (root / "docs/reference.md").stat().st_mtime_ns + 10**9 * (1 + len(names))
    os.utime(path, ns=(later, later))
    index.refresh(root, exclude=["/site/"], site=Folder(root / "site"))


def found(index: Index, text: str) -> list[tuple[str, str]]:
    rows, _ = index.typed(text, 8)
    return [(passage.title, address) for passage, address in rows]


def test_a_generated_heading_is_found_where_it_stands_and_gone_with_it(
    root: Path, tmp_path: Path
) -> None:
    index = Index(tmp_path / "data/index/x.sqlite3")
    build(root, index, "wind_up", "blow_out")
    place = "reference/#lantern.Lamp."
    title = "Reference > {}(level)"
    assert found(index, "wind_u")[0] == (title.format("wind_up"), place + "wind_up")
    assert found(index, "blow")[0] == (title.format("blow_out"), place + "blow_out")
    assert found(index, "cached") == []  # what a generator hangs on a heading is no part of it
    build(root, index, "blow_out")
    assert (title.format("wind_up"), place + "wind_up") not in found(index, "wind_u")
    assert found(index, "blow")[0] == (title.format("blow_out"), place + "blow_out")
    (root / "docs/reference.md").unlink()
    (root / "site/reference/index.html").unlink()
    index.refresh(root, exclude=["/site/"], site=Folder(root / "site"))
    assert all(not address for _, address in found(index, "blow"))

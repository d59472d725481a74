"""`python -m hyperrun llms`, as a real process over a built site."""

from pathlib import Path

import pytest

from tests.commands.test_pages import run
from tests.search.site.test_pages import Site
from tests.search.test_whole_pages import held_to_form


def test_the_files_stand_beside_the_pages(tmp_path: Path) -> None:
    site = Site(tmp_path / "root")
    folder = site.root / "site"
    said = run("llms", str(folder), "--repo", str(site.root), anew=True)
    assert "2 pages as Markdown" in said
    lists = held_to_form((folder / "llms.txt").read_text())
    assert [line.partition(": ")[0] for line in lists["Documentation"]] == [
        "- [Home](https://lamps.example/docs/index.html.md)",
        "- [Guide](https://lamps.example/docs/guide/index.html.md)",
    ]
    assert "forty-two candles" in (folder / "guide/index.html.md").read_text()
    assert "forty-two candles" in (folder / "llms-full.txt").read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"root"}  # no index stays behind
    site.index.close()


@pytest.mark.parametrize("name", ["llms.txt", "llms-full.txt"])
def test_a_file_that_somebody_else_has_written_is_kept_until_one_says_so(
    tmp_path: Path, name: str
) -> None:
    site = Site(tmp_path / "root")
    folder = site.root / "site"
    (folder / name).write_text("# Lamps\n\n> By hand.\n")
    refused = run("llms", str(folder), "--repo", str(site.root), status=2)
    assert f"`hyperrun llms` has not written {name} in {folder}" in refused
    assert (folder / name).read_text() == "# Lamps\n\n> By hand.\n"
    assert not [*folder.rglob("*.html.md")]
    run("llms", str(folder), "--repo", str(site.root), "--overwrite")
    assert "By hand" not in (folder / name).read_text()
    written = {each: (folder / each).read_text() for each in ("llms.txt", "llms-full.txt")}
    run("llms", str(folder), "--repo", str(site.root))
    assert {each: (folder / each).read_text() for each in written} == written
    site.index.close()


def test_a_folder_without_a_site_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "root").mkdir()
    root = str(tmp_path / "root")
    none = run("llms", str(tmp_path / "none"), "--repo", root, status=2)
    assert none.strip() == f"hyperrun: {tmp_path / 'none'} is not a folder"
    empty = run("llms", str(tmp_path / "empty"), "--repo", root, status=2)
    assert "holds no page of a documentation site" in empty.splitlines()[-1]
    assert list((tmp_path / "empty").iterdir()) == []

"""What a generator's plugin writes beside the site: each page with its exact source."""

import json
from pathlib import Path

import pytest

from hyperrun.search.index import Index
from hyperrun.search.site import manifest
from hyperrun.search.site.folder import Folder
from hyperrun.search.site.manifest import Origin
from tests.search import repository

SAYS = "Turn the wheel slowly until the lamp is as dark as you want it."
PAGE = f"<title>T</title><main><h1 id=top>Dim a lamp</h1><p>{SAYS}</p></main>"
ENTRY = {"path": "odd/place/", "source": "texts/dim.md", "version": "2.1", "language": "de"}


def written(*entries: object) -> bytes:
    return json.dumps({"pages": list(entries)}).encode()


def test_it_names_source_version_and_language() -> None:
    assert manifest.read(written(ENTRY)) == {"odd/place": Origin("texts/dim.md", "2.1", "de")}


@pytest.mark.parametrize("path", ["a/b/", "a/b", "a/b.html", "a/b/index.html"])
def test_a_path_is_written_as_any_server_has_it(path: str) -> None:
    assert list(manifest.read(written({"path": path}))) == ["a/b"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff", b"[]", b"{}", b'{"pages": 1}', b'{"pages": {"path": "a"}}', b"[" * 100_000,
        written(1, None, [], {"path": 1}, {"source": "a.md"}, {"path": "a", "source": 3}),
        written({"path": "a", "source": "x" * 5_000}),
    ],
)  # fmt: skip
def test_what_is_of_another_form_is_left_out(content: bytes) -> None:
    assert manifest.read(content) == {}


@pytest.mark.parametrize("source", ["/etc/passwd", "../x.md", "a/../../x.md", ".", "C:\\..\\x.md"])
def test_a_source_is_inside_of_the_repository(source: str) -> None:
    assert manifest.read(written({"path": "a", "source": source}))["a"].source == ""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A page that no rule and no name leads to the source of."""
    repository.write(tmp_path / "root", "texts/dim.md", f"# Dim a lamp\n\n{SAYS}\n")
    repository.write(tmp_path / "root", "texts/place.md", "# Elsewhere\n\nNot of that page.\n")
    repository.write(tmp_path / "root", "site/odd/place/index.html", PAGE)
    return tmp_path / "root"


def best(root: Path) -> tuple[str, int, str]:
    index = Index(root.parent / "data" / "index" / "x.sqlite3")
    index.refresh(root, exclude=["/site/"], site=Folder(root / "site", is_named=True))
    passage, address = index.search("turn the wheel slowly", 1)[0]
    index.close()
    return passage.file, passage.start_line, address


def test_a_page_is_matched_with_the_source_that_it_names(root: Path) -> None:
    assert best(root)[2] != "odd/place/"
    (root / "site" / manifest.NAME).write_bytes(written(ENTRY))
    assert best(root) == ("texts/dim.md", 1, "odd/place/")


def test_a_page_whose_source_is_not_there_is_found_by_the_rules(root: Path) -> None:
    repository.write(root, "mkdocs.yml", "site_name: x\ndocs_dir: texts\n")
    (root / "texts/dim.md").rename(root / "texts/lamp.md")
    (root / "site/odd/place").rename(root / "site/lamp")
    entry = {"path": "lamp/", "source": "gone/from/here.md"}
    (root / "site" / manifest.NAME).write_bytes(written(entry))
    assert best(root) == ("texts/lamp.md", 1, "lamp/")

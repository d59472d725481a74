"""Rendered pages are read within bounds, and one that cannot be costs itself alone."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyperrun.search.site import page_reading
from hyperrun.search.site.folder import Folder, PageFile
from hyperrun.search.site.page_reading import readings, unpacked
from hyperrun.search.site.rendered import RenderedPage, read

PAGE = "<title>T</title><main><h1 id=top>{0}</h1><p>Words that stand on page {0}.</p></main>"


@pytest.fixture
def site(tmp_path: Path) -> Folder:
    for name in "abc":
        (tmp_path / f"{name}.html").write_text(PAGE.format(name))
    return Folder(tmp_path)


def wanted(site: Folder) -> Iterator[tuple[PageFile, str]]:
    return ((page, "") for page in site.pages())


def said(site: Folder) -> dict[str, list[str]]:
    found = {}
    for each in readings(site, "https://lamps.example", wanted(site)):
        assert each.content is not None
        found[each.file.path] = [part.title for part in unpacked(each.content.packed)[0]]
    return found


def test_each_page_is_read_in_order(site: Folder) -> None:
    assert said(site) == {"a.html": ["a"], "b.html": ["b"], "c.html": ["c"]}


def test_a_page_that_is_known_is_not_read_again(site: Folder) -> None:
    first = {each.file.path: each.digest for each in readings(site, "", wanted(site))}
    again = [(page, first[page.path]) for page in site.pages()]
    assert [each.content for each in readings(site, "", again)] == [None, None, None]


@pytest.mark.parametrize("way", ["a signal", "an error"])
def test_a_page_that_ends_its_reader_has_no_sections(
    way: str, site: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hostile(html: bytes, address: str) -> RenderedPage | None:
        if b"page b" in html:
            if way == "an error":
                raise RecursionError("too deep")
            os.kill(os.getpid(), signal.SIGKILL)
        return read(html, address)

    monkeypatch.setattr(page_reading, "read", hostile)
    assert said(site) == {"a.html": ["a"], "b.html": [], "c.html": ["c"]}


def test_a_page_that_is_gone_meanwhile_is_passed_over(site: Folder) -> None:
    pages = list(wanted(site))
    (site.root / "b.html").unlink()
    assert [each.file.path for each in readings(site, "", pages)] == ["a.html", "c.html"]

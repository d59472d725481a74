"""mike's `versions.json`: which version a reader of "latest" or "stable" is on."""

import json
from pathlib import Path

import pytest

from hyperrun.answering.research import version_of
from hyperrun.domain import PageContext
from hyperrun.search.site import moving_names
from hyperrun.search.site.folder import Folder

LISTED = [
    {"version": "dev", "title": "dev", "aliases": []},
    {"version": "2.1", "title": "2.1.3", "aliases": ["latest", "stable"]},
    {"version": "1.0", "title": "1.0", "aliases": ["old"]},
]
MEANT = {"latest": "2.1", "stable": "2.1", "old": "1.0"}


@pytest.mark.parametrize("beside", [False, True], ids=["the site's root", "one of its versions"])
def test_a_folder_of_mikes_says_what_its_names_mean(tmp_path: Path, beside: bool) -> None:
    (tmp_path / "versions.json").write_text(json.dumps(LISTED))
    (tmp_path / "latest").mkdir()
    assert Folder(tmp_path / "latest" if beside else tmp_path).moving_names() == MEANT


def test_the_newest_is_the_one_that_is_read(tmp_path: Path) -> None:
    assert moving_names.read(json.dumps(LISTED[1:]).encode()) == {
        "latest": "", "stable": "", "old": "1.0",
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"{}", b'["2.1", "2.0"]', b"[" * 100_000, b'[{"version": 1, "aliases": ["a"]}]',
     b'[{"version": "1", "aliases": "latest"}]', b'[{"aliases": ["x"]}, null, 3]',
     b'[{"version": "1", "aliases": [3, null, ""]}]', b" " * 2_000_000 + b"[]"],
)  # fmt: skip
def test_what_is_of_another_form_is_left_out(content: bytes) -> None:
    assert moving_names.read(content) == {}


ON = {
    "a version in the address": ("https://x.org/1.0/guide/", "", "1.0"),
    "a name that moves": ("https://x.org/stable/guide/", "", "2.1"),
    "one below a language": ("https://x.org/en/old/guide/", "", "1.0"),
    "a name that means nothing here": ("https://x.org/current/guide/", "", ""),
    "no version": ("https://x.org/guide/", "", ""),
    "the tag wins over the address": ("https://x.org/1.0/guide/", "2.0", "2.0"),
    "the tag names one that moves": ("", "latest", "2.1"),
    "a host that is called so": ("https://stable/guide/", "", ""),
}


@pytest.mark.parametrize(("url", "version", "meant"), ON.values(), ids=ON)
def test_a_reader_is_on_the_version_that_tag_or_address_names(
    url: str, version: str, meant: str
) -> None:
    assert version_of(PageContext(url=url, version=version), MEANT) == meant

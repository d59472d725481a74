"""The tag's options as a generator's configuration has them."""

import json
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import embed
from hyperrun.plugins import pages, tag
from hyperrun.plugins.pages import Page

ROOT = Path(__file__).parent.parent.parent


def test_the_plugins_know_every_option_of_the_embed() -> None:
    assert tuple(option.name for option in embed.OPTIONS) == tag.OPTIONS


@pytest.mark.parametrize(
    ("value", "text"),
    [("#e92063", "#e92063"), (True, "true"), (False, "off"), (88, "88"),
     (["a?", "b & c"], "a?|b & c"),
     (["a | b?", "c"], r"a \| b?|c"), ("日本 \u2028 ü", "日本 \u2028 ü"),
     ('"><script>', '"><script>')],
)  # fmt: skip
def test_a_value_arrives_as_it_was_written(value: object, text: str) -> None:
    address = tag.address("https://chat.example.org/", {"questions": value})
    assert address.startswith("https://chat.example.org/embed?questions=")
    assert parse_qs(urlsplit(address).query) == {"questions": [text]}
    assert tag.attributes({"offset_x": value}) == {"data-offset-x": text}


@pytest.mark.parametrize("value", [None, "", []])
def test_a_value_that_says_nothing_is_left_out(value: object) -> None:
    assert tag.address("http://x", {"color": value}) == "http://x/embed"
    assert tag.attributes({"color": value}) == {}


def test_names_that_are_no_option_are_told() -> None:
    assert tag.unknown({"colour": "red", "label": "Ask"}) == ["colour"]


def test_the_repository_is_where_its_version_control_is(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "source"
    folder.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert pages.repository(folder) == tmp_path
    assert pages.source(folder / "a.rst", tmp_path) == "docs/source/a.rst"
    assert pages.source(tmp_path.parent / "a.rst", tmp_path) == ""
    assert pages.source(None, tmp_path) == ""


def test_a_site_that_cannot_be_written_is_told_and_nothing_more(tmp_path: Path) -> None:
    told: list[str] = []
    pages.write(tmp_path / "nowhere", [Page("a/", "a.md")], told.append)
    assert len(told) == 1
    assert "hyperrun-pages.json was not written" in told[0]


@pytest.mark.parametrize(
    ("server", "is_one"),
    [
        ("https://chat.example.org", True), ("http://127.0.0.1:5001/", True),
        ("//chat.example.org", True),
        ("/ask", True), ("/", True), ("chat.example.org", False), ("localhost:5001", False),
        ("https://", False), ("https:/chat.example.org", False),
        ("ftp://chat.example.org", False),
        ("./ask", False), ("javascript:alert(1)", False),
    ],
)  # fmt: skip
def test_a_server_without_its_scheme_is_no_address(server: str, is_one: bool) -> None:
    assert tag.is_address(server) == is_one
    script = (
        f"const s = require('{ROOT}/packages/npm/site.cjs');"
        f"process.stdout.write(s.serverOf('', {{ server: {json.dumps(server)} }}, () => {{}}))"
    )
    if node := shutil.which("node"):
        done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
        assert done.stdout == (server if is_one else "")

"""A page that is nothing but another file: that file has its page there."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import files
from hyperrun.search.site import rules
from tests.search.repository import write

README = "# Lantern\n\nIt lights rooms.\n\n## Pairing\n\nHold the button long.\n"
INCLUDES = {
    "VitePress'": "<!--@include: ../README.md-->",
    "with front matter": "---\ntitle: Lantern\n---\n\n<!-- @include: ../README.md -->\n",
    "MyST's": "```{include} ../README.md\n:relative-images:\n```",
    "pymdownx'": '--8<-- "README.md"',
    "a plugin's of MkDocs": '{% include-markdown "../README.md" %}',
    "an extension's of Python-Markdown": "{!../README.md!}",
    "mdBook's": "{{#include ../README.md}}",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, "mkdocs.yml", "site_name: x\nsite_url: https://l.example/\n")
    write(tmp_path, "README.md", README)
    return tmp_path


@pytest.mark.parametrize("page", INCLUDES.values(), ids=INCLUDES)
def test_what_a_page_includes_as_a_whole_has_its_page_there(root: Path, page: str) -> None:
    write(root, "docs/start.md", page)
    found = rules.read(root)
    chunks = files.read(root, PurePosixPath("README.md"), found)
    assert [each.address for each in chunks] == ["start/#lantern", "start/#pairing"]
    assert files.read(root, PurePosixPath("docs/start.md"), found) == []


@pytest.mark.parametrize(
    "page",
    [
        "Words.\n\n<!--@include: ../README.md-->", "<!--@include: ../README.md{1,3}-->", "",
        "<!--@include: ../none.md-->", "<!--@include: ../../README.md-->", '--8<-- "README.md:a"',
        "<!--@include: ./start.md-->", "```{include} ../README.md\n:start-line: 3\n```",
    ],
)  # fmt: skip
def test_what_is_a_part_of_a_page_or_not_there_has_none(root: Path, page: str) -> None:
    write(root, "docs/start.md", page)
    assert rules.read(root).page("README.md") is None


def test_a_page_that_another_includes_stays_where_it_is(root: Path) -> None:
    write(root, "docs/start.md", "<!--@include: ./part.md-->")
    write(root, "docs/part.md", README)
    assert rules.read(root).page("docs/part.md") == "part/"

"""Mintlify's sites: their addresses and anchors, what they leave out, and what their pages say."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from hyperrun.search.index import Index
from hyperrun.search.parsing import files
from hyperrun.search.site import rules, sluggers
from tests.search import repository

SCHEMA = "https://mintlify.com/docs.json"
PAGE = "---\ntitle: Lamps\n---\n\nThey shine.\n"


def configured(root: Path, navigation: Any, **more: Any) -> None:
    said = {"$schema": SCHEMA, "name": "Lantern Docs", "navigation": navigation, **more}
    repository.write(root, "docs/docs.json", json.dumps(said))


def read(root: Path, text: str, name: str = "docs/page.mdx") -> list[tuple[str, str, str]]:
    """The sections of a page: their titles, addresses and contents."""
    if not (root / "docs/docs.json").exists():
        configured(root, {"pages": [name.removeprefix("docs/").removesuffix(".mdx")]})
    repository.write(root, name, text)
    chunks = files.read(root, PurePosixPath(name), rules.read(root))
    return [(each.title, each.address, each.content or each.text) for each in chunks]


@pytest.mark.parametrize(
    ("file", "page"),
    [
        ("docs/index.mdx", "./"),
        ("docs/a/index.mdx", "a"),
        ("docs/a/b.mdx", "a/b"),
        ("docs/a/b.md", "a/b"),
        ("docs/introduction.mdx", "introduction"),
        ("docs/a b.mdx", "a%20b"),
        ("docs/snippets/a.mdx", None),
        ("docs/README.md", None),
        ("docs/drafts/a.mdx", None),
        ("docs/a.py", None),
        ("README.md", None),
    ],
)
def test_a_page_stands_where_its_file_does(tmp_path: Path, file: str, page: str | None) -> None:
    configured(tmp_path, {"pages": []})
    repository.write(tmp_path, "docs/.mintignore", "# not yet\ndrafts/\n")
    assert rules.read(tmp_path).page(file) == page


def test_a_page_that_leads_elsewhere_is_none(tmp_path: Path) -> None:
    configured(tmp_path, {"pages": []})
    assert rules.read(tmp_path).page("docs/a.mdx", {"url": "https://elsewhere.org"}) is None


@pytest.mark.parametrize(
    ("name", "said", "is_known"),
    [
        ("docs.json", {"$schema": SCHEMA}, True),
        ("docs.json", {"name": "x", "theme": "mint", "navigation": {}}, True),
        ("mint.json", {"name": "x", "colors": {}, "navigation": []}, True),
        ("docs.json", {"name": "x", "navigation": []}, False),
        ("docs.json", {"modules": []}, False),
        ("docs.json", [], False),
    ],
)
def test_a_configuration_is_known_by_what_it_says(
    tmp_path: Path, name: str, said: Any, is_known: bool
) -> None:
    repository.write(tmp_path, name, json.dumps(said))
    assert (rules.read(tmp_path).page("a.mdx") is not None) is is_known


def test_its_name_logo_and_address_are_the_configurations(tmp_path: Path) -> None:
    logo = {"light": "/logo/light.svg", "dark": "/logo/dark.svg"}
    seo = {"metatags": {"canonical": "https://x.org/docs"}}
    configured(tmp_path, {"pages": []}, logo=logo, seo=seo)
    repository.write(tmp_path, "docs/logo/light.svg", "<svg/>")
    found = rules.read(tmp_path)
    assert found.site_url == "https://x.org/docs/"
    assert found.identity.name == "Lantern"
    assert found.identity.logo == (tmp_path / "docs/logo/light.svg").resolve()


NESTED = {
    "languages": [
        {
            "language": "en",
            "tabs": [
                {
                    "tab": "Guide",
                    "groups": [
                        {"group": "A", "root": "a", "pages": ["b", {"group": "B", "pages": ["c"]}]}
                    ],
                },
                {"anchor": "Reference", "dropdowns": [{"dropdown": "D", "pages": ["/d.mdx"]}]},
                {"$ref": "./more.json"},
            ],
        },
    ]
}


def test_what_the_navigation_does_not_name_is_left_out(tmp_path: Path) -> None:
    configured(tmp_path, NESTED)
    repository.write(tmp_path, "docs/more.json", '{"tab": "More", "pages": ["e"]}')
    found = rules.read(tmp_path)
    left_out = {each: found.leaves_out(f"docs/{each}.mdx", {}) for each in "abcdef"}
    assert left_out == {**dict.fromkeys("abcde", False), "f": True}
    assert not found.leaves_out("docs/notes.md", {})
    assert not found.leaves_out("src/f.mdx", {})


@pytest.mark.parametrize(
    ("more", "front", "is_left_out"),
    [
        ({}, {"hidden": True}, True),
        ({}, {"hidden": False}, False),
        ({"seo": {"indexing": "all"}}, {"hidden": True}, False),
    ],
)
def test_a_hidden_page_is_left_out_unless_all_are_shown(
    tmp_path: Path, more: Any, front: Any, is_left_out: bool
) -> None:
    configured(tmp_path, {"pages": ["a"]}, **more)
    assert rules.read(tmp_path).leaves_out("docs/a.mdx", front) is is_left_out


def test_where_a_part_of_the_navigation_is_not_there_all_pages_are_read(tmp_path: Path) -> None:
    configured(tmp_path, {"tabs": [{"pages": ["a"]}, {"$ref": "../../gone.json"}]})
    assert not rules.read(tmp_path).leaves_out("docs/b.mdx", {})


def test_of_a_page_in_several_versions_the_one_that_is_shown_by_itself_is_read(
    tmp_path: Path,
) -> None:
    versions = [
        {"version": "Edge", "pages": ["edge/a", "edge/new"]},
        {"version": "v2.0 (latest)", "default": True, "pages": ["v2.0/a", "common"]},
        {"version": "1.0", "pages": ["v1.0/a", "v1.0/gone", "common"]},
    ]
    configured(tmp_path, {"versions": versions})
    found = rules.read(tmp_path)
    pages = ("edge/a", "edge/new", "v2.0/a", "v1.0/a", "v1.0/gone", "common")
    left_out = [each for each in pages if found.leaves_out(f"docs/{each}.mdx", {})]
    assert left_out == ["edge/a", "v1.0/a"]


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Getting started", "getting-started"),
        ("Config.json options", "config-json-options"),
        ("What's new", "what’s-new"),
        ("Rate limits (per minute)", "rate-limits-per-minute"),
        ("Read/write access", "read/write-access"),
        ("Fees & billing", "fees-&-billing"),
        ("OAuth", "oauth"),
        ("`navigation.global.languages`", "navigation-global-languages"),
        ("Explicação", "explicacao"),
        ("Own {#given}", "given"),
    ],
)
def test_headings_have_Mintlifys_anchors(tmp_path: Path, heading: str, anchor: str) -> None:
    ((_, address, _),) = read(tmp_path, f"---\ntitle: P\n---\n\n## {heading}\n\nWords of it.\n")
    assert rules.with_anchor("page", anchor) == address


def test_the_second_heading_of_a_name_ends_in_2() -> None:
    named = sluggers.Mintlify()
    assert [named.add("Overview") for _ in range(3)] == ["overview", "overview-2", "overview-3"]


def test_snippets_and_hidden_pages_are_not_in_the_index(tmp_path: Path) -> None:
    root = tmp_path / "root"
    configured(root, {"pages": ["a"]})
    for name in ("a", "b", "snippets/c"):
        repository.write(root, f"docs/{name}.mdx", PAGE)
    index = Index(tmp_path / "data/index/x.sqlite3")
    index.refresh(root)
    found = {name: len(index.of_file(f"docs/{name}.mdx")) for name in ("a", "b", "snippets/c")}
    assert found == {"a": 1, "b": 0, "snippets/c": 0}

"""Where a passage can be read in public."""

from pathlib import Path

import pytest

from hyperrun.search import addresses
from tests.search import repository

MKDOCS = {"mkdocs.yml": "site_name: x\nsite_url: https://x.org/d/\nnav: !!python/name:a.b\n"}
FLAT = {"mkdocs.yml": "site_url: https://x.org/\nuse_directory_urls: false\ndocs_dir: doc\n"}
QUARTO = {"_quarto.yml": "website:\n  site-url: https://x.org\n"}
NBDEV = {
    "settings.ini": "[DEFAULT]\nnbs_path = nbs\ndoc_host = https://x.org\ndoc_baseurl = /lib\n"
}
SPHINX = {"docs/conf.py": "html_baseurl = 'https://x.org/en/latest/'\n"}


@pytest.mark.parametrize(
    ("configuration", "file", "title", "anchor", "url"),
    [
        (MKDOCS, "docs/index.md", "Home", "", "https://x.org/d/"),
        (MKDOCS, "docs/a/b.md", "B > Set it up!", "", "https://x.org/d/a/b/#set-it-up"),
        (MKDOCS, "docs/a/b.md", "B > C", "own", "https://x.org/d/a/b/#own"),
        (MKDOCS, "docs/a.md", "A > Über_uns & co.", "", "https://x.org/d/a/#uber_uns-co"),
        (MKDOCS, "README.md", "x", "", None),
        (MKDOCS, "docs/a.py", "x", "", None),
        (FLAT, "doc/a/b.md", "B > C d", "", "https://x.org/a/b.html#c-d"),
        (FLAT, "doc/index.md", "x", "", "https://x.org/"),
        (QUARTO, "a/b.qmd", "B > 1. First Steps", "", "https://x.org/a/b.html#first-steps"),
        (QUARTO, "index.qmd", "x", "", "https://x.org/"),
        (NBDEV, "nbs/api/01_core.ipynb", "Core > Foo bar", "",
         "https://x.org/lib/api/core.html#foo-bar"),
        (NBDEV, "nbs/index.ipynb", "x", "", "https://x.org/lib/"),
        (SPHINX, "docs/a/b.rst", "B > Foo, Bar", "", "https://x.org/en/latest/a/b.html#foo-bar"),
        (SPHINX, "docs/index.rst", "x", "", "https://x.org/en/latest/"),
        ({}, "docs/a.md", "x", "", None),
    ],
)  # fmt: skip
def test_a_documentation_page_has_its_public_address(
    tmp_path: Path,
    configuration: dict[str, str],
    file: str,
    title: str,
    anchor: str,
    url: str | None,
) -> None:
    for name, text in configuration.items():
        repository.write(tmp_path, name, text)
    assert addresses.read(tmp_path).page(file, title, anchor) == url


@pytest.mark.parametrize(
    ("remote", "link"),
    [
        ("https://github.com/a/b.git", "https://github.com/a/b/blob/{}/x%20y.md#L2-L3"),
        ("git@github.com:a/b.git", "https://github.com/a/b/blob/{}/x%20y.md#L2-L3"),
        ("ssh://git@github.com/a/b", "https://github.com/a/b/blob/{}/x%20y.md#L2-L3"),
        ("https://user:token@github.com/a/b", "https://github.com/a/b/blob/{}/x%20y.md#L2-L3"),
        ("https://gitlab.com/a/b/c.git", "https://gitlab.com/a/b/c/-/blob/{}/x%20y.md#L2-3"),
        ("https://gitlab.example.org/a/b", "https://gitlab.example.org/a/b/-/blob/{}/x%20y.md#L2-3"),
        ("https://codeberg.org/a/b.git", "https://codeberg.org/a/b/src/commit/{}/x%20y.md#L2-L3"),
        ("https://example.org/a/b.git", None),
        ("javascript:alert(1)", None),
        ("https://github.example.org/a/b", "https://github.example.org/a/b/blob/{}/x%20y.md#L2-L3"),
        ("file:///srv/x", None),
    ],
)  # fmt: skip
def test_lines_have_a_permalink_at_the_indexed_commit(
    tmp_path: Path, remote: str, link: str | None
) -> None:
    repository.write(tmp_path, "x y.md", "1\n2\n3\n")
    repository.git(tmp_path, "init", "-q")
    repository.git(tmp_path, "remote", "add", "origin", remote)
    repository.git(tmp_path, "add", ".")
    repository.git(tmp_path, "commit", "-qm", "x")
    commit = repository.git(tmp_path, "rev-parse", "HEAD")
    expected = link.format(commit) if link else None
    assert addresses.read(tmp_path).lines("x y.md", 2, 3) == expected


def test_the_operators_site_wins_over_the_configuration(tmp_path: Path) -> None:
    repository.write(tmp_path, "mkdocs.yml", MKDOCS["mkdocs.yml"])
    known = addresses.read(tmp_path, "https://mine.example.org/docs")
    assert known.page("docs/a.md") == "https://mine.example.org/docs/a/"


def test_a_page_leads_back_to_its_source(tmp_path: Path) -> None:
    repository.write(tmp_path, "mkdocs.yml", MKDOCS["mkdocs.yml"])
    known = addresses.read(tmp_path)
    assert known.file_of("https://x.org/d/a/b/") == "docs/a/b"
    assert known.file_of("https://x.org/d/") == "docs/index"
    assert known.file_of("https://elsewhere.org/d/a/") == ""

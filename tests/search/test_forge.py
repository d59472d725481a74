"""Where a passage's lines can be read on the forge."""

from pathlib import Path

import pytest

from hyperrun.search import forge
from tests.search import repository


@pytest.mark.parametrize(
    ("remote", "link"),
    [
        ("https://github.com/a/b.git", "https://github.com/a/b/blob/{}/x%20y.md?plain=1#L2-L3"),
        ("git@github.com:a/b.git", "https://github.com/a/b/blob/{}/x%20y.md?plain=1#L2-L3"),
        ("ssh://git@github.com/a/b", "https://github.com/a/b/blob/{}/x%20y.md?plain=1#L2-L3"),
        ("https://user:token@github.com/a/b", "https://github.com/a/b/blob/{}/x%20y.md?plain=1#L2-L3"),
        ("https://gitlab.com/a/b/c.git", "https://gitlab.com/a/b/c/-/blob/{}/x%20y.md?plain=1#L2-3"),
        ("https://gitlab.example.org/a/b", "https://gitlab.example.org/a/b/-/blob/{}/x%20y.md?plain=1#L2-3"),
        ("https://codeberg.org/a/b.git", "https://codeberg.org/a/b/src/commit/{}/x%20y.md?display=source#L2-L3"),
        ("http://user@gitlab.example.org:8080/a/b.git/", "http://gitlab.example.org:8080/a/b/-/blob/{}/x%20y.md?plain=1#L2-3"),
        ("ssh://git@gitlab.example.org:2222/a/b.git", "https://gitlab.example.org/a/b/-/blob/{}/x%20y.md?plain=1#L2-3"),
        ("ssh://git@ssh.github.com:443/a/b.git", "https://github.com/a/b/blob/{}/x%20y.md?plain=1#L2-L3"),
        ("ssh://git@altssh.gitlab.com:443/a/b.git", "https://gitlab.com/a/b/-/blob/{}/x%20y.md?plain=1#L2-3"),
        ("org-1@github.com:a/b.git", "https://github.com/a/b/blob/{}/x%20y.md?plain=1#L2-L3"),
        ("github.com:a/b", "https://github.com/a/b/blob/{}/x%20y.md?plain=1#L2-L3"),
        ("git://github.com/a/b.git", "https://github.com/a/b/blob/{}/x%20y.md?plain=1#L2-L3"),
        ("https://github.com:x/a/b", None),
        ("work:a/b.git", None),
        ("https://example.org/a/b.git", None),
        ("javascript:alert(1)", None),
        ("https://github.example.org/a/b", "https://github.example.org/a/b/blob/{}/x%20y.md?plain=1#L2-L3"),
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
    assert forge.read(tmp_path).lines("x y.md", 2, 3) == expected


@pytest.mark.parametrize(
    ("file", "lines", "whole"),
    [
        ("docs/a.md", "docs/a.md?plain=1#L1-L1", "docs/a.md"),
        ("README.RST", "README.RST?plain=1#L1-L1", "README.RST"),
        ("a?b#c.md", "a%3Fb%23c.md?plain=1#L1-L1", "a%3Fb%23c.md"),
        ("a.py", "a.py#L1-L1", "a.py"),
        ("Makefile", "Makefile#L1-L1", "Makefile"),
    ],
)
def test_a_file_that_a_forge_renders_is_asked_for_as_text_where_lines_are_meant(
    file: str, lines: str, whole: str
) -> None:
    there = forge.Forge("github", "https://github.com/a/b", "c0ffee")
    assert there.lines(file, 1, 1) == f"https://github.com/a/b/blob/c0ffee/{lines}"
    assert there.file(file) == f"https://github.com/a/b/blob/c0ffee/{whole}"
    assert forge.Forge(commit="c0ffee").file(file) is None

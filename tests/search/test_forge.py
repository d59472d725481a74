"""Where a passage's lines can be read on the forge."""

from pathlib import Path

import pytest

from hyperrun.search import forge
from tests.search import repository


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
    assert forge.read(tmp_path).lines("x y.md", 2, 3) == expected

"""Which files are read, whatever a repository's names and rules are."""

import os
import random
import subprocess
import time
from pathlib import Path

import pytest
from pathspec import GitIgnoreSpec

from hyperrun.search import ignore
from tests.search import repository

EXPENSIVE = [
    "*" + "a*" * 30 + "b", "*" + "?*" * 60 + "b", "*" * 200 + "b", "*[ab]*" * 30 + "c",
    "**/a/**/a/**/a/b", "a" * 5_000, "[" * 2_000, "**/" * 300 + "b", "(" * 500, "{a,b}" * 200,
]  # fmt: skip
NO_RULES = ["!", "[z-a]", "\\", "foo\\"]


def told(root: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """The files found, and what is told of others."""
    said: list[tuple[str, str]] = []
    found = ignore.files(root, tell=lambda path, reason: said.append((path, reason)))
    return [str(path) for path in found], said


@pytest.mark.parametrize("rule", EXPENSIVE)
def test_no_rule_searches_for_ever(tmp_path: Path, rule: str) -> None:
    (tmp_path / ".gitignore").write_text(rule + "\n")
    (tmp_path / ("a" * 250)).touch()
    folder = tmp_path.joinpath(*["a"] * 50)
    folder.mkdir(parents=True)
    (folder / "b.md").touch()
    began = time.monotonic()
    assert "a/" * 50 + "b.md" in told(tmp_path)[0]
    assert time.monotonic() - began < 2


def test_rules_mean_what_they_mean_without_our_care() -> None:
    chosen = random.Random(1)
    parts = ["*", "*", "a", "b", "?", "/", "[ab]", ".", "**/", "\\*", "[!a]", "(", "[^b]"]
    for _ in range(3_000):
        rule = "".join(chosen.choice(parts) for _ in range(chosen.randint(1, 7)))
        said: list[str] = []
        ours = ignore._spec([rule], "", lambda path, reason, said=said: said.append(reason))  # type: ignore[misc]
        if said:
            continue
        theirs = GitIgnoreSpec.from_lines([rule])
        for _ in range(5):
            path = "".join(chosen.choice("aab.*/(") for _ in range(chosen.randint(1, 9)))
            assert ours.match_file(path) == theirs.match_file(path), (rule, path)


@pytest.mark.parametrize("line", NO_RULES)
def test_a_line_that_is_no_rule_is_passed_over_as_by_git(tmp_path: Path, line: str) -> None:
    repository.write(tmp_path, ".gitignore", f"a.md\n{line}\nb.md\n")
    for name in ("a.md", "b.md", "c.md", "foo"):
        repository.write(tmp_path, name, "# Words\n")
    found, said = told(tmp_path)
    assert [path for path, _ in said] == [".gitignore:2"]
    repository.git(tmp_path, "init", "-q")
    listed = subprocess.run(
        ["git", "-C", str(tmp_path), "ls-files", "-o", "--exclude-standard"],
        check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    assert found == [each for each in listed if each != ".gitignore"]


def test_names_that_are_not_UTF_8_are_left_out_and_named(tmp_path: Path) -> None:
    for name in (b"caf\xe9.md", b"\xff\xfe", b"a\nb.md", b"good.md"):
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).touch()
    folder = os.fsencode(tmp_path) + b"/fold\xe9r"
    os.mkdir(folder)
    Path(os.fsdecode(folder + b"/page.md")).touch()
    found, said = told(tmp_path)
    assert found == ["a\nb.md", "good.md"]
    assert sorted(path for path, _ in said) == ["\\xff\\xfe", "caf\\xe9.md", "fold\\xe9r"]


def test_a_gitignore_of_200_GB_is_passed_over(tmp_path: Path) -> None:
    with (tmp_path / ".gitignore").open("wb") as file:
        file.truncate(200 * 1000**3)
    repository.write(tmp_path, "a.md", "# Words\n")
    found, said = told(tmp_path)
    assert found == ["a.md"]
    assert said == [(".gitignore", "is too large: 200 GB, at most 524 kB are read")]


def test_a_tree_of_folders_without_end_is_left_off(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(3_000):  # longer than any path may be
        os.mkdir("a", dir_fd=folder)
        below = os.open("a", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    repository.write(tmp_path, "z.md", "# Words\n")
    found, said = told(tmp_path)
    assert found == ["z.md"]
    assert [reason for _, reason in said] == ["lies more than 60 folders deep"]
    subprocess.run(["rm", "-rf", str(tmp_path / "a")], check=True)  # pytest's own way is too deep


def test_pipes_sockets_and_devices_are_named_and_links_are_not_followed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "link.md").symlink_to("/etc/passwd")
    repository.write(tmp_path, "a.md", "# Words\n")
    assert told(tmp_path) == (["a.md"], [("pipe.md", "is no regular file")])


def test_what_a_site_brings_along_of_others_is_no_source(tmp_path: Path) -> None:
    brought = (
        "_freeze/site_libs/clipboard.js",
        "site_libs/quarto.js",
        "docs/vendor/a.js",
        "docs/_static/custom.css",
        "docs/_templates/autosummary/class.rst",
        "a.min.js",
    )
    for name in (*brought, "docs/a.md", "src/a.js"):
        repository.write(tmp_path, name, "function lamp() { return 1 }\n")
    assert sorted(told(tmp_path)[0]) == ["docs/a.md", "src/a.js"]

"""A program that is forked says what a process of its own says, and ends alike."""

from pathlib import Path

import pytest

from tests import standing_by


@pytest.mark.parametrize("arguments", [
    ("hyperrun", "--version"),
    ("hyperrun", "dance"),
    ("hyperrun.commands.gaps", "--no-such-option"),
    ("hyperrun.commands.report",),
    ("main", "--port", "none"),
])  # fmt: skip
def test_a_fork_says_and_ends_as_a_process_of_its_own_does(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    environment = {"HYPERRUN_DATA_DIR": str(tmp_path / "none"), "PATH": ""}
    own = standing_by.run(*arguments, env=environment, cwd=standing_by.ROOT, anew=True)
    fork = standing_by.run(*arguments, env=environment, cwd=standing_by.ROOT)
    assert fork.returncode == own.returncode
    assert fork.stdout == own.stdout
    assert fork.stderr.splitlines()[-1:] == own.stderr.splitlines()[-1:]

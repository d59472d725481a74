"""Our own README and docs answer what their readers ask: `questions.toml`."""

from pathlib import Path

import pytest

from hyperrun.commands import test as command
from hyperrun.commands.testing.questions import FILE, read

ROOT = Path(__file__).parent.parent


def test_the_documentation_answers_what_its_readers_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYPERRUN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HYPERRUN_EXCLUDE", "tests/")  # which hold what looks like keys
    status = command.main(["--repo", str(ROOT)])
    assert status == 0, capsys.readouterr().out


def test_at_least_forty_questions_are_held() -> None:
    tests = read(ROOT / FILE)
    assert sum(not test.known for test in tests) >= 40

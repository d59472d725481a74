"""The bench of answers works. Its figures are for a quiet machine, and not held here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_the_small_bench_of_answers_brings_every_token_of_every_answer(tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    bench = subprocess.run(
        [sys.executable, "-m", "bench.answers", "--small", "--json", str(result)],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert bench.returncode == 0, bench.stderr
    assert "times the relay, hyperrun" in bench.stdout
    assert "kB for each of 4 open answers, each further one" in bench.stdout
    assert "stored for each conversation, kB" in bench.stdout
    rounds = json.loads(result.read_text())["rounds"]
    assert {each["server"] for each in rounds} == {"hyperrun", "relay"}
    for each in rounds:
        assert (each["lost"], each["mixed"]) == (0, 0), bench.stderr
        assert each["cpu_ms_per_1000"] > 0

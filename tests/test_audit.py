"""`scripts/audit` tells what was found from what could not be asked.

The advisory databases are somebody else's services. In their place stand programs that print what
pip-audit 2.10 and npm 11 print.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

AUDIT = Path(__file__).parent.parent / "scripts" / "audit"

ADVISORY = {"id": "GHSA-1", "fix_versions": ["2.0"], "aliases": [], "description": "x"}
CLEAN = {"dependencies": [{"name": "a", "version": "1.0", "vulns": []}]}
KNOWN = {"dependencies": [{"name": "a", "version": "1.0", "vulns": [ADVISORY]}]}
SKIPPED = {"dependencies": [{"name": "a", "skip_reason": "Dependency not found on PyPI: a"}]}
NPM_CLEAN: dict[str, Any] = {"vulnerabilities": {}}
NPM_KNOWN = {"vulnerabilities": {"htmx.org": {"severity": "high"}}}
NPM_DOWN = {"message": "405 Method Not Allowed", "error": {"summary": ""}}


def audit(folder: Path, python: Any, npm: Any, **environment: str) -> tuple[int, str]:
    for name, report in (("uv", python), ("npm", npm)):
        program = folder / name
        said = f"#!{sys.executable}\nimport sys\n"
        said += (
            "sys.exit('no route to host')" if report is None else f"print({json.dumps(report)!r})"
        )
        program.write_text(said)
        program.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name != "AUDIT"}
    done = subprocess.run(
        [sys.executable, AUDIT],
        env=kept | {"PATH": str(folder)} | environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("python", "npm", "status", "strict_status", "said"),
    [
        (CLEAN, NPM_CLEAN, 0, 0, "Python: no advisory is known\nnpm: no advisory is known\n"),
        (KNOWN, NPM_CLEAN, 1, 1, "Python: 1 advisories\n  a 1.0: GHSA-1 (fixed in 2.0)\n"),
        (CLEAN, NPM_KNOWN, 1, 1, "npm: 1 advisories\n  htmx.org: high\n"),
        (SKIPPED, NPM_CLEAN, 0, 2, "Python: NOT CHECKED, the advisory database cannot be reached\n"
         "  1 of 1 packages: Dependency not found on PyPI: a\n"),
        (None, NPM_CLEAN, 0, 2, "Python: NOT CHECKED, the advisory database cannot be reached\n"
         "  no route to host\n"),
        (CLEAN, NPM_DOWN, 0, 2, "npm: NOT CHECKED, the advisory database cannot be reached\n"
         "  405 Method Not Allowed\n"),
        (None, NPM_KNOWN, 1, 1, "npm: 1 advisories"),
        (KNOWN, None, 1, 1, "npm: NOT CHECKED"),
    ],
)  # fmt: skip
def test_what_was_found_and_what_could_not_be_asked_are_two_things(
    tmp_path: Path, python: Any, npm: Any, status: int, strict_status: int, said: str
) -> None:
    told, output = audit(tmp_path, python, npm)
    assert told == status
    assert said in output
    assert audit(tmp_path, python, npm, AUDIT="strict")[0] == strict_status

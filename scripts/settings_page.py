#!/usr/bin/env python3
"""Write docs/settings.md out of hyperrun/settings/values.py and the verbs of docs/commands.md.

`uv run --no-sync python scripts/settings_page.py`; a test holds the pages against it.
"""

import re
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hyperrun.__main__ import VERBS  # noqa: E402
from hyperrun.settings import Settings  # noqa: E402

SETTINGS = ROOT / "docs/settings.md"
COMMANDS = ROOT / "docs/commands.md"
HEAD = """# Settings

All are environment variables, or lines of `.env`. `hyperrun doctor` tells which of them are wrong.
`on` may be written `yes`, `true` or `1`, and `off` `no`, `none`, `false` or `0`.
"""
FIRST = "The server"


def settings_page() -> str:
    """The page: a table for each group of the code."""
    named = {each.name: each for each in fields(Settings)}
    groups: dict[str, list[str]] = {FIRST: []}
    for line in (ROOT / "hyperrun/settings/values.py").read_text().splitlines():
        if title := re.fullmatch(r"    # ([A-Z][\w ,]+)", line):
            groups.setdefault(title[1], [])
        elif (field := re.match(r"    (\w+): .* = setting\(", line)) and field[1] in named:
            groups[list(groups)[-1]].append(_row(named[field[1]]))
    parts = [HEAD]
    for name, rows in groups.items():
        if rows:
            head = "| variable | default | what it does |\n| --- | --- | --- |"
            parts.append("\n".join((f"## {name}\n", head, *rows)) + "\n")
    return "\n".join(parts)


def _row(field: Any) -> str:
    says = field.metadata["help"].replace("|", "\\|")
    return f"| `{field.metadata['variable']}` | {_default(field.default)} | {says} |"


def _default(value: object) -> str:
    if value in (None, "", ()):
        return ""
    if isinstance(value, bool):
        return "`on`" if value else "`off`"
    if isinstance(value, tuple):
        return f"`{','.join(map(str, value))}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def commands_page(text: str) -> str:
    """The page with a row for each verb."""
    rows = "\n".join(f"| `{name}` | {verb.says} |" for name, verb in VERBS.items())
    return re.sub(
        r"(\| --- \| --- \|\n).*?\n\n", rf"\g<1>{rows}\n\n", text, count=1, flags=re.DOTALL
    )


if __name__ == "__main__":
    SETTINGS.write_text(settings_page())
    COMMANDS.write_text(commands_page(COMMANDS.read_text()))

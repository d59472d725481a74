"""What a whole test run left behind, searched for the keys that its tests used."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Part of every key a test gives to a server. It stands nowhere else.
MARK = "MARKofAtestKEY"
KEY = f"sk-proj-{MARK}0123456789"

told: list[str] = []  # of requests to scripted models, as they end


def kept(folder: Path) -> Iterator[Path]:
    """Files below `folder` that a server kept something in: its data folder, its log."""
    for path in folder.rglob("*"):
        is_data = "data" in path.relative_to(folder).parts[:-1] or ".sqlite3" in path.name
        if (is_data or path.suffix == ".log") and path.is_file() and not path.is_symlink():
            yield path


def in_files(folder: Path) -> list[str]:
    """The files that hold a key."""
    return [str(path) for path in kept(folder) if MARK.encode() in path.read_bytes()]


def in_requests(requests: list[dict[str, Any]], headers: list[dict[str, str]]) -> list[str]:
    """The requests that hold a key anywhere but in their Authorization header."""
    found = [f"request {number}" for number, body in enumerate(requests) if MARK in str(body)]
    for number, each in enumerate(headers):
        found += [f"{name} of request {number}" for name, value in each.items()
                  if name not in ("authorization", "api-key") and MARK in value]  # fmt: skip
    return found

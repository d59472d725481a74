"""`versions.json`, which mike writes beside a site's versions: what "latest" and "stable" mean.

    [{"version": "2.1", "title": "2.1.3", "aliases": ["latest"]}]

The newest stands first. The file is a stranger's like any page: what is not of this form is left
out.
"""

import json
from collections.abc import Mapping

NAME = "versions.json"
MAX_BYTES = 1024 * 1024
MAX_VERSIONS = 2_000

MovingNames = Mapping[str, str]  # a name that moves -> its version, "" where that is the newest


def read(content: bytes) -> MovingNames:
    """The names that move; none where it is no such file. Never raises for what the bytes hold."""
    try:
        told = json.loads(content) if len(content) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        return {}
    found: dict[str, str] = {}
    for number, entry in enumerate(told[:MAX_VERSIONS] if isinstance(told, list) else ()):
        version = entry.get("version") if isinstance(entry, dict) else None
        aliases = entry.get("aliases") if isinstance(entry, dict) else None
        if isinstance(version, str) and isinstance(aliases, list):
            means = version if number else ""
            found |= {alias: means for alias in aliases if isinstance(alias, str) and alias}
    return found

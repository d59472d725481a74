"""`hyperrun-pages.json`, which a generator's plugin writes at the root of the site it builds.

    {"pages": [{"path": "guide/", "source": "docs/guide.md", "version": "", "language": "en"}]}

It names each page's source exactly, where rules and names can only tell it. `path` is the page's
address below the site, `source` its file in the repository; `version` and `language` are "" where a
site has one. The file is a stranger's like any page: what is not of this form is left out.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from hyperrun.search.site.rules import key_of

log = logging.getLogger(__name__)

NAME = "hyperrun-pages.json"
MAX_BYTES = 20 * 1024 * 1024
MAX_PAGES = 100_000
MAX_CHARS = 1_000  # of one value


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page comes from, and which version of the site in which language it is of."""

    source: str = ""
    version: str = ""
    language: str = ""


Manifest = Mapping[str, Origin]  # by the key of a page's address


def read(content: bytes) -> Manifest:
    """The pages it names; none where it is no such file. Never raises for what the bytes hold."""
    if len(content) > MAX_BYTES:
        log.warning("%s is larger than %d MB and is not read", NAME, MAX_BYTES // 1024**2)
        return {}
    try:
        told = json.loads(content)
        entries = told["pages"][:MAX_PAGES] if isinstance(told["pages"], list) else []
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        log.warning("%s cannot be read: %s", NAME, f"{type(error).__name__}: {error}"[:200])
        return {}
    found: dict[str, Origin] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
            continue
        values = [entry.get(name, "") for name in ("source", "version", "language")]
        if all(isinstance(value, str) and len(value) <= MAX_CHARS for value in values):
            source, version, language = values
            found.setdefault(key_of(entry["path"]), Origin(_within(source), version, language))
    return found


def _within(source: str) -> str:
    """A path inside of the repository, as the index has it; "" for any other."""
    path = PurePosixPath(source.replace("\\", "/").removeprefix("./"))
    return "" if path.is_absolute() or ".." in path.parts or str(path) == "." else str(path)

"""What a page says about itself before it begins."""

import json
import re
from collections.abc import Mapping
from typing import Any

from hyperrun.search.site import literals
from hyperrun.search.site.generator import FIRST_HEADING

_TITLE = re.compile(r"^#[ \t]+(\S.*)$", re.MULTILINE)


def read(text: str, suffix: str) -> dict[str, Any]:
    """The front matter of a page's source, of a notebook that of its first raw cell, with its first
    heading; empty where it has none."""
    if suffix == ".ipynb":
        return _of_notebook(text)
    return literals.front_matter(text)


def _of_notebook(text: str) -> dict[str, Any]:
    try:
        cells = json.loads(text).get("cells")
    except (ValueError, AttributeError, RecursionError):
        return {}
    front: dict[str, Any] = {}
    for cell in cells[:10] if isinstance(cells, list) else ():
        if not isinstance(cell, dict):
            continue
        source = cell.get("source") or ""
        source = "".join(map(str, source)) if isinstance(source, list) else str(source)
        if cell.get("cell_type") == "raw" and not front:
            front = literals.front_matter(source.strip() + "\n")
        found = _TITLE.match(source.strip()) if cell.get("cell_type") == "markdown" else None
        if found and FIRST_HEADING not in front:
            front[FIRST_HEADING] = found[1].strip()
    return front


def hides(front: Mapping[str, Any], text: str, suffix: str) -> bool:
    """Does a page ask to be left out of what is found: a draft, or one that searches pass over?"""
    if suffix == ".rst":
        return bool(_NO_SEARCH.search(text[:4_000]))
    search = front.get("search")
    if isinstance(search, Mapping):
        search = search.get("exclude")
        if search is True:
            return True
    elif search is False or search == "exclude":
        return True
    if any(front.get(name) is True for name in ("draft", "noindex", "search_exclude", "nosearch")):
        return True
    if any(front.get(name) is False for name in ("searchable", "pagefind", "published")):
        return True
    return "noindex" in str(front.get("robots", ""))


_NO_SEARCH = re.compile(r"^:nosearch:", re.MULTILINE)

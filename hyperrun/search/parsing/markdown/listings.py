"""What a page of Quarto lists out of its own front matter: titles, and what is said of each."""

import re
from collections.abc import Iterator, Sequence

from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.blocks import Block
from hyperrun.search.parsing.markdown import document
from hyperrun.search.site import literals
from hyperrun.search.site.literals import mapping

MAX_ITEMS = 200
MAX_CHARS = 20_000
_CONTAINER = re.compile(r"\s*:{3,}\s*\{([^{}]*)\}\s*$")
_ID = re.compile(r"#([\w-]+)")


def with_listings(found: list[Block], front: Sequence[str], lines: Sequence[str]) -> list[Block]:
    """The blocks of a page with its listings: each in the container of its name, or at the end."""
    if not any(line.startswith("listing:") for line in front):
        return found
    places = {
        own[1]: number
        for number, line in enumerate(lines, 1)
        if (match := _CONTAINER.match(line)) and (own := _ID.search(match[1]))
    }
    listed = literals.read_yaml("\n".join(front)).get("listing")
    for listing in listed if isinstance(listed, list) else [listed]:
        content = "\n\n".join(_items(mapping(listing).get("contents")))[:MAX_CHARS]
        if not content:
            continue
        at = places.get(str(mapping(listing).get("id")), len(lines))
        before = sum(block.start <= at for block in found)
        found = [*found[:before], Block(at, at, content), *found[before:]]
    return found


def _items(contents: object) -> Iterator[str]:
    """What is said of each item that has more than a title."""
    for item in contents[:MAX_ITEMS] if isinstance(contents, list) else []:
        title, description = mapping(item).get("title"), mapping(item).get("description")
        if isinstance(title, str) and isinstance(description, str) and description.strip():
            said = document.said(description)
            yield f"{commonmark.strong(document.heading_words(title))}\n\n{said}"

"""What a slugger is, and what several of them need."""

import re
from collections import Counter
from typing import Protocol, runtime_checkable


class Anchors(Protocol):
    """The anchors of one page."""

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        """The next heading's anchor; "" where the page gives it none, or where it is not known.

        `heading_source` is the heading as it is written, without its marks and attributes; `own_id`
        the id that it is given there; `level` 1 to 6, 0 where that is not known.
        """
        ...


@runtime_checkable
class TermAnchors(Protocol):
    """Those of a page on which what a list defines has anchors, too."""

    def of_term(self, term: str, source: str) -> str:
        """The anchor of words that are defined, as they are said and as they are written; "" where
        they have none."""
        ...


class Nothing:
    """The anchors of a page whose generator is not known: none but those that are written."""

    def add(self, heading_source: str, own_id: str = "", level: int = 0) -> str:
        return own_id


def numbered(slug: str, used: set[str] | Counter[str]) -> str:
    """The first of `slug`, `slug-1`, `slug-2` that is not used yet."""
    number, unique = 0, slug
    while unique in used:
        number += 1
        unique = f"{slug}-{number}"
    return unique


# What hooks and macros put other words for: none but them knows the anchor.
COMPUTED = re.compile(r"<!--|\{\{|\{%")

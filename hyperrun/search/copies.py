"""Which of several copies of one text is found: in other words, versions or languages of a file."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from hyperrun.passage import Passage
from hyperrun.search.audience import ASKED_FOR_NONE, AskedKinds, copied, is_foreign
from hyperrun.search.site.rules import is_version

SAME_CHARS = 2_000  # of each are compared
SAME_TEXT = 0.8  # of the words of two passages; then they are copies of one text
NOWHERE, OF_VERSION, AS_SHOWN = range(
    3
)  # a copy without a page, of a version, and as a site has it
_WORDS = re.compile(r"\w+")


class Shown(NamedTuple):
    """Where a passage is shown: its address without what names a version in it, and which of two
    copies is the better one, the higher."""

    address: str
    rank: int


def shown(address: str) -> Shown:
    """The same of an address, relative to its site's."""
    *above, last = address.split("/")
    kept = [each for each in above if not is_version(each)]
    rank = OF_VERSION if len(kept) < len(above) else AS_SHOWN
    return Shown("/".join([*kept, last]), rank if address else NOWHERE)


def distinct(
    found: Sequence[tuple[Passage, str]], most: int, asked: AskedKinds = ASKED_FOR_NONE
) -> list[tuple[Passage, str]]:
    """The first `most` of `found`, passages with their addresses, without copies: of those the one
    that has a page, and of pages the one whose address names no version."""
    kept: list[tuple[Passage, str]] = []
    seen: list[tuple[frozenset[str], Shown]] = []
    for each in found:
        where = shown(each[1])
        if len(kept) == most and all(where.rank <= above.rank for _, above in seen):
            continue
        file = each[0].file
        is_as_shown = where.rank == AS_SHOWN and not is_foreign(file, asked)
        if not is_as_shown and _is_copy_of_one(file, asked, kept):
            continue
        words = frozenset(_WORDS.findall(each[0].shown[:SAME_CHARS].lower()))
        same = next(
            (
                n for n, (others, above) in enumerate(seen)
                if _are_copies(words, others) or _are_versions(where, above)
            ),
            None,
        )  # fmt: skip
        if same is None and len(kept) < most:
            seen.append((words, where))
            kept.append(each)
        elif same is not None and where.rank > seen[same][1].rank:
            kept[same], seen[same] = each, (words, where)
    return kept


def _is_copy_of_one(file: str, asked: AskedKinds, kept: Sequence[tuple[Passage, str]]) -> bool:
    """Is this an older version or a translation of a page of which something stands above?"""
    end = copied(file, asked)
    return bool(end) and any(
        f"/{above.file}".endswith(f"/{end}") for above, _ in kept if above.file != file
    )


def _are_copies(words: frozenset[str], others: frozenset[str]) -> bool:
    """Are two texts of so many same words one?"""
    return len(words & others) > SAME_TEXT * len(words | others)


def _are_versions(one: Shown, other: Shown) -> bool:
    """Are they one section of a page in two versions?"""
    return bool(one.address) and one.address == other.address and one.rank != other.rank

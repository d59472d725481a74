"""Which of several copies of one text is found: in other words, versions or languages of a file."""

import re
from collections.abc import Sequence
from dataclasses import replace

from hyperrun.passage import Passage
from hyperrun.search.audience import ASKED_FOR_NONE, AskedKinds, copied
from hyperrun.search.site.rules import is_version
from hyperrun.search.terms import heading_of

SAME_CHARS = 2_000  # of each are compared
SAME_TEXT = 0.8  # of the words of two passages; then they are copies of one text
LEAST_WORDS = 12  # of a section that another one holds under the same heading
_WORDS = re.compile(r"\w+")


def distinct(
    found: Sequence[tuple[Passage, str]], most: int, asked: AskedKinds = ASKED_FOR_NONE
) -> list[tuple[Passage, str]]:
    """The first `most` of `found`, passages with their addresses, without texts that stand above in
    other words, versions or languages of a file; of copies the one that has a page."""
    kept: list[tuple[Passage, str]] = []
    seen: list[frozenset[str]] = []  # the words of each that is kept
    for each in found:
        if len(kept) == most and not (each[1] and any(not address for _, address in kept)):
            continue
        if _is_copy_of_one(each[0].file, asked, kept):
            continue
        words = _words(each[0])
        told = zip(kept, seen, strict=True)
        same = next((n for n, other in enumerate(told) if _say_one(each, words, *other)), None)
        if same is None and len(kept) < most:
            seen.append(words)
            kept.append(each)
        elif same is not None and each[1] and not kept[same][1]:
            kept[same] = each
    return kept


def without_version(address: str) -> str:
    """Where a site by itself shows what it shows at an address, relative to its own, that names a
    version of it; "" where it names none."""
    *above, last = address.split("/")
    kept = [each for each in above if not is_version(each)]
    return "/".join([*kept, last]) if len(kept) < len(above) else ""


def shown(
    found: tuple[Passage, str], others: Sequence[Passage], address: str
) -> tuple[Passage, str]:
    """A passage of another version of a page as its site shows it by itself: of `others`, all that
    stand at `address` there, the likest, or itself where its words are the same."""
    words = _words(found[0])
    likest = max(others, key=lambda each: len(words & _words(each)), default=None)
    if likest is None:
        return found
    if _are_copies(words, _words(likest)):
        return found[0], address
    return replace(likest, score=found[0].score, likeness=found[0].likeness), address


def _words(passage: Passage) -> frozenset[str]:
    """The words by which copies are told."""
    return frozenset(_WORDS.findall(passage.shown[:SAME_CHARS].lower()))


def _is_copy_of_one(file: str, asked: AskedKinds, kept: Sequence[tuple[Passage, str]]) -> bool:
    """Is this an older version or a translation of a page of which something stands above?"""
    end = copied(file, asked)
    return bool(end) and any(
        f"/{above.file}".endswith(f"/{end}") for above, _ in kept if above.file != file
    )


def _are_copies(words: frozenset[str], others: frozenset[str]) -> bool:
    """Are two texts of so many same words one?"""
    return len(words & others) > SAME_TEXT * len(words | others)


def _say_one(
    one: tuple[Passage, str],
    words: frozenset[str],
    other: tuple[Passage, str],
    others: frozenset[str],
) -> bool:
    """Are two passages of these words copies, or one under one heading what the other says on the
    site, or a part of it?"""
    if _are_copies(words, others):
        return True
    is_one_heading = heading_of(one[0].title) == heading_of(other[0].title)
    least = min(len(words), len(others))
    if not is_one_heading or bool(one[1]) is bool(other[1]) or least < LEAST_WORDS:
        return False
    return len(words & others) > SAME_TEXT * least

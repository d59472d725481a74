"""Which section of a page comes from which lines of its source, by headings, order and words."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import quote

from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.site.written_sections import SectionOfPage
from hyperrun.search.terms import heading_of

MAX_PART_CHARS = 2_400  # of a section that stands only on its page; longer ones are cut
FRAGMENT_WORDS = 8
MIN_WORDS = 4  # of a section that says something
SAME = 0.6  # how much of the one's words stand in the other where they say the same
LIKELY = 0.35  # and how much at least where their headings are alike
POORER = 0.92  # of the page's words a source must hold, or what it lacks is added
SAID_ALIKE = 0.98  # of each other's words that both must hold, or the page's are taken
MUCH_LESS = 0.7  # of a source's words: a page that holds fewer of them was not read whole

_WORD = re.compile(r"[^\W_]+")
_SAFE = "/~!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class Matched:
    """A source's chunks with the addresses of their page, and what only the page says.

    `sections` is how many sections of the page come from the source.
    """

    chunks: list[Chunk]
    only_rendered: list[Chunk]
    sections: int


def match(
    chunks: Sequence[Chunk],
    sections: Sequence[SectionOfPage],
    address: str,
    ids: frozenset[str],
    *,
    is_stale: bool = False,
) -> Matched | None:
    """Match a source with the page at `address`; None where the page is of something else.

    A page that is older than its source (`is_stale`) gives addresses but no words.
    """
    groups = [
        list(group) for _, group in groupby(chunks, key=lambda chunk: (chunk.title, chunk.address))
    ]
    words = [_words(heading_of(each.title) + " " + each.content) for each in sections]
    pairs = _pairs(groups, sections, words)
    if not _is_of(groups, sections, words, pairs):
        return None
    whole = Counter[str]()
    for each in words:
        whole.update(each)
    found: list[Chunk] = []
    rendered: list[Chunk] = []
    for number, group in enumerate(groups):
        if number in pairs:
            section = sections[pairs[number]]
            own = with_anchor(address, section.anchor)
            placed = [replace(chunk, address=own) for chunk in group]
            if not is_stale:
                placed, more = _with_page_words(placed, section, words[pairs[number]])
                rendered += [_part(part, section, address) for part in more]
            found += placed
        else:
            found += [_unmatched(chunk, address, ids, whole, is_stale) for chunk in group]
    taken = set(pairs.values())
    if not is_stale:
        left = [each for number, each in enumerate(sections) if number not in taken]
        said = Counter[str]()
        for chunk in chunks:
            said.update(_words(chunk.content or chunk.text))
        for section in left:
            if _held(_words(section.content), said) < SAME or not taken:
                rendered += only_rendered(section, address)
    return Matched(found, rendered, len(taken))


def only_rendered(section: SectionOfPage, address: str) -> list[Chunk]:
    """A section that stands on its page alone, cut where it is long."""
    if len(_WORD.findall(section.content)) < MIN_WORDS:
        return []
    return [_part(part, section, address) for part in _parts(section.content)]


def with_anchor(address: str, anchor: str) -> str:
    """The address of a section of a page."""
    return f"{address}#{quote(anchor, safe=_SAFE)}" if anchor else address


def _part(content: str, section: SectionOfPage, address: str) -> Chunk:
    place = with_anchor(address, section.anchor)
    fragment = text_fragment(content)
    if fragment:
        place += (":~:" if "#" in place else "#:~:") + fragment
    return Chunk(
        0, 0, section.title, "page", content, "markdown",
        signature=heading_of(section.title), address=place,
    )  # fmt: skip


def text_fragment(content: str) -> str:
    """The directive that has a browser show where `content` begins; "" where no words would be
    found as they stand."""
    for block in re.split(r"\n{2,}", content):
        if block.startswith(("```", "|", "$$", "~~~")) or "`" in block[:1]:
            continue
        line = re.sub(r"^(?:>\s*|[-*]\s+|\d+\.\s+)+", "", block.split("\n")[0])
        line = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line)
        line = re.sub(r"(?<!\\)[*`]|~~", "", line)
        line = re.sub(r"\\(\W)", r"\1", line)
        words = line.split()[:FRAGMENT_WORDS]
        if len(words) >= 2:
            return "text=" + quote(" ".join(words), safe="").replace("-", "%2D")
    return ""


def _pairs(
    groups: Sequence[Sequence[Chunk]],
    sections: Sequence[SectionOfPage],
    words: Sequence[Counter[str]],
) -> dict[int, int]:
    """Group -> section: by heading in order first, then by what they say."""
    pairs: dict[int, int] = {}
    free = dict.fromkeys(range(len(sections)))
    by_heading: dict[str, list[int]] = {}
    for number, section in enumerate(sections):
        by_heading.setdefault(_key(section.title), []).append(number)
    for place, group in enumerate(groups):
        candidates = [each for each in by_heading.get(_key(group[0].title), ()) if each in free]
        if not candidates:
            continue
        if len(candidates) > 1:
            said = _said(group)
            candidates.sort(key=lambda each: (-round(_alike(said, words[each]), 1), each))
        best = candidates[0]
        pairs[place] = best
        del free[best]
    for place, group in enumerate(groups):
        if place in pairs or not free:
            continue
        said = _said(group)
        if said.total() < 2 * MIN_WORDS:
            continue
        best = max(free, key=lambda each: (_alike(said, words[each]), -each))
        if _alike(said, words[best]) >= SAME:
            pairs[place] = best
            del free[best]
    return pairs


def _is_of(
    groups: Sequence[Sequence[Chunk]],
    sections: Sequence[SectionOfPage],
    words: Sequence[Counter[str]],
    pairs: dict[int, int],
) -> bool:
    """Does the page come from this source? Some of its sections say what the page's say."""
    alike = [_alike(_said(groups[place]), words[number]) for place, number in pairs.items()]
    return any(each >= LIKELY for each in alike) or (
        bool(sections) and len(pairs) == len(groups) and len(pairs) > 1
    )


def _with_page_words(
    group: list[Chunk], section: SectionOfPage, words: Counter[str]
) -> tuple[list[Chunk], list[str]]:
    """The group with what its page says where the source says it otherwise, and parts that are
    left of a section that is too long for one passage."""
    said = _said(group)
    there, here = _held(words, said), _held(said, words)
    if min(there, here) >= SAID_ALIKE or words.total() <= MIN_WORDS:
        return group, []
    is_whole = there < POORER or here >= MUCH_LESS
    if is_whole and len(group) == 1 and len(section.content) <= 2 * MAX_PART_CHARS:
        level = "#" * min(max(section.level, 1), 6)
        heading = heading_of(section.title)
        return [replace(group[0], content=f"{level} {heading}\n\n{section.content}")], []
    if there >= POORER:
        return group, []
    left = [part for part in _parts(section.content) if _held(_words(part), said) < SAME]
    return group, [part for part in left if len(_WORD.findall(part)) >= 2 * MIN_WORDS]


def _unmatched(
    chunk: Chunk, address: str, ids: frozenset[str], whole: Counter[str], is_stale: bool
) -> Chunk:
    """Lines that no section shows: at the page where it says them all the same, else without it."""
    anchor = chunk.address.partition("#")[2]
    if anchor and anchor in ids:
        return chunk
    if is_stale and not anchor:
        return chunk
    said = _held(_words(chunk.content or chunk.text), whole)
    return replace(chunk, address=address if said >= SAME else "")


def _key(title: str) -> str:
    return "".join(_WORD.findall(heading_of(title).casefold()))


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def _said(group: Sequence[Chunk]) -> Counter[str]:
    said = Counter[str]()
    for chunk in group:
        said.update(_words(chunk.content or chunk.text))
    return said


def _held(one: Counter[str], other: Counter[str]) -> float:
    """How much of the one stands in the other; 1.0 where it says nothing."""
    total = one.total()
    return (one & other).total() / total if total else 1.0


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """How much of the shorter one stands in the longer one."""
    least = min(one.total(), other.total())
    return (one & other).total() / least if least else 0.0


def _parts(content: str) -> list[str]:
    """Blocks put together to parts that are not too long; a fence is never cut."""
    parts: list[str] = []
    now: list[str] = []
    size = 0
    for block in _blocks(content):
        if now and size + len(block) > MAX_PART_CHARS:
            parts.append("\n\n".join(now))
            now, size = [], 0
        now.append(block)
        size += len(block)
    if now:
        parts.append("\n\n".join(now))
    return parts


def _blocks(content: str) -> list[str]:
    """The blocks of Markdown as `rendered` writes it; fences stay whole."""
    blocks: list[str] = []
    now: list[str] = []
    fence = ""
    for line in content.split("\n"):
        mark = re.match(r"[> ]*(`{3,})", line)
        if mark and not fence:
            fence = mark[1]
        elif fence and line.strip("> ") == fence:
            fence = ""
        if line or fence:
            now.append(line)
        elif now:
            blocks.append("\n".join(now))
            now = []
    if now:
        blocks.append("\n".join(now))
    return blocks

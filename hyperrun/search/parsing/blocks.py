"""A document as blocks, and blocks as sections: what the parsers of prose have in common."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from hyperrun.passage import Include
from hyperrun.search.parsing.chunk import Chunk

MAX_LINES = 70
MAX_CHARS = 9_000  # of what one passage says, where blocks can be parted
MAX_CARRIED = 3  # blocks that go with the next: a heading, a label, a sentence
MAX_PARTIAL_CHARS = 4_000  # of a file that is there to be included
MAX_INCLUDED_CHARS = 12_000  # of prose from one other file
MAX_HIDDEN_CHARS = 100_000  # of one that is not read by itself
_ANNOUNCES = re.compile(r":[*_]*\s*$|^\*\*[^*\n]+\*\*$")  # or is but a label
_TERM = re.compile(r"- \*\*.*\*\*\\?\n+")
_SAYS = re.compile(r"[^\W_]")


@dataclass(slots=True)
class Block:
    """A paragraph, list, table, fence … of a document: its lines, and what they say.

    Lines count from 1, both inclusive. `content` is CommonMark, whole in itself. A heading has a
    `level` from 1, its words in `title`, and `source` as it is written; `own_id` is the anchor its
    author has given it. `tight` says that it follows the block above without a blank line, as
    a list's items do; `apart`, that its page shows it elsewhere, as it does a footnote. `member` is
    the name of the object that it describes, which is a section of its own; `term` the words that
    it defines, in a list of such. `page` is the source of another page that says it, which only the
    site's generator has.
    """

    start: int
    end: int
    content: str
    level: int = 0
    title: str = ""
    source: str = ""
    own_id: str = ""
    tight: bool = False
    apart: bool = False
    member: str = ""
    term: str = ""
    page: str = ""
    includes: list[Include] = field(default_factory=list)


def joined(blocks: Iterable[Block]) -> str:
    """What `blocks` say together."""
    said = ""
    for block in blocks:
        if block.content.strip("\n"):
            said += ("\n" if block.tight else "\n\n") if said else ""
            said += block.content.strip("\n")
    return said


def sections(
    blocks: Sequence[Block], lines: Sequence[str], stem: str, title: str = "", language: str = ""
) -> list[Chunk]:
    """The sections that headings make of `blocks`, titled by the path of their headings.

    `title` is the page's, where something other than a heading says it; `stem` names what stands
    under no heading at all.
    """
    found: list[Chunk] = []
    path: list[tuple[int, str]] = [(1, title)] if title else []
    section: list[Block] = []
    for block in blocks:
        if block.level:
            found += _chunks(section, lines, path, stem, language)
            while path and path[-1][0] >= block.level:
                path.pop()
            path.append((block.level, block.title))
            section = []
        section.append(block)
    return found + _chunks(section, lines, path, stem, language)


def _chunks(
    section: Sequence[Block],
    lines: Sequence[str],
    path: Sequence[tuple[int, str]],
    stem: str,
    language: str,
) -> list[Chunk]:
    """One section, split where it is long; a heading with nothing under it is none."""
    heading = section[0] if section and section[0].level else None
    body = [block for block in (section[1:] if heading else section) if block.content.strip()]
    body = [each for _, run in groupby(body, _is_of_terms) for each in _terms(list(run))]
    apart = [block for block in body if block.apart or block.member]
    body = [block for block in body if not (block.apart or block.member)]
    parts = [[block] for block in apart if _SAYS.search(block.content)]
    if not path or _SAYS.search(joined(body)):
        parts = [*_parts([heading, *body] if heading else body), *parts]
    above = " > ".join(each for _, each in path if each) or stem
    own_id = heading.own_id if heading else ""
    chunks = []
    for part in parts:
        member = part[0].member
        name = f"{above} > {member}" if member else above
        title = member or (heading.title if heading else (path[-1][1] if path else ""))
        start, end = part[0].start, max(block.end for block in part)
        text = "\n".join(lines[start - 1 : end])
        content = joined(part)
        includes = tuple(dict.fromkeys(each for block in part for each in block.includes))
        chunks.append(
            Chunk(
                start, end, name, "section", text, language, title,
                anchor=(part[0].own_id if member else "") or own_id,
                content="" if content == text else content, includes=includes, page=part[0].page,
            )
        )  # fmt: skip
    return chunks


def _is_of_terms(block: Block) -> bool:
    """Does it define a name, or answer a question? Not so the steps of what one does."""
    return bool(block.term) and (block.source.startswith("`") or block.term.endswith("?"))


def _terms(run: list[Block]) -> list[Block]:
    """Blocks that follow each other; where they define more terms than one passage holds, each as a
    section of its own."""
    if not _is_of_terms(run[0]) or run[-1].end - run[0].start < MAX_LINES:
        return run
    return [
        replace(block, member=block.term, tight=False, content=defined(block.content))
        for block in run
    ]


def defined(item: str) -> str:
    """What an item of a list of definitions says of its term, which is its section's heading."""
    term = _TERM.match(item)
    body = item[term.end() :] if term else ""
    return re.sub(r"(?m)^ {2}", "", body) or item


def _parts(blocks: Sequence[Block]) -> list[list[Block]]:
    """`blocks` in parts of at most `MAX_LINES` lines, more only where one block has more."""
    if not blocks:
        return []
    parts: list[list[Block]] = [[]]
    for block in blocks:
        part = parts[-1]
        if part and (
            block.end - part[0].start + 1 > MAX_LINES
            or sum(len(each.content) for each in part) + len(block.content) > MAX_CHARS
        ):
            # A heading, and what announces the next block, go with that.
            goes_on = len(part)
            while goes_on > max(len(part) - MAX_CARRIED, 0) and _leads_on(part[goes_on - 1]):
                goes_on -= 1
            if goes_on:
                parts.append(part[goes_on:])
                del part[goes_on:]
        part = parts[-1]
        part.append(replace(block, tight=False) if not part else block)
    return parts


def _leads_on(block: Block) -> bool:
    """Is it a heading, or does it announce what stands below?"""
    return bool(block.level) or bool(_ANNOUNCES.search(block.content))


def bounded(blocks: Sequence[Block], *, is_hidden: bool = False) -> list[Block]:
    """The blocks of another file, up to where they are too many. `is_hidden`: it is not read by
    itself."""
    kept: list[Block] = []
    size = 0
    most = MAX_HIDDEN_CHARS if is_hidden else MAX_INCLUDED_CHARS
    is_long = not is_hidden and sum(len(each.content) for each in blocks) > MAX_PARTIAL_CHARS
    for block in blocks:
        size += len(block.content)
        # A whole document is found by itself: of it the page's section is the first.
        if kept and (size > most or (block.level and is_long and not kept[-1].level)):
            break
        kept.append(block)
    return kept


def brought_in(
    blocks: Sequence[Block], file: str, numbers: Sequence[int], start: int, end: int, above: int = 0
) -> list[Block]:
    """Blocks of another file where a page's lines `start` to `end` include it: its headings are the
    page's, so many levels further down as there are `above`. `numbers` are those of its lines."""
    found = []
    for block in blocks:
        first, last = (numbers[min(each, len(numbers)) - 1] for each in (block.start, block.end))
        level = block.level + above if block.level else 0
        here = Include(file, first, last)
        found.append(
            replace(block, start=start, end=end, level=level, includes=[here, *block.includes])
        )
    return found

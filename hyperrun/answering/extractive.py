"""The answer without a language model: the parts of the passages that say it, quoted.

A block is a paragraph, a list, a table, a fenced code block or a stretch of code between blank
lines. A long one is quoted by its sentences, items, rows or stretches, any other whole.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from textwrap import dedent
from typing import TYPE_CHECKING

from hyperrun.domain import Source
from hyperrun.language import text
from hyperrun.markdown.safe_html import Rendering, parser
from hyperrun.passage import PROSE, Passage
from hyperrun.search.ranking import asks_how_it_is_built
from hyperrun.search.terms import (
    forms,
    last_name,
    named_symbols,
    query_terms,
    stem,
    terms,
)

if TYPE_CHECKING:
    from markdown_it.token import Token

log = logging.getLogger(__name__)

MOST_PASSAGES = 3
MOST_LINES = 14  # of one passage
LONG_LINES = 20  # a block with more is quoted by its parts
LINE_CHARS = 100
# A passage, a block or a part with less than this share of what the best holds is left out.
LEAST_SHARE = 0.5
ENOUGH_WORDS = 0.5  # of the question's: passages that hold no more were found by chance

_STRING_MARK = re.compile(r'"""|\'\'\'')
_SENTENCE = re.compile(
    r"(?<=[。！？])|(?<=[\w)`\"'*][.!?])(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z`*\[“\"(])"
)
_WORD = re.compile(r"\w")
_PAIRED = ("`", "**", "[", "]")
_LETTER, _LATIN = re.compile(r"[^\W\d_]"), re.compile(r"[A-Za-z]")
_CODE_NAMES = frozenset(("dockerfile", "makefile", "justfile"))

# The question's words, each as the stems of its forms, and what each is worth: a word that fewer
# texts hold tells them apart better.
Asked = dict[frozenset[str], float]


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together, and the heading they stand under.

    A long one stands in `parts` between `opening` and `closing`; where some are left out, `gap`
    says so, and at the end `rest`.
    """

    text: str
    heading: str = ""
    parts: tuple[str, ...] = ()
    opening: str = ""
    closing: str = ""
    joint: str = "\n"
    gap: str = "\n"
    rest: str = ""

    @property
    def is_long(self) -> bool:
        """Is it quoted by its parts?"""
        return len(self.parts) > 1 and _size(self.text) > LONG_LINES


async def extract(
    question: str, sources: Sequence[Source], language: str, leading: int = 0
) -> AsyncIterator[str]:
    """The answer as Markdown, a passage at a time, with its citation.

    Passages come as `sources` are ordered; where code was not asked for, code only without prose.
    With `leading` the first so many are quoted as they begin, whatever words they hold.
    """
    sources = sources[:leading] if leading else sources
    texts = [_stems(f"{source.passage.title}\n{source.passage.shown}") for source in sources]
    wanted = [] if leading else query_terms(question)
    asked = _worth({_stems(" ".join(forms(term))) for term in wanted}, texts)
    most = max((sum(not word.isdisjoint(each) for word in asked) for each in texts), default=0)
    is_near = most <= ENOUGH_WORDS * len(asked) and not leading
    if (is_near or not sources) and _LETTER.search(question) and not _LATIN.search(question):
        yield text(language, "extract_none_language")
        return
    if not sources:
        yield text(language, "extract_none")
        return
    lead = "extract_near" if is_near else "extract_lead"
    yield text(language, lead) + "\n\n"
    quotes = []
    for source in sources:
        try:
            body = _quote(source.passage, asked)
        except Exception:  # whatever a stranger's lines bring it to, the others answer
            log.exception("%s is left out of an answer", source.passage.file)
            continue
        quotes.append((source, body))
        await asyncio.sleep(0)  # a passage takes milliseconds, and other answers stream meanwhile
    quotes = [quote for quote in quotes if quote[1]] or quotes[:1] or [(sources[0], "")]
    held = {
        source.number: _held(asked, f"{source.passage.title}\n{body}") for source, body in quotes
    }
    least = LEAST_SHARE * max(held.values())
    quotes = [quote for quote in quotes if held[quote[0].number] >= least]
    if not _asks_for_code(question, sources):
        quotes = [quote for quote in quotes if _is_prose(quote[0].passage)] or quotes
    shown: list[str] = []
    for source, body in quotes:
        words = "".join(body.split())
        if any(words in other for other in shown):
            continue
        shown.append(words)
        title = re.sub(r"([\\`*_\[\]<>#|$~])", r"\\\1", source.passage.title or source.passage.file)
        yield f"**{title}** [{source.number}]\n\n{body}\n\n"
        if len(shown) == MOST_PASSAGES:
            return


def _asks_for_code(question: str, sources: Sequence[Source]) -> bool:
    """Does the question ask how something is made, or name what one of `sources` defines?"""
    names = {last_name(each.passage.title).lower() for each in sources
             if not _is_prose(each.passage)}  # fmt: skip
    return asks_how_it_is_built(question) or not names.isdisjoint(named_symbols(question))


def _is_prose(passage: Passage) -> bool:
    name = passage.file.rpartition("/")[2].lower()
    return passage.kind in PROSE and name not in _CODE_NAMES


def _worth(words: Iterable[frozenset[str]], texts: Sequence[frozenset[str]]) -> Asked:
    return {word: 1 / (1 + sum(not word.isdisjoint(each) for each in texts)) for word in words}


def _quote(passage: Passage, asked: Asked) -> str:
    """The blocks of `passage` that hold most of what was asked, as Markdown; "" if it has none."""
    blocks = _prose(passage) if _is_prose(passage) else [_code(passage.text, passage.language)]
    held = [
        max(_held(asked, f"{block.heading}\n{block.opening}\n{part}") for part in block.parts)
        if block.is_long
        else _held(asked, f"{block.heading}\n{block.text}")
        for block in blocks
    ]
    quotes = [_quoted(block, asked) for block in blocks]
    return "\n\n".join(quotes[at] for at in _chosen(quotes, held))


def _quoted(block: Block, asked: Asked) -> str:
    """A block, or where it is long those of its parts that hold most of what was asked."""
    if not block.is_long:
        return block.text
    worth = _worth(asked, [_stems(part) for part in block.parts])
    chosen = _chosen(block.parts, [_held(worth, part) for part in block.parts])
    quoted, last = block.opening, -1
    for at in chosen:
        if at > last + 1:
            quoted += block.gap.lstrip() if last < 0 else block.gap
        elif at:
            quoted += block.joint
        quoted += block.parts[at]
        last = at
    return quoted + (block.rest if last < len(block.parts) - 1 else "") + block.closing


def _chosen(texts: Sequence[str], held: Sequence[float]) -> list[int]:
    """Which of `texts` to quote, in order: those that hold most, as there is room; at least one."""
    room = MOST_LINES
    chosen: list[int] = []
    for at in sorted(range(len(texts)), key=lambda at: -held[at]):
        size = _size(texts[at])
        if not chosen or (size <= room and held[at] >= LEAST_SHARE * max(held)):
            chosen.append(at)
            room -= size
    return sorted(chosen)


def _size(words: str) -> int:
    """How many lines `words` take on a page."""
    return sum(1 + len(line) // LINE_CHARS for line in words.splitlines())


def _prose(passage: Passage) -> list[Block]:
    """The top-level blocks of documentation; a paragraph that ends in a colon goes with what
    follows."""
    markdown = passage.shown + "\n"
    lines = markdown.splitlines()
    tokens = parser().parse(markdown, {"rendering": Rendering()})
    blocks: list[Block] = []
    heading, leading = "", ""
    for at, token in enumerate(tokens):
        if token.level or token.map is None or token.type == "hr":
            continue
        words = "\n".join(lines[slice(*token.map)]).rstrip()
        if token.type == "heading_open":
            heading = words
        elif token.type in ("fence", "code_block") or _WORD.search(words):
            if token.type == "paragraph_open":
                words = "\n".join(line.strip() for line in words.splitlines())
            if words.endswith(":"):
                leading += f"{words}\n\n"
                continue
            block = _block(words, tokens[at:], lines)
            blocks.append(replace(block, text=leading + words, heading=heading,
                                  opening=leading + block.opening))  # fmt: skip
            leading = ""
    return blocks or ([Block(leading.rstrip(), heading)] if leading else [])


def _block(words: str, tokens: Sequence["Token"], lines: Sequence[str]) -> Block:
    """The block that the first of `tokens` opens, with its parts."""
    opening = tokens[0]
    assert opening.map is not None
    first, end = opening.map
    if opening.type == "fence":
        opened, *code = words.splitlines()
        if not code or code[-1].strip().strip(opening.markup[0]):  # it is cut, or never closed
            code.append(opening.markup)
        closed = code.pop()
        words = "\n".join((opened, *code, closed))
        stretches = _stretches("\n".join(code))
        return Block(words, "", stretches, f"{opened}\n", f"\n{closed}", *_CODE_GAPS)
    if opening.type == "paragraph_open":
        return Block(words, "", _sentences(" ".join(words.split())), "", "", " ", " … ", " …")
    if opening.type == "table_open":
        rows = tuple(lines[first + 2 : end])
        return Block(words, "", rows, "\n".join(lines[first : first + 2]) + "\n",
                     rest="\n| … |")  # fmt: skip
    if opening.type in ("bullet_list_open", "ordered_list_open"):
        starts = []
        for token in tokens:
            if token.level == 1 and token.type == "list_item_open" and token.map:
                starts.append(token.map[0])
            elif token.level == 0 and token.nesting < 0:
                break
        items = tuple(
            "\n".join(lines[start:after]).rstrip()
            for start, after in zip(starts, [*starts[1:], end], strict=True)
        )
        if opening.type == "ordered_list_open":  # after a gap the numbers go on as they were
            return Block(words, "", items, gap="\n\n…\n\n", rest="\n\n…")
        return Block(words, "", items, rest=f"\n{opening.markup} …")
    return Block(words)


_CODE_GAPS = ("\n\n", "\n\n…\n\n", "\n\n…")


def _code(code: str, language: str) -> Block:
    """Code as it would stand at the margin."""
    code = dedent(code).strip("\n")
    fence = "```"
    while fence in code:
        fence += "`"
    whole = f"{fence}{language}\n{code.rstrip()}\n{fence}"
    return Block(whole, "", _stretches(code), f"{fence}{language}\n", f"\n{fence}", *_CODE_GAPS)


def _stretches(code: str) -> tuple[str, ...]:
    """The stretches of code between blank lines, long strings whole."""
    found: list[str] = []
    stretch = ""
    for part in re.split(r"\n(?:[ \t]*\n)+", code):
        stretch += ("\n\n" if stretch else "") + part
        if len(_STRING_MARK.findall(stretch)) % 2 == 0:
            found.append(stretch)
            stretch = ""
    return (*found, stretch) if stretch else tuple(found)


def _sentences(paragraph: str) -> tuple[str, ...]:
    """The sentences of a paragraph; none ends inside of code, emphasis or a link."""
    found: list[str] = []
    sentence = ""
    for part in _SENTENCE.split(paragraph):
        sentence += (" " if sentence else "") + part
        code, strong, opened, closed = (sentence.count(mark) for mark in _PAIRED)
        if code % 2 == 0 and strong % 2 == 0 and opened == closed:
            found.append(sentence)
            sentence = ""
    return (*found, sentence) if sentence else tuple(found)


def _held(asked: Asked, words: str) -> float:
    """How much of what was asked `words` hold."""
    stems = _stems(words)
    return sum(worth for word, worth in asked.items() if not stems.isdisjoint(word))


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(term) for term in terms(words))

"""The answer without a language model: the blocks of the passages that say it, quoted.

A block is a paragraph, a list, a table, a fenced code block or a stretch of code between blank
lines. It is quoted whole or not at all.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from textwrap import dedent

from hyperrun.conversation import Source
from hyperrun.language import text
from hyperrun.markup import Rendering, is_closed, parser
from hyperrun.search.passage import PROSE, Passage
from hyperrun.search.ranking import forms, query_terms, stem, terms

MOST_PASSAGES = 3
MOST_LINES = 14  # of one passage; a longer first block is quoted whole
# A passage or a block with less than this share of what the best holds is left out.
LEAST_SHARE = 0.5

_TITLE_OVER_RULE = re.compile(r"^\S.*\n([=\-~^\"'`#*+.:_])\1{2,}[ \t]*$", re.MULTILINE)
_HTML = re.compile(r"<(?:!--|/?(?:details|summary|div|p|img|picture|br)\b)")
_STRING_MARK = re.compile(r'"""|\'\'\'')

# The question's words, each as the stems of its forms, and what each is worth: a word that fewer
# passages hold tells them apart better.
Asked = dict[frozenset[str], float]


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand or fall together. `heading` is the one they stand under."""

    text: str
    heading: str = ""


async def extract(question: str, sources: Sequence[Source], language: str) -> AsyncIterator[str]:
    """The answer as Markdown, a passage at a time, with its citation; as `sources` are ordered."""
    if not sources:
        yield text(language, "extract_none")
        return
    yield text(language, "extract_lead") + "\n\n"
    asked = _asked(question, sources)
    quotes = [(source, _quote(source.passage, asked)) for source in sources]
    quotes = [quote for quote in quotes if quote[1]] or quotes[:1]
    held = [_held(asked, f"{source.passage.title}\n{body}") for source, body in quotes]
    shown: list[str] = []
    for (source, body), words in zip(quotes, held, strict=True):
        if words < LEAST_SHARE * max(held) or any(body in other for other in shown):
            continue
        shown.append(body)
        title = re.sub(r"([\\`*_\[\]<>#|$~])", r"\\\1", source.passage.title or source.passage.file)
        yield f"**{title}** [{source.number}]\n\n{body}\n\n"
        if len(shown) == MOST_PASSAGES:
            return


def _asked(question: str, sources: Sequence[Source]) -> Asked:
    words = {_stems(" ".join(forms(term))) for term in query_terms(question)}
    passages = [_stems(f"{each.passage.title}\n{each.passage.text}") for each in sources]
    return {word: 1 / (1 + sum(not word.isdisjoint(each) for each in passages)) for word in words}


def _quote(passage: Passage, asked: Asked) -> str:
    """The blocks of `passage` that hold most of what was asked, as Markdown; "" if it has none."""
    if passage.kind in PROSE:
        return "\n\n".join(block.text for _, block in _chosen(_prose(passage), asked))
    blocks = _code(passage.text)
    quoted, last = "", -1
    for at, block in _chosen(blocks, asked):
        quoted += ("" if at == last + 1 else "…\n\n") + block.text + "\n\n"
        last = at
    quoted += "…" if -1 < last < len(blocks) - 1 else ""
    fence = "```"
    while fence in quoted:
        fence += "`"
    return f"{fence}{passage.language}\n{quoted.rstrip()}\n{fence}" if quoted else ""


def _chosen(blocks: Sequence[Block], asked: Asked) -> list[tuple[int, Block]]:
    """The blocks to quote and their places, in the passage's order."""
    held = [_held(asked, f"{block.heading}\n{block.text}") for block in blocks]
    room = MOST_LINES
    chosen: list[int] = []
    for at in sorted(range(len(blocks)), key=lambda at: -held[at]):
        size = blocks[at].text.count("\n") + 1
        if not chosen or (size <= room and held[at] >= LEAST_SHARE * max(held)):
            chosen.append(at)
            room -= size
    return [(at, blocks[at]) for at in sorted(chosen)]


def _prose(passage: Passage) -> list[Block]:
    """The top-level blocks of Markdown; a paragraph that ends in a colon goes with what follows."""
    markdown = passage.text + "\n"
    if passage.file.endswith(".rst"):
        markdown = _TITLE_OVER_RULE.sub(lambda match: "# " + match[0].split("\n")[0], markdown)
    lines = markdown.splitlines()
    blocks: list[Block] = []
    heading, leading = "", ""
    for token in parser().parse(markdown, {"rendering": Rendering()}):
        if token.level or token.map is None:
            continue
        start, end = token.map
        block = "\n".join(lines[start:end]).rstrip()
        if token.type == "heading_open":
            heading = block
        elif (token.type != "fence" or is_closed(token)) and not _HTML.match(block):
            block = leading + block
            leading = block + "\n\n" if block.endswith(":") else ""
            if not leading:
                blocks.append(Block(block, heading))
    return [*blocks, Block(leading.rstrip(), heading)] if leading else blocks


def _code(code: str) -> list[Block]:
    """Stretches of code between blank lines, as if they stood at the margin."""
    blocks: list[Block] = []
    stretch = ""
    for part in re.split(r"\n(?:[ \t]*\n)+", dedent(code).strip("\n")):
        stretch += ("\n\n" if stretch else "") + part
        if len(_STRING_MARK.findall(stretch)) % 2 == 0:
            blocks.append(Block(stretch))
            stretch = ""
    return [*blocks, Block(stretch)] if stretch else blocks


def _held(asked: Asked, words: str) -> float:
    """How much of what was asked `words` hold."""
    stems = _stems(words)
    return sum(worth for word, worth in asked.items() if not stems.isdisjoint(word))


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(term) for term in terms(words))

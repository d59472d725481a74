"""The answer without a language model: the section that answers, as its page says it.

Whole where it fits on a screen, else its lead, the block that answers and its example; from a
few others what was not said yet; then where else to look. Where nothing answers, that.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from hyperrun.answering.quoting import LONG_LINES, Block, blocks, is_prose, size
from hyperrun.domain import Source
from hyperrun.language import text
from hyperrun.search.ranking import asks_how_it_is_built
from hyperrun.search.sections import Wanted
from hyperrun.search.terms import last_name, named_symbols

log = logging.getLogger(__name__)

SCREEN_LINES = 28  # a first section that takes no more is quoted whole
SECOND_LINES, LEAST_LINES = 12, 5  # what each after it may take, and where none is begun any more
ANSWER_LINES = 32  # of all together
MAX_SECTIONS = 3
MAX_ALSO = 3
# How much of the question a section holds that answers it, and one that comes near.
SURE, NEAR = 0.45, 0.2
SURE_ANYWAY = 0.66  # although a word of it stands nowhere
AS_GOOD = 0.5  # of the first section's share: what a second one has to hold to be quoted

_LETTER, _LATIN = re.compile(r"[^\W\d_]"), re.compile(r"[A-Za-z]")
_NAME = re.compile(r"(?<=\s)[A-Z][A-Za-z]*[a-z]*|[a-z]+[A-Z]\w*")

# What comes after an error in documentation: how to mend it.
_MENDS = re.compile(
    r"\W*(answers?|resolutions?|solutions?|fix(es)?|workarounds?|remed(y|ies))\b", re.I
)

# All passages of the section that a source is of, as sources, in their order.
Whole = Callable[[Source], Awaitable[Sequence[Source]]]


@dataclass(frozen=True, slots=True)
class Quotable:
    """A block, the source it is cited to, and how much of the question it holds.

    `shown` is the source of the code in it that its page includes from another file.
    """

    block: Block
    source: Source
    held: float
    shown: Source | None = None


async def extract(
    wanted: Wanted,
    sources: Sequence[Source],
    whole: Whole,
    language: str,
    introducing: int = 0,
) -> AsyncIterator[str]:
    """The answer as Markdown, a section at a time, with its citations.

    `sources` are ordered, best first. With `introducing` the first so many are quoted as they
    begin, whatever words they hold.
    """
    question = wanted.question
    if not introducing and not asks_for_code(question, sources):
        sources = sorted(sources, key=lambda source: not is_prose(source.passage))
    shares = [wanted.share(f"{each.passage.title}\n{each.passage.shown}") for each in sources]
    most = max(shares[:3], default=0.0)
    is_foreign = _LETTER.search(question) and not _LATIN.search(question)
    if not introducing and (not sources or is_absent(wanted, most)):
        yield text(language, "extract_none_language" if is_foreign else "extract_none")
        near = [
            each for each, share in zip(sources, shares, strict=True)
            if share >= NEAR and is_prose(each.passage)
        ]  # fmt: skip
        if near:
            yield f"\n\n{also(near, language)}"
        return
    is_sure = bool(introducing) or most >= (SURE_ANYWAY if wanted.unknown else SURE)
    yield text(language, "extract_lead" if is_sure else "extract_near") + "\n\n"
    quoted: list[str] = []  # places
    left_out: list[str] = []
    shown = ""
    used = 0
    for source in sources[: introducing or MAX_SECTIONS]:
        await asyncio.sleep(0)  # a section takes milliseconds; other answers stream meanwhile
        if place(source) in quoted:
            continue
        room = SCREEN_LINES
        if quoted and not introducing:
            room = min(SECOND_LINES, ANSWER_LINES - used)
            if room < LEAST_LINES:
                break
        try:
            section = [
                each
                for each in quotables(await whole(source), wanted)
                if each.block.text not in shown
            ]
            if (
                quoted
                and not introducing
                and not (is_near(source, sources[0]) or adds(section, wanted, shown))
            ):
                continue
            body = quote(section, wanted, room)
        except Exception:  # whatever a stranger's lines bring it to, the others answer
            log.exception("%s is left out of an answer", source.passage.file)
            left_out.append(place(source))
            continue
        if not body or body.partition("\n")[2] in shown:
            continue
        quoted.append(place(source))
        shown += f"{source.passage.title}\n{body}"
        used += size(body)
        yield body + "\n\n"
    if not quoted:
        yield f"**{escaped(heading(sources[0]))}** [{sources[0].number}]\n\n"
    others = [each for each in sources if place(each) not in quoted + left_out]
    if others and not introducing:
        yield also(others, language)


def asks_for_code(question: str, sources: Sequence[Source]) -> bool:
    """Does the question ask how something is made, or name what one of `sources` defines?"""
    names = {heading(each).lower() for each in sources if not is_prose(each.passage)}
    return asks_how_it_is_built(question) or not names.isdisjoint(named_symbols(question))


def is_absent(wanted: Wanted, most: float) -> bool:
    """Does nothing answer? A name that stands nowhere is what the question is about."""
    names = {name.lower() for name in _NAME.findall(wanted.question)}
    return most < NEAR or (most < SURE and not names.isdisjoint(wanted.unknown))


def place(source: Source) -> str:
    """The section that a source is of, in words."""
    return f"{source.passage.file}\n{source.passage.title}"


def heading(source: Source) -> str:
    """What a section is called on its page."""
    return last_name(source.passage.title) or source.passage.file


def escaped(words: str) -> str:
    """`words` as they are, in Markdown."""
    return re.sub(r"([\\`*_\[\]<>#|$~])", r"\\\1", words)


def also(sources: Sequence[Source], language: str) -> str:
    """Where else to look: the first few sections, each once."""
    names = {heading(each): each.number for each in reversed(sources)}
    links = [f"{escaped(name)} [{number}]" for name, number in reversed(names.items())]
    return f"{text(language, 'extract_also')} " + " · ".join(links[:MAX_ALSO])


def quotables(sources: Sequence[Source], wanted: Wanted) -> list[Quotable]:
    """The blocks of one section, in order. Code that its page includes is cited where it stands."""
    own = [source for source in sources if is_prose(source.passage)] or sources
    included = [source for source in sources if source not in own]
    return [
        Quotable(block, source, block.held(wanted.share), _shown(included, block))
        for source in own
        for block in blocks(source.passage)
    ]


_FENCED = re.compile(r"^[ >]*(`{3,}|~{3,})[^\n]*\n(.*?)^[ >]*\1", re.MULTILINE | re.DOTALL)


def _shown(included: Sequence[Source], block: Block) -> Source | None:
    """The one of `included` whose lines the code in a block is, or a part of them."""
    if not included:
        return None
    codes = ["".join(code.split()) for _, code in _FENCED.findall(block.text)]
    for source in included:
        lines = "".join(source.passage.text.split())
        if any(code and (code in lines or lines in code) for code in codes):
            return source
    return None


def is_near(source: Source, first: Source) -> bool:
    """Was a section found nearly as well as the first?"""
    return source.passage.score >= AS_GOOD * first.passage.score > 0


def adds(section: Sequence[Quotable], wanted: Wanted, shown: str) -> bool:
    """Does a section hold of the question what was not shown yet?"""
    words = " ".join(each.block.text for each in section)
    return wanted.share(f"{shown}\n{words}") > wanted.share(shown) + 0.15


def quote(section: Sequence[Quotable], wanted: Wanted, room: int) -> str:
    """A section under its heading, whole where there is room, else what of it answers."""
    if not section:
        return ""
    chosen = list(range(len(section)))
    if sum(each.block.lines for each in section) > room:
        chosen = choose(section, room)
        if not chosen:
            return ""
    cited_to = [section[at].source for at in chosen]
    cited_to += [shown for at in chosen if (shown := section[at].shown) is not None]
    numbers = dict.fromkeys(source.number for source in cited_to)
    first = section[chosen[0]]
    cited = "".join(f"[{number}]" for number in numbers)
    own = heading(first.source)
    parts = [f"**{escaped(own)}** {cited}"]
    said = own
    for at in chosen:
        block = section[at].block
        if block.heading and block.heading != said and heading(section[at].source) != own:
            said = block.heading
            parts.append(f"**{escaped(said)}**")
        parts.append(block.quoted(wanted.telling))
    return "\n\n".join(parts)


def mending(section: Sequence[Quotable]) -> range:
    """The blocks that say how to mend the error that a section describes, in order."""
    for at, each in enumerate(section):
        if _MENDS.match(each.block.text) or _MENDS.match(each.block.heading):
            return range(at, len(section))
    return range(0)


def choose(section: Sequence[Quotable], room: int) -> list[int]:
    """The blocks that answer: the one that holds most, its example or what leads to it, how the
    section begins, and what else holds much, as there is room; of an error what mends it."""
    sizes = [LONG_LINES if each.block.is_long else each.block.lines for each in section]
    held = [each.held for each in section]
    top = max(range(len(section)), key=lambda at: held[at])
    order = [*mending(section), top]
    if section[top].block.has_code:
        order += [top - 1] if top and held[top - 1] and not section[top - 1].block.has_code else []
    else:
        after = [at for at in (top + 1, top + 2) if at < len(section)]
        order += [at for at in after if section[at].block.has_code][:1]
    order += [0] if held[0] and not section[0].block.is_long else []
    rest = sorted(range(len(section)), key=lambda at: -held[at])
    order += [at for at in rest if held[at] >= 0.55 * held[top]]
    chosen: list[int] = []
    for at in dict.fromkeys(order):
        if sizes[at] <= room or (not chosen and room >= LONG_LINES):
            chosen.append(at)
            room -= sizes[at]
    return sorted(chosen)

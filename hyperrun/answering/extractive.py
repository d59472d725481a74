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

SCREEN_LINES = 26  # a first section that takes no more is quoted whole
SECOND_LINES, LEAST_LINES = 8, 3  # what each after it may take, and where none is begun any more
ANSWER_LINES = 28  # of all together
MAX_SECTIONS = 3
MAX_ALSO = 3
# How much of the question a section holds that answers it, and one that comes near.
SURE, NEAR = 0.45, 0.2
SURE_ALONE = 0.75  # a section that holds so much answers, where no word of the question is unknown
# Else what speaks for an answer is how much of the question the best of the first few
# sections holds, how much the best of their headings, and how many words there are to hold; and
# against it a word that stands nowhere. Fitted to the 336 questions for tuning of
# bench/answers_quality.
SURE_HELD, SURE_HEADING, SURE_WORD, SURE_UNKNOWN, SURE_FROM = 2.3, 4.1, 0.34, -2.2, 3.4
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
    is_sure = bool(introducing) or is_answered(wanted, sources, most)
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


def is_answered(wanted: Wanted, sources: Sequence[Source], most: float) -> bool:
    """Do the first of `sources`, of which one holds `most`, answer the question for sure?"""
    if most >= SURE_ALONE and not wanted.unknown:
        return True
    titled = max(wanted.share(heading(source)) for source in sources[:3])
    speaks = SURE_HELD * most + SURE_HEADING * titled + SURE_WORD * len(wanted.terms)
    return speaks + SURE_UNKNOWN * bool(wanted.unknown) >= SURE_FROM


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
        Quotable(block, source, block.held(wanted.share), _shown(included, block, source))
        for source in own
        for block in blocks(source.passage)
    ]


_FENCED = re.compile(r"^[ >]*(`{3,}|~{3,})[^\n]*\n(.*?)^[ >]*\1", re.MULTILINE | re.DOTALL)


_SIGNATURE = re.compile(
    r"(?:(?:class|exception|async|static|\w+method|abstract|property) )*"
    r"(?:\w+\.)*(\w+)\s*(?:[(:=]|$)"
)
_DEFINES = re.compile(r"\s*(?:async\s+)?(?:def|class)\s+(\w+)|\s*(\w+)\s*[:=]")
_MARKS = re.compile(r"[\\`*]")
_DOCSTRING = re.compile(r"[rRuU]?(?:\"\"\"|''')\s*(\S[^\n\"']*)")


def _shown(included: Sequence[Source], block: Block, source: Source) -> Source | None:
    """The one of `included` whose lines the code in a block is, or a part of them, or whose
    definition a signature is of: what that documents stands in the same passage."""
    if not included:
        return None
    fenced = [code for _, code in _FENCED.findall(block.text)]
    for code in fenced[:1]:
        signature = _SIGNATURE.match(code)
        for each in included if signature else ():
            defines = _DEFINES.match(each.passage.text)
            is_of = signature and defines and signature[1] in defines.groups()
            if is_of and _documents(source, each):
                return each
    codes = ["".join(code.split()) for code in fenced]
    for each in included:
        lines = "".join(each.passage.text.split())
        if any(code and (code in lines or lines in code) for code in codes):
            return each
    return None


def _documents(source: Source, definition: Source) -> bool:
    """Does a passage say what the definition's docstring begins with?"""
    said = _DOCSTRING.search(definition.passage.text)
    begins = " ".join(said[1].split()[:3]) if said else ""
    return _MARKS.sub("", begins) in _MARKS.sub("", source.passage.shown)


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
    texts = [each.block.text for each in section]
    if sum(map(size, texts)) > room:
        texts = [each.block.quoted(wanted.telling) for each in section]
        chosen = choose(section, texts, room)
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
        parts.append(texts[at])
    return "\n\n".join(parts)


def mending(section: Sequence[Quotable]) -> range:
    """The blocks that say how to mend the error that a section describes, in order."""
    for at, each in enumerate(section):
        if _MENDS.match(each.block.text) or _MENDS.match(each.block.heading):
            return range(at, len(section))
    return range(0)


# What speaks for a block beside how much of the question it holds, of what the best holds.
SPELLS, HAS_CODE, IS_EXAMPLE, LEADS, IS_NEAR = 0.35, 0.15, 0.2, 0.1, 0.1
SPEAKS = 1.0  # a block for which less speaks is left out
_SPELLED = re.compile(r"\w[._]\w|\w\(|(?<!\w)--?[a-z]|[a-z][A-Z]|@\w|[`=]")


def choose(section: Sequence[Quotable], texts: Sequence[str], room: int) -> list[int]:
    """The blocks that answer, of which `texts` are to be quoted, as there is room: of an error what
    mends it, the block that holds most, and others that hold much, spell out names or show code."""
    most = 2 * room  # lines of one
    held = [each.held for each in section]
    top = max(range(len(section)), key=lambda at: held[at])

    def speaks(at: int) -> float:
        block = section[at].block
        return (
            held[at] / (held[top] or 1.0)
            + SPELLS * bool(_SPELLED.search(block.text))
            + HAS_CODE * block.has_code
            + IS_EXAMPLE * (block.has_code and at in (top + 1, top + 2))
            + LEADS * (at == 0)
            + IS_NEAR * (abs(at - top) == 1)
        )

    others = sorted(range(len(section)), key=lambda at: -speaks(at))
    order = [*mending(section), top, *(at for at in others if speaks(at) >= SPEAKS)]
    chosen: list[int] = []
    for at in dict.fromkeys(order):
        lines = size(texts[at])
        if lines > most:
            continue
        lines = min(lines, LONG_LINES) if section[at].block.is_long else lines
        if lines <= room or (not chosen and room >= LONG_LINES):
            chosen.append(at)
            room -= lines
    return sorted(chosen)

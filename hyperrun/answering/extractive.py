"""The answer without a language model: the sections that answer, as their pages say them.

The first is whole where it is short, else what of it answers; from a few others what does; then
where else to look. Where nothing answers, that.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import groupby

from hyperrun.answering.choosing import CLEAR, Quotable, Quote, Section, choose
from hyperrun.answering.included_code import shown_by
from hyperrun.answering.quoting import ELSEWHERE, blocks, is_described, is_prose
from hyperrun.domain import Source
from hyperrun.language import text
from hyperrun.markdown.citations import uncited
from hyperrun.search.intent import asks_how_it_is_built
from hyperrun.search.terms import heading_of, last_name, named_symbols
from hyperrun.search.wanted import Wanted

log = logging.getLogger(__name__)

MAX_SECTIONS = 3
MAX_ALSO = 5
MAX_ALSO_CHARS = 80
# How much of the question a section holds that answers it, and one that comes near.
SURE, NEAR = 0.45, 0.2
SURE_ALONE = 0.75  # a section that holds so much answers, where no word of the question is unknown
# Else what speaks for an answer is how much of the question the best of the first few
# sections holds, how much the best of their headings, and how many words there are to hold; and
# against it a word that stands nowhere. Fitted to the 336 questions for tuning of
# bench/answers_quality.
SURE_HELD, SURE_HEADING, SURE_WORD, SURE_UNKNOWN, SURE_FROM = 2.3, 4.1, 0.34, -2.2, 3.4

# Headings that say what of something a section is, and not of what.
PARTS = """
advanced api arguments attributes background basics caveats commands config configuration default
defaults definition description details errors events example examples fields flags input
limitations methods notes options output overview parameters params properties props reference
remarks requirements result results return returns settings setup slots syntax types usage values
variables
"""
_PARTS = frozenset(PARTS.split())

_LETTER, _LATIN = re.compile(r"[^\W\d_]"), re.compile(r"[A-Za-z]")
_NAME = re.compile(r"(?<=\s)[A-Z][A-Za-z]*[a-z]*|[a-z]+[A-Z]\w*")

# All passages of the section that a source is of, as sources, in their order.
Whole = Callable[[Source], Awaitable[Sequence[Source]]]


async def extract(
    wanted: Wanted,
    sources: Sequence[Source],
    whole: Whole,
    language: str,
    introducing: int = 0,
) -> AsyncIterator[str]:
    """The answer as Markdown, a section at a time, with its citations; the first part says so where
    it may not answer.

    `sources` are ordered, best first. With `introducing` the first so many are quoted as they
    begin, whatever words they hold.
    """
    is_of_use = not introducing and not is_about_code(wanted.question, sources)
    if is_of_use:
        sources = _prose_first(wanted.question, sources)
    shares = [wanted.share(f"{each.passage.title}\n{each.passage.shown}") for each in sources]
    most = max(shares[:3], default=0.0)
    if not introducing and (not sources or is_absent(wanted, most)):
        yield nothing(wanted.question, language)
        near = [
            each for each, share in zip(sources, shares, strict=True)
            if share >= NEAR and is_prose(each.passage)
        ]  # fmt: skip
        if near:
            yield f"\n\n{also(near, language)}"
        return
    is_sure = bool(introducing) or is_answered(wanted, sources, most)
    if not is_sure:
        yield text(language, "extract_near") + "\n\n"
    answering = [
        each for each, share in zip(sources, shares, strict=True)
        if not is_of_use
        or (is_prose(each.passage) and (share > 0 or each.passage.likeness >= CLEAR))
    ]  # fmt: skip
    sections, lost = await read((answering or sources)[: introducing or MAX_SECTIONS], whole)
    if introducing:
        answer = [(each, choose([each], wanted) or begun(each, wanted)) for each in sections]
    else:
        chosen = groupby(choose(sections, wanted), key=lambda quote: quote.section)
        answer = [(sections[number], list(quotes)) for number, quotes in chosen]
    for part in parts(answer):
        yield f"{part}\n\n"
    if not answer:
        yield f"**{escaped(heading(sources[0]))}** [{sources[0].number}]\n\n"
    others = unquoted(sources, answer, lost)
    if is_of_use:
        others = [each for each in others if _is_for_readers(each, wanted.question)]
    if others and not introducing:
        yield also(others, language)


def nothing(question: str, language: str) -> str:
    """That nothing answers, in other words to a question in another script."""
    is_foreign = _LETTER.search(question) and not _LATIN.search(question)
    return text(language, "extract_none_language" if is_foreign else "extract_none")


def begun(section: Section, wanted: Wanted) -> list[Quote]:
    """The first block of a section that holds no word of the question."""
    return [Quote(0, 0, section.blocks[0].block.quoted(wanted.telling))]


def unquoted(
    sources: Sequence[Source],
    answer: Sequence[tuple[Section, Sequence[Quote]]],
    lost: Sequence[str],
) -> list[Source]:
    """Those of `sources` of whose sections nothing is quoted and that are not `lost`."""
    seen = {*lost, *(place(section.source) for section, _ in answer)}
    seen |= {place(section.blocks[each.at].source) for section, quotes in answer for each in quotes}
    return [each for each in sources if place(each) not in seen]


async def read(sources: Sequence[Source], whole: Whole) -> tuple[list[Section], list[str]]:
    """The sections that `sources` are of, each once, and the places of those that nothing can be
    made of, whatever a stranger's lines bring it to."""
    best = sources[0].passage.score if sources else 0.0
    found: dict[str, Section] = {}
    lost: list[str] = []
    for source in sources:
        await asyncio.sleep(0)  # a section takes milliseconds; other answers stream meanwhile
        if place(source) in found:
            continue
        try:
            blocks = quotables(_without_objects(source, await whole(source)))
        except Exception:
            log.exception("%s is left out of an answer", source.passage.file)
            lost.append(place(source))
            continue
        if blocks:
            beside_first = source.passage.score / best if best > 0 else 1.0
            found[place(source)] = Section(source, blocks, beside_first)
    return list(found.values()), lost


def is_about_code(question: str, sources: Sequence[Source]) -> bool:
    """Does the question ask how something is made, or name what one of `sources` defines and none
    describes, or tells of in its heading?"""
    told = {name for each in sources if is_prose(each.passage) for name in _told(each)}
    names = _defined(sources) - told
    return asks_how_it_is_built(question) or not names.isdisjoint(named_symbols(question))


def _prose_first(question: str, sources: Sequence[Source]) -> list[Source]:
    """Documentation before code; of it before the rest sections whose headings tell in words of a
    name in the question that code defines."""
    names = _defined(sources) & named_symbols(question)

    def is_meant(source: Source) -> bool:
        return " " in heading(source) and not names.isdisjoint(_told(source))

    return sorted(sources, key=lambda each: (not is_prose(each.passage), not is_meant(each)))


def _defined(sources: Sequence[Source]) -> set[str]:
    """The names that code among `sources` defines."""
    return {heading(each).lower() for each in sources if not is_prose(each.passage)}


def _told(source: Source) -> set[str]:
    """The names that the heading of a section is of."""
    name = heading(source)
    return {name.rpartition(".")[2].lower(), *named_symbols(name)}


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


def _is_for_readers(source: Source, question: str) -> bool:
    """Is it worth a look where the question is how something is used? Code is not, unless it is
    named, nor are links."""
    if is_prose(source.passage):
        return not ELSEWHERE.fullmatch(heading(source))
    return heading(source).lower() in named_symbols(question)


def place(source: Source) -> str:
    """The section that a source is of, in words."""
    return f"{source.passage.file}\n{source.passage.title}"


def heading(source: Source) -> str:
    """What a section is called on its page, or what code defines."""
    passage = source.passage
    name = heading_of(passage.title) if is_prose(passage) else last_name(passage.title)
    return name or passage.file


def escaped(words: str) -> str:
    """`words` as they are, in Markdown; between two escaped brackets they would be maths."""
    return uncited(re.sub(r"([\\`*_\[<>#|$~])", r"\\\1", words))


def also(sources: Sequence[Source], language: str) -> str:
    """Where else to look: the first few sections, each once."""
    names = {_short(_named(each)): each.number for each in reversed(sources)}
    links = [f"{escaped(name)} [{number}]" for name, number in reversed(names.items())]
    return f"{text(language, 'extract_also')} " + " · ".join(links[:MAX_ALSO])


def _short(name: str) -> str:
    """The beginning of a long name."""
    return name if len(name) <= MAX_ALSO_CHARS else f"{name[: MAX_ALSO_CHARS - 1].rstrip()}…"


def _without_objects(source: Source, passages: Sequence[Source]) -> list[Source]:
    """The passages of a section without the objects that a reference describes under its heading,
    which are sections of their own."""
    return [
        each for each in passages
        if place(each) == place(source) or not is_described(each.passage)
    ]  # fmt: skip


def quotables(sources: Sequence[Source]) -> list[Quotable]:
    """The blocks of one section, in order. Code that its page includes is cited where it stands."""
    own = [source for source in sources if is_prose(source.passage)] or sources
    included = [source for source in sources if source not in own]
    found: list[Quotable] = []
    for source in own:
        for at, block in enumerate(blocks(source.passage)):
            if at == 0 and found and found[-1].block.goes_on_in(block):
                found[-1] = replace(found[-1], goes_on=block)
            found.append(Quotable(block, source, shown_by(block.text, source, included)))
    return found


def parts(answer: Sequence[tuple[Section, Sequence[Quote]]]) -> list[str]:
    """What is quoted under each heading. What stands in one section, which may be found beside the
    one that it stands in, is said once; two of one name are told apart by what they stand under."""
    stand: dict[str, list[tuple[Quotable, str]]] = {}
    stands_in: dict[str, str] = {}  # each section that is quoted, by the one it is quoted under
    for section, quotes in answer:
        quoted = [(section.blocks[quote.at], quote.text) for quote in quotes]
        before = dict(stands_in)
        first = place(quoted[0][0].source)
        own = before.get(first, first)
        for each in quoted:
            at = before.get(place(each[0].source), own)
            stands_in.setdefault(place(each[0].source), at)
            merged = [*stand.get(at, ()), each]
            stand[at] = sorted(merged, key=_where) if at in before.values() else merged
    firsts = [quoted[0][0].source for quoted in stand.values()]
    names = Counter(heading(source).casefold() for source in firsts)
    return [
        said(
            quoted,
            _under(source) if names[heading(source).casefold()] > 1 else _named(source, above),
        )
        for above, source, quoted in zip((None, *firsts), firsts, stand.values(), strict=False)
    ]


def _where(quoted: tuple[Quotable, str]) -> tuple[int, int]:
    """Where a block stands among others of its section."""
    block, source = quoted[0].block, quoted[0].source
    return source.passage.start_line, source.passage.shown.find(block.text.partition("\n")[0])


def _under(source: Source) -> str:
    """A section's heading, after the one of another name that it stands under."""
    own = heading(source)
    above = source.passage.title.split(" > ")[:-1] if is_prose(source.passage) else []
    return " › ".join([*[each for each in above if each.casefold() != own.casefold()][-1:], own])


def _named(source: Source, above: Source | None = None) -> str:
    """What a section is called; where that does not say of what it is, with what it stands under,
    but right below that."""
    own = heading(source)
    parent = f"{source.passage.file}\n{source.passage.title.rpartition(' > ')[0]}"
    if own.casefold() not in _PARTS or (above and place(above) == parent):
        return own
    return _under(source)


def said(quoted: Sequence[tuple[Quotable, str]], name: str) -> str:
    """What is quoted of a section, under `name`, with its citations."""
    blocks = [each for each, _ in quoted]
    cited = [each.source for each in blocks]
    cited += [each.shown for each in blocks if each.shown is not None]
    numbers = dict.fromkeys(source.number for source in cited)
    own = heading(blocks[0].source)
    parts = [f"**{escaped(name)}** {''.join(f'[{number}]' for number in numbers)}"]
    last = own
    for at, (each, words) in enumerate(quoted):
        under = each.block.heading or heading(each.source)
        if under and under != last and heading(each.source) != own:
            last = under
            parts.append(f"**{escaped(under)}**")
        parts.append(uncited(words) + _cut(quoted[at], quoted[at + 1 : at + 2]))
    return "\n\n".join(parts)


def _cut(quoted: tuple[Quotable, str], following: Sequence[tuple[Quotable, str]]) -> str:
    """What says that a list goes on in the next passage, where that is not quoted from there."""
    (each, words), goes_on = quoted, quoted[0].goes_on
    if goes_on is None or words.endswith(each.block.rest):
        return ""
    is_quoted = any(
        other.block is goes_on and text.startswith(goes_on.parts[0]) for other, text in following
    )
    return "" if is_quoted else each.block.rest

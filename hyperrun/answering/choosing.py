"""Which blocks of the sections that were found answer a question, in the room that an answer has.

The weights were learned from the blocks that say what has to be said (bench/answers_quality); they
were judged project by project, with that project's own left out.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hyperrun.answering.quoting import Block, size
from hyperrun.answering.told_names import ToldNames
from hyperrun.domain import Source
from hyperrun.search.terms import heading_of
from hyperrun.search.told_errors import tells_mend
from hyperrun.search.wanted import Wanted

ANSWER_LINES = 28
FACTS_LINES = 3  # that stand at the top of an entry
OTHERS_LINES = 15  # of which sections after the first take no more, but for what answers best
WHOLE_LINES = 22  # a first section that takes no more is quoted whole
UNCUT_LINES = 16  # and code, steps and a list of what is asked for, where there is room
UNCUT_OTHERS_LINES = 10  # and any other block
HEADING_LINES = 1

# What speaks for a block: the share of the question that stands close together in it, how well its
# section was found beside the first (at most twice as well), the share that its heading holds,
# names that it spells out, code, and against it how long it is.
NEAR, FOUND, HEADED, SPELLS, CODE, LONG = 3.0, 0.65, 0.95, 0.7, 0.3, 0.2
MAX_FOUND = 2.0
# And for code, where the question is how something is done: how much of it is said of a name that
# this is the first code of its section to show.
SHOWS = 1.2
NOTES = 1.0  # and against what tells of another version, where the question does not
MENDS = 3.0  # and for what comes where documentation tells how to mend an error
ERROR_HELD = 0.8  # or stands below code that holds so much of its message, where no label tells
# What a deviation of its section's likeness speaks for it, where a model of meaning tells; and how
# near a section is that is quoted from its beginning, and for any word of the question.
MEANT, CLEAR = 0.1, 3.0
# Of what the best block holds has one of plain words to hold, and any after a short section.
AS_MUCH, NEARLY = 0.5, 0.7
# Of a first section whose heading holds so much of the question, what speaks for its first blocks:
# their words are others than the question's.
ASKED, BEGINNING, BEGINS = 0.99, 2, 3.0
SOME = 0.1  # and of the question have names and code to hold, or what is said of what they show
_NOTE = re.compile(
    r"[>\s*_]*(?:version)?(?:changed|added|new|removed|deprecated)"
    r"\W+(?:(?:since|in|version)\W+){0,2}v?\d+\.\d", re.I,
)  # fmt: skip
_ASKS_OF_VERSIONS = re.compile(
    r"version|change|since|deprecat|when|new|remove|added|migrat|upgrad|\d\.\d", re.I
)
_ASKS_WHAT = re.compile(
    r"\W*(why|when|which|who|where|what|does|do|is|are|can|must|should|will|differen\w*)\b", re.I
)
_ERROR = re.compile(r"\b(?:\w*(?:Error|Exception|Warning)|error|warning|fatal)\b\s*:")
# What an entry of a reference says of itself before it tells what it does.
_FACTS = re.compile(
    r"(?:[ \t]*(?:[-*+][ \t]+)?[*_]*"
    r"(?:types?|defaults?(?: value)?|required|since|values|cli|env|version)\b[*_]*:.*(?:\n|$))+",
    re.I,
)
_MANAGER = re.compile(
    r"\*\*(npm|npx|yarn|pnpm|bun|deno)\*\*\s+`{3}", re.IGNORECASE
)  # a tab's label
_ASIDE = re.compile(r"[*_]*\([^\n]*\)[.*_]*")  # on what stands above it
# What makes no sense without what stands above it.
_POINTS_BACK = re.compile(
    r"(?:in|with|using|for) (?:this|that|these|those|such)\b(?: \w+){0,2} "
    r"(?:cases?|scenarios?|examples?|situations?|setups?|configurations?|code|snippets?|approach)\b"
    r"|(?:in )?the (?:code|example|snippet|configuration|config|command|query|function)s?"
    r" (?:above|shown above)\b|(?:in )?the (?:above|preceding|previous) \w+\b"
    r"|th(?:is|ese|at) (?:example|code|snippet|command|configuration|config|query)s?\b",
    re.I,
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Quotable:
    """A block, the source it is cited to, and of the code in it that its page includes from another
    file the source of that; of a list that is cut, the block of the next passage that goes on."""

    block: Block
    source: Source
    shown: Source | None = None
    goes_on: Block | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A section that was found as `source`, all its blocks in their order, and how well it was
    found, 1 for as well as the first."""

    source: Source
    blocks: Sequence[Quotable]
    found: float = 1.0

    @property
    def lines(self) -> int:
        """How many lines it takes on a page."""
        return sum(each.block.lines for each in self.blocks)


@dataclass(frozen=True, slots=True)
class Quote:
    """A block of a section, both by their places, with its text as it is quoted."""

    section: int
    at: int
    text: str


def choose(sections: Sequence[Section], wanted: Wanted) -> list[Quote]:
    """What to quote, in the order in which it stands: the first section where it is short, then the
    blocks for which most speaks, as there is room, whole where they are not long; one at least, if
    it is no longer than twice that."""
    room, others = ANSWER_LINES, OTHERS_LINES
    chosen: list[Quote] = []
    is_whole = bool(sections) and sections[0].lines <= WHOLE_LINES
    if is_whole:
        chosen = [Quote(0, at, each.block.text) for at, each in enumerate(sections[0].blocks)]
        room -= sections[0].lines
    begun = {quote.section for quote in chosen}
    quoted = {quote.text for quote in chosen}
    weighed = by_weight(sections, wanted, is_whole)
    for quote in weighed:
        if is_whole and quote.section == 0:
            continue
        whole = sections[quote.section].blocks[quote.at].block
        # A section may be found beside the one it stands in, and a block be cut there otherwise.
        texts = {quote.text, whole.text}
        heading = HEADING_LINES * (quote.section not in begun)
        most = room if chosen or quote.section else 2 * room
        if quote.section and chosen:
            most = min(most, others)
        is_one = whole.hangs_together or is_announced(whole, wanted)
        uncut = UNCUT_LINES if is_one else UNCUT_OTHERS_LINES
        if size(whole.text) <= min(uncut, most - heading):
            quote = replace(quote, text=whole.text)
        lines = size(quote.text) + heading
        if lines <= most and quoted.isdisjoint(texts):
            added = [quote, *_facts(sections[quote.section], quote, begun, most - lines)]
            lines += sum(size(each.text) for each in added[1:])
            if above := _above(sections[quote.section], quote, quoted):
                more = size(above.text)
                if lines + more <= most:
                    added.append(above)
                    lines += more
                elif more + heading <= most:
                    added, lines = [above], more + heading
            chosen += added
            begun.add(quote.section)
            quoted |= {*texts, *(each.text for each in added)}
            room -= lines
            others -= lines * (quote.section > 0)
    chosen = chosen or [each for each in weighed if size(each.text) <= 2 * ANSWER_LINES][:1]
    return sorted(chosen, key=lambda each: (each.section, each.at))


def _facts(section: Section, quote: Quote, begun: set[int], room: int) -> list[Quote]:
    """With the first that is quoted of an entry, its type and default, where they are few."""
    first = section.blocks[0].block
    is_meant = quote.section not in begun and quote.at > 0 and quote.text != first.text
    is_few = first.lines <= min(FACTS_LINES, room) and _FACTS.fullmatch(first.text)
    return [Quote(quote.section, 0, first.text)] if is_meant and is_few else []


def _above(section: Section, quote: Quote, quoted: set[str]) -> Quote | None:
    """What a quote points back at, or the code that writes it, as that stands above, where it is
    not long."""
    is_output = section.blocks[quote.at].block.is_output
    if not quote.at or not (is_output or _POINTS_BACK.match(quote.text)):
        return None
    above = section.blocks[quote.at - 1].block
    is_new = above.lines <= UNCUT_LINES and above.text not in quoted
    return Quote(quote.section, quote.at - 1, above.text) if is_new else None


def by_weight(
    sections: Sequence[Section], wanted: Wanted, is_answered: bool = False
) -> list[Quote]:
    """The blocks as they would be quoted, that first for which most speaks; without those that hold
    next to nothing of the question, and those of plain words, that spell out no names and show no
    code, where they hold far less of it than the best, and of others where the first section is
    quoted whole; but with those of a section that is clearly meant, and the first under a heading
    that is the question."""
    weighed: list[tuple[float, float, Quote]] = []
    most = 0.0
    is_to_be_done = not _ASKS_WHAT.match(wanted.question)
    is_error = bool(_ERROR.search(wanted.question))
    is_of_now = not _ASKS_OF_VERSIONS.search(wanted.question)
    for number, section in enumerate(sections):
        mends, after_error, most_shown = False, False, 0.0
        is_labelled = any(_is_mend(each.block) for each in section.blocks)
        likeness = section.source.passage.likeness
        told = ToldNames(wanted)
        title = heading_of(section.source.passage.title)
        is_asked = number == 0 and wanted.share(title) >= ASKED
        alike = others_alike([each.block for each in section.blocks], wanted)
        for at, each in enumerate(section.blocks):
            block = each.block
            told.read(block)
            if at in alike or (_FACTS.fullmatch(block.text) and not wanted.share(title)):
                continue  # the type and default of what the question does not name
            text = block.quoted(told.telling if block.has_code else wanted.telling)
            close, headed = wanted.close(text), wanted.share(block.heading)
            speaks = NEAR * close + FOUND * min(section.found, MAX_FOUND) + HEADED * headed
            speaks += SPELLS * spells(block) + CODE * block.has_code - LONG * math.log(size(text))
            is_aside = bool(_ASIDE.fullmatch(block.text))
            held = close if is_aside else max(close, headed)
            most = max(most, held)
            mends = mends or after_error or _is_mend(block)
            after_error = is_error and not is_labelled and block.has_code and close >= ERROR_HELD
            speaks += MENDS * mends + MEANT * likeness
            speaks -= NOTES * (is_of_now and bool(_NOTE.match(block.text)))
            shown = told.shown(text) if block.has_code else 0.0
            if is_to_be_done and shown > most_shown:
                speaks += SHOWS * shown
                most_shown = shown
            begins = is_asked and at < BEGINNING and block.heading in ("", title)
            speaks += BEGINS * begins
            is_named = (block.has_code or spells(block)) and max(held, shown) >= SOME
            is_told = not is_answered and (mends or is_named or begins)
            is_told = is_told or (likeness >= CLEAR and (held > 0 or at == 0))
            is_told = is_told and not is_aside
            weighed.append((speaks, math.inf if is_told else held, Quote(number, at, text)))
    weighed.sort(key=lambda each: -each[0])
    least = (NEARLY if is_answered else AS_MUCH) * most
    return [quote for _, held, quote in weighed if held > least]


def is_announced(block: Block, wanted: Wanted) -> bool:
    """Does the sentence above its parts hold as much of the question as any of them? Then all of
    them are what is asked for."""
    above = block.opening.rstrip().rpartition("\n\n")[2]
    held = wanted.close(_SENTENCES.split(above)[-1]) if above.endswith(":") else 0.0
    return held > 0 and held >= max(map(wanted.close, block.parts), default=0.0)


def others_alike(blocks: Sequence[Block], wanted: Wanted) -> set[int]:
    """Which of `blocks` are one command for another package manager than one beside them, which the
    question names, or which is the first."""
    found: set[int] = set()
    run: list[tuple[int, str]] = []
    for at, block in enumerate([*blocks, Block("")]):
        named = _MANAGER.search(block.text)
        if named is not None:
            run.append((at, named[1]))
        elif run:
            asked = next((here for here, name in run if wanted.share(name) > 0), run[0][0])
            found |= {here for here, _ in run if here != asked}
            run = []
    return found


def _is_mend(block: Block) -> bool:
    """Does it say that it tells how to mend an error?"""
    return tells_mend(block.text) or tells_mend(block.heading)


def spells(block: Block) -> bool:
    """Does it spell out names?"""
    return block.text.count("`") >= 2

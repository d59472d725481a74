"""What a question asks for, and how much of that a section holds.

The weights were learned from questions with known sections (bench/search), project by project with
that project's own questions left out.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul
from typing import NamedTuple

from hyperrun.search.audience import against, is_foreign, kinds_asked_for
from hyperrun.search.leaning import Before, leans
from hyperrun.search.terms import STOP_WORDS, heading_of, porter, query_terms, stems

MAX_BODY_TERMS = 3_000
MAX_SPELLED = 6
# What speaks for a section that was cited before, and for others of its file; and how much of that
# where the question stands alone.
SAME_SECTION, SAME_FILE, ALONE = 0.10, 0.25, 0.2
REFERENCE = 0.5  # what speaks against an object of an API beside a guide
OFF_SITE = 1.2  # and against what is on no page of the project's site, where nothing else does

SAYS = 0.8  # what a part counts for that denies nothing, where the question denies

WINDOW = 30  # terms that stand close together
TYPICAL = 130  # terms of a section
STUB_TERMS = 25  # of one that says little

_SPELLED = re.compile(
    r"`([^`\n]{2,80})`|(?<![\w-])(--?[a-zA-Z][\w-]*)|"
    r"\b([a-zA-Z]{2,}/\d+(?:\.\d+)?(?![\w/-])|(?:\w+\.)+\w+|\w*[a-z\d][A-Z]\w*|\w+_\w+)\b"
)
_ASKS_OF_ENTRY = re.compile(
    r"\b(defaults?|what(?: (is|does|are)|['’]?s)|means?|values?|differ\w*|vs|versus)\b",
    re.IGNORECASE,
)
# A plain word that names what the default is of: "the default path of a cookie".
_DEFAULT_OF = re.compile(r"\bdefault (?:values? (?:of|for) )?(?:the )?([a-z][\w-]{2,})\b")
# What is asked for is several, of which a list or a table tells.
_ASKS_FOR_SEVERAL = re.compile(
    r"\b(?:what|which) (?:\w+ )?(?:kinds|types|sorts|modes|states)\b", re.IGNORECASE
)
_ITEM = re.compile(r"(?m)^[ \t]*(?:[-*+] |\d+[.)] |\|)")
SEVERAL = 2  # items
_ROOT_README = re.compile(r"readme\b", re.IGNORECASE)
_DENIES = re.compile(r"\b(?:no|not|never|none|without|cannot|\w+n['’]t)\b", re.IGNORECASE)
_WHY = re.compile(r"\W*(why|when|which|who|where|can|does|is|are)\b", re.I)


@dataclass(slots=True)
class Term:
    """A word of the question: what it counts for, and by which other names it may stand."""

    weight: float
    others: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A section as the index of prose found it, its columns as stems."""

    id: int
    file: str
    title: str
    text: str
    heading: str
    parents: str
    path: str
    body: str
    is_off_site: bool = False  # though others stand on a site


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that was found. `score` orders; `held` is the share of the question in it;
    `likeness` how near it is in meaning, 0 where no model tells."""

    id: int
    score: float
    held: float
    likeness: float = 0.0


class Told(NamedTuple):
    """What speaks for a section: a share of the question, so from 0 to 1 but for `body`."""

    body: float  # how often its words stand in the text
    heading: float
    named: float  # and of the heading no more than they
    parents: float  # under which headings
    file: float
    held: float  # in any of these
    near: float  # close together
    place: float  # where it stands, and what it is
    code: float
    stub: float
    spelled: float  # names, as the question spells them
    asks: float  # its heading asks what the question does
    several: float  # items of a list or rows of a table, where one asks for several
    entry: float  # names with which entries of its lists and tables begin, where one asks of such


WEIGHTS = Told(
    body=1.0, heading=0.75, named=0.65, parents=0.6, file=0.5, held=0.35, near=0.45, place=0.45,
    code=0.1, stub=-0.05, spelled=0.5, asks=0.3, several=0.3, entry=0.6,
)  # fmt: skip


class Wanted:
    """What a question asks for, and how much of that a text holds.

    `terms` are its words by their stems; `unknown` those that stand nowhere in the documentation,
    under no other name either.
    """

    def __init__(
        self,
        question: str,
        terms: Mapping[str, Term],
        unknown: tuple[str, ...] = (),
        before: Before | None = None,
    ) -> None:
        self.question = question
        self.terms = terms
        self.unknown = unknown
        self._weights = [term.weight for term in terms.values()]
        self._total = sum(self._weights) or 1.0
        self._asked_kinds = kinds_asked_for(question)
        self._spelled = [
            (name, re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])"))
            for name in spelled(question)
        ]
        self._entries = [
            re.compile(rf"(?m)^[ \t]*(?:[-*+]|\|)[ \t]*[`*\[]*{re.escape(name)}(?![\w-])")
            for name, _ in self._spelled
            if _ASKS_OF_ENTRY.search(question)
        ]
        self._default_of = [
            re.compile(rf"(?m)^[ \t]*(?:[-*+]|\|)[ \t]*[*\[]*`{re.escape(name)}`")
            for name in _DEFAULT_OF.findall(question)
            if name not in ("value", "values")
        ]
        self._is_for_several = bool(_ASKS_FOR_SEVERAL.search(question))
        self._asks = _asks(question)
        self._cited = before.cited if before else ()
        self._cited_files = {file for file, _ in self._cited}
        self._goes_on = 1.0 if leans(question, not unknown) else ALONE
        # Stem -> the words of the question that it stands for, and how well.
        self._stands_for: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for n, (stem, term) in enumerate(terms.items()):
            self._stands_for[stem].append((n, 1.0))
            for other, worth in term.others.items():
                self._stands_for[other].append((n, worth))

    @classmethod
    def of(cls, question: str) -> "Wanted":
        """What `question` asks for where no index says which of its words are rare."""
        return cls(question, {porter(word): Term(1.0) for word in query_terms(question)})

    def share(self, text: str) -> float:
        """How much of the question stands in `text`, from 0 to 1."""
        return self._share(self._held(stems(text)))

    def close(self, text: str) -> float:
        """How much of the question stands close together in `text`, from 0 to 1."""
        return self._close(self._places(stems(text)))

    def _places(self, words: Sequence[str]) -> list[tuple[int, int, float]]:
        """Where words of the question stand among `words`, which, and how well, in order."""
        stands = self._stands_for
        return [(at, n, worth) for at, stem in enumerate(words) if stem in stands
                for n, worth in stands[stem]]  # fmt: skip

    def telling(self, parts: Sequence[str]) -> list[float]:
        """How much of the question each of `parts` holds, where a word that more of them hold
        counts for less, as does a part that denies nothing where the question does; and more an
        entry of what the question asks the default of."""
        held = [self._held(stems(part)) for part in parts]
        in_parts: dict[int, int] = defaultdict(int)
        for each in held:
            for n in each:
                in_parts[n] += 1
        told = [
            self._share({n: worth / in_parts[n] for n, worth in each.items()})
            + self._is_default_of(part)
            for each, part in zip(held, parts, strict=True)
        ]
        if not _DENIES.search(self.question):
            return told
        return [
            share * (1.0 if _DENIES.search(part) else SAYS)
            for share, part in zip(told, parts, strict=True)
        ]

    def hit(self, each: Candidate) -> Hit:
        """The candidate with its score."""
        told = self.told(each)
        score = sum(map(mul, WEIGHTS, told))
        if each.file in self._cited_files:
            is_cited = (each.file, each.title) in self._cited
            score += self._goes_on * (SAME_FILE + SAME_SECTION * is_cited)
        return Hit(each.id, score, told.held)

    def is_foreign(self, file: str) -> bool:
        """Is it a translation into another language than the question's?"""
        return is_foreign(file, self._asked_kinds)

    def told(self, each: Candidate) -> Told:
        """What speaks for it."""
        heading = each.heading.split()
        in_heading, in_parents = self._held(heading), self._held(each.parents.split())
        body = each.body.split(maxsplit=MAX_BODY_TERMS)[:MAX_BODY_TERMS]
        places = self._places(body)
        saturated, in_body = self._saturated(places, len(body))
        held = dict(in_body)
        for share, found in ((1.0, in_heading), (0.8, in_parents)):
            for n, worth in found.items():
                held[n] = max(held.get(n, 0.0), share * worth)
        named = [stem for stem in heading if stem not in STOP_WORDS]
        met = sum(stem in self._stands_for for stem in named) / max(len(named), 1)
        if _OBJECT.search(each.title) and self._spells_out(each.title.rpartition(".")[2]):
            met = 1.0
        of_heading = self._share(in_heading)
        is_described = _is_described(each.file, each.title, each.text)
        place = against(each.file, self._asked_kinds)
        if each.is_off_site and not _ROOT_README.match(each.file):
            place -= OFF_SITE
        return Told(
            body=saturated,
            heading=of_heading,
            named=met * of_heading,
            parents=self._share(in_parents),
            file=self._share(self._held(each.path.split())),
            held=self._share(held),
            near=self._close(places),
            place=place - REFERENCE * is_described,
            code=float("```" in each.text or "::" in each.text),
            stub=float(len(body) < STUB_TERMS),
            spelled=self._spells(each.text),
            asks=float(bool(self._asks) and self._asks == _asks(heading_of(each.title))),
            several=float(self._is_for_several and len(_ITEM.findall(each.text)) >= SEVERAL),
            entry=self._enters(each.text),
        )

    def _saturated(
        self, places: Sequence[tuple[int, int, float]], length: int
    ) -> tuple[float, dict[int, float]]:
        """How much of the question a text of `length` terms holds, the more the more often, as
        BM25 has it; and how well each word of the question stands in it."""
        counts: dict[int, float] = {}
        best: dict[int, float] = {}
        for _, n, worth in places:
            counts[n] = counts.get(n, 0.0) + worth
            if worth > best.get(n, 0.0):
                best[n] = worth
        slope = 1.2 * (0.4 + 0.6 * length / TYPICAL)
        saturated = 0.0
        for n, worth in best.items():
            saturated += self._weights[n] * worth * 2.2 * counts[n] / (counts[n] + slope)
        return saturated / self._total, best

    def _spells(self, text: str) -> float:
        """How many of the names that the question spells out stand in `text` so, from 0 to 1."""
        if not self._spelled:
            return 0.0
        found = (name in text and bool(each.search(text)) for name, each in self._spelled)
        return sum(found) / len(self._spelled)

    def _spells_out(self, name: str) -> bool:
        """Does the question spell out the name of an object?"""
        return any(name == each for each, _ in self._spelled)

    def _enters(self, text: str) -> float:
        """How many of the names that the question asks of begin entries of `text`, from 0 to 1."""
        if self._is_default_of(text):
            return 1.0
        found = (bool(each.search(text)) for each in self._entries)
        return sum(found) / max(len(self._entries), 1)

    def _is_default_of(self, text: str) -> bool:
        """Does an entry of `text` begin with what the question asks the default of?"""
        return any(each.search(text) for each in self._default_of)

    def _held(self, words: Sequence[str]) -> dict[int, float]:
        """Which words of the question stand among `words`, and how well."""
        found: dict[int, float] = {}
        stands = self._stands_for
        for word in words:
            if word in stands:
                for n, worth in stands[word]:
                    if worth > found.get(n, 0.0):
                        found[n] = worth
        return found

    def _share(self, held: Mapping[int, float]) -> float:
        """How much of the question its words are, by their weights, from 0 to 1."""
        if not held:
            return 0.0
        total = 0.0
        weights = self._weights
        for n, worth in held.items():
            total += weights[n] * worth
        return total / self._total

    def _close(self, places: Sequence[tuple[int, int, float]]) -> float:
        """The largest share of the question that stands within `WINDOW` terms."""
        best = 0.0
        weights = self._weights
        last: dict[int, tuple[int, float]] = {}  # where each word stood last, and how well
        for at, n, worth in places:
            before = last.get(n)
            if before is None or before[1] <= worth or at - before[0] > WINDOW:
                last[n] = (at, worth)
            near = 0.0
            for m, (place, value) in last.items():
                if at - place <= WINDOW:
                    near += weights[m] * value
            if near > best:
                best = near
        return best / self._total


def spelled(question: str) -> list[str]:
    """Flags, dotted and snaked names and code of a question, each once; at most a few."""
    found = ["".join(parts) for parts in _SPELLED.findall(question)]
    return list(dict.fromkeys(found))[:MAX_SPELLED]


def _asks(text: str) -> str:
    """The word with which a question begins that tells what is asked; "" for what, how and none."""
    found = _WHY.match(text)
    return found[1].lower() if found else ""


# An object's whole name under the headings of its page, and what brings its description in.
_OBJECT = re.compile(r" > [A-Za-z_]\w*(?:\.\w+)+$")
_DESCRIBED = re.compile(r"\s*(?::::|\.\. |```)")


# What describes an object where that is defined: in Julia; in Elixir, where modules have guides.
_OF_OBJECTS = (".jl",)
_OF_FUNCTION = re.compile(r"[A-Z]\w*(?:\.[A-Z]\w*)*\.[a-z_]\w*[?!]?$")


def _is_described(file: str, title: str, text: str) -> bool:
    """Is it an object of an API that is described out of its source?"""
    if file.endswith(_OF_OBJECTS):
        return True
    if file.endswith((".ex", ".exs")):
        return bool(_OF_FUNCTION.match(title))
    return bool(_OBJECT.search(title) and _DESCRIBED.match(text))

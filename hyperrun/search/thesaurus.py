"""What readers call things that documentation calls otherwise: words that a developer would take
for one another.

`thesaurus.psv` has a group in a line or two: its first word stands for all of it and each of the
others for the first, not for one another. A word is worth less by another name (`ALIKE`): it finds
what the reader's own words do not, and never puts it above what they do find.
"""

import re
from collections.abc import Mapping
from functools import cache
from operator import itemgetter
from pathlib import Path

from hyperrun.search.terms import porter

ALIKE = 0.45
# "don't" without its apostrophe.
_UNMARKED = re.compile(r"\b(are|ca|could|did|does|do|had|has|have|is|should|was|were|would|wo)nt\b")

# Its place among all of them, what it is like, and the stem that it stands for.
Phrase = tuple[int, str, str]
_compiled = cache(re.compile)  # once a question may hold it: a first one waits 22 ms for all


@cache
def _table() -> tuple[dict[str, frozenset[str]], dict[str, list[Phrase]], frozenset[str]]:
    """Other names by stem, the phrases by their first word, and all words of both."""
    alike: dict[str, set[str]] = {}
    phrases: dict[str, list[Phrase]] = {}
    count = 0
    groups = Path(__file__).with_name("thesaurus.psv").read_text(encoding="utf-8")
    for line in groups.splitlines():
        head, others = line.split("|")
        stem = porter(head)
        for other in others.split(", "):
            if " " in other:
                stems = " ".join(map(porter, other.split()))
                apart = re.sub(r" (off|on|out|up|away)$", r"(?: \\w+){0,3} \1", stems)
                phrase = (count := count + 1, rf"\b{apart}\b", stem)
                phrases.setdefault(stems.partition(" ")[0], []).append(phrase)
            elif porter(other) != stem:
                alike.setdefault(stem, set()).add(porter(other))
                alike.setdefault(porter(other), set()).add(stem)
    words = frozenset(re.findall(r"\w+", groups))
    return {word: frozenset(names) for word, names in alike.items()}, phrases, words


def alike(stem: str) -> frozenset[str]:
    """The stems of other names for the word with this stem."""
    return _table()[0].get(stem, frozenset())


def is_known(word: str) -> bool:
    """Does a word stand here, and so is spelled right?"""
    return word in _table()[2]


def meant_by_phrases(question: str, mended: Mapping[str, str]) -> list[str]:
    """The stems that the phrases of a question stand for: "disable" for "turn off". `mended` has
    the stems of words that are misspelled."""
    written = _UNMARKED.sub(r"\1n t", question.lower())
    stems = [porter(word) for word in re.findall(r"\w+", written)]
    meant = [mended.get(stem, stem) for stem in stems]
    words, said = {*stems, *meant}, "\n".join((" ".join(stems), " ".join(meant)))
    begun = [each for word in words for each in _table()[1].get(word, ())]
    begun.sort(key=itemgetter(0))
    return [stem for _, phrase, stem in begun if _compiled(phrase).search(said)]

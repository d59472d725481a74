"""The card of a source: what a reader is shown of a passage, as its page shows it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from hyperrun.domain import Source
from hyperrun.markdown.citations import address_of
from hyperrun.markdown.highlight import highlight, language_of
from hyperrun.markdown.renderer import markdown_to_html
from hyperrun.passage import PROSE
from hyperrun.text import plain, without_controls

_HEADING = re.compile(r"\s*(?:#{1,6}[ \t]+[^\n]*|[^\n]+\n[=-]{3,}[ \t]*)(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Card:
    """What a reader is shown of a source. Texts are clean but not escaped; `html` is safe HTML."""

    title: str  # of the section, without what it stands under
    crumb: str  # what it stands under, "Guide › Lamps"; "" at the top
    path: str
    start_line: int
    end_line: int
    address: str  # "#source-n" where the passage has no public place
    language: str
    html: str  # prose as its page has it; code highlighted
    is_prose: bool = False


def card_of(source: Source, max_chars: int = 4_000) -> Card:
    """`source` ready to be shown; its text cut at `max_chars`."""
    passage = source.passage
    path = plain(passage.file)
    above, _, title = (plain(passage.title) or path).replace("`", "").rpartition(" > ")
    is_prose = passage.kind in PROSE
    return Card(
        title=title,
        crumb=above.replace(" > ", " › "),
        path=path,
        start_line=passage.start_line,
        end_line=passage.end_line,
        address=address_of(source),
        language=language_of(passage.language),
        html=_html(
            passage.shown if is_prose else passage.text, passage.language, is_prose, max_chars
        ),
        is_prose=is_prose,
    )


@lru_cache(maxsize=64)  # an answer's cards are made anew with each new citation
def _html(text: str, language: str, is_prose: bool, max_chars: int) -> str:
    text = without_controls(text)
    if is_prose:  # the card has the heading already
        text = _HEADING.sub("", text, count=1) if _HEADING.match(text) else text
    if len(text) > max_chars:
        text = text[:max_chars].rsplit("\n", 1)[0] + "\n…"
    return markdown_to_html(text) if is_prose else highlight(text, language_of(language))

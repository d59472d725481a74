"""The rows that come back for what is typed, written as text.

They are made at every letter of everybody who types, so they are no FT: a tree of it takes 1.2 ms
to build and to write, this 0.1. `escaped` is the one way for words to get in.
"""

from collections.abc import Iterator, Sequence
from html import escape as escaped
from urllib.parse import urldefrag

from hyperrun.language import text
from hyperrun.passage import Passage
from hyperrun.search.kinds import kind_of
from hyperrun.search.marking import Marker, Spans, line
from hyperrun.search.terms import heading_of
from hyperrun.search.typing import Typed

MAX_PER_PAGE = 3
MAX_HEADING_CHARS = 120
SMALL_WORDS = 4  # with so many words and more, the small ones among them are not marked


def rows(language: str, found: Typed) -> str:
    """What was found, by kind and page; the kind and the page of the best come first."""
    kinds: dict[str, dict[str, list[Passage]]] = {}
    for passage in found.passages:
        pages = kinds.setdefault(kind_of(passage), {})
        page = pages.setdefault(_page(passage), [])
        if len(page) < MAX_PER_PAGE:
            page.append(passage)
    numbers = iter(range(1, 100))
    written = _Written(found)
    return "".join(
        written.group(text(language, f"kind_{kind}"), n == 0, page, numbers)
        for kind, pages in kinds.items()
        for n, page in enumerate(pages.values())
    )


class _Written:
    """The rows of one search."""

    def __init__(self, found: Typed) -> None:
        self.found = found
        self.headings = Marker(found.words, all_words=len(found.words) < SMALL_WORDS)
        self.lines = Marker(found.words, all_words=False)

    def group(
        self, kind: str, is_first: bool, page: Sequence[Passage], numbers: Iterator[int]
    ) -> str:
        """The rows of one page; before the first page of a kind, what kind that is."""
        title = page[0].title.partition(" > ")[0]
        kind = escaped(kind)
        told = f'<p class="search-kind" aria-hidden="true">{kind}</p>' if is_first else ""
        before = ""
        for passage, number in zip(page, numbers, strict=False):
            above = _above(passage)
            told += self.row(passage, "" if above == before else above, number)
            before = above
        return (
            f'<div role="group" aria-label="{kind}: {escaped(title)}" class="search-page">'
            f"{told}</div>"
        )

    def row(self, passage: Passage, above: str, number: int) -> str:
        """One page, heading or symbol: what stands above it, itself, and a line that says why."""
        heading = heading_of(passage.title)[:MAX_HEADING_CHARS]
        code = " code" if kind_of(passage) == "code" else ""
        parts = [f'<span class="search-above" dir="auto">{escaped(above)}</span>' if above else ""]
        marked = _marked(heading, self.headings.spans(heading))
        parts.append(f'<span class="search-heading{code}" dir="auto">{marked}</span>')
        # Of many at once there is no line: it costs as much as all else.
        said = line(passage, self.found.words) if self.found.thorough else ""
        if said:
            marked = _marked(said, self.lines.spans(said))
            parts.append(f'<span class="search-line" dir="auto">{marked}</span>')
        address = escaped(passage.url or passage.permalink or "")
        href = f' href="{address}"' if address else ""
        return (
            f'<a id="row-{number}"{href} role="option" aria-selected="false" tabindex="-1"'
            f' target="_blank" rel="noopener" class="search-row">{"".join(parts)}</a>'
        )


def _page(passage: Passage) -> str:
    return urldefrag(passage.url)[0] if passage.url else passage.file


def _above(passage: Passage) -> str:
    """What stands above a row: its source, and the headings that it is under."""
    headings = passage.title.rpartition(" > ")[0].replace(" > ", " › ")
    if not headings and not passage.url:
        headings = passage.file
    return " · ".join(filter(None, (passage.source, headings)))


def _marked(said: str, spans: Spans) -> str:
    """`said` with the words marked that were typed."""
    written = []
    at = 0
    for start, end in spans:
        if end > len(said):
            break
        written.append(f"{escaped(said[at:start])}<mark>{escaped(said[start:end])}</mark>")
        at = end
    return "".join((*written, escaped(said[at:])))

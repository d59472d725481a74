"""The box that searches as one types: where words go in, and the rows that come back.

A combobox with a list of options, as ARIA describes it (APG, "Editable Combobox With List
Autocomplete"). Its first row asks the chat and is always there; static/search.js moves through the
rows and puts those of `Rows` in.
"""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from fastcore.xml import FT
from fasthtml.components import A, Button, Div, Form, Input, Kbd, Mark, P, Section, Span

from hyperrun.passage import Passage
from hyperrun.search.kinds import kind_of
from hyperrun.search.marking import Spans, line, marks
from hyperrun.search.typing import Typed
from hyperrun.web.view import Icon, IconButton, View

MAX_PER_PAGE = 3
MAX_HEADING_CHARS = 120
SMALL_WORDS = 4  # with so many words and more, the small ones among them are not marked


def SearchButton(view: View) -> FT:
    """Opens the box in the place of the conversation."""
    return IconButton("search", view.say("search"), id="open-search", aria_expanded="false")


def SearchBox(view: View) -> FT:
    """The box over the conversation; hidden until it is opened."""
    say = view.say
    words = "\u2026"  # the page's script puts in what is typed
    return Section(
        Form(
            Icon("search", 20),
            Input(
                type="text",
                name="words",
                id="search-words",
                maxlength="300",
                autocomplete="off",
                autocapitalize="off",
                spellcheck="false",
                enterkeyhint="go",
                placeholder=say("search_placeholder"),
                aria_label=say("search_placeholder"),
                role="combobox",
                aria_expanded="false",
                aria_controls="search-rows",
                aria_autocomplete="list",
                dir="auto",
                cls="search-words",
            ),
            Button(
                Kbd(aria_hidden="true"),
                Icon("x", 18),
                type="button",
                id="close-search",
                aria_label=say("search_close"),
                title=say("search_close"),
                cls="search-close",
            ),
            id="search-form",
            cls="search-bar",
        ),
        Div(
            AskRow(),
            Div(id="search-found", role="presentation"),
            id="search-rows",
            role="listbox",
            aria_label=say("search_results"),
            cls="search-rows",
        ),
        Button(say("search_forget"), type="button", id="forget-searches", cls="search-forget",
               hidden=True),
        P(id="search-status", role="status", cls="sr-only"),
        P(say("search_hint"), cls="search-hint", aria_hidden="true"),
        id="search-box",
        cls="search",
        aria_label=say("search"),
        hidden=True,
        data_post=view.links.search,
        data_missed=view.links.missed,
        data_say_ask=say("search_ask", words=words),
        data_say_recent=say("search_recent"),
        data_say_none=say("search_none"),
        data_say_one=say("search_one"),
        data_say_count=say("search_count", count=words),
        data_say_away=say("error_unreachable"),
    )  # fmt: skip


def AskRow() -> FT:
    """Hands the words to the chat: the first row, whatever is found. The page's script fills it."""
    return Div(
        Icon("sparkles"),
        Span(cls="search-heading", dir="auto"),
        Kbd("⏎", aria_hidden="true"),
        id="row-0",
        role="option",
        aria_selected="false",
        cls="search-row search-ask",
        hidden=True,
    )


def Rows(view: View, found: Typed) -> list[FT]:
    """What was found, by kind and page; the kind and the page of the best come first."""
    kinds: dict[str, dict[str, list[Passage]]] = {}
    for passage in found.passages:
        pages = kinds.setdefault(kind_of(passage), {})
        page = pages.setdefault(_page(passage), [])
        if len(page) < MAX_PER_PAGE:
            page.append(passage)
    numbers = iter(range(1, 100))
    return [
        Group(view, kind if first else "", page, found, numbers)
        for kind, pages in kinds.items()
        for first, page in _with_first(pages.values())
    ]


def _with_first(pages: Iterable[list[Passage]]) -> Iterable[tuple[bool, list[Passage]]]:
    return ((n == 0, page) for n, page in enumerate(pages))


def _page(passage: Passage) -> str:
    return urlsplit(passage.url)._replace(fragment="").geturl() if passage.url else passage.file


def Group(
    view: View, kind: str, page: Sequence[Passage], found: Typed, numbers: Iterator[int]
) -> FT:
    """The rows of one page; before the first page of a kind, what kind that is."""
    title = page[0].title.partition(" > ")[0]
    told = view.say(f"kind_{kind_of(page[0])}")
    before = ""
    rows = []
    for passage, number in zip(page, numbers, strict=False):
        above = _above(passage)
        said = line(passage, found.words) if found.thorough else ""  # it costs as much as all else
        rows.append(Row(passage, "" if above == before else above, said, found.words, number))
        before = above
    return Div(
        P(told, cls="search-kind", aria_hidden="true") if kind else "",
        *rows,
        role="group",
        aria_label=f"{told}: {title}",
        cls="search-page",
    )


def _above(passage: Passage) -> str:
    """What stands above a row: its source, and the headings that it is under."""
    headings = passage.title.rpartition(" > ")[0].replace(" > ", " › ")
    if not headings and not passage.url:
        headings = passage.file
    return " · ".join(filter(None, (passage.source, headings)))


def Row(passage: Passage, above: str, said: str, words: Sequence[str], number: int) -> FT:
    """One page, heading or symbol: what stands above it, itself, and the line `said` of it."""
    heading = passage.title.rpartition(" > ")[2][:MAX_HEADING_CHARS]
    named = marks(heading, words, all_words=len(words) < SMALL_WORDS)
    told = _marked(said, marks(said, words, all_words=False))
    is_code = kind_of(passage) == "code"
    return A(
        Span(above, cls="search-above", dir="auto") if above else "",
        Span(
            *_marked(heading, named),
            cls="search-heading code" if is_code else "search-heading",
            dir="auto",
        ),
        Span(*told, cls="search-line", dir="auto") if told else "",
        id=f"row-{number}",
        href=passage.url or passage.permalink,
        role="option",
        aria_selected="false",
        tabindex="-1",
        target="_blank",
        rel="noopener",
        cls="search-row",
    )


def _marked(text: str, spans: Spans) -> list[FT | str]:
    parts: list[FT | str] = []
    at = 0
    for start, end in spans:
        if end > len(text):
            break
        parts += [text[at:start], Mark(text[start:end])]
        at = end
    return [part for part in (*parts, text[at:]) if part]

"""The box that searches as one types: where words go in.

A combobox with a list of options, as ARIA describes it (APG, "Editable Combobox With List
Autocomplete"). Its first row asks the chat and is always there; static/search.js moves through the
rows and puts those of `search_rows` in.
"""

from fastcore.xml import FT
from fasthtml.components import Button, Div, Form, Input, Kbd, P, Section, Span

from hyperrun.web.view import Icon, IconButton, View


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

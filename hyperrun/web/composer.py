"""The box with the question, and what it is about."""

import fhdaisy as ui
from fastcore.xml import FT, A, Button, Div, I, Input, P, Span, Textarea
from fasthtml.components import Form

from hyperrun.web.view import IN_TURN, Icon, View


def Composer(view: View) -> FT:
    """The form with the question. Hidden fields say who asks, in which language, about what."""
    say = view.say
    return Form(
        Token(""),
        Input(type="hidden", name="lang", id="lang", value=view.language),
        Input(type="hidden", name="edits", id="edits"),
        *PageFields(),
        Div(
            QueryInput(view),
            Div(
                PageChips(view),
                ui.Btn(
                    Icon("arrow-up"),
                    Span(I(), I(), I(), cls="dots"),
                    type="submit",
                    id="send",
                    cls="-primary -circle",
                    aria_label=say("send"),
                    title=say("send"),
                ),
                ui.Btn(
                    Icon("square", 14),
                    type="button",
                    id="stop",
                    cls="-primary -circle",
                    aria_label=say("stop"),
                    title=say("stop"),
                ),
                cls="box-foot",
            ),
            cls="box",
        ),
        Consent(view),
        Disclaimer(view),
        id="composer",
        cls="composer",
        hx_post=view.links.ask,
        hx_target="#messages",
        hx_swap="beforeend",
        hx_sync=IN_TURN,
    )


def Disclaimer(view: View) -> FT:
    """The operator's words about every answer, or that it can be wrong."""
    return P(view.disclaimer or view.say("disclaimer"), cls="disclaimer")


def Consent(view: View) -> FT | str:
    """That what is asked is kept, and where that is explained; nothing where it is not told."""
    if view.consent in ("", "off"):
        return ""
    words = view.say("consent") if view.consent == "on" else view.consent
    more = A(
        view.say("privacy"), href=view.privacy_url, target="_blank", rel="noopener", cls="link"
    )  # fmt: skip
    return P(words, *((" ", more) if view.privacy_url else ()), cls="disclaimer consent")


def Token(value: str, swap: bool = False) -> FT:
    """The conversation's token, in a field that every answer to a question renews."""
    swapping = {"hx_swap_oob": "true"} if swap else {}
    return Input(type="hidden", name="token", value=value, id="token", **swapping)


def QueryInput(view: View, swap: bool = False) -> FT:
    """The box one types in. Swapped in afresh after a question, it keeps the focus."""
    swapping = {"hx_swap_oob": "true"} if swap else {}
    return Textarea(
        name="query",
        id="query",
        rows="1",
        maxlength="8000",
        autocomplete="off",
        enterkeyhint="send",
        placeholder=view.say("placeholder"),
        aria_label=view.say("your_question"),
        cls="query",
        dir="auto",
        **swapping,
    )


def PageFields() -> list[FT]:
    """The page the reader is on, as fields. Filled by the script."""
    return [
        Input(type="hidden", name=name, id=name.replace("_", "-"))
        for name in ("page_url", "page_title", "page_heading", "page_version", "selection")
    ]


def PageChips(view: View) -> FT:
    """What the question is about, each a chip that removes it."""
    remove = view.say("remove")
    return Div(
        Chip("edit-chip", "pencil", view.say("edit_cancel"), view.say("editing")),
        Chip("page-chip", "file-text", remove),
        Chip("selection-chip", "file-text", remove, view.say("about_selection")),
        cls="chips",
        data_say_page=view.say("about_page", page="\u2026"),
    )


def Chip(id: str, icon: str, remove: str, says: str = "") -> FT:
    """A removable note in the box; hidden until there is something to say."""
    return Span(
        Icon(icon, 13),
        Span(says, cls="chip-text", dir="auto"),
        Button(Icon("x", 13), type="button", aria_label=remove, title=remove, cls="chip-remove"),
        id=id,
        cls="chip",
        hidden=True,
    )

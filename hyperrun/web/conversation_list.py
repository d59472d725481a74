"""The sheet with a reader's last conversations: open one, delete one, delete all."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import fhdaisy as ui
from fastcore.xml import FT
from fasthtml.components import Button, Div, Li, Ol, P, Span, Time

from hyperrun.domain import Recent
from hyperrun.web.view import IN_TURN, Icon, IconButton, Sheet, View

MAX_TITLE_CHARS = 100


@dataclass(frozen=True, slots=True)
class Conversation:
    """A line of the list, and the token that is its reader's."""

    recent: Recent
    token: str
    is_open: bool


def ConversationsSheet(view: View, conversations: Sequence[Conversation]) -> FT:
    """The list in a sheet; the page's script opens it."""
    say = view.say
    return Sheet(
        view,
        "conversations",
        ConversationList(view, conversations),
        ui.Btn(
            Icon("trash-2", 16),
            say("delete_all"),
            type="button",
            cls="-sm -ghost delete-all",
            hx_post=view.links.clear,
            hx_target="#messages",
            hx_confirm=say("delete_all_confirm"),
        ),
    )


def ConversationList(view: View, conversations: Sequence[Conversation]) -> FT:
    """Last asked first, or a word that there are none."""
    lines = [Line(view, each) for each in conversations]
    if lines:
        listed = Ol(*lines, role="list", cls="rows")
    else:
        listed = P(view.say("no_conversations"), cls="sheet-lead")
    return Div(listed, id="conversation-list", cls="conversation-list")


def shorten(question: str) -> str:
    """A question on one line, cut where it is too long to be a title."""
    line = " ".join(question.split())
    return line if len(line) <= MAX_TITLE_CHARS else f"{line[:MAX_TITLE_CHARS].rstrip()}…"


def Line(view: View, conversation: Conversation) -> FT:
    """A first question and when the last one was asked: a click opens it, the bin deletes it."""
    say, recent = view.say, conversation.recent
    title = shorten(recent.title)
    asked = datetime.fromtimestamp(recent.asked, UTC)
    named = f"\u2068{title}\u2069"  # isolated: it may run the other way than the sentence
    vals = json.dumps({"other": conversation.token})
    return Li(
        Button(
            Span(
                Span(title, cls="conversation-title", dir="auto"),
                Span(say("answering"), cls="conversation-time")
                if recent.running
                else Time(f"{asked:%Y-%m-%d}", datetime=f"{asked:%FT%TZ}", cls="conversation-time"),
            ),
            type="button",
            title=title,
            cls="row conversation",
            aria_current="true" if conversation.is_open else None,
            hx_post=view.links.open,
            hx_vals=vals,
            hx_target="#messages",
            hx_sync=IN_TURN,
        ),
        IconButton(
            "trash-2",
            say("delete_one", title=named),
            size_px=16,
            hx_post=view.links.delete,
            hx_vals=vals,
            hx_target="#conversation-list",
            hx_swap="outerHTML",
            hx_confirm=say("delete_confirm", title=named),
        ),
    )


def GoOn(view: View, last: Conversation) -> FT:
    """The last conversation, to go on with; shown where the open one is still empty."""
    return Div(
        P(view.say("go_on_with"), cls="rows-label"),
        Div(
            Button(
                Icon("history", 16),
                Span(shorten(last.recent.title), dir="auto"),
                type="button",
                cls="row go-on",
                hx_post=view.links.open,
                hx_vals=json.dumps({"other": last.token}),
                hx_target="#messages",
                hx_sync=IN_TURN,
            ),
            cls="rows",
        ),
    )

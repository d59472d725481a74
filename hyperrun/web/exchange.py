"""One question and its answer, which follows its stream while it runs."""

import fhdaisy as ui
from fastcore.xml import FT, H2, Div, I, NotStr, Span

from hyperrun.answering.answer import Update
from hyperrun.domain import Cost, Outcome, Turn
from hyperrun.web.answer_end import Meta
from hyperrun.web.answer_parts import Sources, Steps
from hyperrun.web.view import Icon, IconButton, View


def Exchange(view: View, turn: Turn, update: Update | None = None, total: Cost | None = None) -> FT:
    """A question and its answer. One still running opens its own stream."""
    return Div(
        UserBubble(view, turn),
        AnswerBubble(view, turn, update, total),
        id=f"turn-{turn.id}",
        cls="exchange",
        tabindex="-1",
    )


def UserBubble(view: View, turn: Turn) -> FT:
    """The reader's words, to the right."""
    context = turn.page.title or turn.page.url
    note = view.say("about_selection") if turn.page.selection else ""
    if context and not note:
        note = view.say("about_page", page=context)
    return ui.Chat(cls="-end")(
        ui.ChatBubble(
            Span(view.say("you"), ": ", cls="sr-only"),
            H2(turn.question, cls="question", dir="auto"),
            IconButton("pencil", view.say("edit"), cls="-xs edit", size_px=14, data_turn=turn.id),
        ),
        ui.ChatFooter(
            *((Icon("file-text", 13), Span(note, cls="chip-text", dir="auto")) if note else ()),
            cls="bubble-foot",
        ),
    )


def AnswerBubble(
    view: View, turn: Turn, update: Update | None = None, total: Cost | None = None
) -> FT:
    """The assistant's words, to the left. While the turn runs, the bubble follows its stream."""
    running = turn.outcome is Outcome.RUNNING
    following = (
        {
            "hx_ext": "sse",
            "sse_connect": f"{view.links.stream(turn.id)}?lang={view.language}",
            "sse_close": "close",
            "data_running": turn.id,
            "hx_post": view.links.stop(turn.id),
            "hx_trigger": "stop",
            "hx_swap": "none",
            "aria_busy": "true",
        }
        if running
        else {}
    )
    return ui.Chat(cls="-start")(
        ui.ChatBubble(
            Div(
                *AnswerBody(view, turn, update, total),
                sse_swap="snapshot",
                hx_swap="innerHTML",
                cls="answer-body",
            ),
            cls="answer",
            role="group",
            aria_label=view.say("assistant"),
            **following,
        ),
    )


def AnswerBody(
    view: View, turn: Turn, update: Update | None = None, total: Cost | None = None
) -> tuple[FT, ...]:
    """Everything in an answer's bubble: what a snapshot replaces.

    The children listen by name, and `block` only ever appends, so what stands there never moves.
    """
    blocks = "".join(update.blocks) if update else ""
    live = (update.live or "") if update else ""
    running = (update.outcome if update else turn.outcome) in (None, Outcome.RUNNING)
    return (
        Div(
            *Steps(view, (update and update.steps) or (), turn.question),
            cls="steps",
            sse_swap="steps",
        ),
        Div(NotStr(blocks), cls="blocks prose", sse_swap="block", hx_swap="beforeend", dir="auto"),
        Div(
            NotStr(live) if live or blocks or not running else Dots(view),
            cls="live prose",
            sse_swap="live,more",
            hx_swap="innerHTML",
            dir="auto",
        ),
        Div(
            Sources(view, turn.id, update) if update else "",
            cls="sources",
            sse_swap="sources",
        ),
        Div(
            *(Meta(view, turn, update, total) if update and not running else ()),
            cls="meta",
            sse_swap="meta",
        ),
    )


def GoneAnswer(view: View, sentence: str) -> FT:
    """In the place of an answer that there is no more: why, and its question once more."""
    return Div(
        Icon("triangle-alert", 16),
        Span(sentence),
        ui.Btn(view.say("retry"), type="button", cls="-sm btn-plain ask-again"),
        role="alert",
        cls="notice error",
    )


def Dots(view: View) -> FT:
    """Typing dots, until the first word."""
    return Span(I(), I(), I(), cls="dots", role="img", aria_label=view.say("thinking"))

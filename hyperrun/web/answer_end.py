"""What stands under a finished answer: how it ended, what one can do with it, what to ask next."""

from collections.abc import Sequence
from urllib.parse import quote

import fhdaisy as ui
from fastcore.xml import FT, A, Div, P, Span

from hyperrun.answering.answer import Update
from hyperrun.answering.events import CUT_OFF
from hyperrun.domain import Cost, Outcome, Turn
from hyperrun.web.answer_parts import AboutAnswer
from hyperrun.web.feedback import ThumbButtons
from hyperrun.web.starters import QuestionRows
from hyperrun.web.view import Icon, IconButton, View


def Meta(view: View, turn: Turn, update: Update, total: Cost | None = None) -> tuple[FT | str, ...]:
    """Under a finished answer: how it ended, what one can do with it, what it cost."""
    say = view.say
    answered = update.outcome is Outcome.ANSWERED
    notices = Notices(view, turn, update)
    return (
        *notices,
        Div(
            IconButton("copy", say("copy_answer"), cls="-xs copy-answer", size_px=16)
            if has_begun(turn)
            else "",
            RetryButton(view, turn) if answered or not notices else "",
            *(ThumbButtons(view, turn) if answered else ()),
            IconButton(
                "share-2",
                say("share"),
                cls="-xs share",
                size_px=16,
                hx_post=view.links.share(turn.id),
                hx_target=f"#feedback-{turn.id}",
            )
            if answered and view.share
            else "",
            AboutAnswer(view, update.usage, total)
            if view.shows_cost and (answered or (update.usage and update.usage.model))
            else "",
            A(
                Icon("life-buoy", 16),
                Span(say("ask_human")),
                href=HumanAddress(view.human_url, turn),
                target="_blank",
                rel="noopener",
                cls="btn btn-ghost btn-xs ask-human",
            )
            if view.human_url
            else "",
            ui.Btn(
                Icon("mail", 16),
                Span(say("escalate")),
                type="button",
                cls="-ghost -xs escalate",
                hx_post=view.links.escalate(turn.id),
                hx_target=f"#feedback-{turn.id}",
            )
            if view.escalates
            else "",
            cls="actions",
        ),
        Div(id=f"feedback-{turn.id}", cls="feedback"),
        FollowUps(view, update.suggestions),
    )


def has_begun(turn: Turn) -> bool:
    """Has a word of the answer come?"""
    return bool(turn.answer.strip())


def RetryButton(view: View, turn: Turn, in_words: bool = False) -> FT:
    """Asks the same again; in words where that is what one would do next."""
    says = view.say("retry")
    again = {
        "hx_post": view.links.retry(turn.id),
        "hx_target": f"#turn-{turn.id}",
        "hx_swap": "outerHTML",
    }
    if in_words:
        return ui.Btn(says, type="button", cls="-sm btn-plain retry", **again)
    return IconButton("refresh-cw", says, cls="-xs retry", size_px=16, **again)


def HumanAddress(template: str, turn: Turn) -> str:
    """The operator's address with the turn put in, each part percent-encoded and not too long."""
    filled = template
    for name, value in (
        ("question", turn.question),
        ("page", turn.page.url),
        ("answer", turn.answer),
    ):
        filled = filled.replace(f"{{{name}}}", quote(value[:1_500], safe=""))
    return filled


def ShareLink(view: View, address: str) -> FT:
    """Says that a link is there, and shows it; the page's script copies it."""
    link = A(
        view.say("shared_open"), href=address, target="_blank", rel="noopener", cls="link",
        data_copy=True,
    )  # fmt: skip
    return P(Icon("check", 14), Span(view.say("shared"), " ", link), role="status", cls="thanks")


def FollowUps(view: View, questions: Sequence[str]) -> FT | str:
    """What one may ask next, a click away."""
    if not questions:
        return ""
    return Div(
        QuestionRows(questions),
        role="group",
        aria_label=view.say("suggestions"),
        cls="follow-ups",
    )


def Notices(view: View, turn: Turn, update: Update) -> list[FT]:
    """One plain sentence wherever an answer is less than an answer."""
    notices: list[tuple[str, str]] = []
    begun = has_begun(turn)
    if update.error:
        notices.append(("error", view.say(update.error, seconds=60)))
    if update.notice:
        notices.append(("info", view.say(update.notice, seconds=60)))
    elif update.outcome is Outcome.STOPPED:
        notices.append(("info", view.say("stopped" if begun else "stopped_early")))
    elif update.outcome is Outcome.INTERRUPTED:
        notices.append(("warning", view.say("interrupted" if begun else "interrupted_early")))
    answered = update.outcome is Outcome.ANSWERED
    written = update.usage is not None and update.usage.model
    cut_off = view.say(CUT_OFF) if answered else ""
    if answered and written and not update.sources and not update.notice:
        notices.append(("warning", view.say("not_grounded")))
    return [
        Div(
            Icon("info" if kind == "info" else "triangle-alert", 16),
            Span(sentence),
            ContinueButton(view, turn) if sentence == cut_off else "",
            RetryButton(view, turn, in_words=True) if at == 0 and not answered else "",
            role="alert" if kind == "error" else "note",
            cls=f"notice {kind}",
        )
        for at, (kind, sentence) in enumerate(notices)
    ]


def ContinueButton(view: View, turn: Turn) -> FT:
    """Goes on with an answer that was cut off."""
    return ui.Btn(
        view.say("continue"),
        type="button",
        cls="-sm btn-plain continue",
        hx_post=view.links.go_on(turn.id),
        hx_target=f"#turn-{turn.id}",
        hx_swap="outerHTML",
    )

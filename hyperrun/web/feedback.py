"""What a reader says of an answer, and writes to a person about it."""

import fhdaisy as ui
from fastcore.xml import FT
from fasthtml.components import Div, Form, Input, Label, P, Span, Textarea

from hyperrun.domain import Turn
from hyperrun.web import forms
from hyperrun.web.settings_form import Field
from hyperrun.web.view import Icon, IconButton, Problem, View


def ThumbButtons(view: View, turn: Turn) -> list[FT]:
    """Two thumbs; the one given is marked as pressed."""
    return [
        IconButton(
            icon,
            view.say(label),
            cls="-xs thumb",
            size_px=16,
            aria_pressed="true" if turn.rating == rating else "false",
            hx_post=view.links.feedback(turn.id),
            hx_vals=f'{{"rating": {rating}}}',
            hx_target=f"#feedback-{turn.id}",
            data_rating=str(rating),
        )
        for icon, label, rating in (
            ("thumbs-up", "helpful", 1),
            ("thumbs-down", "not_helpful", -1),
        )
    ]


REASONS = ("wrong", "incomplete", "off_topic", "unclear")


def FeedbackForm(view: View, turn_id: str, rating: int) -> FT:
    """After a thumb down: what was wrong, in a click and a few words."""
    say = view.say
    return Form(
        Input(type="hidden", name="rating", value=str(rating)),
        P(say("feedback_why"), id=f"why-{turn_id}"),
        Div(
            *[
                Label(
                    Input(type="radio", name="reason", value=reason, cls="radio radio-sm"),
                    Span(say(f"feedback_{reason}")),
                    cls="reason",
                )
                for reason in REASONS
            ],
            role="radiogroup",
            aria_labelledby=f"why-{turn_id}",
            cls="reasons",
        ),
        Input(
            name="comment",
            maxlength="2000",
            placeholder=say("feedback_comment"),
            aria_label=say("feedback_comment"),
            cls="input w-full",
        ),
        ui.Btn(say("feedback_send"), type="submit", cls="-sm -primary"),
        hx_post=view.links.feedback(turn_id),
        hx_target=f"#feedback-{turn_id}",
        cls="feedback-form",
    )


def EscalationForm(
    view: View, turn_id: str, written: forms.EscalationForm, problem: str = ""
) -> FT:
    """A message to a person, with what has been written so far; `problem` is what to change."""
    say = view.say
    return Form(
        P(say("escalate_lead")),
        *([Problem(say(problem))] if problem else []),
        Field(
            say("escalate_missing"),
            Textarea(
                written.missing, name="missing", rows="3", maxlength="4000", required=True,
                dir="auto", cls="input",
            ),
        ),
        Field(
            say("escalate_name"),
            Input(
                name="name", value=written.name, maxlength="100", autocomplete="name", cls="input"
            ),
        ),
        Field(
            say("escalate_mail"),
            Input(
                type="email", name="mail", value=written.mail, maxlength="300",
                autocomplete="email", cls="input",
            ),
        ),
        ui.Btn(say("escalate_send"), type="submit", cls="-sm -primary"),
        hx_post=view.links.escalate(turn_id),
        hx_target=f"#feedback-{turn_id}",
        cls="feedback-form",
    )  # fmt: skip


def Thanks(view: View, key: str = "feedback_thanks") -> FT:
    """Feedback has arrived."""
    return P(Icon("check", 14), Span(view.say(key)), role="status", cls="thanks")

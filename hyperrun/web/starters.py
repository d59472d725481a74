"""The empty conversation: who answers, and questions to start with."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastcore.xml import FT, Button, Div, P, Span

from hyperrun.web.conversation_list import Conversation, GoOn
from hyperrun.web.view import Icon, Logo, View


@dataclass(frozen=True, slots=True)
class Starting:
    """What one may begin with: questions, about the `page` one is on where it has a name; or how
    much of the documentation is read so far, where that is not yet all of it, and whether that has
    `failed`."""

    questions: Sequence[str] = ()
    page: str = ""
    percent: int = 100
    failed: bool = False


def Greeting(view: View, starters: Starting, last: Conversation | None = None) -> FT:
    """What an empty conversation shows: who answers, questions to start with, where one was."""
    return Div(
        Div(
            Logo(view),
            P(view.say("greeting", project=view.project), cls="hello-title"),
            P(view.say("greeting_lead"), cls="hello-lead"),
            cls="hello",
        ),
        Starters(view, starters),
        GoOn(view, last) if last else "",
        cls="greeting",
    )


def Starters(view: View, starting: Starting) -> FT:
    """Questions one click away; while a first index is made, how far that is."""
    questions, page = starting.questions, starting.page
    if starting.percent < 100:
        return StillReading(view, starting)
    if not questions:
        return Div(id="starters")
    label = view.say("on_this_page", page=page) if page else view.say("starters")
    return Div(
        P(label, cls="rows-label", dir="auto"),
        QuestionRows(questions),
        id="starters",
        role="group",
        aria_label=label,
    )


def StillReading(view: View, starting: Starting) -> FT:
    """How far a first index is, or that there is none; it asks again by itself until there are
    questions."""
    said = "error_search" if starting.failed else "still_reading"
    return Div(
        Icon("file-text", 16),
        Span(view.say(said, percent=starting.percent)),
        id="starters",
        role="note",
        cls="notice",
        hx_post=view.links.starters,
        hx_trigger="load delay:3s",
        hx_include="#lang, #page-url, #page-title",
        hx_target="this",
        hx_swap="outerHTML",
    )


def QuestionRows(questions: Sequence[str]) -> FT:
    """Questions as rows with an arrow. The page's script sends what a row says."""
    return Div(
        *[
            Button(
                Span(question, dir="auto"),
                Icon("arrow-right", 16),
                type="button",
                cls="row starter",
            )
            for question in questions
        ],
        cls="rows",
    )

"""The start page: the widget as a reader will see it, the lines to paste, what this server uses."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastcore.xml import FT
from fasthtml.components import (
    H1,
    H2,
    A,
    Button,
    Code,
    Details,
    Div,
    Fieldset,
    Form,
    Header,
    Iframe,
    Input,
    Label,
    Legend,
    Li,
    Main,
    Option,
    P,
    Pre,
    Section,
    Select,
    Span,
    Strong,
    Summary,
    Ul,
)

from hyperrun.web.origins import any_site_may_show
from hyperrun.web.services import Services
from hyperrun.web.view import Icon, Logo, View

THEMES = ("auto", "light", "dark")
LAYOUTS = ("docked", "panel", "dialog")
SIDES = ("right", "left")
MAX_STARTERS = 4  # that a site may set


@dataclass(frozen=True, slots=True)
class LocalState:
    """What the start page says about this server."""

    rows: Sequence[tuple[str, str]]  # a text's key, and what is so called
    next_step: str  # what to do now, in a sentence
    is_ready: bool


async def local_state(view: View, services: Services) -> LocalState:
    """What the start page says about this server."""
    say, settings = view.say, services.settings
    index = services.search.status()
    if index.ready:
        built = say("local_index_ready", files=index.files, passages=index.passages)
    elif index.failed:
        built = index.note
    else:
        built = say("local_index_building", percent=round(index.progress * 100))
    notes = "; ".join(filter(None, (index.note, index.meaning.note)))
    model = services.models.default_name
    sources = ", ".join(tree.name for tree in services.search.trees)
    if not index.ready:
        next_step = built
    elif not model:
        next_step = say("local_more")
    elif any_site_may_show(settings):
        next_step = say("local_any_site")
    else:
        next_step = say("local_paste")
    return LocalState(
        rows=(
            ("local_repository", sources),
            ("local_model", model or say("local_model_none")),
            ("local_search", index.engine + (f" ({notes})" if notes else "")),
            ("local_index", built),
            ("local_budget", await budget(view, services)),
        ),
        next_step=next_step,
        is_ready=index.ready and bool(model) and not any_site_may_show(settings),
    )


async def budget(view: View, services: Services) -> str:
    """What may be spent today, and what is."""
    limits = services.limits.budget
    if limits.budget_usd is None:
        return view.say("local_budget_none")
    spent = f"{await limits.spent_today_usd():.2f} USD"
    return view.say("local_budget_day", spent=spent, budget=f"{limits.budget_usd:.2f} USD")


def LocalPage(
    view: View,
    snippets: Sequence[tuple[str, str]],
    state: LocalState,
    questions: Sequence[str],
    button: FT,
    chat: Sequence[FT],
) -> FT:
    """The widget on a page of the project's, its options and the lines to paste beside it, and what
    is in use; `button` opens `chat`, whose toggle comes first."""
    say = view.say
    return Main(
        *chat,
        Header(
            Logo(view),
            Div(
                H1(say("local_title")),
                P(say("local_lead"), cls="chat-subtitle"),
                cls="grow min-w-0",
            ),
            A(say("local_alone"), href="chat-standalone", cls="btn btn-ghost btn-sm"),
            button,
            cls="local-head",
        ),
        Div(
            Icon("check" if state.is_ready else "info", 16),
            Span(Strong(say("local_next"), " "), state.next_step),
            role="note",
            cls="notice",
        ),
        Div(
            Div(
                LookForm(view, questions),
                Section(
                    H2(say("local_embed")),
                    P(say("local_embed_lead"), cls="sheet-lead"),
                    Div(*[Snippet(view, name, lines) for name, lines in snippets], cls="snippets"),
                    cls="sheet-part",
                ),
                Section(
                    H2(say("local_now")),
                    Ul(
                        *[
                            Li(Span(say(key)), Span(value), cls="state-row")
                            for key, value in state.rows
                        ],
                        cls="state",
                    ),
                    cls="sheet-part",
                ),
                cls="local-side",
            ),
            Div(
                Iframe(src="preview?open=true", id="preview", title=say("local_preview")),
                cls="preview",
            ),
            cls="local-body",
        ),
        cls="local-page",
        data_say_copied=say("copied"),
        data_say_copy=say("copy"),
    )


def LookForm(view: View, questions: Sequence[str]) -> FT:
    """The options one sees; the page's script shows what is picked and writes the line."""
    say = view.say

    def choice(name: str, values: Sequence[str]) -> FT:
        options = [Option(value, value="" if at == 0 else value) for at, value in enumerate(values)]
        return Label(
            Span(say(f"option_{name}")), Select(*options, name=name, cls="select"), cls="field"
        )

    return Form(
        H2(say("local_look")),
        Div(
            choice("theme", THEMES),
            choice("layout", LAYOUTS),
            choice("position", SIDES),
            Label(
                Span(say("option_color")),
                Input(type="color", name="color", value="#422ad5", cls="input"),
                cls="field",
            ),
            cls="look-grid",
        ),
        Fieldset(
            Legend(say("option_questions")),
            *[
                Label(
                    Input(
                        type="checkbox", name="questions", value=each, cls="checkbox checkbox-sm"
                    ),
                    Span(each, dir="auto"),
                    cls="choice",
                )
                for each in questions
            ],
            cls="look-questions",
            data_most=str(MAX_STARTERS),
        )
        if questions
        else "",
        id="look",
        cls="sheet-part",
    )


def Snippet(view: View, name: str, lines: str) -> FT:
    """A few lines to paste, with a copy button."""
    return Details(
        Summary(name),
        Div(
            Div(
                Span(name, cls="code-name"),
                Button(type="button", cls="copy", aria_label=view.say("copy")),
                cls="code-head",
            ),
            Pre(Code(lines, data_lines=lines), tabindex="0"),
            cls="code",
        ),
        cls="snippet",
        name="snippet",
        open=name == "HTML",
    )

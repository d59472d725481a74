"""The local dev page: what this server uses, and the lines to paste into a documentation site."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastcore.xml import FT
from fasthtml.components import (
    H1,
    H2,
    Button,
    Code,
    Details,
    Div,
    Header,
    Li,
    Main,
    P,
    Pre,
    Span,
    Strong,
    Summary,
    Ul,
)

from hyperrun.web.origins import any_site_may_show
from hyperrun.web.services import Services
from hyperrun.web.view import Icon, View


@dataclass(frozen=True, slots=True)
class LocalState:
    """What the local page says about this server."""

    repository: str
    model: str
    search: str
    index: str
    budget: str
    has_model: bool
    warning: str = ""


async def local_state(view: View, services: Services) -> LocalState:
    """What the local page says about this server."""
    say = view.say
    index = services.search.status()
    if index.ready:
        built = say("local_index_ready", files=index.files, passages=index.passages)
    else:
        built = say("local_index_building", percent=round(index.progress * 100))
    notes = "; ".join(filter(None, (index.note, index.meaning.note)))
    return LocalState(
        repository=services.search.project,
        model=services.models.default_name or say("local_model_none"),
        search=index.engine + (f" ({notes})" if notes else ""),
        index=built,
        budget=await budget(view, services),
        has_model=bool(services.models.default_name),
        warning=say("local_any_site") if any_site_may_show(services.settings) else "",
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
    button: FT,
    chat: Sequence[FT],
) -> FT:
    """What is in use and the lines to paste; `button` opens `chat`, whose toggle comes first."""
    say = view.say
    rows = (
        ("local_repository", state.repository),
        ("local_model", state.model),
        ("local_search", state.search),
        ("local_index", state.index),
        ("local_budget", state.budget),
    )
    return Main(
        *chat,
        Header(
            H1(say("local_title"), cls="text-3xl font-bold"),
            P(say("local_lead"), cls="opacity-80"),
            button,
            cls="local-head",
        ),
        Div(
            Icon("triangle-alert", 16),
            Span(state.warning),
            role="note",
            cls="alert alert-warning alert-soft",
        )
        if state.warning
        else "",
        Div(
            H2(say("local_now"), cls="panel-title"),
            Ul(
                *[Li(Strong(say(key)), Span(value), cls="state-row") for key, value in rows],
                cls="state",
            ),
            "" if state.has_model else P(say("local_more"), cls="opacity-80"),
            cls="card-like",
        ),
        Div(
            H2(say("local_embed"), cls="panel-title"),
            P(say("local_embed_lead")),
            *[Snippet(view, name, lines) for name, lines in snippets],
            cls="card-like",
        ),
        cls="local-page",
    )


def Snippet(view: View, name: str, lines: str) -> FT:
    """A few lines to paste, with a copy button."""
    return Details(
        Summary(name),
        Div(
            Button(type="button", cls="copy", aria_label=view.say("copy")),
            Pre(Code(lines), tabindex="0"),
            cls="code",
        ),
        cls="snippet",
        open=name == "HTML",
    )

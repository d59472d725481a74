"""What the server runs on, at the desk: its sources, its limits, its settings."""

from dataclasses import fields
from pathlib import PurePosixPath
from typing import Any

from fasthtml.components import H2, Button, Code, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hyperrun.web.desk import views
from hyperrun.web.desk.access import Session
from hyperrun.web.desk.frame import HEADERS, Facts, Hidden, Rows, desk_page, money
from hyperrun.web.desk.handling import changed_by, seated
from hyperrun.web.desk.words import Words, words_of
from hyperrun.web.services import Services


@seated
async def sources(request: Request, services: Services, session: Session) -> Response:
    """The sources, the index, and how far both are."""
    status, say = services.search.status(), words_of(request)
    facts = {
        say("ready"): say("yes" if status.ready else "no"), say("engine"): status.engine,
        say("files"): f"{status.files:,}", say("passages"): f"{status.passages:,}",
        say("progress"): f"{status.progress:.0%}"
        + (f", {say('building')}" if status.building else ""),
        say("left_out"): f"{status.left_out:,}", say("commit"): status.commit[:12] or "–",
        say("vectors"): f"{status.meaning.made:,}" if status.meaning.model else say("no_model"),
    }  # fmt: skip
    notes = [note for note in (status.note, status.meaning.note) if note]
    rows = [
        [
            tree.name,
            tree.source.kind or say("any"),
            tree.rules.site_url or "–",
            tree.site_note or "–",
        ]
        for tree in services.search.trees
    ]
    sites = [
        [label, f"{site.pages:,}", say("yes" if site.running else "no"), site.note or "–"]
        for label, site in status.sites
    ]
    button = Form(
        Hidden("form", session.form), Button(say("look_now")), method="post",
        action="reindex",
    )  # fmt: skip
    content = [
        Facts(facts), *map(views.Problem, notes), H2(say("sources")),
        Rows([say(key) for key in ("source", "kind", "published_at", "note")], rows, say("none")),
        H2(say("sites")),
        Rows([say(key) for key in ("source", "site_pages", "being_read", "note")], sites,
             say("none_fetched")),
        *([button] if session.may_change else []),
    ]  # fmt: skip
    return desk_page(request, session, "sources", *content)


@seated
async def reindex(request: Request, services: Services, session: Session) -> Response:
    """Look at the sources now."""
    await changed_by(request, session)
    if not session.may_change:
        raise HTTPException(403)
    services.search.refresh()
    return Response(status_code=303, headers=HEADERS | {"Location": "../desk/sources"})


@seated
async def limits_page(request: Request, services: Services, session: Session) -> Response:
    """The budget and the limits, now."""
    settings, say = services.settings, words_of(request)
    spent, own = await services.store.spent(), await services.store.spent(own_key=True)
    budget = settings.daily_budget_usd
    facts = {
        say("spent_today"): money(spent),
        say("budget"): say("no_limit") if budget is None else money(budget),
        say("by_own_keys"): money(own),
        say("in_flight"): say(
            "of", part=services.turns.in_flight, whole=settings.max_answers_in_all
        ),
    }
    names = [each for each in fields(settings) if each.name.startswith(("questions_per", "max_"))]
    rows = [
        [
            Code(each.metadata["variable"]),
            _told(say, each, getattr(settings, each.name)),
            views.in_code(each.metadata["help"]),
        ]
        for each in names
    ]
    columns = [say(key) for key in ("setting", "value", "what")]
    content = [Facts(facts), H2(say("limits")), Rows(columns, rows, say("none"))]
    return desk_page(request, session, "limits", *content)


@seated
async def settings_page(request: Request, services: Services, session: Session) -> Response:
    """The settings in force, without secrets."""
    say = words_of(request)
    rows = [
        (each.metadata["variable"], _told(say, each, getattr(services.settings, each.name)),
         each.metadata["help"])
        for each in fields(services.settings)
    ]  # fmt: skip
    return desk_page(request, session, "settings", *views.SettingsContent(say, rows))


def _told(say: Words, each: Any, value: Any) -> str:
    if not each.repr:
        return say("set" if value else "not_set")
    if each.name.endswith("_url") and isinstance(value, str) and "@" in value:
        return say("set")  # with a name and a password in it, perhaps
    if value in ("", None, ()):
        return say("not_set")
    if isinstance(value, bool):
        return "on" if value else "off"  # as it is written
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return PurePosixPath(value).name if each.name == "data_dir" else (
        str(value)
    )  # fmt: skip

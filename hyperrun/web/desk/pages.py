"""The desk's routes. Each looks at who asks before anything else."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, fields
from functools import wraps
from pathlib import PurePosixPath
from typing import Any

from fasthtml.components import H2, Button, Form, Input, Label, P, Span
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hyperrun.errors import BadSetting, HyperRunError, LimitReached
from hyperrun.insights.gaps import Gap
from hyperrun.insights.report import as_html, as_markdown, insights
from hyperrun.storage.figures import Wanted
from hyperrun.text import clean
from hyperrun.web.desk import exports, views
from hyperrun.web.desk.access import Access, Session, is_own_form
from hyperrun.web.desk.figures import FOR_EVER, MAX_DAYS, Counts, overview
from hyperrun.web.desk.frame import HEADERS, Facts, Hidden, Rows, desk_page, money, styles, up
from hyperrun.web.desk.gathering import gathered
from hyperrun.web.desk.passwords import fault
from hyperrun.web.forms import fields as form_fields
from hyperrun.web.services import Services

log = logging.getLogger(__name__)

DAY_S = 86_400
MOST = 50  # turns on a page
MAX_EXPORTED = 100_000
MAX_SHOWN_TURNS = 20
GAPS_KEPT_S = 600.0
LIVE_S = 30


@dataclass
class Desk:
    """What the desk keeps between two requests: its door, and the gaps it has gathered."""

    access: Access
    counts: Counts
    gathered: dict[int, tuple[float, list[Gap]]] = field(default_factory=dict)
    gathering: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    def begin(self) -> None:
        """Count the days before today, so that the first page need not."""
        self.counts.begin()

    async def close(self) -> None:
        """End what is being gathered and counted."""
        await self.counts.close()
        tasks = list(self.gathering.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=2.0)


def open_desk(app: Any, services: Services) -> None:
    """Put the desk's routes into an app. Raises `BadSetting` for a hash that is none."""
    for name in ("desk_password", "desk_read_password"):
        if why := fault(getattr(services.settings, name)):
            raise BadSetting(f"HYPERRUN_{name.upper()} {why}")
    access = Access(services.settings, services.store, services.limits)
    app.state.desk = Desk(access, Counts(services.store))
    app.router.routes.extend(routes())


Page = Callable[[Request, Services, Session], Awaitable[Response]]
Handler = Callable[[Request], Awaitable[Response]]


def seated(page: Page) -> Handler:
    """A page that only those see who have come in; who has not is led to the door."""

    @wraps(page)
    async def handler(request: Request) -> Response:
        services = Services.__from_request__(request)
        desk: Desk = request.app.state.desk
        session = await desk.access.session(request)
        if session is None:
            if desk.access.by_password and request.method == "GET":
                path = f"{up(request)}desk/login"
                return Response(status_code=303, headers=HEADERS | {"Location": path})
            problem = views.Problem("The proxy in front of this server has not signed you in.")
            if desk.access.by_password:
                problem = views.Problem("Your session has ended. Log in again.")
            return desk_page(request, None, "Nobody", problem, status=403)
        try:
            return await page(request, services, session)
        except LimitReached as reached:
            return desk_page(
                request,
                session,
                "Later",
                views.Problem(f"Too much at once; try again in {reached.retry_after_s} seconds."),
                status=429,
            )
        except HyperRunError as error:
            log.error("%s: %s", request.url.path, error)
            return desk_page(
                request,
                session,
                "Something is wrong",
                views.Problem("The store cannot be read now; the log says why."),
                status=503,
            )

    return handler


def days_of(request: Request) -> int:
    """The time that is asked for, in days."""
    told = request.query_params.get("days", "30")
    return min(max(int(told), 1), MAX_DAYS) if told.isascii() and told.isdecimal() else 30


async def changed_by(request: Request, session: Session) -> dict[str, str]:
    """A form's fields, where it is one of this session's own. Raises 403 otherwise."""
    told = await form_fields(request)
    if not is_own_form(session, told.get("form", "")):
        raise HTTPException(403)
    return told


# The door


async def login_page(request: Request) -> Response:
    """The door: one field."""
    return _door(request, request.app.state.desk)


def _door(request: Request, desk: Desk, problem: str = "", status: int = 200) -> Response:
    if not desk.access.by_password:
        raise HTTPException(404)
    warning = ""
    if request.url.scheme != "https" and request.url.hostname not in ("localhost", "127.0.0.1"):
        warning = "A browser keeps the session over HTTPS alone, or at localhost."
    content = [
        *([views.Problem(problem)] if problem else []),
        *([views.Problem(warning)] if warning else []),
        Form(
            Label(Span("Password"), Input(type="password", name="password", required=True,
                                          autocomplete="current-password", autofocus=True)),
            Button("Log in"), method="post", action="login", cls="login",
        ),
    ]  # fmt: skip
    return desk_page(request, None, "Log in", *content, status=status)


async def log_in(request: Request) -> Response:
    """Begin a session."""
    desk: Desk = request.app.state.desk
    if not desk.access.by_password:
        raise HTTPException(404)
    told = await form_fields(request)
    try:
        response = await desk.access.log_in(request, told.get("password", ""))
    except LimitReached as reached:
        sentence = f"Too many attempts. Try again in {reached.retry_after_s} seconds."
        answer = _door(request, desk, sentence, 429)
        answer.headers["Retry-After"] = str(reached.retry_after_s)
        return answer
    if response is None:
        log.warning("a wrong password at the desk")
        return _door(request, desk, "This is not the password.", 403)
    log.info("somebody has logged in at the desk")
    response.headers.update(HEADERS)
    return response


@seated
async def log_out(request: Request, services: Services, session: Session) -> Response:
    """End the session."""
    await changed_by(request, session)
    desk: Desk = request.app.state.desk
    response = await desk.access.log_out(request)
    response.headers.update(HEADERS)
    return response


async def style_sheet(request: Request) -> Response:
    """The desk's style sheet, by its own name alone."""
    text, own = styles()
    if request.path_params["name"] != own:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(text, media_type="text/css", headers=headers)


# What is asked


@seated
async def front(request: Request, services: Services, session: Session) -> Response:
    """The overview."""
    days, now = days_of(request), time.time()
    desk: Desk = request.app.state.desk
    told = await overview(desk.counts, days, now)
    live = LIVE_S if request.query_params.get("live") else 0
    return desk_page(
        request, session, "Overview", *views.OverviewContent(told, days), refresh_s=live
    )


def wanted_of(request: Request) -> Wanted:
    """What is looked for, out of the address."""
    told = {name: clean(value)[:200] for name, value in request.query_params.items()}
    try:
        before = float(told.get("before", "0"))
    except ValueError:
        before = 0.0
    rating = told.get("rating", "")
    outcome = told.get("outcome", "")
    return Wanted(
        words=told.get("words", ""),
        outcome=outcome if outcome in views.OUTCOMES else "",
        rating=int(rating) if rating in ("-1", "1") else 0,
        page=told.get("page", ""),
        language=told.get("language", "")[:10],
        version=told.get("version", "")[:40],
        door=told.get("door", "")[:10],
        before=before if 0 < before < 1e11 else 0.0,
    )


@seated
async def conversations(request: Request, services: Services, session: Session) -> Response:
    """Turns by what they are about and how they ended."""
    wanted = wanted_of(request)
    found = await services.store.find(wanted, MOST + 1)
    content = views.ConversationsContent(wanted, found, MOST)
    return desk_page(request, session, "Conversations", *content)


@seated
async def conversation(request: Request, services: Services, session: Session) -> Response:
    """One conversation, as its reader saw it, and why."""
    return await _conversation(request, services, session)


async def _conversation(
    request: Request, services: Services, session: Session, sure: bool = False
) -> Response:
    chosen = await services.turns.find(str(request.path_params["turn_id"]))
    if chosen is None:
        raise HTTPException(404)
    turns = await services.store.turns(chosen.conversation)
    places = [at for at, turn in enumerate(turns) if turn.id == chosen.id] or [0]
    first = max(0, min(places[0] - MAX_SHOWN_TURNS // 2, len(turns) - MAX_SHOWN_TURNS))
    shown = turns[first : first + MAX_SHOWN_TURNS] or [chosen]
    told = [
        (turn, await asyncio.to_thread(services.turns.snapshot, turn, turn.language))
        for turn in shown
    ]
    content = views.ConversationContent(session, chosen, told, sure)
    return desk_page(request, session, "Conversation", *content)


@seated
async def gaps_page(request: Request, services: Services, session: Session) -> Response:
    """What the documentation does not answer; gathered behind the page."""
    desk: Desk = request.app.state.desk
    days = days_of(request)
    made, found = desk.gathered.get(days, (0.0, None))
    if time.time() - made > GAPS_KEPT_S and days not in desk.gathering:
        task = asyncio.create_task(_gather(desk, services, days), name="gaps for the desk")
        desk.gathering[days] = task
        task.add_done_callback(lambda _: desk.gathering.pop(days, None))
    content = views.GapsContent(found, days, made)
    return desk_page(request, session, "Gaps", *content)


async def _gather(desk: Desk, services: Services, days: int) -> None:
    try:
        found = await gathered(services.settings, days)
    except (OSError, ValueError, TimeoutError) as error:
        log.error("gaps cannot be gathered: %s", error)
        found = []
    while len(desk.gathered) > 3:
        desk.gathered.pop(next(iter(desk.gathered)))
    desk.gathered[days] = (time.time(), found)


@seated
async def searches(request: Request, services: Services, session: Session) -> Response:
    """Searches that led nowhere."""
    days = days_of(request)
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - days * DAY_S))
    missed, reported = await services.store.missed(day), await services.store.reported(day)
    content = views.SearchesContent(missed, reported, days)
    return desk_page(request, session, "Searches", *content)


@seated
async def pages(request: Request, services: Services, session: Session) -> Response:
    """Pages by what is asked on them."""
    days = days_of(request)
    found = await services.store.asked_pages(time.time() - days * DAY_S, FOR_EVER)
    return desk_page(request, session, "Pages", *views.PagesContent(found, days))


# What it runs on


@seated
async def sources(request: Request, services: Services, session: Session) -> Response:
    """The sources, the index, and how far both are."""
    status = services.search.status()
    facts = {
        "ready": "yes" if status.ready else "no", "engine": status.engine,
        "files": f"{status.files:,}", "passages": f"{status.passages:,}",
        "progress": f"{status.progress:.0%}" + (", building" if status.building else ""),
        "left out": f"{status.left_out:,}", "commit": status.commit[:12] or "–",
        "vectors": f"{status.meaning.made:,}" if status.meaning.model else "no model",
    }  # fmt: skip
    notes = [note for note in (status.note, status.meaning.note) if note]
    rows = [
        [tree.name, tree.source.kind or "any", tree.rules.site_url or "–", tree.site_note or "–"]
        for tree in services.search.trees
    ]
    sites = [
        [label, f"{site.pages:,}", "yes" if site.running else "no", site.note or "–"]
        for label, site in status.sites
    ]
    button = Form(
        Hidden("form", session.form), Button("Look at the sources now"), method="post",
        action="reindex",
    )  # fmt: skip
    content = [
        Facts(facts), *map(views.Problem, notes), H2("Sources"),
        Rows(("source", "kind", "published at", "note"), rows, "None."), H2("Published sites"),
        Rows(("source", "pages", "being read", "note"), sites, "None is fetched."),
        *([button] if session.may_change else []),
    ]  # fmt: skip
    return desk_page(request, session, "Sources", *content)


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
    settings = services.settings
    spent, own = await services.store.spent(), await services.store.spent(own_key=True)
    budget = settings.daily_budget_usd
    facts = {
        "spent today (UTC), USD": money(spent),
        "the day's budget, USD": "no limit" if budget is None else money(budget),
        "by readers' own keys, USD": money(own),
        "answers in flight": f"{services.turns.in_flight} of {settings.max_answers_in_all}",
    }
    names = [each for each in fields(settings) if each.name.startswith(("questions_per", "max_"))]
    rows = [
        [each.metadata["variable"], str(getattr(settings, each.name)), each.metadata["help"]]
        for each in names
    ]
    content = [Facts(facts), H2("Limits"), Rows(("setting", "value", "what"), rows, "None.")]
    return desk_page(request, session, "Limits", *content)


@seated
async def settings_page(request: Request, services: Services, session: Session) -> Response:
    """The settings in force, without secrets."""
    rows = [
        (each.metadata["variable"], _told(each, getattr(services.settings, each.name)),
         each.metadata["help"])
        for each in fields(services.settings)
    ]  # fmt: skip
    return desk_page(request, session, "Settings", *views.SettingsContent(rows))


def _told(each: Any, value: Any) -> str:
    if not each.repr:
        return "set" if value else "not set"
    if each.name.endswith("_url") and isinstance(value, str) and "@" in value:
        return "set"  # with a name and a password in it, perhaps
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else PurePosixPath(value).name if each.name == "data_dir" else (
        str(value)
    )  # fmt: skip


# To take along


@seated
async def export_csv(request: Request, services: Services, session: Session) -> Response:
    """The turns that are looked for, as CSV."""
    found = await services.store.find(wanted_of(request), MAX_EXPORTED)
    text = await asyncio.to_thread(exports.as_csv, found)
    return _file(text, "text/csv; charset=utf-8", "questions.csv")


@seated
async def export_json(request: Request, services: Services, session: Session) -> Response:
    """The turns that are looked for, as JSON."""
    found = await services.store.find(wanted_of(request), MAX_EXPORTED)
    rows = await asyncio.to_thread(exports.rows_of, found)
    text = await asyncio.to_thread(json.dumps, rows, ensure_ascii=False)
    return _file(text, "application/json", "questions.json")


@seated
async def report(request: Request, services: Services, session: Session) -> Response:
    """The report of these days, as the command prints it."""
    kind = str(request.path_params["kind"])
    if kind not in ("json", "md", "html"):
        raise HTTPException(404)
    found = await insights(services.store, days_of(request), 20)
    if kind == "json":
        return JSONResponse(asdict(found), headers=HEADERS)
    if kind == "md":
        return _file(as_markdown(found), "text/markdown; charset=utf-8", "report.md")
    return _file(as_html(found), "text/html; charset=utf-8", "report.html")


def _file(text: str, media_type: str, name: str) -> Response:
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=media_type, headers=headers)


@seated
async def export_reader(request: Request, services: Services, session: Session) -> Response:
    """All that is kept of the reader of a turn."""
    turn = await services.turns.find(str(request.path_params["turn_id"]))
    if turn is None:
        raise HTTPException(404)
    kept = await services.store.export(turn.conversation)
    text = await asyncio.to_thread(json.dumps, kept, ensure_ascii=False, indent=1)
    return _file(text, "application/json", "reader.json")


@seated
async def delete_reader(request: Request, services: Services, session: Session) -> Response:
    """Delete all that is kept of the reader of a turn; asked twice, for there is no script."""
    told = await changed_by(request, session)
    if not session.may_change:
        raise HTTPException(403)
    turn = await services.turns.find(str(request.path_params["turn_id"]))
    if turn is None:
        raise HTTPException(404)
    if told.get("sure") != "yes":
        content = [
            P("This deletes all conversations of this reader, and their key. It cannot be undone."),
            Form(Hidden("form", session.form), Hidden("sure", "yes"),
                 Button("Yes, delete all of it", cls="danger"), method="post", action="delete"),
        ]  # fmt: skip
        return desk_page(request, session, "Delete a reader's data", *content)
    await services.turns.forget_all(turn.conversation)
    await services.store.delete(turn.conversation)
    log.info("a reader's data was deleted at the desk")
    return Response(status_code=303, headers=HEADERS | {"Location": "../../conversations"})


def routes() -> list[Route]:
    """The desk's addresses."""
    return [
        Route("/desk/login", login_page, methods=["GET"]),
        Route("/desk/login", log_in, methods=["POST"]),
        Route("/desk/logout", log_out, methods=["POST"]),
        Route("/desk", front, methods=["GET"]),
        Route("/desk/conversations", conversations, methods=["GET"]),
        Route("/desk/conversation/{turn_id}", conversation, methods=["GET"]),
        Route("/desk/gaps", gaps_page, methods=["GET"]),
        Route("/desk/searches", searches, methods=["GET"]),
        Route("/desk/pages", pages, methods=["GET"]),
        Route("/desk/sources", sources, methods=["GET"]),
        Route("/desk/reindex", reindex, methods=["POST"]),
        Route("/desk/limits", limits_page, methods=["GET"]),
        Route("/desk/settings", settings_page, methods=["GET"]),
        Route("/desk/export.csv", export_csv, methods=["GET"]),
        Route("/desk/export.json", export_json, methods=["GET"]),
        Route("/desk/report.{kind}", report, methods=["GET"]),
        Route("/desk/reader/{turn_id}.json", export_reader, methods=["GET"]),
        Route("/desk/reader/{turn_id}/delete", delete_reader, methods=["POST"]),
        Route("/desk/{name}", style_sheet, methods=["GET"]),
    ]

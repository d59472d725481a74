"""The desk's routes. Each looks at who asks before anything else."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, fields
from functools import wraps
from pathlib import PurePosixPath
from typing import Any

from fasthtml.components import H2, Button, Code, Form, Input, Label, P, Span
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from hyperrun.domain import Turn
from hyperrun.errors import BadSetting, HyperRunError, LimitReached, StoreError
from hyperrun.insights.gaps import Gap
from hyperrun.storage.figures import PageTally, Wanted
from hyperrun.text import clean
from hyperrun.web.desk import exports, views
from hyperrun.web.desk.access import Access, Session, is_own_form
from hyperrun.web.desk.figures import FOR_EVER, MAX_DAYS, Counts, overview
from hyperrun.web.desk.frame import HEADERS, Facts, Hidden, Rows, desk_page, money, styles, up
from hyperrun.web.desk.gathering import gathered, reported
from hyperrun.web.desk.passwords import fault
from hyperrun.web.desk.words import Words, words_of
from hyperrun.web.forms import fields as form_fields
from hyperrun.web.services import Services

log = logging.getLogger(__name__)

DAY_S = 86_400
MOST = 50  # turns on a page
MAX_EXPORTED = 100_000
MAX_SHOWN_TURNS = 20
GAPS_KEPT_S = 600.0
PAGES_KEPT_S = 60.0
LIVE_S = 30


@dataclass
class Desk:
    """What the desk keeps between two requests: its door, and the gaps it has gathered."""

    access: Access
    counts: Counts
    gathered: dict[int, tuple[float, list[Gap]]] = field(default_factory=dict)
    gathering: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    pages: dict[int, tuple[float, list[PageTally]]] = field(default_factory=dict)

    async def asked_pages(self, services: Services, days: int) -> list[PageTally]:
        """Pages by what is asked on them, kept for a minute. Raises `StoreError`."""
        made, found = self.pages.get(days, (0.0, []))
        if not made or time.monotonic() - made > PAGES_KEPT_S:
            found = await services.store.asked_pages(time.time() - days * DAY_S, FOR_EVER)
            while len(self.pages) > 3:
                self.pages.pop(next(iter(self.pages)))
            self.pages[days] = (time.monotonic(), found)
        return found

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
            why = "session_ended" if desk.access.by_password else "not_signed_in"
            return desk_page(
                request, None, "nobody", views.Problem(words_of(request)(why)), status=403
            )  # fmt: skip
        try:
            return await page(request, services, session)
        except LimitReached as reached:
            return desk_page(
                request,
                session,
                "later",
                views.Problem(words_of(request)("too_much", seconds=reached.retry_after_s)),
                status=429,
            )
        except HyperRunError as error:
            log.error("%s: %s", request.url.path, error)
            return desk_page(
                request,
                session,
                "wrong",
                views.Problem(words_of(request)("store_down")),
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
    say, warning = words_of(request), ""
    if request.url.scheme != "https" and request.url.hostname not in ("localhost", "127.0.0.1"):
        warning = say("https_only")
    content = [
        *([views.Problem(problem)] if problem else []),
        *([views.Problem(warning)] if warning else []),
        Form(
            Label(Span(say("password")), Input(type="password", name="password", required=True,
                                          autocomplete="current-password", autofocus=True)),
            Button(say("log_in")), method="post", action="login", cls="login",
        ),
    ]  # fmt: skip
    return desk_page(request, None, "log_in", *content, status=status)


async def log_in(request: Request) -> Response:
    """Begin a session."""
    desk: Desk = request.app.state.desk
    if not desk.access.by_password:
        raise HTTPException(404)
    told = await form_fields(request)
    try:
        response = await desk.access.log_in(request, told.get("password", ""))
    except LimitReached as reached:
        sentence = words_of(request)("too_many_attempts", seconds=reached.retry_after_s)
        answer = _door(request, desk, sentence, 429)
        answer.headers["Retry-After"] = str(reached.retry_after_s)
        return answer
    if response is None:
        log.warning("a wrong password at the desk")
        return _door(request, desk, words_of(request)("wrong_password"), 403)
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
        request,
        session,
        "overview",
        *views.OverviewContent(words_of(request), told, days, bool(live)),
        refresh_s=live,
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
        before_id=told.get("before_id", "")[:100],
    )


@seated
async def conversations(request: Request, services: Services, session: Session) -> Response:
    """Turns by what they are about and how they ended."""
    wanted = wanted_of(request)
    found = await services.store.find(wanted, MOST + 1)
    remarks = await services.store.remarks([each.id for each in found if each.rating])
    content = views.ConversationsContent(words_of(request), wanted, found, MOST, remarks)
    return desk_page(request, session, "conversations", *content)


def _is_hidden(turn: Turn) -> bool:
    """Has its reader asked not to be tracked, and are its texts still theirs to come back to?"""
    return turn.asker.private and bool(turn.question)


@seated
async def conversation(request: Request, services: Services, session: Session) -> Response:
    """One conversation, as its reader saw it, and why."""
    chosen = await services.turns.find(str(request.path_params["turn_id"]))
    if chosen is None or _is_hidden(chosen):
        raise HTTPException(404)
    turns = await services.store.turns(chosen.conversation)
    turns = [turn for turn in turns if not _is_hidden(turn)]
    places = [at for at, turn in enumerate(turns) if turn.id == chosen.id] or [0]
    first = max(0, min(places[0] - MAX_SHOWN_TURNS // 2, len(turns) - MAX_SHOWN_TURNS))
    shown = turns[first : first + MAX_SHOWN_TURNS] or [chosen]
    told = [
        (turn, await asyncio.to_thread(services.turns.snapshot, turn, turn.language))
        for turn in shown
    ]
    content = views.ConversationContent(words_of(request), session, chosen, told)
    return desk_page(request, session, "conversation", *content)


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
    content = views.GapsContent(words_of(request), found, days, made)
    return desk_page(request, session, "gaps", *content)


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
    missed, by_agents = await services.store.missed(day), await services.store.reported(day)
    content = views.SearchesContent(words_of(request), missed, by_agents, days)
    return desk_page(request, session, "searches", *content)


@seated
async def pages(request: Request, services: Services, session: Session) -> Response:
    """Pages by what is asked on them."""
    days = days_of(request)
    desk: Desk = request.app.state.desk
    found = await desk.asked_pages(services, days)
    return desk_page(request, session, "pages", *views.PagesContent(words_of(request), found, days))


# What it runs on


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


# To take along


@seated
async def export_csv(request: Request, services: Services, session: Session) -> Response:
    """The turns that are looked for, as CSV."""
    written = exports.as_csv(services.store, wanted_of(request), MAX_EXPORTED)
    return await _streamed(written, "text/csv; charset=utf-8", "questions.csv")


@seated
async def export_json(request: Request, services: Services, session: Session) -> Response:
    """The turns that are looked for, as JSON."""
    written = exports.as_json(services.store, wanted_of(request), MAX_EXPORTED)
    return await _streamed(written, "application/json", "questions.json")


@seated
async def report(request: Request, services: Services, session: Session) -> Response:
    """The report of these days, as the command prints it."""
    kind = str(request.path_params["kind"])
    if kind not in ("json", "md", "html"):
        raise HTTPException(404)
    text = await reported(services.settings, days_of(request), kind)
    if kind == "json":
        return Response(text, media_type="application/json", headers=HEADERS)
    media_type = "text/markdown; charset=utf-8" if kind == "md" else "text/html; charset=utf-8"
    return _file(text, media_type, f"report.{kind}")


def _file(text: str, media_type: str, name: str) -> Response:
    return Response(text, media_type=media_type, headers=_attached(name))


async def _streamed(written: AsyncGenerator[str, None], media_type: str, name: str) -> Response:
    """A file as it is written; what fails before its first piece is told like any fault."""
    first = await anext(written)
    second = await anext(written, "")

    async def pieces() -> AsyncIterator[str]:
        async with aclosing(written):
            yield first + second
            try:
                async for piece in written:
                    yield piece
            except StoreError as error:
                log.error("%s ends too early: %s", name, error)
                raise

    return StreamingResponse(pieces(), media_type=media_type, headers=_attached(name))


def _attached(name: str) -> dict[str, str]:
    return HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}


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
        say = words_of(request)
        content = [
            P(say("delete_lead")),
            Form(Hidden("form", session.form), Hidden("sure", "yes"),
                 Button(say("delete_yes"), cls="danger"), method="post", action="delete"),
        ]  # fmt: skip
        return desk_page(request, session, "delete_title", *content)
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

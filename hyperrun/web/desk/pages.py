"""The desk's routes, and its pages of what readers ask."""

import asyncio
import time
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hyperrun.domain import Turn
from hyperrun.errors import BadSetting
from hyperrun.web.desk import door, downloads, readers_data, server_pages, views
from hyperrun.web.desk.access import Access, Session
from hyperrun.web.desk.figures import Counts, overview
from hyperrun.web.desk.frame import desk_page, styles
from hyperrun.web.desk.handling import days_of, seated, wanted_of
from hyperrun.web.desk.kept import DAY_S, Desk
from hyperrun.web.desk.passwords import fault
from hyperrun.web.desk.words import words_of
from hyperrun.web.services import Services

MOST = 50  # turns on a page
MAX_SHOWN_TURNS = 20
LIVE_S = 30


def open_desk(app: Any, services: Services) -> None:
    """Put the desk's routes into an app. Raises `BadSetting` for a hash that is none."""
    for name in ("desk_password", "desk_read_password"):
        if why := fault(getattr(services.settings, name)):
            raise BadSetting(f"HYPERRUN_{name.upper()} {why}")
    access = Access(services.settings, services.store, services.limits)
    app.state.desk = Desk(access, Counts(services.store))
    app.router.routes.extend(routes())


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
    made, found = desk.gaps(services, days)
    content = views.GapsContent(words_of(request), found, days, made)
    return desk_page(request, session, "gaps", *content)


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


async def style_sheet(request: Request) -> Response:
    """The desk's style sheet, by its own name alone."""
    text, own = styles()
    if request.path_params["name"] != own:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(text, media_type="text/css", headers=headers)


def routes() -> list[Route]:
    """The desk's addresses."""
    return [
        Route("/desk/login", door.login_page, methods=["GET"]),
        Route("/desk/login", door.log_in, methods=["POST"]),
        Route("/desk/logout", door.log_out, methods=["POST"]),
        Route("/desk", front, methods=["GET"]),
        Route("/desk/conversations", conversations, methods=["GET"]),
        Route("/desk/conversation/{turn_id}", conversation, methods=["GET"]),
        Route("/desk/gaps", gaps_page, methods=["GET"]),
        Route("/desk/searches", searches, methods=["GET"]),
        Route("/desk/pages", pages, methods=["GET"]),
        Route("/desk/sources", server_pages.sources, methods=["GET"]),
        Route("/desk/reindex", server_pages.reindex, methods=["POST"]),
        Route("/desk/limits", server_pages.limits_page, methods=["GET"]),
        Route("/desk/settings", server_pages.settings_page, methods=["GET"]),
        Route("/desk/export.csv", downloads.export_csv, methods=["GET"]),
        Route("/desk/export.json", downloads.export_json, methods=["GET"]),
        Route("/desk/report.{kind}", downloads.report, methods=["GET"]),
        Route("/desk/reader/{turn_id}.json", readers_data.export_reader, methods=["GET"]),
        Route("/desk/reader/{turn_id}/delete", readers_data.delete_reader, methods=["POST"]),
        Route("/desk/{name}", style_sheet, methods=["GET"]),
    ]

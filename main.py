"""The app: routes and wiring. `uv run main.py` serves it.

A question's way: `POST /ask` starts a turn and answers with a bubble; the bubble follows
`GET /stream/{turn_id}`, which only ever reads. Handlers read, decide, render; they keep nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from fastcore.xml import FT
from fasthtml.components import Div
from fasthtml.core import APIRouter, FastHTML
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

import components as html
import embed
from hyperrun.answering.answerers import Answerers
from hyperrun.answering.turns import Turns
from hyperrun.errors import (
    HyperRunError,
    Leaving,
    LimitReached,
    NotYours,
)
from hyperrun.insights.gaps import ESCALATED
from hyperrun.limits import Limits
from hyperrun.llm.models import Models
from hyperrun.search.engine import Search
from hyperrun.settings import Settings
from hyperrun.storage.keys import Keys
from hyperrun.storage.opening import store_of
from hyperrun.storage.tokens import Tokens
from hyperrun.visitor import share_names
from hyperrun.web import (
    answer_stream,
    api,
    asking,
    asset_routes,
    assets,
    conversation_routes,
    escalation,
    health,
    machine_pages,
    middleware,
    searching,
    settings_routes,
)
from hyperrun.web.agents_menu import AgentsSheet, ForAgents, name_for
from hyperrun.web.caller import Caller, address_of, admitted
from hyperrun.web.desk import has_desk
from hyperrun.web.document import document
from hyperrun.web.doors import code_of, is_door, problem_of
from hyperrun.web.events_out import EventsOut
from hyperrun.web.forms import (
    AskForm,
    EscalationForm,
    FeedbackForm,
    PageForm,
    ReaderForm,
)
from hyperrun.web.handling import fragment, require_conversation, starters, view_for
from hyperrun.web.known_rows import KnownRows
from hyperrun.web.local_page import LocalPage, local_state
from hyperrun.web.mcp_door import McpDoor
from hyperrun.web.metrics import Metrics
from hyperrun.web.origins import origin, path_within, server_url
from hyperrun.web.preview import PreviewPage
from hyperrun.web.request_log import route_of
from hyperrun.web.services import Services
from hyperrun.web.view import Links, View

log = logging.getLogger("hyperrun")
route = APIRouter()


# Pages


@route("/", methods=["GET"])
async def local(request: Request, services: Services) -> Response:
    """The start page: the widget to look at, the lines to paste, and what this server uses."""
    view = view_for(request, services)
    server = services.settings.public_url or server_url(request)
    used = await local_state(view, services)
    chat = html.ChatModal(view, starters(services))
    asked = services.settings.starters or services.search.questions(limit=8)
    page = LocalPage(view, embed.snippets(server), used, asked, html.ModalButton(view), chat)
    title = view.say("local_title")
    return document(services.assets, view, page, title=title, scripts=("chat.js", "start.js"))


@route("/preview", methods=["GET"])
async def preview(request: Request, services: Services) -> Response:
    """A page of the project's own with the widget on it, as the start page shows it."""
    view = view_for(request, services)
    passages = await asyncio.to_thread(services.search.front_page)
    wishes = {
        each.name: request.query_params[each.name][:500]
        for each in embed.OPTIONS
        if each.name in request.query_params
    }
    page = PreviewPage(view, passages, wishes)
    return document(services.assets, view, *page, scripts=("start.js",))


@route("/chat-standalone", methods=["GET"])
async def chat(request: Request, services: Services) -> Response:
    """The page in the iframe, and a chat page of its own."""
    view = view_for(request, services)
    return document(services.assets, view, html.ChatPage(view, starters(services)))


@route("/embed", methods=["GET"])
async def embed_script(request: Request, services: Services) -> Response:
    """The script that a documentation page loads."""
    return embed.script(request, services.settings, services.assets)


@route("/embed.js", methods=["GET"])
async def embed_script_js(request: Request, services: Services) -> Response:
    """The same, for hosts that judge a script by its ending."""
    return embed.script(request, services.settings, services.assets)


@route("/embed/{name}", methods=["GET"])
async def embed_panel(request: Request, name: str, services: Services) -> Response:
    """The second script, which the first one loads when it is needed."""
    return embed.panel(request, name, services.assets)


# One question and its answer


@route("/ask", methods=["POST"])
async def ask(request: Request, services: Services, form: AskForm) -> tuple[FT, ...]:
    """Show the question at once, with an answer bubble that opens its own stream."""
    view = view_for(request, services, form.lang)
    session = services.tokens.open(form.token)
    turn = await asking.ask(
        services,
        Caller.of(request),
        session,
        form.query,
        form.page,
        view.language,
        retry_of=form.edits,
    )
    replaced = [Div(id=f"turn-{form.edits}", hx_swap_oob="delete")] if form.edits else []
    return (
        html.Exchange(view, turn),
        html.Token(session.token, swap=True),
        html.QueryInput(view, swap=True),
        *replaced,
    )


@route("/starters", methods=["POST"])
async def page_starters(request: Request, services: Services, form: PageForm) -> FT:
    """Questions about the page that the reader is on, where it is known."""
    view = view_for(request, services, form.lang)
    about = () if services.settings.starters else services.search.questions(form.page_url)
    if about:
        return html.Starters(view, html.Starting(about, form.page_title))
    return html.Starters(view, starters(services))


@route("/agents", methods=["POST"])
async def agents(request: Request, services: Services, form: PageForm) -> FT:
    """What the reader's own agent can have of this page, and how it is connected."""
    settings = services.settings
    own = (settings.public_url or server_url(request)).rstrip("/")
    has = ForAgents(
        mcp_url=f"{own}/mcp" if settings.mcp != "off" else "",
        wants_token=bool(settings.mcp_token),
        name=name_for(services.search.project),
    )
    pages = services.search.whole_pages
    page = await asyncio.to_thread(pages.find, form.page_url) if form.page_url else None
    if page is not None:
        text = await asyncio.to_thread(pages.markdown, page)
        at = f"{own}/pages/{page.markdown_name}"
        has = replace(has, markdown_url=at, markdown=text)
    return AgentsSheet(view_for(request, services, form.lang), has)


@route("/stop/{turn_id}", methods=["POST"])
async def stop(turn_id: str, services: Services, form: ReaderForm) -> Response:
    """Stop an answer; its stream tells every follower."""
    await services.turns.stop(require_conversation(services, form), turn_id)
    return Response(status_code=204)


@route("/retry/{turn_id}", methods=["POST"])
async def retry(request: Request, turn_id: str, services: Services, form: ReaderForm) -> FT:
    """Another attempt at the same question, in the place of the first."""
    conversation = require_conversation(services, form)
    view = view_for(request, services, form.lang)
    caller = Caller.of(request)
    async with admitted(caller, services, conversation) as reservation:
        turn = await services.turns.retry(
            conversation, turn_id, reservation, view.language, caller.asker_for(services)
        )
    return html.Exchange(view, turn)


@route("/continue/{turn_id}", methods=["POST"])
async def go_on(request: Request, turn_id: str, services: Services, form: ReaderForm) -> FT:
    """Go on with an answer that was cut off at its length, in the same bubble."""
    conversation = require_conversation(services, form)
    view = view_for(request, services, form.lang)
    async with admitted(Caller.of(request), services, conversation) as reservation:
        turn = await services.turns.go_on(conversation, turn_id, reservation, view.language)
    return html.Exchange(view, turn)


@route("/feedback/{turn_id}", methods=["POST"])
async def feedback(request: Request, turn_id: str, services: Services, form: FeedbackForm) -> FT:
    """Keep a thumb with its turn; after a thumb down, ask why."""
    view = view_for(request, services, form.lang)
    rated = await services.store.rate(
        require_conversation(services, form), turn_id, form.rating, form.reason, form.comment
    )
    if not rated:
        raise NotYours("feedback on a turn that is not there")
    if (form.rating >= 0 or form.complete) and (turn := await services.turns.find(turn_id)):
        services.events_out.feedback(turn, form.rating, form.reason, form.comment)
    if form.rating < 0 and not form.complete:
        return html.FeedbackForm(view, turn_id, form.rating)
    return html.Thanks(view)


@route("/escalate/{turn_id}", methods=["POST"])
async def escalate(request: Request, turn_id: str, services: Services, form: EscalationForm) -> FT:
    """Ask a person: a form first, and what is written into it goes to the operator."""
    view = view_for(request, services, form.lang)
    conversation = require_conversation(services, form)
    turns = await services.store.turns(conversation)
    places = [at for at, turn in enumerate(turns) if turn.id == turn_id]
    if not places or not services.escalations.offered:
        raise NotYours("no such answer to ask a person about")
    if not form.complete:
        return html.EscalationForm(view, turn_id, form)
    problem = escalation.problem(form)
    if problem:
        return html.EscalationForm(view, turn_id, form, problem)
    await services.limits.rates.count(
        ("escalation", address_of(request), escalation.A_MINUTE),
        ("escalation_all", "all", escalation.A_MINUTE_IN_ALL),
    )
    if not await services.escalations.send(form, turns[: places[0] + 1]):
        return html.EscalationForm(view, turn_id, form, "error_escalation")
    await services.store.rate(conversation, turn_id, -1, ESCALATED, form.missing)
    return html.Thanks(view, "escalate_thanks")


@route("/share/{turn_id}", methods=["POST"])
async def share(request: Request, turn_id: str, services: Services, form: ReaderForm) -> FT:
    """A link to one answer of the reader's own, where the operator allows it."""
    view = view_for(request, services, form.lang)
    conversation = require_conversation(services, form)
    turn = await services.turns.find(turn_id)
    if turn is None or turn.conversation != conversation or not services.settings.share:
        raise NotYours("nothing to share")
    return html.ShareLink(view, f"shared/{services.tokens.share(turn_id)}")


@route("/shared/{link}", methods=["GET"])
async def shared(request: Request, link: str, services: Services) -> Response:
    """One answer that its reader has shared, read only."""
    turn_id = services.tokens.shared(link) if services.settings.share else None
    turn = await services.turns.find(turn_id) if turn_id else None
    if turn is None:
        raise NotYours("no such shared answer")
    await services.limits.show(address_of(request), [turn])
    view = view_for(request, services)
    update = await asyncio.to_thread(services.turns.snapshot, turn, view.language)
    page = html.SharedPage(view, turn, update, chat="../chat-standalone")
    # For whoever is given the link, and for no search engine.
    unlisted = {"X-Robots-Tag": "noindex"}
    return document(services.assets, view, page, up="../", title=turn.question, headers=unlisted)


# Tells the page's script our own sentences from what a proxy says in our place.
PROBLEM = {"X-HyperRun": "problem"}


async def handle_error(request: Request, error: Exception) -> Response:
    """An error of ours: the detail to the log, one sentence to the reader."""
    assert isinstance(error, HyperRunError)
    services = Services.__from_request__(request)
    log.warning(
        "%s %s: %s: %s", request.method, route_of(request.scope), type(error).__name__, error
    )
    if is_door(path_within(request.scope)):
        return problem_of(request.headers, error)
    view = view_for(request, services)
    seconds = error.retry_after_s if isinstance(error, LimitReached | Leaving) else 0
    headers = {"Retry-After": str(seconds)} if seconds else {}
    return problem(request, view, view.say(error.public, seconds=seconds), error.status, headers)


HTTP_ERRORS = {404: "error_no_page", 405: "error_method"}


async def handle_http_error(request: Request, error: Exception) -> Response:
    """What Starlette refuses: no such path, no such method, a body that cannot be read."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    key = HTTP_ERRORS.get(status, "error_bad_question" if status < 500 else HyperRunError.public)
    view = view_for(request, Services.__from_request__(request))
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return problem(request, view, view.say(key), status, headers)


def problem(
    request: Request, view: View, sentence: str, status: int, headers: dict[str, str]
) -> Response:
    """A fragment for the chat page's script; a page where a browser opened the address itself."""
    if is_door(path_within(request.scope)):
        return JSONResponse(
            {"error": {"code": code_of(status), "message": sentence}}, status, headers
        )
    headers = PROBLEM | headers
    if request.headers.get("sec-fetch-dest") != "document":
        return HTMLResponse(fragment(html.Problem(sentence)), status_code=status, headers=headers)
    up = "../" * (path_within(request.scope).count("/") - 1)
    page = html.ProblemPage(view, sentence, up)
    return document(
        Services.__from_request__(request).assets, view, page, up=up, status=status, headers=headers
    )


# Wiring

LINKS = Links(
    ask="ask",
    history="history",
    starters="starters",
    conversations="conversations",
    agents="agents",
    open="open-conversation",
    delete="delete-conversation",
    clear="clear-messages",
    settings="settings",
    save_settings="save-settings",
    key_state="key-state",
    forget_key="forget-key",
    models="models",
    search="search",
    missed="search-missed",
    stream=lambda turn_id: f"stream/{turn_id}",
    stop=lambda turn_id: stop.to(turn_id=turn_id).lstrip("/"),
    retry=lambda turn_id: retry.to(turn_id=turn_id).lstrip("/"),
    go_on=lambda turn_id: go_on.to(turn_id=turn_id).lstrip("/"),
    feedback=lambda turn_id: feedback.to(turn_id=turn_id).lstrip("/"),
    escalate=lambda turn_id: escalate.to(turn_id=turn_id).lstrip("/"),
    share=lambda turn_id: f"share/{turn_id}",
)


def create_app(settings: Settings) -> FastHTML:
    """The whole server for one repository. Opens nothing until its lifespan begins."""
    store = store_of(settings)
    search = Search(settings)
    models = Models(settings)
    answerers = Answerers(settings, search, models)

    async def price(model: str, prompt_tokens: int, completion_tokens: int) -> float | None:
        await models.library()  # knows the prices
        return models.cost_usd(model, prompt_tokens, completion_tokens)

    limits = Limits(settings, store, price, shares=store.shares)
    metrics = Metrics(limits) if settings.metrics else None
    events_out = EventsOut(settings)
    escalations = escalation.Escalations(settings, events_out)
    on_ended = [limits.book, events_out.answered, *([metrics.answered] if metrics else [])]
    turns = Turns(settings, store, answerers.of, search.locate, on_ended)

    mcp_door = McpDoor()

    async def lifespan(app: FastHTML) -> AsyncIterator[None]:
        await store.open()
        if store.fleet is not None:
            share_names(store.secret("visitors.key"))
            store.fleet.handlers["reindex"] = lambda _: search.refresh()
        await search.start()
        if has_desk(settings):
            app.state.desk.begin()
        # Importing the model libraries takes seconds; the first page does not wait for it.
        warming = asyncio.get_running_loop().call_later(
            0.3, lambda: warm.append(asyncio.create_task(answerers.warm()))
        )
        warm: list[asyncio.Task[None]] = []
        try:
            yield
        finally:
            warming.cancel()
            for task in warm:
                task.cancel()
            if has_desk(settings):
                await app.state.desk.close()
            await mcp_door.close()
            await turns.close()
            await events_out.close()
            await models.close()
            await search.close()
            await store.close()

    app = FastHTML(
        default_hdrs=False,
        canonical=False,
        sess_cls=None,
        secret_key="unused: there is no session",
        lifespan=lifespan,
        middleware=[
            *middleware.middleware(settings, limits, metrics.observe if metrics else None),
            Middleware(GZipMiddleware, minimum_size=500),
        ],
        exception_handlers={
            HyperRunError: handle_error,
            HTTPException: handle_http_error,
            404: handle_http_error,
        },
    )
    app.state.services = Services(
        settings=settings,
        assets=assets.load(),
        store=store,
        search=search,
        known_rows=KnownRows(),
        models=models,
        turns=turns,
        limits=limits,
        metrics=metrics,
        events_out=events_out,
        escalations=escalations,
        tokens=Tokens(store.secret),
        keys=Keys(store.secret, store),
        view=View(
            links=LINKS,
            language="en",
            title=settings.title,
            project="",
            subtitle=settings.subtitle,
            share=settings.share,
            human_url=settings.human_url,
            disclaimer=settings.disclaimer,
            consent=settings.consent,
            privacy_url=settings.privacy_url,
            escalates=escalations.offered,
            shows_cost=settings.show_cost,
            images=tuple(origin(each) for each in settings.images),
        ),
    )
    app.router.routes += [*searching.routes, Route("/stream/{turn_id}", answer_stream.follow)]
    for routes in (
        route, asset_routes.route, conversation_routes.route, settings_routes.route,
    ):  # fmt: skip
        routes.to_app(app)
    health.route.to_app(app)
    app.router.routes += [*machine_pages.routes, *api.routes, Route("/mcp", mcp_door)]
    app.router.routes.append(Route("/reindex", health.reindex, methods=["POST"]))
    if has_desk(settings):
        from hyperrun.web.desk.pages import open_desk

        open_desk(app, app.state.services)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve, as the command line says."""
    from hyperrun.web.serving import serve

    serve(create_app, arguments)


if __name__ == "__main__":
    main()

"""The app: routes and wiring. `uv run main.py` serves it.

A question's way: `POST /ask` starts a turn and answers with a bubble; the bubble follows
`GET /stream/{turn_id}`, which only ever reads. Handlers read, decide, render; they keep nothing.
"""

import argparse
import asyncio
import contextlib
import logging
import random
import socket
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

from fastcore.xml import FT, to_xml
from fasthtml.components import Div
from fasthtml.core import APIRouter, FastHTML
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

import components as html
import embed
from hyperrun.answering.answerers import Answerers
from hyperrun.answering.turns import Turns, Update
from hyperrun.domain import Cost, Outcome, Step, Turn
from hyperrun.errors import (
    BadQuestion,
    BadSetting,
    HyperRunError,
    Leaving,
    LimitReached,
    NotYours,
    SearchUnavailable,
    StoreError,
)
from hyperrun.insights.gaps import ESCALATED
from hyperrun.language import choose
from hyperrun.limits import Limits
from hyperrun.llm.models import Models
from hyperrun.logs import configure as configure_logs
from hyperrun.search.engine import Search
from hyperrun.settings import Settings
from hyperrun.storage.files import broken_secret, lock_data_dir
from hyperrun.storage.keys import Keys
from hyperrun.storage.opening import check_store, store_of
from hyperrun.storage.tokens import Tokens
from hyperrun.visitor import share_names
from hyperrun.web import (
    api,
    asking,
    assets,
    escalation,
    health,
    machine_pages,
    middleware,
    searching,
    sse,
)
from hyperrun.web.agents_menu import AgentsSheet, ForAgents, name_for
from hyperrun.web.answer_parts import SlowModel, Sources, Steps
from hyperrun.web.caller import Caller, address_of, admitted
from hyperrun.web.conversation_list import Conversation, ConversationList, ConversationsSheet
from hyperrun.web.desk import has_desk
from hyperrun.web.document import document
from hyperrun.web.doors import code_of, is_door, problem_of
from hyperrun.web.events_out import EventsOut
from hyperrun.web.forms import (
    AskForm,
    EscalationForm,
    FeedbackForm,
    KeyForm,
    OtherForm,
    PageForm,
    ReaderForm,
)
from hyperrun.web.known_rows import KnownRows
from hyperrun.web.local_page import LocalPage, local_state
from hyperrun.web.logo import LOGO_HEADERS, logo_address, read_logo
from hyperrun.web.mcp_door import McpDoor
from hyperrun.web.metrics import Metrics
from hyperrun.web.origins import origin, path_within, server_url
from hyperrun.web.preview import PreviewPage
from hyperrun.web.request_log import route_of
from hyperrun.web.services import Services
from hyperrun.web.settings_form import KeyState, ModelsOf, SettingsSheet
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


@route("/assets/{name}", methods=["GET"])
async def asset(request: Request, name: str, services: Services) -> Response:
    """A browser asset under its immutable name."""
    found = services.assets.find(name)
    if found is None:
        raise HTTPException(404)
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Accept-Encoding",
    }
    if zipped:
        headers["Content-Encoding"] = "gzip"
    content = found.gzipped if zipped else found.content
    return Response(content, media_type=found.media_type, headers=headers)


@route("/logo", methods=["GET"])
async def logo(services: Services) -> Response:
    """The project's picture, out of its repository."""
    picture = await asyncio.to_thread(read_logo, services.search.logo)
    if picture is None:
        raise HTTPException(404)
    content, media_type = picture
    return Response(content, media_type=media_type, headers=LOGO_HEADERS)


# One question and its answer


@route("/ask", methods=["POST"])
async def ask(request: Request, services: Services, form: AskForm) -> tuple[FT, ...]:
    """Show the question at once, with an answer bubble that opens its own stream."""
    view = view_for(request, services, form.lang)
    session = services.tokens.open(form.token)
    turn = await asking.ask(
        services,
        Caller.of(request),
        session.conversation,
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


@route("/stream/{turn_id}", methods=["GET"])
async def stream(request: Request, turn_id: str, services: Services) -> sse.EventStream:
    """Follow an answer. Reads only: any number of connections, one model run.

    A late, gone or unknown id is answered like any other, with what there is and `close`: any
    other status makes htmx's extension come back for ever.
    """
    view = view_for(request, services)
    caller = Caller.of(request)
    place = services.limits.stream(caller.visitor, caller.address)
    return sse.EventStream(frames(services, view, turn_id, caller.address, place))


async def frames(
    services: Services,
    view: View,
    turn_id: str,
    address: str,
    place: contextlib.AbstractContextManager[None],
) -> AsyncGenerator[str, None]:
    """The events of one connection: a snapshot, then what is new, then `close`.

    Without a `place` an end without `close`, so that the browser itself comes back in a while and
    is given a snapshot then.
    """
    try:
        with place:
            turn = await services.turns.read(turn_id)
            if turn is not None and turn.outcome is not Outcome.RUNNING:
                await services.limits.show(address, [turn])
            # What is said together goes out together: each part of a response costs a send.
            head, close = f"retry: {random.randint(1_000, 4_000)}\n\n", sse.frame("close", "")
            if turn is not None:
                following = services.turns.follow(turn_id, view.language, turn)
                steps: Sequence[Step] = ()
                is_slow = False
                async with contextlib.aclosing(following) as updates:
                    async for update in updates:
                        if update is None and services.models.default_name:
                            is_slow = True
                            waiting = fragment(*Steps(view, steps, turn.question), SlowModel(view))
                            yield head + sse.frame("steps", waiting)
                            head = ""
                            continue
                        if update is not None:
                            if is_slow and update.steps is None:  # the line goes
                                update = replace(update, steps=tuple(steps))
                            is_slow, steps = False, update.steps or steps
                        told = head + await frame_of(services, view, turn, update)
                        head = ""
                        if update is not None and update.outcome is not None:
                            yield told + close
                            return
                        yield told
            else:
                gone = html.GoneAnswer(view, view.say(NotYours.public))
                head += sse.frame("snapshot", fragment(gone))
            yield head + close
    except StoreError as away:
        log.warning("a stream waits for the store: %s", away)
        yield sse.frame("snapshot", fragment(html.Problem(view.say(away.public))))
        yield f"retry: {random.randint(1_000, 3_000)}\n\n"
    except (LimitReached, Leaving) as reached:
        yield f"retry: {reached.retry_after_s * 1_000}\n\n"


async def frame_of(services: Services, view: View, turn: Turn, update: Update | None) -> str:
    """One update on the wire. With the last, the turn as it has ended and what all have cost."""
    if update is None:
        return sse.KEEP_ALIVE
    total = None
    if update.outcome is not None:
        turn = await services.turns.find(turn.id) or turn
        total = await services.turns.cost(turn.conversation)
    return "".join(events(view, turn, update, total))


def events(view: View, turn: Turn, update: Update, total: Cost | None) -> list[str]:
    """One update as events: the whole answer in a snapshot, otherwise the parts that changed."""
    if update.snapshot:
        return [sse.frame("snapshot", fragment(*html.AnswerBody(view, turn, update, total)))]
    changed = []
    if update.steps is not None:
        changed.append(sse.frame("steps", fragment(*Steps(view, update.steps, turn.question))))
    if update.blocks:
        changed.append(sse.frame("block", "".join(update.blocks)))
    if update.live is not None:
        changed.append(sse.frame("live", update.live))
    elif update.more:
        changed.append(sse.frame("more", update.more))
    if update.sources is not None:
        changed.append(sse.frame("sources", fragment(Sources(view, turn.id, update))))
    if update.outcome is not None:
        changed.append(sse.frame("meta", fragment(*html.Meta(view, turn, update, total))))
    return changed


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


# Conversations


@route("/history", methods=["POST"])
async def history(request: Request, services: Services, form: ReaderForm) -> Response:
    """The conversation as it stands, with a stream for an answer still in flight."""
    view = view_for(request, services, form.lang)
    return await conversation_response(request, services, view, services.tokens.check(form.token))


@route("/open-conversation", methods=["POST"])
async def open_conversation(request: Request, services: Services, form: OtherForm) -> Response:
    """Another conversation, or a new one where none is named; the one left is kept, and goes on."""
    view = view_for(request, services, form.lang)
    left = services.tokens.check(form.token)
    session = services.tokens.open(form.other) if form.other else services.tokens.new(left or "")
    if form.other and session.token != form.other:
        raise NotYours("no valid token of the conversation to open")
    if left is not None:
        services.turns.leave(left)
    token = html.Token(session.token, swap=True)
    return await conversation_response(
        request, services, view, session.conversation, token, NO_PANEL
    )


async def conversation_response(
    request: Request, services: Services, view: View, conversation: str | None, *others: FT
) -> Response:
    """A conversation's exchanges, or what an empty one shows; `others` are swapped elsewhere."""
    several = services.store.fleet is not None  # then what is in flight here is not all
    turns = await services.turns.history(conversation, whole=several) if conversation else []
    if not conversation or not turns:
        last = await last_conversation(services, conversation)
        return HTMLResponse(fragment(html.Greeting(view, starters(services), last), *others))
    await services.limits.show(address_of(request), turns)
    total = await services.turns.cost(conversation)
    parts = exchanges(services, view, turns, total, fragment(*others))
    return StreamingResponse(parts, media_type="text/html")


async def exchanges(
    services: Services, view: View, turns: Sequence[Turn], total: Cost, before: str = ""
) -> AsyncIterator[str]:
    """One after the other: a long conversation is megabytes, and others wait meanwhile."""
    yield before
    for turn in turns:
        update = None
        if turn.outcome is not Outcome.RUNNING:
            update = await asyncio.to_thread(services.turns.snapshot, turn, view.language)
        yield fragment(html.Exchange(view, turn, update, total))


@route("/conversations", methods=["POST"])
async def conversations(request: Request, services: Services, form: ReaderForm) -> FT:
    """The sheet that lists the reader's last conversations."""
    view = view_for(request, services, form.lang)
    conversation = services.tokens.check(form.token)
    return ConversationsSheet(view, await list_conversations(services, conversation))


@route("/delete-conversation", methods=["POST"])
async def delete_conversation(
    request: Request, services: Services, form: OtherForm
) -> tuple[FT, ...]:
    """Delete a conversation, here and in the store; where it is the open one, empty the page."""
    view = view_for(request, services, form.lang)
    conversation = require_conversation(services, form)
    other = services.tokens.check(form.other)
    if other is None:
        raise NotYours("no valid token of the conversation to delete")
    await services.turns.forget(other)
    left = ConversationList(view, await list_conversations(services, conversation))
    if other != conversation:
        return (left,)
    greeting = html.Greeting(view, starters(services))
    return left, Div(greeting, id="messages", hx_swap_oob="innerHTML")


@route("/clear-messages", methods=["POST"])
async def clear(request: Request, services: Services, form: ReaderForm) -> tuple[FT, ...]:
    """Delete all conversations of the reader, here and in the store."""
    view = view_for(request, services, form.lang)
    await services.turns.forget_all(require_conversation(services, form))
    return html.Greeting(view, starters(services)), NO_PANEL


# Swapped in where a dialog has done what it was for.
NO_PANEL = Div(id="panel", hx_swap_oob="true")


async def list_conversations(services: Services, conversation: str | None) -> list[Conversation]:
    """The last conversations of this one's reader, each with the token that opens it."""
    recent = await services.turns.recent(conversation) if conversation else []
    return [
        Conversation(each, services.tokens.of(each.conversation), each.conversation == conversation)
        for each in recent
    ]


async def last_conversation(services: Services, conversation: str | None) -> Conversation | None:
    """The one that the reader of this empty one may go on with."""
    listed = await list_conversations(services, conversation)
    return next((each for each in listed if not each.is_open), None)


# Settings


@route("/settings", methods=["GET"])
async def settings_panel(request: Request, services: Services) -> FT:
    """The sheet for the reader's own model and key."""
    view = view_for(request, services)
    models = services.models
    providers = await models.providers()
    first = await models.of_provider(providers[0]) if providers else []
    return SettingsSheet(view, providers, first, models.default_name)


@route("/models", methods=["GET"])
async def models_of_provider(request: Request, services: Services) -> tuple[FT, ...]:
    """The models of one provider, as options."""
    provider = request.query_params.get("provider", "")[:100]
    view = view_for(request, services)
    return ModelsOf(view, provider, await services.models.of_provider(provider))


@route("/key-state", methods=["POST"])
async def key_state(request: Request, services: Services, form: ReaderForm) -> FT:
    """Whose key pays for this reader's next question."""
    view = view_for(request, services, form.lang)
    conversation = services.tokens.check(form.token)
    kept = await services.keys.get(conversation) if conversation else None
    return KeyState(view, kept.model if kept else "", services.models.default_name)


@route("/save-settings", methods=["POST"])
async def save_settings(request: Request, services: Services, form: KeyForm) -> tuple[FT, ...]:
    """Keep the reader's own key, encrypted; it never leaves the server again."""
    view = view_for(request, services, form.lang)
    choice = services.models.readers(form.model, form.api_key)
    if choice.name not in await services.models.of_provider(choice.provider):
        raise BadQuestion(f"model {choice.name!r} is not in the list", "error_bad_model")
    session = services.tokens.open(form.token)
    await services.keys.put(session.conversation, choice.name, form.api_key)
    said = view.say("saved", model=choice.name)
    return (
        KeyState(view, choice.name, services.models.default_name, said),
        html.Token(session.token, swap=True),
    )


@route("/forget-key", methods=["POST"])
async def forget_key(request: Request, services: Services, form: ReaderForm) -> FT:
    """Forget the reader's own key."""
    view = view_for(request, services, form.lang)
    await services.keys.forget(require_conversation(services, form))
    return KeyState(view, "", services.models.default_name, view.say("forgotten"))


# What the handlers share


def view_for(request: Request, services: Services, language: str = "") -> View:
    """The view in the reader's language: the page's wish first, then the browser's."""
    wish = language or request.query_params.get("lang", "")[:20]
    language = choose(wish, request.headers.get("accept-language", ""))
    project = services.search.called
    logo = logo_address(services.settings.logo, services.search.logo)
    title = services.view.title or project
    return replace(services.view, language=language, project=project, title=title, logo=logo)


def require_conversation(services: Services, form: ReaderForm) -> str:
    """The conversation that this form speaks for. Raises `NotYours`."""
    conversation = services.tokens.check(form.token)
    if conversation is None:
        raise NotYours("no valid conversation token")
    return conversation


def starters(services: Services) -> html.Starting:
    """Questions to start with: the operator's, else from the documentation's own headings."""
    index = services.search.status()
    if not index.ready:
        return html.Starting(percent=min(99, round(index.progress * 100)))
    return html.Starting(services.settings.starters or services.search.questions())


def fragment(*parts: FT | str) -> str:
    """Components as the text of one event."""
    return "".join(to_xml(part, indent=False) if part else "" for part in parts)


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
    stream=lambda turn_id: stream.to(turn_id=turn_id).lstrip("/"),
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
    app.router.routes += searching.routes
    route.to_app(app)
    health.route.to_app(app)
    app.router.routes += [*machine_pages.routes, *api.routes, Route("/mcp", mcp_door)]
    app.router.routes.append(Route("/reindex", health.reindex, methods=["POST"]))
    if has_desk(settings):
        from hyperrun.web.desk.pages import open_desk

        open_desk(app, app.state.services)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the settings, prepare the browser assets, serve."""
    import dotenv
    import uvicorn

    from hyperrun.web import protocol
    from hyperrun.web.server import announce, check_address, server, stop_after
    from hyperrun.web.workers import Workers, check_workers

    parser = argparse.ArgumentParser(
        prog="hyperrun serve" if sys.argv[0].startswith("hyperrun") else None,
        description="Ask AI for a documentation site.",
    )
    parser.add_argument("--repo", help="the repository to answer about: a folder or a git URL")
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=int, help="port to listen on")
    parser.add_argument("--until", type=int, metavar="PID", help="stop when this process has ended")
    parser.add_argument("--workers", type=int, default=1, help="processes behind the one port")
    parser.add_argument("--listen-on", type=int, help=argparse.SUPPRESS)  # a worker's socket
    options = parser.parse_args(arguments)
    dotenv.load_dotenv(Path.cwd() / ".env")
    try:
        settings = Settings.from_environment()
        configure_logs(settings)
        given = {"repo_path": options.repo, "host": options.host, "port": options.port}
        settings = replace(
            settings, **{name: value for name, value in given.items() if value is not None}
        )
        settings.check()
        check_workers(options.workers, settings)
        if not assets.is_current():
            print("Preparing the browser assets (once) …", flush=True)
            assets.make_current()
        if options.workers > 1:
            sys.exit(Workers(options.workers, settings).run())
        with lock_data_dir(settings.data_dir):
            if broken := broken_secret(settings.data_dir):
                raise BadSetting(broken)
            app = create_app(settings)
            app.state.services.search.check()
            check_store(settings)
            app.state.services.limits.rates.check()
            config = uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_level="warning",
                timeout_graceful_shutdown=5,
                **protocol.options(guarded=settings.http_guard),
            )
            sockets = None
            if options.listen_on is not None:
                sockets = [socket.socket(fileno=options.listen_on)]
            else:
                check_address(settings.host, settings.port)
            announce(app.state.services)
            if options.until:
                stop_after(options.until)
            server(config).run(sockets)
    except (BadSetting, SearchUnavailable, StoreError, assets.AssetsMissing) as error:
        sys.exit(f"hyperrun: {error}")


if __name__ == "__main__":
    main()

"""A reader's conversations: shown again, listed, opened, deleted."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from fastcore.xml import FT
from fasthtml.components import Div
from fasthtml.core import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from hyperrun.domain import Cost, Outcome, Turn
from hyperrun.errors import NotYours
from hyperrun.web.caller import address_of
from hyperrun.web.composer import Token
from hyperrun.web.conversation_list import Conversation, ConversationList, ConversationsSheet
from hyperrun.web.exchange import Exchange
from hyperrun.web.forms import OtherForm, ReaderForm
from hyperrun.web.handling import fragment, require_conversation, starters, view_for
from hyperrun.web.services import Services
from hyperrun.web.starters import Greeting
from hyperrun.web.view import View

route = APIRouter()

# Swapped in where a dialog has done what it was for.
NO_PANEL = Div(id="panel", hx_swap_oob="true")


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
    token = Token(session.token, swap=True)
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
        return HTMLResponse(fragment(Greeting(view, starters(services), last), *others))
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
        yield fragment(Exchange(view, turn, update, total))


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
    greeting = Greeting(view, starters(services))
    return left, Div(greeting, id="messages", hx_swap_oob="innerHTML")


@route("/clear-messages", methods=["POST"])
async def clear(request: Request, services: Services, form: ReaderForm) -> tuple[FT, ...]:
    """Delete all conversations of the reader, here and in the store."""
    view = view_for(request, services, form.lang)
    await services.turns.forget_all(require_conversation(services, form))
    return Greeting(view, starters(services)), NO_PANEL


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

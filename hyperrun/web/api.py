"""The JSON interface: `POST /api/search`, `POST /api/ask`, `GET /api/pages`, `GET /openapi.json`.

Plain Starlette routes: FastHTML would read a body as a form. Nothing is searched or asked by GET,
so no question stands in an address.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hyperrun.domain import Door, Turn
from hyperrun.errors import BadInput, NotYours
from hyperrun.language import choose
from hyperrun.redaction import redact_from_logs
from hyperrun.web import sse
from hyperrun.web.asking import answer_of, ask, follow, passage_of
from hyperrun.web.caller import Caller
from hyperrun.web.json_input import AskInput, SearchInput
from hyperrun.web.openapi import described
from hyperrun.web.origins import server_url
from hyperrun.web.services import Services

log = logging.getLogger(__name__)

MAX_PAGES = 1_000  # in one answer


async def _body(request: Request) -> object:
    """The JSON of a request. Raises `BadInput`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415)
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        raise BadInput("The body is no JSON.") from None


def _services(request: Request) -> Services:
    services = Services.__from_request__(request)
    if not services.settings.api:
        raise HTTPException(404)
    return services


def _count(request: Request, services: Services, call: str) -> None:
    if services.metrics is not None:
        services.metrics.called(Caller.of(request, Door.JSON).asker, call)


async def search(request: Request) -> Response:
    """The passages for a question, best first."""
    services = _services(request)
    wanted = SearchInput.of(await _body(request))
    redact_from_logs(wanted.query)
    _count(request, services, "search")
    return JSONResponse({"results": await found(services, wanted)})


async def found(services: Services, wanted: SearchInput) -> list[dict[str, Any]]:
    """What a search finds, as programs are told it. Raises `BadInput`, `SearchError`."""
    labels = [tree.source.label for tree in services.search.trees if tree.source.label]
    if wanted.source and wanted.source not in labels:
        known = ", ".join(f"`{label}`" for label in labels)
        raise BadInput(f"`source` is one of {known}." if known else "There is no `source`.")
    passages = await services.search.search(
        wanted.query, wanted.k, version=wanted.version, source=wanted.source
    )
    return [passage_of(services, passage) for passage in passages]


async def ask_by_json(request: Request) -> Response:
    """A question: its answer as events while it is made, or as one JSON when it has ended."""
    services = _services(request)
    wanted = AskInput.of(await _body(request))
    language = choose(request.headers.get("accept-language", ""))
    if wanted.conversation and services.tokens.check(wanted.conversation) is None:
        raise NotYours("no valid token of the conversation")
    session = services.tokens.open(wanted.conversation)
    caller = Caller.of(request, Door.JSON)
    _count(request, services, "ask")
    turn = await ask(services, caller, session, wanted.question, wanted.page, language)
    # An answer in flight has its place; whoever follows it from here needs no other.
    if _wants_events(request):
        return sse.EventStream(_events(services, turn, language))
    return JSONResponse(await _ended(request, services, turn, language))


def _wants_events(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "text/event-stream" in accepted or "application/json" not in accepted


async def _events(services: Services, turn: Turn, language: str) -> AsyncGenerator[str, None]:
    async with aclosing(follow(services, turn, language)) as told:
        async for each in told:
            if not each.event:
                yield sse.KEEP_ALIVE
            else:
                yield sse.frame(each.event, json.dumps(each.data, ensure_ascii=False))


async def _ended(request: Request, services: Services, turn: Turn, language: str) -> dict[str, Any]:
    """The answer when it has ended; nobody follows it any more when whoever asked has left."""

    async def whole() -> dict[str, Any]:
        async with aclosing(follow(services, turn, language)) as told:
            async for each in told:
                if each.event == "done":
                    return each.data
        return answer_of(services, turn, language)

    async def left() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    answering, leaving = asyncio.create_task(whole()), asyncio.create_task(left())
    try:
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return answering.result() if answering.done() else {}
    finally:
        answering.cancel()
        leaving.cancel()
        await asyncio.wait({answering, leaving})


async def pages(request: Request) -> Response:
    """The documentation's pages, so many at once; `next` leads to those after them."""
    services = _services(request)
    after = request.query_params.get("after", "0")
    if not after.isascii() or not after.isdecimal() or len(after) > 9:
        raise BadInput("`after` is a whole number.")
    start = int(after)
    own = (services.settings.public_url or server_url(request)).rstrip("/")
    every = await asyncio.to_thread(services.search.whole_pages.all)
    told = [
        {
            "path": page.path,
            "title": page.title,
            "url": page.url,
            "markdown": f"{own}/pages/{page.markdown_name}",
            "file": page.file or None,
            "permalink": page.permalink,
            "source": page.source,
        }
        for page in every[start : start + MAX_PAGES]
    ]
    end = start + len(told)
    return JSONResponse(
        {"pages": told, "total": len(every), "next": end if end < len(every) else None}
    )


async def openapi(request: Request) -> Response:
    """What there is, as OpenAPI describes it."""
    services = _services(request)
    own = (services.settings.public_url or server_url(request)).rstrip("/")
    return JSONResponse(described(own, needs_key=bool(services.settings.api_tokens)))


routes = [
    Route("/api/search", search, methods=["POST"]),
    Route("/api/ask", ask_by_json, methods=["POST"]),
    Route("/api/pages", pages),
    Route("/openapi.json", openapi),
]

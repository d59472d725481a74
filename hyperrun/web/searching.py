"""What the search box asks for: `POST /search` at each letter, `POST /search-missed` at the end.

Plain Starlette routes, before all others: FastHTML inspects a handler's signature at each request,
which takes as long as everything else that is done for a letter on this thread.
"""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from hyperrun.language import choose
from hyperrun.redaction import without_secrets
from hyperrun.web.caller import Caller
from hyperrun.web.forms import SearchForm
from hyperrun.web.search_rows import rows
from hyperrun.web.services import Services

# Rows by names alone: the box asks again when no letter follows.
IN_HASTE = {"X-HyperRun": "in haste"}
MIN_MISSED_CHARS, MAX_MISSED_CHARS = 3, 100  # of a search that is counted


async def search_as_typed(request: Request) -> Response:
    """Rows for what is being typed. The words are in the body alone, and in no log."""
    services = Services.__from_request__(request)
    form = await SearchForm.__from_request__(request)
    language = choose(form.lang, request.headers.get("accept-language", ""))
    search, key = services.search, (form.words, language)
    edition = search.edition
    known = services.known_rows
    shown = known.of(key, edition, thorough=form.rests or search.types_thoroughly)
    thorough = known.of(key, edition, thorough=True) is not None
    if shown is None:
        found = await search.typed(form.words, rests=form.rests)
        shown, thorough = rows(language, found), found.thorough
        if found.words:
            known.keep(key, edition, shown, thorough=thorough)
    return HTMLResponse(shown, headers=None if thorough else IN_HASTE)


async def search_missed(request: Request) -> Response:
    """Count a search that its reader left without a page or an answer; nothing of who."""
    services = Services.__from_request__(request)
    form = await SearchForm.__from_request__(request)
    if not Caller.of(request).asker_for(services).private:
        words = without_secrets(" ".join(form.words.casefold().split()))
        if len(words) >= MIN_MISSED_CHARS:
            await services.store.count_missed(words[:MAX_MISSED_CHARS])
    return Response(status_code=204)


routes = [
    Route("/search", search_as_typed, methods=["POST"]),
    Route("/search-missed", search_missed, methods=["POST"]),
]

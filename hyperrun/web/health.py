"""What machines ask: is the server ready, its numbers, and that it look at the repository again."""

import logging

from fasthtml.core import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hyperrun.storage.files import broken_secret
from hyperrun.web.metrics import may_see_metrics
from hyperrun.web.services import Services
from hyperrun.web.webhook import is_authentic

log = logging.getLogger(__name__)
route = APIRouter()


@route("/healthz", methods=["GET"])
async def healthz(services: Services) -> JSONResponse:
    """Ready or why not: index, model, store.

    A store that takes no more (its limit, a full disk) is told and no reason to send readers
    elsewhere: answers go on.
    """
    index = services.search.status()
    store_works = await services.store.works()
    keys = broken_secret(services.settings.data_dir)
    leaving = services.turns.is_leaving
    ready = index.ready and store_works and not leaving
    fleet = services.store.fleet
    if keys:
        log.error("%s", keys)
    body = {
        "ready": ready,
        "leaving": leaving,  # it ends its answers and takes no more
        "index": {
            "ready": index.ready,
            "engine": index.engine,
            "building": index.building,
            "progress": round(index.progress, 3),
            "files": index.files,
            "passages": index.passages,
            "left_out": index.left_out,
            "commit": index.commit,
            "note": index.note,
        },
        "sites": [
            {
                "source": label,
                "running": site.running,
                "pages": site.pages,
                "asked": site.asked,
                "waiting": site.waiting,
                "note": site.note,
            }
            for label, site in index.sites
        ],
        "vectors": {
            "model": index.meaning.model or None,
            "made": index.meaning.made,
            "passages": index.meaning.passages,
            "note": index.meaning.note,
        },
        "model": services.models.default_name or None,
        "store": {
            "ready": store_works,
            "saves": store_works and not services.store.not_saved,
            "note": services.store.not_saved,
        },
        # Those that serve the same readers, and how they hear of each other.
        "processes": {
            "count": len(fleet.alive) if fleet else 1,
            "news": fleet.transport if fleet else None,
        },
        # Those in use stay in use; a restart is refused until they are whole again.
        "keys": {
            "ready": not keys,
            "note": "a key file is broken; the log says which" if keys else "",
        },
    }
    return JSONResponse(body, status_code=200 if ready else 503)


async def reindex(request: Request) -> Response:
    """A push webhook: update the index, behind this answer.

    A plain Starlette route: what is signed is the body itself, which FastHTML would read as a form.
    """
    services = Services.__from_request__(request)
    if not is_authentic(request.headers, await request.body(), services.settings.reindex_secret):
        raise HTTPException(404)
    if services.store.fleet is not None:
        await services.store.fleet.tell_all("reindex")
    else:
        services.search.refresh()
    return Response(status_code=202)


@route("/metrics", methods=["GET"])
async def numbers(request: Request, services: Services) -> Response:
    """Prometheus's numbers, where they are switched on, for those who may see them."""
    metrics = services.metrics
    if metrics is None or not may_see_metrics(request):
        raise HTTPException(404)
    text, media_type = await metrics.text()
    return Response(text, media_type=media_type)

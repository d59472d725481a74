"""What machines ask: is the server ready, its numbers, and that it look at the repository again."""

from fasthtml.core import APIRouter
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hyperrun.web.metrics import Metrics, may_see_metrics
from hyperrun.web.webhook import knows_secret

route = APIRouter()


@route("/healthz", methods=["GET"])
async def healthz(state: State) -> JSONResponse:
    """Ready or why not: index, model, store.

    A store that takes no more (its limit, a full disk) is told and no reason to send readers
    elsewhere: answers go on.
    """
    index = state.search.status()
    store_works = await state.store.works()
    ready = index.ready and store_works
    body = {
        "ready": ready,
        "index": {
            "ready": index.ready,
            "engine": index.engine,
            "building": index.building,
            "progress": round(index.progress, 3),
            "files": index.files,
            "passages": index.passages,
            "note": index.note,
        },
        "model": state.models.default_name or None,
        "store": {
            "ready": store_works,
            "saves": store_works and not state.store.not_saved,
            "note": state.store.not_saved,
        },
    }
    return JSONResponse(body, status_code=200 if ready else 503)


async def reindex(request: Request) -> Response:
    """A push webhook: bring the index up to the repository, behind this answer.

    A plain Starlette route: what is signed is the body itself, which FastHTML would read as a form.
    """
    state = request.app.state
    if not knows_secret(request.headers, await request.body(), state.settings.reindex_secret):
        raise HTTPException(404)
    state.search.refresh()
    return Response(status_code=202)


@route("/metrics", methods=["GET"])
async def numbers(request: Request, state: State) -> Response:
    """Prometheus's numbers, where they are switched on, for those who may see them."""
    metrics: Metrics | None = state.metrics
    if metrics is None or not may_see_metrics(request):
        raise HTTPException(404)
    text, media_type = await metrics.text()
    return Response(text, media_type=media_type)

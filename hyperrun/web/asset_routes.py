"""What a page loads beside itself: browser assets, and the project's picture."""

import asyncio

from fasthtml.core import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hyperrun.web.logo import LOGO_HEADERS, read_logo
from hyperrun.web.services import Services

route = APIRouter()


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

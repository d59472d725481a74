"""What is taken along from the desk: the turns that are looked for, and the report."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hyperrun.errors import StoreError
from hyperrun.web.desk import exports
from hyperrun.web.desk.access import Session
from hyperrun.web.desk.frame import HEADERS
from hyperrun.web.desk.gathering import reported
from hyperrun.web.desk.handling import days_of, seated, wanted_of
from hyperrun.web.services import Services

log = logging.getLogger(__name__)

MAX_EXPORTED = 100_000


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
    return download(text, media_type, f"report.{kind}")


def download(text: str, media_type: str, name: str) -> Response:
    """A text as a file to keep."""
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

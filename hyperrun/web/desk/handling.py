"""What all handlers of the desk share: who may see a page, and what is asked for."""

import logging
from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hyperrun.errors import HyperRunError, LimitReached
from hyperrun.storage.figures import Wanted
from hyperrun.text import clean
from hyperrun.web.desk import views
from hyperrun.web.desk.access import Session, is_own_form
from hyperrun.web.desk.figures import MAX_DAYS
from hyperrun.web.desk.frame import HEADERS, desk_page, up
from hyperrun.web.desk.kept import Desk
from hyperrun.web.desk.words import words_of
from hyperrun.web.forms import fields as form_fields
from hyperrun.web.services import Services

log = logging.getLogger(__name__)

Page = Callable[[Request, Services, Session], Awaitable[Response]]
Handler = Callable[[Request], Awaitable[Response]]


def seated(page: Page) -> Handler:
    """A page that only those see who have come in; who has not is led to the door."""

    @wraps(page)
    async def handler(request: Request) -> Response:
        services = Services.__from_request__(request)
        desk: Desk = request.app.state.desk
        session = await desk.access.session(request)
        if session is None:
            if desk.access.by_password and request.method == "GET":
                path = f"{up(request)}desk/login"
                return Response(status_code=303, headers=HEADERS | {"Location": path})
            why = "session_ended" if desk.access.by_password else "not_signed_in"
            return desk_page(
                request, None, "nobody", views.Problem(words_of(request)(why)), status=403
            )  # fmt: skip
        try:
            return await page(request, services, session)
        except LimitReached as reached:
            return desk_page(
                request,
                session,
                "later",
                views.Problem(words_of(request)("too_much", seconds=reached.retry_after_s)),
                status=429,
            )
        except HyperRunError as error:
            log.error("%s: %s", request.url.path, error)
            return desk_page(
                request,
                session,
                "wrong",
                views.Problem(words_of(request)("store_down")),
                status=503,
            )

    return handler


def days_of(request: Request) -> int:
    """The time that is asked for, in days."""
    told = request.query_params.get("days", "30")
    return min(max(int(told), 1), MAX_DAYS) if told.isascii() and told.isdecimal() else 30


def wanted_of(request: Request) -> Wanted:
    """What is looked for, out of the address."""
    told = {name: clean(value)[:200] for name, value in request.query_params.items()}
    try:
        before = float(told.get("before", "0"))
    except ValueError:
        before = 0.0
    rating = told.get("rating", "")
    outcome = told.get("outcome", "")
    return Wanted(
        words=told.get("words", ""),
        outcome=outcome if outcome in views.OUTCOMES else "",
        rating=int(rating) if rating in ("-1", "1") else 0,
        page=told.get("page", ""),
        language=told.get("language", "")[:10],
        version=told.get("version", "")[:40],
        door=told.get("door", "")[:10],
        before=before if 0 < before < 1e11 else 0.0,
        before_id=told.get("before_id", "")[:100],
    )


async def changed_by(request: Request, session: Session) -> dict[str, str]:
    """A form's fields, where it is one of this session's own. Raises 403 otherwise."""
    told = await form_fields(request)
    if not is_own_form(session, told.get("form", "")):
        raise HTTPException(403)
    return told

"""The desk's door: a session begins and ends."""

import logging

from fasthtml.components import Button, Form, Input, Label, Span
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hyperrun.errors import LimitReached
from hyperrun.web.desk import views
from hyperrun.web.desk.access import Session
from hyperrun.web.desk.frame import HEADERS, desk_page
from hyperrun.web.desk.handling import changed_by, seated
from hyperrun.web.desk.kept import Desk
from hyperrun.web.desk.words import words_of
from hyperrun.web.forms import fields as form_fields
from hyperrun.web.services import Services

log = logging.getLogger(__name__)


async def login_page(request: Request) -> Response:
    """The door: one field."""
    return _door(request, request.app.state.desk)


def _door(request: Request, desk: Desk, problem: str = "", status: int = 200) -> Response:
    if not desk.access.by_password:
        raise HTTPException(404)
    say, warning = words_of(request), ""
    if request.url.scheme != "https" and request.url.hostname not in ("localhost", "127.0.0.1"):
        warning = say("https_only")
    content = [
        *([views.Problem(problem)] if problem else []),
        *([views.Problem(warning)] if warning else []),
        Form(
            Label(Span(say("password")), Input(type="password", name="password", required=True,
                                          autocomplete="current-password", autofocus=True)),
            Button(say("log_in")), method="post", action="login", cls="login",
        ),
    ]  # fmt: skip
    return desk_page(request, None, "log_in", *content, status=status)


async def log_in(request: Request) -> Response:
    """Begin a session."""
    desk: Desk = request.app.state.desk
    if not desk.access.by_password:
        raise HTTPException(404)
    told = await form_fields(request)
    try:
        response = await desk.access.log_in(request, told.get("password", ""))
    except LimitReached as reached:
        sentence = words_of(request)("too_many_attempts", seconds=reached.retry_after_s)
        answer = _door(request, desk, sentence, 429)
        answer.headers["Retry-After"] = str(reached.retry_after_s)
        return answer
    if response is None:
        log.warning("a wrong password at the desk")
        return _door(request, desk, words_of(request)("wrong_password"), 403)
    log.info("somebody has logged in at the desk")
    response.headers.update(HEADERS)
    return response


@seated
async def log_out(request: Request, services: Services, session: Session) -> Response:
    """End the session."""
    await changed_by(request, session)
    desk: Desk = request.app.state.desk
    response = await desk.access.log_out(request)
    response.headers.update(HEADERS)
    return response

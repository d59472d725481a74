"""All that is kept of one reader, taken along or deleted at the desk."""

import asyncio
import json
import logging

from fasthtml.components import Button, Form, P
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hyperrun.web.desk.access import Session
from hyperrun.web.desk.downloads import download
from hyperrun.web.desk.frame import HEADERS, Hidden, desk_page
from hyperrun.web.desk.handling import changed_by, seated
from hyperrun.web.desk.words import words_of
from hyperrun.web.services import Services

log = logging.getLogger(__name__)


@seated
async def export_reader(request: Request, services: Services, session: Session) -> Response:
    """All that is kept of the reader of a turn."""
    turn = await services.turns.find(str(request.path_params["turn_id"]))
    if turn is None:
        raise HTTPException(404)
    kept = await services.store.export(turn.conversation)
    text = await asyncio.to_thread(json.dumps, kept, ensure_ascii=False, indent=1)
    return download(text, "application/json", "reader.json")


@seated
async def delete_reader(request: Request, services: Services, session: Session) -> Response:
    """Delete all that is kept of the reader of a turn; asked twice, for there is no script."""
    told = await changed_by(request, session)
    if not session.may_change:
        raise HTTPException(403)
    turn = await services.turns.find(str(request.path_params["turn_id"]))
    if turn is None:
        raise HTTPException(404)
    if told.get("sure") != "yes":
        say = words_of(request)
        content = [
            P(say("delete_lead")),
            Form(Hidden("form", session.form), Hidden("sure", "yes"),
                 Button(say("delete_yes"), cls="danger"), method="post", action="delete"),
        ]  # fmt: skip
        return desk_page(request, session, "delete_title", *content)
    await services.turns.forget_all(turn.conversation)
    await services.store.delete(turn.conversation)
    log.info("a reader's data was deleted at the desk")
    return Response(status_code=303, headers=HEADERS | {"Location": "../../conversations"})

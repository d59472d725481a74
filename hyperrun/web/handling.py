"""What the handlers of the chat share."""

from dataclasses import replace

from fastcore.xml import FT, to_xml
from starlette.requests import Request

from hyperrun.errors import NotYours
from hyperrun.language import choose
from hyperrun.web.forms import ReaderForm
from hyperrun.web.logo import logo_address
from hyperrun.web.services import Services
from hyperrun.web.starters import Starting
from hyperrun.web.view import View


def view_for(request: Request, services: Services, language: str = "") -> View:
    """The view in the reader's language: the page's wish first, then the browser's."""
    wish = language or request.query_params.get("lang", "")[:20]
    language = choose(wish, request.headers.get("accept-language", ""))
    project = services.search.called
    logo = logo_address(services.settings.logo, services.search.logo)
    title = services.view.title or project
    return replace(services.view, language=language, project=project, title=title, logo=logo)


def require_conversation(services: Services, form: ReaderForm) -> str:
    """The conversation that this form speaks for. Raises `NotYours`."""
    conversation = services.tokens.check(form.token)
    if conversation is None:
        raise NotYours("no valid conversation token")
    return conversation


def starters(services: Services) -> Starting:
    """Questions to start with: the operator's, else from the documentation's own headings."""
    index = services.search.status()
    if not index.ready:
        return Starting(percent=min(99, round(index.progress * 100)), failed=index.failed)
    return Starting(services.settings.starters or services.search.questions())


def fragment(*parts: FT | str) -> str:
    """Components as the text of one event."""
    return "".join(to_xml(part, indent=False) if part else "" for part in parts)

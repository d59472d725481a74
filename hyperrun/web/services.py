"""Everything that serves one repository, as one typed object of its app."""

from dataclasses import dataclass

from starlette.requests import Request

from hyperrun.answering.turns import Turns
from hyperrun.limits import Limits
from hyperrun.llm.models import Models
from hyperrun.search.engine import Search
from hyperrun.settings import Settings
from hyperrun.storage.keys import Keys
from hyperrun.storage.store import Store
from hyperrun.storage.tokens import Tokens
from hyperrun.web.assets import Assets
from hyperrun.web.escalation import Escalations
from hyperrun.web.events_out import EventsOut
from hyperrun.web.known_rows import KnownRows
from hyperrun.web.metrics import Metrics
from hyperrun.web.view import View


@dataclass(frozen=True)
class Services:
    """What a handler may use, named in its signature (`services: Services`).

    Each app has its own: nothing of it is global, so that several stand in one process.
    """

    settings: Settings
    assets: Assets
    store: Store
    search: Search
    known_rows: KnownRows
    models: Models
    turns: Turns
    limits: Limits
    metrics: Metrics | None
    events_out: EventsOut
    escalations: Escalations
    tokens: Tokens
    keys: Keys
    view: View  # in English; a handler makes the reader's of it

    @classmethod
    def __from_request__(cls, req: Request) -> "Services":
        """Those of the app that answers this request; FastHTML calls it."""
        services: Services = req.app.state.services
        return services

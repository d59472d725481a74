"""Who calls, by whichever door, and the place that limits and budget give their question."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Self

from starlette.requests import Request

from hyperrun.domain import Asker, Door, reader_of
from hyperrun.limits import Reservation
from hyperrun.llm.choice import ModelChoice
from hyperrun.visitor import visitor_of
from hyperrun.web.agents import asker_of
from hyperrun.web.services import Services


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from, behind the proxies we trust; a name for the program that makes
    it, good until a restart; and what the operator's figures call who asks."""

    address: str
    visitor: str
    asker: Asker  # `private` by what the request says, whether that is honoured or not
    is_known: bool = False  # by a key of the operator's: their own limits are not for it

    @classmethod
    def of(cls, request: Request, door: Door = Door.CHAT, client: str = "") -> Self:
        """Who makes this request. `client` is what an MCP client calls itself."""
        user_agent = request.headers.get("user-agent", "")
        address = address_of(request)
        known = bool(request.scope.get("hyperrun.known"))
        asker = asker_of(door, user_agent, client)
        private = wishes_privacy(request.headers)
        return cls(
            address, visitor_of(address, user_agent), replace(asker, private=private), known
        )  # fmt: skip

    def asker_for(self, services: Services) -> Asker:
        """Who asks, as it is kept: a wish not to be tracked counts where the operator honours
        it, and everybody's counts as one where nothing that is asked is kept."""
        settings = services.settings
        private = not settings.keep_questions or (self.asker.private and settings.honor_dnt)
        return replace(self.asker, private=private)


def wishes_privacy(headers: Mapping[str, str]) -> bool:
    """Does a browser ask not to track its reader: Do Not Track, or Global Privacy Control?"""
    return headers.get("dnt") == "1" or headers.get("sec-gpc") == "1"


def address_of(request: Request) -> str:
    """Where a request comes from, behind the proxies we trust."""
    return request.client.host if request.client else ""


async def model_for(services: Services, conversation: str) -> ModelChoice | None:
    """The reader's own model where they have brought a key, else the operator's, else none."""
    kept = await services.keys.get(conversation)
    if kept is not None:
        return services.models.readers(kept.model, kept.api_key)
    return services.models.operators()


@asynccontextmanager
async def admitted(
    caller: Caller, services: Services, conversation: str, *, is_new: bool = False
) -> AsyncIterator[Reservation]:
    """A place for one answer, in a conversation that `is_new` or not. Raises `LimitReached`; frees
    the place where the block fails."""
    model = services.models.operators() if is_new else await model_for(services, conversation)
    reader = reader_of(conversation)  # a new conversation is no new allowance
    async with services.limits.admitted(
        caller.visitor, caller.address, reader, model, is_known=caller.is_known
    ) as reservation:
        yield reservation

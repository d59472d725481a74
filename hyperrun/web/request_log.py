"""Gives each request an id, and one line in the log when it has ended."""

import logging
import random
import time
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hyperrun.logs import request_id
from hyperrun.visitor import visitor_of

log = logging.getLogger("hyperrun.requests")

Observe = Callable[[str, str, int, float], None]


class RequestLogMiddleware:
    """Gives each request an id (also in `X-Request-Id`), and one line when it has ended.

    `observe` is told method, route, status and seconds, for the metrics.
    """

    def __init__(self, app: ASGIApp, observe: Observe | None = None) -> None:
        self.app = app
        self.observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        token = request_id.set(f"{random.getrandbits(64):016x}")  # no secret: it names a log line
        began = time.perf_counter()
        status = 500  # unless something is sent

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id.get()
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - began
            route = route_of(scope)
            log.info(
                "%s %s %d",
                scope["method"],
                route,
                status,
                extra={"fields": {"ms": round(seconds * 1000, 1), "visitor": _visitor(scope)}},
            )
            if self.observe is not None:
                self.observe(scope["method"], route, status, seconds)
            request_id.reset(token)


def route_of(scope: Scope) -> str:
    """The path's pattern, so that no turn id is kept and the metrics stay few."""
    if "endpoint" not in scope:
        return "unknown"
    path = str(scope["path"])
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(str(value), f"{{{name}}}") if str(value) else path
    return path


def _visitor(scope: Scope) -> str:
    address = (scope.get("client") or ("", 0))[0]
    agent = dict(scope["headers"]).get(b"user-agent", b"").decode("latin-1")
    return visitor_of(address, agent)

"""What every response says about itself, and what no request gets past.

`middleware` is the whole of it, outermost first: the reader's address behind trusted proxies,
headers for each kind of response, a cap on size and time of a body, and no change asked for by a
foreign page.
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from enum import Enum, auto

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hyperrun.errors import HyperRunError, LimitReached, StoreError
from hyperrun.language import choose, text
from hyperrun.limits import Limits
from hyperrun.settings import Settings
from hyperrun.web.doors import DoorsMiddleware, is_door
from hyperrun.web.origins import (
    frame_ancestors,
    host_name,
    image_origins,
    is_own_host,
    is_own_page,
    own_names,
    path_within,
)
from hyperrun.web.proxies import Proxies, ProxiesMiddleware
from hyperrun.web.request_log import Observe, RequestLogMiddleware, route_of
from hyperrun.web.sse import EventStreamMiddleware

log = logging.getLogger(__name__)

WEBHOOK = "/reindex"
SEARCH = "/search"  # as one types: counted by itself
MAX_BODY_BYTES = 128 * 1024  # the longest question in four-byte characters, form-encoded, fits
MAX_PUSH_BYTES = 4 * 1024 * 1024  # a forge tells every file that a push has changed
BODY_WITHIN_S = 10.0
HSTS = "max-age=31536000"

CONTENT_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
}
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with it, a browser sends `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), clipboard-write=(self), "
        "display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
        "midi=(), payment=(), publickey-credentials-get=(), serial=(), usb=(), "
        "xr-spatial-tracking=()"
    ),
}
_HOST = re.compile(r"[\w.\-%]*(?::\d*)?|\[[\da-fA-F:.]+\](?::\d*)?", re.ASCII)
_DESK = re.compile(r"/desk(/|$)")
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Kind(Enum):
    """What a path answers with, as far as headers are concerned."""

    CHAT = auto()  # the page in the frame: allowed sites may show it
    SCRIPT = auto()  # loaded by documentation pages: /embed and the assets
    START = auto()  # the start page and the page it shows in a frame
    OWN = auto()  # everything else: for our own pages only


def kind_of(path: str) -> Kind:
    """The kind of response that stands at `path`."""
    if _DESK.search(path):  # never framed, whatever else its path says
        return Kind.OWN
    if path.endswith("/chat-standalone"):
        return Kind.CHAT
    if path.endswith(("/embed", "/embed.js")) or "/embed/" in path or "/assets/" in path:
        return Kind.SCRIPT
    if path.endswith(("/", "/preview")):
        return Kind.START
    return Kind.OWN


def response_headers(
    kind: Kind, ancestors: tuple[str, ...], images: tuple[str, ...] = (), *, over_tls: bool
) -> dict[str, str]:
    """Headers for one response; `images` are origins that pictures may come from.

    Never `X-Frame-Options`: it knows no list of sites.
    """
    shown_by = {Kind.CHAT: " ".join(ancestors), Kind.START: "'self'"}.get(kind, "'none'")
    policy = CONTENT_POLICY | {"frame-ancestors": shown_by}
    if images:
        policy["img-src"] += f" {' '.join(images)}"
    if kind is Kind.START:
        policy["frame-src"] = "'self'"
    headers = EVERYWHERE | {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cross-Origin-Resource-Policy": "same-origin" if kind is Kind.OWN else "cross-origin",
    }
    if kind is Kind.CHAT:
        # A host page that isolates itself shows no frame without both this and the line above.
        headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    if over_tls:
        headers["Strict-Transport-Security"] = HSTS
    return headers


def middleware(
    settings: Settings, limits: Limits | None = None, observe: Observe | None = None
) -> list[Middleware]:
    """All of the above around the app, outermost first, with a log line for each request, which
    `observe` is told about too, and a count of changes. Raises `BadSetting`."""
    # Made here, not at the first request: a setting that is none must stop the start.
    return [
        Middleware(ProxiesMiddleware, proxies=Proxies(settings.trusted_proxies)),
        Middleware(RequestLogMiddleware, observe=observe),
        Middleware(EventStreamMiddleware),
        Middleware(
            HeadersMiddleware, ancestors=frame_ancestors(settings), images=image_origins(settings)
        ),
        Middleware(HostMiddleware, names=own_names(settings)),
        Middleware(DoorsMiddleware, settings=settings),
        Middleware(OwnPageMiddleware, public_url=settings.public_url),
        Middleware(UnexpectedMiddleware),
        *([Middleware(ChangesMiddleware, limits=limits)] if limits is not None else []),
        Middleware(BodyMiddleware, max_bytes=MAX_BODY_BYTES, within_s=BODY_WITHIN_S),
    ]


class HeadersMiddleware:
    """Adds the headers of its kind to every response; what a handler set itself stays, except
    for those that keep a page safe."""

    def __init__(
        self, app: ASGIApp, ancestors: tuple[str, ...], images: tuple[str, ...] = ()
    ) -> None:
        self.app = app
        self.made = {
            (kind, over_tls): response_headers(kind, ancestors, images, over_tls=over_tls)
            for kind in Kind
            for over_tls in (False, True)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        added = self.made[kind_of(scope["path"]), scope["scheme"] == "https"]
        # `no-store` on a page would keep it, and what it stands in, from coming back at once.
        keep = "no-cache" if scope["method"] in _SAFE_METHODS else "no-store"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers[name] = value
                del headers["X-Frame-Options"]
                headers.setdefault("Cache-Control", keep)
                if message["status"] in (408, 413):
                    headers["Connection"] = "close"  # the rest of that body is not waited for
            await send(message)

        await self.app(scope, receive, send_with_headers)


class HostMiddleware:
    """Refuses a request that names no host, several, or nonsense (RFC 9112, section 3.2), and one
    for a host that is none of ours.

    A page may have its own name lead to 127.0.0.1, and would then ask as if it were ours, from
    within a network that is none of its business.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str] = frozenset()) -> None:
        self.app = app
        self.names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            hosts = headers.getlist("host")
            may_lack = scope["http_version"] == "1.0" and not hosts
            if not may_lack and (len(hosts) != 1 or not _HOST.fullmatch(hosts[0])):
                return await refusal(headers, "error_malformed", 400)(scope, receive, send)
            name = host_name(hosts[0]) if hosts else ""
            is_told = scope.get("hyperrun.trusted", False)  # by a proxy that looks at names itself
            if not is_told and not is_own_host(name, self.names):
                answer = refusal(headers, "error_unknown_host", 421, host=name[:100])
                return await answer(scope, receive, send)
        await self.app(scope, receive, send)


class OwnPageMiddleware:
    """Refuses every change (any method but GET, HEAD and OPTIONS) that a foreign page asks for."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self.app = app
        self.public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            headers = Headers(scope=scope)
            path = path_within(scope)
            # The first shows a secret, which no page has; the others look at the page themselves.
            if path != WEBHOOK and not is_door(path) and not is_own_page(headers, self.public_url):
                log.warning(
                    "%s refused: it comes from %s, and this server is asked for as Host %s%s; "
                    "behind a proxy, hand on Host or set HYPERRUN_PUBLIC_URL",
                    route_of(scope),
                    headers.get("origin") or headers.get("referer") or "no page",
                    headers.get("host") or "(none)",
                    f" or {self.public_url}" if self.public_url else "",
                )
                return await refusal(headers, "error_not_own_page", 403)(scope, receive, send)
        await self.app(scope, receive, send)


class UnexpectedMiddleware:
    """A mistake of ours: its traceback to the log, one sentence to the reader.

    Starlette's own handler stands outside all middleware: its answer has none of our headers, and
    its log line no request id.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception:
            if scope["type"] != "http":
                raise
            log.exception("%s %s", scope["method"], route_of(scope))
            if begun:  # the connection ends here, and the browser sees that it was cut
                raise
            answer = refusal(Headers(scope=scope), HyperRunError.public, 500)
            await answer(scope, receive, send)


class ChangesMiddleware:
    """Counts every change an address asks for, whatever it is about."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_known = scope.get("hyperrun.known", False)
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS and not is_known:
            is_search = path_within(scope) == SEARCH
            count = self.limits.search if is_search else self.limits.change
            try:
                await count((scope.get("client") or ("", 0))[0])
            except LimitReached as reached:
                answer = refusal(
                    Headers(scope=scope), reached.public, 429, seconds=reached.retry_after_s
                )
                answer.headers["Retry-After"] = str(reached.retry_after_s)
                return await answer(scope, receive, send)
            except StoreError as away:
                log.warning("changes cannot be counted: %s", away)
                answer = refusal(Headers(scope=scope), away.public, away.status)
                return await answer(scope, receive, send)
        await self.app(scope, receive, send)


class BodyMiddleware:
    """Takes the whole body in before the app is called, and gives up on one that is too large or
    dribbles in.

    uvicorn waits for ever. What the app receives is the body in one piece, then whatever follows.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, within_s: float) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.within_s = within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "0")
        if declared == "0" and "transfer-encoding" not in headers:
            return await self.app(scope, receive, send)
        too_large = refusal(headers, "error_too_large", 413)
        max_bytes = MAX_PUSH_BYTES if _is_push(scope, headers) else self.max_bytes
        if declared.isdecimal() and int(declared) > max_bytes:
            return await too_large(scope, receive, send)
        body = bytearray()
        try:
            async with asyncio.timeout(self.within_s):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return
                    body += message.get("body", b"")
                    if len(body) > max_bytes:
                        return await too_large(scope, receive, send)
                    more = message.get("more_body", False)
        except TimeoutError:
            return await refusal(headers, "error_too_slow", 408)(scope, receive, send)
        whole: Message | None = {
            "type": "http.request",
            "body": bytes(body),
            "more_body": False,
        }

        async def receive_again() -> Message:
            nonlocal whole
            if whole is not None:
                message, whole = whole, None
                return message
            return await receive()

        await self.app(scope, receive_again, send)


def _is_push(scope: Scope, headers: Headers) -> bool:
    """Does it come with what a forge shows, for the route that looks at it?"""
    shown = ("x-hub-signature-256", "x-forgejo-signature", "x-gitlab-token", "authorization")
    return path_within(scope) == WEBHOOK and any(name in headers for name in shown)


def refusal(
    headers: Mapping[str, str], key: str, status: int, **values: object
) -> PlainTextResponse:
    """One sentence in the browser's language."""
    sentence = text(choose(headers.get("accept-language", "")), key, **values)
    return PlainTextResponse(sentence, status_code=status)

"""The doors that programs come by: who may, whose pages may, and errors as JSON.

Nothing stands behind them but what the request itself shows: no cookie, no session. So a program
that is no page may come; a page may where its site may show the chat.
"""

import json
from collections.abc import Mapping
from hmac import compare_digest
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hyperrun.errors import HyperRunError, LimitReached
from hyperrun.language import choose, text
from hyperrun.settings import Settings
from hyperrun.web.origins import is_own_page, page_sources, path_within, stands_in

MCP = "/mcp"
API = "/api/"
# What is read by GET alone.
FILES = ("/llms.txt", "/llms-full.txt", "/openapi.json", "/pages/")
MAX_TEXT_BYTES = 10_000  # of a refusal that is to be told as JSON

ALLOWED_HEADERS = (
    "Authorization, Content-Type, Accept, Accept-Language, Last-Event-ID, Mcp-Session-Id, "
    "Mcp-Protocol-Version, Mcp-Method, Mcp-Name"
)
SHOWN_HEADERS = "Retry-After, X-Request-Id, Mcp-Session-Id, Mcp-Protocol-Version"


def is_door(path: str) -> bool:
    """Does a program come by this path?"""
    return path == MCP or path.startswith((API, *FILES))


class DoorsMiddleware:
    """Lets programs in by their doors, and pages of sites that may; tells every error as JSON."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.public_url = settings.public_url
        self.sources = page_sources(settings)
        self.tokens = {
            MCP: (settings.mcp_token,) if settings.mcp_token else (),
            API: settings.api_tokens,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = path_within(scope) if scope["type"] == "http" else ""
        if not is_door(path):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        may = self._may(headers, origin)
        send = _with_headers(send, origin if may else "")
        if not may and scope["method"] not in ("GET", "HEAD"):
            return await problem(headers, "error_not_allowed_page", 403)(scope, receive, send)
        if scope["method"] == "OPTIONS":
            return await _preflight()(scope, receive, send)
        tokens = self.tokens[MCP] if path == MCP else self.tokens[API]
        if tokens and scope["method"] == "POST":
            if not _shows(headers, tokens):
                refused = problem(headers, "error_token", 401)
                refused.headers["WWW-Authenticate"] = "Bearer"
                return await refused(scope, receive, send)
            scope["hyperrun.known"] = True  # no stranger: its address is not counted
        await self.app(scope, receive, _Told(send))

    def _may(self, headers: Headers, origin: str) -> bool:
        """May whoever asks change or read anything here? A program without a page may."""
        asker = origin or headers.get("referer", "")
        if asker:
            return stands_in(asker, self.sources) or is_own_page(headers, self.public_url)
        return headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def _shows(headers: Headers, tokens: tuple[str, ...]) -> bool:
    scheme, _, shown = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and any(
        [compare_digest(shown.strip().encode(), token.encode()) for token in tokens]
    )


def _preflight() -> Response:
    headers = {
        "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": "600",
    }
    return Response(status_code=204, headers=headers)


def _with_headers(send: Send, origin: str) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.add_vary_header("Origin")
            if origin:
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Expose-Headers"] = SHOWN_HEADERS
        await send(message)

    return send_with_headers


class _Told:
    """Sends what the app says, a refusal in plain words as JSON."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._refusal: Message | None = None
        self._said = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 400:
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if kind.startswith("text/plain"):
                self._refusal = message
                return
        if self._refusal is None:
            return await self._send(message)
        self._said += message.get("body", b"")[:MAX_TEXT_BYTES]
        if message.get("more_body"):
            return
        status = self._refusal["status"]
        body = body_of(code_of(status), self._said.decode(errors="replace"))
        head = MutableHeaders(scope=self._refusal)
        head["Content-Type"] = "application/json"
        head["Content-Length"] = str(len(body))
        await self._send(self._refusal)
        await self._send({"type": "http.response.body", "body": body})
        self._refusal = None


def body_of(code: str, message: str, retry_after_s: int = 0) -> bytes:
    """An error as JSON."""
    error: dict[str, object] = {"code": code, "message": message}
    if retry_after_s:
        error["retry_after_s"] = retry_after_s
    return json.dumps({"error": error}, ensure_ascii=False).encode()


def code_of(status: int) -> str:
    """A status in a word that programs compare."""
    return HTTPStatus(status).phrase.lower().replace(" ", "_")


def problem(headers: Mapping[str, str], key: str, status: int) -> Response:
    """One sentence, as JSON."""
    sentence = text(choose(headers.get("accept-language", "")), key)
    body = body_of(code_of(status), sentence)
    return Response(body, status_code=status, media_type="application/json")


def problem_of(headers: Mapping[str, str], error: HyperRunError) -> Response:
    """An error of ours, as JSON."""
    seconds = error.retry_after_s if isinstance(error, LimitReached) else 0
    body = body_of(code_of(error.status), sentence_of(error, headers), seconds)
    more = {"Retry-After": str(seconds)} if seconds else {}
    return Response(body, error.status, more, media_type="application/json")


def sentence_of(error: HyperRunError, headers: Mapping[str, str] | None = None) -> str:
    """What a program is told of an error: what is wrong with its input, or our sentence."""
    seconds = error.retry_after_s if isinstance(error, LimitReached) else 0
    language = choose((headers or {}).get("accept-language", ""))
    return getattr(error, "sentence", "") or text(language, error.public, seconds=seconds)

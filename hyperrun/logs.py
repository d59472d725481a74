"""Logs an operator can search: one line per event, with the id of the request it belongs to.

JSON where a machine reads, plain lines at a terminal. No query strings, no turn ids, no addresses;
questions only behind `HYPERRUN_LOG_QUESTIONS`. Whatever still looks like a key is cut out of the
finished line, tracebacks included: the last wall, not the first.
"""

import contextvars
import json
import logging
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import IO, Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hyperrun.limits import visitor_of
from hyperrun.settings import Settings

log = logging.getLogger("hyperrun.requests")

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

# What a reader wrote in this request; providers repeat it in their errors.
unspoken: contextvars.ContextVar[tuple[str, ...]] = contextvars.ContextVar("unspoken", default=())

REDACTED = "[redacted]"
# Libraries with handlers of their own, which our formatter never sees.
TALKATIVE = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "httpx", "httpcore", "openai", "aiohttp")

_KEYS = re.compile(
    r"""
    \b(?:sk|pk|rk)-[\w-]{12,}                     # OpenAI, Anthropic, OpenRouter, DeepSeek, Stripe
    | \b(?:gsk|r8|hf|ghp|gho|ghs|tgp_v1|nvapi|pplx|xai|glpat|github_pat|voyage|jina)[-_][\w-]{12,}
    | \bAIza[\w-]{30,}                            # Google
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b               # AWS
    | \bgAAAA[\w=-]{20,}                          # Fernet, ours
    | \beyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]+)?    # JSON web tokens
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----[\s\S]*?(?:-----END[ ][A-Z ]*-----|$)
    | (?<=bearer[ ])[^\s"',;]{6,}
    | (?<=://)[^\s/@"']*:[^\s/@"']+(?=@)          # user:password@ in an address
    | (?:api[-_ ]?key|token|secret|password|authorization)["']?\s*[:=]\s*(?:b?["'])?
      (?!(?:bearer|none|null|true|false)\b)[^\s"',;&)}\]]{6,}
    """,
    re.IGNORECASE | re.VERBOSE,
)


def keep_out(question: str) -> None:
    """Let no line that is logged from here on, in this request and its tasks, hold the question.

    In pieces: what quotes it escapes line ends and quotes.
    """
    unspoken.set(tuple(part for part in re.split(r"[^\w ?!.,:;()-]+", question) if len(part) > 11))


def redacted(text: str, known: Iterable[str] = ()) -> str:
    """`text` without anything that is in `known`, belongs to a reader or looks like a key."""
    for secret in (*known, *unspoken.get()):
        text = text.replace(secret, REDACTED)
    return _KEYS.sub(REDACTED, text)


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """The operator's own secrets, longest first; too short ones would blacken whole words."""
    values = (getattr(settings, each.name) for each in fields(settings) if not each.repr)
    return tuple(sorted({str(value) for value in values if len(str(value)) >= 6}, key=len))[::-1]


class Lines(logging.Formatter):
    """A record as one line: JSON with `as_json`, else for a person. Redacted as a whole."""

    def __init__(self, known: Iterable[str] = (), *, as_json: bool = True) -> None:
        super().__init__()
        self.known = tuple(known)
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        extra: dict[str, Any] = getattr(record, "fields", {})
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        if self.as_json:
            event: dict[str, Any] = {
                "time": f"{stamp}.{int(record.msecs):03d}Z",
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": record.getMessage(),
                **({"request": request_id.get()} if request_id.get() else {}),
                **extra,
                **({"exception": trace} if trace else {}),
            }
            # Redacted before it is encoded: an escaped quote would hide where a key ends.
            return json.dumps(self._clean(event), ensure_ascii=True, default=str)
        told = " ".join(f"{name}={value}" for name, value in extra.items())
        line = f"{stamp[11:]} {record.levelname.lower():7} {record.getMessage()} {told}".rstrip()
        line = _visible(redacted(line, self.known))
        return f"{line}\n{redacted(trace, self.known)}" if trace else line

    def _clean(self, event: dict[str, Any]) -> dict[str, Any]:
        return {
            name: redacted(value, self.known) if isinstance(value, str) else value
            for name, value in event.items()
        }


class TerminalLines(Lines):
    """Lines for a person, each in the place of a progress bar that stands where it begins."""

    def format(self, record: logging.LogRecord) -> str:
        return f"\x1b[K{super().format(record)}"


class RedactingFilter(logging.Filter):
    """For loggers that bring handlers of their own: cuts keys out of the record itself."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        super().__init__()
        self.known = tuple(known)

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage(), self.known), ()
        return True


def _visible(line: str) -> str:
    """A stranger's line ends and terminal codes as text, so that nobody forges a log line."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in line)


def configure(settings: Settings, stream: IO[str] | None = None) -> None:
    """Send every logger's records through one redacting handler to `stream` (stderr)."""
    stream = stream or sys.stderr
    known = secrets_of(settings)
    handler = logging.StreamHandler(stream)
    terminal = stream.isatty()
    handler.setFormatter(TerminalLines(known, as_json=False) if terminal else Lines(known))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("hyperrun").setLevel(settings.log_level.upper())
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.filters[:] = [RedactingFilter(known)]
    # Libraries warn by the dozen when they are imported; that is for whoever debugs them.
    logging.captureWarnings(True)
    warnings_level = logging.WARNING if settings.log_level == "debug" else logging.ERROR
    logging.getLogger("py.warnings").setLevel(warnings_level)


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
        token = request_id.set(secrets.token_hex(8))
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

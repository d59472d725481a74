"""Logs an operator can search: one line per event, with the id of the request it belongs to.

JSON where a machine reads, plain lines at a terminal. No query strings, no turn ids, no addresses;
questions only behind `HYPERRUN_LOG_QUESTIONS`. Whatever still looks like a key is cut out of the
finished line, tracebacks included: the last wall, not the first.
"""

import contextvars
import json
import logging
import sys
import time
from collections.abc import Iterable
from typing import IO, Any

from hyperrun.redaction import redacted, secrets_of
from hyperrun.settings import Settings

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

# Libraries with handlers of their own, which our formatter never sees.
TALKATIVE = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "httpx", "httpcore", "openai", "aiohttp")


MAX_MESSAGE_CHARS = 4_000
MAX_NAME_CHARS = 100
MAX_VALUE_CHARS = 1_000


class Lines(logging.Formatter):
    """A record as one line: JSON with `as_json`, else for a person. Redacted as a whole."""

    def __init__(self, known: Iterable[str] = (), *, as_json: bool = True) -> None:
        super().__init__()
        self.known = tuple(known)
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        extra: dict[str, Any] = {
            cut(str(name), MAX_NAME_CHARS): cut(value) if isinstance(value, str) else value
            for name, value in getattr(record, "fields", {}).items()
        }
        message = cut(record.getMessage(), MAX_MESSAGE_CHARS)
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        if self.as_json:
            event: dict[str, Any] = {
                "time": f"{stamp}.{int(record.msecs):03d}Z",
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": message,
                **({"request": request_id.get()} if request_id.get() else {}),
                **extra,
                **({"exception": trace} if trace else {}),
            }
            # Redacted before it is encoded: an escaped quote would hide where a key ends.
            return json.dumps(self._clean(event), ensure_ascii=True, default=str)
        told = " ".join(f"{name}={value}" for name, value in extra.items())
        line = f"{stamp[11:]} {record.levelname.lower():7} {message} {told}".rstrip()
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


def cut(text: str, max_chars: int = MAX_VALUE_CHARS) -> str:
    """The beginning of what a stranger may have written, and how much is left out."""
    if len(text) <= max_chars:
        return text
    return f"{text[:max_chars]}… ({len(text) - max_chars} characters more)"


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

"""Server-Sent Events on the wire (WHATWG HTML, section 9.2.6)."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

KEEP_ALIVE = ": still here\n\n"
HEADERS = {
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",  # nginx would hold tokens back
}

BODY = {"type": "http.response.body"}

_LINE_ENDS = re.compile("\r\n|\r|\n")


def frame(event: str, data: str) -> str:
    """One event. Only the three line ends that the format knows split `data`, so that nothing of
    a text with U+2028 or a form feed is lost; a browser joins the lines with a plain newline."""
    if "\n" not in data and "\r" not in data:
        return f"event: {event}\ndata: {data}\n\n"
    lines = "".join(f"data: {line}\n" for line in _LINE_ENDS.split(data))
    return f"event: {event}\n{lines}\n"


class EventStream(StreamingResponse):
    """Events as a response, in an app that stands within an `EventStreamMiddleware`: what handles
    the request sends the head, as of any response, and is done; the events follow it."""

    def __init__(self, events: AsyncGenerator[str, None]) -> None:
        super().__init__(events, media_type="text/event-stream", headers=HEADERS)
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = {"type": "http.response.start", "status": self.status_code}
        await send(head | {"headers": self.raw_headers})
        # Compression holds a head back until it has seen some of the body.
        await send(BODY | {"body": b"", "more_body": True})
        scope["hyperrun.events"] = self._events


class EventStreamMiddleware:
    """Sends the events of an `EventStream` when the app within has returned.

    So nothing of what is needed to handle a request is kept for as long as an answer takes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
        events = scope.pop("hyperrun.events", None)
        if events is not None:
            await _send_all(events, receive, send)


async def _send_all(events: AsyncGenerator[str, None], receive: Receive, send: Send) -> None:
    """Send `events` until they end, or the reader leaves."""
    sending = asyncio.current_task()
    assert sending is not None

    async def leave() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        sending.cancel()

    leaving = asyncio.create_task(leave())
    try:
        async with aclosing(events):
            async for event in events:
                await send(BODY | {"body": event.encode(), "more_body": True})
        await send(BODY | {"body": b"", "more_body": False})
    except asyncio.CancelledError:
        if not leaving.done():
            raise
        sending.uncancel()
    except Exception:
        log.exception("a stream of events")
        raise  # the connection ends here, and the browser sees that it was cut
    finally:
        leaving.cancel()

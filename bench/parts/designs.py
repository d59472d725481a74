"""What HyperRun is held against, on the same uvicorn: a bare relay, and the plain design.

    python -m bench.parts.designs relay|plain MODEL_URL

Prints its port. `relay` passes the model's bytes on and looks at nothing: the least that a server
in Python can do. `plain` is what one writes first with FastHTML and Lisette: an event with a Span
for each token, the whole answer again at the end, then as Markdown.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

MAX_TOKENS = 4_000
MODULES = Path(__file__).parents[2] / "static/node_modules"
SCRIPTS = ("htmx.org/dist/htmx.min.js", "htmx-ext-sse/sse.js")
PAGE = """<!doctype html><title>Plain</title><script src="/scripts"></script>
<div hx-ext="sse" sse-connect="{answer}" sse-close="close">
<div id="answer" sse-swap="message" hx-swap="beforeend"></div></div>"""


def relay(model_url: str) -> Starlette:
    """Bytes in, bytes out."""
    sessions: list[Any] = []

    async def answer(request: Request) -> StreamingResponse:
        import aiohttp

        if not sessions:
            sessions.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        message = {"role": "user", "content": request.query_params["question"]}
        body = {"model": "bench", "messages": [message], "stream": True}

        async def passed_on() -> AsyncIterator[bytes]:
            async with sessions[0].post(f"{model_url}/chat/completions", json=body) as response:
                async for data in response.content.iter_any():
                    yield data

        return StreamingResponse(passed_on(), media_type="text/event-stream")

    return Starlette(routes=[Route("/answer", answer)])


def plain(model_url: str) -> Starlette:
    """Lisette's tokens as elements."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import lisette
    from fasthtml.common import Div, EventStream, NotStr, Span, fast_app, sse_message
    from markdown_it import MarkdownIt

    class Chat(lisette.AsyncChat):  # type: ignore[misc, name-defined]
        def _track(self, response: Any) -> None:
            pass  # it asks for a price, and raises where there is none

    app, route = fast_app(secret_key="without it a file with one is written")

    @route("/")
    async def page(question: str) -> HTMLResponse:
        return HTMLResponse(PAGE.format(answer=f"/answer?{urlencode({'question': question})}"))

    @route("/scripts")
    async def scripts() -> Response:
        text = "".join((MODULES / name).read_text() + ";" for name in SCRIPTS)
        return Response(text, media_type="text/javascript")

    @route("/answer")
    async def answer(question: str) -> EventStream:
        async def tokens() -> AsyncIterator[str]:
            chat = Chat("openai/bench", api_base=model_url, api_key="none")
            whole = ""
            stream = await chat(question, stream=True, max_tokens=MAX_TOKENS)
            async for item in stream:
                choices = getattr(item, "choices", None)
                delta = getattr(choices[0], "delta", None) if choices else None
                text = getattr(delta, "content", None)
                if text:
                    whole += text
                    yield sse_message(Span(text))
            yield sse_message(
                Div(
                    NotStr(MarkdownIt().enable("table").render(whole)),
                    id="answer",
                    hx_swap_oob="true",
                )
            )
            yield "event: close\ndata:\n\n"

        return EventStream(tokens())

    found: Starlette = app
    return found


DESIGNS: dict[str, Callable[[str], Starlette]] = {"relay": relay, "plain": plain}


def main() -> None:
    """Serve until the process ends."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=2_048)
    app = DESIGNS[sys.argv[1]](sys.argv[2])
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    print(listening.getsockname()[1], flush=True)
    asyncio.set_event_loop(None)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()

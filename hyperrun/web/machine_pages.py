"""For machines that read: `llms.txt`, all pages in one, and each page as Markdown.

Made of the same reading of the site that is searched. Plain Starlette routes: they read no form.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

from starlette.concurrency import iterate_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from hyperrun.search import llms
from hyperrun.search.whole_pages import Page
from hyperrun.web.caller import address_of
from hyperrun.web.origins import server_url
from hyperrun.web.services import Services

MARKDOWN = "text/markdown; charset=utf-8"
# Search engines are to find the page itself.
UNLISTED = {"X-Robots-Tag": "noindex"}


async def llms_txt(request: Request) -> Response:
    """What there is to read, in the form of llmstxt.org."""
    services = Services.__from_request__(request)
    await services.limits.change(address_of(request))
    own = services.settings.public_url or server_url(request)
    text = await asyncio.to_thread(
        llms.listing,
        services.search.called,
        services.search.whole_pages,
        lambda page: f"{own.rstrip('/')}/pages/{page.markdown_name}",
        more_of(services, own.rstrip("/")),
    )
    return PlainTextResponse(text, headers=UNLISTED)


def more_of(services: Services, own: str) -> str:
    """What a program can do here beside reading."""
    ways = [f"All of it in one file: {own}/llms-full.txt"]
    if services.settings.mcp != "off":
        ways.append(f"Search it by MCP: {own}/mcp")
    if services.settings.api:
        ways.append(f"Search it by JSON: {own}/openapi.json")
    return "\n".join(ways)


async def llms_full_txt(request: Request) -> Response:
    """The documentation in one file, page after page."""
    services = Services.__from_request__(request)
    await services.limits.change(address_of(request))
    pages = services.search.whole_pages
    await asyncio.to_thread(pages.all)  # an index that cannot be read is told before the first byte
    text = llms.full(services.search.called, pages)
    return StreamingResponse(_encoded(text), media_type="text/plain", headers=UNLISTED)


async def _encoded(text: Iterator[str]) -> AsyncIterator[bytes]:
    async for part in iterate_in_threadpool(text):
        yield part.encode()


async def page(request: Request) -> Response:
    """One page: as Markdown where that is asked for, else the page itself on its site."""
    services = Services.__from_request__(request)
    await services.limits.change(address_of(request))
    name = request.path_params["path"]
    found = await asyncio.to_thread(services.search.whole_pages.find, name[:1_000])
    if found is None or "://" in name:
        raise HTTPException(404)
    wants = name.endswith(".md") or "text/markdown" in request.headers.get("accept", "")
    if not wants and found.url:
        return RedirectResponse(found.url, 302, headers={"Vary": "Accept"})
    text = await asyncio.to_thread(services.search.whole_pages.markdown, found)
    return Response(text, media_type=MARKDOWN, headers=headers_of(found))


def headers_of(found: Page) -> dict[str, str]:
    """Where the page itself is."""
    place = found.url or found.permalink
    link = {"Link": f'<{place}>; rel="canonical"'} if place and place.isascii() else {}
    return UNLISTED | link | {"Vary": "Accept"}


routes = [
    Route("/llms.txt", llms_txt),
    Route("/llms-full.txt", llms_full_txt),
    Route("/pages/{path:path}", page),
]

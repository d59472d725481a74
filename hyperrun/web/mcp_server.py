"""The tools by MCP, with the official SDK. Imported at the first request of an agent.

Stateless: each request is whole in itself, so any process answers it.
"""

import asyncio
import logging
from typing import Any
from urllib.parse import unquote

from mcp.server import Server, ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextContent,
    TextResourceContents,
    Tool,
    ToolAnnotations,
)
from starlette.requests import Request

from hyperrun.domain import Door
from hyperrun.errors import HyperRunError
from hyperrun.web import mcp_tools
from hyperrun.web.caller import Caller
from hyperrun.web.doors import sentence_of
from hyperrun.web.middleware import MAX_BODY_BYTES
from hyperrun.web.origins import server_url
from hyperrun.web.services import Services

log = logging.getLogger(__name__)
# What it tells of each request holds no more than our own line of it, and may quote it.
logging.getLogger("mcp").setLevel(logging.ERROR)

MARKDOWN = "text/markdown"
MAX_LISTED = 500  # resources in one answer
NOT_FOUND = -32002  # as the protocol has it for resources

Context = ServerRequestContext[Any, Request]


def _request(context: Context) -> Request:
    assert context.request is not None  # there is no other transport
    return context.request


def _services(context: Context) -> Services:
    return Services.__from_request__(_request(context))


def _caller(context: Context) -> Caller:
    told = context.session.client_params  # by clients of 2026 with each request
    return Caller.of(_request(context), Door.MCP, told.client_info.name if told else "")


async def list_tools(context: Context, _: PaginatedRequestParams | None) -> ListToolsResult:
    """What the operator allows."""
    services = _services(context)
    project = services.search.project
    return ListToolsResult(
        tools=[
            Tool(
                name=name,
                title=mcp_tools.TITLES[name],
                description=mcp_tools.ABOUT[name].format(project=project),
                input_schema=mcp_tools.INPUTS[name],
                annotations=ToolAnnotations(
                    title=mcp_tools.TITLES[name],
                    read_only_hint=name != "report_gap",
                    destructive_hint=False,
                    idempotent_hint=name in ("search", "read"),
                    open_world_hint=False,
                ),
            )
            for name in mcp_tools.names(services)
        ]
    )


async def call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
    """What a tool gives; what goes wrong is a sentence that the model can act on."""
    services = _services(context)
    if params.name not in mcp_tools.names(services):
        there = ", ".join(mcp_tools.names(services))
        raise MCPError(INVALID_PARAMS, f"There is no such tool here. There is: {there}.")
    caller = _caller(context)
    if services.metrics is not None:
        services.metrics.called(caller.asker, params.name)
    try:
        text = await mcp_tools.call(services, caller, params.name, params.arguments or {})
    except HyperRunError as error:
        log.info("%s: %s", params.name, type(error).__name__)
        return _told(sentence_of(error), is_error=True)
    except Exception:
        log.exception("%s", params.name)
        return _told(sentence_of(HyperRunError()), is_error=True)
    return _told(text)


def _told(text: str, *, is_error: bool = False) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)], is_error=is_error)


def _home(context: Context) -> str:
    services = _services(context)
    return (services.settings.public_url or server_url(_request(context))).rstrip("/")


async def list_resources(
    context: Context, params: PaginatedRequestParams | None
) -> ListResourcesResult:
    """The documentation's pages, each at its address as Markdown."""
    cursor = params.cursor if params is not None else None
    if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 10):
        raise MCPError(INVALID_PARAMS, "There is no such cursor.")
    start = int(cursor or 0)
    try:
        pages = await asyncio.to_thread(_services(context).search.whole_pages.all)
    except HyperRunError as error:
        raise MCPError(INVALID_PARAMS, sentence_of(error)) from error
    home = _home(context)
    end = start + MAX_LISTED
    return ListResourcesResult(
        resources=[
            Resource(
                name=page.path,
                title=page.title,
                uri=f"{home}/pages/{page.markdown_name}",
                mime_type=MARKDOWN,
                description=page.url or page.file or None,
            )
            for page in pages[start:end]
        ],
        next_cursor=str(end) if end < len(pages) else None,
    )


async def list_resource_templates(
    context: Context, _: PaginatedRequestParams | None
) -> ListResourceTemplatesResult:
    """How a page's address as Markdown is made."""
    return ListResourceTemplatesResult(
        resource_templates=[
            ResourceTemplate(
                name="page",
                title="A page as Markdown",
                uri_template=f"{_home(context)}/pages/{{+path}}.md",
                mime_type=MARKDOWN,
            )
        ]
    )


async def read_resource(context: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
    """One page as Markdown."""
    uri = str(params.uri)
    pages = _services(context).search.whole_pages
    _, _, name = uri.partition("/pages/")
    try:
        page = await asyncio.to_thread(pages.find, unquote(name)[:1_000]) if name else None
        text = await asyncio.to_thread(pages.markdown, page) if page is not None else ""
    except HyperRunError as error:
        raise MCPError(NOT_FOUND, sentence_of(error)) from error
    if page is None:
        raise MCPError(NOT_FOUND, "There is no such page. `resources/list` names those there are.")
    return ReadResourceResult(
        contents=[TextResourceContents(uri=uri, mime_type=MARKDOWN, text=text)]
    )


def manager(project: str) -> StreamableHTTPSessionManager:
    """What answers requests while its `run` is entered."""
    server: Server[Any] = Server(
        "hyperrun",
        version="1",
        title=f"{project}: documentation and code",
        instructions=(
            f"Searches {project}'s documentation and code. Use `search` first, then `read` the "
            "pages it names. Cite the page's address, or the file with its lines. Where nothing "
            "answers, say so, and use `report_gap`."
        ),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_resource_templates,
        on_read_resource=read_resource,
    )
    server.middleware.clear()  # tracing that nobody has set up
    # Hosts and origins are looked at before, for every door.
    return StreamableHTTPSessionManager(
        server, stateless=True, max_request_body_size=MAX_BODY_BYTES
    )

"""The way to the MCP server: its library is imported, and its tasks begin, with the first agent."""

import asyncio
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from hyperrun.web.services import Services

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager


class McpDoor:
    """`/mcp`, as an app of its own."""

    def __init__(self) -> None:
        self._starting = asyncio.Lock()
        self._manager: StreamableHTTPSessionManager | None = None
        self._running: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        services: Services = scope["app"].state.services
        if services.settings.mcp == "off":
            raise HTTPException(404)
        if scope["method"] != "POST":  # nothing is told without being asked
            raise HTTPException(405, headers={"Allow": "POST, OPTIONS"})
        kind = Headers(scope=scope).get("content-type", "")
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise HTTPException(415)
        manager = await self._started(services)
        await manager.handle_request(scope, receive, send)

    async def _started(self, services: Services) -> "StreamableHTTPSessionManager":
        async with self._starting:
            if self._manager is None:
                module = await asyncio.to_thread(import_module, "hyperrun.web.mcp_server")
                manager: StreamableHTTPSessionManager = module.manager(services.search.project)
                ready = asyncio.Event()
                self._running = asyncio.create_task(self._run(manager, ready), name="mcp")
                await ready.wait()
                self._manager = manager
            return self._manager

    async def _run(self, manager: "StreamableHTTPSessionManager", ready: asyncio.Event) -> None:
        """Its tasks end in the one that began them."""
        async with manager.run():
            ready.set()
            await self._closing.wait()

    async def close(self) -> None:
        """End what is still being answered."""
        self._closing.set()
        if self._running is not None:
            with suppress(Exception):
                await self._running

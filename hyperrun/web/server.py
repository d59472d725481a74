"""The server as a process: how it stops, and what it says when it starts."""

import socket

import uvicorn
from fasthtml.core import FastHTML

from hyperrun.llm.models import Models
from hyperrun.settings import Settings
from hyperrun.web.origins import any_site_may_show


def server(config: uvicorn.Config) -> uvicorn.Server:
    """uvicorn, which on SIGTERM would wait for streams that never end by themselves."""

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await config.app.state.turns.close()  # type: ignore[union-attr]
            await super().shutdown(sockets)

    return Server(config)


def announce(settings: Settings, app: FastHTML) -> None:
    """Where to look, what is in use, and how to get more."""
    models: Models = app.state.models
    print(
        f"HyperRun answers about {app.state.search.project} at http://{settings.host}:{settings.port}/"
    )
    print(
        f"  model:  {models.default_name or 'none (answers are passages, found without a model)'}"
    )
    index = app.state.search.status()
    print(f"  search: {index.engine}" + (f" ({index.note})" if index.note else ""))
    print(
        "  more:   set HYPERRUN_MODEL and a key (.env.example); cargo install colgrep --locked",
        flush=True,
    )
    if any_site_may_show(settings):
        print(
            "\n  WARNING: any site may show this chat. Before you go public, set\n"
            "  HYPERRUN_SITE_URL or HYPERRUN_ALLOWED_ORIGINS.\n",
            flush=True,
        )

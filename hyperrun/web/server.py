"""The server as a process: how it starts and stops, and what it says when it does."""

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from types import FrameType

import uvicorn

from hyperrun.errors import BadSetting
from hyperrun.settings.names import unread
from hyperrun.web.origins import any_site_may_show
from hyperrun.web.services import Services

log = logging.getLogger(__name__)

# Of `asyncio.to_thread`. Without a word asyncio starts four more than there are cores, and each of
# them keeps memory of its own.
WORKER_THREADS = 6
LOOK_EVERY_S = 0.5  # whether the process that started this one is still there


def limit_worker_threads() -> None:
    """Let `asyncio.to_thread` have `WORKER_THREADS`, whatever the machine has."""
    workers = ThreadPoolExecutor(WORKER_THREADS, thread_name_prefix="worker")
    asyncio.get_running_loop().set_default_executor(workers)


def server(config: uvicorn.Config) -> uvicorn.Server:
    """uvicorn, which on SIGTERM would wait for streams that never end by themselves."""

    class Server(uvicorn.Server):
        is_asked_to_leave = False

        def run(self, sockets: list[socket.socket] | None = None) -> None:
            try:
                super().run(sockets)
            except OSError as error:
                # uvloop 0.23 does not close a loop in the moment in which a child's pipe closes.
                # All is done by then, and what is left the process's end closes.
                if error.errno != errno.EBUSY or not self.should_exit:
                    raise
                log.debug("the event loop was busy at its end: %s", error)

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            # Ctrl-C is somebody who waits; SIGTERM a deploy, whose readers do.
            if self.should_exit:
                self.force_exit = True
            self.is_asked_to_leave = sig == signal.SIGTERM
            super().handle_exit(sig, frame)

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            limit_worker_threads()
            await super().startup(sockets)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            services: Services = config.app.state.services  # type: ignore[union-attr]
            if self.is_asked_to_leave:
                # It still answers meanwhile: followers, and who asks whether it is ready.
                drain_s = services.settings.drain_s
                await services.turns.drain(drain_s, lambda: self.force_exit)
            await services.turns.close()
            await super().shutdown(sockets)

    return Server(config)


def stop_after(pid: int) -> None:
    """Stop this server as SIGTERM does once that process has ended: who starts a server beside its
    own cannot always stop it."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            while True:
                os.kill(pid, 0)
                time.sleep(LOOK_EVERY_S)
        os.kill(os.getpid(), signal.SIGTERM)

    if sys.platform != "win32":  # where signal 0 is no question
        threading.Thread(target=watch, daemon=True).start()


def check_address(host: str, port: int) -> None:
    """Raise `BadSetting` where nothing can listen there, before anybody is told to look there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else "there is no such port"
        raise BadSetting(
            f"nothing can listen at {host}:{port} ({why}): choose another HOST or PORT"
        ) from error


def address_of(host: str, port: int) -> str:
    """What to open in a browser on this machine, where a server listens at `host`."""
    with contextlib.suppress(ValueError):
        number = ip_address(host)
        host = (
            "localhost" if number.is_unspecified else f"[{host}]" if number.version == 6 else host
        )
    return f"http://{host}:{port}/"


def announce(services: Services) -> None:
    """Where to look, what is in use, and how to get more."""
    settings, model = services.settings, services.models.default_name
    none = f"none: {services.models.note}" if services.models.note else "none"
    index = services.search.status()
    lines = [
        f"HyperRun answers about {services.search.project} at "
        + address_of(settings.host, settings.port),
        f"  model:  {model or f'{none} (answers are passages, found without a model)'}",
        f"  search: {index.engine}" + (f" ({index.note})" if index.note else ""),
    ]
    if not model:
        lines.append(
            "  next:   HYPERRUN_MODEL and a key write answers; hyperrun doctor tells what else"
        )
    for name, meant in unread(os.environ).items():
        lines.append(f"  unread: {name}" + (f" ({meant}?)" if meant else ""))
    print("\n".join(lines), flush=True)
    if any_site_may_show(settings):
        print(
            "\n  WARNING: any site may show this chat. Before you go public, set\n"
            "  HYPERRUN_SITE_URL or HYPERRUN_ALLOWED_ORIGINS.\n",
            flush=True,
        )

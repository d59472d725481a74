"""Any ASGI app behind uvicorn in a thread, on loopback."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn


def started(server: uvicorn.Server) -> threading.Thread:
    """The thread it runs in, when it takes connections."""
    # A daemon: a test that fails before it stops its server must not keep its process alive.
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server stopped while starting; its log is above"
        time.sleep(0.002)
    return thread


def port_of(server: uvicorn.Server) -> int:
    """The one it was given."""
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port


@contextmanager
def serving(config: uvicorn.Config, stops_within_s: float = 10) -> Iterator[int]:
    """Its port, for the length of a block."""
    server = uvicorn.Server(config)
    thread = started(server)
    try:
        yield port_of(server)
    finally:
        server.should_exit = True
        thread.join(stops_within_s)
        assert not thread.is_alive(), "the server does not stop"

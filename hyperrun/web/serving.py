"""The command that serves: what it is told, and the process it becomes."""

import argparse
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import uvicorn
from fasthtml.core import FastHTML

from hyperrun.errors import BadSetting, SearchUnavailable, StoreError
from hyperrun.logs import configure as configure_logs
from hyperrun.settings import Settings
from hyperrun.settings.env_file import load_env
from hyperrun.storage.files import broken_secret, lock_data_dir
from hyperrun.storage.opening import check_store
from hyperrun.web import assets, protocol
from hyperrun.web.server import announce, check_address, server, stop_after
from hyperrun.web.workers import Workers, check_workers


def serve(
    create_app: Callable[[Settings], FastHTML], arguments: Sequence[str] | None = None
) -> None:
    """Read the settings, prepare the browser assets, serve."""
    options = _parser().parse_args(arguments)
    load_env()
    try:
        settings = Settings.from_environment()
        configure_logs(settings)
        given = {"repo_path": options.repo, "host": options.host, "port": options.port}
        settings = replace(
            settings, **{name: value for name, value in given.items() if value is not None}
        )
        settings.check()
        check_workers(options.workers, settings)
        if not assets.is_current():
            print("Preparing the browser assets (once) …", flush=True)
            assets.make_current()
        if options.workers > 1:
            sys.exit(Workers(options.workers, settings).run())
        with lock_data_dir(settings.data_dir):
            if broken := broken_secret(settings.data_dir):
                raise BadSetting(broken)
            app = create_app(settings)
            app.state.services.search.check()
            check_store(settings)
            if not settings.database_url:
                with suppress(OSError):  # the disk may be full when the first reader asks
                    app.state.services.tokens.new()
            app.state.services.limits.rates.check()
            config = uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_level="warning",
                timeout_graceful_shutdown=5,
                **protocol.options(guarded=settings.http_guard),
            )
            sockets = None
            if options.listen_on is not None:
                sockets = [socket.socket(fileno=options.listen_on)]
            else:
                check_address(settings.host, settings.port)
            announce(app.state.services)
            if options.until:
                stop_after(options.until)
            server(config).run(sockets)
    except (BadSetting, SearchUnavailable, StoreError, assets.AssetsMissing) as error:
        sys.exit(f"hyperrun: {error}")
    except KeyboardInterrupt:  # uvicorn has ended in order, and raises it again
        sys.exit(128 + signal.SIGINT)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hyperrun serve" if sys.argv[0].startswith("hyperrun") else None,
        description="Ask AI for a documentation site.",
    )
    parser.add_argument("--repo", help="the repository to answer about: a folder or a git URL")
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=int, help="port to listen on")
    parser.add_argument("--until", type=int, metavar="PID", help="stop when this process has ended")
    parser.add_argument("--workers", type=int, default=1, help="processes behind the one port")
    parser.add_argument("--listen-on", type=int, help=argparse.SUPPRESS)  # a worker's socket
    return parser

"""Fixtures for every test. Real things only: servers in threads, Chromium, a second origin."""

import asyncio
import functools
import os
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn.server
from httpx._transports import default as httpx_transports

from hyperrun.search.vectors import installed
from tests import forked_builder, leaks, standing_by
from tests.browser import chromium, page, windowed_chromium
from tests.embedding_server import embedding_server
from tests.generators import publish
from tests.host_sites import chat_server, reader, refused_reader
from tests.kept import kept
from tests.model_server import model_server
from tests.postgresql import postgresql
from tests.server import repository, serve

__all__ = [
    "chat_server",
    "chromium",
    "embedding_server",
    "kept",
    "model_server",
    "page",
    "postgresql",
    "publish",
    "reader",
    "refused_reader",
    "repository",
    "serve",
    "windowed_chromium",
]


# Words alone find what tests ask for, whether a model of meaning is installed or not.
os.environ["HYPERRUN_EMBEDDING_MODEL"] = "off"
installed.is_there = lambda: False  # type: ignore[assignment]
UNMENDABLE = 9  # the exit status of what a second run of the tests that failed would hide
leaks.listen()
# Each client of httpx 0.28 reads all certificates anew, 20 ms, for servers that speak plain HTTP.
httpx_transports.create_ssl_context = functools.cache(httpx_transports.create_ssl_context)  # type: ignore[attr-defined]
# uvicorn 0.54 looks every 0.1 s whether it is to stop, and sleeps as long when it does: each of a
# thousand servers would be waited for.
uvicorn.server.asyncio = SimpleNamespace(  # type: ignore[assignment, attr-defined]
    **vars(asyncio) | {"sleep": lambda delay_s: asyncio.sleep(delay_s / 10)}
)
forked_builder.install()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of minutes run under CI=true, by `-m slow`, or when they are named."""
    named = any("::" in argument for argument in config.args)
    if os.environ.get("CI") == "true" or config.option.markexpr or named:
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="takes minutes; CI=true or -m slow runs it"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """What a test printed, and the servers of its process."""
    leaks.in_report(report)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run that left a key anywhere, or let one out, has failed, whatever its tests say; under
    CI=true one that skipped a test, too: what cannot run there is left out by its marker."""
    standing_by.end()
    made = getattr(session.config, "_tmp_path_factory", None)
    folder = made and made._basetemp
    found = leaks.told + (leaks.in_files(folder) if folder and folder.exists() else [])
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["leaks"] = found
    elif found:
        session.exitstatus = UNMENDABLE
        print("\nKeys have leaked:\n  " + "\n  ".join(dict.fromkeys(found)))
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and os.environ.get("CI") == "true":
        session.exitstatus = UNMENDABLE
        print("\nSkipped under CI=true, where nothing may be")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """One of several processes that share the tests has ended: what it found is the run's."""
    leaks.told += getattr(node, "workeroutput", {}).get("leaks", [])

"""HyperRun for Sphinx: `extensions = ["hyperrun.sphinx"]`.

    hyperrun_server = "https://chat.example.org"
    hyperrun_options = {"color": "#e92063", "questions": ["How do I begin?"]}

Under `sphinx-autobuild` HyperRun is started beside it, unless `hyperrun_serve` is False.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from hyperrun import __version__
from hyperrun.plugins import beside, pages, tag
from hyperrun.plugins.pages import Page

log = logging.getLogger(__name__)
BUILDERS = ("html", "dirhtml", "singlehtml")
RUNNING = "beside.json"  # which server a build before this one has started


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls."""
    app.add_config_value("hyperrun_server", "", "html", [str])
    app.add_config_value("hyperrun_options", {}, "html", [dict])
    app.add_config_value("hyperrun_serve", True, "html", [bool])
    app.connect("config-inited", _add_tag)
    app.connect("build-finished", _tell_sources)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _add_tag(app: Sphinx, config: Config) -> None:
    options = config.hyperrun_options
    for name in tag.unknown(options):
        log.info("hyperrun_options: there is no %r", name)
    server = (_started(Path(app.confdir)) if config.hyperrun_serve else "") or (
        config.hyperrun_server
    )
    own = [each[0] if isinstance(each, tuple) else each for each in config.html_js_files]
    if not server:
        log.info("hyperrun_server is not set: pages are built without Ask AI")
    elif not tag.is_address(server):
        log.warning(tag.NO_ADDRESS, "hyperrun_server", server)
    elif not any("/embed" in str(each) for each in own):
        attributes: dict[str, Any] = {"async": "async", **tag.attributes(options)}
        app.add_js_file(tag.address(server), **attributes)


def _tell_sources(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.name not in BUILDERS:
        return
    root = pages.repository(Path(app.confdir))
    version = os.environ.get("READTHEDOCS_VERSION", "")
    told = (
        Page(
            app.builder.get_target_uri(name),
            pages.source(app.env.doc2path(name), root), version, app.config.language or "",
        )
        for name in app.env.found_docs
    )  # fmt: skip
    pages.write(Path(app.outdir), told, log.info)


def _started(folder: Path) -> str:
    """The address of the server beside `sphinx-autobuild`, which starts each build anew; "" where
    nothing watches."""
    watcher = os.getppid()
    if "sphinx-autobuild" not in _command_of(watcher).replace("_", "-"):
        return ""
    root = pages.repository(folder)
    data = beside.data_folder(root)
    try:
        running = json.loads((data / RUNNING).read_text())
        if running["watcher"] == watcher:
            return str(running["url"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    port = beside.free_port()
    url = f"http://{beside.HOST}:{port}"
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        subprocess.Popen(
            beside.command(root, port, watcher), env=beside.environment(root, ""),
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        (data / RUNNING).write_text(json.dumps({"watcher": watcher, "url": url}))
    except OSError as error:
        log.info("HyperRun was not started: %s", error)
        return ""
    return url


def _command_of(pid: int) -> str:
    """The command line of a process; "" where there is no telling."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        pass
    try:
        said = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return said.stdout

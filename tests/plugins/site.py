"""A small documentation site of one repository, and the plugin as an installation has it."""

import json
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from html import unescape
from pathlib import Path

import httpx

from tests import generators
from tests.search.site.generated import write
from tests.server_process import UNLIMITED

ROOT = Path(__file__).parent.parent.parent
PAGES = 100
MAX_AFTER_SAVE_S = 4.0  # under 2 where nothing runs beside it


def environment(folder: Path) -> dict[str, str]:
    """This clone as if it were installed: its entry points are found, its data is the test's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    about = folder / "installed" / f"hyperrun-{project['version']}.dist-info"
    about.mkdir(parents=True, exist_ok=True)
    (about / "METADATA").write_text(f"Name: hyperrun\nVersion: {project['version']}\n")
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in points.items())
        for group, points in project["entry-points"].items()
    ]
    (about / "entry_points.txt").write_text("\n".join(lines))
    return {
        **{name: value for name, value in generators.ENVIRONMENT.items()
           if name == "HYPERRUN_COMMAND" or not name.startswith(("HYPERRUN_", "READTHEDOCS"))},
        "PYTHONPATH": f"{folder / 'installed'}:{ROOT}",
        "XDG_CACHE_HOME": str(folder / "cache"),
        "HYPERRUN_SEARCH": "embedded",
        "HYPERRUN_EMBEDDING_MODEL": "off",
        **UNLIMITED,
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


def write_pages(
    root: Path, folder: str = "docs", suffix: str = ".md", count: int = PAGES
) -> dict[str, str]:
    """Pages in folders, with names that addresses can trip over: source to heading."""
    names = ["a b", "Über", "x_y", "c++", "1.0", "UPPER"]
    files = {f"{folder}/index{suffix}": "Lantern"}
    for number in range(count - 1):
        place = f"part{number % 7}/" if number % 7 else ""
        files[f"{folder}/{place}{names[number % len(names)]}-{number}{suffix}"] = f"Page {number}"
    mark = {".md": "# {}\n\nThe text of {}.\n", ".rst": "{}\n==========\n\nThe text of {}.\n"}
    write(root, {name: mark[suffix].format(title, title) for name, title in files.items()})
    (root / ".git").mkdir(exist_ok=True)
    return files


def build(folder: Path, *command: str, cwd: Path) -> str:
    """Run a generator's build; what it said."""
    done = subprocess.run(
        command, cwd=cwd, env=environment(folder), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    return done.stdout + done.stderr


def python(module: str, *arguments: str) -> tuple[str, ...]:
    """A generator that is a module; skipped where it is not installed."""
    if subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode:
        generators.missing(f"{module} is not installed: uv sync --group hosts")
    return (sys.executable, "-m", module, *arguments)


def tags(page: str) -> list[str]:
    """Our tags on a page."""
    return re.findall(r"<script[^>]*/embed[^>]*>", page)


def attribute(tag: str, name: str) -> str:
    """An attribute's value as a browser reads it."""
    found = re.search(rf'{name}="([^"]*)"', tag)
    assert found, (name, tag)
    return unescape(found[1])


def check_pages(site: Path, sources: dict[str, str], heading: Callable[[str], str]) -> None:
    """The plugin's file names each source, at the address where its page really is."""
    told = json.loads((site / "hyperrun-pages.json").read_text())["pages"]
    assert {each["source"] for each in told} == set(sources)
    for each in told:
        path = httpx.URL(f"http://x/{each['path']}").path.lstrip("/")
        places = (path, f"{path}.html", f"{path}/index.html", f"{path}index.html")
        page = next(site / place for place in places if (site / place).is_file())
        assert heading(sources[each["source"]]) in page.read_text(), each


def hears_ctrl_c() -> None:
    """What a shell has started behind ignores it, and so would all that is started there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def dev_server(folder: Path, *command: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A generator's own dev server for the length of a block; ended as Ctrl-C ends it."""
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            command, cwd=cwd, env=environment(folder), stdout=log, stderr=log,
            stdin=subprocess.DEVNULL, preexec_fn=hears_ctrl_c,
        )  # fmt: skip
    try:
        yield running
        running.send_signal(signal.SIGINT)
        running.wait(20)
    finally:
        if running.poll() is None:
            running.kill()
            running.wait()
        print((folder / "log").read_text()[-3_000:])


def wait_for(condition: Callable[[], object], timeout_s: float = 60) -> object:
    """The first true value of `condition`, which may fail to connect until then."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if value := condition():
                return value
        time.sleep(0.1)
    raise AssertionError(f"not within {timeout_s} s")


def answer(server: str, question: str) -> str:
    """The HTML of a whole answer."""
    asked = httpx.post(f"{server}/ask", data={"query": question}, headers={"HX-Request": "true"})
    turn = re.search(r"stream/([\w-]+)", asked.text)
    return httpx.get(f"{server}/stream/{turn[1]}", timeout=30).text if turn else ""


def check_dev_server(address: str, page: Path, running: subprocess.Popen[bytes]) -> str:
    """A page of the dev server has the tag of a server that runs; what is saved is answered about
    within 2 s. That server's address."""

    def script() -> str:
        assert running.poll() is None, "the dev server has ended"
        text = httpx.get(address).text
        found = [attribute(tag, "src") for tag in tags(text)]
        found += re.findall(r"http://127.0.0.1:\d+/embed", text)  # a page that its script makes
        return found[0] if found else ""

    src = str(wait_for(script))
    server = src.partition("/embed")[0]
    assert server.startswith("http://127.0.0.1:")
    wait_for(lambda: httpx.get(f"{server}/healthz").status_code == 200)
    wait_for(lambda: "text of Lantern" in answer(server, "What is the text of Lantern?"))
    took = [_after_save(server, page, hour) for hour in ("seven", "eleven", "twelve")]
    print(f"answered about a line that was saved {', '.join(f'{each:.2f}' for each in took)} s ago")
    assert min(took) < MAX_AFTER_SAVE_S  # other tests run beside it
    return server


def _after_save(server: str, page: Path, hour: str) -> float:
    """How long after a line was saved it is what an answer says."""
    lines = [line for line in page.read_text().splitlines() if "zeppelin" not in line]
    lines += ["", f"The zeppelin harbour opens at {hour} in the morning.", ""]
    page.write_text("\n".join(lines))
    saved = time.monotonic()
    question = "When does the zeppelin harbour open?"
    wait_for(lambda: f"at {hour}" in answer(server, question), 30)
    return time.monotonic() - saved


def is_gone(server: str) -> bool:
    """Does nobody listen there any more?"""
    try:
        httpx.get(f"{server}/healthz")
    except httpx.HTTPError:
        return True
    return False

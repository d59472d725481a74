"""A real Chromium for tests, and a second origin for the pages our frame stands on.

`chromium` and `page` are fixtures (tests/conftest.py imports them). Playwright's blocking interface
keeps an event loop in the test's thread until the file's last test, so a file whose tests take
`page` cannot also call `asyncio.run`.

Hosts stand on 127.0.0.1, the chat server on localhost: another site for the browser, without TLS.
Playwright's own launch turns storage partitioning off; where cookies or storage are the question,
`bare_chromium` starts the browser as a reader has it and only then connects.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Frame,
    FrameLocator,
    Page,
    Playwright,
    sync_playwright,
)

from tests.served import served

SCREENSHOTS = Path(__file__).parent / "screenshots"
AXE = Path(__file__).parent.parent / "static/node_modules/axe-core/axe.min.js"

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing of the network but this machine: what a page fetches elsewhere fails at once.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.*",
)

# Playwright's own list is overruled by ours: what of it a test can tell, and the popups of each
# window's address bar, which have a renderer and no reader.
WITHOUT = (
    "ThirdPartyStoragePartitioning", "PaintHolding", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "AvoidCorsURLLoaderRestartOnRedirect",
    "DestroyProfileOnBrowserClose", "OptimizationHints", "MediaRouter", "PreconnectToSearch",
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
)  # fmt: skip


def chromium_path() -> str:
    """Where Chromium is: $CHROMIUM, else /usr/bin/chromium, else the PATH.

    Skips the test where there is none; under CI=true that is a failure.
    """
    wanted = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    found = shutil.which(wanted) or shutil.which("chromium") or shutil.which("google-chrome")
    if found:
        return found
    reason = f"no Chromium: {wanted} is not there (set CHROMIUM to its path)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def headless_path() -> str:
    """The same engine without a browser's windows, half the CPU of a page; else Chromium itself."""
    wanted = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell")
    return shutil.which(wanted or "") or chromium_path()


_running: list[Playwright] = []


@contextmanager
def playwright() -> Iterator[Playwright]:
    """Playwright's driver: the one that runs already (a thread holds only one), else a new one."""
    if _running:
        yield _running[0]
        return
    with sync_playwright() as driver:
        _running.append(driver)
        try:
            yield driver
        finally:
            _running.clear()


@contextmanager
def launched_chromium(path: str = "") -> Iterator[Browser]:
    """Chromium under Playwright: one process, a fresh context for each reader."""
    path = path or chromium_path()
    with playwright() as driver:
        flags = [*FLAGS, f"--disable-features={','.join(WITHOUT)}"]
        browser = driver.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def bare_chromium(*, block_third_party_cookies: bool = False) -> Iterator[BrowserContext]:
    """Chromium as a reader starts it, with a fresh profile; yields that profile's only context."""
    path = chromium_path()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        preferences = Path(profile, "Default", "Preferences")
        preferences.parent.mkdir()
        cookies = {
            "block_third_party_cookies": block_third_party_cookies,
            "cookie_controls_mode": 1 if block_third_party_cookies else 0,
        }
        preferences.write_text(json.dumps({"profile": cookies}))
        process = subprocess.Popen(
            [path, "--headless", *FLAGS, "--remote-debugging-port=0",
             f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            port = _debugging_port(process, Path(profile, "DevToolsActivePort"))
            with playwright() as driver:
                browser = driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
                yield browser.contexts[0]
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _debugging_port(process: "subprocess.Popen[bytes]", written: Path) -> int:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, "Chromium stopped while starting"
        lines = written.read_text().splitlines() if written.exists() else []
        if len(lines) > 1:
            return int(lines[0])
        time.sleep(0.02)
    raise AssertionError("Chromium opened no debugging port within 30 s")


@dataclass
class Complaints:
    """What the console and uncaught exceptions of a page and its frames said, in order."""

    said: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Collect from `page`, from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.said.append(f"exception: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.said.append(f"{message.text} ({message.location.get('url', '')})")

    def about(self, *parts: str) -> list[str]:
        """Only what holds one of `parts`, for pages that complain about themselves."""
        return [each for each in self.said if any(part in each for part in parts)]


@dataclass
class Request:
    """One request that a `Site` saw."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What a `Site` sends for one path; headers here win over the site's."""

    body: str | bytes = b""
    media_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    delay_s: float = 0.0


Pages = Mapping[str, "str | Answer | Callable[[], Answer]"]


@dataclass
class Site:
    """A static web server of its own origin. `pages` may be changed while it runs."""

    address: str
    pages: dict[str, Any]
    folder: Path | None
    headers: dict[str, str]
    requests: list[Request] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        """The whole address of `path`."""
        return self.address + path

    def answer(self, path: str) -> Answer:
        """What stands at `path`: a page given by hand, else a file of the folder, else 404."""
        given = self.pages.get(path)
        if given is not None:
            given = given() if callable(given) else given
            return given if isinstance(given, Answer) else Answer(given)
        if self.folder:
            target = (self.folder / path.lstrip("/")).resolve()
            if target.is_dir():
                target = target / "index.html"
            if target.is_relative_to(self.folder.resolve()) and target.is_file():
                media_type = guess_type(target.name)[0] or "application/octet-stream"
                return Answer(target.read_bytes(), media_type)
        return Answer("not here", "text/plain", status=404)


@contextmanager
def host_site(
    pages: Pages | None = None,
    *,
    folder: Path | None = None,
    headers: Mapping[str, str] | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[Site]:
    """Serve `pages` by path and the files of `folder` from an origin of their own."""
    site = Site("", dict(pages or {}), folder, dict(headers or {}))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            site.requests.append(Request(self.command, self.path, dict(self.headers)))
            answer = site.answer(path)
            if answer.delay_s:
                time.sleep(answer.delay_s)
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            headers = {"Content-Type": answer.media_type, "Cache-Control": "no-store"}
            headers |= {**site.headers, **answer.headers, "Content-Length": str(len(body))}
            self.send_response(answer.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    with served(Handler, host, port) as site.address:
        yield site


def screenshot(page: Page, name: str) -> Path:
    """Keep what the page looks like in tests/screenshots (git-ignored)."""
    SCREENSHOTS.mkdir(exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path


def accessibility_findings(page: Page) -> list[str]:
    """What axe-core finds on a page and in the frames it can enter: rule and first element."""
    found: list[str] = []
    for frame in page.frames:
        frame.evaluate(AXE.read_text())  # not a script element: the policy would refuse it
        result = frame.evaluate("axe.run({iframes: false, resultTypes: ['violations']})")
        found += [f"{each['id']}: {each['nodes'][0]['html']}" for each in result["violations"]]
    return found


def choose(chat: Page | FrameLocator | Frame, item: str) -> None:
    """Open the menu in the chat's header and choose `item`: a name, or "#id" in any language."""
    chat.locator("#menu > summary").click()
    menu = chat.locator("#menu")
    (menu.locator(item) if item[0] in "#[" else menu.get_by_role("button", name=item)).click()


def eventually(condition: Callable[[], Any], timeout_s: float = 10.0, says: str = "") -> Any:
    """Wait until `condition()` is true and return it. For what is not on the page itself."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline, says or "the condition never became true"
        time.sleep(0.02)
    return value


def handled(page: Page) -> None:
    """What was clicked and typed has been handled: what it asks for has been asked for."""
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => setTimeout(() => setTimeout(done))))"
    )


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for the tests of a file; each takes contexts of its own."""
    with launched_chromium(headless_path()) as browser:
        yield browser


@pytest.fixture(scope="module")
def windowed_chromium() -> Iterator[Browser]:
    """Chromium as a reader has it, for what it draws otherwise and what it refuses to frames."""
    with launched_chromium() as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in a fresh context, with its `Complaints` as `page.complaints`."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints = Complaints()
    complaints.watch(page)
    page.complaints = complaints  # type: ignore[attr-defined]
    try:
        yield page
    finally:
        context.close()

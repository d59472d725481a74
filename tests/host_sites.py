"""Documentation pages for the embed to stand on, and the server that they load it from.

The server is the real one, on another site than the pages (localhost against 127.0.0.1).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page

from hyperrun.settings import Settings
from tests.browser import Answer, Complaints, Pages, Site, host_site

# The element's shadow root is closed, also to Playwright; most tests look inside all the same.
OPEN_ROOTS = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  return attach.call(this, {...options, mode: 'open'});
};
"""
FAVICON = {"/favicon.ico": Answer(b"", "image/png")}
PROSE = "<h1>Lamps</h1><p id=first>Lamps light rooms.</p><h2 id=dim>Dimming</h2><p>Slowly.</p>"


def html(body: str = PROSE, *, head: str = "", attributes: str = "lang=en") -> str:
    """A page with a title."""
    return (
        f"<!doctype html><html {attributes}><head><meta charset=utf-8><title>Lamps</title>"
        f"<meta name=viewport content='width=device-width'>{head}</head><body>{body}</body></html>"
    )


def tag(server: str, query: str = "", attributes: str = "async") -> str:
    """The published line."""
    return f'<script {attributes} src="{server}/embed{query}"></script>'


def embedding(server: str, query: str = "", attributes: str = "async", body: str = PROSE) -> str:
    """A page of prose with the published line at its end."""
    return html(body + tag(server, query, attributes))


@contextmanager
def docs(pages: Pages, **options: object) -> Iterator[Site]:
    """A documentation site with a favicon, so that the console stays quiet about that."""
    with host_site({**FAVICON, **pages}, **options) as site:  # type: ignore[arg-type]
        yield site


class Reader:
    """Someone in front of a documentation page; knows where the embed's parts are."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints = Complaints()
        self.complaints.watch(page)
        self.requests: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.set_default_timeout(15_000)

    @property
    def button(self) -> Locator:
        """Our button on the page."""
        return self.page.locator("hyper-run .ask")

    @property
    def panel(self) -> Locator:
        """The dialog that holds the frame."""
        return self.page.locator("hyper-run .panel")

    @property
    def frame(self) -> Frame:
        """The chat page inside the panel, once it is there."""
        element = self.page.locator("hyper-run iframe").element_handle()
        frame = element.content_frame() if element else None
        assert frame
        frame.wait_for_url(lambda url: "embedded=1" in url, wait_until="domcontentloaded")
        return frame

    @property
    def box(self) -> Locator:
        """The chat's text box."""
        return self.page.frame_locator("hyper-run iframe").locator("#query")

    def until(self, expression: str, argument: object = None, timeout_s: float = 10) -> None:
        """Wait until `expression` is true in the frame, whose policy lets no polling script in."""
        deadline = time.monotonic() + timeout_s
        while not self.frame.evaluate(expression, argument):
            assert time.monotonic() < deadline, f"never true in the frame: {expression} {argument}"
            self.page.wait_for_timeout(20)

    def goes_to(self, url: str) -> None:
        """Load a page and wait for the button."""
        self.page.goto(url)
        self.button.wait_for()

    def has_the_panel(self) -> None:
        """Wait until the script is there that hears the site's own search and the keys."""
        self.page.wait_for_function(
            "document.querySelector('hyper-run')?.shadowRoot?.querySelector('.panel')"
        )

    def opens(self) -> None:
        """Click the button and wait for the cursor in the box."""
        self.button.click()
        self.sees_the_cursor()

    def sees_the_cursor(self) -> None:
        """Wait until the text box has the focus, on the page and in the frame."""
        self.box.wait_for()
        self.page.wait_for_function("document.activeElement?.localName === 'hyper-run'")
        self.until("document.activeElement?.id === 'query' && document.hasFocus()")

    def asks(self, question: str, total: int) -> None:
        """Ask, and wait until the answer is whole and the conversation holds `total` questions."""
        self.until("document.documentElement.dataset.ready === '1'")
        self.box.fill(question)
        self.box.press("Enter")
        self.sees(total)

    def sees(self, total: int) -> None:
        """Wait until the conversation holds `total` questions, all of them answered."""
        self.until(
            """total => document.querySelectorAll('.exchange').length === total
               && !document.querySelector('[data-running]')
               && [...document.querySelectorAll('.answer')].every(e => e.textContent.trim())""",
            total,
        )

    def sees_it_closed(self) -> None:
        """Wait until the panel is gone."""
        self.panel.wait_for(state="hidden")

    def asked_of(self, server: str) -> list[str]:
        """Paths that were requested from `server`, in order."""
        return [url.removeprefix(server) for url in self.requests if url.startswith(server)]


@contextmanager
def _reading(browser: Browser) -> Iterator[Reader]:
    context = browser.new_context()
    context.add_init_script(OPEN_ROOTS)
    try:
        yield Reader(context.new_page())
    finally:
        context.close()


@pytest.fixture
def reader(chromium: Browser) -> Iterator[Reader]:
    """A reader with a fresh profile, who may look into the embed's shadow root."""
    with _reading(chromium) as found:
        yield found


@pytest.fixture
def refused_reader(windowed_chromium: Browser) -> Iterator[Reader]:
    """One whose browser refuses storage to cross-site frames, as Chromium with its windows does in
    a context of Playwright's."""
    with _reading(windowed_chromium) as found:
        yield found


@pytest.fixture(scope="module")
def chat_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server for the tests of a file, without a language model."""
    from tests.server import running, write_repository  # the whole app; not for every test

    folder = tmp_path_factory.mktemp("chat-server")
    settings = Settings(
        port=0,
        repo_path=str(write_repository(folder)),
        data_dir=folder / "data",
        search="embedded",
    )
    with running(settings) as server:
        server.wait_until_ready()
        yield server.url

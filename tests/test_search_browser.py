"""The search box in a real browser: keys, rows, what goes over the wire, and the host's own tab."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser import accessibility_findings, eventually, handled
from tests.host_sites import Reader, docs, embedding
from tests.server import Serve

CHAT = "/chat-standalone"


@pytest.fixture
def box(page: Page, chat_server: str) -> Iterator[Page]:
    """The chat page with its search box open."""
    page.goto(chat_server + CHAT)
    page.wait_for_selector("[data-ready]")
    page.keyboard.press("Control+k")
    yield page
    assert page.complaints.said == []  # type: ignore[attr-defined]


def active(page: Page) -> str:
    """The words of the row that Enter opens."""
    return str(
        page.evaluate(
            """() => document.getElementById(document.activeElement.getAttribute(
               'aria-activedescendant'))?.querySelector('.search-heading').textContent ?? ''"""
        )
    )


def test_rows_come_with_the_letters_and_the_arrows_go_through_them(box: Page) -> None:
    box.keyboard.type("dim")
    expect(box.locator("#search-found .search-heading").first).to_have_text("Dimming a lamp")
    assert box.locator("#search-words").get_attribute("aria-expanded") == "true"
    assert active(box) == "Ask: “dim”"
    box.keyboard.press("ArrowDown")
    assert active(box) == "Dimming a lamp"
    assert box.locator("[aria-selected=true]").count() == 1
    box.keyboard.press("ArrowUp")
    box.keyboard.press("ArrowUp")  # round, to the last
    assert active(box) == box.locator("#search-found .search-heading").last.inner_text()
    box.keyboard.type("m")
    expect(box.locator("[aria-selected=true] .search-heading")).to_have_text("Ask: “dimm”")
    expect(box.locator("#search-status")).to_have_text(re.compile(r"\d+ results?"))
    assert accessibility_findings(box) == []


def test_the_first_row_hands_the_words_to_the_chat(box: Page) -> None:
    box.keyboard.type("how do I dim a lamp")
    box.keyboard.press("Enter")
    expect(box.locator(".exchange .question")).to_have_text("how do I dim a lamp")
    expect(box.locator("#search-box")).to_be_hidden()
    assert box.evaluate("document.activeElement.id") == "query"


def test_escape_goes_back_to_the_question_that_was_being_written(box: Page) -> None:
    box.keyboard.press("Escape")
    box.locator("#query").fill("half a quest")
    box.keyboard.press("Control+k")
    box.keyboard.type("dim")
    box.keyboard.press("Escape")
    expect(box.locator("#search-box")).to_be_hidden()
    assert box.locator("#query").input_value() == "half a quest"
    assert box.evaluate("document.activeElement.id") == "query"


def test_one_request_at_a_time_and_no_row_for_other_words(box: Page) -> None:
    """However long the server takes: what was typed meanwhile is asked for next."""
    waiting: list[Route] = []
    box.evaluate("AbortSignal.timeout = () => undefined")  # it is held for as long as it takes
    box.route("**/search", lambda route: waiting.append(route))
    box.keyboard.type("i")
    wait_until(box, lambda: waiting)
    box.keyboard.type("nst")
    expect(box.locator("#search-words")).to_have_value("inst")
    handled(box)
    assert [words(each.request) for each in waiting] == ["i"]
    box.evaluate(
        """() => { window.shown = []; new MutationObserver(() => shown.push([
           document.getElementById('search-words').value,
           document.querySelector('#search-found mark')?.textContent ?? ''])).observe(
           document.getElementById('search-found'), {childList: true}) }"""
    )
    waiting[0].continue_()
    wait_until(box, lambda: len(waiting) == 2)
    assert words(waiting[1].request) == "inst"  # not those between
    assert box.locator("#search-found .search-row").count() == 0
    waiting[1].continue_()
    expect(box.locator("#search-found mark").first).to_have_text("Inst", timeout=20_000)
    assert box.evaluate("shown") == [["inst", "Inst"]]
    assert all("inst" not in each.request.url for each in waiting)


def wait_until(page: Page, condition: Callable[[], object]) -> None:
    """As `eventually`, while Playwright hears what the page does."""

    def holds() -> object:
        page.wait_for_timeout(20)
        return condition()

    eventually(holds)


def words(request: Request) -> str:
    return parse_qs(request.post_data or "")["words"][0]


def test_what_was_found_in_haste_is_looked_for_again_when_no_letter_follows(
    page: Page, serve: Serve
) -> None:
    server = serve()
    server.services.search.typists.under_way = 2  # others
    asked: list[dict[str, list[str]]] = []
    page.on("request", lambda each: asked.append(parse_qs(each.post_data or ""))
            if each.url.endswith("/search") else None)  # fmt: skip
    page.goto(server.url + CHAT)
    page.wait_for_selector("[data-ready]")
    page.keyboard.press("Control+k")
    page.keyboard.type("why is it between zero and a hundred")
    expect(page.locator("#search-found .search-row").first).to_contain_text("Dimming a lamp")
    rested = [each["words"] for each in asked if "rests" in each]
    assert rested[-1] == ["why is it between zero and a hundred"]


@pytest.mark.parametrize(
    "answered",
    [None, (200, "<!doctype html><h1>Log in to this network</h1>"), (502, "<h1>Bad Gateway</h1>")],
)
def test_a_server_that_is_away_is_told_and_asking_is_still_there(
    page: Page, serve: Serve, answered: tuple[int, str] | None
) -> None:
    server = serve()
    page.goto(server.url + CHAT)
    page.wait_for_selector("[data-ready]")

    def away(route: Route) -> None:
        if answered is None:
            route.abort()
        else:
            route.fulfill(status=answered[0], body=answered[1], content_type="text/html")

    page.route("**/search", away)
    page.locator("#open-search").click()
    page.keyboard.type("dim")
    expect(page.locator(".search-note")).to_have_text(
        "The server cannot be reached. Please try again."
    )
    assert active(page) == "Ask: “dim”"
    page.unroute("**/search")
    page.keyboard.type("m")
    expect(page.locator("#search-found .search-heading").first).to_have_text("Dimming a lamp")


def test_what_was_searched_last_is_offered_and_can_be_forgotten(box: Page) -> None:
    box.keyboard.type("dimming")
    expect(box.locator("#row-1 mark").first).to_have_text("Dimming")
    box.keyboard.press("ArrowDown")
    with box.expect_popup():
        box.keyboard.press("Enter")
    box.locator("#search-words").fill("")
    expect(box.locator(".search-recent")).to_have_text("dimming")
    box.keyboard.press("ArrowDown")
    box.keyboard.press("Enter")
    expect(box.locator("#search-found .search-heading").first).to_have_text("Dimming a lamp")
    box.locator("#search-words").fill("")
    box.get_by_role("button", name="Forget these").click()
    assert box.locator(".search-recent").count() == 0
    assert box.evaluate("localStorage.getItem('hyperrun-searches')") is None


def test_only_a_search_that_led_nowhere_is_counted(box: Page) -> None:
    counted: list[str] = []
    box.on("request", lambda r: counted.append(words(r)) if "missed" in r.url else None)
    box.keyboard.type("zzzz")
    expect(box.locator(".search-note")).to_be_visible()
    box.keyboard.press("Escape")
    wait_until(box, lambda: counted == ["zzzz"])
    box.keyboard.press("Control+k")
    box.keyboard.type("dimming")
    expect(box.locator("#row-1 mark").first).to_have_text("Dimming")
    with box.expect_popup():
        box.locator("#row-1").click()
    box.keyboard.press("Escape")
    box.keyboard.press("Control+k")
    box.keyboard.type("how does it dim")
    box.keyboard.press("Enter")
    expect(box.locator(".exchange")).to_be_visible()
    box.keyboard.press("Control+k")
    box.keyboard.press("Escape")
    assert counted == ["zzzz"]


@pytest.mark.parametrize("layout", ["panel", "docked", "dialog"])
def test_on_a_site_a_row_opens_in_the_sites_own_tab_by_its_own_router(
    reader: Reader, serve: Serve, layout: str
) -> None:
    router = """<script>addEventListener('click', event => {
      const link = event.target.closest('a'); if (!link) return;
      event.preventDefault(); history.pushState({}, '', link.href); window.routed = link.href
    })</script>"""
    with docs({}) as site:
        server = serve(site_url=site.url("/"), allowed_origins=(site.address,))
        site.pages["/"] = embedding(server.url, f"?layout={layout}", body=router + "<h1>Home</h1>")
        reader.goes_to(site.url("/"))
        reader.opens()
        reader.frame.locator("#open-search").click()
        reader.page.keyboard.type("dimming")
        reader.until("document.querySelector('#row-1 mark')?.textContent === 'Dimming'")
        reader.page.keyboard.press("ArrowDown")
        reader.page.keyboard.press("Enter")
        reader.sees_it_closed()
        assert reader.page.evaluate("routed") == site.url("/guide/#dimming-a-lamp")
        assert len(reader.page.context.pages) == 1


def test_on_the_local_page_a_slash_opens_it_and_escape_leaves_the_chat(
    page: Page, chat_server: str
) -> None:
    page.goto(chat_server)
    page.wait_for_selector("[data-ready]")
    page.keyboard.press("/")
    expect(page.locator("#search-words")).to_be_focused()
    page.keyboard.type("pair")
    expect(page.locator("#search-found .search-row").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#search-box")).to_be_hidden()
    assert page.evaluate("document.getElementById('ask-modal').checked")


@pytest.mark.parametrize("language", ["de", "ja"])
def test_it_is_as_dark_and_as_accessible_as_the_chat(
    page: Page, chat_server: str, language: str
) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{chat_server}{CHAT}?lang={language}")
    page.wait_for_selector("[data-ready]")
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.locator("#open-search").click()
    page.keyboard.type("lamp")
    expect(page.locator("#search-found .search-row").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert accessibility_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

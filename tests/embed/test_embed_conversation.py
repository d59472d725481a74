"""One conversation across questions, reloads and pages, in a frame that is nobody's first party."""

import pytest
from playwright.sync_api import BrowserContext

from tests.browser import Complaints, accessibility_findings, bare_chromium
from tests.host_sites import OPEN_ROOTS, PROSE, Reader, docs, embedding

QUESTIONS = ("How do I dim a lamp?", "How do I pair a lamp?", "How do I install it?")


def questions_shown(reader: Reader) -> list[str]:
    """The reader's own messages, in order."""
    found: list[str] = reader.frame.evaluate(
        "[...document.querySelectorAll('.question')].map(e => e.textContent.trim())"
    )
    return found


def through_a_visit(reader: Reader, server: str) -> None:
    """Ask, ask on, reload, go to the next page, ask there, and come back in a new page."""
    page = embedding(server, body="<a href=/next>next</a>" + PROSE)
    with docs({"/": page, "/next": page}) as site:
        reader.goes_to(site.url())
        reader.opens()
        reader.asks(QUESTIONS[0], 1)
        reader.asks(QUESTIONS[1], 2)
        token = reader.frame.locator("#token").input_value()
        reader.page.reload()
        reader.panel.wait_for()
        reader.sees(2)
        assert questions_shown(reader) == list(QUESTIONS[:2])
        reader.page.get_by_text("next").click()
        reader.page.wait_for_url("**/next")
        reader.panel.wait_for()
        reader.sees(2)
        reader.asks(QUESTIONS[2], 3)
        assert (
            reader.frame.locator("#token").input_value().partition(".")[0]
            == (token.partition(".")[0])
        )
        addresses = " ".join(reader.requests)
        assert token not in addresses and "dim" not in addresses.replace("next", "")
        cookies = [each for each in reader.page.context.cookies() if "localhost" in each["domain"]]
        assert cookies == []


@pytest.mark.parametrize(
    "blocked", [pytest.param(False, marks=pytest.mark.slow), True], ids=["allowed", "blocked"]
)
def test_the_conversation_lasts_whether_or_not_third_party_cookies_are_blocked(
    chat_server: str, blocked: bool
) -> None:
    with bare_chromium(block_third_party_cookies=blocked) as context:
        context.add_init_script(OPEN_ROOTS)
        reader = Reader(context.new_page())
        through_a_visit(reader, chat_server)
        assert reader.page.evaluate("sessionStorage.getItem('hyperrun-token')") is None
        next_visit_finds_it(context, chat_server)


def next_visit_finds_it(context: BrowserContext, server: str) -> None:
    """A new tab of the same site (its port does not count) knows it; another site starts anew."""
    page = embedding(server)
    with docs({"/": page}) as site, docs({"/": page}, host="127.0.0.2") as other:
        again = Reader(context.new_page())
        again.goes_to(site.url())
        again.opens()
        again.sees(3)
        stranger = Reader(context.new_page())
        stranger.goes_to(other.url())
        stranger.opens()
        assert questions_shown(stranger) == []


def test_where_the_frame_may_store_nothing_the_page_keeps_the_conversation_for_the_visit(
    refused_reader: Reader, chat_server: str
) -> None:
    """Playwright's own launch refuses storage to cross-site frames, as some browsers can."""
    reader = refused_reader
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        refused = "() => { try { localStorage.length } catch (error) { return error.name } }"
        assert reader.frame.evaluate(refused) == "SecurityError"
        reader.page.keyboard.press("Escape")
        reader.sees_it_closed()
    through_a_visit(reader, chat_server)
    assert reader.page.evaluate("sessionStorage.getItem('hyperrun-token')")


@pytest.mark.slow
def test_an_answer_in_flight_survives_the_panel_and_the_page(
    reader: Reader, chat_server: str
) -> None:
    """Closed and opened again at once, and with the page reloaded under it."""
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        reader.box.fill(QUESTIONS[0])
        reader.box.press("Enter")
        reader.page.evaluate("HyperRun.close()")
        reader.sees_it_closed()
        reader.opens()
        reader.sees(1)
        reader.box.fill(QUESTIONS[1])
        reader.box.press("Enter")
        reader.until("document.querySelectorAll('.exchange').length === 2")
        reader.page.reload()
        reader.panel.wait_for()
        reader.sees(2)


def test_the_page_hears_of_answers_and_ratings_and_the_selection_goes_along(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.page.evaluate(
            """() => { window.heard = []; for (const name of ['answer', 'feedback'])
               HyperRun.on(name, detail => heard.push([name, detail])) }"""
        )
        reader.page.evaluate(
            "HyperRun.open({query: 'How do I dim a lamp?', submit: true, selection: 'lamp'})"
        )
        reader.frame.locator(".exchange").wait_for()
        reader.sees(1)
        reader.page.wait_for_function("heard.length === 1")
        reader.frame.locator(".thumb").first.click()
        reader.page.wait_for_function("heard.length === 2")
        names = [name for name, _ in reader.page.evaluate("heard")]
        assert names == ["answer", "feedback"]
    assert reader.complaints.said == []


@pytest.mark.parametrize(
    ("theme", "layout"),
    [("light", "panel"), pytest.param("dark", "dialog", marks=pytest.mark.slow)],
)
def test_axe_finds_nothing_on_the_page_and_in_the_chat(
    reader: Reader, chat_server: str, theme: str, layout: str
) -> None:
    body = f"<main>{PROSE}</main>"
    query = f"?theme={theme}&layout={layout}"
    complaints = Complaints()
    complaints.watch(reader.page)
    with docs({"/": embedding(chat_server, query, body=body)}) as site:
        reader.goes_to(site.url())
        assert accessibility_findings(reader.page) == []
        reader.opens()
        assert accessibility_findings(reader.page) == []
        reader.asks(QUESTIONS[0], 1)
        assert accessibility_findings(reader.page) == []

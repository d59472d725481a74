"""One conversation in two tabs of a browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import eventually
from tests.kept import Kept
from tests.model_server import ModelServer, Script
from tests.server import Serve

pytestmark = pytest.mark.browser


def ask(page: Page, question: str) -> None:
    """Type and send."""
    box = page.get_by_role("textbox", name="Your question")
    box.fill(question)
    box.press("Enter")


def test_two_tabs_of_a_conversation_show_the_same_answers(
    serve: Serve, model_server: ModelServer, chromium: Browser, kept: Kept
) -> None:
    server = serve(model="openai/scripted", api_base=model_server.url, database_url=kept.url)
    model_server.script(Script("For both of us.", delay_s=0.1), "Again for both.", "Third.")
    context = chromium.new_context()
    one, two = context.new_page(), context.new_page()
    for page in (one, two):
        page.goto(f"{server.url}/chat-standalone")
        expect(page.locator("html[data-ready]")).to_have_count(1)

    ask(one, "Who hears this?")
    for page in (two, one):
        expect(page.locator(".exchange .blocks")).to_have_text("For both of us.", timeout=30_000)
    assert model_server.calls == 1

    two.locator("#query").fill("half a question")
    ask(one, "And this?")
    expect(two.locator(".exchange .blocks").nth(1)).to_have_text("Again for both.", timeout=30_000)
    assert two.locator("#query").input_value() == "half a question"
    assert model_server.calls == 2

    ask(two, "And the other way round?")
    expect(one.locator(".exchange .blocks").nth(2)).to_have_text("Third.", timeout=30_000)
    expect(two.locator(".exchange")).to_have_count(3)
    sent = model_server.requests[2]["messages"]
    assert [each["role"] for each in sent] == ["system", *["user", "assistant"] * 2, "user"]
    context.close()


def test_an_answer_that_there_is_no_more_says_so_and_is_asked_for_again(
    serve: Serve, model_server: ModelServer, chromium: Browser
) -> None:
    server = serve(model="openai/scripted", api_base=model_server.url)
    model_server.script("Never seen.", "Once more.")
    page = chromium.new_page()
    page.goto(f"{server.url}/chat-standalone")
    expect(page.locator("html[data-ready]")).to_have_count(1)
    # Deleted or expired, on its way there.
    page.route("**/stream/*", lambda one: one.continue_(url=f"{server.url}/stream/gone"))
    ask(page, "Who hears this?")
    gone = page.locator(".exchange .answer")
    expect(gone.get_by_role("alert")).to_contain_text("There is no such answer any more.")
    expect(page.locator(".loading-dots")).to_have_count(0)
    expect(page.locator("#status")).to_have_text("")
    page.unroute("**/stream/*")
    eventually(lambda: server.services.turns.in_flight == 0)
    gone.get_by_role("button", name="Try again").click()
    expect(page.locator(".exchange")).to_have_count(2)
    expect(page.locator(".exchange .question").nth(1)).to_have_text("Who hears this?")
    expect(page.locator(".exchange .blocks").last).to_have_text("Once more.", timeout=30_000)

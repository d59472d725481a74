"""Asking on the chat page, driven in Chromium."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import choose
from tests.leaks import KEY
from tests.model_server import ModelServer, Script
from tests.server import RunningServer
from tests.test_whole_way import answers, ask

pytestmark = pytest.mark.browser


def test_words_typed_while_a_question_is_on_its_way_stay_in_the_box(
    chat: Page, model: ModelServer
) -> None:
    """The answer to a question brings a fresh box; on a slow line it comes late."""
    model.script("Call dim.")
    held: list[Route] = []
    chat.route("**/ask", lambda route: held.append(route))
    with chat.expect_request("**/ask"):
        ask(chat, "How do I dim a lamp?")
    chat.locator("#query").fill("And how do I")
    held[0].continue_()
    answers(chat, 1)
    expect(chat.locator("#query")).to_have_value("And how do I")
    chat.reload()
    answers(chat, 1)
    expect(chat.locator("#query")).to_have_value("And how do I")


def test_a_question_that_is_on_its_way_is_seen_to_be(chat: Page, model: ModelServer) -> None:
    model.script("Call dim.", "And again.")
    held: list[Route] = []
    chat.route("**/ask", lambda route: held.append(route))
    send, status = chat.locator("#send"), chat.locator("#status")
    chat.locator("html[data-ready]").wait_for()
    box = send.bounding_box()
    with chat.expect_request("**/ask"):
        ask(chat, "How do I dim a lamp?")
    expect(send).to_have_attribute("aria-busy", "true")
    expect(send.locator(".dots")).to_be_visible()
    expect(status).to_have_text("Sending…")
    assert send.bounding_box() == box
    send.click()  # an impatient reader's second press asks nothing twice
    held[0].continue_()
    answers(chat, 1)
    expect(chat.locator("#send:not([aria-busy])")).to_be_visible()

    with chat.expect_request("**/ask"):
        ask(chat, "And again?")
    expect(send).to_have_attribute("aria-busy", "true")
    chat.locator("#query").press("Enter")
    held[1].fulfill(status=429)
    expect(chat.locator(".problem")).to_be_visible()
    expect(chat.locator("#send:not([aria-busy]) > .icon")).to_be_visible()
    expect(status).to_have_text("")
    assert len(held) == 2


def test_what_a_network_says_in_the_servers_place_is_not_shown(
    chat: Page, model: ModelServer
) -> None:
    """Where one has to log in first, a page says so with status 200; the question stays."""
    model.script("Call dim.")
    login = "<!DOCTYPE html><html><body><form>Log in to this network</form></body></html>"
    chat.route("**/ask", lambda route: route.fulfill(body=login, content_type="text/html"))
    ask(chat, "How do I dim a lamp?")
    expect(chat.locator(".problem")).to_contain_text("cannot be reached")
    expect(chat.locator("#query")).to_have_value("How do I dim a lamp?")
    expect(chat.locator("body")).not_to_contain_text("Log in to this network")
    chat.unroute("**/ask")
    chat.locator("#query").press("Enter")
    answers(chat, 1)


def test_that_one_is_offline_is_told_until_one_is_not(chat: Page, model: ModelServer) -> None:
    model.script("Call dim.")
    chat.locator("html[data-ready]").wait_for()
    chat.context.set_offline(True)
    ask(chat, "How do I dim a lamp?")
    expect(chat.locator(".problem")).to_contain_text("You are offline")
    chat.context.set_offline(False)
    expect(chat.locator(".problem")).to_have_count(0)
    expect(chat.locator("#query")).to_have_value("How do I dim a lamp?")
    chat.locator("#query").press("Enter")
    answers(chat, 1)
    chat.route("**/ask", lambda route: route.abort())
    ask(chat, "And again?")
    expect(chat.locator(".problem")).to_contain_text("cannot be reached")
    chat.evaluate("dispatchEvent(new Event('online'))")
    expect(chat.locator(".problem")).to_have_count(1)


def test_a_question_that_waits_for_the_history_is_seen_to_wait(
    chat: Page, model: ModelServer
) -> None:
    model.script("Call dim.", "And again.")
    ask(chat, "How do I dim a lamp?")
    answers(chat, 1)
    held: list[Route] = []
    chat.route("**/history", lambda route: held.append(route))
    with chat.expect_request("**/history"):
        chat.reload()
    ask(chat, "And again?")
    expect(chat.locator("#send")).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    answers(chat, 2)


def edit_the_first(chat: Page, model: ModelServer) -> None:
    """Ask and have it answered, then begin to edit the question."""
    model.script("To the first.", "To the second.")
    ask(chat, "First wording?")
    answers(chat, 1)
    chat.locator(".exchange").hover()
    chat.get_by_role("button", name="Edit question").click()


def test_an_edited_question_takes_the_place_of_the_first(chat: Page, model: ModelServer) -> None:
    edit_the_first(chat, model)
    box = chat.get_by_role("textbox", name="Your question")
    expect(box).to_have_value("First wording?")
    ask(chat, "Second wording?")
    expect(chat.locator(".question")).to_have_text(["Second wording?"])
    answers(chat, 1)
    sent = [message["content"] for message in model.requests[-1]["messages"]]
    assert "First wording?" not in "".join(sent)
    chat.reload()
    expect(chat.locator(".question")).to_have_text(["Second wording?"])


def test_an_edit_can_be_given_up(chat: Page, model: ModelServer) -> None:
    edit_the_first(chat, model)
    expect(chat.locator("#edit-chip")).to_contain_text("Takes the place of your question")
    chat.get_by_role("button", name="Do not edit").click()
    expect(chat.get_by_role("textbox", name="Your question")).to_have_value("")
    expect(chat.locator("#edit-chip")).to_be_hidden()
    ask(chat, "Another question?")
    expect(chat.locator(".question")).to_have_text(["First wording?", "Another question?"])


def test_starters_and_follow_ups_ask_with_a_click(chat: Page, model: ModelServer) -> None:
    model.script("Started [1].", "Followed.")
    starters = chat.locator("#starters .starter")
    expect(starters.first).to_be_visible()
    text = starters.first.inner_text()
    starters.first.click()
    answers(chat, 1)
    expect(chat.locator(".question")).to_have_text([text])
    chat.locator(".follow-ups .starter").first.click(timeout=5_000)
    answers(chat, 2)
    first, second = (chat.locator(".exchange").nth(n).locator(".follow-ups") for n in (0, 1))
    expect(first).to_be_hidden()
    expect(second).to_be_visible()


def test_the_page_one_reads_goes_along_until_it_is_removed(chat: Page, model: ModelServer) -> None:
    model.script("With.", "Without.")
    tell = "detail => document.dispatchEvent(new CustomEvent('hyperrun:page', {detail}))"
    page = {"url": "https://docs.example/dim/", "title": "Dimming", "heading": "Levels"}
    chat.evaluate(tell, {**page, "selection": "between 0 and 100"})
    expect(chat.locator("#page-chip")).to_contain_text("About: Dimming")
    expect(chat.locator("#selection-chip")).to_be_visible()
    ask(chat, "What is this?")
    answers(chat, 1)
    content = model.requests[-1]["messages"][-1]["content"]
    assert "page: Dimming" in content and "selected text: between 0 and 100" in content
    expect(chat.locator("#selection-chip")).to_be_hidden()
    chat.locator("#page-chip .chip-remove").click()
    chat.evaluate(tell, page)
    expect(chat.locator("#page-chip")).to_be_hidden()
    ask(chat, "And now?")
    answers(chat, 2)
    assert "page: Dimming" not in model.requests[-1]["messages"][-1]["content"]


def test_a_draft_survives_a_reload_and_the_arrows_bring_questions_back(
    chat: Page, model: ModelServer
) -> None:
    model.script("One.", "Two.")
    for question in ("First?", "Second?"):
        ask(chat, question)
        answers(chat, ["First?", "Second?"].index(question) + 1)
    box = chat.get_by_role("textbox", name="Your question")
    box.press("ArrowUp")
    expect(box).to_have_value("Second?")
    box.press("ArrowUp")
    expect(box).to_have_value("First?")
    box.press("End")
    box.press("ArrowDown")
    expect(box).to_have_value("Second?")
    box.fill("A draft")
    chat.reload()
    expect(chat.get_by_role("textbox", name="Your question")).to_have_value("A draft")


def test_escape_in_the_input_stops_the_answer(chat: Page, model: ModelServer) -> None:
    model.script(Script("Word by word it comes.", stall_after=2))
    ask(chat, "How do I dim a lamp?")
    expect(chat.locator(".live")).to_contain_text("Word by")
    chat.get_by_role("textbox", name="Your question").press("Escape")
    answers(chat, 1)
    model.wait_for(open_connections=0)


def test_a_reader_brings_his_own_key_and_takes_it_back(chat: Page, server: RunningServer) -> None:
    choose(chat, "Settings")
    dialog = chat.get_by_role("dialog", name="Settings")
    expect(dialog.locator("#key-state")).to_contain_text("openai/scripted")
    dialog.get_by_label("Provider").select_option("groq")
    expect(dialog.get_by_label("Model")).to_have_value(re.compile("^groq/"))
    first = dialog.locator("#model-choice option").first
    assert "groq/" in str(first.get_attribute("value"))
    expect(dialog.get_by_role("link", name="Get a key from Groq")).to_be_visible()
    expect(dialog.get_by_role("button", name="Forget my key")).to_have_count(0)
    dialog.get_by_label("API key").fill("short")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("does not look like")
    dialog.get_by_label("API key").fill(KEY)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator("#key-state")).to_contain_text("Your key for groq/")
    assert KEY not in chat.content()
    dialog.get_by_role("button", name="Back").click()
    expect(dialog).to_be_hidden()
    choose(chat, "Settings")
    expect(dialog.locator("#key-state")).to_contain_text("Your key for groq/")
    dialog.get_by_role("button", name="Forget my key").click()
    expect(dialog.locator("#key-state")).to_contain_text("forgotten")

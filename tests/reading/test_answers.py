"""What is done with an answer on the chat page, driven in Chromium."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import choose
from tests.model_server import ModelServer, Script
from tests.server import RunningServer
from tests.test_whole_way import answers, ask

pytestmark = pytest.mark.browser


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_an_answer_that_ends_without_a_word_leaves_the_reader_at_its_end(
    chat: Page, model: ModelServer
) -> None:
    """A lower window, as over a phone's keyboard, showed the question's first lines."""
    model.script(Script("Never.", stall_after=0))
    chat.set_viewport_size({"width": 600, "height": 700})
    ask(chat, "A question of lines.\n" * 11)
    chat.locator("#stop").click()
    expect(chat.locator(".notice")).to_contain_text("before the answer began")
    expect(chat.locator(".copy-answer")).to_have_count(0)
    chat.set_viewport_size({"width": 600, "height": 360})
    expect(chat.locator(".notice")).to_be_in_viewport(ratio=0.9)


def test_code_answer_and_conversation_are_copied_as_markdown(
    chat: Page, model: ModelServer
) -> None:
    markdown = (
        "### Dim\n\nCall `dim` **now** [1]:\n\n```python\nlamp.dim(1)\n\n```\n\n"
        "1. one\n2. two\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n> said"
    )
    model.script(markdown)
    ask(chat, "How do I dim a lamp?")
    answers(chat, 1)
    chat.locator(".code .copy").first.click()
    assert clipboard(chat).strip() == "lamp.dim(1)"
    expect(chat.locator(".code .copy").first).to_have_text("Copied")
    chat.get_by_role("button", name="Copy answer").click()
    icon = chat.locator(".copy-answer use")
    expect(icon).to_have_attribute("href", "#check")
    expect(icon).to_have_attribute("href", "#copy")
    copied = clipboard(chat)
    for piece in ("Call `dim` **now**", "```python\nlamp.dim(1)", "1. one\n2. two",
                  "| a | b |\n| --- | --- |\n| 1 | 2 |", "> said"):  # fmt: skip
        assert piece in copied
    choose(chat, "Copy conversation")
    assert clipboard(chat).startswith("**You:** How do I dim a lamp?\n\n")


def test_feedback_is_kept_with_its_turn(
    chat: Page, model: ModelServer, server: RunningServer
) -> None:
    import sqlite3

    model.script("Wrong [1].")
    ask(chat, "How do I dim a lamp?")
    answers(chat, 1)
    chat.get_by_role("button", name="Not helpful").click()
    chat.get_by_label("It is wrong").check()
    chat.get_by_label("Anything to add?").fill("Lamps are not edible.")
    chat.get_by_role("button", name="Send feedback").click()
    expect(chat.locator(".thanks")).to_have_text("Thank you.")
    expect(chat.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    with sqlite3.connect(server.settings.data_dir / "hyperrun.sqlite3") as connection:
        rows = connection.execute(
            "SELECT rating, reason, comment FROM turns WHERE rating != 0"
        ).fetchall()
    assert (-1, "wrong", "Lamps are not edible.") in rows


def test_a_shared_answer_can_be_read_by_anybody_and_nothing_else_can(
    chat: Page, model: ModelServer, chromium: Browser
) -> None:
    model.script("Shared words [1]:\n\n```python\nlamp.dim(1)\n```", "Private words.")
    ask(chat, "How do I dim a lamp?")
    answers(chat, 1)
    ask(chat, "A private one?")
    answers(chat, 2)
    chat.get_by_role("button", name="Share this answer").first.click()
    expect(chat.get_by_role("status").filter(has_text="Link copied")).to_be_visible()
    link = clipboard(chat)
    assert chat.get_by_role("link", name="Open it").evaluate("link => link.href") == link
    stranger = chromium.new_page(permissions=["clipboard-read", "clipboard-write"])
    shown = stranger.goto(link)
    assert shown and shown.headers["x-robots-tag"] == "noindex"
    expect(stranger.get_by_role("heading", level=1)).to_have_text("How do I dim a lamp?")
    expect(stranger.locator("main")).to_contain_text("Shared words")
    assert "Private" not in stranger.content()
    assert stranger.locator("form, button.retry").count() == 0
    expect(stranger).to_have_title("How do I dim a lamp?")
    expect(stranger.locator(".disclaimer")).to_contain_text("Answers can be wrong")
    stranger.set_viewport_size({"width": 320, "height": 640})
    citation = stranger.locator("a.citation")
    citation.hover()
    card = stranger.locator(".source-card-float")
    expect(card).to_be_visible()
    card.hover()
    stranger.wait_for_timeout(400)
    expect(card).to_be_visible()
    stranger.mouse.move(1, 1)
    expect(card).to_be_hidden()
    stranger.locator(".source-chip").click()
    expect(card).to_be_focused()
    assert stranger.evaluate("document.documentElement.scrollWidth") <= 320
    stranger.locator(".code .copy").click()
    assert stranger.evaluate("navigator.clipboard.readText()").strip() == "lamp.dim(1)"
    stranger.get_by_role("link", name="Ask a question of your own").click()
    expect(stranger.get_by_role("textbox", name="Your question")).to_be_visible()
    assert stranger.goto(link[:-2]).status == 404  # type: ignore[union-attr]
    expect(stranger.get_by_role("alert")).to_have_text("There is no such answer any more.")
    assert stranger.locator("link[rel=stylesheet]").evaluate("link => link.sheet.cssRules.length")
    stranger.close()


def test_the_link_to_a_human_carries_the_question(chat: Page, model: ModelServer) -> None:
    model.script("I do not know.")
    ask(chat, "Where & why?")
    answers(chat, 1)
    link = chat.get_by_role("link", name="Ask a human")
    address = link.get_attribute("href")
    assert address.startswith("https://forum.example/new?title=Where%20%26%20why%3F&body=I%20do")  # type: ignore[union-attr]


def test_an_answer_without_a_citation_says_so_and_an_invented_one_is_not_shown(
    chat: Page, model: ModelServer
) -> None:
    model.script("It is so [77].", "It is so [1].")
    ask(chat, "How do I dim a lamp?")
    answers(chat, 1)
    expect(chat.get_by_text("Found for this question")).to_have_count(1)
    expect(chat.locator("a.citation")).to_have_count(0)
    assert "77" not in chat.locator(".answer").inner_text()
    ask(chat, "Is a lamp really dimmed so?")
    answers(chat, 2)
    expect(chat.get_by_text("Found for this question")).to_have_count(1)
    citation = chat.locator("a.citation")
    citation.hover()
    expect(chat.locator(".source-card-float")).to_be_visible()
    expect(citation).to_have_accessible_description(re.compile("lantern.py|guide.md"))
    expect(chat.locator(".source-card-float .source-text")).not_to_be_empty()
    chat.keyboard.press("Escape")
    expect(chat.locator(".source-card-float")).to_have_count(0)

"""Reading, asking and saying on the chat page, each driven in Chromium."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import Complaints, accessibility_findings, choose
from tests.leaks import KEY
from tests.model_server import ModelServer, Script, running_model_server
from tests.server import RunningServer, running, settings_in
from tests.test_whole_way import answers, ask

pytestmark = pytest.mark.browser

MORE = "# More\n" + "".join(
    f"\n## {title}\n\nHow to go about {title.lower()}, in a few plain words.\n"
    for title in ("Grouping lamps", "Waking with light", "Rooms and floors", "Light by schedule",
                  "Lamps on a map", "Sharing a house", "Colours at night", "Saving some power")
)  # fmt: skip
LONG = "\n\n".join(f"Paragraph {n}. " + "Words and more words. " * 12 for n in range(12))


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture(scope="module")
def server(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("reading")
    settings = settings_in(
        folder,
        model="openai/scripted",
        api_base=model.url,
        share=True,
        human_url="https://forum.example/new?title={question}&body={answer}",
        questions_per_minute=0,
        questions_per_minute_per_address=0,
    )
    (Path(settings.repo_path) / "docs" / "more.md").write_text(MORE)
    with running(settings) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def chat(server: RunningServer, model: ModelServer, chromium: Browser) -> Iterator[Page]:
    """The chat page of a new reader; the console must stay quiet."""
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    complaints = Complaints()
    complaints.watch(page)
    page.goto(f"{server.url}/chat-standalone")
    model.forget()
    yield page
    refused = (
        "Failed to load resource: the server responded with a status of 4",
        "Response Status Error Code 4",
        "Response Status Error Code 200",  # which is not ours
    )
    assert [each for each in complaints.said if not each.startswith(refused)] == []
    context.close()


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


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


def test_a_long_question_folds(chat: Page, model: ModelServer) -> None:
    model.script("Long.")
    box = chat.get_by_role("textbox", name="Your question")
    box.fill("line\n" * 60)
    box.press("Enter")
    answers(chat, 1)
    question = chat.locator(".question")
    assert question.bounding_box()["height"] < 200  # type: ignore[index]
    color = "element => getComputedStyle(element).color"
    assert chat.locator(".unfold").evaluate(color) == question.evaluate(color)
    chat.get_by_role("button", name="Show all").click()
    assert question.bounding_box()["height"] > 600  # type: ignore[index]


def test_the_page_scrolls_along_only_while_the_reader_is_at_the_end(
    chat: Page, model: ModelServer
) -> None:
    pieces = [f"{paragraph}\n\n" for paragraph in LONG.split("\n\n")]
    model.script("Short.", Script(pieces, delay_s=0.6, holds_after=len(pieces) // 2))
    chat.set_viewport_size({"width": 700, "height": 500})
    ask(chat, "Much?")
    answers(chat, 1)
    at_end = "() => { const m = document.getElementById('messages');"
    at_end += "return m.scrollHeight - m.scrollTop - m.clientHeight < 60 }"
    chat.wait_for_function(at_end)
    ask(chat, "More?")
    expect(chat.locator(".exchange").nth(1)).to_contain_text("Paragraph 4.")
    chat.wait_for_function(at_end)
    chat.locator("#messages").hover()
    chat.mouse.wheel(0, -600)  # from an end that may still move on
    chat.wait_for_function(at_end.replace("< 60", ">= 600"))
    to_end = chat.get_by_role("button", name="Go to the newest words")
    expect(to_end).to_be_visible()
    chat.locator("#query").fill("line\n" * 9)
    box, composer = to_end.bounding_box(), chat.locator("#composer").bounding_box()
    assert box["y"] + box["height"] <= composer["y"]  # type: ignore[index]
    before = chat.evaluate("document.getElementById('messages').scrollTop")
    model.hurry = True
    answers(chat, 2)
    assert chat.evaluate("document.getElementById('messages').scrollTop") == before
    chat.get_by_role("button", name="Go to the newest words").click()
    chat.wait_for_function(at_end)


def test_an_answer_that_is_there_at_once_is_read_from_its_question_on(
    chat: Page, model: ModelServer
) -> None:
    model.script("Short.", LONG)
    chat.set_viewport_size({"width": 700, "height": 500})
    at_top = """question => { const top = e => e.getBoundingClientRect().top;
        const asked = [...document.querySelectorAll('.question')].pop();
        return asked.textContent.includes(question)
          && Math.abs(top(asked) - top(document.getElementById('messages'))) < 60 }"""
    for number, question in enumerate(("Little?", "Much?"), 1):
        ask(chat, question)
        answers(chat, number)
    chat.wait_for_function(at_top, arg="Much?")
    to_end = chat.get_by_role("button", name="Go to the newest words")
    expect(to_end).to_be_visible()
    to_end.click()
    expect(to_end).to_be_hidden()
    expect(chat.locator(".actions").last).to_be_in_viewport()
    chat.reload()
    answers(chat, 2)
    expect(chat.locator(".actions").last).to_be_in_viewport()


def test_an_answer_that_was_waited_for_is_read_from_its_question_on_too(
    chat: Page, model: ModelServer
) -> None:
    chat.clock.install()
    model.script(Script(LONG, holds_after=0))
    chat.set_viewport_size({"width": 700, "height": 500})
    ask(chat, "Much?")
    expect(chat.get_by_role("img", name="Thinking")).to_be_visible()
    chat.clock.run_for(5_000)
    model.hurry = True
    answers(chat, 1)
    expect(chat.locator(".question")).to_be_in_viewport()
    expect(chat.get_by_role("button", name="Go to the newest words")).to_be_visible()


def test_selected_text_and_finished_blocks_stay_while_the_answer_grows(
    chat: Page, model: ModelServer
) -> None:
    model.script(Script(LONG, delay_s=0.01))
    ask(chat, "Much?")
    first = chat.locator(".blocks > p").first
    expect(first).to_be_visible()
    first.evaluate("element => getSelection().selectAllChildren(element)")
    chat.evaluate(
        "() => { window.shifts = 0; new PerformanceObserver(list => { for (const entry of"
        " list.getEntries()) if (entry.sources.some(source => source.node?.closest?.('.blocks')))"
        " window.shifts += entry.value }).observe({type: 'layout-shift', buffered: true}) }"
    )
    answers(chat, 1)
    assert chat.evaluate("getSelection().toString()").startswith("Paragraph 0.")


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


def test_the_keyboard_alone_is_enough(chat: Page, model: ModelServer) -> None:
    model.script("By keys [1].")
    expect(chat.get_by_role("textbox", name="Your question")).to_be_focused()
    chat.keyboard.type("How do I dim a lamp?")
    chat.keyboard.press("Tab")
    expect(chat.get_by_role("button", name="Send")).to_be_focused()
    chat.keyboard.press("Enter")
    answers(chat, 1)
    reached = set()
    chat.locator("h1").evaluate("() => document.activeElement.blur()")
    for _ in range(30):
        chat.keyboard.press("Tab")
        reached.add(
            chat.evaluate(
                "document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.className"
            )
        )
    assert {"Copy answer", "Try again", "Helpful", "Menu", "Your question"} <= reached
    assert "citation" in reached


def test_new_words_are_announced_once_the_answer_is_there(chat: Page, model: ModelServer) -> None:
    model.script("The first sentence. The second.")
    ask(chat, "How do I dim a lamp?")
    answers(chat, 1)
    expect(chat.get_by_role("status").first).to_have_text("Answer ready. The first sentence.")
    log = chat.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "off")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_state_of_the_page_has_an_accessibility_finding(
    server: RunningServer, model: ModelServer, chromium: Browser, language: str, theme: str
) -> None:
    context = chromium.new_context(color_scheme=theme, viewport={"width": 360, "height": 740})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{server.url}/chat-standalone?lang={language}")
    box = page.locator("#query")

    def sound(state: str) -> None:
        assert accessibility_findings(page) == [], state
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, state

    sound("empty")
    model.script(
        Script("# A\n\nText [1].\n\n```python\nx = 1\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\nEnd.",
               stall_after=12),
    )  # fmt: skip
    box.fill("How do I dim a lamp?")
    box.press("Enter")
    expect(page.locator(".answer table")).to_be_visible(timeout=30_000)
    sound("streaming")
    page.locator("#stop").click()
    answers(page, 1)
    sound("stopped")
    page.locator(".source-chip").first.click()
    expect(page.locator(".source-card-float")).to_be_focused()
    sound("source open")
    page.keyboard.press("Escape")
    expect(page.locator(".source-chip").first).to_be_focused()
    model.script(Script(status=401))
    box.fill("And now?")
    box.press("Enter")
    answers(page, 2)
    page.mouse.move(0, 0)
    expect(page.locator(".actions").first).to_have_css("opacity", "0")  # it fades out
    sound("error")
    choose(page, "#conversations")
    expect(page.locator(".conversation")).to_be_focused()
    expect(page.locator("#conversations-dialog")).to_have_css("opacity", "1")
    sound("conversations")
    page.keyboard.press("Escape")
    choose(page, "[hx-get=settings]")
    expect(page.locator("#settings-dialog")).to_be_visible()
    expect(page.locator("#key-state")).not_to_be_empty()
    sound("settings")
    assert json.loads(page.evaluate("JSON.stringify(document.documentElement.lang)")) == language
    context.close()


def test_right_to_left_text_runs_right_to_left_and_code_does_not(
    chat: Page, model: ModelServer
) -> None:
    model.script("שלום `lamp.dim()` עולם:\n\n```python\nif lamp: # עולם\n    lamp.dim(1)\n```")
    ask(chat, "מה זה?")
    answers(chat, 1)
    direction = "element => getComputedStyle(element).direction"
    assert chat.locator(".question").evaluate(direction) == "rtl"
    assert chat.locator(".blocks").evaluate(direction) == "rtl"
    for code in chat.locator(".blocks code").all():
        assert code.evaluate(direction) == "ltr"


def test_a_finger_finds_everything_it_can_press(
    server: RunningServer, model: ModelServer, chromium: Browser
) -> None:
    context = chromium.new_context(
        viewport={"width": 320, "height": 700}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{server.url}/chat-standalone")
    page.evaluate(
        "detail => document.dispatchEvent(new CustomEvent('hyperrun:page', {detail}))",
        {"url": "https://docs.example/", "title": "A title " * 20, "selection": "words"},
    )
    small = """() => [...document
        .querySelectorAll('button, summary, select, input, .btn, .citation')]
        .filter(element => element.checkVisibility({visibilityProperty: true}))
        .map(element => {
            const target = element.closest('label') ?? element;
            const {width, height} = target.getBoundingClientRect();
            const around = getComputedStyle(target, '::after');
            return [element.outerHTML.slice(0, 90),
                    Math.max(width, parseFloat(around.width) || 0),
                    Math.max(height, parseFloat(around.height) || 0)];
        })
        .filter(([, width, height]) => width < 44 || height < 44)"""
    assert page.evaluate(small) == []
    model.script("Call it [1]:\n\n```python\nlamp.dim(1)\n```")
    ask(page, "How do I dim a lamp?")
    answers(page, 1)
    page.locator(".thumb").nth(1).tap()
    page.locator(".feedback-form").wait_for()
    assert page.locator(".code .copy").is_visible() and page.locator(".citation").count()
    assert page.evaluate(small) == []
    code, copy = page.locator(".blocks pre").bounding_box(), page.locator(".code .copy")
    assert copy.bounding_box()["y"] + copy.bounding_box()["height"] <= code["y"] + 4  # type: ignore[index]
    choose(page, "Settings")
    page.locator("#settings-dialog").wait_for()
    assert page.evaluate(small) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_wide_code_and_tables_scroll_inside_the_bubble(chat: Page, model: ModelServer) -> None:
    wide = "x" * 400
    cells = " | ".join([f"`{'y' * 60}`"] * 6)
    maths = "$$" + " + ".join(f"x_{n}" for n in range(40)) + "$$"
    model.script(f"```python\n{wide}\n```\n\n| {cells} |\n{'|--' * 6}|\n| {cells} |\n\n{maths}")
    chat.set_viewport_size({"width": 320, "height": 600})
    ask(chat, "Wide?")
    answers(chat, 1)
    assert chat.evaluate("document.documentElement.scrollWidth") <= 320
    for scrolling in (".code pre", ".table-scroll", "math"):
        element = chat.locator(f".blocks {scrolling}")
        element.focus()
        expect(element).to_be_focused()
        chat.keyboard.press("ArrowRight")
        chat.wait_for_function("() => document.activeElement.scrollLeft > 0")

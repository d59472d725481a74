"""What stays in sight and in place on the chat page, driven in Chromium."""

import pytest
from playwright.sync_api import Page, expect

from tests.model_server import ModelServer, Script
from tests.test_whole_way import answers, ask

pytestmark = pytest.mark.browser
LONG = "\n\n".join(f"Paragraph {n}. " + "Words and more words. " * 12 for n in range(12))


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

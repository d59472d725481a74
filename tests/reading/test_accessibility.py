"""The chat page by keyboard, by finger, by ear and from right to left, driven in Chromium."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import accessibility_findings, choose
from tests.model_server import ModelServer, Script
from tests.server import RunningServer
from tests.test_whole_way import answers, ask

pytestmark = pytest.mark.browser


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

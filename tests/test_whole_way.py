"""The whole way in a real browser: a documentation page on another site, a click, an answer."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser import Complaints, accessibility_findings, choose, eventually, handled, host_site
from tests.kept import Kept
from tests.leaks import KEY
from tests.model_server import ModelServer, Script, Tool
from tests.server import Serve
from tests.server_process import unlimited_server

pytestmark = pytest.mark.browser

# The widget's shadow root is closed, also to Playwright; this test looks inside all the same.
OPEN_ROOTS = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  return attach.call(this, {...options, mode: 'open'});
};
"""
ANSWER = """Call `lantern.dim(level)` [1]:

```python
lantern.dim(30)
```

- Zero turns the lamp **off** [1].
- A level is at most 100 [31].
"""


def ask(chat: "FrameLocator | Page", question: str) -> None:
    """Type and send, as a reader does who sees that the page is there."""
    chat.locator("html[data-ready]").wait_for()
    box = chat.get_by_role("textbox", name="Your question")
    box.fill(question)
    box.press("Enter")


def answers(chat: "FrameLocator | Page", count: int) -> None:
    """Wait until so many answers stand there, whole."""
    expect(chat.locator(".exchange")).to_have_count(count)
    expect(chat.locator("[data-running]")).to_have_count(0, timeout=60_000)
    expect(chat.locator(".actions")).to_have_count(count)


def test_a_reader_asks_follows_up_and_comes_back(
    serve: Serve, model_server: ModelServer, chromium: Browser
) -> None:
    server = serve(model="openai/scripted", api_base=model_server.url, api_key=KEY)
    tag = f'<script async src="{server.url}/embed"></script>'
    page_html = f"<!doctype html><title>Guide</title><link rel=icon href=data:,><h1>Guide</h1>{tag}"
    with host_site({"/": page_html}) as host:
        context = chromium.new_context()
        context.add_init_script(OPEN_ROOTS)
        page = context.new_page()
        complaints = Complaints()
        complaints.watch(page)
        page.goto(host.url("/"))
        button = page.locator("hyper-run .ask")
        button.click()
        chat = page.frame_locator("hyper-run iframe")
        model_server.script(
            Script(tools=[Tool("dimming a lamp")]), Script(ANSWER, delay_s=0.01), "As said."
        )

        ask(chat, "How do I dim a lamp?")
        answers(chat, 1)
        answer = chat.locator(".answer").first
        expect(answer.locator(".blocks pre code")).to_have_text("lantern.dim(30)\n")
        expect(answer.locator(".blocks li strong")).to_have_text("off")
        expect(answer.locator("a.citation")).to_have_count(2)
        assert "[31]" not in answer.inner_text() and "[1]" not in answer.inner_text()
        expect(answer.locator(".steps .step")).to_have_text("Searched the docs")
        expect(answer.locator(".steps li").last).to_contain_text("dimming a lamp")
        assert model_server.calls == 2
        roles = [message["role"] for message in model_server.requests[1]["messages"]]
        assert roles == ["system", "user", "assistant", "tool"]

        ask(chat, "Are you sure?")
        answers(chat, 2)
        roles = [message["role"] for message in model_server.requests[2]["messages"]]
        assert roles == ["system", "user", "assistant", "user"]

        page.reload()  # the panel comes along
        answers(chat, 2)
        expect(chat.locator(".question")).to_have_text(["How do I dim a lamp?", "Are you sure?"])
        expect(chat.locator(".blocks pre code")).to_have_text("lantern.dim(30)\n")
        assert model_server.calls == 3
        assert not complaints.said
        context.close()


def test_without_a_model_the_passages_answer(serve: Serve, page: Page) -> None:
    server = serve()
    page.goto(f"{server.url}/chat-standalone")
    ask(page, "How do I install it?")
    answers(page, 1)
    answer = page.locator(".answer")
    expect(answer).to_contain_text("pip install lantern")
    link = answer.locator("a.citation").first
    assert re.fullmatch(r"https://lantern\.example/guide/#installation", link.get_attribute("href"))  # type: ignore[arg-type]


def test_the_words_come_once_while_a_finished_block_stays(
    serve: Serve, model_server: ModelServer, page: Page
) -> None:
    server = serve(model="openai/scripted", api_base=model_server.url)
    words = " ".join(f"word{n}" for n in range(60))
    says = f"First paragraph.\n\n{words}\n\nThe end."
    model_server.script(Script(says, delay_s=0.02, holds_after=30))
    page.goto(f"{server.url}/chat-standalone")
    ask(page, "Count")
    # The first call of a process waits for the model libraries, seconds on a busy machine.
    eventually(lambda: model_server.calls, 60, "the model was never asked")
    first = page.locator(".blocks > p").first
    expect(first).to_have_text("First paragraph.")
    expect(page.locator(".live")).to_contain_text("word20")
    first.evaluate("element => { element.dataset.same = 'yes' }")
    model_server.hurry = True
    answers(page, 1)
    assert first.get_attribute("data-same") == "yes"
    text = page.locator(".answer-body").inner_text()
    for n in range(60):
        assert len(re.findall(rf"\bword{n}\b", text)) == 1
    assert model_server.calls == 1


def test_a_failing_model_is_told_in_a_sentence_with_the_passages_and_a_retry(
    serve: Serve, model_server: ModelServer, page: Page
) -> None:
    server = serve(model="openai/scripted", api_base=model_server.url)
    model_server.script(Script(status=500), Script(status=500))
    page.goto(f"{server.url}/chat-standalone")
    ask(page, "How do I pair a lamp?")
    answers(page, 1)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.locator(".answer")).to_contain_text("lantern pair")
    assert "500" not in page.locator(".answer").inner_text()
    model_server.script("Now it works.")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".answer .blocks")).to_contain_text("Now it works.")
    answers(page, 1)
    assert model_server.calls == 3


def test_stop_ends_the_model_and_keeps_what_came(
    serve: Serve, model_server: ModelServer, page: Page
) -> None:
    server = serve(model="openai/scripted", api_base=model_server.url)
    model_server.script(Script("A lamp is a lamp.", stall_after=3))
    page.goto(f"{server.url}/chat-standalone")
    ask(page, "What is a lamp?")
    expect(page.locator(".live")).to_contain_text("A lamp is")
    page.get_by_role("button", name="Stop").click()
    answers(page, 1)
    model_server.wait_for(open_connections=0)
    expect(page.locator(".blocks")).to_have_text("A lamp is")
    expect(page.locator(".notice")).to_contain_text("Stopped")


@pytest.mark.parametrize("key", ["Enter", "Control+Enter", "Meta+Enter"])
def test_these_keys_send(serve: Serve, page: Page, key: str) -> None:
    server = serve()
    page.goto(f"{server.url}/chat-standalone")
    box = page.get_by_role("textbox", name="Your question")
    box.fill("How do I dim?")
    box.press("Shift+Enter")
    box.press_sequentially("Please.")
    box.press(key)
    answers(page, 1)
    assert page.locator(".question").inner_text() == "How do I dim?\nPlease."
    expect(box).to_have_value("")
    expect(box).to_be_focused()


def test_a_blank_question_does_nothing(serve: Serve, page: Page) -> None:
    server = serve()
    requests: list[str] = []
    page.goto(f"{server.url}/chat-standalone")
    page.on("request", lambda request: requests.append(request.url))
    box = page.get_by_role("textbox", name="Your question")
    for text in ("", "   "):
        box.fill(text)
        box.press("Enter")
    page.get_by_role("button", name="Send").click()
    handled(page)
    assert requests == []
    expect(page.locator(".exchange")).to_have_count(0)


def test_the_modal_of_the_local_page_opens_and_closes_without_a_script(
    serve: Serve, chromium: Browser
) -> None:
    server = serve()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url)
    box = page.locator(".chat-box")
    expect(box).not_to_be_visible()
    page.locator(".local-head label").click()
    expect(box).to_be_visible()
    page.locator(".modal-backdrop").click(position={"x": 5, "y": 5})
    expect(box).not_to_be_visible()
    page.get_by_role("checkbox", name="Open the chat").press(" ")
    page.get_by_role("button", name="Close").press("Enter")
    expect(box).not_to_be_visible()
    context.close()


def test_the_modal_holds_the_same_chat(serve: Serve, page: Page) -> None:
    server = serve()
    page.goto(server.url)
    page.locator(".local-head label").click()
    ask(page, "How do I dim?")
    answers(page, 1)
    page.keyboard.press("Escape")
    expect(page.locator(".chat-box")).not_to_be_visible()


def test_the_modal_is_opened_and_closed_by_the_keyboard_and_has_no_accessibility_finding(
    serve: Serve, page: Page
) -> None:
    server = serve()
    page.goto(server.url)
    assert accessibility_findings(page) == []
    page.keyboard.press("Tab")
    button = page.locator(".local-head label")
    assert button.evaluate("label => getComputedStyle(label).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#query")).to_be_focused()
    for part in (".modal:has(.chat-box)", ".chat-box"):
        expect(page.locator(part)).to_have_css("opacity", "1")
    assert accessibility_findings(page) == []
    page.get_by_role("button", name="Close").press("Enter")
    expect(page.get_by_role("checkbox", name="Open the chat")).to_be_focused()
    expect(page.locator(".chat-box")).not_to_be_visible()


def test_every_icon_of_a_later_fragment_is_in_the_first_page(serve: Serve, page: Page) -> None:
    server = serve()
    page.goto(f"{server.url}/chat-standalone")
    ask(page, "How do I dim?")
    answers(page, 1)
    choose(page, "Settings")
    expect(page.get_by_role("dialog")).to_be_visible()
    used = page.locator("use").evaluate_all("uses => uses.map(use => use.getAttribute('href'))")
    there = page.locator("symbol").evaluate_all("all => all.map(symbol => '#' + symbol.id)")
    assert used and set(used) <= set(there)


def test_a_reader_is_told_while_the_connection_is_lost_and_no_longer(
    tmp_path: Path, model_server: ModelServer, page: Page
) -> None:
    model_server.default = Script("This much came, and no more.", stall_after=3)
    with unlimited_server(tmp_path, model_server) as server:
        page.goto(f"http://localhost:{server.port}/chat-standalone")
        ask(page, "How?")
        expect(page.locator(".live")).to_contain_text("This much came", timeout=30_000)
        kept = Kept(tmp_path, "")
        eventually(lambda: kept.rows("SELECT trim(answer) FROM turns") == [("This much came,",)])
        server.kill()
        lost = page.locator(".answer[data-lost]")
        expect(lost).to_have_attribute("data-lost", "The connection is lost. Trying again…")
        shown = lost.evaluate("answer => getComputedStyle(answer, '::after').content")
        assert "connection is lost" in shown
        choose(page, "Settings")
        expect(page.get_by_role("alert")).to_have_text(
            "The server cannot be reached. Please try again."
        )
        server.start()
        expect(page.locator(".answer .notice")).to_contain_text(
            "The server went away", timeout=20_000
        )
        expect(lost).to_have_count(0)
        expect(page.locator(".answer")).to_contain_text("This much came")


def test_where_nothing_is_found_without_a_model_that_alone_is_said(
    serve: Serve, page: Page
) -> None:
    page.goto(f"{serve().url}/chat-standalone")
    ask(page, "zebra xylophone quokka?")
    answers(page, 1)
    expect(page.locator(".blocks")).to_contain_text("Nothing in the documentation seems to answer")
    expect(page.locator(".notice")).to_have_count(0)

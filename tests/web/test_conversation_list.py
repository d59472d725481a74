"""A reader's conversations: a new one keeps the old, a list opens, deletes and clears them."""

import re
import sqlite3
import time
from contextlib import closing
from datetime import datetime

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from hyperrun.domain import Outcome
from tests.answering.test_turns import Reader, outcome
from tests.browser import choose, eventually, handled
from tests.host_sites import Reader as EmbedReader
from tests.host_sites import docs, embedding
from tests.leaks import KEY
from tests.model_server import ModelServer, Script
from tests.server import RunningServer, Serve
from tests.test_whole_way import answers, ask

pytestmark = pytest.mark.browser


class Regular(Reader):
    """Somebody with more than one conversation, without a browser."""

    def opens(self, other: str = "") -> httpx.Response:
        """Turn to another conversation, or a new one, and take its token."""
        response = self.post("open-conversation", other=other)
        assert response.status_code == 200, response.text
        self.token = re.search(r'name="token" value="([^"]+)"', response.text)[1]  # type: ignore[index]
        return response

    def answered(self, question: str) -> str:
        """Ask, wait for the end, and return the turn's id."""
        turn_id = self.ask(question)
        self.follow(turn_id)
        return turn_id

    def listed(self) -> dict[str, str]:
        """Titles of the list, in order, and the tokens that open them."""
        text = self.post("conversations").text
        titles = re.findall(r'class="conversation-title">([^<]*)<', text)
        tokens = re.findall(r'"open-conversation"[^>]*{"other": "([^"]+)"}', text)
        return dict(zip(titles, tokens, strict=True))


@pytest.fixture
def server(serve: Serve, model_server: ModelServer) -> RunningServer:
    return serve(
        model="openai/scripted",
        api_base=model_server.url,
        abandon_after_s=1.0,
        questions_per_minute=30,
    )


# Without a browser


def test_a_new_conversation_keeps_the_old_one_and_knows_nothing_of_it(
    server: RunningServer, model_server: ModelServer
) -> None:
    reader = Regular(server)
    assert reader.listed() == {}
    reader.answered("About lamps?")
    first = reader.token
    opened = reader.opens().text
    assert 'class="exchange"' not in opened
    assert 'class="row go-on"' in opened  # it can be gone on with
    assert list(reader.listed()) == ["About lamps?"], "one without a question is not listed"
    reader.answered("About rooms?")
    assert [each["role"] for each in model_server.requests[-1]["messages"]] == ["system", "user"]
    assert list(reader.listed()) == ["About rooms?", "About lamps?"]
    assert reader.listed()["About lamps?"] == first
    assert "About lamps?" in reader.opens(first).text
    reader.answered("Once more about lamps?")
    assert list(reader.listed()) == ["About lamps?", "About rooms?"], "last asked first"


def test_what_a_reader_has_is_out_of_reach_for_everybody_else(server: RunningServer) -> None:
    owner, stranger = Regular(server), Regular(server)
    owner.answered("SECRETWORD one?")
    owner.opens()
    owner.answered("SECRETWORD two?")
    stranger.answered("Mine?")
    stranger.opens()
    assert list(stranger.listed()) == ["Mine?"]
    theirs, _, signature = owner.token.partition(".")
    first = theirs.partition("~")[0]
    own = stranger.token.partition(".")[2]
    forged = [
        theirs, f"{theirs}.", f"{theirs}.{own}", f"{first}.{signature}", f"{first}~AAAAAAAA.{own}",
        f"{first}~~.{signature}", f"{theirs}~A.{signature}", f"{stranger.token}~{theirs}", "~.",
    ]  # fmt: skip
    for other in forged:
        for path in ("open-conversation", "delete-conversation"):
            refused = stranger.post(path, other=other)
            assert refused.status_code == 404, (path, other)
        nobody = Regular(server)
        nobody.token = other
        assert "SECRETWORD" not in nobody.post("conversations").text
        assert "SECRETWORD" not in nobody.post("history").text
        for path in ("clear-messages", "delete-conversation"):
            assert nobody.post(path, other=owner.token).status_code == 404
    stranger.post("clear-messages")
    assert stranger.listed() == {}
    assert list(owner.listed()) == ["SECRETWORD two?", "SECRETWORD one?"]


@pytest.mark.parametrize("path", ["conversations", "open-conversation", "delete-conversation"])
def test_a_link_lists_opens_and_deletes_nothing(server: RunningServer, path: str) -> None:
    reader = Regular(server)
    reader.answered("Still there?")
    fields = {"token": reader.token, "other": reader.token}
    assert httpx.get(f"{server.url}/{path}", params=fields).status_code == 405
    assert list(reader.listed()) == ["Still there?"]


def test_an_answer_that_is_left_for_another_conversation_goes_on_to_its_end(
    server: RunningServer, model_server: ModelServer
) -> None:
    reader = Regular(server)
    Regular(server).answered("Are the libraries there?")
    model_server.script(Script("One word after the other until the very end.", delay_s=60))
    turn_id = reader.ask("A long one?")
    model_server.wait_for(open_connections=1)
    assert "Answering" in reader.post("conversations").text
    first = reader.token
    reader.opens()
    reader.answered("A short one?")
    model_server.hurry = True
    deadline = time.monotonic() + 20
    while outcome(server, turn_id) is Outcome.RUNNING:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert outcome(server, turn_id) is Outcome.ANSWERED
    assert "until the very end." in reader.opens(first).text
    assert "Answering" not in reader.post("conversations").text


def test_delete_takes_one_and_clear_takes_all_of_them_also_in_mid_answer(
    server: RunningServer, model_server: ModelServer
) -> None:
    reader = Regular(server)
    for question in ("One?", "Two?", "Three?"):
        reader.answered(question)
        reader.opens()
    reader.opens(reader.listed()["Three?"])
    left = reader.post("delete-conversation", other=reader.listed()["Two?"]).text
    assert "One?" in left and "Two?" not in left and 'id="messages"' not in left
    emptied = reader.post("delete-conversation", other=reader.token).text
    assert 'id="messages"' in emptied and "Three?" not in emptied
    model_server.script(Script("Not for long.", stall_after=1), Script("Nor this.", stall_after=1))
    reader.ask("Four?")
    reader.opens()
    reader.ask("Five?")
    model_server.wait_for(open_connections=2)
    reader.post("clear-messages")
    model_server.wait_for(open_connections=0)
    assert reader.listed() == {}
    with closing(sqlite3.connect(server.settings.data_dir / "hyperrun.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM turns").fetchone() == (0,)


def test_a_readers_own_key_and_allowance_go_along(serve: Serve, model_server: ModelServer) -> None:
    server = serve(
        model="openai/scripted", api_base=model_server.url, questions_per_minute=2,
        byok=("openai/gpt-4o-mini",),
    )  # fmt: skip
    reader = Regular(server)
    reader.answered("Before?")
    saved = reader.post("save-settings", model="openai/gpt-4o-mini", api_key=f"{KEY}-own")
    assert saved.status_code == 200, saved.text
    reader.opens()
    assert "openai/gpt-4o-mini" in reader.post("key-state").text
    reader.post("forget-key")
    reader.answered("After?")
    reader.opens()
    assert reader.post("ask", query="Too many?").status_code == 429


# In a browser


def opened(context_or_browser: Browser, server: RunningServer) -> Page:
    """The chat page of a new reader."""
    page = context_or_browser.new_context().new_page()
    return loaded(page, server)


def loaded(page: Page, server: RunningServer) -> Page:
    page.goto(f"{server.url}/chat-standalone")
    expect(page.locator("html[data-ready]")).to_have_count(1)
    return page


def lines(page: Page) -> list[str]:
    """Open the list and read its titles."""
    choose(page, "Conversations")
    expect(page.get_by_role("dialog", name="Conversations")).to_be_visible()
    return page.locator(".conversation-title").all_inner_texts()


def test_a_reader_turns_to_a_new_question_and_comes_back_to_the_answer_in_flight(
    server: RunningServer, model_server: ModelServer, page: Page
) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    new = page.get_by_role("button", name="New conversation")
    loaded(page, server)
    expect(new).to_be_hidden()
    page.locator("#menu > summary").click()
    expect(page.locator("#conversations")).to_be_hidden()
    page.keyboard.press("Escape")
    text = " ".join(f"word{n}" for n in range(30))
    model_server.script(Script(text, delay_s=0.2), "Short.")
    ask(page, "A long one?")
    expect(page.locator(".exchange .answer")).to_contain_text("word2")
    new.click()
    expect(page.locator(".greeting")).to_be_visible()
    expect(page.locator(".exchange")).to_have_count(0)
    expect(page.locator("#query")).to_be_focused()
    ask(page, "A short one?")
    answers(page, 1)
    assert lines(page) == ["A short one?", "A long one?"]
    current = page.locator(".conversation[aria-current=true]")
    expect(current).to_contain_text("A short one?")
    expect(current.locator("time")).to_have_text("now")
    expect(page.locator(".conversation").nth(1)).to_contain_text("Answering")
    page.locator(".conversation").nth(1).click()
    expect(page.locator("#conversations-dialog")).to_have_count(0)
    expect(page.locator(".question")).to_have_text(["A long one?"])
    expect(page.locator("[data-running]")).to_have_count(1)
    expect(page.locator("#messages")).to_be_focused()
    answers(page, 1)
    expect(page.locator(".blocks")).to_have_text(text)
    assert model_server.calls == 2
    page.reload()
    expect(page.locator(".question")).to_have_text(["A long one?"])
    tokens = page.evaluate("[sessionStorage, localStorage].map(each => each['hyperrun-token'])")
    assert len(set(tokens)) == 1 and tokens[0]
    assert not [each for each in addresses if tokens[0].partition("~")[0] in each]
    assert page.complaints.said == []  # type: ignore[attr-defined]


def test_the_list_is_for_the_keyboard_and_asks_before_it_deletes(
    server: RunningServer, page: Page
) -> None:
    loaded(page, server)
    for question in ("One?", "Two?"):
        ask(page, question)
        answers(page, 1)
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator(".exchange")).to_have_count(0)
    dialog = page.get_by_role("dialog", name="Conversations")
    asking = page.get_by_role("alertdialog")
    page.locator("#menu > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#conversations")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".conversation").first).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Delete “\u2068Two?\u2069”")).to_be_focused()
    page.keyboard.press("Enter")
    expect(asking).to_contain_text("Two?")
    page.keyboard.press("Escape")
    expect(asking).to_be_hidden()
    expect(dialog).to_be_visible()
    page.keyboard.press("Enter")
    asking.get_by_role("button", name="Delete").click()
    expect(page.locator(".conversation-title")).to_have_text(["One?"])
    expect(page.locator(".conversation")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#menu > summary")).to_be_focused()
    assert lines(page) == ["One?"]
    page.locator(".conversation").click()
    expect(page.locator(".question")).to_have_text(["One?"])
    assert lines(page) == ["One?"]
    page.get_by_role("button", name="Delete all").click()
    asking.get_by_role("button", name="Delete").click()
    expect(page.locator(".exchange")).to_have_count(0)
    expect(page.locator(".greeting")).to_be_visible()
    expect(page.locator("#query")).to_be_focused()
    assert lines(page) == []
    expect(dialog).to_contain_text("No conversations yet.")
    expect(page.get_by_role("button", name="Delete all")).to_be_hidden()
    page.reload()
    expect(page.locator("html[data-ready]")).to_have_count(1)
    expect(page.locator(".exchange")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["1 minute ago", "13 hours ago", "yesterday", "3 days ago", "Sep 1, 2026"]),
        ("de", ["vor 1 Minute", "vor 13 Stunden", "gestern", "vor 3 Tagen", "01.09.2026"]),
        ("fr", ["il y a 1 minute", "il y a 13 heures", "hier", "il y a 3 jours", "1 sept. 2026"]),
        ("zh", ["1分钟前", "13小时前", "昨天", "3天前", "2026年9月1日"]),
    ],
)
def test_times_are_told_in_the_readers_language_and_by_his_calendar(
    server: RunningServer, chromium: Browser, language: str, told: list[str]
) -> None:
    reader = Regular(server)
    asked = ("11-20T01:29Z", "11-19T12:30Z", "11-19T04:59Z", "11-17T04:00Z", "09-01T12:00Z")
    for n in range(len(asked)):
        reader.answered(f"{n}?")
        reader.opens()
    with closing(sqlite3.connect(server.settings.data_dir / "hyperrun.sqlite3")) as database:
        for n, when in enumerate(asked):
            moment = datetime.fromisoformat(f"2026-{when}").timestamp()
            database.execute("UPDATE turns SET started = ? WHERE question = ?", (moment, f"{n}?"))
        database.commit()
    # Half past one on the 20th in UTC is half past eight of the evening before in Bogotá.
    context = chromium.new_context(timezone_id="America/Bogota")
    page = context.new_page()
    page.clock.set_fixed_time(datetime.fromisoformat("2026-11-20T01:30Z"))
    page.goto(f"{server.url}/chat-standalone?lang={language}")
    page.evaluate("token => localStorage['hyperrun-token'] = token", reader.token)
    page.reload()
    choose(page, "#conversations")
    expect(page.locator(".conversation time")).to_have_text(told)
    context.close()


def test_each_tab_stays_with_its_conversation(server: RunningServer, chromium: Browser) -> None:
    one = opened(chromium, server)
    ask(one, "First?")
    answers(one, 1)
    two = loaded(one.context.new_page(), server)
    answers(two, 1)
    two.get_by_role("button", name="New conversation").click()
    ask(two, "Second?")
    answers(two, 1)
    one.reload()
    expect(one.locator(".question")).to_have_text(["First?"])
    ask(one, "First again?")
    answers(one, 2)
    expect(two.locator(".question")).to_have_text(["Second?"])
    three = loaded(one.context.new_page(), server)
    expect(three.locator(".question")).to_have_text(["Second?"])
    # Deleted in one tab, it is gone in every tab that shows it, and in no other.
    one.bring_to_front()  # a tab behind another draws a picture a second
    lines(one)
    one.locator(".conversation-list li", has_text="Second?").locator(".btn").click()
    one.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    for page in (two, three):
        expect(page.locator(".exchange")).to_have_count(0)
    expect(one.locator(".question")).to_have_text(["First?", "First again?"])
    two.bring_to_front()
    lines(two)
    two.get_by_role("button", name="Delete all").click()
    two.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(one.locator(".exchange")).to_have_count(0)
    one.context.close()


def test_where_the_frame_may_store_nothing_conversations_are_listed_for_the_visit(
    refused_reader: EmbedReader, chat_server: str
) -> None:
    reader = refused_reader
    with docs({"/": embedding(chat_server, "?open=true&layout=panel")}) as site:
        reader.goes_to(site.url())
        reader.panel.wait_for()
        reader.asks("How do I dim a lamp?", 1)
        reader.frame.locator("#new-conversation").click()
        reader.sees(0)
        reader.asks("How do I pair a lamp?", 1)
        reader.page.reload()
        reader.panel.wait_for()
        reader.sees(1)
        choose(reader.frame, "#conversations")
        titles = reader.frame.locator(".conversation-title")
        expect(titles).to_have_text(["How do I pair a lamp?", "How do I dim a lamp?"])
        reader.page.keyboard.press("Escape")
        expect(reader.panel).to_be_visible()
        expect(titles.first).to_be_hidden()
        choose(reader.frame, "#conversations")
        titles.nth(1).click()
        expect(reader.frame.locator(".question")).to_have_text(["How do I dim a lamp?"])
        kept = reader.page.evaluate("sessionStorage.getItem('hyperrun-token')")
        assert kept == reader.frame.locator("#token").input_value()


def test_a_new_conversation_begins_with_the_questions_of_the_site(
    reader: EmbedReader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server, "?questions=Who|Why")}) as site:
        reader.goes_to(site.url())
        reader.opens()
        reader.asks("How do I dim a lamp?", 1)
        reader.frame.locator("#new-conversation").click()
        expect(reader.frame.locator(".greeting .starter")).to_have_text(["Who", "Why"])


def holds(page: Page, held: list[Route], name: str) -> None:
    """One request waits, of that name, and no other comes after it."""
    deadline = time.monotonic() + 20
    while not held:
        assert time.monotonic() < deadline, f"{name} was not asked for"
        page.wait_for_timeout(20)
    handled(page)
    assert [each.request.url.rpartition("/")[2] for each in held] == [name]


def test_a_question_waits_for_the_history_and_a_new_conversation_for_the_question(
    server: RunningServer, model_server: ModelServer, page: Page
) -> None:
    loaded(page, server)
    ask(page, "First?")
    answers(page, 1)
    held: list[Route] = []
    page.route(re.compile("/(history|ask)$"), lambda route: held.append(route))
    loaded(page, server)
    ask(page, "Second?")
    page.locator("#conversations").wait_for(state="attached")
    holds(page, held, "history")
    held.pop().continue_()
    expect(page.locator(".exchange")).to_have_count(1)
    page.get_by_role("button", name="New conversation").click()
    holds(page, held, "ask")
    expect(page.locator(".exchange")).to_have_count(1)
    held.pop().continue_()
    expect(page.locator(".greeting")).to_be_visible()
    expect(page.locator(".exchange")).to_have_count(0)
    assert model_server.calls == 2
    eventually(lambda: server.services.turns.in_flight == 0)
    handled(page)
    expect(page.locator(".exchange")).to_have_count(0)
    assert lines(page) == ["First?"]
    page.locator(".conversation").click()
    expect(page.locator(".question")).to_have_text(["First?", "Second?"])


def test_what_cannot_be_deleted_is_told_in_the_list(server: RunningServer, page: Page) -> None:
    loaded(page, server)
    ask(page, "Here?")
    answers(page, 1)
    lines(page)
    page.route("**/delete-conversation", lambda route: route.abort())
    page.locator(".conversation-list .btn").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.locator(".conversation")).to_have_count(1)


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_long_list_fits_a_small_phone(
    server: RunningServer, chromium: Browser, direction: str
) -> None:
    context = chromium.new_context(
        viewport={"width": 320, "height": 480},
        has_touch=True,
        is_mobile=True,
        reduced_motion="reduce",
    )
    page = loaded(context.new_page(), server)
    question = "Averyveryverylongquestionwithoutanyspacesinit?" * 4
    for n in range(9):
        reader = Regular(server)
        reader.token = page.locator("#token").input_value()
        if n:
            reader.opens()
        reader.answered(f"{n} {question}")
        page.evaluate("token => sessionStorage['hyperrun-token'] = token", reader.token)
        page.reload()
        answers(page, 1)
    page.evaluate("direction => document.documentElement.dir = direction", direction)
    assert len(lines(page)) == 9
    assert page.evaluate("document.scrollingElement.scrollWidth") == 320
    box = page.locator("#conversations-dialog").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 320 and box["height"] <= 480
    inside = "e => e.scrollWidth <= e.clientWidth"
    assert page.locator(".conversation-list").evaluate(inside)
    for button in page.locator("dialog[open] button:visible").all():
        size = button.bounding_box()
        assert size and size["height"] >= 44
    expect(page.get_by_role("button", name="Back")).to_be_in_viewport()
    context.close()

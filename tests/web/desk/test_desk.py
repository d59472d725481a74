"""What the operator sees at the desk, and does there."""

import asyncio
import csv
import io
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from hyperrun.domain import PERSON, Grounding, Outcome, PageContext, Turn
from hyperrun.language import languages, texts
from hyperrun.web.desk.figures import Counts, overview
from tests.browser import accessibility_findings
from tests.server import RunningServer, running, settings_in
from tests.storage.test_store import TURN, opened, run
from tests.test_language import names
from tests.web.desk.seat import PASSWORD, Seat, seat
from tests.web.desk.test_attacks import save

DAY_S = 86_400


def asked(number: int, question: str, **changes: object) -> Turn:
    """A person's answered question of today, which is counted anew each time."""
    now = time.time()
    at = max(now - 3_600, now - now % DAY_S) + number
    ended: dict[str, object] = {
        "outcome": Outcome.ANSWERED, "asker": PERSON, "started": at, "ended": at + 2.0,
        "grounding": Grounding.CITED, "answer": "Call `lantern.dim(level)` [1].",
    }  # fmt: skip
    named = {"id": f"turn-{number}", "conversation": f"reader-{number}~x", "question": question}
    return replace(TURN, **(named | ended | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a desk and a handful of questions."""
    folder = tmp_path_factory.mktemp("desk")
    settings = settings_in(
        folder, desk_password=PASSWORD, changes_per_minute_per_address=0,
        daily_budget_usd=7.5,
    )  # fmt: skip
    with running(settings) as started:
        started.wait_until_ready()
        save(
            started,
            asked(1, "How do I dim a lamp?"),
            asked(2, "Does it play music?", grounding=Grounding.ABSENT),
            asked(3, "play music on the lamp", grounding=Grounding.ABSENT,
                  page=PageContext("https://docs.example/v1.2/b")),
            asked(4, "Why broken?", outcome=Outcome.FAILED, grounding=Grounding.UNKNOWN),
        )  # fmt: skip
        yield started


@pytest.fixture(autouse=True)
def forgiving(server: RunningServer) -> None:
    """Each test has its own attempts."""
    server.services.limits.rates._windows = None


def test_the_overview_has_the_figures_and_its_plots(server: RunningServer) -> None:
    text = seat(server).get("/desk?days=7").text
    for value, name in (("4", "questions"), ("2 (50%)", "not answered"), ("1", "failed"),
                        ("1.00", "cost, USD"), ("2.25 s", "answer time, median")):  # fmt: skip
        assert re.search(rf'"value">{re.escape(value)}</span><span class="name">{name}<', text), (
            name
        )
    assert text.count("<svg") == 4
    assert "<title>" in text
    assert "style=" not in text
    assert "<script" not in text


def test_the_days_before_today_are_counted_once_for_every_span(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def day(turn_id: str, days_ago: float, **changes: object) -> Turn:
        at = time.time() - days_ago * DAY_S
        return asked(1, "q", id=turn_id, conversation=turn_id, started=at, ended=at + 1, **changes)

    async def work() -> None:
        async with opened(tmp_path) as store:
            failed = {"outcome": Outcome.FAILED, "grounding": Grounding.UNKNOWN}
            await store.save([day("a", 3), day("b", 20, **failed), day("c", 0)])
            counts, now = Counts(store), time.time()
            shown = [(await overview(counts, days, now)).turns for days in (2, 7, 30)]
            assert shown == [1, 2, 3]
            assert (await overview(counts, 30, now)).failed == 1
            await store.save([day("d", 0), day("e", 3)])
            assert (await overview(counts, 7, now)).turns == 3, "today alone is looked at again"
            monkeypatch.setattr("hyperrun.web.desk.figures.KEPT_S", 0.0)
            await overview(counts, 7, now)
            assert counts._behind is not None
            await counts._behind
            assert (await overview(counts, 7, now)).turns == 4
            await counts.close()

    run(work)


def test_it_is_loaded_again_by_itself_until_that_is_stopped(server: RunningServer) -> None:
    visitor = seat(server)
    refresh = '<meta http-equiv="refresh" content="30">'
    assert refresh not in visitor.get("/desk?days=14").text
    live = visitor.get("/desk?days=14&live=1").text
    assert refresh in live
    assert 'href="desk?days=14">Stop that</a>' in live
    assert '<option value="14" selected' in live


def test_what_a_reader_remarked_stands_beside_their_thumb(server: RunningServer) -> None:
    visitor = seat(server)
    assert '<th scope="col">comment</th>' not in visitor.get("/desk/conversations").text
    save(server, asked(7, "Rated?"))
    rated = server.services.store.rate(
        "reader-7~x", "turn-7", -1, "wrong", "ask <b>ann@example.org</b>"
    )
    with ThreadPoolExecutor(1) as thread:  # Playwright has a loop in this one
        assert thread.submit(asyncio.run, rated).result(30)
    listed = visitor.get("/desk/conversations?rating=-1").text
    assert 'data-name="comment">wrong: ask &lt;b&gt;[removed]&lt;/b&gt;</td>' in listed
    visitor.post("/desk/reader/turn-7/delete", {"form": visitor.form, "sure": "yes"})


def test_a_turn_in_one_line_says_only_what_there_is(server: RunningServer) -> None:
    listed = seat(server).get("/desk/conversations").text
    assert re.search(r'data-name="ended">nothing found</td>', listed)
    assert re.search(r'data-name="ended">failed</td>', listed)
    assert 'data-name="page">/v1.2/b</td>' in listed
    assert '<th scope="col">model</th>' in listed


def test_conversations_are_found_by_words_and_how_they_ended(server: RunningServer) -> None:
    visitor = seat(server)
    assert "dim a lamp" in visitor.get("/desk/conversations").text
    found = visitor.get("/desk/conversations?outcome=unanswered&words=MUSIC&version=v1.2").text
    assert "play music on the lamp" in found
    assert "Does it play music" not in found
    assert "Nothing is found" in visitor.get("/desk/conversations?words=zebra").text
    assert visitor.get("/desk/conversations?rating=x&before=nan&outcome=%00").status_code == 200


def test_a_conversation_says_why_it_was_answered_so(server: RunningServer) -> None:
    text = seat(server).get("/desk/conversation/turn-1").text
    for part in ("lantern.dim", "Passages it was given", "b.md", "Calls of the model", "1.5 s",
                 "10 in, 5 out", "https://docs.example/a", "“how”"):  # fmt: skip
        assert part in text, part
    assert seat(server).get("/desk/conversation/nobody").status_code == 404


def test_gaps_are_gathered_behind_the_page(server: RunningServer) -> None:
    visitor = seat(server)
    deadline = time.monotonic() + 60
    while "being gathered" in (text := visitor.get("/desk/gaps").text):
        assert "Look again" in text
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert re.search("<h2>1. Play music( on the lamp)?</h2>", text)
    assert "readers: 2, times: 2" in text
    assert 'conversation/turn-3">Answer 1</a>' in text
    assert "nothing was found (2)" in text


def test_the_other_pages_tell_what_is_there(server: RunningServer) -> None:
    visitor = seat(server)
    assert "https://docs.example/v1.2/b" in visitor.get("/desk/pages").text
    assert "7.50" in visitor.get("/desk/limits").text
    assert "lantern" in visitor.get("/desk/sources").text
    in_force = visitor.get("/desk/settings").text
    assert re.search("HYPERRUN_DAILY_BUDGET_USD</code></td><td[^>]*>7.5</td>", in_force)
    assert re.search("HYPERRUN_HONOR_DNT</code></td><td[^>]*>off</td><td[^>]*><span><code>on<",
                     in_force)  # fmt: skip
    assert "`" not in in_force
    assert "Does it play music?" in visitor.get("/desk/report.md").text
    rows = list(csv.DictReader(io.StringIO(visitor.get("/desk/export.csv?words=music").text)))
    assert [row["question"] for row in rows] == ["play music on the lamp", "Does it play music?"]
    assert all("conversation" not in row for row in visitor.get("/desk/export.json").json())


def test_a_readers_data_is_exported_and_deleted_when_asked_twice(server: RunningServer) -> None:
    save(
        server,
        asked(9, "Delete me", conversation="gone"),
        asked(8, "Me too", conversation="gone~y"),
    )
    visitor = seat(server)
    kept = visitor.get("/desk/reader/turn-9.json").json()
    assert [turn["question"] for turn in kept["turns"]] == ["Me too", "Delete me"]
    first = visitor.post("/desk/reader/turn-9/delete", {"form": visitor.form})
    assert first.status_code == 200
    assert "cannot be undone" in first.text
    assert visitor.get("/desk/conversation/turn-9").status_code == 200
    done = visitor.post("/desk/reader/turn-9/delete", {"form": visitor.form, "sure": "yes"})
    assert done.status_code == 303
    assert visitor.get("/desk/conversation/turn-8").status_code == 404
    assert visitor.get("/desk/conversation/turn-1").status_code == 200


def test_the_index_is_looked_at_again_at_the_desk(server: RunningServer) -> None:
    visitor = seat(server)
    assert visitor.post("/desk/reindex", {"form": visitor.form}).status_code == 303


VIEWS = (
    "/desk/login", "/desk", "/desk/conversations", "/desk/conversation/turn-1", "/desk/gaps",
    "/desk/searches", "/desk/pages", "/desk/sources", "/desk/limits", "/desk/settings",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_view_is_accessible_and_fits(
    server: RunningServer, chromium: Browser, scheme: str, width: int
) -> None:
    with seated_page(server, chromium, scheme, width) as page:
        for view in VIEWS:
            page.goto(f"{server.url}{view}")
            assert accessibility_findings(page) == [], view
            assert page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            ), view


def test_one_logs_in_looks_and_logs_out_by_the_keyboard_alone(
    server: RunningServer, chromium: Browser
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    try:
        page.goto(f"{server.url}/desk/gaps")
        assert page.url.endswith("/desk/login")
        page.wait_for_function("document.activeElement.name === 'password'")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk")
        page.wait_for_function("document.hasFocus()")
        page.keyboard.press("Tab")
        page.wait_for_function("document.activeElement.textContent === 'Skip to the content'")
        for _ in range(3):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/gaps")
        page.get_by_role("button", name="Log out").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/login")
    finally:
        context.close()


FOCUSED = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect()
  const look = getComputedStyle(at)
  return {
    place: [...document.querySelectorAll("*")].indexOf(at), name: at.outerHTML.slice(0, 80),
    none: at === document.body || at === document.documentElement,
    ring: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
    seen: box.width > 0 && box.right > 0 && box.left < innerWidth
      && box.bottom > 0 && box.top < innerHeight,
  }
}"""
CONTROLS = """() => {
  const all = [...document.querySelectorAll("*")]
  const controls = "a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']"
  return all.flatMap((each, at) =>
    each.matches(controls) && each.getClientRects().length ? [at] : [])
}"""


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_control_of_every_view_is_reached_and_seen_by_the_keyboard(
    server: RunningServer, chromium: Browser, scheme: str, width: int
) -> None:
    with seated_page(server, chromium, scheme, width) as page:
        for view in VIEWS:
            page.goto(f"{server.url}{view}")
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            wanted = page.evaluate(CONTROLS)
            reached: list[int] = []
            for _ in range(len(wanted) + 1):  # once beside: what the browser has around the page
                page.keyboard.press("Tab")
                focused = page.evaluate(FOCUSED)
                if not focused["none"] and focused["place"] not in reached:
                    assert focused["ring"] and focused["seen"], (view, focused)
                    reached.append(focused["place"])
            assert sorted(reached) == wanted, view
            first = reached.index(wanted[0])
            assert reached[first:] + reached[:first] == wanted, f"{view}: in reading order"


@contextmanager
def seated_page(
    server: RunningServer, chromium: Browser, scheme: str = "light", width: int = 1280
) -> Iterator[Page]:
    """A page of a browser that has logged in."""
    name, _, value = seat(server).cookie.partition("=")
    context = chromium.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 800},
    )
    context.add_cookies(
        [{"name": name, "value": value, "domain": "localhost", "path": "/", "secure": True}]
    )
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.mark.slow
def test_what_is_reached_is_worked_by_the_keyboard(
    server: RunningServer, chromium: Browser
) -> None:
    with seated_page(server, chromium) as page:
        page.goto(f"{server.url}/desk/conversations")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # past the navigation
        assert page.evaluate("document.activeElement.id") == "content"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == "words"
        page.keyboard.type("music")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.value") == "unanswered"
        page.keyboard.press("Enter")  # opens the list of a choice, where a browser has one
        page.keyboard.press("Escape")
        page.locator("input[name=words]").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/conversations?words=music&outcome=unanswered*")
        page.get_by_role("link", name="Does it play music?").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/conversation/turn-2")
        page.locator("summary").first.focus()
        for key, is_open in (("Space", False), ("Enter", True)):
            page.keyboard.press(key)
            assert page.evaluate("document.activeElement.parentElement.open") is is_open
        page.get_by_role("button", name="Delete all of it").focus()
        page.keyboard.press("Space")
        page.wait_for_url("**/desk/reader/turn-2/delete")
        assert page.get_by_text("cannot be undone").is_visible()


@pytest.mark.parametrize("language", languages("desk"))
def test_the_desk_speaks_the_browsers_language(server: RunningServer, language: str) -> None:
    english, own = texts("en", "desk"), texts(language, "desk")
    assert set(own) == set(english)
    for key, template in english.items():
        assert names(own[key]) == names(template), key
    visitor = seat(server)
    for view, key in (("", "plot_cost"), ("/conversations", "export_these"), ("/pages", "show"),
                      ("/conversation/turn-1", "passages_given"), ("/settings", "in_force"),
                      ("/searches", "in_vain"), ("/sources", "look_now")):  # fmt: skip
        page = visitor.get(f"/desk{view}", Accept_Language=f"{language}-XX, en;q=0.5").text
        assert f'<html lang="{language}">' in page
        assert escape(own[key]) in page
    if language != "en":
        assert sum(own[key] == english[key] for key in english) < len(english) / 8
    assert "Passwor" in Seat(server.url).get("/desk/login", Accept_Language="xx, ar").text


def test_several_look_at_once(server: RunningServer) -> None:
    cookie = seat(server).cookie
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda _: Seat(server.url, cookie).get("/desk"), range(8))
    assert [answer.status_code for answer in answers] == [200] * 8

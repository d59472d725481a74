"""Every option, call and event of the embed that its page names, each seen to work.

An option is looked at three times: without it, in the script's address, and on its tag.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

import embed
from tests.browser import eventually
from tests.host_sites import PROSE, Reader, docs, embedding, html, tag

PAGE = (Path(__file__).parent.parent.parent / "docs/embed/index.md").read_text()
BODY = "<a class=mine href='#'>Help</a>" + PROSE
WIDTH = 1200  # of the window, where the panel floats
SETTLED_MS = 500  # longer than the panel and the offer take to appear


@dataclass(frozen=True)
class Seen:
    """What a reader does, and then sees without an option and with it."""

    value: str
    look: Callable[[Reader], object]
    without: object
    wished: object
    act: Callable[[Reader], None] = lambda reader: None


def box(reader: Reader) -> dict[str, int]:
    """Where our button is: pixels from the left, the right and the bottom of the window."""
    at = reader.button.bounding_box()
    assert at
    return {
        "left": round(at["x"]),
        "right": round(WIDTH - at["x"] - at["width"]),
        "bottom": round(720 - at["y"] - at["height"]),
    }


def size(side: str) -> Callable[[Reader], int]:
    """The panel's width or height in pixels."""
    return lambda reader: round((reader.panel.bounding_box() or {})[side])  # type: ignore[index, literal-required]


def framed(expression: str) -> Callable[[Reader], object]:
    """The value of an expression in the chat's frame."""
    return lambda reader: reader.frame.evaluate(expression)


def is_open(reader: Reader) -> bool:
    return reader.panel.is_visible()


def offers(reader: Reader) -> bool:
    return reader.page.get_by_role("button", name="Ask about this").is_visible()


def settle(reader: Reader) -> None:
    reader.page.wait_for_timeout(SETTLED_MS)


LISTENS = "[src*='search='], [data-search], [src*='shortcut='], [data-shortcut]"


def press(reader: Reader, keys: str = "Control+i") -> None:
    if reader.page.locator(LISTENS).count():  # without, nothing comes that could listen
        reader.has_the_panel()
    reader.page.keyboard.press(keys)
    settle(reader)


def press_slash(reader: Reader) -> None:
    press(reader, "/")


def click_the_sites_own(reader: Reader) -> None:
    reader.page.locator(".mine").click()
    settle(reader)


def select(reader: Reader) -> None:
    reader.page.locator("#first").select_text()
    settle(reader)


STARTERS = "[...document.querySelectorAll('.starter')].slice(0, 2).map(e => e.textContent)"
SEEN = {
    "label": Seen("Help <b>me</b>", lambda r: r.button.inner_text(), "Ask AI", "Help <b>me</b>"),
    "position": Seen("left", lambda r: min(box(r), key=lambda s: box(r)[s]), "right", "left"),
    "color": Seen(
        "rgb(1, 2, 3)",
        lambda r: [
            r.button.evaluate("e => getComputedStyle(e).backgroundColor"),
            r.button.evaluate("e => getComputedStyle(e).color"),  # dark on a light colour
            r.frame.locator(":root").evaluate("e => e.style.getPropertyValue('--site')"),
        ],
        ["rgb(66, 42, 213)", "rgb(255, 255, 255)", ""],
        ["rgb(1, 2, 3)", "oklch(1 0 0)", "rgb(1, 2, 3)"],
        act=Reader.opens,
    ),
    "theme": Seen(
        "dark", framed("document.documentElement.dataset.theme"), "light", "dark", Reader.opens
    ),
    "width": Seen("500", size("width"), 440, 500, Reader.opens),
    "height": Seen("50vh", size("height"), 720 - 16 - 72, 360, Reader.opens),
    "layout": Seen(
        "dialog", lambda r: r.panel.get_attribute("aria-modal"), None, "true", Reader.opens
    ),
    "search": Seen("on", is_open, False, True, press_slash),
    "shortcut": Seen("mod+i", is_open, False, True, press),
    "open": Seen("true", is_open, False, True, settle),
    "lang": Seen(
        "ja",
        lambda r: [
            r.panel.get_attribute("aria-label"),
            r.frame.evaluate("document.documentElement.lang"),
        ],
        ["Ask AI", "en"],
        ["AIに質問", "ja"],
        Reader.opens,
    ),
    "questions": Seen(
        r"| Who <i>dims</i>? | What does a \| b? |",
        lambda r: r.frame.evaluate(STARTERS) == ["Who <i>dims</i>?", "What does a | b?"],
        False,
        True,
        Reader.opens,
    ),
    "page": Seen(
        "off",
        framed("document.getElementById('page-title').value + location.hash.includes('Lamps')"),
        "Lampstrue",
        "false",
        Reader.opens,
    ),
    "version": Seen(
        "2.1", framed("document.getElementById('page-version').value"), "", "2.1", Reader.opens
    ),
    "selection": Seen("off", offers, True, False, select),
    "button": Seen(
        ".mine",
        lambda r: [r.button.is_visible(), is_open(r)],
        [True, False],
        [False, True],
        click_the_sites_own,
    ),
    "offset_x": Seen("40", lambda r: box(r)["right"], 16, 40),
    "offset_y": Seen("88", lambda r: box(r)["bottom"], 16, 88),
}


def test_every_documented_option_is_looked_at_and_no_other() -> None:
    documented = re.findall(r"^\| `(\w+)` \| `data-", PAGE, re.MULTILINE)
    assert documented == [each.name for each in embed.OPTIONS] == list(SEEN)


@pytest.mark.parametrize("option", embed.OPTIONS, ids=lambda option: option.name)
def test_an_option_changes_what_the_reader_sees_in_the_address_and_on_the_tag(
    reader: Reader, chat_server: str, option: embed.Option
) -> None:
    seen = SEEN[option.name]
    pages = {
        "/without": embedding(chat_server, body=BODY),
        "/address": embedding(chat_server, f"?{option.name}={quote(seen.value)}", body=BODY),
        "/tag": html(BODY + tag(chat_server, "", f'async {option.attribute}="{seen.value}"')),
    }
    reader.page.set_viewport_size({"width": WIDTH, "height": 720})  # it floats over a corner
    with docs(pages) as site:
        for path in pages:
            reader.page.goto(site.url(path))
            reader.page.wait_for_function("window.HyperRun")
            reader.page.wait_for_load_state()
            seen.act(reader)
            expected = seen.without if path == "/without" else seen.wished
            eventually(
                lambda expected=expected: seen.look(reader) == expected,  # type: ignore[misc]
                says=f"{option.name} in {path}",
            )
            reader.page.evaluate("sessionStorage.clear()")  # the next page starts closed
    assert reader.complaints.said == []


def rate(reader: Reader) -> None:
    ask(reader)
    reader.sees(1)
    reader.frame.locator(".thumb").first.click()


def ask(reader: Reader) -> None:
    reader.page.evaluate("HyperRun.open({query: 'How do I dim a lamp?', submit: true})")


def open_and_close(reader: Reader) -> None:
    reader.opens()
    reader.page.evaluate("HyperRun.close()")


def lose_the_server(reader: Reader) -> None:
    reader.page.route("**/embed/panel*", lambda route: route.abort())
    reader.button.click()


EVENTS: dict[str, Callable[[Reader], None]] = {
    "open": Reader.opens,
    "close": open_and_close,
    "ready": lambda reader: reader.button.hover(),
    "answer": ask,
    "feedback": rate,
    "error": lose_the_server,
}
DETAILS = {"answer": ["id"], "feedback": ["id", "rating"]}


def test_every_documented_event_and_call_is_there_and_no_other(
    reader: Reader, chat_server: str
) -> None:
    (text,) = re.findall(r"^A page can open it by itself: .*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    calls = re.findall(r"`(?:HyperRun\.)?(\w+)\(", text)
    (names,) = re.findall(r"on\((.*?), listener\)", text, re.DOTALL)
    assert re.findall(r"'(\w+)'", names) == list(EVENTS)
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        assert sorted(reader.page.evaluate("Object.keys(HyperRun)")) == sorted(calls)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_heard_once_and_not_by_a_listener_that_was_stopped(
    reader: Reader, chat_server: str, name: str
) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.page.evaluate(
            """name => { window.heard = []; window.late = [];
               HyperRun.on(name, detail => heard.push(Object.keys(detail ?? {}).sort()));
               HyperRun.on(name, detail => late.push(detail))() }""",
            name,
        )
        assert reader.page.evaluate("heard") == []
        EVENTS[name](reader)
        reader.page.wait_for_function("heard.length > 0")
        assert reader.page.evaluate("[heard, late]") == [[DETAILS.get(name, [])], []]


def test_a_page_opens_asks_toggles_closes_and_takes_it_away(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.page.evaluate("HyperRun.open({query: 'How do I pair a lamp?'})")
        reader.sees_the_cursor()
        reader.until("document.getElementById('query').value === 'How do I pair a lamp?'")
        assert not [url for url in reader.requests if url.endswith("/ask")]
        reader.page.evaluate("HyperRun.close()")
        reader.sees_it_closed()
        for shown in (True, False):
            reader.page.evaluate("HyperRun.toggle()")
            reader.panel.wait_for(state="visible" if shown else "hidden")
        reader.page.evaluate("HyperRun.open({query: 'How do I dim a lamp?', submit: true})")
        reader.until("document.querySelectorAll('.exchange').length === 1")
        reader.sees(1)
        assert reader.frame.locator(".question").inner_text() == "How do I dim a lamp?"
        reader.page.evaluate("HyperRun.destroy()")
        left = "[window.HyperRun, document.querySelector('hyper-run'), document.body.inert]"
        assert reader.page.evaluate(left) == [None, None, False]
        reader.page.locator("#first").select_text()
        settle(reader)
        assert not offers(reader)
    assert reader.complaints.said == []

"""The open panel: focus, keys, messages, theme, the page being read, and a server that is away."""

import threading
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser import Answer, choose, eventually, host_site
from tests.host_sites import OPEN_ROOTS, PROSE, Reader, docs, embedding, html, tag

CORNER: ViewportSize = {"width": 1200, "height": 720}  # narrower than what it stands beside
PHONE: ViewportSize = {"width": 390, "height": 760}
LONG = "<h1>Lamps</h1>" + "".join(
    f"<h2 id=h{n}>Part {n}<a href=#h{n}>¶</a></h2><p style='height:900px'>Text.</p>"
    for n in range(4)
)


def events(reader: Reader, *names: str) -> None:
    """Collect what the page's own listeners hear in `window.heard`."""
    reader.page.evaluate(
        """names => { window.heard = []; for (const name of names)
           HyperRun.on(name, detail => heard.push([name, detail ?? null])) }""",
        list(names),
    )


def test_the_panel_takes_the_focus_and_gives_it_back(reader: Reader, chat_server: str) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        assert reader.button.get_attribute("aria-expanded") == "false"
        reader.opens()
        assert reader.button.get_attribute("aria-expanded") == "true"
        assert reader.panel.get_attribute("role") == "dialog"
        assert reader.panel.get_attribute("aria-label") == "Ask AI"
        assert reader.page.locator("hyper-run iframe").get_attribute("title") == "Ask AI"
        reader.page.keyboard.press("Escape")
        reader.sees_it_closed()
        focused = "document.querySelector('hyper-run').shadowRoot.activeElement?.className"
        assert reader.page.evaluate(focused) == "ask"
        assert reader.button.get_attribute("aria-expanded") == "false"
    assert reader.complaints.said == []


def test_it_closes_by_escape_on_the_page_by_its_button_and_by_the_chats_close(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server, body="<input id=mine>" + PROSE)}) as site:
        reader.page.set_viewport_size(CORNER)
        reader.goes_to(site.url())
        reader.opens()
        reader.page.locator("#mine").focus()
        reader.page.keyboard.press("Escape")
        reader.sees_it_closed()
        assert reader.page.evaluate("document.activeElement.id") == "mine"
        reader.opens()
        reader.button.click()
        reader.sees_it_closed()
        reader.opens()
        reader.frame.locator("#close").click()
        reader.sees_it_closed()


def test_keys_typed_in_the_chat_stay_in_the_chat(reader: Reader, chat_server: str) -> None:
    heard = "<script>window.keys = []; onkeydown = onkeyup = e => keys.push(e.key)</script>"
    with docs({"/": embedding(chat_server, body=heard + PROSE)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        reader.page.keyboard.type("/sf?nd")
        reader.page.keyboard.press("Control+k")
        assert reader.box.input_value() == "/sf?nd"
        assert reader.page.evaluate("keys") == []


@pytest.mark.slow
def test_an_escape_that_ends_a_composition_or_was_used_by_the_page_closes_nothing(
    reader: Reader, chat_server: str
) -> None:
    press = (
        "(o) => dispatchEvent(Object.assign(new KeyboardEvent('keydown', {key: 'Escape', ...o})))"
    )
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        reader.frame.evaluate(press, {"isComposing": True})
        reader.page.evaluate(
            """() => { const used = new KeyboardEvent('keydown', {key: 'Escape', cancelable: true});
               used.preventDefault(); document.dispatchEvent(used) }"""
        )
        reader.page.evaluate("new Promise(done => setTimeout(done, 100))")
        assert reader.panel.is_visible()
        reader.frame.evaluate(press, {})
        reader.sees_it_closed()


FORGED: list[Any] = [
    {"type": "hyperrun:close"},
    {"type": "hyperrun:keep", "token": "mine"},
    {"type": "hyperrun:link", "url": "/elsewhere"},
    {"type": "hyperrun:answer", "id": "x"},
]


def test_escape_closes_a_dialog_of_the_chat_and_then_the_panel(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        choose(reader.frame, "Settings")
        dialog = reader.frame.locator("#settings-dialog")
        dialog.wait_for(timeout=60_000)  # the model libraries are imported for it, once
        reader.page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        assert reader.button.get_attribute("aria-expanded") == "true"
        reader.page.keyboard.press("Escape")
        reader.sees_it_closed()


def test_messages_from_any_other_window_are_not_heard(reader: Reader, chat_server: str) -> None:
    """From the page itself, from another frame of the page, and from the server's other pages."""
    with (
        docs({"/evil": html("<p>evil")}, host="127.0.0.2") as evil,
        docs({"/": embedding(chat_server, body=PROSE)}) as site,
    ):
        frames = "".join(
            f"<iframe class=evil src='{url}'></iframe>"
            for url in (evil.url("/evil"), chat_server + "/chat-standalone")
        )
        site.pages["/"] = embedding(chat_server, body=frames + PROSE)
        reader.goes_to(site.url())
        events(reader, "answer", "close")
        reader.opens()
        send = "data => parent.postMessage(data, '*')"
        for message in FORGED:
            reader.page.evaluate("data => postMessage(data, '*')", message)
            for frame in reader.page.frames[1:3]:
                frame.evaluate(send, message)
        reader.page.evaluate("new Promise(done => setTimeout(done, 100))")
        assert reader.page.evaluate("heard") == []
        assert reader.panel.is_visible()
        assert reader.page.evaluate("sessionStorage.getItem('hyperrun-token')") is None
        assert reader.page.url == site.url()


def test_the_frame_hears_only_the_page_around_it(reader: Reader, chat_server: str) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        # Other frames have no way to it: a frame in a shadow tree is not in `window.frames`.
        assert reader.page.evaluate("window.length") == 0
        reader.frame.evaluate("postMessage({type: 'hyperrun:open', query: 'forged'}, '*')")
        reader.page.evaluate("HyperRun.open({query: 'honest'})")
        reader.until("document.getElementById('query').value === 'honest'")


MALFORMED: list[Any] = [
    None,
    "hyperrun:open",
    7,
    [],
    {},
    {"type": 5},
    {"type": "hyperrun:"},
    {"type": "hyperrun:toString"},
    {"type": "hyperrun:__proto__"},
    {"type": "hyperrun:open", "query": {"x": 1}},
    {"type": "hyperrun:page", "url": "javascript:alert(1)", "title": 5},
    {"type": "hyperrun:theme", "theme": "x"},
]


@pytest.mark.slow
def test_malformed_messages_change_nothing_on_either_side(reader: Reader, chat_server: str) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        inner = (
            "document.querySelector('hyper-run').shadowRoot.querySelector('iframe').contentWindow"
        )
        for message in MALFORMED:
            reader.frame.evaluate("data => parent.postMessage(data, '*')", message)
            reader.page.evaluate(f"data => {inner}.postMessage(data, '*')", message)
        reader.page.evaluate("HyperRun.open({query: 'still here'})")
        reader.until("document.getElementById('query').value === 'still here'")
        assert not reader.frame.locator("#page-url").input_value().startswith("javascript")
    assert reader.complaints.said == []


def test_the_api_opens_with_a_question_tells_and_can_be_undone(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        events(reader, "open", "close", "ready")
        reader.page.evaluate("HyperRun.on('open', () => { throw Error('of the page') })")
        reader.page.evaluate("HyperRun.open({query: 'How do I dim?'})")
        reader.sees_the_cursor()
        assert reader.box.input_value() == "How do I dim?"
        reader.page.evaluate("HyperRun.toggle()")
        reader.sees_it_closed()
        reader.page.wait_for_function("heard.length === 3")
        assert sorted(name for name, _ in reader.page.evaluate("heard")) == [
            "close",
            "open",
            "ready",
        ]
        reader.page.evaluate("HyperRun.on('open', () => heard.push('late'))()")
        reader.page.evaluate("HyperRun.open(); HyperRun.destroy()")
        assert reader.page.evaluate("[window.HyperRun, document.querySelector('hyper-run')]") == [
            None,
            None,
        ]


def test_destroyed_while_the_panel_is_on_its_way_it_opens_nothing(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server, "?layout=dialog")}) as site:
        reader.goes_to(site.url())
        with reader.page.expect_response(lambda response: "/panel." in response.url) as panel:
            reader.page.evaluate(
                "void HyperRun.open().then(() => { window.over = 1 }); HyperRun.destroy()"
            )
        panel.value.finished()
        reader.page.wait_for_function("window.over")
        left = "[window.HyperRun, document.querySelector('hyper-run'), document.body.inert]"
        assert reader.page.evaluate(left) == [None, None, False]
    assert reader.complaints.said == []


def test_an_address_with_a_question_opens_with_it_and_leaves_the_sending_to_the_reader(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        reader.page.set_viewport_size(CORNER)
        reader.goes_to(site.url("/?ask=How+do+I+dim%3F"))
        reader.sees_the_cursor()
        assert reader.box.input_value() == "How do I dim?"
        assert not [url for url in reader.requests if url.endswith("/ask")]
        assert "dim" not in "".join(reader.asked_of(chat_server)).partition("#")[0]


def test_an_open_panel_comes_along_to_the_next_page_without_taking_the_focus(
    reader: Reader, chat_server: str
) -> None:
    page = embedding(chat_server, body="<a href=/next>next</a>" + PROSE)
    with docs({"/": page, "/next": page}) as site:
        reader.goes_to(site.url())
        reader.opens()
        reader.page.get_by_text("next").click()
        reader.page.wait_for_url("**/next")
        reader.panel.wait_for()
        reader.box.wait_for()
        assert reader.page.evaluate("document.activeElement.localName") == "body"
        reader.page.locator("h1").click()
        reader.page.keyboard.press("Escape")
        reader.sees_it_closed()
        reader.goes_to(site.url())
        assert not reader.panel.is_visible()
        # A phone's next page is read first: there the panel would cover all of it.
        reader.opens()
        reader.page.set_viewport_size(PHONE)
        reader.goes_to(site.url("/next"))
        reader.page.wait_for_load_state("networkidle")
        assert not reader.panel.is_visible()


def test_the_page_being_read_goes_along_without_its_query(reader: Reader, chat_server: str) -> None:
    with docs({"/guide": embedding(chat_server, body=LONG)}) as site:
        reader.goes_to(site.url("/guide?secret=1#h2"))
        reader.opens()
        fields = "['url', 'title', 'heading'].map(k => document.getElementById('page-' + k).value)"
        reader.until(f"{fields}[2] === 'Part 2'")
        assert reader.frame.evaluate(fields) == [site.url("/guide"), "Lamps", "Part 2"]
        assert "secret" not in "".join(reader.requests[1:])
        reader.page.evaluate("scrollTo(0, 0)")
        reader.until(f"{fields}[2] === 'Part 0'")
        reader.page.evaluate("history.pushState(null, '', '/other'); document.title = 'Other'")
        reader.until(f"{fields}[1] === 'Other'")
        assert reader.frame.evaluate(fields)[0] == site.url("/other")


def test_a_long_title_leaves_the_question_inside_the_panel(
    reader: Reader, chat_server: str
) -> None:
    title = "<title>" + "Lamps and shades " * 8
    with docs({"/": embedding(chat_server).replace("<title>", title)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        reader.asks("How do I dim a lamp?", 1)
        ends = "document.querySelector({!r}).getBoundingClientRect().right <= innerWidth"
        for part in (".question", ".bubble-foot", "#page-chip"):
            assert reader.frame.evaluate(ends.format(part)), part


BACKGROUNDS = {
    "white": "light",
    "#1b1b1d": "dark",
    "rgba(0, 0, 0, 0)": "light",
    "hsl(232 15% 14%)": "dark",
    "oklch(0.2 0.02 250)": "dark",
    "oklch(98% 0 0)": "light",
    "lab(12 1 1)": "dark",
    "lch(90 0 0)": "light",
    "color(srgb 0.1 0.1 0.12)": "dark",
    "color-mix(in srgb, black 80%, white)": "dark",
    "rgb(255 255 255 / 0.9)": "light",
}


def test_the_chat_is_as_dark_as_the_page_behind_the_text(reader: Reader, chat_server: str) -> None:
    """Every notation a computed colour may have; and html where body has none."""
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        for element in ("document.body", "document.documentElement"):
            for background, theme in BACKGROUNDS.items():
                reader.page.evaluate(f"{element}.style.background = {background!r}")
                reader.until("theme => document.documentElement.dataset.theme === theme", theme)
            reader.page.evaluate(f"{element}.style.background = ''")


SWITCHES = {
    "quarto-late-style": (
        "<body class=quarto-light>",
        """document.body.className = 'quarto-dark';
           setTimeout(() => { document.body.style.background = '#111' }, 400)""",
    ),
    "material": (
        "<style>[data-md-color-scheme=slate]{background:#1e2129}</style>",
        "document.body.setAttribute('data-md-color-scheme', 'slate')",
    ),
    "docusaurus": (
        "<style>html{background:#fff}html[data-theme=dark]{background:#1b1b1d}</style>",
        "document.documentElement.dataset.theme = 'dark'",
    ),
    "vitepress": (
        "<style>html.dark body{background:#1b1b1f}</style>",
        "document.documentElement.classList.add('dark')",
    ),
    "new-body": (
        "",
        """const body = document.createElement('body'); document.body.replaceWith(body);
           setTimeout(() => { body.style.background = '#000' }, 50)""",
    ),
}


@pytest.mark.parametrize("position", ["right", "left"])
def test_on_a_phone_a_page_that_is_wider_than_the_window_hides_nothing_of_ours(
    chromium: Browser, chat_server: str, position: str
) -> None:
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    context.add_init_script(OPEN_ROOTS)
    wide = "<pre style='width:800px'>lantern.dim(1)</pre>"
    as_large = "<meta name=viewport content='width=device-width,initial-scale=1'>"
    page = html(wide + PROSE + tag(chat_server, f"?position={position}"), head=as_large)
    with docs({"/": page}) as site:
        reader = Reader(context.new_page())
        reader.goes_to(site.url())
        assert reader.page.evaluate("innerWidth") > PHONE["width"]  # fixed is fixed to that
        button = reader.button.bounding_box()
        assert button and button["x"] >= 0 and button["x"] + button["width"] <= PHONE["width"]
        assert button["y"] + button["height"] <= PHONE["height"]
        reader.button.tap()
        reader.sees_the_cursor()
        # It comes up from below.
        eventually(lambda: reader.panel.bounding_box() == {"x": 0, "y": 0, **PHONE})
    context.close()


@pytest.mark.parametrize(
    "kind",
    [pytest.param(each, marks=[] if "quarto" in each else pytest.mark.slow) for each in SWITCHES],
)
def test_the_chat_follows_the_sites_own_switch(reader: Reader, chat_server: str, kind: str) -> None:
    before, switch = SWITCHES[kind]
    with docs({"/": embedding(chat_server, body=before + PROSE)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        theme = "theme => document.documentElement.dataset.theme === theme"
        reader.until(theme, "light")
        reader.page.evaluate(switch)
        reader.until(theme, "dark")
        assert reader.page.locator("hyper-run").count() == 1


@pytest.mark.slow
def test_the_theme_may_be_fixed_or_told_by_a_selector(reader: Reader, chat_server: str) -> None:
    pages = {
        "/fixed": embedding(chat_server, "?theme=dark"),
        "/told": embedding(chat_server, "?theme=html.night"),
    }
    theme = "theme => document.documentElement.dataset.theme === theme"
    with docs(pages) as site:
        reader.page.set_viewport_size(CORNER)
        reader.goes_to(site.url("/fixed"))
        reader.opens()
        reader.until(theme, "dark")
        reader.button.click()
        reader.goes_to(site.url("/told"))
        reader.opens()
        reader.until(theme, "light")
        reader.page.evaluate("document.documentElement.className = 'night'")
        reader.until(theme, "dark")


@pytest.mark.parametrize("way", ["dialog", "phone"])
def test_where_the_panel_covers_the_page_tab_does_not_fall_behind_it(
    reader: Reader, chat_server: str, way: str
) -> None:
    body = "<a href=#>one</a><input><button>two</button>" + PROSE
    query = "?layout=dialog" if way == "dialog" else ""
    with docs({"/": embedding(chat_server, query, body=body)}) as site:
        if way == "phone":
            reader.page.set_viewport_size(PHONE)
        reader.goes_to(site.url())
        reader.opens()
        assert reader.panel.get_attribute("aria-modal") == "true"
        if way == "phone":
            assert reader.panel.bounding_box() == {"x": 0, "y": 0, **PHONE}
        for _ in range(12):
            reader.page.keyboard.press("Tab")
            assert reader.page.evaluate("document.activeElement.localName") in ("hyper-run", "body")
        reader.page.evaluate("HyperRun.close()")
        reader.sees_it_closed()
        reader.page.locator("input").focus()
        assert reader.page.evaluate("document.activeElement.localName") == "input"


@pytest.mark.slow
def test_a_click_beside_the_dialog_closes_it(reader: Reader, chat_server: str) -> None:
    with docs({"/": embedding(chat_server, "?layout=dialog&width=400&height=50%25")}) as site:
        reader.goes_to(site.url())
        reader.opens()
        box = reader.panel.bounding_box()
        assert box and (round(box["width"]), round(box["height"])) == (400, 360)
        reader.page.mouse.click(20, 20)
        reader.sees_it_closed()


def test_in_a_side_panel_the_page_stays_in_use(reader: Reader, chat_server: str) -> None:
    with docs({"/": embedding(chat_server, body="<input id=mine>" + PROSE)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        assert reader.panel.get_attribute("aria-modal") is None
        reader.page.locator("#mine").click()
        reader.page.keyboard.type("x")
        assert reader.page.locator("#mine").input_value() == "x"
        assert reader.panel.is_visible()


def test_when_the_server_is_away_the_button_says_so_and_tries_again(
    page: Page, reader: Reader, chat_server: str
) -> None:
    """The page has the script, its server is gone; then it comes back at the same address."""
    script = reader.page.request.get(f"{chat_server}/embed").text()
    away = Answer(script.replace("embed/panel", "gone/panel"), "text/javascript")
    there = {"Access-Control-Allow-Origin": "*"}
    with (
        host_site({"/embed": away}, host="localhost", headers=there) as server,
        docs({"/": embedding(server.address)}) as site,
    ):
        reader.page.set_viewport_size(CORNER)
        reader.goes_to(site.url())
        events(reader, "error")
        reader.button.click()
        reader.page.get_by_role("button", name="Not reachable. Try again").wait_for()
        reader.page.wait_for_function("heard.length === 1")
        path = next(each.path for each in server.requests if "panel" in each.path).partition("?")[0]
        panel = reader.page.request.get(chat_server + path.replace("/gone", "/embed")).text()
        server.pages[path] = Answer(panel, "text/javascript")
        server.pages["/chat-standalone"] = Answer("<p>here", "text/html")
        reader.button.click()
        reader.panel.wait_for()
        assert reader.button.inner_text() == "Close"


def test_a_server_that_never_answers_leaves_the_page_alone(
    reader: Reader, chat_server: str
) -> None:
    let_go = threading.Event()

    def silent() -> Answer:
        let_go.wait(20)
        return Answer()

    with (
        host_site({"/embed": silent}, host="localhost") as server,
        docs({"/": embedding(server.address)}) as site,
    ):
        reader.page.goto(site.url(), wait_until="domcontentloaded", timeout=3_000)
        assert reader.page.locator("h1").is_visible()
        assert reader.page.evaluate("document.readyState") == "interactive"
        let_go.set()
    assert reader.complaints.said == []


@pytest.mark.slow
def test_a_frame_that_stays_silent_is_said_and_the_chat_offered_in_a_tab(
    reader: Reader, chat_server: str
) -> None:
    """The page's policy forgot `frame-src`; no event of the browser tells."""
    policy = {"Content-Security-Policy": f"script-src {chat_server}; frame-src 'none'"}
    with docs({"/": Answer(html(PROSE + tag(chat_server)), headers=policy)}) as site:
        reader.goes_to(site.url())
        reader.button.click()
        link = reader.page.get_by_role("link", name="Open in a new tab")
        link.wait_for()
        assert link.get_attribute("href") == f"{chat_server}/chat-standalone"
        focused = "document.querySelector('hyper-run').shadowRoot.activeElement.textContent"
        assert reader.page.evaluate(focused) == "Try again"
        reader.panel.get_by_role("button", name="Close").click()
        reader.sees_it_closed()


def test_a_source_on_the_same_site_opens_in_place_and_any_other_in_a_tab(
    reader: Reader, chat_server: str
) -> None:
    add = """url => { const link = document.createElement('a');
             Object.assign(link, {href: url, target: '_blank', id: 'source'});
             link.textContent = 'source';
             document.querySelector('form').before(link) }"""
    with docs({"/": embedding(chat_server), "/next": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        reader.frame.evaluate(add, site.url("/next"))
        reader.frame.locator("#source").click()
        reader.page.wait_for_url("**/next")
        reader.panel.wait_for()
        reader.box.wait_for()
        reader.frame.evaluate(add, f"{chat_server}/healthz")
        with reader.page.context.expect_page() as opened:
            reader.frame.locator("#source").click()
        assert opened.value.url in ("about:blank", f"{chat_server}/healthz")
        assert reader.page.url == site.url("/next")


@pytest.mark.slow
def test_the_frame_cannot_lead_the_page_anywhere_else(reader: Reader, chat_server: str) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        send = "url => parent.postMessage({type: 'hyperrun:link', url}, '*')"
        for url in ("javascript:1", "https://evil.example/", f"{site.address}.evil.example/", None):
            reader.frame.evaluate(send, url)
        reader.page.evaluate("HyperRun.open({query: 'still here'})")
        reader.until("document.getElementById('query').value === 'still here'")
        assert reader.page.url == site.url()
        assert not [url for url in reader.requests if "evil" in url]
    assert reader.complaints.said == []

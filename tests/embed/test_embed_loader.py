"""The button on somebody else's page: how it gets there, and what it costs before the click."""

import pytest
from playwright.sync_api import Browser, Page

from tests.host_sites import PROSE, Reader, docs, embedding, html, tag

LATE = """<script>addEventListener('load', () => setTimeout(() => {{
  const late = document.createElement('script'); late.src = '{0}/embed'; document.body.append(late);
}}, 50))</script>"""


def load_modes(server: str) -> dict[str, str]:
    """Every way in which a generator puts a script into a page."""
    return {
        "body": html(PROSE + tag(server, attributes="")),
        "body-async": html(PROSE + tag(server)),
        "head": html(head=tag(server, attributes="")),
        "head-defer": html(head=tag(server, attributes="defer")),
        "head-async": html(head=tag(server)),
        "module": html(PROSE + tag(server, attributes='type="module"')),
        "module-ending": html(f'{PROSE}<script type="module" src="{server}/embed.js"></script>'),
        "late": html(PROSE + LATE.format(server)),
        "twice": html(PROSE + tag(server), head=tag(server)),
        "twice-plain": html(PROSE + tag(server, attributes=""), head=tag(server, attributes="")),
        "same-named": html(f'<h1 id="HyperRun">HyperRun</h1>{tag(server)}'),
    }


@pytest.mark.slow
def test_every_way_to_load_the_script_shows_one_button(reader: Reader, chat_server: str) -> None:
    modes = load_modes(chat_server)
    with docs({f"/{name}": page for name, page in modes.items()}) as site:
        for name in modes:
            reader.goes_to(site.url(f"/{name}"))
            reader.page.wait_for_function("document.readyState === 'complete'")
            assert reader.page.locator("hyper-run").count() == 1, name
            assert reader.page.evaluate("typeof window.HyperRun.open") == "function", name
    assert reader.complaints.said == []


@pytest.mark.parametrize("query", ["", "?search=off"])
def test_before_the_click_there_is_one_request_and_one_new_name(
    reader: Reader, chat_server: str, query: str
) -> None:
    names = "Object.getOwnPropertyNames(window).filter(name => isNaN(name))"
    with docs({"/without": html(), "/with": embedding(chat_server, query)}) as site:
        reader.page.goto(site.url("/without"))
        before = set(reader.page.evaluate(names))
        reader.goes_to(site.url("/with"))
        reader.page.mouse.wheel(0, 200)
        reader.page.wait_for_load_state("networkidle")
        assert set(reader.page.evaluate(names)) - before == {"HyperRun"}
    assert reader.asked_of(chat_server) == ["/embed" + query]
    assert reader.page.evaluate("Object.keys(sessionStorage).concat(document.cookie)") == [""]


def test_it_weighs_little_before_the_click_and_after_it(reader: Reader, chat_server: str) -> None:
    """As transferred; the second visit to the panel takes nothing again."""
    sizes: dict[str, int] = {}
    reader.page.on(
        "requestfinished",
        lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}),
    )
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.page.wait_for_function("document.readyState === 'complete'")
        before = sum(size for url, size in sizes.items() if url.startswith(chat_server))
        assert 1_000 < before <= 2_550
        reader.opens()
        panel = sum(size for url, size in sizes.items() if "/embed/panel" in url)
        assert 1_000 < panel <= 8_100
        total = sum(size for url, size in sizes.items() if url.startswith(chat_server))
        assert 1_000 < total - before - panel <= 50_000  # the chat page with all that it loads


def test_hovering_prepares_the_frame_without_taking_the_focus(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server, body="<input id=mine autofocus>" + PROSE)}) as site:
        reader.goes_to(site.url())
        reader.page.locator("#mine").focus()
        reader.page.evaluate("void HyperRun.on('ready', () => { window.prepared = true })")
        reader.button.hover()
        reader.page.wait_for_function("window.prepared")
        assert reader.page.evaluate("document.activeElement.id") == "mine"
        assert not reader.panel.is_visible()
        assert reader.page.evaluate("sessionStorage.length") == 0


def test_the_shadow_root_is_closed_to_the_page(page: Page, chat_server: str) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        page.goto(site.url())
        page.locator("hyper-run").wait_for(state="attached")
        assert page.evaluate("document.querySelector('hyper-run').shadowRoot") is None
        assert page.evaluate("document.querySelector('hyper-run').parentNode.localName") == "html"


NONSENSE = ["", "x", "-1", "1e9", "}*{display:none", "red;}body{display:none", "\u2028", "9" * 400]


@pytest.mark.slow
def test_an_option_that_makes_no_sense_is_as_if_it_were_not_there(
    reader: Reader, chat_server: str
) -> None:
    names = ["position", "color", "width", "height", "layout", "theme", "lang", "offset_y"]

    def page(value: str) -> str:
        # Any run of digits is a number of pixels; "x" and U+2028 are selectors that match nothing.
        wrong = names[:-1] if value.isdigit() else [*names, *(["button"] if "{" in value else [])]
        data = " ".join(f'data-{name.replace("_", "-")}="{value}"' for name in wrong)
        return html(PROSE + tag(chat_server, attributes="async " + data))

    with docs({f"/{n}": page(value) for n, value in enumerate(NONSENSE)}) as site:
        for n, value in enumerate(NONSENSE):
            reader.goes_to(site.url(f"/{n}"))
            box = reader.button.bounding_box()
            assert box and round(720 - box["y"] - box["height"]) == 16, value
            assert reader.page.locator("h1").is_visible(), value
            reader.opens()
            reader.page.keyboard.press("Escape")
            reader.sees_it_closed()
    assert reader.complaints.said == []


@pytest.mark.slow
def test_the_interface_speaks_the_language_of_the_page(reader: Reader, chat_server: str) -> None:
    pages = {
        "/ja": html(PROSE + tag(chat_server), attributes="lang=ja-JP"),
        "/wish": html(PROSE + tag(chat_server, "?lang=ja")),
        "/fr": html(PROSE + tag(chat_server), attributes="lang=fr"),
        "/other": html(PROSE + tag(chat_server), attributes="lang=fi"),
    }
    with docs(pages) as site:
        for path, label in (
            ("/ja", "AIに質問"), ("/wish", "AIに質問"), ("/fr", "Demander à l’IA"),
            ("/other", "Ask AI"),
        ):  # fmt: skip
            reader.goes_to(site.url(path))
            assert reader.button.inner_text() == label


def test_on_a_right_to_left_page_the_button_is_on_the_left(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": html(PROSE + tag(chat_server), attributes="dir=rtl lang=he")}) as site:
        reader.goes_to(site.url())
        box = reader.button.bounding_box()
        assert box and round(box["x"]) == 16


def test_the_button_does_not_print_and_is_large_enough_for_a_thumb(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.page.emulate_media(media="print")
        assert not reader.button.is_visible()
        reader.page.emulate_media(media="screen")
        reader.page.set_viewport_size({"width": 360, "height": 640})
        box = reader.button.bounding_box()
        assert box and 44 <= box["width"] <= 56 and box["height"] >= 44
        assert reader.page.get_by_role("button", name="Ask AI").is_visible()


def test_the_sites_own_button_takes_the_place_of_ours(reader: Reader, chat_server: str) -> None:
    body = "<nav><a class='mine' href='#'><b>Help</b></a></nav>" + PROSE
    with docs({"/": embedding(chat_server, "?button=.mine", body=body)}) as site:
        reader.page.goto(site.url())
        reader.page.wait_for_function("window.HyperRun")
        assert not reader.button.is_visible()
        reader.page.locator(".mine b").click()
        reader.sees_the_cursor()
        reader.page.keyboard.press("Escape")
        reader.sees_it_closed()
        assert reader.page.evaluate("document.activeElement.className") == "mine"


@pytest.mark.parametrize(
    ("shortcut", "pressed", "not_pressed"),
    [
        ("mod+i", "Control+i", "i"),
        pytest.param("ctrl+shift+k", "Control+Shift+K", "Control+Alt+k", marks=pytest.mark.slow),
        pytest.param("alt+a", "Alt+a", "a", marks=pytest.mark.slow),
        pytest.param("?", "Shift+?", "Control+?", marks=pytest.mark.slow),
        ("none", "Control+k", "/"),
    ],
)
def test_a_shortcut_opens_and_only_where_it_was_asked_for(
    reader: Reader, chat_server: str, shortcut: str, pressed: str, not_pressed: str
) -> None:
    query = "" if shortcut == "none" else "?shortcut=" + shortcut.replace("+", "%2B")
    with docs({"/": embedding(chat_server, query, body="<input id=mine>" + PROSE)}) as site:
        reader.goes_to(site.url())
        if shortcut != "none":
            reader.has_the_panel()
        before = len(reader.asked_of(chat_server))
        reader.page.keyboard.press(not_pressed)
        if shortcut == "none":
            reader.page.keyboard.press(pressed)
        elif shortcut == "?":
            reader.page.locator("#mine").focus()
            reader.page.keyboard.press("?")
            assert reader.page.locator("#mine").input_value() == "?"
            reader.page.locator("#mine").blur()
        assert len(reader.asked_of(chat_server)) == before
        if shortcut != "none":
            reader.page.keyboard.press(pressed)
            reader.sees_the_cursor()


def test_selected_text_offers_to_ask_about_it(reader: Reader, chat_server: str) -> None:
    with docs({"/": embedding(chat_server)}) as site:
        reader.goes_to(site.url())
        reader.page.locator("#first").select_text()
        offer = reader.page.get_by_role("button", name="Ask about this")
        offer.wait_for()
        before = reader.asked_of(chat_server)  # the panel's script, which offers; not its frame
        assert [path.partition(".")[0] for path in before] == ["/embed", "/embed/panel"]
        offer.click()
        reader.sees_the_cursor()
        reader.until("document.getElementById('selection').value === 'Lamps light rooms.'")
        assert not offer.is_visible()


@pytest.mark.slow
def test_text_in_a_form_field_and_a_site_that_says_no_get_no_offer(
    reader: Reader, chat_server: str
) -> None:
    body = "<input id=mine value='some words'>" + PROSE
    pages = {
        "/field": embedding(chat_server, body=body),
        "/off": embedding(chat_server, "?selection=off"),
    }
    with docs(pages) as site:
        for path, chosen in (("/field", "#mine"), ("/off", "#first")):
            reader.goes_to(site.url(path))
            reader.page.locator(chosen).select_text()
            reader.page.wait_for_timeout(450)  # longer than the offer takes to appear
            assert reader.page.get_by_role("button", name="Ask about this").count() == 0


def test_a_script_without_an_address_uses_the_public_one(
    chromium: Browser, reader: Reader, chat_server: str
) -> None:
    """As Quarto's `embed-resources` leaves it: the script's text inside the page."""
    text = reader.page.request.get(f"{chat_server}/embed").text()
    inlined = text.replace('"/embed"', f'"{chat_server}/embed"').replace(
        "`/embed`", f"`{chat_server}/embed`"
    )
    assert inlined != text
    with docs({"/": html(f"{PROSE}<script>{inlined}</script>")}) as site:
        reader.goes_to(site.url())
        reader.opens()
    assert reader.complaints.said == []

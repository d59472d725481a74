"""In the place of the site's own search, and beside the text: on made pages and generated sites."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import accessibility_findings, screenshot
from tests.generators import EXAMPLES, GENERATORS, MADE, Publish
from tests.host_sites import Reader, docs, embedding
from tests.server import Serve

OWN = (
    "<header style='position:sticky;top:0;height:60px;background:#eee'>"
    "<form role=search onsubmit='return false'><input type=search name=q placeholder=Search>"
    "</form><button class=menu>Menu</button></header>"
    "<h1>Lamps</h1><p id=first>Lamps light rooms.</p><a href=#next id=next>Next page</a>"
    "<article><input type=search id=demo></article><div style='height:2000px'></div>"
    "<a href=#on style='position:fixed;right:15px;top:300px;width:50px'>On</a>"
)
# Controls on the screen that the panel keeps from a finger.
COVERED = """() => [...document.querySelectorAll('a, button, input, label')].filter((each) => {
  const box = each.getBoundingClientRect();
  const x = box.left + box.width / 2, y = box.top + box.height / 2;
  return each.checkVisibility({visibilityProperty: true, opacityProperty: true}) && box.width > 1
    && x > 0 && y > 0 && x < innerWidth && y < innerHeight
    && document.elementFromPoint(x, y)?.localName === 'hyper-run';
}).map((each) => each.outerHTML.slice(0, 120))"""


def searches(reader: Reader) -> None:
    """Wait until our box is open, for what is typed."""
    reader.panel.wait_for()
    reader.until("document.activeElement?.id === 'search-words' && document.hasFocus()")


def leaves(reader: Reader) -> None:
    reader.page.keyboard.press("Escape")
    reader.sees_it_closed()


def test_the_sites_own_search_opens_ours_by_hand_and_by_key(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server, "?search=on", body=OWN)}) as site:
        reader.goes_to(site.url())
        reader.has_the_panel()
        own = reader.page.locator("[name=q]")
        own.click()
        searches(reader)
        reader.page.keyboard.type("dim")
        reader.until("document.querySelector('#row-1')")
        assert own.input_value() == ""
        leaves(reader)
        for keys in ("/", "Control+k"):
            reader.page.keyboard.press(keys)
            searches(reader)
            leaves(reader)
        own.evaluate("e => e.focus()")  # as the site's own key does
        searches(reader)
        leaves(reader)
        reader.page.locator("#demo").fill("a demonstration in the text")
        assert not reader.panel.is_visible()
    assert reader.complaints.said == []


def test_who_goes_by_tab_goes_past_it_and_may_type(reader: Reader, chat_server: str) -> None:
    with docs({"/": embedding(chat_server, "?search=on", body=OWN)}) as site:
        reader.goes_to(site.url())
        reader.has_the_panel()
        reader.page.keyboard.press("Tab")
        assert reader.page.evaluate("document.activeElement.name") == "q"
        reader.page.keyboard.press("Tab")
        assert reader.page.evaluate("document.activeElement.className") == "menu"
        reader.page.keyboard.press("Shift+Tab")
        reader.page.keyboard.type("d")
        searches(reader)
        reader.until("document.getElementById('search-words').value === 'd'")


def test_where_the_server_is_away_the_sites_own_search_is_as_it_was(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server, "?search=on", body=OWN)}) as site:
        reader.page.route("**/embed/panel*", lambda route: route.abort())
        reader.goes_to(site.url())
        reader.page.locator("[name=q]").click()
        reader.page.keyboard.type("/lamps")
        assert reader.page.locator("[name=q]").input_value() == "/lamps"
        assert not reader.panel.count()


def test_paper_keeps_no_room_for_the_docked_panel(reader: Reader, chat_server: str) -> None:
    """Printing shows no panel; afterwards it stands beside the text as before."""
    page = reader.page
    page.set_viewport_size({"width": 1400, "height": 800})
    margin = "getComputedStyle(document.documentElement).marginRight"
    with docs({"/": embedding(chat_server, "?layout=docked", body=OWN)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        beside = page.evaluate(margin)
        assert beside != "0px"
        page.evaluate(f"addEventListener('beforeprint', () => (window.printed = {margin}))")
        page.pdf()
        page.wait_for_function("window.printed !== undefined")
        assert page.evaluate("window.printed") == "0px"
        page.wait_for_function(f"{margin} === '{beside}'")
        assert reader.panel.is_visible()


def test_the_docked_panel_takes_room_gives_it_back_and_is_resized_by_keys(
    reader: Reader, chat_server: str
) -> None:
    page = reader.page
    margin = "parseInt(getComputedStyle(document.documentElement).marginRight)"
    with docs({"/": embedding(chat_server, "?layout=docked", body=OWN)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        assert page.evaluate(margin) == 384
        assert (
            page.evaluate("document.querySelector('header').getBoundingClientRect().right") <= 896
        )
        page.evaluate("scrollTo(0, 500)")
        assert page.evaluate("document.querySelector('header').getBoundingClientRect().top") == 0
        page.evaluate("scrollTo(0, 0)")
        assert page.evaluate(COVERED) == []
        handle = page.locator("hyper-run .handle")
        handle.focus()
        page.keyboard.press("ArrowLeft")
        assert page.evaluate(margin) == 400
        assert handle.get_attribute("aria-valuenow") == "400"
        page.keyboard.press("Escape")
        reader.sees_it_closed()
        assert page.evaluate(margin) == 0
        assert page.evaluate("document.documentElement.getAttribute('style')") is None
        page.reload()
        reader.opens()
        assert page.evaluate(margin) == 400  # remembered
        page.set_viewport_size({"width": 900, "height": 700})
        page.wait_for_function(f"{margin} === 0")  # too narrow: over a corner


# A list of headings that stays where the text leaves it, and a list of pages as wide as the window
# says, as VitePress has them; `OF_PAGE` makes room for that by the window, `OF_REST` by the page.
COLUMNS = (
    "<style>body{margin:0}.pages,.heads{position:fixed;top:0;height:100vh;background:#ccc}"
    ".pages{left:0;width:calc((100%% - 1000px)/2)}"
    ".room{display:flex;padding-left:calc((%s - 1000px)/2)}"
    "main{flex:none;width:640px}.heads{width:200px}</style><div class=pages>Pages</div>"
    "<div class=room><main><h1>Lamps</h1><p>Lamps light rooms.</p></main>"
    "<aside><div class=heads><a href=#one>One</a></div></aside></div>"
)
OF_PAGE, OF_REST = COLUMNS % "100vw", COLUMNS % "100%"
# It reaches out of the window, as Starlight's.
AS_WIDE = OF_PAGE.replace("width:200px", "width:100%;min-width:250px")
OVER_TEXT = """() => ['.pages', '.heads'].filter((name) => {
  const column = document.querySelector(name);
  const box = column.getBoundingClientRect();
  const text = document.querySelector('p').getBoundingClientRect();
  const isShown = column.checkVisibility({visibilityProperty: true});
  return isShown && box.left < text.right && box.right > text.left;
})"""


@pytest.mark.parametrize(
    ("body", "width", "has_room", "has_headings"),
    [
        (OF_PAGE, 1400, True, False),
        (AS_WIDE, 1400, True, False),
        (OF_PAGE, 2400, True, True),
        (OF_REST, 2000, False, True),
    ],
)
def test_no_column_of_the_site_lies_over_its_text_where_the_panel_is_beside_it(
    reader: Reader, chat_server: str, body: str, width: int, has_room: bool, has_headings: bool
) -> None:
    page = reader.page
    room = "parseInt(getComputedStyle(document.documentElement).marginRight)"
    page.set_viewport_size({"width": width, "height": 800})
    with docs({"/": embedding(chat_server, body=body)}) as site:
        reader.goes_to(site.url())
        assert page.evaluate(OVER_TEXT) == []
        reader.opens()
        assert page.evaluate(OVER_TEXT) == []
        assert (page.evaluate(room) > 0) is has_room
        headings = page.locator(".heads")
        assert headings.is_visible() is has_headings
        page.set_viewport_size({"width": 2600, "height": 800})
        page.wait_for_function(f"{room} === {440 if has_room else 0}")
        headings.wait_for()
        assert page.evaluate(OVER_TEXT) == []
        page.keyboard.press("Escape")
        reader.sees_it_closed()
        assert headings.is_visible()
    assert reader.complaints.said == []


@pytest.mark.parametrize(
    ("query", "width", "room"),
    [
        ("", 1280, 384),
        ("", 1279, 0),
        ("?layout=docked", 1000, 360),
        ("?layout=panel", 1600, 0),
    ],
)
def test_where_nothing_is_said_it_stands_beside_the_text_if_there_is_room_for_both(
    reader: Reader, chat_server: str, query: str, width: int, room: int
) -> None:
    with docs({"/": embedding(chat_server, query, body=OWN)}) as site:
        reader.page.set_viewport_size({"width": width, "height": 720})
        reader.goes_to(site.url())
        reader.opens()
        given = "parseInt(getComputedStyle(document.documentElement).marginRight)"
        assert reader.page.evaluate(given) == room
        if room:
            assert reader.page.evaluate(COVERED) == []
        reader.page.evaluate("HyperRun.close()")
        reader.sees_it_closed()
        assert reader.page.evaluate(given) == 0


def test_the_floating_panel_leaves_the_sites_bar_free_and_its_button_closes_it(
    reader: Reader, chat_server: str
) -> None:
    with docs({"/": embedding(chat_server, body=OWN)}) as site:
        reader.page.set_viewport_size({"width": 1279, "height": 640})
        reader.goes_to(site.url())
        reader.opens()
        box = reader.panel.bounding_box()
        assert box and box["y"] >= 60
        assert reader.button.inner_text() == "Close"
        reader.button.click()
        reader.sees_it_closed()
        assert reader.button.inner_text() == "Ask AI"


@pytest.mark.parametrize("layout", ["panel", "docked"])
def test_a_reader_expands_the_panel_and_shrinks_it_and_the_answer_stays(
    reader: Reader, chat_server: str, layout: str
) -> None:
    page, chat = reader.page, reader.page.frame_locator("hyper-run iframe")
    turn, question = chat.locator("#expand"), chat.locator(".question")
    with docs({"/": embedding(chat_server, f"?layout={layout}", body=OWN)}) as site:
        page.set_viewport_size({"width": 1280, "height": 800})
        reader.goes_to(site.url())
        reader.opens()
        reader.asks("How do I dim a lamp?", 1)
        expect(turn).to_have_accessible_name("Expand")
        before = reader.panel.bounding_box()
        turn.click()
        expect(turn).to_have_accessible_name("Shrink")
        expect(reader.panel).to_have_attribute("aria-modal", "true")
        large = reader.panel.bounding_box()
        assert large and before and large["width"] > before["width"]
        assert abs(large["x"] + large["width"] / 2 - 640) < 2
        expect(question).to_have_text("How do I dim a lamp?")
        turn.click()
        expect(turn).to_have_accessible_name("Expand")
        assert reader.panel.bounding_box() == before
        expect(question).to_have_text("How do I dim a lamp?")
        turn.click()
        expect(reader.panel).to_have_attribute("aria-modal", "true")
        page.mouse.click(20, 400)  # beside it
        expect(turn).to_have_accessible_name("Expand")
        page.set_viewport_size({"width": 390, "height": 780})
        expect(turn).to_be_hidden()  # it covers a phone as it is


def test_the_button_makes_way_for_what_ends_the_page(reader: Reader, chat_server: str) -> None:
    page = reader.page
    foot = "<p style='text-align:right'><a href=#edit>Edit this page</a></p>"
    foot += "<p style='text-align:right'><button>Next</button></p>"
    with docs({"/": embedding(chat_server, body=OWN + foot)}) as site:
        reader.goes_to(site.url())
        before = reader.button.bounding_box()
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.wait_for_function(f"() => !({COVERED})().length")
        at = reader.button.bounding_box()
        edit = page.get_by_role("link", name="Edit this page").bounding_box()
        assert at and edit and at["y"] + at["height"] < edit["y"]
        page.mouse.move(300, 300)
        page.mouse.wheel(0, -400)
        page.wait_for_function("document.documentElement.scrollHeight > scrollY + innerHeight + 99")
        eventually_at(reader, before)
    assert reader.complaints.said == []


def eventually_at(reader: Reader, place: object) -> None:
    """Wait until the button is there."""
    for _ in range(200):
        if reader.button.bounding_box() == place:
            return
        reader.page.wait_for_timeout(20)
    assert reader.button.bounding_box() == place


AT_THE_TOP = (
    "document.querySelector('hyper-run').shadowRoot.querySelector('.grip')"
    ".getBoundingClientRect().top === 0"
)


@pytest.mark.parametrize("layout", ["panel", "dialog"])
def test_on_a_phone_a_finger_draws_it_down_and_a_short_way_is_none(
    reader: Reader, chat_server: str, layout: str
) -> None:
    page = reader.page
    page.set_viewport_size({"width": 390, "height": 780})
    with docs({"/": embedding(chat_server, f"?layout={layout}", body=OWN)}) as site:
        reader.goes_to(site.url())
        reader.opens()
        grip = page.locator("hyper-run .grip")
        box, frame = grip.bounding_box(), page.locator("hyper-run iframe").bounding_box()
        assert box and frame
        assert box["height"] + frame["height"] == 780
        touch = page.context.new_cdp_session(page)
        touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

        def draw(to: float) -> None:
            for kind, y in (("touchStart", 10.0), ("touchMove", to / 2), ("touchMove", to)):
                points = [{"x": 195, "y": y}]
                touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        draw(60)
        page.wait_for_function(AT_THE_TOP)
        assert reader.panel.is_visible()
        draw(300)
        reader.sees_it_closed()
        reader.opens()
        page.wait_for_function(AT_THE_TOP)
        page.set_viewport_size({"width": 1280, "height": 780})
        assert not grip.is_visible()
    assert reader.complaints.said == []


@pytest.mark.slow
@pytest.mark.timeout(400)  # may install a generator
@pytest.mark.parametrize("kind", GENERATORS)
def test_on_a_generated_site_its_search_is_ours_and_docked_nothing_is_out_of_reach(
    reader: Reader, serve: Serve, publish: Publish, kind: str, tmp_path: Path
) -> None:
    page = reader.page
    page.set_viewport_size({"width": 1280, "height": 800})
    with publish(kind, "http://server.example") as site:
        start = site.url("/index.html" if kind == "html" else "/")
        assert site.folder is not None
        server = serve(
            repo_path=str(sources(kind, tmp_path)), site_dir=str(site.folder),
            site_url=site.url("/"), allowed_origins=(site.address,),
        ).url  # fmt: skip
        tag = re.compile(r"http://server\.example/embed(\?)?(?=[\"'?&a-z])")
        for path in site.folder.rglob("*.html"):
            line = f"{server}/embed?search=on&layout=docked&"
            path.write_text(tag.sub(line, path.read_text()))
        reader.goes_to(start)
        reader.has_the_panel()
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 420})
            page.evaluate("scrollTo(0, 0); scrollTo(0, document.documentElement.scrollHeight)")
            page.wait_for_function(f"() => !({COVERED})().length")
        page.set_viewport_size({"width": 1280, "height": 800})
        the_sites_own = set(accessibility_findings(page))
        finds(reader)
        assert set(accessibility_findings(page)) - the_sites_own == set()
        screenshot(page, f"search-{kind}")
        page.keyboard.press("Enter")
        reader.sees_it_closed()
        heading(page, "Dimming").wait_for()  # in the site's own tab
        assert page.context.pages == [page]
        assert page.url.startswith(site.url("/"))
        page.go_back()
        heading(page, "Lantern").wait_for()
        reader.has_the_panel()
        assert page.locator("hyper-run").count() == 1
        own = page.locator(OWN_SEARCH.get(kind, "#none")).locator("visible=true")
        if kind in OWN_SEARCH:
            own.first.click()
            searches(reader)
            leaves(reader)
        reader.button.click()
        reader.sees_the_cursor()
        for width in (1280, 1600):
            page.set_viewport_size({"width": width, "height": 800})
            page.wait_for_function(
                "parseInt(getComputedStyle(document.documentElement).marginRight)"
            )
            for end in ("0", "document.documentElement.scrollHeight"):
                page.evaluate(f"scrollTo(0, {end})")
                assert page.evaluate(COVERED) == []
        screenshot(page, f"docked-{kind}")
        reader.box.click()
        page.keyboard.press("Escape")
        reader.sees_it_closed()
        in_the_dark_from_right_to_left_on_a_phone(reader, kind)
    assert reader.complaints.about(server, "hyper", "HyperRun") == []


def sources(kind: str, folder: Path) -> Path:
    """What the site is made from, without what was made of it."""
    example = EXAMPLES / GENERATORS[kind].example
    return Path(shutil.copytree(example, folder / "sources", ignore=shutil.ignore_patterns(*MADE)))


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", level=1, name=name)


def finds(reader: Reader) -> None:
    """Search by the site's key, and go to the first row by an arrow."""
    reader.page.keyboard.press("/")
    searches(reader)
    reader.page.keyboard.type("dimm")
    reader.until("document.querySelector('#row-1 mark')?.textContent === 'Dimm'")
    reader.page.keyboard.press("ArrowDown")
    named = "document.getElementById('search-words').getAttribute('aria-activedescendant')"
    reader.until(f"{named} === 'row-1'")


def in_the_dark_from_right_to_left_on_a_phone(reader: Reader, kind: str) -> None:
    """The page turned round, dark where it can be; the box is whole, and as accessible as it."""
    page, dark = reader.page, GENERATORS[kind].dark
    if dark:
        dark(page)
    page.set_viewport_size({"width": 390, "height": 780})
    page.evaluate("document.documentElement.dir = 'rtl'")
    the_sites_own = set(accessibility_findings(page))
    finds(reader)
    reader.frame.evaluate("document.documentElement.dir = 'rtl'")
    if dark:
        reader.until("document.documentElement.dataset.theme === 'dark'")
    assert set(accessibility_findings(page)) - the_sites_own == set()
    reader.until("document.documentElement.scrollWidth <= innerWidth")
    box = reader.panel.bounding_box()
    assert box and box["x"] == 0 and box["width"] in (375, 390)  # beside the site's bar, or over
    screenshot(page, f"phone-{kind}")
    leaves(reader)


# What a reader clicks on to search there; pages of plain HTML have no search.
OWN_SEARCH = {
    "mkdocs": "[data-bs-target='#mkdocs_search_modal']",
    "material": ".md-search__input",
    "zensical": ".md-search__button",
    "furo": ".sidebar-search",
    "rtd": "[name=q]",
    "pydata": ".search-button-field",
    "vitepress": ".DocSearch-Button",
    "docusaurus": ".DocSearch-Button",
    "starlight": "site-search button",
    "quarto": "#quarto-search button",
}

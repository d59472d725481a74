"""How the chat looks, by what can be measured of it: contrast, targets, room, movement, words."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from hyperrun.llm.library import lisette as import_models
from tests.browser import accessibility_findings, choose
from tests.model_server import ModelServer, Script, running_model_server
from tests.server import RunningServer, running, settings_in, write_repository
from tests.test_whole_way import answers, ask

pytestmark = pytest.mark.browser

ANSWER = """## Dim

Call `dim` with a level between 0 and 100 [1]:

```python title="dim.py"
lamp.dim(40)
```

- [x] Paired
- [ ] Dimmed

| option | default |
|---|--:|
| `level` | 100 |

![A lamp](https://docs.example/lamp.png)
"""
TELL_PAGE = "detail => document.dispatchEvent(new CustomEvent('hyperrun:page', {detail}))"


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with running_model_server() as server:
        server.default = Script(ANSWER)
        yield server


@pytest.fixture(scope="module")
def server(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    import_models()  # it takes seconds, and the first question does not wait for it

    folder = tmp_path_factory.mktemp("looks")
    settings = settings_in(
        folder,
        model="openai/scripted",
        api_base=model.url,
        share=True,
        questions_per_minute=0,
        questions_per_minute_per_address=0,
    )
    with running(settings) as server:
        server.wait_until_ready()
        yield server


@pytest.fixture
def chat(server: RunningServer, page: Page) -> Page:
    page.set_viewport_size({"width": 440, "height": 760})
    page.goto(f"{server.url}/chat-standalone")
    return page


# What is written in which colour on which ground, each of the tokens.
PAIRS = (
    ("--color-base-content", "--color-base-100", 4.5),
    ("--color-base-content", "--color-base-200", 4.5),
    ("--color-base-content", "--tint", 4.5),
    ("--color-base-content", "--tint-2", 4.5),
    ("--color-base-content", "--found", 4.5),
    ("--muted", "--color-base-100", 4.5),
    ("--muted", "--color-base-200", 4.5),
    ("--accent-ink", "--color-base-100", 4.5),
    ("--accent-ink", "--tint-2", 4.5),
    ("--color-primary-content", "--color-primary", 4.5),
    ("--warn", "--color-base-100", 4.5),
    ("--bad", "--color-base-100", 4.5),
    ("--edge", "--color-base-100", 3.0),
)
CONTRASTS = """([site, pairs]) => {
    document.documentElement.style.setProperty('--site', site);
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    const probe = document.body.appendChild(document.createElement('i'));
    const luminance = (token) => {
        probe.style.color = `var(${token})`;
        canvas.fillStyle = getComputedStyle(probe).color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(each => each / 255)
            .map(each => each <= .04045 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const contrasts = pairs.map(([ink, ground]) => {
        const [low, high] = [luminance(ink), luminance(ground)].sort((a, b) => a - b);
        return (high + .05) / (low + .05);
    });
    probe.remove();
    return contrasts;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_whatever_colour_a_site_sets_every_text_can_be_read(chat: Page, theme: str) -> None:
    chat.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    for site in ("#422ad5", "#000", "#fff", "red", "#ff0", "#0f0", "#0ff", "#3b82f6", "#f97316",
                 "#10b981", "#db2777", "gray", "#757575", "oklch(0.7 0.2 140)"):  # fmt: skip
        found = chat.evaluate(CONTRASTS, [site, [pair[:2] for pair in PAIRS]])
        low = [
            (ink, ground, round(contrast, 2))
            for (ink, ground, least), contrast in zip(PAIRS, found, strict=True)
            if contrast < least
        ]
        assert low == [], f"{site} in {theme}"


def test_an_answer_is_set_as_a_page_is(chat: Page) -> None:
    ask(chat, "How do I dim a lamp?")
    answers(chat, 1)
    ground = "e => getComputedStyle(e).backgroundColor"
    assert chat.locator(".answer").evaluate(ground) == "rgba(0, 0, 0, 0)"
    assert chat.locator(".question").evaluate("e => e.parentNode.tagName") != "MAIN"
    expect(chat.locator(".code-name").first).to_have_text("dim.py")
    chat.evaluate("getSelection().selectAllChildren(document.querySelector('.answer'))")
    marked = chat.evaluate("getSelection().toString()")
    assert "lamp.dim(40)" in marked and "dim.py" not in marked and "Copy" not in marked
    expect(chat.get_by_role("img", name="done")).to_have_count(1)
    expect(chat.get_by_role("img", name="to do")).to_have_count(1)
    aligned = chat.locator(".prose td").last.evaluate("e => getComputedStyle(e).textAlign")
    assert aligned.endswith("right")
    expect(chat.locator(".blocks img")).to_have_count(0)  # of no origin that is allowed
    citation = chat.locator("a.citation").first
    around = citation.evaluate(
        "e => [getComputedStyle(e, '::after').width, getComputedStyle(e, '::after').height]"
    )
    assert all(float(size.removesuffix("px")) >= 24 for size in around)
    expect(chat.locator(".steps .step")).to_have_text("Searched the docs")
    expect(chat.locator(".cost")).to_be_hidden()
    chat.get_by_label("Model and cost").click()
    expect(chat.locator(".cost")).to_contain_text("openai/scripted")
    chat.keyboard.press("Escape")
    expect(chat.locator(".cost")).to_be_hidden()


def test_a_citation_and_a_source_open_the_same_card_and_escape_leads_back(chat: Page) -> None:
    ask(chat, "How do I dim a lamp?")
    answers(chat, 1)
    card = chat.locator(".source-card-float")
    for opener in (chat.locator("a.citation").first, chat.locator(".source-chip").first):
        opener.focus()
        chat.keyboard.press("Enter")
        expect(card).to_be_focused()
        expect(opener).to_have_attribute("aria-expanded", "true")
        expect(card.locator(".source-crumb")).to_have_text("Lantern")
        expect(card.get_by_role("link").first).to_have_text("Dimming a lamp")
        expect(card.locator(".source-text p code")).to_have_text("lantern.dim(level)")
        assert "##" not in card.inner_text() and "`" not in card.inner_text()
        chat.keyboard.press("Escape")
        expect(card).to_have_count(0)
        expect(opener).to_be_focused()
    assert len(chat.context.pages) == 1


def test_finished_blocks_do_not_move_while_an_answer_grows(chat: Page, model: ModelServer) -> None:
    text = "\n\n".join([ANSWER, *(f"Paragraph {n}. " + "More words. " * 9 for n in range(6))])
    model.script(Script(text, delay_s=0.004))
    ask(chat, "Much?")
    expect(chat.locator(".blocks > *").first).to_be_visible()
    chat.evaluate(
        """() => { window.moved = []; const first = document.querySelector('.blocks');
        window.places = [...first.children].map(each => each.offsetTop);
        new MutationObserver(() => {
            const now = [...first.children].map(each => each.offsetTop);
            window.places.forEach((place, at) => {
                if (now[at] !== place) window.moved.push([at, place, now[at]]);
            });
            window.places = now;
        }).observe(first.parentNode, {childList: true, subtree: true, characterData: true}) }"""
    )
    answers(chat, 1)
    assert chat.evaluate("window.places.length") > 8
    assert chat.evaluate("window.moved") == []


def test_the_chat_page_is_at_most_fifty_kilobytes(server: RunningServer) -> None:
    html = httpx.get(f"{server.url}/chat-standalone").text
    size = len(gzip.compress(html.encode(), 9))
    for asset in re.findall(r'(?:href|src)="(assets/[^"]+)"', html):
        found = server.services.assets.find(asset.removeprefix("assets/"))
        assert found is not None
        size += len(found.gzipped)
    assert size <= 50_000


@pytest.mark.parametrize("size", [(320, 256), (320, 568), (568, 320), (640, 400)])
def test_the_messages_keep_half_of_a_small_window(chat: Page, size: tuple[int, int]) -> None:
    chat.set_viewport_size({"width": size[0], "height": size[1]})
    ask(chat, "How do I dim a lamp?")
    answers(chat, 1)
    box = chat.locator("#messages").bounding_box()
    assert box and box["height"] >= size[1] / 2
    assert chat.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_an_answer_is_read_out_in_finished_sentences_where_that_is_wished(
    chat: Page, model: ModelServer
) -> None:
    spoken = chat.locator("#spoken")
    model.script("Silent. It is.", Script("One is said. Two is", stall_after=4), "Three. Four.")
    ask(chat, "How?")
    answers(chat, 1)
    expect(spoken).to_be_empty()
    choose(chat, "Settings")
    chat.get_by_label("Read answers out").check()
    chat.keyboard.press("Escape")
    expect(chat.locator("#menu > summary")).to_be_focused()
    ask(chat, "And how?")
    expect(spoken).to_have_text("One is said. ")
    chat.locator("#stop").click()
    answers(chat, 2)
    ask(chat, "At last?")
    answers(chat, 3)
    expect(spoken).to_have_text("Three. Four. ")
    expect(chat.get_by_role("status").first).to_have_text("Answer ready.")
    chat.locator("#messages").focus()
    for expected in ("At last?", "And how?", "How?"):
        chat.keyboard.press("Alt+ArrowUp")
        focused = chat.locator(".exchange:focus .question")
        expect(focused).to_have_text(expected)
    chat.keyboard.press("Alt+ArrowDown")
    expect(chat.locator(".exchange:focus .question")).to_have_text("And how?")


def test_the_page_one_is_on_gives_the_first_questions(chat: Page) -> None:
    expect(chat.locator("#starters")).to_contain_text("For a start")
    chat.evaluate(TELL_PAGE, {"url": "https://lantern.example/guide/", "title": "The guide"})
    expect(chat.locator("#starters")).to_contain_text("On this page: The guide")
    expect(chat.locator(".starter").first).to_contain_text("?")
    chat.evaluate(TELL_PAGE, {"url": "https://lantern.example/none/", "title": "None"})
    expect(chat.locator("#starters")).to_contain_text("For a start")


def test_a_reader_chooses_a_language_and_it_stays(chat: Page, server: RunningServer) -> None:
    choose(chat, "Language")
    chat.get_by_role("link", name="עברית").click()
    expect(chat.locator("html")).to_have_attribute("dir", "rtl")
    expect(chat.get_by_role("textbox")).to_have_attribute("placeholder", "כתבו שאלה…")
    chat.goto(f"{server.url}/chat-standalone")
    expect(chat.locator("html[data-ready]")).to_have_attribute("lang", "he")


def test_an_empty_conversation_offers_the_last_one_to_go_on_with(chat: Page) -> None:
    ask(chat, "How do I dim a lamp?")
    answers(chat, 1)
    chat.locator("#new-conversation").click()
    chat.locator(".go-on").click()
    expect(chat.locator(".question")).to_have_text(["How do I dim a lamp?"])


def test_a_conversation_prints_as_a_document(chat: Page) -> None:
    ask(chat, "How do I dim a lamp?")
    answers(chat, 1)
    chat.emulate_media(media="print")
    for hidden in ("#composer", ".actions", ".follow-ups", "#menu", ".edit", ".copy"):
        expect(chat.locator(hidden).first).to_be_hidden()
    for shown in (".question", ".blocks pre", ".source-chip"):
        expect(chat.locator(shown).first).to_be_visible()
    place = chat.locator(".source-chip").first.evaluate(
        "e => getComputedStyle(e, '::after').content"
    )
    assert "lantern.example/guide/#dimming-a-lamp" in place


def test_the_start_page_shows_what_is_picked_and_writes_the_line(
    server: RunningServer, page: Page
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{server.url}/")
    frame = page.frame_locator("#preview")
    expect(frame.locator(".preview-page")).to_contain_text("lights rooms over the network")
    expect(frame.locator("hyper-run")).to_have_count(1)
    page.get_by_label("Theme").select_option("dark")
    room = """(least) => {
        const page = document.getElementById('preview').contentDocument?.documentElement;
        const given = page && parseInt(getComputedStyle(page).marginRight);
        return least ? given >= least : given === 0 && page.dataset.theme === 'dark';
    }"""
    page.wait_for_function(room, arg=320)
    page.get_by_label("Layout").select_option("panel")
    page.wait_for_function(room, arg=0)
    expect(page.locator(".snippet[open] code")).to_contain_text("layout=panel")
    page.get_by_label("Layout").select_option("docked")
    page.get_by_label("How do I install Lantern?").check()
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    lines = page.locator(".snippet[open] code")
    expect(lines).to_contain_text("/embed?theme=dark&questions=How%20do%20I%20install%20Lantern%3F")
    page.get_by_text("Zensical").first.click()
    expect(page.locator(".snippet[open] code")).to_contain_text("offset_y=88&theme=dark")
    page.locator("[name=color]").evaluate(
        "e => { e.value = '#ff8800'; e.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    expect(page.locator(".snippet[open] code")).to_contain_text("color=%23ff8800")
    page.get_by_label("How do I install Lantern?").evaluate(
        "e => { e.value = 'a | b?'; e.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    expect(page.locator(".snippet[open] code")).to_contain_text("questions=a%20%5C%7C%20b%3F")


@pytest.mark.parametrize("address", ["shared/nothing", "no-such-page"])
def test_a_page_with_nothing_on_it_leads_back(
    server: RunningServer, page: Page, address: str
) -> None:
    page.goto(f"{server.url}/{address}")
    page.get_by_role("link", name="Ask a question of your own").click()
    expect(page.get_by_role("textbox", name="Your question")).to_be_visible()


def test_where_the_system_forces_its_colours_what_is_pressed_and_focused_is_still_seen(
    server: RunningServer, chromium: Browser
) -> None:
    context = chromium.new_context(forced_colors="active", viewport={"width": 440, "height": 700})
    page = context.new_page()
    page.goto(f"{server.url}/chat-standalone")

    def style(selector: str, name: str) -> str:
        found = page.locator(selector).first
        return str(found.evaluate("(e, name) => getComputedStyle(e)[name]", name))

    page.locator("#query").fill("How do I dim a lamp?")
    assert style(".box", "outlineStyle") == "solid"
    page.keyboard.press("Enter")
    answers(page, 1)
    for drawn in (".chat-end .chat-bubble", ".prose .citation", ".source-number"):
        assert style(drawn, "borderTopStyle") == "solid", drawn
    assert style(".answer", "outlineStyle") == "none"  # a frame would stand on its words
    unpressed = style(".thumb", "backgroundColor")
    page.locator(".thumb").first.click()
    pressed = page.locator(".thumb[aria-pressed=true]")
    pressed.wait_for()
    assert style(".thumb[aria-pressed=true]", "backgroundColor") != unpressed
    assert accessibility_findings(page) == []
    context.close()


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", 440), ("ar", "dark", 320), ("he", "light", 1100), ("en", "dark", 320)],
)
def test_no_state_has_an_accessibility_finding(
    server: RunningServer, chromium: Browser, language: str, theme: str, width: int
) -> None:
    context = chromium.new_context(
        color_scheme=theme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 700},
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    page.goto(f"{server.url}/chat-standalone?lang={language}")

    def sound(state: str) -> None:
        assert accessibility_findings(page) == [], state
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state

    page.locator("#menu > summary").click()
    sound("menu")
    page.locator("#languages").click()
    page.locator("#language-dialog").wait_for()
    sound("languages")
    page.keyboard.press("Escape")
    page.evaluate(TELL_PAGE, {"url": "https://lantern.example/guide/", "title": "A guide"})
    page.locator("#query").fill("How do I dim a lamp?")
    sound("asking about a page")
    page.keyboard.press("Enter")
    answers(page, 1)
    page.locator(".steps summary").click()
    page.locator(".about-answer summary").click()
    sound("answered, steps and cost open")
    page.keyboard.press("Escape")
    page.locator(".source-chip").first.click()
    page.locator(".source-card-float").wait_for()
    sound("card")
    page.keyboard.press("Escape")
    page.locator(".thumb").nth(1).click()
    page.locator(".feedback-form").wait_for()
    page.locator("button.share").click()
    page.locator(".thanks a").wait_for()
    sound("shared")
    link = page.locator(".thanks a").get_attribute("href")
    page.locator("#new-conversation").click()
    page.locator(".go-on").wait_for()
    sound("a new conversation")
    page.goto(f"{server.url}/{link}")
    sound("the shared page")
    page.goto(f"{server.url}/nothing-here")
    sound("nothing")
    page.goto(f"{server.url}/?lang={language}")
    page.frame_locator("#preview").locator(".preview-page .prose").wait_for()
    sound("start")
    context.close()


def test_model_and_cost_are_hidden_and_pictures_shown_where_the_operator_says_so(
    server: RunningServer, model: ModelServer, page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
    root = write_repository(tmp_path_factory.mktemp("own"))
    (root / "docs" / "logo.svg").write_text(logo)
    settings = replace(
        server.settings,
        repo_path=str(root),
        data_dir=root.parent / "data",
        show_cost=False,
        images=("https://docs.example",),
        name="Lanterns of ours",
        logo="docs/logo.svg",
    )
    with running(settings) as own:
        own.wait_until_ready()
        page.goto(f"{own.url}/chat-standalone")
        expect(page.locator(".chat-title")).to_have_text("Lanterns of ours")
        expect(page.locator(".hello")).to_contain_text("Ask anything about Lanterns of ours")
        assert page.locator(".chat-bar .logo").evaluate("e => e.decode().then(() => e.alt)") == ""
        picture = httpx.get(f"{own.url}/logo")
        assert picture.headers["content-type"] == "image/svg+xml"
        policy = picture.headers["content-security-policy"]
        assert "script-src 'self';" in policy and "unsafe" not in policy  # nothing in it runs
        page.route("https://docs.example/**", lambda route: route.fulfill(
            content_type="image/svg+xml", body=logo))  # fmt: skip
        ask(page, "How do I dim a lamp?")
        answers(page, 1)
        expect(page.locator(".about-answer")).to_have_count(0)
        expect(page.get_by_role("img", name="A lamp")).to_have_js_property("complete", True)

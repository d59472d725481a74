"""On documentation sites made by their own generators, and on pages that defend themselves."""

import re

import pytest

from tests.browser import Answer, screenshot
from tests.generators import GENERATORS, Publish
from tests.host_sites import PROSE, Reader, docs, html, tag
from tests.model_server import ModelServer, Script
from tests.server import Serve

# The colour of an element's text or icon, in whichever notation it is computed.
IS_LIGHT = """selector => {
  const pixel = document.createElement('canvas').getContext('2d');
  pixel.fillStyle = getComputedStyle(document.querySelector(selector)).color;
  pixel.fillRect(0, 0, 1, 1);
  return Math.min(...pixel.getImageData(0, 0, 1, 1).data) > 150;
}"""


@pytest.mark.slow
@pytest.mark.timeout(400)  # may install a generator
@pytest.mark.parametrize("kind", GENERATORS)
def test_on_a_generated_site_it_appears_opens_follows_and_survives_ten_pages(
    reader: Reader, chat_server: str, publish: Publish, kind: str
) -> None:
    generator = GENERATORS[kind]
    page = reader.page
    page.set_viewport_size({"width": 1720, "height": 1000})  # links and switches beside the panel
    with publish(kind, chat_server) as site:
        reader.goes_to(site.url("/index.html" if kind == "html" else "/"))
        if generator.router:
            page.wait_for_load_state("networkidle")  # its router has read the sitemap
        for scrolled in ("0", "document.documentElement.scrollHeight"):
            page.evaluate(f"scrollTo(0, {scrolled})")
            box = reader.button.bounding_box()
            assert box
            middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
            top = page.evaluate("([x, y]) => document.elementFromPoint(x, y)?.localName", middle)
            assert top == "hyper-run"
        assert reader.asked_of(chat_server)[1:] == []

        reader.opens()
        page.keyboard.type("/sfn")
        assert reader.box.input_value() == "/sfn"  # no search of the site's opened
        reader.asks("How do I dim a lamp?", 1)
        reader.box.fill("and then?")
        frame = reader.frame
        for turn in range(10):
            name = "dimming" if turn % 2 == 0 else "start"
            page.locator("a:visible", has_text=re.compile(f"^{name}$")).first.click()
            page.get_by_role(
                "heading", level=1, name="Lantern" if turn % 2 else "Dimming"
            ).wait_for()
            reader.panel.wait_for()
            assert page.locator("hyper-run").count() == 1
            if generator.router:
                assert reader.frame is frame and reader.box.input_value() == "and then?"
        reader.sees(1)
        reader.until("document.getElementById('page-title').value.includes('Lantern')")

        if generator.dark:
            theme = "theme => document.documentElement.dataset.theme === theme"
            reader.until(theme, "light")
            generator.dark(page)
            reader.until(theme, "dark")
            for part in ("#close", ".thumb", "#query"):
                reader.until(IS_LIGHT, part)
        screenshot(page, f"host-{kind}")
        reader.box.click()
        page.keyboard.press("Escape")
        reader.sees_it_closed()
    assert reader.complaints.about(chat_server, "hyper", "HyperRun") == []


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", [kind for kind, made in GENERATORS.items() if made.router])
def test_an_answer_in_flight_goes_on_in_its_frame_while_the_router_changes_pages(
    reader: Reader, serve: Serve, model_server: ModelServer, publish: Publish, kind: str
) -> None:
    """Each word once, over one connection, and the model called once."""
    server = serve(model="openai/scripted", api_base=model_server.url)
    words = [f"word{n}" for n in range(400)]
    model_server.script(Script(" ".join(words), delay_s=0.2))
    page = reader.page
    page.set_viewport_size({"width": 1720, "height": 1000})
    with publish(kind, server.url) as site:
        reader.goes_to(site.url())
        page.wait_for_load_state("networkidle")
        reader.opens()
        reader.box.fill("How do I dim a lamp?")
        reader.box.press("Enter")
        frame = reader.frame
        for turn in range(4):
            said = frame.locator(".answer").inner_text() if turn else ""
            last = max((n for n, word in enumerate(words) if word in said), default=0)
            reader.until(
                "word => document.querySelector('.answer')?.textContent.includes(word)",
                words[last + 3],
            )
            assert frame.locator("[data-running]").count() == 1
            name = ("dimming", "start")[turn % 2]
            page.locator("a:visible", has_text=re.compile(f"^{name}$")).first.click()
            heading = ("Dimming", "Lantern")[turn % 2]
            page.get_by_role("heading", level=1, name=heading).wait_for()
        assert model_server.finished == 0
        model_server.hurry = True
        reader.sees(1)
        assert reader.frame is frame
        assert frame.locator(".answer .blocks").inner_text().split() == words
        streams = [url for url in reader.requests if "/stream/" in url]
        assert len(streams) == 1
    assert model_server.calls == 1
    assert reader.complaints.about(server.url, "hyper", "HyperRun") == []


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_button_leaves_docusauruss_way_back_to_the_top_in_reach(
    reader: Reader, chat_server: str, publish: Publish
) -> None:
    page = reader.page
    with publish("docusaurus", chat_server) as site:
        reader.goes_to(site.url())
        page.evaluate("document.querySelector('article').style.height = '6000px'")
        back = page.locator(".theme-back-to-top-button")
        for delta in (2000, -500):  # it comes when a reader scrolls up
            page.mouse.wheel(0, delta)
            page.wait_for_function("y => scrollY === y", arg=2000 if delta > 0 else 1500)
        back.click()
        page.wait_for_function("scrollY === 0")
        assert not reader.panel.is_visible()
    assert reader.complaints.said == []


HOSTILE = "*, *::before, *::after { all: unset !important }"
POLICY = (
    "default-src 'none'; script-src {0}; frame-src {0}; style-src 'none'; img-src 'none';"
    "connect-src 'none'; font-src 'none'; base-uri 'none'; form-action 'none'"
)
TRUSTED = "require-trusted-types-for 'script'; trusted-types 'none'"
ISOLATED = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def defended(server: str) -> dict[str, Answer]:
    """Pages that would break an embed that is not careful, each with the published line."""
    line = tag(server, "?layout=panel")
    nonce = tag(server, "?layout=panel", attributes="async nonce=lamp")

    def policy(text: str) -> dict[str, str]:
        return {"Content-Security-Policy": text.format(server)}

    def styled(style: str) -> str:
        return html(PROSE + line, head=f"<style>{style}</style>")

    return {
        "/strict-policy": Answer(html(PROSE + line), headers=policy(POLICY)),
        "/nonce": Answer(
            html(PROSE + nonce), headers=policy("script-src 'nonce-lamp'; frame-src {0}")
        ),
        "/strict-dynamic": Answer(
            html(PROSE + nonce),
            headers=policy("script-src 'nonce-lamp' 'strict-dynamic'; frame-src {0}"),
        ),
        "/trusted-types": Answer(html(PROSE + line), headers=policy(TRUSTED)),
        "/isolated": Answer(html(PROSE + line), headers=ISOLATED),
        "/credentialless": Answer(
            html(PROSE + line),
            headers={**ISOLATED, "Cross-Origin-Embedder-Policy": "credentialless"},
        ),
        "/unset": Answer(styled(HOSTILE)),
        "/hidden": Answer(
            styled(
                "html > :not(head, body) { display: none !important; opacity: 0 !important;"
                "position: static !important; transform: scale(0) !important;"
                "z-index: -1 !important;"
                "pointer-events: none !important; visibility: hidden !important }"
            )
        ),
        "/moved": Answer(
            styled(
                "html { font-size: 20px } body { filter: invert(1); transform: rotate(1deg) }"
                "iframe { display: none !important } button { display: none !important }"
            )
        ),
    }


FIRST = ("/strict-policy", "/unset")


@pytest.mark.parametrize(
    "path",
    [pytest.param(each, marks=[] if each in FIRST else pytest.mark.slow) for each in defended("x")],
)
def test_a_page_that_defends_itself_shows_and_opens_it_all_the_same(
    reader: Reader, chat_server: str, path: str
) -> None:
    with docs(defended(chat_server)) as site:
        reader.goes_to(site.url(path))
        box = reader.button.bounding_box()
        assert box and round(1280 - box["x"] - box["width"]) == 16
        assert round(720 - box["y"] - box["height"]) == 16 and box["height"] >= 44
        reader.opens()
        reader.asks("How do I dim a lamp?", 1)
        panel = reader.panel.bounding_box()
        assert panel and round(panel["width"]) == 440 and panel["height"] > 500
        screenshot(reader.page, f"hostile-{path[1:]}")
        reader.page.keyboard.press("Escape")
        reader.sees_it_closed()
        isolated = reader.page.evaluate("crossOriginIsolated")
        assert isolated == (path in ("/isolated", "/credentialless"))
    ours = reader.complaints.said
    assert [each for each in ours if "favicon" not in each] == []

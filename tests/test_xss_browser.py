"""Hostile texts on every way into the page, in Chromium: no script runs, nothing foreign is asked.

The browser's own wall, the content policy, is switched off where ours is on trial; the last test
tries it alone.
"""

import asyncio
import os
import re
import time
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, expect

from hyperrun.domain import Outcome, PageContext, Source, Step, Turn, Usage
from hyperrun.passage import Passage
from hyperrun.storage.store import MAX_TURNS
from hyperrun.text import without_controls
from tests.browser import choose, host_site
from tests.leaks import KEY
from tests.model_server import ModelServer, Script, Tool
from tests.server import RunningServer, Serve
from tests.xss_corpus import HOST, PAYLOADS, RUN, SURROUNDINGS, cut_at_borders

pytestmark = pytest.mark.browser

ALL = os.environ.get("CI") == "true"
SOME = PAYLOADS if ALL else PAYLOADS[::6]


@dataclass
class Harm:
    """What a page has done that it should not."""

    own: str
    done: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", self._asked)
        page.on("dialog", self._said)
        page.on("popup", lambda popup: self.done.append(f"opened {popup.url}"))
        page.on("download", lambda download: self.done.append(f"downloaded {download.url}"))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.own, "data:", "http://127.0.0.1:")):
            self.done.append(f"asked for {request.url}")

    def _said(self, dialog: Dialog) -> None:
        self.done.append(f"a dialog: {dialog.message}")
        dialog.dismiss()


# Everything in the document that could run or fetch, as text; empty where all is well.
INSPECT = """() => {
  const found = [];
  if (window.xss !== undefined) found.push('a script ran');
  if (location.href.includes('xss.invalid')) found.push('the page is gone');
  const foreign = 'iframe:not(hyper-run iframe, [src="preview?open=true"]), object, embed, applet,'
    + ' base, meta[http-equiv], math script, video, audio, form[action*="xss.invalid"],'
    + ' foreignObject, animate, set, style';
  for (const each of document.body.querySelectorAll(foreign)) found.push(each.outerHTML);
  for (const each of document.body.querySelectorAll('*')) {
    for (const {name, value} of each.attributes) {
      const links = ['href', 'src', 'action', 'formaction', 'xlink:href', 'srcset', 'data'];
      const own = !each.closest('.answer-body, .sources, .question');
      if (/^on/i.test(name)) found.push(each.outerHTML);
      if (links.includes(name) && /^[\\s\\x00-\\x1f]*(javascript|vbscript|data)\\s*:/i.test(value)
          && each.localName !== 'img') found.push(each.outerHTML);
      if (/^(data-)?hx-/.test(name) && value.includes('xss.invalid')) found.push(each.outerHTML);
      if (name === 'style' && !own) found.push(each.outerHTML);
      if (['src', 'srcset', 'poster'].includes(name) && value.includes('xss.invalid'))
        found.push(each.outerHTML);
    }
    if (each.localName === 'a' && each.host && each.host !== location.host
        && !(each.rel.includes('noopener') && each.target === '_blank')) found.push(each.outerHTML);
  }
  return found.map((each) => each.slice(0, 300));
}"""

# What a reader does without leaving. Not bubbling: what runs is what stands on the element itself.
PROVOKE = """() => {
  for (const each of document.querySelectorAll('body *')) {
    for (const kind of ['mouseover', 'mouseenter', 'pointerover', 'focus', 'blur', 'load', 'error'])
      each.dispatchEvent(new Event(kind));
    if (each.localName === 'details') each.open = true;
  }
}"""


@contextmanager
def watched(browser: Browser, own: str, *, with_policy: bool = False) -> Iterator[Page]:
    """A page in a context of its own that must do no harm."""
    context = browser.new_context(bypass_csp=not with_policy)
    try:
        page = context.new_page()
        harm = Harm(own)
        harm.watch(page)
        yield page
        page.evaluate(PROVOKE)
        # The page's own timers and handlers of broken images come before this answer.
        page.evaluate("() => new Promise((done) => setTimeout(done, 150))")
        assert page.evaluate(INSPECT) == []
        for frame in page.frames:
            assert frame.evaluate("() => window.xss === undefined"), "a script ran in a frame"
        assert harm.done == []
    finally:
        context.close()


def in_thread(work: Coroutine[Any, Any, Any]) -> Any:
    """Playwright keeps an event loop in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def kept_turns(payloads: Sequence[str], conversation: str) -> list[Turn]:
    """Turns with a payload in every field that is a stranger's."""
    turns = []
    for number, payload in enumerate(map(without_controls, payloads)):
        passage = Passage(
            file=payload,
            start_line=1,
            end_line=3,
            title=payload,
            kind=("section", "function")[number % 2],
            text=payload,
            language=payload,
            url=payload,
            permalink=payload,
        )
        surrounding = SURROUNDINGS[number % len(SURROUNDINGS)]
        turns.append(
            Turn(
                id=f"hostile{number:04}",
                conversation=conversation,
                question=payload,
                page=PageContext(url=payload, title=payload, heading=payload, selection=""),
                outcome=(Outcome.ANSWERED, Outcome.STOPPED, Outcome.FAILED)[number % 3],
                answer=f"{payload}\n\n{surrounding.replace('{}', payload)}\n\nSee [1] and [2].",
                steps=(Step(payload, found=1), Step(payload, failed=True)),
                sources=(Source(1, passage), Source(2, replace(passage, url=None))),
                usage=Usage(model=payload, prompt_tokens=1, cost_usd=0.1),
                error="error_model" if number % 3 == 2 else "",
                started=time.time() + number,
                ended=time.time() + number + 1,
                reason=payload,
                comment=payload,
            )
        )
    return turns


def restored(page: Page, server: RunningServer, turns: Sequence[Turn], token: str) -> None:
    """Open the chat page on a kept conversation and wait until it stands there."""
    in_thread(server.services.store.save(turns))
    page.goto(f"{server.url}/chat-standalone")
    expect(page.locator("html")).to_have_attribute("data-ready", "1")
    page.evaluate(
        "token => document.dispatchEvent(new CustomEvent('hyperrun:token', {detail: {token}}))",
        token,
    )
    expect(page.locator(".exchange")).to_have_count(len(turns), timeout=60_000)


@pytest.mark.slow
def test_a_kept_conversation_of_hostile_texts(serve: Serve, chromium: Browser) -> None:
    server = serve()
    session = server.services.tokens.new()
    conversation, token = session.conversation, session.token
    with watched(chromium, server.url) as page:
        restored(page, server, kept_turns(PAYLOADS[-MAX_TURNS:], conversation), token)
        shown = page.locator(".question").all_inner_texts()
        assert sum("script" in each for each in shown) > 20, "they are shown, as text"
        page.get_by_role("button", name="Not helpful").first.click()
        expect(page.locator(".feedback-form")).to_be_visible()


def test_streamed_answers_cut_at_every_border(
    serve: Serve, model_server: ModelServer, chromium: Browser
) -> None:
    server = serve(
        model="openai/scripted", api_base=model_server.url, questions_per_minute=0,
        questions_per_minute_per_address=0,
    )  # fmt: skip
    # One answer holds several payloads, each in another kind of block and cut in another place.
    size = 8
    with watched(chromium, server.url) as page:
        page.goto(f"{server.url}/chat-standalone")
        for count, start in enumerate(range(0, len(SOME), size), 1):
            pieces: list[str] = []
            for number, payload in enumerate(SOME[start : start + size]):
                surrounding = SURROUNDINGS[(start + number) % len(SURROUNDINGS)]
                whole = surrounding.replace("{}", payload)
                cuts = list(cut_at_borders(whole))
                pieces += [*cuts[(start + number) % len(cuts)], "\n\n"]
            model_server.script(Script(tools=[Tool(SOME[start])]), Script(pieces, delay_s=0.002))
            box = page.get_by_role("textbox", name="Your question")
            box.fill(SOME[start])
            box.press("Enter")
            expect(page.locator(".actions")).to_have_count(count, timeout=30_000)
            assert page.evaluate(INSPECT) == [], SOME[start : start + size]


def test_a_hostile_repository(serve: Serve, repository: Path, chromium: Browser) -> None:
    names = [payload for payload in PAYLOADS if "/" not in payload and "\0" not in payload]
    names = [name for name in names if len(name) < 100 and name.strip(". ")]
    written = 0
    for number, name in enumerate(names[:: 1 if ALL else 4]):
        path = repository / "docs" / f"{name}.md"
        payload = PAYLOADS[number]
        try:
            text = f"# {payload}\n\nThe lantern word{number} is lit.\n\n{payload}\n"
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
        except (OSError, ValueError, UnicodeError):
            continue
        written += 1
    assert written > 10
    (repository / "mkdocs.yml").write_text(f'site_name: "<img src=x onerror={RUN}>"\n')
    hostile = repository.parent / f"<img src=x onerror={RUN}>"
    repository.rename(hostile)
    server = serve(repo_path=str(hostile))
    with watched(chromium, server.url) as page:
        page.goto(f"{server.url}/")
        assert page.evaluate(INSPECT) == []
        page.goto(f"{server.url}/chat-standalone")
        for count in range(1, 6):
            box = page.get_by_role("textbox", name="Your question")
            box.fill(f"Where is the lantern word{count} lit?")
            box.press("Enter")
            expect(page.locator(".actions")).to_have_count(count, timeout=30_000)
            page.locator(".citation").last.focus()


def test_hostile_settings_and_a_hostile_providers_error(
    serve: Serve, model_server: ModelServer, chromium: Browser
) -> None:
    image = f'"><img src=x onerror={RUN}>'
    script = f"</script><script>{RUN}</script>"
    server = serve(
        title=image,
        subtitle=script,
        starters=(image, script, f"javascript:{RUN}"),
        human_url="https://help.example/?q={question}&a={answer}&p={page}",
        model=f"openai/{image}",
        api_base=model_server.url,
        api_key=KEY,
        share=True,
    )
    model_server.script(Script(status=400, echo=True))
    with watched(chromium, server.url) as page:
        page.goto(f"{server.url}/")
        assert page.evaluate(INSPECT) == []
        page.goto(f"{server.url}/chat-standalone?lang={script}&version={image}#page={image}")
        for count, words in enumerate((image, script), 1):
            box = page.get_by_role("textbox", name="Your question")
            box.fill(words)
            box.press("Enter")
            expect(page.locator(".actions")).to_have_count(count, timeout=30_000)
        choose(page, "Settings")
        expect(page.locator("#settings-dialog")).to_be_visible()
        expect(page.locator("#key-state")).to_contain_text("onerror")  # the model's name, as text
        assert "onerror" not in page.request.get(f"{server.url}/models?provider={image}").text()


def test_a_hostile_documentation_page_around_the_frame(serve: Serve, chromium: Browser) -> None:
    server = serve()
    image = f"<img src=x onerror={RUN}>"
    safe = image.replace("<", "&lt;").replace('"', "&quot;")
    tag = f'<script async src="{server.url}/embed?lang={safe}&title={safe}"></script>'
    html = (
        f"<!doctype html><title>{safe}</title><link rel=icon href=data:,>"
        f"<h1 id='{safe}'>{safe}</h1><p>{safe}</p>{tag}"
    )
    with host_site({"/": html}) as host, watched(chromium, server.url) as page:
        page.add_init_script(
            "const attach = Element.prototype.attachShadow;"
            "Element.prototype.attachShadow = function (options) {"
            "  return attach.call(this, {...options, mode: 'open'}); };"
        )
        page.goto(host.url("/"))
        page.locator("hyper-run .ask").click()
        chat = page.frame_locator("hyper-run iframe")
        box = chat.get_by_role("textbox", name="Your question")
        box.fill(image)
        box.press("Enter")
        expect(chat.locator(".actions")).to_have_count(1, timeout=15_000)
        frame = next(each for each in page.frames if each.url.startswith(server.url))
        assert frame.evaluate(INSPECT) == []
        # Messages of the wrong shape, from a page that may send whatever it likes.
        frame.parent_frame.evaluate(  # type: ignore[union-attr]
            """image => {
              const target = document.querySelector('hyper-run').shadowRoot
                .querySelector('iframe').contentWindow;
              for (const message of [image, {type: image}, {type: 'hyperrun:page', title: image,
                url: 'javascript:' + image, selection: image, heading: image},
                {type: 'hyperrun:token', token: image}, {type: 'hyperrun:theme', theme: image},
                null,
                {type: 'hyperrun:page', title: {toString: 1}}, [1], 5])
                target.postMessage(message, '*');
            }""",
            image,
        )
        box.fill("And now?")
        box.press("Enter")
        expect(chat.locator(".actions")).to_have_count(2, timeout=15_000)
        assert frame.evaluate(INSPECT) == []


def test_the_content_policy_alone_stops_scripts_and_all_but_navigation(
    serve: Serve, chromium: Browser
) -> None:
    server = serve()
    context = chromium.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.route(re.compile(HOST), lambda route: route.fulfill(body=""))
    page.goto(f"{server.url}/chat-standalone")
    expect(page.locator("html")).to_have_attribute("data-ready", "1")
    ran = []
    for payload in SOME:
        if "refresh" in payload.lower():  # a policy cannot forbid a page to leave
            continue
        page.evaluate(
            "payload => { document.querySelector('.messages, main').innerHTML = payload }", payload
        )
        page.evaluate(PROVOKE)
        if page.evaluate("() => window.xss !== undefined"):
            ran.append(payload)
            page.evaluate("() => delete window.xss")
    page.evaluate("() => new Promise((done) => setTimeout(done, 150))")
    assert not page.evaluate("() => window.xss !== undefined")
    assert ran == []
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []
    context.close()

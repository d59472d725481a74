"""Take the pictures of docs/ from the running program.

uv run --group test --group hosts --with pillow python scripts/screenshots.py features looks

`looks STATE …` draws these states alone.

A documentation site made by its real generator, the real server and Chromium; only the language
model is scripted.
"""

import io
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser import choose, host_site, launched_chromium  # noqa: E402
from tests.host_sites import OPEN_ROOTS  # noqa: E402
from tests.model_server import ModelServer, Script, running_model_server  # noqa: E402
from tests.server import GUIDE, RunningServer, running, settings_in  # noqa: E402
from tests.states import (  # noqa: E402
    QUESTION,
    SCENES,
    STATES,
    Stage,
    answered,
    ask,
    played,
    served,
)

DOCS = ROOT / "docs"
LOOKS = DOCS / "looks"
ANSWER = """Call `lantern.dim(level)` with a level between 0 and 100; **zero turns the lamp
off** [1]. The lamp has to be paired before [3]:

```bash
pip install lantern
lantern pair --room kitchen
```

| call | what it does |
| --- | --- |
| `lantern.dim(0)` | turns the lamp off [1] |
| `lantern.dim(100)` | makes it as bright as it can be [1] |

Lamps of one room answer together [4]."""
SHORT = "Call `dim` with a level between 0 and 100; **zero turns the lamp off** [1]."
HEBREW = """כדי לעמעם מנורה קוראים ל־`dim` עם ערך בין 0 ל־100; **אפס מכבה אותה** [3]:

```bash
pip install lantern
lantern pair --room kitchen
```"""
JAPANESE = "`dim` を 0 から 100 の値で呼び出します。**0 で消灯します** [1]。"
WITH_CODE = """Install it, and pair the lamp [3]:

```bash
pip install lantern
lantern pair --room kitchen
```"""


def build_site(folder: Path, server: str) -> Path:
    """examples/material, built by its generator, with the one line pointing at `server`."""
    source = folder / "source"
    subprocess.run(["cp", "-r", str(ROOT / "examples/material"), str(source)], check=True)
    (source / "docs" / "index.md").write_text(GUIDE)
    config = source / "mkdocs.yml"
    config.write_text(config.read_text().replace("http://localhost:5001", server))
    built = folder / "built"
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(config), "-d", str(built)],
        check=True,
    )
    return built


def crop(page: Page, name: str, *parts: Locator) -> None:
    """Write docs/`name`.png: the smallest picture of `page` that holds all `parts`."""
    page.wait_for_timeout(300)  # transitions
    boxes = [box for part in parts if (box := part.bounding_box())]
    size = page.viewport_size
    assert len(boxes) == len(parts) and size
    left = max(min(box["x"] for box in boxes) - 12, 0)
    top = max(min(box["y"] for box in boxes) - 12, 0)
    right = min(max(box["x"] + box["width"] for box in boxes) + 12, size["width"])
    bottom = min(max(box["y"] + box["height"] for box in boxes) + 12, size["height"])
    clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    page.screenshot(path=DOCS / f"{name}.png", clip=clip)  # type: ignore[arg-type]


class Reader:
    """Opens the chat page for a new reader, and scripts what the model will say."""

    def __init__(self, browser: Browser, server: RunningServer, model: ModelServer) -> None:
        self.browser = browser
        self.server = server
        self.model = model

    @contextmanager
    def chat(
        self,
        *scripts: str | Script,
        query: str = "",
        width: int = 560,
        height: int = 640,
        scheme: str = "light",
    ) -> Iterator[Page]:
        """The chat page, before its first question."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            permissions=["clipboard-read", "clipboard-write"],
        )
        page = context.new_page()
        page.goto(f"{self.server.url}/chat-standalone{query}")
        self.model.script(*scripts)
        yield page
        self.model.forget()
        context.close()


def widget(browser: Browser, server: RunningServer, model: ModelServer, folder: Path) -> None:
    """The chat on a documentation page."""
    answer = ANSWER.partition("| call")[0]
    model.script(Script(answer, prompt_tokens=1_900, completion_tokens=90))
    with host_site(folder=build_site(folder, server.url)) as host:
        context = browser.new_context(viewport={"width": 1280, "height": 860})
        context.add_init_script(OPEN_ROOTS)
        page = context.new_page()
        page.goto(host.url("/"))
        page.locator("hyper-run .ask").click()
        chat = page.frame_locator("hyper-run iframe")
        chat.locator("#query").fill(QUESTION)
        chat.locator("#query").press("Enter")
        chat.locator(".actions").wait_for()
        chat.locator("[data-running]").wait_for(state="detached")
        page.wait_for_timeout(300)  # transitions
        page.screenshot(path=DOCS / "widget.png")
        context.close()


def pages(reader: Reader) -> None:
    """The chat page of its own, in both themes and on a phone, and the local page."""
    for name, scheme, width, height in (
        ("chat", "light", 900, 860),
        ("dark", "dark", 900, 860),
        ("phone", "light", 390, 780),
    ):
        with reader.chat(width=width, height=height, scheme=scheme) as page:
            answered(page)
            if name == "chat":
                page.locator(".question").scroll_into_view_if_needed()
                page.locator("a.citation").first.click()
            else:
                page.locator(".question").scroll_into_view_if_needed()
            page.screenshot(path=DOCS / f"{name}.png")
    page = reader.browser.new_page(viewport={"width": 1100, "height": 860})
    page.goto(reader.server.url)
    page.wait_for_timeout(3_000)  # the widget's root is closed: nothing in it can be waited for
    page.screenshot(path=DOCS / "local.png")
    page.close()


def asking(reader: Reader) -> None:
    """What a reader asks with: starters, the page one is on, edit, follow-ups, keys."""
    scene = "A scene keeps the level of every lamp of a room under a name [1]."
    with reader.chat(scene, height=460) as page:
        page.locator(".starter").first.wait_for()
        crop(page, "starters", page.locator(".hello"), page.locator("#starters"))
        answered(page, "How do I save a scene?")
        crop(page, "follow-ups", page.locator(".steps"), page.locator(".follow-ups"))
        page.locator(".exchange").hover()
        page.locator("button.edit").click()
        crop(page, "edit", page.locator(".question"), page.locator("#composer"))
    with reader.chat() as page:
        page.evaluate(
            "detail => document.dispatchEvent(new CustomEvent('hyperrun:page', {detail}))",
            {"url": "https://lantern.example/guide/", "title": "Guide", "heading": "Dimming",
             "selection": "Zero turns the lamp off"},
        )  # fmt: skip
        page.locator("#query").fill("Does this need a network?")
        crop(page, "page-chip", page.locator("#composer"))
    with reader.chat(SHORT) as page:
        answered(page)
        page.locator("#query").focus()
        while not page.locator("a.citation").first.evaluate("it => it.matches(':focus')"):
            page.keyboard.press("Shift+Tab")
        page.locator(".source-card-float").wait_for()
        crop(page, "keyboard", page.locator(".exchange"))


def conversations(reader: Reader) -> None:
    """The list of a reader's conversations."""
    kept = reader.server.settings.data_dir / "hyperrun.sqlite3"
    with reader.chat(height=460) as page:
        for question in ("What does a scene keep?", "How do I reset a lamp?", QUESTION):
            answered(page, question)
            page.locator("#new-conversation").click()
            page.locator(".exchange").wait_for(state="detached")
            with closing(sqlite3.connect(kept)) as database, database:
                database.execute("UPDATE turns SET started = started - 45000")  # half a day
        choose(page, "#conversations")
        page.locator(".conversation").nth(1).hover()
        crop(page, "conversations", page.locator("#conversations-dialog"))


def reading(reader: Reader) -> None:
    """What a reader does with an answer: its sources, copy, stop, try again, say, share."""
    with reader.chat(SHORT) as page:
        answered(page)
        page.locator("a.citation").hover()
        crop(
            page,
            "citation",
            page.locator(".steps"),
            page.locator(".blocks"),
            page.locator(".source-card-float"),
        )
    with reader.chat(WITH_CODE) as page:
        answered(page)
        page.locator(".code .copy").first.click()
        crop(page, "copy", page.locator(".steps"), page.locator(".actions"))
    with reader.chat(Script(ANSWER, stall_after=24), height=460) as page:
        ask(page)
        page.get_by_text("paired before").wait_for()
        crop(page, "stop", page.locator(".exchange"), page.locator("#composer"))
    with reader.chat(Script(status=401), height=900) as page:
        answered(page)
        page.locator("button.retry").hover()
        crop(page, "retry", page.locator(".exchange"))
    with reader.chat(SHORT) as page:
        answered(page)
        page.locator(".thumb").nth(1).click()
        page.locator(".feedback-form").wait_for()
        crop(page, "feedback", page.locator(".steps"), page.locator(".feedback-form"))
    with reader.chat(SHORT) as page:
        answered(page)
        page.locator("button.share").click()
        page.wait_for_timeout(500)
        link = str(page.evaluate("navigator.clipboard.readText()"))
        page.goto(link)
        crop(page, "share", page.locator(".shared"))


def languages(reader: Reader) -> None:
    """Japanese, in both themes, and words from right to left with code from left to right."""
    with reader.chat(JAPANESE, query="?lang=ja") as page:
        answered(page, "Lamp.dim の使い方は?")
        crop(page, "japanese", page.locator(".exchange"), page.locator(".chat-bar"))
    with reader.chat(query="?lang=ja", scheme="dark") as page:
        page.locator(".starter").first.wait_for()
        crop(page, "japanese-dark", page.locator(".chat-bar"), page.locator("#starters"))
    with reader.chat(HEBREW) as page:
        answered(page, "איך מעמעמים מנורה עם Lamp.dim?")
        crop(page, "right-to-left", page.locator(".exchange"))


def settings_dialog(reader: Reader) -> None:
    """A reader's own key, in the dark."""
    with reader.chat(scheme="dark", height=620) as page:
        choose(page, "Settings")
        page.locator("#key-state").get_by_text("gpt").wait_for()
        crop(page, "settings", page.locator("#settings-dialog"))


def passages(reader: Reader) -> None:
    """An answer without a model."""
    with reader.chat(height=900) as page:
        answered(page)
        crop(page, "passages", page.locator(".exchange"))


WINDOWS = (("light", 440, 720), ("dark", 440, 720), ("light", 320, 720), ("dark", 320, 720))


def looks(browser: Browser, stage: Stage, wanted: Sequence[str]) -> None:
    """Each state in light and dark, in a panel and on a small phone: docs/looks/`state`.png."""
    drawn = {name: STATES[name] for name in wanted or STATES}
    for server in dict.fromkeys(state.server for state in drawn.values()):
        with served(stage, server) as on:
            for name, state in drawn.items():
                if state.server != server:
                    continue
                pictures = []
                for scheme, width, height in WINDOWS:
                    with played(browser, stage, on, state, scheme, width, height) as page:
                        page.wait_for_timeout(350)  # transitions
                        pictures.append(page.screenshot())
                beside(pictures, LOOKS / f"{name}.png")


def beside(pictures: Sequence[bytes], path: Path) -> None:
    """Write pictures side by side as one, in few colours: a few kB each."""
    from PIL import Image

    images = [Image.open(io.BytesIO(each)).convert("RGB") for each in pictures]
    gap = 16
    whole = Image.new(
        "RGB",
        (sum(each.width + gap for each in images) - gap, max(each.height for each in images)),
        (216, 216, 224),
    )
    at = 0
    for each in images:
        whole.paste(each, (at, 0))
        at += each.width + gap
    path.parent.mkdir(exist_ok=True)
    whole.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """Write the pictures of docs/ that are asked for, else all."""
    wanted = sys.argv[1:] or ["features", "looks"]
    DOCS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as made,
        running_model_server() as model,
        launched_chromium() as browser,
    ):
        folder = Path(made)
        model.default = Script(ANSWER, prompt_tokens=1_900, completion_tokens=160)
        settings = settings_in(
            folder,
            model="openai/gpt-4o-mini",
            api_base=model.url,
            share=True,
            human_url="https://forum.example/new?title={question}",
            questions_per_minute=0,
            questions_per_minute_per_address=0,
            questions_per_minute_in_all=0,
            changes_per_minute_per_address=0,
        )
        (Path(settings.repo_path) / "docs" / "scenes.md").write_text(SCENES)
        if "looks" in wanted:
            states = [each for each in wanted if each in STATES]
            looks(browser, Stage(settings, model, folder), states)
        if "features" not in wanted:
            return
        with running(settings) as server:
            server.wait_until_ready()
            reader = Reader(browser, server, model)
            pages(reader)
            asking(reader)
            conversations(reader)
            reading(reader)
            languages(reader)
            settings_dialog(reader)
            widget(browser, server, model, folder)
        with running(replace(settings, model="", data_dir=folder / "free")) as server:
            server.wait_until_ready()
            passages(Reader(browser, server, model))


if __name__ == "__main__":
    main()

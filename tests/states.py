"""Every state that the chat can be in, reached in a browser over a running server.

`scripts/screenshots.py looks` draws each of them, and `tests/test_states.py` holds what they look
like and that anybody can operate them.
"""

import itertools
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page

from hyperrun.settings import Settings
from tests.browser import choose
from tests.forked_builder import started_anew
from tests.model_server import ModelServer, Script
from tests.server import RunningServer, running
from tests.server_process import ServerProcess

SCENES = """# Rooms and scenes

## Group lamps into a room

Lamps that were paired with the same room name answer together.

## Save a scene

A scene keeps the level of every lamp of a room under a name.

## Wake up with the light

Give a scene a time, and the lamps rise to it over half an hour.

## Share a home with others

Invite them from the app; they may dim, and pair nothing.

## Work without a network

The wall switch keeps working; times are kept by the lamps themselves.

## Reset to factory settings

Hold the button for ten seconds, until the light blinks twice.

## Update the firmware

New firmware comes at night, and never while a lamp is on.
"""
QUESTION = "How do I dim a lamp?"
ARABIC = """استدع `dim` بمستوى بين 0 و100؛ **الصفر يطفئ المصباح** [1].

```python
lamp.dim(40)
```

- أولًا اقرنه.
- ثم اضبطه."""
LONG = """Call `dim` with a level between 0 and 100; **zero turns the lamp off** [1].

```python
lamp = pair("kitchen")
lamp.dim(40)
```

## Below ten percent

- [x] The lamp keeps its colour [1].
- [ ] It lowers the pulse.

| option | default |
| --- | --: |
| `level` | 100 |
| `fade_s` | 0.3 |"""
UNFINISHED = Script(LONG, stall_after=22)
CUT_OFF = Script(LONG.partition("- [ ]")[0] + "- [ ] It lowers", finish_reason="length")
SHORT_ANSWERS = (
    "Call `dim` with a level between 0 and 100 [1].",
    "Hold the button for ten seconds [1].",
    "Lamps of one room answer together [1].",
)
SHORT_QUESTIONS = (QUESTION, "How do I reset a lamp?", "How do I group lamps?")


@dataclass(frozen=True)
class Stage:
    """Where a state is played: servers over one repository, and the model they ask."""

    settings: Settings
    model: ModelServer
    folder: Path
    _kept: list[int] = field(default_factory=list)

    def changed(self, **changes: object) -> Settings:
        """These settings with others in their place, and a data folder of their own."""
        self._kept.append(0)
        folder = self.folder / f"data-{len(self._kept)}"
        return replace(self.settings, data_dir=folder, **changes)  # type: ignore[arg-type]


@dataclass
class Scene:
    """One page in front of one server; a `state` does what its reader would do."""

    page: Page
    url: str
    process: ServerProcess | None = None


Played = Callable[[Scene], None]


# What a reader does


def ask(page: Page, question: str = QUESTION) -> None:
    """Send `question` from the chat on `page`."""
    page.locator("#query").fill(question)
    page.locator("#query").press("Enter")


def answered(page: Page, question: str = QUESTION) -> None:
    """Send `question` and wait until its answer is whole."""
    before = page.locator(".actions").count()
    ask(page, question)
    page.locator(".actions").nth(before).wait_for()


def to_question(page: Page) -> None:
    """Scroll to the last question."""
    page.locator(".exchange").last.evaluate("e => e.scrollIntoView()")


def empty(scene: Scene) -> None:
    """The empty panel."""
    scene.page.locator(".starter").first.wait_for()


def on_a_page(scene: Scene) -> None:
    """The empty panel beside a page of the documentation."""
    scene.page.evaluate(
        "detail => document.dispatchEvent(new CustomEvent('hyperrun:page', {detail}))",
        {"url": "https://lantern.example/scenes/", "title": "Rooms and scenes", "heading": ""},
    )
    scene.page.get_by_text("On this page").wait_for()


def read(scene: Scene) -> None:
    """An answer, from its question on."""
    answered(scene.page)
    to_question(scene.page)


def its_end(scene: Scene) -> None:
    """An answer's end: sources, what one can do, what to ask next."""
    answered(scene.page)
    to_end = scene.page.locator("#to-end")
    if to_end.is_visible():
        to_end.click()


def card(scene: Scene) -> None:
    """The card of a citation."""
    read(scene)
    scene.page.locator("a.citation").first.click()
    scene.page.locator(".source-card-float").wait_for()


def menu(scene: Scene) -> None:
    """The menu."""
    read(scene)
    scene.page.locator("#menu > summary").click()


def own_key(scene: Scene) -> None:
    """The settings."""
    choose(scene.page, "Settings")
    scene.page.locator("#key-state p").wait_for()


def streaming(scene: Scene) -> None:
    """An answer that is being written."""
    ask(scene.page)
    scene.page.locator(".blocks .code").wait_for()


def stopped(scene: Scene) -> None:
    """A stopped answer."""
    streaming(scene)
    scene.page.locator("#stop").click()
    scene.page.locator(".actions").wait_for()


def gone_on(scene: Scene) -> None:
    """A new conversation, and the last one to go on with."""
    answered(scene.page)
    scene.page.locator("#new-conversation").click()
    scene.page.locator(".go-on").wait_for()


def asked_at_length(scene: Scene) -> None:
    """A long question."""
    answered(scene.page, "A question that goes on and on about lamps and their levels. " * 20)
    to_question(scene.page)


def absent(scene: Scene) -> None:
    """What the documentation does not answer."""
    answered(scene.page, "zebra xylophone quokka?")


def unhelpful(scene: Scene) -> None:
    """What was wrong with an answer."""
    answered(scene.page)
    scene.page.locator(".thumb").nth(1).click()
    shows_form(scene.page)


def written_to(scene: Scene) -> None:
    """A message to a person."""
    answered(scene.page)
    scene.page.locator(".escalate").click()
    shows_form(scene.page)


def shows_form(page: Page) -> None:
    """Wait for the form under the answer, and scroll to it."""
    page.locator(".feedback-form").wait_for()
    page.locator(".feedback-form").evaluate("e => e.scrollIntoView({block: 'end'})")


def conversations(scene: Scene) -> None:
    """The last conversations."""
    for question in SHORT_QUESTIONS[:2]:
        answered(scene.page, question)
        scene.page.locator("#new-conversation").click()
        scene.page.locator(".go-on").wait_for()
    choose(scene.page, "#conversations")
    scene.page.locator(".conversation").first.wait_for()


def indexing(scene: Scene) -> None:
    """A first index that is not there yet."""
    scene.page.locator(".hello").wait_for()


def asked_too_early(scene: Scene) -> None:
    """A question that waits for the first index."""
    ask(scene.page)
    scene.page.locator(".step").wait_for()


def limited(scene: Scene) -> None:
    """The second question of a minute, where one is allowed."""
    answered(scene.page)
    ask(scene.page, "And how do I reset it?")
    problem = scene.page.locator(".problem span")
    problem.evaluate("e => { e.textContent = e.textContent.replace(/\\d+/, '30') }")  # or any
    scene.page.locator("#messages").evaluate("e => e.scrollTo(0, e.scrollHeight)")


def offline(scene: Scene) -> None:
    """A question that finds no network."""
    answered(scene.page)
    scene.page.context.set_offline(True)
    ask(scene.page, "And how do I reset it?")
    scene.page.locator(".problem").wait_for()


def reconnecting(scene: Scene) -> None:
    """The line is lost in mid-answer, and the page tries again."""
    assert scene.process
    streaming(scene)
    time.sleep(1.2)  # a checkpoint is written once a second
    scene.process.kill()
    scene.page.locator(".answer[data-lost]").wait_for()


def interrupted(scene: Scene) -> None:
    """The server went away in mid-answer, and is there again."""
    assert scene.process
    reconnecting(scene)
    scene.process.start()
    scene.page.locator(".actions").wait_for()


def fifty(scene: Scene) -> None:
    """A conversation of fifty questions."""
    page, headers = scene.page, {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
    token = ""
    with httpx.Client(headers=headers, timeout=30, base_url=scene.url) as client:
        for turn in range(49):
            question = SHORT_QUESTIONS[turn % len(SHORT_QUESTIONS)]
            shown = client.post("/ask", data={"query": question, "token": token}).text
            stream = re.search(r'sse-connect="([^"?]+)', shown)
            found = re.search(r'<input[^>]*id="token"[^>]*value="([^"]+)"', shown) or re.search(
                r'<input[^>]*value="([^"]+)"[^>]*id="token"', shown
            )
            assert stream and found, shown
            token = found[1]
            client.get(f"/{stream[1]}")
    page.evaluate("token => localStorage.setItem('hyperrun-token', token)", token)
    page.reload()
    page.locator(".exchange").nth(48).wait_for()
    answered(page, SHORT_QUESTIONS[49 % len(SHORT_QUESTIONS)])


@dataclass(frozen=True)
class State:
    """What the model says, the address, what a reader does, and which server it takes."""

    does: Played
    says: tuple[Script | str, ...] = ()
    query: str = ""
    server: str = "model"


STATES = {
    "empty": State(empty),
    "empty-on-a-page": State(on_a_page),
    "streaming": State(streaming, (UNFINISHED,)),
    "answer": State(read, (LONG,)),
    "answer-end": State(its_end, (LONG,)),
    "card": State(card, (LONG,)),
    "menu": State(menu, (LONG,)),
    "settings": State(own_key),
    "new-conversation": State(gone_on, (LONG,)),
    "conversations": State(conversations, SHORT_ANSWERS),
    "not-helpful": State(unhelpful, (LONG,)),
    "write-to-a-person": State(written_to, (LONG,), server="asking"),
    "fifty-turns": State(fifty, SHORT_ANSWERS * 17),
    "long-question": State(asked_at_length, ("Call `dim` [1].",)),
    "stopped": State(stopped, (UNFINISHED,)),
    "cut-off": State(its_end, (CUT_OFF,)),
    "not-from-the-docs": State(its_end, ("It is said to be so.",)),
    "model-failed": State(its_end, (Script(status=401),)),
    "passages": State(read, server="free"),
    "absent": State(absent, server="free"),
    "budget-spent": State(read, server="spent"),
    "limit-reached": State(limited, (LONG,), server="limited"),
    "offline": State(offline, (LONG,)),
    "reconnecting": State(reconnecting, (UNFINISHED,), server="process"),
    "interrupted": State(interrupted, (UNFINISHED,), server="process"),
    "indexing": State(indexing, server="indexing"),
    "asked-too-early": State(asked_too_early, server="indexing"),
    "arabic": State(read, (ARABIC,), "?lang=ar"),
}


_readers = itertools.count(1)


# Until nothing on the page has moved for twenty frames.
STILL = """async () => {
    const places = () => JSON.stringify([...document.querySelectorAll('main, main *')]
        .map(each => [each.scrollTop, each.scrollHeight]));
    let last = '';
    for (let still = 0; still < 20; still += 1) {
        await new Promise(requestAnimationFrame);
        const now = places();
        if (now !== last) still = 0;
        last = now;
    }
}"""


@contextmanager
def played(
    browser: Browser,
    stage: Stage,
    on: RunningServer | ServerProcess,
    state: State,
    scheme: str = "light",
    width: int = 440,
    height: int = 720,
) -> Iterator[Page]:
    """A new reader's page, in this state."""
    process = on if isinstance(on, ServerProcess) else None
    if process and not process.is_running():
        process.start()
    url = f"http://localhost:{process.port}" if process else on.url  # type: ignore[union-attr]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        has_touch=width < 400,
        is_mobile=width < 400,
        user_agent=f"Reader {next(_readers)}",  # whom the limits take for another
    )
    try:
        page = context.new_page()
        page.goto(f"{url}/chat-standalone{state.query}")
        page.locator("html[data-ready]").wait_for()
        stage.model.forget()
        stage.model.script(*state.says)
        state.does(Scene(page, url, process))
        page.evaluate(STILL)
        yield page
    finally:
        stage.model.forget()
        context.close()


# The servers they take


@contextmanager
def served(stage: Stage, server: str) -> Iterator[RunningServer | ServerProcess]:
    """The server that states of this name are played on."""
    changes: dict[str, dict[str, object]] = {
        "model": {},
        "free": {"model": ""},
        "asking": {
            "escalation": "webhook",
            "webhook_url": stage.model.url,
            "consent": "on",
            "privacy_url": "https://lantern.example/privacy/",
        },
        "spent": {"daily_budget_usd": 0.000001},
        "limited": {"questions_per_minute": 1},
        "indexing": {},
    }
    if server == "process":
        settings = stage.changed()
        with ServerProcess(
            stage.folder / f"{settings.data_dir.name}.log",
            HYPERRUN_REPO_PATH=settings.repo_path,
            HYPERRUN_DATA_DIR=str(settings.data_dir),
            HYPERRUN_SEARCH="embedded",
            HYPERRUN_MODEL=settings.model,
            HYPERRUN_API_BASE=settings.api_base,
            HYPERRUN_API_KEY="scripted",
            HYPERRUN_QUESTIONS_PER_MINUTE="0",
        ) as process:
            yield process
        return
    builder = started_anew() if server == "indexing" else nullcontext()
    with builder, running(stage.changed(**changes[server])) as running_server:
        if server == "indexing":
            with held_builder():
                yield running_server
        else:
            running_server.wait_until_ready()
            yield running_server


@contextmanager
def held_builder() -> Iterator[None]:
    """Hold the process that builds the first index for as long as the block takes."""
    builder = 0
    deadline = time.monotonic() + 10
    while not builder:
        assert time.monotonic() < deadline, "no index is being built"
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                parent = process.joinpath("stat").read_text().rpartition(")")[2].split()[1]
                command = process.joinpath("cmdline").read_text()
                if int(parent) == os.getpid() and "hyperrun.search.build" in command:
                    builder = int(process.name)
    os.kill(builder, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(builder, signal.SIGCONT)

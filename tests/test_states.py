"""Every state of the chat, in light on a desktop and in dark on a phone: anybody can operate it,
nothing reaches over the edge, and it looks as its picture in tests/pictures does.

The pictures are half as large as what is drawn, so that the edges of letters do not count. A change
that is meant is taken with `UPDATE_PICTURES=1 pytest tests/test_states.py -m slow`, looked at, and
committed with its reason. Where Chromium or its letters are others than those that drew them, only
the pictures are left out, and that is said.
"""

import base64
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from hyperrun.llm.library import lisette as import_models
from hyperrun.settings import Settings
from tests.browser import accessibility_findings
from tests.model_server import running_model_server
from tests.server import write_repository
from tests.states import SCENES, STATES, Stage, played, served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

PICTURES = Path(__file__).parent / "pictures"
DRAWN_BY = PICTURES / "chromium.txt"
SHOWN = Path(__file__).parent / "screenshots"
UPDATES = bool(os.environ.get("UPDATE_PICTURES"))
TOLERATED = 0.01  # of the pixels may be another colour
WINDOWS = (("light", 440, 720, 24), ("dark", 320, 640, 44))  # the last: what one presses
HALVED = """async (drawn) => {
    const bytes = Uint8Array.from(atob(drawn), each => each.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
    const canvas = new OffscreenCanvas(image.width / 2, image.height / 2);
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await canvas.convertToBlob({type: 'image/webp', quality: .85});
    const half = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(half, each => String.fromCharCode(each)).join(''));
}"""
# A share of the pixels, or 1 where the sizes differ.
DIFFERENCE = """async (pictures) => {
    const [one, other] = await Promise.all(pictures.map(async (data) => {
        const bytes = Uint8Array.from(atob(data), each => each.charCodeAt(0));
        const image = await createImageBitmap(new Blob([bytes], {type: 'image/webp'}));
        const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
        canvas.drawImage(image, 0, 0);
        return canvas.getImageData(0, 0, image.width, image.height);
    }));
    if (one.width !== other.width || one.height !== other.height) return 1;
    let differing = 0;
    for (let at = 0; at < one.data.length; at += 4)
        differing += [0, 1, 2].some(n => Math.abs(one.data[at + n] - other.data[at + n]) > 40);
    return differing / (one.width * one.height);
}"""
SMALL = """(least) => [...document
    .querySelectorAll('button, summary, select, input, .btn, .citation')]
    .filter(each => each.checkVisibility({visibilityProperty: true}))
    .map(each => {
        const target = each.closest('label') ?? each;
        const {width, height} = target.getBoundingClientRect();
        const around = getComputedStyle(target, '::after');
        return [each.outerHTML.slice(0, 90),
                Math.max(width, parseFloat(around.width) || 0),
                Math.max(height, parseFloat(around.height) || 0)];
    })
    .filter(([, width, height]) => width < least || height < least)"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    import_models()  # it takes seconds, and the first question does not wait for it
    folder = tmp_path_factory.mktemp("states")
    repository = write_repository(folder)
    (repository / "docs" / "scenes.md").write_text(SCENES)
    with running_model_server() as model:
        settings = replace(
            Settings(),
            port=0,
            repo_path=str(repository),
            search="embedded",
            model="openai/gpt-4o-mini",
            api_base=model.url,
            share=True,
            questions_per_minute=0,
            questions_per_minute_per_address=0,
            questions_per_minute_in_all=0,
            changes_per_minute_per_address=0,
        )
        yield Stage(settings, model, folder)


@cache
def other_letters(version: str) -> str:
    """Why the pictures say nothing here; "" where they do."""
    if UPDATES:
        PICTURES.mkdir(exist_ok=True)
        DRAWN_BY.write_text(f"{version}\n")
    drawn_by = DRAWN_BY.read_text().strip()
    if version.partition(".")[0] != drawn_by.partition(".")[0]:
        return f"the pictures are drawn by Chromium {drawn_by}, this is {version}"
    found = shutil.which("fc-match")
    font = subprocess.run([found, "Arial"], capture_output=True, text=True).stdout if found else ""
    return "" if "Liberation" in font else f"they are drawn with Liberation Sans, here is {font!r}"


def differs(page: Page, name: str) -> float:
    """How much of `page` looks otherwise than in its picture; what is drawn is kept if it does."""
    drawn = page.screenshot()
    half = page.evaluate(HALVED, base64.b64encode(drawn).decode())
    kept = PICTURES / f"{name}.webp"
    if UPDATES:
        kept.write_bytes(base64.b64decode(half))
    if not kept.exists():
        return 1
    share = page.evaluate(DIFFERENCE, [half, base64.b64encode(kept.read_bytes()).decode()])
    if share > TOLERATED:
        SHOWN.mkdir(exist_ok=True)
        (SHOWN / f"{name}.png").write_bytes(drawn)
    return float(share)


@pytest.mark.parametrize("server", list(dict.fromkeys(each.server for each in STATES.values())))
def test_every_state_can_be_operated_by_anybody_and_looks_as_it_should(
    stage: Stage, windowed_chromium: Browser, server: str
) -> None:
    states = {name: state for name, state in STATES.items() if state.server == server}
    unlike: dict[str, float] = {}
    others = other_letters(windowed_chromium.version)
    with served(stage, server) as on:
        for name, state in states.items():
            for scheme, width, height, least in WINDOWS:
                with played(windowed_chromium, stage, on, state, scheme, width, height) as page:
                    which = f"{name}-{scheme}"
                    assert accessibility_findings(page) == [], which
                    assert page.evaluate("document.documentElement.scrollWidth") <= width, which
                    assert page.evaluate(SMALL, least) == [], which
                    if not others and (share := differs(page, which)) > TOLERATED:
                        unlike[which] = round(share, 3)
    assert unlike == {}, "see tests/screenshots; if it is meant, UPDATE_PICTURES=1"
    if others:
        pytest.skip(f"all but its pictures was looked at: {others}")


def test_every_picture_is_of_a_state() -> None:
    there = {path.stem for path in PICTURES.glob("*.webp")}
    assert there == {f"{name}-{scheme}" for name in STATES for scheme, *_ in WINDOWS}

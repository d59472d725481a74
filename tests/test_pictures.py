"""The looks, held by pictures: what is drawn is compared with tests/pictures, with a tolerance.

A change that is meant is taken with `UPDATE_PICTURES=1 pytest tests/test_pictures.py`, looked at,
and committed with its reason. Another Chromium draws letters its own way: there this is skipped.
"""

import base64
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hyperrun.llm.models import _import_lisette as import_models
from hyperrun.settings import Settings
from tests.model_server import Script, running_model_server
from tests.server import RunningServer, running, write_repository
from tests.test_whole_way import answers, ask

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parent / "pictures"
DRAWN_BY = PICTURES / "chromium.txt"
TOLERATED = 0.01  # of the pixels may be another colour
ANSWER = """Call `dim` with a level between 0 and 100 [1]:

```python title="dim.py"
lamp.dim(40)
```

- [x] Paired
- [ ] Dimmed

| option | default |
|---|--:|
| `level` | 100 |
"""
# Draws both on canvases; a share of the pixels, or 1 where the sizes differ.
DIFFERENCE = """async (pictures) => {
    const [one, other] = await Promise.all(pictures.map(async (data) => {
        const bytes = Uint8Array.from(atob(data), each => each.charCodeAt(0));
        const image = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
        const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
        canvas.drawImage(image, 0, 0);
        return canvas.getImageData(0, 0, image.width, image.height);
    }));
    if (one.width !== other.width || Math.abs(one.height - other.height) > 2) return 1;
    const pixels = one.width * Math.min(one.height, other.height);
    let differing = 0;
    for (let at = 0; at < pixels * 4; at += 4)
        differing += [0, 1, 2].some(n => Math.abs(one.data[at + n] - other.data[at + n]) > 40);
    return differing / pixels;
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    import_models()
    folder = tmp_path_factory.mktemp("pictures")
    with running_model_server() as model:
        model.default = Script(ANSWER)
        settings = replace(
            Settings(),
            port=0,
            repo_path=str(write_repository(folder)),
            data_dir=folder / "data",
            search="embedded",
            model="openai/scripted",
            api_base=model.url,
            questions_per_minute=0,
        )
        with running(settings) as server:
            server.wait_until_ready()
            yield server


def is_same_machine(browser: Browser) -> None:
    """Skip where letters are drawn otherwise than where the pictures were taken."""
    if os.environ.get("UPDATE_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        DRAWN_BY.write_text(f"{browser.version}\n")
    drawn_by = DRAWN_BY.read_text().strip()
    if browser.version.partition(".")[0] != drawn_by.partition(".")[0]:
        pytest.skip(f"the pictures are drawn by Chromium {drawn_by}, this is {browser.version}")
    found = shutil.which("fc-match")
    font = subprocess.run([found, "Arial"], capture_output=True, text=True).stdout if found else ""
    if "Liberation" not in font:
        pytest.skip(f"the pictures are drawn with Liberation Sans, this machine has {font!r}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_chat_looks_as_its_pictures_do(
    server: RunningServer, chromium: Browser, theme: str
) -> None:
    is_same_machine(chromium)
    context = chromium.new_context(
        color_scheme=theme,  # type: ignore[arg-type]
        viewport={"width": 380, "height": 560},
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{server.url}/chat-standalone")
    differing: dict[str, float] = {}

    def compare(name: str) -> None:
        page.mouse.move(1, 1)
        page.evaluate("document.activeElement.blur()")
        page.wait_for_timeout(300)  # transitions
        drawn = page.screenshot()
        kept = PICTURES / f"{name}-{theme}.png"
        if os.environ.get("UPDATE_PICTURES"):
            kept.write_bytes(drawn)
        both = [base64.b64encode(each).decode() for each in (drawn, kept.read_bytes())]
        share = page.evaluate(DIFFERENCE, both)
        if share > TOLERATED:
            differing[name] = round(share, 3)
            shown = Path(__file__).parent / "screenshots"
            shown.mkdir(exist_ok=True)
            (shown / f"{name}-{theme}.png").write_bytes(drawn)

    expect(page.locator(".starter").first).to_be_visible()
    compare("empty")
    ask(page, "How do I dim a lamp?")
    answers(page, 1)
    page.locator(".exchange").evaluate("e => e.scrollIntoView()")
    compare("answer")
    page.locator("#menu > summary").click()
    compare("menu")
    context.close()
    assert differing == {}, "see tests/screenshots; if it is meant, UPDATE_PICTURES=1"

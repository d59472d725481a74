"""Take the README's pictures from the running program, into docs/.

uv run --group test --group hosts python scripts/screenshots.py

A documentation site made by its real generator, the real server and Chromium; only the language
model is scripted.
"""

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from hyperrun.settings import Settings  # noqa: E402
from tests.browser import host_site, launched_chromium  # noqa: E402
from tests.host_sites import OPEN_ROOTS  # noqa: E402
from tests.model_server import Script, running_model_server  # noqa: E402
from tests.server import running, write_repository  # noqa: E402

ANSWER = """Call `dim` with a level between 0 and 100; **zero turns the lamp off** [1]. It returns
the level before [2]:

```python
before, self.level = self.level, level
return before
```

| call | what it does |
| --- | --- |
| `pair(room)` | finds the lamp in a room and makes it yours [3] |
| `dim(level)` | sets the brightness and returns the one before [2] |

A level outside of that range raises `ValueError` [2]."""


def build_site(folder: Path, server: str) -> Path:
    """examples/material, built by its generator, with the one line pointing at `server`."""
    source = folder / "source"
    subprocess.run(["cp", "-r", str(ROOT / "examples/material"), str(source)], check=True)
    config = source / "mkdocs.yml"
    config.write_text(config.read_text().replace("http://localhost:5001", server))
    built = folder / "built"
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(config), "-d", str(built)],
        check=True,
    )
    return built


def main() -> None:
    """Write docs/widget.png, docs/chat.png, docs/dark.png, docs/local.png and docs/phone.png."""
    docs = ROOT / "docs"
    docs.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as made,
        running_model_server() as model,
        launched_chromium() as browser,
    ):
        folder = Path(made)
        model.default = Script(ANSWER, prompt_tokens=1_900, completion_tokens=160)
        settings = replace(
            Settings(),
            port=0,
            repo_path=str(write_repository(folder)),
            data_dir=folder / "data",
            search="embedded",
            model="openai/gpt-4o-mini",
            api_base=model.url,
        )
        with running(settings) as server:
            server.wait_until_ready()
            site = build_site(folder, server.url)
            with host_site(folder=site) as host:
                context = browser.new_context(viewport={"width": 1280, "height": 860})
                context.add_init_script(OPEN_ROOTS)
                page = context.new_page()
                page.goto(host.url("/"))
                page.locator("hyper-run .ask").click()
                chat = page.frame_locator("hyper-run iframe")
                chat.locator("#query").fill("How do I dim a lamp?")
                chat.locator("#query").press("Enter")
                chat.locator(".actions").wait_for()
                page.screenshot(path=docs / "widget.png")
            for name, scheme, width, height in (
                ("chat", "light", 900, 860),
                ("dark", "dark", 900, 860),
                ("phone", "light", 390, 780),
            ):
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme
                )
                page = context.new_page()
                page.goto(f"{server.url}/chat-standalone")
                page.locator("#query").fill("How do I dim a lamp?")
                page.locator("#query").press("Enter")
                page.locator(".actions").wait_for()
                if name == "chat":
                    page.locator(".source-list summary").click()
                    page.locator(".source-list").scroll_into_view_if_needed()
                page.screenshot(path=docs / f"{name}.png")
                context.close()
            page = browser.new_page(viewport={"width": 1100, "height": 860})
            page.goto(server.url)
            page.screenshot(path=docs / "local.png")


if __name__ == "__main__":
    main()

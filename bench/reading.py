"""What a long answer costs the reader: main thread, long tasks, shifts of finished blocks.

uv run --group test python -m bench.reading

A 2,000-token Markdown answer with code and tables at 100 tokens a second, from a scripted model
through the real server into headless Chromium. Prints one JSON object a round (three rounds).
"""

import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from hyperrun.settings import Settings
from tests.browser import launched_chromium
from tests.model_server import Script, running_model_server
from tests.server import running, write_repository

ROUNDS = 3
TOKENS = 2_000
RATE = 100  # tokens a second

SECTION = """## Part {n}

Lamps are dimmed by **level**, a number between 0 and 100 [1]; `dim` returns the one before.

- the first thing to know about it
- the second thing, with a [link](https://lantern.example/)

```python
lamp = pair("room {n}")
before = lamp.dim({n})
print(before, "then", {n})
```

| room | level | note |
| --- | --- | --- |
| kitchen | {n} | as it was |
| hall | 0 | off |

"""

WATCH = """() => {
  window.longest = 0; window.shifted = 0;
  new PerformanceObserver(list => { for (const each of list.getEntries())
    window.longest = Math.max(window.longest, each.duration) }).observe({type: 'longtask'});
  new PerformanceObserver(list => { for (const each of list.getEntries())
    if (each.sources.some(source => source.node?.parentElement?.closest?.('.blocks')))
      window.shifted += each.value }).observe({type: 'layout-shift'});
}"""


def tokens() -> list[str]:
    """About as many tokens as a model would make of the text: four characters each."""
    text = "".join(SECTION.format(n=n) for n in range(40))
    return [text[at : at + 4] for at in range(0, TOKENS * 4, 4)]


def measured(browser: Browser, url: str) -> dict[str, Any]:
    """One answer read to its end."""
    page = browser.new_page(viewport={"width": 440, "height": 760})
    session = page.context.new_cdp_session(page)
    page.goto(f"{url}/chat-standalone")
    page.evaluate(WATCH)
    session.send("Performance.enable")

    def busy_s() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

    page.locator("#query").fill("How do I dim a lamp?")
    page.locator("#query").press("Enter")
    page.locator(".live > *").first.wait_for(timeout=60_000)
    before, began = busy_s(), time.monotonic()
    page.locator(".actions").wait_for(timeout=120_000)
    took_s = time.monotonic() - began
    busy = busy_s() - before
    result = {
        "seconds": round(took_s, 1),
        "main_thread_ms": round(busy * 1_000),
        "main_thread_share": round(busy / took_s, 3),
        "longest_task_ms": round(page.evaluate("window.longest")),
        "shift_of_finished_blocks": page.evaluate("window.shifted"),
    }
    page.close()
    return result


def main() -> None:
    """Print a line for each round."""
    with (
        tempfile.TemporaryDirectory() as made,
        running_model_server() as model,
        launched_chromium() as browser,
    ):
        folder = Path(made)
        model.default = Script(tokens(), delay_s=1 / RATE)
        settings = replace(
            Settings(),
            port=0,
            repo_path=str(write_repository(folder)),
            data_dir=folder / "data",
            search="embedded",
            model="openai/scripted",
            api_base=model.url,
        )
        with running(settings) as server:
            server.wait_until_ready()
            for _ in range(ROUNDS):
                print(json.dumps(measured(browser, server.url)), flush=True)


if __name__ == "__main__":
    main()

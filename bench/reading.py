"""What a long answer costs the reader: main thread, long tasks, shifts of finished blocks.

uv run --group test python -m bench.reading [--tokens N] [--rounds N]

A 2,000-token Markdown answer with code and tables at 100 tokens a second, from a scripted model
into headless Chromium: through the real server, and beside it through the plain design (a Span for
each token by htmx, Markdown at the end). Prints one JSON object for each, and their ratio.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser

from bench.answers import port_of, process
from tests.browser import launched_chromium
from tests.model_server import Script, running_model_server
from tests.server import running, settings_in

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


def tokens(count: int) -> list[str]:
    """About as many tokens as a model would make of the text: four characters each."""
    text = "".join(SECTION.format(n=n) for n in range(40))
    return [text[at : at + 4] for at in range(0, count * 4, 4)]


def measured(browser: Browser, url: str, question: str = "", end: str = "") -> dict[str, Any]:
    """One answer read to its end: asked on our page, or on the plain one, which `end` tells."""
    page = browser.new_page(viewport={"width": 440, "height": 760})
    session = page.context.new_cdp_session(page)
    page.add_init_script(f"({WATCH})()")
    session.send("Performance.enable")

    def busy_s() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

    if question:
        page.goto(f"{url}/?question={quote(question)}")
        page.locator("#answer > *").first.wait_for(timeout=60_000)
    else:
        page.goto(f"{url}/chat-standalone")
        page.evaluate("window.longest = 0")
        page.locator("#query").fill("How do I dim a lamp?")
        page.locator("#query").press("Enter")
        page.locator(".live > *").first.wait_for(timeout=60_000)
    before, began = busy_s(), time.monotonic()
    page.locator(end or ".actions").first.wait_for(timeout=120_000)
    took_s = time.monotonic() - began
    busy = busy_s() - before
    result = {
        "page": "plain" if question else "hyperrun",
        "seconds": round(took_s, 1),
        "main_thread_ms": round(busy * 1_000),
        "main_thread_share": round(busy / took_s, 3),
        "longest_task_ms": round(page.evaluate("window.longest")),
        "shift_of_finished_blocks": page.evaluate("window.shifted"),
    }
    page.close()
    return result


def main() -> None:
    """Print two lines for each round."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--tokens", type=int, default=TOKENS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as made,
        running_model_server() as model,
        launched_chromium() as browser,
    ):
        folder = Path(made)
        model.default = Script(tokens(given.tokens), delay_s=1 / RATE)
        settings = settings_in(
            folder,
            model="openai/scripted",
            api_base=model.url,
        )
        log = folder / "log"
        plain = ["-m", "bench.parts.designs", "plain", model.url]
        with running(settings) as server, process(plain, log) as child:
            port = port_of(child, log)
            server.wait_until_ready()
            for _ in range(given.rounds):
                ours = measured(browser, server.url)
                print(json.dumps(ours), flush=True)
                theirs = measured(
                    browser, f"http://127.0.0.1:{port}", "How do I dim a lamp?", "#answer h2"
                )
                print(json.dumps(theirs), flush=True)
                ratio = ours["main_thread_ms"] / theirs["main_thread_ms"]
                print(json.dumps({"times_the_plain_page": round(ratio, 2)}), flush=True)


if __name__ == "__main__":
    main()

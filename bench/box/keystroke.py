"""From a letter to its rows in Chromium, over a large index.

    python -m bench.box.keystroke REPOSITORY [--lines 40]

Types questions and headings into the box of the chat page, a letter every 150 ms, and takes in the
page itself the time from each key to the rows that are shown for it. A letter whose rows came with
a later one counts until then. Tasks of over 50 ms are the browser's own count.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from pathlib import Path

from bench.answers import percentile
from bench.box.load import QUERIES
from hyperrun.settings import Settings
from tests.browser import launched_chromium
from tests.server import running

WATCH = """() => {
  window.waited = []; window.long = []; let pressed = [];
  new PerformanceObserver((list) => list.getEntries().forEach((each) => long.push(each.duration)))
    .observe({type: 'longtask'});
  document.getElementById('search-words')
    .addEventListener('keydown', () => pressed.push(performance.now()), true);
  new MutationObserver(() => requestAnimationFrame(() => {
    const now = performance.now(); waited.push(...pressed.map((at) => now - at)); pressed = [];
  })).observe(document.getElementById('search-found'), {childList: true});
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("repository", type=Path)
    parser.add_argument("--lines", type=int, default=40)
    options = parser.parse_args()
    asked = [json.loads(line)["query"] for line in QUERIES.read_text().splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            port=0, repo_path=str(options.repository.resolve()), data_dir=Path(folder),
            search="embedded", searches_per_minute_per_address=0,
        )  # fmt: skip
        with running(settings) as server, launched_chromium() as browser:
            server.wait_until_ready(600)
            index = server.services.search.index
            titles = sorted({title.rpartition(" > ")[2] for _, title in index.sections()})
            chance = random.Random(7)
            lines = [*chance.sample(asked, options.lines // 2),
                     *chance.sample(titles, options.lines // 2)]  # fmt: skip
            took = []
            for line in lines:
                for end in range(1, len(line) + 1):
                    began = time.perf_counter()
                    index.typed(line[:end], 10)
                    took.append((time.perf_counter() - began) * 1_000)
            page = browser.new_page()
            page.goto(server.url + "/chat-standalone")
            page.wait_for_selector("[data-ready]")
            page.keyboard.press("Control+k")
            page.evaluate(WATCH)
            for line in lines:
                page.locator("#search-words").fill("")
                page.keyboard.type(line, delay=150)
            page.wait_for_timeout(1_000)
            waited, long = page.evaluate("waited"), page.evaluate("long")
            passages = index.counts()[1]
    print(f"{passages} passages, {len(waited)} letters")
    for name, ms in (("letter to rows", waited), ("of it the index", took)):
        print(f"{name}, ms: p50 {statistics.median(ms):.1f}, p95 {percentile(ms, 95):.1f}")
    print(f"tasks over 50 ms: {len(long)}, the longest {max(long, default=0):.0f} ms")


if __name__ == "__main__":
    main()

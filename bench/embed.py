"""What the embed costs the page it stands on, before the click and after it.

    uv run --group test --group hosts python -m bench.embed [--loads 20] [--slowdown 1]
                                                           [--sites furo material …]

The same long page with and without the published line, each load in a fresh context with a cold
cache, in pairs whose order alternates. The page is on 127.0.0.1 and the server on localhost:
another site. Times before the click are processor time of the main thread of the page's own
renderer, from Chromium's trace: our script alone, and everything (style, layout and paint too);
what the line adds is the difference in each pair. The page has no styles; with `--sites` the first
pages of sites that their own generators make from `examples/` are measured in the same way. After
the click: every byte as transferred, and the time on the clock until the chat page has said that it
is ready, for a hand that does not hover first. Medians, with the bounds of the middle half.
"""

import argparse
import json
import re
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Request

from hyperrun.settings import Settings
from tests.browser import launched_chromium
from tests.generators import GENERATORS, IN_EXAMPLES, build
from tests.host_sites import OPEN_ROOTS, docs, html, tag
from tests.server import running, write_repository

TRACED = [
    "blink.user_timing",  # says which process has the page
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
]
OBSERVE = """
window.shifts = 0;
new PerformanceObserver(list => { for (const each of list.getEntries()) shifts += each.value })
  .observe({type: 'layout-shift', buffered: true});
"""
LONG = "".join(
    f"<h2 id=p{n}>Part {n}</h2>" + "<p>Lamps light rooms over the network.</p>" * 20
    for n in range(60)
)


Event = dict[str, Any]


@dataclass
class Load:
    """One load of the page, with or without the line."""

    thread_ms: float
    own_ms: float
    shift: float
    requests: int
    bytes: int


@contextmanager
def fresh(browser: Browser, slowdown: float) -> Iterator[Page]:
    """A page in a context of its own, on a processor made `slowdown` times slower."""
    context = browser.new_context()
    context.add_init_script(OBSERVE)
    page = context.new_page()
    try:
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        yield page
    finally:
        context.close()


def load(browser: Browser, url: str, server: str, slowdown: float) -> Load:
    """Load once, wait until all is quiet, and read what it cost."""
    with fresh(browser, slowdown) as page:
        finished: list[Request] = []
        page.on("requestfinished", lambda request: finished.append(request))
        browser.start_tracing(page=page, categories=TRACED)
        page.goto(url, wait_until="networkidle")
        events: list[Event] = json.loads(browser.stop_tracing())["traceEvents"]
        ours = [request for request in finished if request.url.startswith(server)]
        return Load(
            thread_ms=processor_ms(events, url),
            own_ms=processor_ms(events, url, server),
            shift=page.evaluate("window.shifts"),
            requests=len(ours),
            bytes=sum(request.sizes()["responseBodySize"] for request in ours),
        )


def processor_ms(events: list[Event], url: str, server: str = "") -> float:
    """Processor time of the page's main thread, or only of tasks' parts that run our script.

    Processor time and not time on the clock: other work on the machine does not count.
    """
    starts = [event for event in events if event["name"] == "navigationStart"]
    (process,) = {
        each["pid"] for each in starts if each["args"]["data"]["documentLoaderURL"] == url
    }
    threads = {
        (process, event["tid"])
        for event in events
        if event["pid"] == process
        and event["name"] == "thread_name"
        and event["args"]["name"] == "CrRendererMain"
    }
    spans = []
    for event in events:
        if event.get("ph") != "X" or (event["pid"], event["tid"]) not in threads:
            continue
        if server:
            data = event.get("args", {}).get("data", {})
            counts = isinstance(data, dict) and data.get("url", "").startswith(server)
        else:
            counts = event["name"] == "RunTask"
        if counts:
            spans.append((event["ts"], event["ts"] + event["dur"], event.get("tdur", 0)))
    total, end = 0.0, 0.0
    for start, stop, took in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= end:  # what lies inside another span is counted with it
            total += took
            end = stop
    return total / 1000


def pairs(
    browser: Browser, urls: tuple[str, str], server: str, loads: int, slowdown: float
) -> tuple[list[Load], list[Load]]:
    """Loads with the line and without it, whose addresses `urls` are, in pairs; one before them to
    warm up."""
    found: dict[str, list[Load]] = {url: [] for url in urls}
    for turn in range(loads + 1):
        for url in urls if turn % 2 else reversed(urls):
            one = load(browser, url, server, slowdown)
            if turn:
                found[url].append(one)
    with_it, without = (found[url] for url in urls)
    assert all(each.requests for each in with_it) and not any(each.requests for each in without)
    return with_it, without


def added(with_it: list[Load], without: list[Load]) -> str:
    """What the line adds to the whole main thread, in ms."""
    both = zip(with_it, without, strict=True)
    return spread([one.thread_ms - other.thread_ms for one, other in both])


@contextmanager
def generated(kind: str, server: str) -> Iterator[tuple[str, str]]:
    """The addresses of a generated site's first page, with the line and without it."""
    with tempfile.TemporaryDirectory() as folder, docs({}) as with_it, docs({}) as without:
        built = build(kind, Path(folder))
        for site in (with_it, without):
            site.folder = Path(folder, site.address.rpartition(":")[2])
            shutil.copytree(built, site.folder)
            for path in site.folder.rglob("*.html"):
                text = path.read_text().replace(IN_EXAMPLES, server)
                if site is without:
                    text = re.sub(rf"<script[^>]*{server}/embed[^>]*></script>", "", text)
                path.write_text(text)
        page = "/index.html" if kind == "html" else "/"
        yield with_it.url(page), without.url(page)


def click(browser: Browser, url: str, server: str) -> tuple[float, int, int]:
    """Open with a click: milliseconds until the cursor is in the box, bytes, requests."""
    context = browser.new_context()
    context.add_init_script(OPEN_ROOTS)
    try:
        page = context.new_page()
        page.goto(url, wait_until="networkidle")
        page.locator("hyper-run .ask").wait_for()
        finished: list[Request] = []
        page.on("requestfinished", lambda request: finished.append(request))
        page.evaluate(
            """() => { const at = performance.now();
               window.opened = new Promise(done => addEventListener('message', event => {
                 if (event.data?.type === 'hyperrun:ready') done(performance.now() - at) }));
               document.querySelector('hyper-run').shadowRoot.querySelector('.ask').click() }"""
        )
        took_ms = page.evaluate("window.opened")
        page.frame_locator("hyper-run iframe").locator("#query:focus").wait_for()
        page.wait_for_timeout(500)  # for what the chat page fetches when it is up
        ours = [request for request in finished if request.url.startswith(server)]
        total = sum(request.sizes()["responseBodySize"] for request in ours)
        return took_ms, total, len(ours)
    finally:
        context.close()


def spread(values: list[float]) -> str:
    """The median, and the bounds of the middle half."""
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.1f} ({low:.1f} to {high:.1f})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--loads", type=int, default=20)
    parser.add_argument("--slowdown", type=float, default=1.0, help="CPU slowdown (4: a phone)")
    parser.add_argument("--sites", nargs="*", default=[], choices=GENERATORS, metavar="KIND")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            port=0,
            repo_path=str(write_repository(Path(folder))),
            data_dir=Path(folder, "data"),
            search="embedded",
        )
        with running(settings) as server, launched_chromium() as browser:
            server.wait_until_ready()
            pages = {"/without": html(LONG), "/with": html(LONG + tag(server.url))}
            with docs(pages) as site:
                urls = (site.url("/with"), site.url("/without"))
                how = (server.url, options.loads, options.slowdown)
                with_it, without = pairs(browser, urls, *how)
                clicks = [click(browser, site.url("/with"), server.url) for _ in range(5)]
            on_sites = {}
            for kind in options.sites:
                with generated(kind, server.url) as urls:
                    on_sites[kind] = pairs(browser, urls, *how)
    print(f"before the click, {options.loads} loads each, CPU slowdown {options.slowdown:g}")
    print(f"  requests               {max(each.requests for each in with_it)}")
    print(f"  bytes, gzipped         {max(each.bytes for each in with_it)}")
    print(f"  layout shift           {max(each.shift for each in with_it):.4f}"
          f" (without {max(each.shift for each in without):.4f})")  # fmt: skip
    print(f"  our script             {spread([each.own_ms for each in with_it])} ms")
    thread = [spread([each.thread_ms for each in those]) for those in (with_it, without)]
    print(f"  whole thread           {thread[0]} ms, without {thread[1]} ms")
    print(f"  added by the line      {added(with_it, without)} ms")
    for kind, (one, other) in on_sites.items():
        print(f"    on {kind:<19} {added(one, other)} ms")
    print(f"after the click, {len(clicks)} times")
    print(f"  interactive, median    {statistics.median(each[0] for each in clicks):.0f} ms")
    print(f"  bytes, gzipped         {max(each[1] for each in clicks)}")
    print(f"  requests               {max(each[2] for each in clicks)}")


if __name__ == "__main__":
    main()

"""How long an index of many rendered pages takes, and a refresh that changes one of them.

    python -m bench.search.pages [--pages 10000] [--sources 2000] [--kills 0] [--in FOLDER]

The pages are made: a page of MkDocs's kind with its menu of sixty links, five sections of prose, a
table and a block of code. `--sources` of them have a Markdown source that they are matched with.
With `--kills` the first build is killed so many times at moments chosen at random; what stands in
the index at the end must be the same. What is written stays in the folder of `--in`, for a next
run of it: the kills can be tried apart.
"""

import argparse
import hashlib
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

TOP = Path(__file__).parent.parent.parent
TEXT = (
    "lamp bulb switch dimmer socket cable fuse relay meter grid chandelier candle filament wire "
    "current voltage watt circuit breaker plug adapter shade reflector lens beam spectrum warm "
    "cold daylight evening schedule scene room corridor kitchen sensor motion timer remote bridge"
)
WORDS = TEXT.split()
MENU = "".join(f"<li><a href='../page-{n}/'>Page {n} of the manual</a></li>" for n in range(60))


def section(chance: random.Random, number: int) -> tuple[str, str]:
    """A section as HTML and as Markdown."""
    said = [" ".join(chance.choices(WORDS, k=45)).capitalize() + "." for _ in range(3)]
    heading = f"{chance.choice(WORDS).capitalize()} {chance.choice(WORDS)} {number}"
    anchor = heading.lower().replace(" ", "-")
    code = f"lampctl --{chance.choice(WORDS)} {number}\nlampctl status"
    html = (
        f"<h2 id='{anchor}'>{heading}<a class=headerlink href='#{anchor}'>#</a></h2>"
        + "".join(f"<p>{each}</p>" for each in said)
        + f"<div class='language-bash highlight'><pre><code>{code}\n</code></pre></div>"
        "<table><thead><tr><th>Name</th><th>Value</th></tr></thead><tbody><tr><td>a</td><td>1</td>"
        "</tr></tbody></table>"
    )
    markdown = f"## {heading}\n\n" + "\n\n".join(said) + f"\n\n```bash\n{code}\n```\n\n"
    return html, markdown + "| Name | Value |\n| --- | --- |\n| a | 1 |\n"


def write(root: Path, pages: int, sources: int) -> None:
    """The repository with its site."""
    chance = random.Random(7)
    config = "site_name: Lamps\nsite_url: https://lamps.example/\n"
    (root / "mkdocs.yml").write_text(config)
    (root / "docs").mkdir()
    for number in range(pages):
        parts = [section(chance, each) for each in range(5)]
        html = (
            f"<!doctype html><html lang=en><head><title>Page {number} - Lamps</title></head><body>"
            f"<nav><ul>{MENU}</ul></nav><div role=main><h1 id=top>Page {number}</h1>"
            f"<p>What there is to know about it.</p>{''.join(html for html, _ in parts)}</div>"
            "<footer>Made with MkDocs</footer></body></html>"
        )
        folder = root / "site" / f"page-{number}"
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(html)
        if number < sources:
            text = f"# Page {number}\n\nWhat there is to know about it.\n\n"
            text += "\n".join(markdown for _, markdown in parts)
            (root / "docs" / f"page-{number}.md").write_text(text)
            os.utime(root / "docs" / f"page-{number}.md", (1_000_000_000, 1_000_000_000))
    (root / "site" / "index.html").write_text("<main><h1>Lamps</h1><p>All of them.</p></main>")


def build(root: Path, index: Path, *more: str) -> "subprocess.Popen[bytes]":
    """The builder, as the server starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "hyperrun.search.build", *more, "--", str(root), str(index)],
        cwd=TOP, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def state(index: Path) -> tuple[int, str]:
    """How many passages there are, and what they say and where."""
    with sqlite3.connect(index) as connection:
        rows = sorted(connection.execute("SELECT file, start_line, address, content FROM passages"))
    return len(rows), hashlib.sha256(repr(rows).encode()).hexdigest()[:12]


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--sources", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--in", dest="folder", type=Path)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        root, index = folder / "root", folder / "data/index/x.sqlite3"
        if not root.is_dir():
            root.mkdir(parents=True)
            write(root, options.pages, options.sources)
        if not index.is_file():
            first(root, index)
        change_one(root, index)
        if options.kills:
            kill(root, index, folder / "killed/index/x.sqlite3", options.kills)


def first(root: Path, index: Path) -> None:
    """A first index."""
    began = time.monotonic()
    process = build(root, index)
    _, status, usage = os.wait4(process.pid, 0)
    first_s = time.monotonic() - began
    assert status == 0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"first index: {first_s:.1f} s ({used.ru_utime + used.ru_stime:.1f} s of CPU), "
        f"{usage.ru_maxrss / 1024:.0f} MB; {state(index)[0]} passages; "
        f"load {os.getloadavg()[0]:.1f}"
    )


def change_one(root: Path, index: Path) -> None:
    """A refresh after one page has changed."""
    page = root / "site" / "page-7" / "index.html"
    page.write_text(page.read_text().replace("What there is", "All there is, and more of what is"))
    began = time.monotonic()
    assert build(root, index).wait() == 0
    print(f"one page changed: {time.monotonic() - began:.2f} s; load {os.getloadavg()[0]:.1f}")


def kill(root: Path, whole: Path, index: Path, times: int) -> None:
    """A first index, killed at moments that are spread over it at random, then built to its end."""
    chance = random.Random(3)
    total = state(whole)[0]
    killed_at = []
    for number in range(times):
        process = build(root, index)
        goal = chance.uniform(number, number + 1) / times * total
        while process.poll() is None and (not index.is_file() or count(index) < goal):
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed_at.append(count(index))
    assert build(root, index).wait() == 0
    same = "the same" if state(index) == state(whole) else "LOST"
    print(f"killed at {', '.join(map(str, killed_at))} passages of {total}: {same}")


def count(index: Path) -> int:
    """How many passages there are now."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(index)) as connection:
        (passages,) = connection.execute("SELECT count(*) FROM passages").fetchone()
        return int(passages)
    return 0


if __name__ == "__main__":
    main()

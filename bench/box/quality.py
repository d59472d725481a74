"""How soon what is typed is found, and questions, beside three searches of static sites.

    npm install --no-package-lock --prefix bench/box/rivals
    python -m bench.box.quality SITES [--misses]

SITES holds for each site a folder with `repo`, a checkout, and `site`, its pages as they were built
or published. Pagefind, MiniSearch as VitePress uses it and lunr as MkDocs uses it are given the
very pages that we are given, and run by node. Of each heading the first 60 in 100 letters are
typed, where they begin no other one's name: it counts where the first row is that heading, in any
of the places that has it, by its title or its anchor. "Alike" are those whose letters begin another
name, too, so that nobody can say which one is meant. Of Pagefind, whose rows are pages, the first
page counts with each heading that it shows under it. The questions are those of
`bench.search.docs` and of `bench.answers_quality`; one counts where a section that answers it is
among the first five rows.
"""

import argparse
import asyncio
import json
import math
import statistics
import subprocess
import tempfile
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from bench.box.pages import Section, Site, read
from bench.search.said import bare
from hyperrun.passage import Passage
from hyperrun.search.engine import Search
from hyperrun.settings import Settings

HERE = Path(__file__).parent
BENCH = HERE.parent
ADDRESS = "https://site.example/"
OURS = "HyperRun"
SHARE = 0.6
ROWS = 5

Rows = list[list[str]]  # of each row its page, and the titles that it shows


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asks, and where the answer stands: files with words of a heading, or any."""

    text: str
    answers: list[tuple[str, str]]


def questions(name: str) -> list[Question]:
    """All that there are about one site."""
    lines = (BENCH / "search" / "docs.jsonl").read_text().splitlines()
    found = [
        Question(each["query"], [_answer(one) for one in each["answers"]])
        for each in map(json.loads, lines)
        if each["repo"] == name
    ]
    path = BENCH / "answers_quality" / "tuning" / f"{name}.json"
    if path.exists():
        for each in json.loads(path.read_text()):
            pages = [(one["file"], one.get("heading", "*")) for one in each.get("pages", [])]
            if pages:
                found.append(Question(each["question"], pages))
    return found


def _answer(text: str) -> tuple[str, str]:
    file, _, heading = text.partition("::")
    return file, heading


def is_right(page: str, titles: list[str], answers: list[tuple[str, str]]) -> bool:
    """Is this a row that answers?"""
    for file, heading in answers:
        if _stem(file) == _stem(page) and (
            heading == "*" or any(bare(heading) in bare(title) for title in titles)
        ):
            return True
    return False


def _titles(row: list[str]) -> list[str]:
    return [name for name in row[1:] if not name.startswith("#")]


def _stem(path: str) -> str:
    """The last two names of a page or of its source, without what generators change."""
    named = PurePosixPath(path.rstrip("/") or "index")
    stem = named.stem if named.suffix in (".html", ".md", ".rst", ".ipynb", ".qmd") else named.name
    stem = "index" if stem == "README" else stem
    if stem == "index" and len(named.parts) > 1:
        stem = named.parent.name
    return bare(stem.lstrip("0123456789_"))


async def ours(folder: Path, data: Path, queries: list[str]) -> tuple[list[Rows], list[float]]:
    """Our rows for each query, and how many milliseconds each took."""
    settings = Settings(
        repo_path=str(folder / "repo"), site_dir=str(folder / "site"), site_url=ADDRESS,
        data_dir=data, search="embedded",
    )  # fmt: skip
    search = Search(settings)
    await search.start()
    took, found = [], []
    try:
        await search.wait_until_ready()
        for query in queries:
            began = time.perf_counter()
            rows = await search.typed(query)
            took.append((time.perf_counter() - began) * 1_000)
            found.append([[_page(each), each.title.rpartition(" > ")[2], _anchor(each)]
                          for each in rows.passages])  # fmt: skip
    finally:
        await search.close()
    return found, took


def _page(passage: Passage) -> str:
    address = unquote(urlsplit(passage.url).path).lstrip("/") if passage.url else passage.file
    return address.removesuffix("index.html")


def _anchor(passage: Passage) -> str:
    anchor = unquote(urlsplit(passage.url or "").fragment)
    return f"#{anchor}" if anchor else ""


def rivals(site: Site, queries: list[str]) -> dict[str, list[Rows]]:
    """What the three others show."""
    asked = json.dumps(site.as_asked(queries))
    run = subprocess.run(
        ["node", "search.mjs"], input=asked, text=True, capture_output=True, cwd=HERE / "rivals"
    )
    if run.returncode:
        raise RuntimeError(f"the rivals do not run, are they installed?\n{run.stderr[-2_000:]}")
    return dict(json.loads(run.stdout))


def begun(title: str) -> str:
    """The first letters of a title."""
    return title[: math.ceil(len(title) * SHARE)]


def told_apart(named: dict[str, Section], all_names: Iterable[str]) -> list[Section]:
    """Those whose first letters begin no other name, so that they say which one is meant."""
    names = sorted(all_names)
    found = []
    for name, section in named.items():
        letters = bare(begun(section.title))
        at = bisect_left(names, letters)
        if [each for each in names[at : at + 2] if each.startswith(letters)] == [name]:
            found.append(section)
    return found


def is_first(rows: Rows, wanted: set[tuple[str, str]]) -> bool:
    """Does the first row lead to one of these places, by its title or by its anchor?"""
    if not rows:
        return False
    page, *names = rows[0]
    return any((page, name if name.startswith("#") else bare(name)) in wanted for name in names)


def main() -> None:
    """Print a line for each search, over all sites and for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sites", type=Path)
    parser.add_argument("--misses", action="store_true", help="print what we do not find")
    options = parser.parse_args()
    total: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    times: list[float] = []
    for folder in sorted(each for each in options.sites.iterdir() if (each / "site").is_dir()):
        seen = measure(folder, times, options.misses)
        say(folder.name, seen)
        for name, marks in seen.items():
            for task, each in marks.items():
                total[name][task] += each
    say("all", total)
    times.sort()
    print(f"ours, of {len(times)}: p50 {statistics.median(times):.1f} ms,"
          f" p95 {times[int(len(times) * 0.95)]:.1f} ms")  # fmt: skip


def measure(folder: Path, times: list[float], misses: bool) -> dict[str, dict[str, list[bool]]]:
    """Of each search, which pages, headings and questions of one site it finds."""
    site = read(folder / "site")
    called: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for each in site.sections:
        called[bare(each.title)] |= {each.key, (each.page, f"#{each.anchor}")}
    first = {each["page"]: next(s for s in site.sections if s.page == each["page"])
             for each in site.pages}  # fmt: skip
    pages = told_apart({bare(each.title): each for each in first.values()}, called)
    named = {bare(each.title): each for each in site.sections}
    headings = told_apart(named, called)
    alike = [each for each in named.values() if each not in headings]
    asked = questions(folder.name)
    queries = [begun(each.title) for each in (*pages, *headings, *alike)]
    queries += [each.text for each in asked]
    found: dict[str, list[Rows]] = {}
    with tempfile.TemporaryDirectory() as data:
        found[OURS], took = asyncio.run(ours(folder, Path(data), queries))
    times += took
    found |= rivals(site, queries)

    def marks(rows: list[Rows]) -> dict[str, list[bool]]:
        typed = iter(rows)
        of_pages, of_headings, of_alike, of_questions = (
            list(islice(typed, len(each))) for each in (pages, headings, alike, asked)
        )
        return {
            "pages": [is_first(each, called[bare(page.title)])
                      for each, page in zip(of_pages, pages, strict=True)],
            "headings": [is_first(each, called[bare(heading.title)])
                         for each, heading in zip(of_headings, headings, strict=True)],
            "alike": [is_first(each, called[bare(heading.title)])
                      for each, heading in zip(of_alike, alike, strict=True)],
            "questions": [any(is_right(row[0], _titles(row), question.answers)
                              for row in each[:ROWS])
                          for each, question in zip(of_questions, asked, strict=True)],
        }  # fmt: skip

    seen = {name: marks(rows) for name, rows in found.items()}
    if misses:
        tell(seen[OURS], found[OURS], [*pages, *headings, *alike], asked)
    return seen


def tell(
    seen: dict[str, list[bool]], found: list[Rows], sections: list[Section], asked: list[Question]
) -> None:
    """What we do not find."""
    wanted: list[Callable[[], str]] = []
    for each in sections:
        wanted.append(lambda each=each: f"{begun(each.title)!r} of {each.title!r} in {each.page}")  # type: ignore[misc]
    for one in asked:
        wanted.append(lambda one=one: f"{one.text!r} of {one.answers}")  # type: ignore[misc]
    marks = [*seen["pages"], *seen["headings"], *seen["alike"], *seen["questions"]]
    for mark, rows, what in zip(marks, found, wanted, strict=True):
        if not mark:
            print(f"  {what()}: {rows[:ROWS]}")


def say(name: str, seen: dict[str, Any]) -> None:
    print(name)
    for search, marks in seen.items():
        parts = (f"{task} {statistics.mean(each):.3f} of {len(each)}"
                 for task, each in marks.items() if each)  # fmt: skip
        print(f"  {search:11}{', '.join(parts)}")


if __name__ == "__main__":
    main()

"""Pages of nasty headings, and what a generator has really made of them.

Under each heading stands a word of its own, so that the section it is in is known on the page too.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from urllib.parse import unquote

from bench.search import said
from hyperrun.search.index import Index
from hyperrun.search.parsing import files
from hyperrun.search.site import rules
from hyperrun.search.site.folder import Folder
from hyperrun.search.site.source import within
from tests.search import repository

NASTY = (
    "Set it up!",
    "Set it up!",
    "`__init__` and `x < y > z`",
    "What is **bold** _and_ [a link](https://x.org/a)?",
    "Über straße und Ångström",
    "中文",
    "日本語の見出し",
    "\"Quotes\" & 'more'",
    "It's here...",
    "Ends with a dash -",
    "1.0 release",
    "3.2.1",
    "snake_case_ and \\_escaped\\_",
    "`snake_case`",
    "`__name__`",
    "C++",
    "C#",
    "a -- b --- c",
    "set-it-up-1",
    "Set it up!",
    "Trailing marks ##",
    "`a.b()`: what?",
    "Emoji 🎉 here",
    "A/B & C",
    "x_1",
    "Two  blanks",
    "*All* of it",
    "Question? Answer!",
    "Set it up!",
)
OWN = ("Given an id {#own-id}", "Given: an id! {#Own_2}")
_MARK = re.compile(r"mark(\d+)x")
_VOID = {"meta", "link", "img", "br", "hr", "input", "source", "col", "wbr"}


def section(mark: int) -> str:
    return f"The word mark{mark}x stands in this section.\n"


def markdown(
    headings: Sequence[str] = NASTY, title: str = "# The title of a page\n", first: int = 1
) -> str:
    """A page with these headings, of levels 2 and 3."""
    parts = [title]
    for mark, heading in enumerate(headings, first):
        parts.append(f"{'##' if mark % 4 else '###'} {heading}\n\n{section(mark)}")
    return "\n".join(parts)


class _Reader(HTMLParser):
    """Which anchors each mark's heading has on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: dict[int, set[str]] = {}
        self._pending: set[str] = set()
        self._current: set[str] = set()
        self._in_heading = False
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs).get("id") or ""
        if tag in ("script", "style", "template", "nav") and not self._silent:
            self._silent = tag
        if self._silent:
            return
        if re.fullmatch(r"h[1-6]", tag):
            self._current = {own} | self._pending
            self._in_heading = True
        elif self._in_heading or tag in ("section", "span", "div", "a"):
            target = self._current if self._in_heading else self._pending
            if tag == "section":
                target.clear()
            target.add(own)
        elif tag not in _VOID:
            self._pending.clear()

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        if re.fullmatch(r"h[1-6]", tag):
            self._in_heading = False
            self._pending.clear()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        for found in _MARK.finditer(data):
            self.anchors.setdefault(int(found[1]), self._current - {""})
        if data.strip() and not self._in_heading:
            self._pending.clear()


def anchors(page: Path) -> Mapping[int, set[str]]:
    """The anchors of each marked section of a built page."""
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader.anchors


def file_of(built: Path, address: str) -> Path | None:
    """The file that a static host sends for an address."""
    path = unquote(address.partition("#")[0])
    places = (
        [f"{path}index.html"]
        if path.endswith("/") or not path
        else [path, f"{path}.html", f"{path}/index.html"]
    )
    return next((built / place for place in places if (built / place).is_file()), None)


def check(root: Path, built: Path, sources: Sequence[str]) -> int:
    """Compare every address of these sources with the built site; how many there were."""
    known = rules.read(root)
    count = 0
    wrong = []
    for source in sources:
        seen: dict[int, str] = {}
        for chunk in files.read(root, PurePosixPath(source), known):
            for found in _MARK.finditer(chunk.text):
                seen[int(found[1])] = chunk.address
        assert seen, f"{source} has no sections"
        for mark, address in seen.items():
            count += 1
            page = file_of(built, address) if address else None
            if page is None:
                wrong.append((source, mark, address, "there is no such page"))
                continue
            there = anchors(page)[mark]
            fragment = unquote(address.partition("#")[2])
            if fragment not in there and (fragment or there):
                wrong.append((source, mark, address, there))  # type: ignore[arg-type]
    assert not wrong, "\n".join(map(str, wrong))
    check_the_index(root, built)
    return count


MAX_WITHOUT = 0.02  # of the sections with a page may have no address


def check_the_index(root: Path, built: Path) -> None:
    """Follow what an index would show, with the rendered site given and without."""
    with TemporaryDirectory() as data:
        _check_both(root, built, Path(data))


def _check_both(root: Path, built: Path, data: Path) -> None:
    exclude = within(root, Folder(built))
    for site in (None, Folder(built, is_named=True)):
        index = Index(data / ("with" if site else "without") / "index/x.sqlite3")
        index.refresh(root, exclude=exclude, site=site)
        with sqlite3.connect(index.path) as connection:
            rows = connection.execute(
                "SELECT file, address, text, content FROM passages WHERE kind != 'page'"
            ).fetchall()
        index.close()
        placed = {file for file, address, *_ in rows if address}
        without = []
        for file, address, text, content in rows:
            marks = [int(found[1]) for found in _MARK.finditer(text)]
            if not marks or file not in placed:
                continue
            page = file_of(built, address) if address else None
            there = anchors(page) if page else {}
            if not address:
                without.append((file, marks))
                continue
            assert page is not None, f"{address} of {file}: there is no such page"
            fragment = unquote(address.partition("#")[2].partition(":~:")[0])
            known = there[marks[0]]
            assert fragment in known or not (fragment or known), (file, address, known)
            for mark in marks:  # it says what its page says
                assert section(mark).strip() in (content or text)
        assert len(without) <= MAX_WITHOUT * len(rows), without


def check_the_words(root: Path, source: str, page: Path, least: int = 3) -> None:
    """Compare what each section of a source says with what its page says, marks aside."""
    there: dict[str, list[str]] = {}
    for heading, text in said.sections_of_page(page.read_text(encoding="utf-8")):
        there.setdefault(said.bare(heading), []).append(said.bare(text))
    compared = 0
    for heading, text, _ in said.sections_of_source(files.read(root, PurePosixPath(source))):
        assert said.bare(text) in there.get(said.bare(heading), []), (
            f"{heading}\n{text}\n{there.get(said.bare(heading))}"
        )
        compared += 1
    assert compared >= least, source


def write(root: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        repository.write(root, name, text)

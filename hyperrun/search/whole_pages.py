"""The documentation's pages, each as a whole: what they are called, and what they say in Markdown.

A page that was rendered is what its reader reads of it; of others the index has their source.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from hyperrun.errors import SearchError
from hyperrun.files import UnreadableFile, read_bytes
from hyperrun.passage import PROSE
from hyperrun.search.audience import OF_A_REFERENCE, generality
from hyperrun.search.site.rules import key_of
from hyperrun.search.tree import Tree

MAX_PAGE_CHARS = 400_000  # of one page as Markdown
MAX_LINES = 2_000  # of a file at once
MAX_HEADING = 6  # Markdown knows no deeper one
FIRST = "index"  # how the page at a site's own address is called
CUT = "\n\n… The rest of this page is left out.\n"


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `path` tells it from all others: its address below the site without an ending, or
    its file where it has no address. `file` is what it is made of, "" where that is not known."""

    path: str
    title: str
    url: str | None = None
    file: str = ""
    permalink: str | None = None
    source: str = ""
    rendered: str = ""  # its name among the rendered pages; "" where the source is all there is

    @property
    def markdown_name(self) -> str:
        """What it is called as Markdown, as it stands in an address."""
        name = self.path if self.path.endswith(".md") else f"{self.path}.md"
        return quote(name, safe="/@+~,;=!$&*")


@dataclass(frozen=True, slots=True)
class Part:
    """A heading of a page with what stands below it, up to the next one. Lines are 0 where they
    are not known."""

    title: str  # the path of headings
    anchor: str
    markdown: str
    start_line: int = 0
    end_line: int = 0


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of a file; they count from 1, both ends inclusive."""

    text: str
    start_line: int
    end_line: int
    of_lines: int
    permalink: str | None
    commit: str


class WholePages:
    """Reads whole pages out of an index. For threads; raises `SearchError`."""

    def __init__(self, index: Path, trees: Sequence[Tree]) -> None:
        self._index = index
        self._trees = trees
        self._seen: tuple[object, ...] = ()
        self._pages: tuple[Page, ...] = ()
        self._by_path: dict[str, Page] = {}
        self.notes: dict[str, str] = {}  # what a listing says of each page, by its path

    def all(self) -> tuple[Page, ...]:
        """Every page: those of the site first, in the order of their addresses."""
        state = self._state()
        if state != self._seen:
            pages: dict[str, Page] = {}
            with self._connected() as connection:
                for tree in self._trees:
                    for page in sorted(_of_tree(connection, tree), key=_order):
                        pages.setdefault(page.path, page)
            self._pages, self._by_path, self._seen = tuple(pages.values()), pages, state
            self.notes = {}
        return self._pages

    def find(self, name: str) -> Page | None:
        """The page by its path, its whole address, or the file that it is made of."""
        pages = self.all()
        name = name.strip()
        if "://" in name:
            for tree in self._trees:
                for key in tree.rules.page_keys(name):
                    if found := self._by_path.get(tree.prefix + (key or FIRST)):
                        return found
            wanted = name.partition("#")[0].rstrip("/")
            return next((each for each in pages if (each.url or "").rstrip("/") == wanted), None)
        name = name.partition("#")[0].strip("/")
        for path in (name, name.removesuffix(".md"), key_of(name) or FIRST):
            if path in self._by_path:
                return self._by_path[path]
        return next((each for each in pages if name and each.file == name), None)

    def parts(self, page: Page) -> list[Part]:
        """What a page says, heading by heading."""
        with self._connected() as connection:
            if page.rendered:
                row = connection.execute(
                    "SELECT content FROM pages WHERE path = ?", (page.rendered,)
                ).fetchone()
                return list(_rendered_parts(row[0])) if row else []
            return list(_source_parts(connection, page.file))

    def commit(self, page: Page) -> str:
        """The commit that a page's file is of; "" where there is none."""
        tree = next((each for each in self._trees if each.holds(page.file or page.path)), None)
        return tree.forge.commit if tree is not None else ""

    def markdown(self, page: Page) -> str:
        """A page as Markdown; of a very long one the beginning."""
        text = "\n\n".join(part.markdown for part in self.parts(page))
        if not text.startswith("# "):
            text = f"# {page.title}\n\n{text}"
        if len(text) > MAX_PAGE_CHARS:
            text = text[:MAX_PAGE_CHARS].rpartition("\n")[0] + CUT
        return text.rstrip() + "\n"

    def lines(self, file: str, start: int = 1, end: int = 0) -> Lines | None:
        """Lines of a file as the index has it: without keys; up to its end where `end` is 0. None
        where it is no file of the index, for no other is ever read."""
        from hyperrun.search.parsing import files

        with self._connected() as connection:
            found = connection.execute("SELECT 1 FROM files WHERE path = ?", (file,)).fetchone()
        tree = next((each for each in self._trees if each.holds(file)), None)
        if found is None or tree is None:
            return None
        place = (tree.root / file.removeprefix(tree.prefix)).resolve()
        if not place.is_relative_to(tree.root):
            return None
        try:
            read = files.readable(read_bytes(place, files.max_bytes(PurePosixPath(file))))
        except (OSError, UnreadableFile):
            return None
        all_lines = read.split("\n")
        start = min(max(start, 1), len(all_lines))
        end = min(end or len(all_lines), start + MAX_LINES - 1, len(all_lines))
        return Lines(
            "\n".join(all_lines[start - 1 : end]), start, end, len(all_lines),
            tree.forge.lines(file.removeprefix(tree.prefix), start, end), tree.forge.commit,
        )  # fmt: skip

    def _state(self) -> tuple[object, ...]:
        """What changes whenever the index does."""
        stamps = []
        for name in (self._index, self._index.with_name(f"{self._index.name}-wal")):
            try:
                status = name.stat()
            except OSError:
                stamps.append((0, 0, 0))
            else:
                stamps.append((status.st_ino, status.st_mtime_ns, status.st_size))
        return tuple(stamps)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            uri = f"{self._index.resolve().as_uri()}?mode=ro"
            with closing(sqlite3.connect(uri, uri=True)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise SearchError(f"the index cannot be read: {error}") from error


def _of_tree(connection: sqlite3.Connection, tree: Tree) -> Iterator[Page]:
    """The pages of one source: rendered ones, then documents that have none."""
    of_tree = "substr({}, 1, length(?1)) = ?1"
    rendered = connection.execute(
        "SELECT path, address, title, source FROM pages WHERE sections > 0 AND "
        + of_tree.format("path"),
        (tree.prefix,),
    ).fetchall()
    made_of = {file for _, _, _, file in rendered}
    for name, address, title, file in rendered:
        yield _page(tree, address, title, file, rendered=name)
    kinds = ", ".join(f"'{kind}'" for kind in sorted(PROSE - {"page", "document"}))
    documents = connection.execute(
        "SELECT file, max(address), (SELECT title FROM passages AS first WHERE first.file = "
        "passages.file ORDER BY start_line, id LIMIT 1) FROM passages "
        f"WHERE kind IN ({kinds}) AND {of_tree.format('file')} GROUP BY file",
        (tree.prefix,),
    ).fetchall()
    for file, address, title in documents:
        is_hidden = file.startswith(".") or "/." in file
        # Of one file of settings there are many pages, none of which is all of it.
        if file not in made_of and not is_hidden and not OF_A_REFERENCE.search(file):
            yield _page(tree, "" if "://" in address else address, title, file)


def _page(tree: Tree, address: str, title: str, file: str, rendered: str = "") -> Page:
    key = key_of(address)
    path = tree.prefix + (key or FIRST) if address else file
    return Page(
        path=path,
        title=title.partition(" > ")[0] or key.rpartition("/")[2] or tree.name,
        url=tree.rules.url(address.partition("#")[0]) if address else None,
        file=file,
        permalink=tree.forge.file(file.removeprefix(tree.prefix)) if file else None,
        source=tree.source.label,
        rendered=rendered,
    )


def _order(page: Page) -> tuple[object, ...]:
    """The site's pages before files without an address, the first before those below it, and what
    a newcomer reads first."""
    place = generality(page.file) if page.file else None
    has_no_place = page.path == page.file
    if has_no_place:
        return True, place is None, place if place is not None else 0, page.path
    return False, page.path.rpartition("/")[2] != FIRST, page.path.count("/") > 0, page.path


def _rendered_parts(packed: bytes) -> Iterator[Part]:
    rows, _ = json.loads(zlib.decompress(packed))
    for anchor, title, level, content in rows:
        heading = title.rpartition(" > ")[2]
        marks = "#" * min(max(level, 1), MAX_HEADING)
        yield Part(title, anchor, f"{marks} {heading}\n\n{content}".rstrip())


def _source_parts(connection: sqlite3.Connection, file: str) -> Iterator[Part]:
    rows = connection.execute(
        "SELECT title, address, CASE content WHEN '' THEN text ELSE content END, "
        "start_line, end_line FROM passages WHERE file = ? ORDER BY start_line, id",
        (file,),
    )
    for title, address, markdown, start, end in rows:
        yield Part(title, address.partition("#")[2], markdown.rstrip(), start, end)

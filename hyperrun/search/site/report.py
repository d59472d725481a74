"""What the index knows of each source's pages, and whether the addresses it would show exist."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from hyperrun.errors import SearchUnavailable
from hyperrun.search.index import Index
from hyperrun.search.site import pages
from hyperrun.search.site.rules import key_of
from hyperrun.search.tree import Tree

Fetch = Callable[[list[str]], Awaitable[dict[str, bytes | None]]]


@dataclass(frozen=True, slots=True)
class WrongAddress:
    """An address that an answer would show, what is wrong with it, and which file it is of."""

    address: str
    why: str
    file: str


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source: its files' and pages' sections, and its addresses."""

    source: str
    pages_from: str
    files: int = 0
    pages: int = 0
    matched: int = 0  # sections of pages that are matched with lines
    only_rendered: int = 0  # passages that stand on a page alone
    only_source: int = 0  # passages of documentation that have no page
    without_address: int = 0  # of them those whose file has one
    addresses: int = 0  # that can be shown
    checked: int = 0
    checked_against: str = ""
    wrong: list[WrongAddress] = field(default_factory=list)


@contextmanager
def _opened(index: Index) -> Iterator[sqlite3.Connection]:
    """The index, for reading. Raises `SearchUnavailable`."""
    try:
        uri = f"{index.path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as opened:
            yield opened
    except sqlite3.Error as error:
        raise SearchUnavailable(f"the index cannot be read: {error}") from error


def report(index: Index, tree: Tree) -> SourceReport:
    """What is known of a source's pages, nothing checked. Raises `SearchUnavailable`."""
    with _opened(index) as opened:
        of_tree = "substr({}, 1, length(?1)) = ?1"

        def one(query: str) -> tuple[int, ...]:
            row = opened.execute(query, (tree.prefix,)).fetchone()
            return tuple(int(each or 0) for each in row)

        (files,) = one(f"SELECT count(*) FROM files WHERE {of_tree.format('path')}")
        found, matched, rendered, unplaced = one(
            "SELECT count(*), sum(matched), sum(only_rendered), sum(only_source) FROM pages "
            f"WHERE {of_tree.format('path')}"
        )
        (without,) = one(
            "SELECT count(*) FROM passages WHERE kind IN ('section', 'cell') AND address = '' "
            f"AND {of_tree.format('file')}"
        )
        (addresses,) = one(
            "SELECT count(DISTINCT address) FROM passages WHERE address != '' "
            f"AND {of_tree.format('file')}"
        )
    return SourceReport(
        tree.name, tree.site_note, files, found, matched, rendered, without, unplaced, addresses
    )  # fmt: skip


async def checked(
    index: Index, tree: Tree, before: SourceReport, fetch: Fetch | None
) -> SourceReport:
    """Follow every address and anchor: against the rendered pages where there are any, else
    against the published site, by `fetch`. Raises `SearchUnavailable`."""
    addresses = _addresses(index, tree)
    with _opened(index):
        ids = pages.ids(index.path, tree.prefix)
    against = "the rendered pages"
    if not ids:
        if fetch is None or not tree.rules.site_url:
            return before
        against = tree.rules.site_url
        ids = await _published(addresses, fetch)
    wrong = []
    count = 0
    for address, file in addresses:
        if "://" in address:  # of a site elsewhere
            continue
        count += 1
        page, _, fragment = address.partition("#")
        anchor = unquote(fragment.partition(":~:")[0])
        known = ids.get(key_of(page))
        if known is None:
            wrong.append(WrongAddress(address, "there is no such page", file))
        elif anchor and anchor not in known:
            wrong.append(WrongAddress(address, "the page has no such anchor", file))
    return replace(before, checked=count, checked_against=against, wrong=wrong)


def _addresses(index: Index, tree: Tree) -> list[tuple[str, str]]:
    with _opened(index) as opened:
        rows: Iterable[tuple[str, str]] = opened.execute(
            "SELECT address, min(file) FROM passages WHERE address != '' "
            "AND substr(file, 1, length(?1)) = ?1 GROUP BY address ORDER BY address",
            (tree.prefix,),
        )
        return list(rows)


async def _published(addresses: list[tuple[str, str]], fetch: Fetch) -> dict[str, frozenset[str]]:
    """The ids of each page as it is published."""
    from hyperrun.search.site.rendered import read

    wanted = {address.partition("#")[0] or "./" for address, _ in addresses if "://" not in address}
    found: dict[str, frozenset[str]] = {}
    for page, html in (await fetch(sorted(wanted))).items():
        read_page = read(html) if html is not None else None
        if read_page is not None:
            found[key_of(page)] = read_page.ids
    return found

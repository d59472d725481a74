"""The published site, fetched pass after pass and kept in a file beside the index.

All is bounded. A pass that was ended goes on where it was; a site that is down leaves what there
was.
"""

import asyncio
import hashlib
import json
import logging
import sqlite3
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hyperrun.search.site import manifest, moving_names
from hyperrun.search.site.crawled import location, meta, open_crawled
from hyperrun.search.site.published_site import (
    AT_ONCE,
    VISIT_TIMEOUT_S,
    PublishedSite,
    Refused,
    SiteDown,
)

if TYPE_CHECKING:
    from aiohttp import ClientSession

log = logging.getLogger(__name__)

MAX_BYTES = 2 * 1024**3  # of one pass, as they come
MAX_FAILURES = 12  # one after another: then the site is down


@dataclass(frozen=True, slots=True)
class CrawlStatus:
    """How far the crawl is. `note` says why it has stopped, where it had to."""

    running: bool = False
    pages: int = 0
    asked: int = 0  # of this pass
    waiting: int = 0
    changed: int = 0  # in this pass
    note: str = ""


class Crawl:
    """Brings the pages below one address into a file, pass after pass."""

    def __init__(
        self,
        site_url: str,
        data_dir: Path,
        *,
        may_be_private: bool = False,
        max_pages: int = 20_000,
        per_second: float = 10.0,
    ) -> None:
        self._site = PublishedSite(site_url, may_be_private=may_be_private, per_second=per_second)
        self._max_pages = max_pages
        self.told: Callable[[CrawlStatus], None] = lambda _: None
        self.path = location(data_dir, site_url)
        self.status = CrawlStatus()
        self._failures = 0
        self._asked = self._changed = 0

    async def run(self) -> CrawlStatus:
        """One pass over the whole site. Raises `SiteDown`; what was brought until then stays."""
        connection = await asyncio.to_thread(open_crawled, self.path, write=True)
        self._failures = self._asked = self._changed = 0
        try:
            async with asyncio.timeout(VISIT_TIMEOUT_S), self._site.visit() as session:
                await self._pass(connection, session)
            note = ""
        except TimeoutError:
            note = "the site takes longer than a pass may; the next one goes on"
        except sqlite3.Error as error:
            note = f"the pages cannot be kept: {error}"
        except SiteDown as error:
            self._tell(connection, running=False, note=str(error))
            raise
        finally:
            with suppress(sqlite3.Error):
                self._tell(connection, running=False, note=self.status.note)
            connection.close()
        self.status = CrawlStatus(
            False, self.status.pages, self._asked, self.status.waiting, self._changed,
            note or self.status.note,
        )  # fmt: skip
        return self.status

    # One pass

    async def _pass(self, connection: sqlite3.Connection, session: "ClientSession") -> None:
        number = await self._begin(connection, session)
        running: set[asyncio.Task[None]] = set()
        try:
            cut = await self._ask_all(connection, session, number, running)
        except BaseException:
            await _cancel(running)
            # What was under way is asked for again by the next pass.
            with suppress(sqlite3.Error):
                connection.execute("UPDATE queue SET done = 0 WHERE done = 1")
            raise
        await _cancel(running)
        self._end(connection, number, cut)

    async def _ask_all(
        self,
        connection: sqlite3.Connection,
        session: "ClientSession",
        number: int,
        running: set[asyncio.Task[None]],
    ) -> str:
        """Ask for what is queued, `AT_ONCE` at a time; why it is not all, "" where it is.

        `running` holds what is under way, whatever ends this.
        """
        by_links = meta(connection, "by") == "links"
        while True:
            rows = connection.execute(
                "SELECT path FROM queue WHERE done = 0 ORDER BY place LIMIT ?", (AT_ONCE,)
            ).fetchall()
            if not rows and not running:
                return ""
            if self._site.bytes_fetched > MAX_BYTES:
                return "the site is larger than a pass may fetch"
            for (path,) in rows[: AT_ONCE - len(running)]:
                connection.execute("UPDATE queue SET done = 1 WHERE path = ?", (path,))
                await self._site.wait()
                running.add(
                    asyncio.create_task(self._page(connection, session, path, number, by_links))
                )
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            running -= done
            for task in done:
                task.result()
            self._tell(connection, running=True)
            if self._failures >= MAX_FAILURES:
                raise SiteDown("the site does not answer")

    async def _begin(self, connection: sqlite3.Connection, session: "ClientSession") -> int:
        """The pass that was ended, or a new one with what it asks for first."""
        number = int(meta(connection, "pass") or 0)
        connection.execute("UPDATE queue SET done = 0 WHERE done = 1")
        if meta(connection, "open") == "1":
            return number
        number += 1
        found = await self._site.sitemap(session, self._max_pages)
        paths = found or ["./"]
        await self._site.wait()
        told = await self._site.text(session, self._site.address + manifest.NAME)
        await self._site.wait()
        versions = await self._site.text(session, self._site.address + moving_names.NAME)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM queue")
        connection.executemany(
            "INSERT OR IGNORE INTO queue (path, place) VALUES (?, ?)",
            [(path, place) for place, path in enumerate(paths[: self._max_pages])],
        )
        for name, value in (
            ("pass", str(number)), ("open", "1"), ("by", "sitemap" if found else "links"),
            ("site", self._site.address), ("manifest", told), ("versions", versions),
        ):  # fmt: skip
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
        connection.execute("COMMIT")
        if len(paths) > self._max_pages:
            self._cut(f"only the first {self._max_pages} pages of the sitemap are read")
        return number

    def _end(self, connection: sqlite3.Connection, number: int, cut: str) -> None:
        """What was not met in a whole pass is gone from the site."""
        connection.execute("BEGIN IMMEDIATE")
        if not cut:
            gone = connection.execute("DELETE FROM pages WHERE seen < ?", (number,)).rowcount
            self._changed += gone
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('open', '0')")
        connection.execute(
            "INSERT OR REPLACE INTO meta VALUES ('finished', ?)", (str(time.time()),)
        )
        connection.execute("COMMIT")
        if cut:
            self._cut(cut)

    def _cut(self, why: str) -> None:
        log.warning("%s: %s", self._site.address, why)
        self.status = CrawlStatus(note=why)

    async def _page(
        self,
        connection: sqlite3.Connection,
        session: "ClientSession",
        path: str,
        number: int,
        by_links: bool,
    ) -> None:
        """Ask for one page and keep it; links it has are asked for in their turn."""
        known = connection.execute(
            "SELECT etag, modified, digest, links FROM pages WHERE path = ?", (path,)
        ).fetchone()
        links: list[str] = []
        self._asked += 1
        try:
            answer = await self._site.ask(session, self._site.url(path), known)
            self._failures = 0
        except Refused as error:
            log.debug("%s: %s", path, error)
            connection.execute("DELETE FROM pages WHERE path = ?", (path,))
            self._changed += known is not None
        except SiteDown as error:
            log.info("%s: %s", path, error)
            self._failures += 1
            # For this pass it stays as it was.
            connection.execute("UPDATE pages SET seen = ? WHERE path = ?", (number, path))
        else:
            if answer is None:  # not modified
                links = json.loads(known[3])
                connection.execute("UPDATE pages SET seen = ? WHERE path = ?", (number, path))
            else:
                final, body, etag, modified = answer
                links = await self._keep(connection, path, final, body, (etag, modified), number)
        if by_links and links:
            self._queue(connection, links)
        connection.execute("UPDATE queue SET done = 2 WHERE path = ?", (path,))

    async def _keep(
        self,
        connection: sqlite3.Connection,
        path: str,
        final: str,
        body: bytes,
        told: tuple[str, str],
        number: int,
    ) -> list[str]:
        """Store a page under the address where it was found; the paths it leads to."""
        from hyperrun.search.site.rendered import read

        page = await asyncio.to_thread(partial(read, body, final, with_links=True))
        if page is None:
            return []
        links = [below for each in page.links if (below := self._site.below(each)) is not None]
        if page.moved_to and (below := self._site.below(page.moved_to)) is not None:
            links.append(below)
        links = list(dict.fromkeys(links))[: self._max_pages]
        landed = self._site.below(final)
        if page.hidden or page.moved_to or landed is None:
            connection.execute("DELETE FROM pages WHERE path = ?", (path,))
            return links
        if landed != path:  # the page is under the address that it is led to
            connection.execute("DELETE FROM pages WHERE path = ?", (path,))
        digest = hashlib.sha256(body).hexdigest()
        before = connection.execute("SELECT digest FROM pages WHERE path = ?", (landed,)).fetchone()
        self._changed += before is None or before[0] != digest
        packed = await asyncio.to_thread(zlib.compress, body, 6)
        connection.execute(
            "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?)",
            (landed, *told, digest, packed, json.dumps(links), number),
        )
        return links

    def _queue(self, connection: sqlite3.Connection, paths: list[str]) -> None:
        (count,) = connection.execute("SELECT count(*) FROM queue").fetchone()
        for path in paths:
            if count >= self._max_pages:
                if not self.status.note:
                    self._cut(f"only the first {self._max_pages} pages are read")
                return
            count += connection.execute(
                "INSERT OR IGNORE INTO queue (path, place) VALUES (?, ?)", (path, count)
            ).rowcount

    def _tell(self, connection: sqlite3.Connection, *, running: bool, note: str = "") -> None:
        (pages,) = connection.execute("SELECT count(*) FROM pages").fetchone()
        (waiting,) = connection.execute("SELECT count(*) FROM queue WHERE done < 2").fetchone()
        self.status = CrawlStatus(
            running, pages, self._asked, waiting, self._changed, note or self.status.note
        )
        self.told(self.status)


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

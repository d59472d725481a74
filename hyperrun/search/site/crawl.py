"""The published site, fetched politely and kept in a file beside the index.

Only what lies below the address that the operator gave is asked for, besides `/robots.txt`; a
redirect that leads elsewhere is not followed. The site's name is looked up once a pass and its
address kept, so that it cannot come to mean another machine. All is bounded: pages, bytes, time,
rate. A pass that was ended goes on where it was; a site that is down leaves what there was.
"""

import asyncio
import hashlib
import html as html_text
import ipaddress
import json
import logging
import re
import socket
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from hyperrun.files import private_folder
from hyperrun.search.site import manifest, moving_names
from hyperrun.search.site.folder import (
    MAX_PAGE_BYTES,
    PageFile,
    is_passed_over,
    is_version,
    other_versions,
)
from hyperrun.search.site.manifest import Manifest
from hyperrun.search.site.moving_names import MovingNames

if TYPE_CHECKING:
    from aiohttp import ClientSession

log = logging.getLogger(__name__)

AGENT = "HyperRun"
TIMEOUT_S = 20.0  # for one answer, whole
PASS_TIMEOUT_S = 3 * 3600.0
MAX_BYTES = 2 * 1024**3  # of one pass, as they come
MAX_SITEMAP_BYTES = 20 * 1024 * 1024
MAX_SITEMAPS = 60
MAX_ROBOTS_BYTES = 512 * 1024
MAX_REDIRECTS = 5
MAX_PATH_CHARS = 400
MAX_SEGMENTS = 14
MAX_FAILURES = 12  # one after another: then the site is down
AT_ONCE = 4
LONGEST_DELAY_S = 10.0  # that robots.txt may ask for between two requests

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (
    path TEXT PRIMARY KEY, etag TEXT NOT NULL, modified TEXT NOT NULL, digest TEXT NOT NULL,
    body BLOB NOT NULL, links TEXT NOT NULL, seen INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS queue (
    path TEXT PRIMARY KEY, place INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS queue_of_due ON queue (done, place);
"""
_LOC = re.compile(r"<(?:\w+:)?loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]+)\s*(?:\]\]>)?\s*</(?:\w+:)?loc>")
_NOT_HTML = re.compile(
    r"\.(png|jpe?g|gif|svg|webp|avif|ico|css|m?js|json|xml|txt|md|pdf|zip|t?gz|bz2|xz|tar|whl|exe"
    r"|dmg|mp[34]|webm|woff2?|ttf|eot|ipynb|py|rst|csv|ya?ml|toml|inv|map|rss|atom|epub)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CrawlStatus:
    """How far the crawl is. `note` says why it has stopped, where it had to."""

    running: bool = False
    pages: int = 0
    asked: int = 0  # of this pass
    waiting: int = 0
    changed: int = 0  # in this pass
    note: str = ""


class SiteDown(Exception):
    """The site cannot be asked now; what there was stays."""


class _Refused(Exception):
    """One address is not asked for, or gives nothing that is kept."""


def location(data_dir: Path, site_url: str) -> Path:
    """Where the pages of the site are kept."""
    return data_dir / "sites" / f"{hashlib.sha256(site_url.encode()).hexdigest()[:12]}.sqlite3"


class Crawled:
    """The pages that a crawl has brought, for whoever reads them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pages(self) -> Iterator[PageFile]:
        """Every page, but of several versions of the site those of one."""
        with closing(_open(self._path, write=False)) as connection:
            rows = connection.execute("SELECT path, digest FROM pages ORDER BY path").fetchall()
        without = _other_versions([path for path, _ in rows])
        for path, digest in rows:
            if path.partition("/")[0] not in without:
                yield PageFile(path, digest)

    def read(self, path: str) -> bytes:
        """The HTML of one page. Raises OSError."""
        with closing(_open(self._path, write=False)) as connection:
            row = connection.execute("SELECT body FROM pages WHERE path = ?", (path,)).fetchone()
        if row is None:
            raise FileNotFoundError(path)
        return zlib.decompressobj().decompress(row[0], MAX_PAGE_BYTES + 1)

    def address(self, path: str) -> str:
        """A page's path is its address."""
        return path

    def manifest(self) -> Manifest:
        """What the plugin's file at the site's root said when the site was fetched."""
        with closing(_open(self._path, write=False)) as connection:
            told = _meta(connection, "manifest")
        return manifest.read(told.encode()) if told else {}

    def moving_names(self) -> MovingNames:
        """What mike's file at the site's root said when the site was fetched."""
        with closing(_open(self._path, write=False)) as connection:
            told = _meta(connection, "versions")
        return moving_names.read(told.encode()) if told else {}


def _other_versions(paths: list[str]) -> frozenset[str]:
    inside: dict[str, set[str]] = {}
    for path in paths:
        first, slash, rest = path.partition("/")
        if slash and is_version(first):
            inside.setdefault(first, set()).add(rest)
    return other_versions({name: frozenset(own) for name, own in inside.items()})


def _open(path: Path, *, write: bool) -> sqlite3.Connection:
    """Raises OSError where it is not there or cannot be read."""
    try:
        if write:
            private_folder(path.parent.parent)
            private_folder(path.parent)
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA busy_timeout = 10000")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SCHEMA)
        else:
            connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            connection.execute("PRAGMA busy_timeout = 2000")
    except sqlite3.Error as error:
        raise OSError(f"the kept site cannot be opened: {error}") from error
    return connection


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
        parts = urlsplit(site_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._base = self._origin + (parts.path.rstrip("/") + "/")
        self._host = parts.hostname or ""
        self._may_be_private = may_be_private or _is_own_name(self._host)
        self._max_pages = max_pages
        self._delay_s = 1 / per_second
        self.told: Callable[[CrawlStatus], None] = lambda _: None
        self.path = location(data_dir, site_url)
        self.status = CrawlStatus()
        self._robots = RobotFileParser()
        self._next = 0.0
        self._bytes = 0
        self._failures = 0
        self._asked = self._changed = 0

    async def run(self) -> CrawlStatus:
        """One pass over the whole site. Raises `SiteDown`; what was brought until then stays."""
        connection = await asyncio.to_thread(_open, self.path, write=True)
        self._bytes = self._failures = self._asked = self._changed = 0
        try:
            async with asyncio.timeout(PASS_TIMEOUT_S), await self._session() as session:
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

    async def _session(self) -> "ClientSession":
        import aiohttp

        if urlsplit(self._base).scheme not in ("http", "https") or not self._host:
            raise SiteDown(f"{self._base} is no address of the web")
        addresses = await self._addresses()
        connector = aiohttp.TCPConnector(resolver=_Pinned(addresses), limit=AT_ONCE)  # type: ignore[arg-type]
        return aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S, connect=10.0),
            headers={"User-Agent": AGENT, "Accept-Encoding": "gzip"},
            trust_env=False,
        )

    async def _addresses(self) -> list[str]:
        """What the site's name means, for the whole pass. Raises `SiteDown`."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                self._host, None, type=socket.SOCK_STREAM
            )
        except OSError as error:
            raise SiteDown(f"{self._host} is not found: {error}") from error
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        if not self._may_be_private:
            addresses = [each for each in addresses if _is_public(each)]
        if not addresses:
            raise SiteDown(
                f"{self._host} leads to a private address; HYPERRUN_CRAWL=private allows that"
            )
        return addresses

    async def fetch(self, paths: Sequence[str]) -> dict[str, bytes | None]:
        """The HTML of these pages as they are published now, None of one that is not there; within
        the bounds of a pass, and nothing is kept. Raises `SiteDown`."""
        self._bytes = 0
        found: dict[str, bytes | None] = {}
        async with asyncio.timeout(PASS_TIMEOUT_S), await self._session() as session:
            await self._read_robots(session)
            for path in paths:
                await self._wait()
                try:
                    answer = await self._ask(session, self._url(path), None)
                except _Refused:
                    answer = None
                found[path] = answer[1] if answer else None
        return found

    # One pass

    async def _pass(self, connection: sqlite3.Connection, session: "ClientSession") -> None:
        await self._read_robots(session)
        number = await self._begin(connection, session)
        by_links = _meta(connection, "by") == "links"
        running: set[asyncio.Task[None]] = set()
        cut = ""
        try:
            while True:
                rows = connection.execute(
                    "SELECT path FROM queue WHERE done = 0 ORDER BY place LIMIT ?", (AT_ONCE,)
                ).fetchall()
                if not rows and not running:
                    break
                if self._bytes > MAX_BYTES:
                    cut = "the site is larger than a pass may fetch"
                    break
                for (path,) in rows[: AT_ONCE - len(running)]:
                    connection.execute("UPDATE queue SET done = 1 WHERE path = ?", (path,))
                    await self._wait()
                    running.add(
                        asyncio.create_task(self._page(connection, session, path, number, by_links))
                    )
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                self._tell(connection, running=True)
                if self._failures >= MAX_FAILURES:
                    raise SiteDown("the site does not answer")
        except BaseException:
            # What was under way is asked for again by the next pass.
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            with suppress(sqlite3.Error):
                connection.execute("UPDATE queue SET done = 0 WHERE done = 1")
            raise
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._end(connection, number, cut)

    async def _begin(self, connection: sqlite3.Connection, session: "ClientSession") -> int:
        """The pass that was ended, or a new one with what it asks for first."""
        number = int(_meta(connection, "pass") or 0)
        connection.execute("UPDATE queue SET done = 0 WHERE done = 1")
        if _meta(connection, "open") == "1":
            return number
        number += 1
        found = await self._sitemap(session)
        paths = found or ["./"]
        await self._wait()
        told = await self._text(session, self._base + manifest.NAME)
        await self._wait()
        versions = await self._text(session, self._base + moving_names.NAME)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM queue")
        connection.executemany(
            "INSERT OR IGNORE INTO queue (path, place) VALUES (?, ?)",
            [(path, place) for place, path in enumerate(paths[: self._max_pages])],
        )
        for name, value in (
            ("pass", str(number)), ("open", "1"), ("by", "sitemap" if found else "links"),
            ("site", self._base), ("manifest", told), ("versions", versions),
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
        log.warning("%s: %s", self._base, why)
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
            answer = await self._ask(session, self._url(path), known)
            self._failures = 0
        except _Refused as error:
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
        links = [below for each in page.links if (below := self._below(each)) is not None]
        if page.moved_to and (below := self._below(page.moved_to)) is not None:
            links.append(below)
        links = list(dict.fromkeys(links))[: self._max_pages]
        landed = self._below(final)
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

    # Addresses

    def _url(self, path: str) -> str:
        return self._base if path == "./" else self._base + path

    def _below(self, address: str) -> str | None:
        """The path of `address` below the site; None where it is not to be asked for."""
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            return None
        own = urlsplit(self._base)
        if (parts.scheme, parts.hostname, port) != (own.scheme, own.hostname, own.port):
            return None
        if parts.query or parts.username or parts.password:
            return None
        path = quote(unquote(parts.path), safe="/~!$&'()*+,;=:@")
        if not (path.rstrip("/") + "/").startswith(own.path):
            return None
        below = path[len(own.path) :]
        segments = below.split("/")
        if len(below) > MAX_PATH_CHARS or len(segments) > MAX_SEGMENTS or ".." in segments:
            return None
        if "//" in below or max((segments.count(each) for each in segments), default=0) > 3:
            return None
        if _NOT_HTML.search(below) or is_passed_over(below):
            return None
        return below or "./"

    def _may_ask(self, url: str) -> bool:
        return self._robots.can_fetch(AGENT, url)

    # Requests

    async def _wait(self) -> None:
        """Let as much time pass between two requests as the site is owed."""
        now = time.monotonic()
        self._next = max(self._next, now)
        wait_s, self._next = self._next - now, self._next + self._delay_s
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    async def _ask(
        self, session: "ClientSession", url: str, known: tuple[str, str, str, str] | None
    ) -> tuple[str, bytes, str, str] | None:
        """A page's last address, its HTML, etag and date; None where it is not modified.

        Raises `_Refused` where there is nothing to keep, `SiteDown` where it may come back.
        """
        headers: dict[str, str] = {}
        if known is not None and known[0]:
            headers["If-None-Match"] = known[0]
        if known is not None and known[1]:
            headers["If-Modified-Since"] = known[1]
        for _ in range(MAX_REDIRECTS):
            if not self._may_ask(url):
                raise _Refused("robots.txt asks to leave it out")
            status, told, body = await self._get(session, url, headers, MAX_PAGE_BYTES)
            if status == 304 and known is not None:
                return None
            if status in (301, 302, 303, 307, 308):
                target = urljoin(url, told.get("Location", ""))
                below = self._below(target)
                if below is None:
                    raise _Refused("it leads off the site")
                url, headers = self._url(below), {}
                await self._wait()
                continue
            if status == 429 or status >= 500:
                raise SiteDown(f"HTTP {status}")
            if status != 200:
                raise _Refused(f"HTTP {status}")
            if "html" not in told.get("Content-Type", "text/html").lower():
                raise _Refused("it is no HTML")
            if "noindex" in told.get("X-Robots-Tag", "").lower():
                raise _Refused("it asks not to be found")
            return url, body, told.get("ETag", ""), told.get("Last-Modified", "")
        raise _Refused("it is redirected without end")

    async def _get(
        self, session: "ClientSession", url: str, headers: dict[str, str], max_bytes: int
    ) -> tuple[int, Any, bytes]:
        """Status, headers and body, unpacked and bounded. Raises `_Refused`, `SiteDown`."""
        import aiohttp

        try:
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                packed = response.headers.get("Content-Encoding", "").lower()
                if packed not in ("", "identity", "gzip", "x-gzip", "deflate"):
                    raise _Refused(f"it is packed by {packed[:20]}")
                unpack = (
                    zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
                    if "gzip" in packed or "deflate" in packed
                    else None
                )
                body = bytearray()
                async for chunk in response.content.iter_chunked(64 * 1024):
                    self._bytes += len(chunk)
                    if unpack is not None:
                        chunk = unpack.decompress(chunk, max_bytes + 1 - len(body))
                    body += chunk
                    if len(body) > max_bytes or (unpack is not None and unpack.unconsumed_tail):
                        raise _Refused(f"it is larger than {max_bytes} bytes")
                return response.status, response.headers, bytes(body)
        except zlib.error as error:
            raise _Refused(f"it cannot be unpacked: {error}") from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise SiteDown(f"{type(error).__name__}: {error}") from error

    async def _read_robots(self, session: "ClientSession") -> None:
        """What the site asks robots to leave out. Raises `SiteDown`."""
        self._robots = RobotFileParser()
        try:
            status, _, body = await self._get(
                session, f"{self._origin}/robots.txt", {}, MAX_ROBOTS_BYTES
            )
        except _Refused:
            status, body = 404, b""
        if status in (401, 403):
            raise SiteDown("robots.txt asks everybody to stay away")
        if status == 429 or status >= 500:
            raise SiteDown(f"HTTP {status} for robots.txt")
        lines = body.decode("utf-8", "replace").splitlines() if status == 200 else []
        self._robots.parse(lines)
        delay = self._robots.crawl_delay(AGENT)
        if delay is not None:
            self._delay_s = max(self._delay_s, min(float(delay), LONGEST_DELAY_S))

    async def _sitemap(self, session: "ClientSession") -> list[str]:
        """The pages that the sitemap names, or those that it names of others; empty without one."""
        first = [urljoin(self._base, name) for name in ("sitemap.xml", "sitemap_index.xml",
                                                        "sitemap-index.xml")]  # fmt: skip
        waiting = list(first)
        asked: set[str] = set()
        found: dict[str, None] = {}
        size = 0
        while waiting and len(asked) < MAX_SITEMAPS and len(found) <= self._max_pages:
            url = waiting.pop(0)
            if url in asked or (url in first and found):
                continue
            asked.add(url)
            await self._wait()
            text = await self._text(session, url)
            size += len(text)
            if size > 4 * MAX_SITEMAP_BYTES:
                break
            is_index = "<sitemapindex" in text[:2_000]
            for match in _LOC.finditer(text):
                address = html_text.unescape(match[1])
                if is_index:
                    if self._is_own(address):
                        waiting.append(address)
                elif (below := self._below(address)) is not None:
                    found[below] = None
        return list(found)

    def _is_own(self, url: str) -> bool:
        return url.startswith(self._base)

    async def _text(self, session: "ClientSession", url: str) -> str:
        """A file of the site, unpacked; "" where there is none. Raises `SiteDown`."""
        for _ in range(MAX_REDIRECTS):
            if not self._may_ask(url):
                return ""
            try:
                status, headers, body = await self._get(session, url, {}, MAX_SITEMAP_BYTES)
            except _Refused:
                return ""
            if status in (301, 302, 303, 307, 308):
                url = urljoin(url, headers.get("Location", ""))
                if not self._is_own(url):
                    return ""
                continue
            if status >= 500:
                raise SiteDown(f"HTTP {status} for {url}")
            if status != 200:
                return ""
            if body[:2] == b"\x1f\x8b":
                try:
                    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
                    body = unpack.decompress(body, MAX_SITEMAP_BYTES)
                except zlib.error:
                    return ""
            return body.decode("utf-8", "replace")
        return ""


class _Pinned:
    """Gives every name the addresses that were found at the beginning."""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: int = socket.AF_UNSPEC
    ) -> list[dict[str, Any]]:
        return [
            {
                "hostname": host, "host": each, "port": port, "proto": 0,
                "family": socket.AF_INET6 if ":" in each else socket.AF_INET,
                "flags": socket.AI_NUMERICHOST,
            }
            for each in self._addresses
        ]  # fmt: skip

    async def close(self) -> None:
        return None


def _is_own_name(host: str) -> bool:
    """Has the operator plainly named a machine of their own?"""
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".lan"))


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return found.is_global and not found.is_multicast


def _meta(connection: sqlite3.Connection, name: str) -> str:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return row[0] if row else ""

"""A documentation site as it is published, asked politely.

Only what lies below the address that the operator gave is asked for, besides `/robots.txt`; a
redirect that leads elsewhere is not followed. The site's name is looked up once a visit and its
address kept, so that it cannot come to mean another machine. All is bounded: bytes, time, rate.
"""

import asyncio
import html as html_text
import ipaddress
import re
import socket
import time
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from hyperrun.search.site.folder import MAX_PAGE_BYTES, is_passed_over

if TYPE_CHECKING:
    from aiohttp import ClientSession

AGENT = "HyperRun"
TIMEOUT_S = 20.0  # for one answer, whole
VISIT_TIMEOUT_S = 3 * 3600.0
MAX_SITEMAP_BYTES = 20 * 1024 * 1024
MAX_SITEMAPS = 60
MAX_ROBOTS_BYTES = 512 * 1024
MAX_REDIRECTS = 5
MAX_PATH_CHARS = 400
MAX_SEGMENTS = 14
AT_ONCE = 4
LONGEST_DELAY_S = 10.0  # that robots.txt may ask for between two requests

_LOC = re.compile(r"<(?:\w+:)?loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]+)\s*(?:\]\]>)?\s*</(?:\w+:)?loc>")
_NOT_HTML = re.compile(
    r"\.(png|jpe?g|gif|svg|webp|avif|ico|css|m?js|json|xml|txt|md|pdf|zip|t?gz|bz2|xz|tar|whl|exe"
    r"|dmg|mp[34]|webm|woff2?|ttf|eot|ipynb|py|rst|csv|ya?ml|toml|inv|map|rss|atom|epub)$",
    re.IGNORECASE,
)


class SiteDown(Exception):
    """The site cannot be asked now; what there was stays."""


class Refused(Exception):
    """One address is not asked for, or gives nothing that is kept."""


class PublishedSite:
    """The pages below one address, by their paths: `guide/`, and `./` for the first page."""

    def __init__(
        self, site_url: str, *, may_be_private: bool = False, per_second: float = 10.0
    ) -> None:
        parts = urlsplit(site_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self.address = self._origin + (parts.path.rstrip("/") + "/")
        self._host = parts.hostname or ""
        self._may_be_private = may_be_private or _is_own_name(self._host)
        self._delay_s = 1 / per_second
        self._robots = RobotFileParser()
        self._next = 0.0
        self.bytes_fetched = 0  # in this visit, as they come

    @asynccontextmanager
    async def visit(self) -> AsyncIterator["ClientSession"]:
        """A session to ask with, after robots.txt was read. Raises `SiteDown`."""
        self.bytes_fetched = 0
        async with await self._session() as session:
            await self._read_robots(session)
            yield session

    async def _session(self) -> "ClientSession":
        import aiohttp

        if urlsplit(self.address).scheme not in ("http", "https") or not self._host:
            raise SiteDown(f"{self.address} is no address of the web")
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
        """What the site's name means, for the whole visit. Raises `SiteDown`."""
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
        the bounds of a visit, and nothing is kept. Raises `SiteDown`."""
        found: dict[str, bytes | None] = {}
        async with asyncio.timeout(VISIT_TIMEOUT_S), self.visit() as session:
            for path in paths:
                await self.wait()
                try:
                    answer = await self.ask(session, self.url(path), None)
                except Refused:
                    answer = None
                found[path] = answer[1] if answer else None
        return found

    # Addresses

    def url(self, path: str) -> str:
        """The whole address of a page by its path."""
        return self.address if path == "./" else self.address + path

    def below(self, address: str) -> str | None:
        """The path of `address` below the site; None where it is not to be asked for."""
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            return None
        own = urlsplit(self.address)
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

    async def wait(self) -> None:
        """Let as much time pass between two requests as the site is owed."""
        now = time.monotonic()
        self._next = max(self._next, now)
        wait_s, self._next = self._next - now, self._next + self._delay_s
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    async def ask(
        self, session: "ClientSession", url: str, known: tuple[str, str, str, str] | None
    ) -> tuple[str, bytes, str, str] | None:
        """A page's last address, its HTML, etag and date; None where it is not modified.

        Raises `Refused` where there is nothing to keep, `SiteDown` where it may come back.
        """
        headers: dict[str, str] = {}
        if known is not None and known[0]:
            headers["If-None-Match"] = known[0]
        if known is not None and known[1]:
            headers["If-Modified-Since"] = known[1]
        for _ in range(MAX_REDIRECTS):
            if not self._may_ask(url):
                raise Refused("robots.txt asks to leave it out")
            status, told, body = await self._get(session, url, headers, MAX_PAGE_BYTES)
            if status == 304 and known is not None:
                return None
            if status in (301, 302, 303, 307, 308):
                target = urljoin(url, told.get("Location", ""))
                below = self.below(target)
                if below is None:
                    raise Refused("it leads off the site")
                url, headers = self.url(below), {}
                await self.wait()
                continue
            if status == 429 or status >= 500:
                raise SiteDown(f"HTTP {status}")
            if status != 200:
                raise Refused(f"HTTP {status}")
            if "html" not in told.get("Content-Type", "text/html").lower():
                raise Refused("it is no HTML")
            if "noindex" in told.get("X-Robots-Tag", "").lower():
                raise Refused("it asks not to be found")
            return url, body, told.get("ETag", ""), told.get("Last-Modified", "")
        raise Refused("it is redirected without end")

    async def _get(
        self, session: "ClientSession", url: str, headers: dict[str, str], max_bytes: int
    ) -> tuple[int, Any, bytes]:
        """Status, headers and body, unpacked and bounded. Raises `Refused`, `SiteDown`."""
        import aiohttp

        try:
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                packed = response.headers.get("Content-Encoding", "").lower()
                if packed not in ("", "identity", "gzip", "x-gzip", "deflate"):
                    raise Refused(f"it is packed by {packed[:20]}")
                unpack = (
                    zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
                    if "gzip" in packed or "deflate" in packed
                    else None
                )
                body = bytearray()
                async for chunk in response.content.iter_chunked(64 * 1024):
                    self.bytes_fetched += len(chunk)
                    if unpack is not None:
                        chunk = unpack.decompress(chunk, max_bytes + 1 - len(body))
                    body += chunk
                    if len(body) > max_bytes or (unpack is not None and unpack.unconsumed_tail):
                        raise Refused(f"it is larger than {max_bytes} bytes")
                return response.status, response.headers, bytes(body)
        except zlib.error as error:
            raise Refused(f"it cannot be unpacked: {error}") from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise SiteDown(f"{type(error).__name__}: {error}") from error

    async def _read_robots(self, session: "ClientSession") -> None:
        """What the site asks robots to leave out. Raises `SiteDown`."""
        self._robots = RobotFileParser()
        try:
            status, _, body = await self._get(
                session, f"{self._origin}/robots.txt", {}, MAX_ROBOTS_BYTES
            )
        except Refused:
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

    async def sitemap(self, session: "ClientSession", max_pages: int) -> list[str]:
        """The pages that the sitemap names, or those that it names of others; empty without one."""
        first = [urljoin(self.address, name) for name in ("sitemap.xml", "sitemap_index.xml",
                                                        "sitemap-index.xml")]  # fmt: skip
        waiting = list(first)
        asked: set[str] = set()
        found: dict[str, None] = {}
        size = 0
        while waiting and len(asked) < MAX_SITEMAPS and len(found) <= max_pages:
            url = waiting.pop(0)
            if url in asked or (url in first and found):
                continue
            asked.add(url)
            await self.wait()
            text = await self.text(session, url)
            size += len(text)
            if size > 4 * MAX_SITEMAP_BYTES:
                break
            is_index = "<sitemapindex" in text[:2_000]
            for match in _LOC.finditer(text):
                address = html_text.unescape(match[1])
                if is_index:
                    if self._is_own(address):
                        waiting.append(address)
                elif (below := self.below(address)) is not None:
                    found[below] = None
        return list(found)

    def _is_own(self, url: str) -> bool:
        return url.startswith(self.address)

    async def text(self, session: "ClientSession", url: str) -> str:
        """A file of the site, unpacked; "" where there is none. Raises `SiteDown`."""
        for _ in range(MAX_REDIRECTS):
            if not self._may_ask(url):
                return ""
            try:
                status, headers, body = await self._get(session, url, {}, MAX_SITEMAP_BYTES)
            except Refused:
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

"""The published site: fetched whole, politely, and never beyond its bounds or its address."""

import asyncio
import gzip
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from hyperrun.search.site import crawled, published_site
from hyperrun.search.site.crawl import Crawl
from hyperrun.search.site.crawled import Crawled
from hyperrun.search.site.manifest import Origin
from hyperrun.search.site.published_site import SiteDown
from tests.served import served

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Server:
    """A site on this machine: what it answers, and what it was asked."""

    address: str = ""
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    conditional: list[str] = field(default_factory=list)
    otherwise: Callable[[str], Reply] = lambda path: (404, {}, b"")
    drips: bool = False

    def page(self, path: str, body: str, **headers: str) -> None:
        told = {"Content-Type": "text/html; charset=utf-8", **headers}
        text = f"<title>T</title><main><h1>{path}</h1><p>Words of a page.</p>{body}</main>"
        self.replies[path] = (200, told, text.encode())

    def sitemap(self, *paths: str) -> None:
        found = "".join(f"<url><loc>{self.address}{path}</loc></url>" for path in paths)
        self.replies["/docs/sitemap.xml"] = (200, {}, f"<urlset>{found}</urlset>".encode())


@contextmanager
def serving() -> Iterator[Server]:
    site = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(self.path)
            status, headers, body = site.replies.get(self.path) or site.otherwise(self.path)
            etag = headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                site.conditional.append(self.path)
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                if site.drips and self.path != "/robots.txt":
                    for byte in body:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                        time.sleep(0.05)
                else:
                    self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as site.address:
        yield site


@pytest.fixture
def site() -> Iterator[Server]:
    with serving() as served:
        yield served


def fetched(site: Server, data: Path, **options: object) -> dict[str, bytes]:
    """What a pass over the site brings."""
    made = Crawl(site.address + "/docs/", data, per_second=1_000, **options)  # type: ignore[arg-type]
    asyncio.run(made.run())
    kept = Crawled(made.path)
    return {page.path: kept.read(page.path) for page in kept.pages()}


def test_the_sitemap_names_the_pages(site: Server, tmp_path: Path) -> None:
    site.page("/docs/", "")
    site.page("/docs/a/", "<a href=/docs/unlisted/>x</a>")
    site.page("/docs/unlisted/", "")
    site.page("/other/", "")
    site.sitemap("/docs/", "/docs/a/", "/other/", "/docs/a/?q=1", "/docs/picture.png")
    assert set(fetched(site, tmp_path)) == {"./", "a/"}
    asked = ["/docs/", "/docs/a/", "/docs/hyperrun-pages.json", "/docs/sitemap.xml",
             "/docs/versions.json", "/robots.txt"]  # fmt: skip
    assert sorted(site.asked) == asked


def test_what_a_plugin_wrote_of_the_pages_is_kept(site: Server, tmp_path: Path) -> None:
    site.page("/docs/", "")
    told = b'{"pages": [{"path": "", "source": "README.md"}]}'
    site.replies["/docs/hyperrun-pages.json"] = (200, {"Content-Type": "application/json"}, told)
    fetched(site, tmp_path)
    kept = Crawled(crawled.location(tmp_path, site.address + "/docs/"))
    assert kept.manifest() == {"": Origin("README.md")}


def test_what_mike_wrote_of_the_versions_is_kept(site: Server, tmp_path: Path) -> None:
    site.page("/docs/", "")
    told = b'[{"version": "3", "aliases": []}, {"version": "2", "aliases": ["stable"]}]'
    site.replies["/docs/versions.json"] = (200, {"Content-Type": "application/json"}, told)
    fetched(site, tmp_path)
    kept = Crawled(crawled.location(tmp_path, site.address + "/docs/"))
    assert kept.moving_names() == {"stable": "2"}


def test_without_a_sitemap_links_below_the_address_are_followed(
    site: Server, tmp_path: Path
) -> None:
    site.page("/docs/", "<a href=a.html#x>a</a><a href=../blog/>b</a><a href=//x.example/>c</a>")
    site.page("/docs/a.html", "<a href=b/>b</a><a href=mailto:a@b.c>m</a><a href='http://['>n</a>")
    site.page("/docs/b/", "")
    assert set(fetched(site, tmp_path)) == {"./", "a.html", "b/"}
    assert "/blog/" not in site.asked


def test_a_sitemap_may_be_packed_and_name_others(site: Server, tmp_path: Path) -> None:
    index = (
        f"<sitemapindex><sitemap><loc>{site.address}/docs/one.xml.gz</loc></sitemap><sitemap>"
        f"<loc>http://elsewhere.example/two.xml</loc></sitemap></sitemapindex>"
    )
    site.replies["/docs/sitemap.xml"] = (200, {}, index.encode())
    inner = f"<urlset><url><loc>{site.address}/docs/a/</loc></url></urlset>"
    site.replies["/docs/one.xml.gz"] = (200, {}, gzip.compress(inner.encode()))
    site.page("/docs/a/", "")
    assert set(fetched(site, tmp_path)) == {"a/"}


def test_robots_txt_is_kept_to(site: Server, tmp_path: Path) -> None:
    site.replies["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /docs/private\n")
    site.page("/docs/", "<a href=private/a>a</a><a href=b>b</a>")
    site.page("/docs/private/a", "")
    site.page("/docs/b", "")
    assert set(fetched(site, tmp_path)) == {"./", "b"}
    assert "/docs/private/a" not in site.asked


def test_the_next_pass_asks_once_and_only_for_what_has_changed(
    site: Server, tmp_path: Path
) -> None:
    for name in ("", "a/", "b/", "c/"):
        site.page(f"/docs/{name}", "", ETag=f'"{name}"')
    site.sitemap("/docs/", "/docs/a/", "/docs/b/", "/docs/c/")
    fetched(site, tmp_path)
    site.asked.clear()
    site.page("/docs/a/", "New words.", ETag='"new"')
    del site.replies["/docs/c/"]
    site.sitemap("/docs/", "/docs/a/", "/docs/b/")
    found = fetched(site, tmp_path)
    assert set(found) == {"./", "a/", "b/"}
    assert b"New words." in found["a/"]
    assert site.conditional == ["/docs/", "/docs/b/"]
    assert sorted(site.asked) == sorted(set(site.asked))


def test_a_site_that_is_down_leaves_what_there_was(site: Server, tmp_path: Path) -> None:
    site.page("/docs/", "<a href=a/>a</a>")
    site.page("/docs/a/", "")
    before = fetched(site, tmp_path)
    site.replies.clear()
    site.otherwise = lambda path: (503, {}, b"")
    with pytest.raises(SiteDown):
        fetched(site, tmp_path)
    kept = Crawled(crawled.location(tmp_path, site.address + "/docs/"))
    assert {page.path for page in kept.pages()} == set(before)


def test_a_pass_that_was_ended_goes_on_where_it_was(site: Server, tmp_path: Path) -> None:
    paths = [f"/docs/{number}/" for number in range(40)]
    for path in paths:
        site.page(path, "")
    site.sitemap(*paths)

    async def ended() -> None:
        made = Crawl(site.address + "/docs/", tmp_path, per_second=100)
        running = asyncio.create_task(made.run())
        while made.status.asked < 10:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(ended())
    assert "/docs/39/" not in site.asked
    assert len(fetched(site, tmp_path)) == 40
    assert site.asked.count("/docs/sitemap.xml") == 1
    assert site.asked.count("/docs/0/") == 1


def test_a_page_is_kept_where_a_redirect_leads_on_the_site_alone(
    site: Server, tmp_path: Path
) -> None:
    site.page("/docs/", "<a href=old>o</a><a href=off>x</a><a href=loop>l</a><a href=up>u</a>")
    site.replies["/docs/old"] = (301, {"Location": "new/"}, b"")
    site.replies["/docs/off"] = (302, {"Location": "http://169.254.169.254/latest/"}, b"")
    site.replies["/docs/up"] = (302, {"Location": "/admin/"}, b"")
    site.replies["/docs/loop"] = (302, {"Location": "loop"}, b"")
    site.page("/docs/new/", "")
    site.page("/admin/", "")
    assert set(fetched(site, tmp_path)) == {"./", "new/"}
    assert "/admin/" not in site.asked


def test_a_hostile_site_costs_its_bounds_and_nothing_else(
    site: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_site, "TIMEOUT_S", 1.0)
    bomb = zlib.compress(b"<p>x</p>" * 20_000_000, 9)
    site.page(
        "/docs/",
        "<base href=http://10.0.0.1/><a href=/docs/in-base>b</a>"
        f"<a href={site.address}/docs/big>a</a><a href={site.address}/docs/bomb>c</a>"
        f"<a href={site.address}/docs/calendar/1>d</a><a href={site.address}/docs/a/a/a/a/a/a>e</a>"
        f"<a href={site.address}/docs/good>f</a><a href={site.address}/docs/brotli>g</a>",
    )
    site.page("/docs/good", "")
    site.replies["/docs/big"] = (200, {"Content-Type": "text/html"}, b"x" * 10_000_000)
    site.replies["/docs/bomb"] = (200, {"Content-Encoding": "deflate"}, bomb)
    site.replies["/docs/brotli"] = (200, {"Content-Encoding": "br"}, b"x")
    site.replies["/docs/sitemap.xml"] = (
        200, {}, b"<urlset><loc>http://127.0.0.1:1/docs/</loc><loc>http://10.1.1.1/docs/</loc>"
        b"<loc>http://[::1]/docs/a</loc><loc>file:///etc/passwd</loc></urlset>",
    )  # fmt: skip

    def endless(path: str) -> Reply:
        if not path.startswith("/docs/calendar/"):
            return 404, {}, b""
        number = int(path.rpartition("/")[2])
        text = f"<main><h1>{number}</h1><a href={number + 1}>next</a>"
        return 200, {"Content-Type": "text/html"}, text.encode()

    site.otherwise = endless
    found = fetched(site, tmp_path, max_pages=30)
    assert {"./", "good"} <= set(found)
    assert not set(found) & {"big", "bomb", "brotli", "in-base"}
    assert len(site.asked) < 40
    assert "/docs/a/a/a/a/a/a" not in site.asked
    assert (tmp_path / "sites").is_dir()


def test_an_answer_that_drips_is_ended(
    site: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_site, "TIMEOUT_S", 0.5)
    site.page("/docs/", "x" * 2_000)
    site.drips = True
    began = time.monotonic()
    with suppress(SiteDown):
        assert fetched(site, tmp_path) == {}
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    "url",
    ["http://rebound.example/docs/", "ftp://x.example/", "http:///x", "http://nowhere.invalid/"],
)
def test_a_name_that_leads_to_a_private_address_is_not_asked(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def private(self: asyncio.AbstractEventLoop, host: str, *_: object, **__: object) -> list:  # type: ignore[type-arg]
        if host.endswith(".invalid"):
            raise OSError("no such name")
        return [(2, 1, 6, "", ("169.254.169.254", 0)), (2, 1, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", private)
    with pytest.raises(SiteDown):
        asyncio.run(Crawl(url, tmp_path).run())


def test_of_several_versions_the_one_is_read_that_readers_are_led_to(
    site: Server, tmp_path: Path
) -> None:
    paths = [f"/docs/{version}/{page}" for version in ("stable", "latest", "1.0", "2.0")
             for page in ("", "guide/")]  # fmt: skip
    paths += ["/docs/about/", "/docs/2024/", "/docs/2025/"]
    for path in paths:
        site.page(path, "")
    site.sitemap(*paths)
    kept = {"about/", "stable/", "stable/guide/", "2024/", "2025/"}
    assert set(fetched(site, tmp_path)) == kept

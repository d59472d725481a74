"""What responses say about themselves, and which requests get past the door."""

import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from hyperrun.errors import BadSetting
from hyperrun.language import texts
from hyperrun.settings import Settings
from hyperrun.visitor import network_of
from hyperrun.web import middleware, protocol
from hyperrun.web.middleware import CONTENT_POLICY, Kind, kind_of, response_headers
from hyperrun.web.origins import any_site_may_show, frame_ancestors, is_own_page
from hyperrun.web.protocol import GuardedProtocol
from hyperrun.web.proxies import Proxies
from tests.browser import eventually
from tests.model_server import ModelServer, Script
from tests.server import Serve, running
from tests.uvicorn_thread import serving

# Who may show the chat


def ancestors(**changes: Any) -> str:
    return " ".join(frame_ancestors(replace(Settings(), **changes)))


def test_a_fresh_install_works_on_any_site_and_knows_it() -> None:
    assert ancestors() == "http: https: file:"
    assert any_site_may_show(Settings())
    assert not any_site_may_show(replace(Settings(), site_url="https://docs.example.org/"))


def test_a_known_documentation_site_may_show_it_and_so_may_localhost() -> None:
    allowed = ancestors(
        site_url="https://docs.example.org/lantern/", public_url="https://chat.example.org/x"
    ).split()
    assert allowed[:3] == ["'self'", "https://chat.example.org", "https://docs.example.org"]
    assert "http://localhost:*" in allowed
    assert "http://127.0.0.1:*" in allowed
    assert "https:" not in allowed


def test_what_the_operator_allows_is_all_there_is() -> None:
    allowed = ancestors(
        site_url="https://docs.example.org",
        allowed_origins=("https://a.example", "https://*.B.example/", "c.example:8443"),
    )
    assert allowed == "'self' https://a.example https://*.b.example c.example:8443"


@pytest.mark.parametrize(
    "bad",
    [
        "https://a.example; script-src *",
        "https://a.example https://b.example\nX: y",
        "'unsafe-inline'",
        "javascript:alert(1)",
        "data:",
        "https://a.example/path",
        "https://*",
        "https://a.*.example",
        "ftp://a.example",
        "https://a.example,b",
        "https://ä.example",
        "https://user@a.example",
        "https://",
        "🙂",
        "\u2028",
        "-a.example",
    ],
)
def test_an_origin_that_is_none_stops_the_start(bad: str) -> None:
    with pytest.raises(BadSetting, match="HYPERRUN_ALLOWED_ORIGINS"):
        ancestors(allowed_origins=(bad,))


def test_an_internationalised_site_is_named_as_browsers_do() -> None:
    assert "https://xn--dcs-sna.example" in ancestors(site_url="https://döcs.example/")


# Whose pages may change anything

HOST = {"host": "chat.example.org"}
OWN = {"origin": "https://chat.example.org"}
HTMX = {"hx-request": "true"}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin", **OWN, **HTMX},
        {"sec-fetch-site": "same-origin"},
        OWN,  # a form without script
        HTMX,
        {**HTMX, "referer": "https://chat.example.org/chat-standalone"},
        {"origin": "http://chat.example.org:80"},
        # A proxy that passes another Host on: the browser has judged by the real one.
        {"sec-fetch-site": "same-origin", "origin": "https://seen.example", **HTMX},
    ],
)
def test_our_own_pages_are_heard(headers: dict[str, str]) -> None:
    assert is_own_page(HOST | headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site", **OWN, **HTMX},
        {"sec-fetch-site": "same-site", **HTMX},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": ""},
        {"origin": "https://evil.example", **HTMX},
        {"origin": "null", **HTMX},
        {"origin": "", **HTMX},
        {"origin": "file://", **HTMX},
        {"origin": "https://chat.example.org.evil.example", **HTMX},
        {"origin": "https://chat.example.org:8443", **HTMX},
        {"origin": "https://[", **HTMX},
        {"origin": "https://chat.example.org:99999", **HTMX},
        {"origin": "javascript://chat.example.org", **HTMX},
        {"referer": "https://evil.example/", **HTMX},
        {"referer": "https://chat.example.org@evil.example/", **HTMX},
        {"hx-request": "yes"},
        {"host": "", "origin": "null"},
        {"host": "[", "origin": "["},
    ],
)
def test_foreign_pages_are_not(headers: dict[str, str]) -> None:
    assert not is_own_page(HOST | headers)


def test_the_public_address_is_ours_whatever_host_a_proxy_passes_on() -> None:
    headers = {"host": "127.0.0.1:5001", **OWN}
    assert not is_own_page(headers)
    assert is_own_page(headers, "https://chat.example.org/under/a/path")


# Who is asking


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "address"),
    [
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # no proxy of ours: not believed
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),  # the left is the reader's own
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1, 10.0.0.9"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1,"], "10.0.0.1"),
        ("10.0.0.1", ["<script>"], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1, " * 5_000 + "198.51.100.1"], "198.51.100.1"),
        ("", ["198.51.100.1"], ""),
        ("fd00::5", ["198.51.100.1"], "198.51.100.1"),
    ],
)
def test_the_reader_is_the_rightmost_address_that_is_no_proxy_of_ours(
    peer: str, forwarded_for: list[str], address: str
) -> None:
    proxies = Proxies(("10.0.0.0/8", "fd00::5"))
    assert proxies.client(peer, "http", forwarded_for, []).address == address


@pytest.mark.parametrize(
    ("peer", "protocol", "scheme"),
    [
        ("10.0.0.1", ["https"], "https"),
        ("10.0.0.1", ["http, HTTPS"], "https"),
        ("10.0.0.1", ["javascript"], "http"),
        ("10.0.0.1", [""], "http"),
        ("203.0.113.7", ["https"], "http"),
    ],
)
def test_the_scheme_is_a_trusted_proxys_word(peer: str, protocol: list[str], scheme: str) -> None:
    assert Proxies(("10.0.0.1",)).client(peer, "http", [], protocol).scheme == scheme


@pytest.mark.parametrize("bad", ["*", "proxy.example", "10.0.0.0/99", "localhost"])
def test_a_proxy_that_is_no_address_stops_the_start(bad: str) -> None:
    with pytest.raises(BadSetting, match="HYPERRUN_TRUSTED_PROXIES"):
        Proxies((bad,))


def test_limits_count_a_v6_subscriber_not_each_of_his_addresses() -> None:
    assert network_of("2001:db8:0:1:aaaa::1") == network_of("2001:db8:0:1:bbbb::2")
    assert network_of("2001:db8:0:1::1") != network_of("2001:db8:0:2::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("not an address") == "unknown"


# Headers


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/chat-standalone", Kind.CHAT),
        ("/under/a/prefix/chat-standalone", Kind.CHAT),
        ("/embed", Kind.SCRIPT),
        ("/embed/panel.0123.js", Kind.SCRIPT),
        ("/assets/chat.0123.css", Kind.SCRIPT),
        ("/", Kind.START),
        ("/preview", Kind.START),
        ("/ask", Kind.OWN),
        ("/stream/chat-standalone-not", Kind.OWN),
        ("/nothing/here", Kind.OWN),
    ],
)
def test_each_path_has_headers_of_its_kind(path: str, kind: Kind) -> None:
    assert kind_of(path) is kind


@pytest.mark.parametrize("kind", Kind)
def test_nothing_inline_and_nothing_foreign_is_allowed_anywhere(kind: Kind) -> None:
    headers = response_headers(kind, ("https://docs.example.org",), over_tls=False)
    stated = headers["Content-Security-Policy"]
    assert stated.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in stated
    assert "*" not in stated
    assert "X-Frame-Options" not in headers
    assert ("https://docs.example.org" in stated) == (kind is Kind.CHAT)
    named = {part.split()[0] for part in stated.split("; ")}
    frames = {"frame-src"} if kind is Kind.START else set()
    assert named == set(CONTENT_POLICY) | {"frame-ancestors"} | frames


def test_pictures_come_from_us_and_from_where_the_operator_says() -> None:
    headers = response_headers(Kind.CHAT, (), ("https://docs.example.org",), over_tls=False)
    stated = headers["Content-Security-Policy"]
    assert "img-src 'self' data: https://docs.example.org;" in stated


# At the door: a real server with the smallest app behind it


@contextmanager
def door(**changes: Any) -> Iterator[str]:
    """An app that tells what it was asked, behind all of the middleware."""

    async def tell(request: Request) -> JSONResponse:
        body = await request.body()
        assert request.client is not None
        return JSONResponse(
            {
                "client": request.client.host,
                "scheme": request.url.scheme,
                "host": request.url.netloc,
                "headers": sorted(request.headers.keys()),
                "body_bytes": len(body),
            },
            headers={"X-Frame-Options": "DENY"},
        )

    app = Starlette(
        routes=[Route("/{path:path}", tell, methods=["GET", "POST", "DELETE"])],
        middleware=middleware.middleware(replace(Settings(), **changes)),
    )
    config = uvicorn.Config(app, port=0, log_level="warning", **protocol.options())
    with serving(config) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    with door() as url:
        yield url


def test_the_log_says_why_a_proxy_is_refused(plain: str, caplog: pytest.LogCaptureFixture) -> None:
    """nginx's bare `proxy_pass` asks for the inner address."""
    asked = {"Origin": "https://ask.example", "Host": "127.0.0.1:5001", "HX-Request": "true"}
    assert httpx.post(f"{plain}/ask", headers=asked).status_code == 403
    (said,) = [each.getMessage() for each in caplog.records if "refused" in each.getMessage()]
    assert "https://ask.example" in said and "Host 127.0.0.1:5001" in said
    assert "HYPERRUN_PUBLIC_URL" in said


def test_foreign_posts_are_refused_in_the_readers_language(plain: str) -> None:
    foreign = {"Origin": "https://evil.example", "HX-Request": "true", "Accept-Language": "ja"}
    for method in ("POST", "DELETE", "PUT", "PATCH"):
        answer = httpx.request(method, f"{plain}/ask", headers=foreign)
        assert answer.status_code == 403
        assert "チャットページ" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert httpx.post(f"{plain}/ask", headers={"HX-Request": "true"}).status_code == 200


def test_forwarded_headers_of_a_stranger_change_nothing_and_go_no_further(plain: str) -> None:
    hostile = {
        "X-Forwarded-For": "198.51.100.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "X-Real-IP": "198.51.100.1",
        "Forwarded": "for=198.51.100.1;host=evil.example;proto=https",
        "X-Original-URL": "/admin",
    }
    answer = httpx.get(f"{plain}/", headers=hostile)
    told = answer.json()
    assert (told["client"], told["scheme"]) == ("127.0.0.1", "http")
    assert "evil" not in answer.text
    assert not {name.lower() for name in hostile} & set(told["headers"])
    assert "strict-transport-security" not in answer.headers


def test_behind_a_trusted_proxy_the_reader_is_known_and_tls_is_kept() -> None:
    with door(trusted_proxies=("127.0.0.0/8",)) as url:
        headers = {
            "X-Forwarded-For": "1.1.1.1, 198.51.100.1",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "evil.example",
        }
        answer = httpx.get(f"{url}/", headers=headers)
        assert answer.json()["client"] == "198.51.100.1"
        assert answer.json()["scheme"] == "https"
        assert "evil" not in answer.text
        assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_the_chat_page_can_stand_in_an_isolated_page_of_an_allowed_site() -> None:
    with door(allowed_origins=("https://*.example.org",)) as url:
        answer = httpx.get(f"{url}/chat-standalone")
        assert (
            "frame-ancestors 'self' https://*.example.org"
            in (answer.headers["content-security-policy"])
        )
        assert answer.headers["cross-origin-embedder-policy"] == "require-corp"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "x-frame-options" not in answer.headers
        for path, shown_by in (("", "'self'"), ("ask", "'none'")):
            policy = httpx.get(f"{url}/{path}").headers["content-security-policy"]
            assert f"frame-ancestors {shown_by}" in policy


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_beyond_the_cap_is_refused(plain: str, declared: bool) -> None:
    big = b"x" * (middleware.MAX_BODY_BYTES + 1)
    content: Any = big if declared else (big[at : at + 9_000] for at in range(0, len(big), 9_000))
    answer = httpx.post(f"{plain}/ask", content=content, headers={"HX-Request": "true"})
    assert answer.status_code == 413
    exactly = httpx.post(f"{plain}/ask", content=big[1:], headers={"HX-Request": "true"})
    assert exactly.json()["body_bytes"] == middleware.MAX_BODY_BYTES


def raw(url: str, *parts: bytes, wait_s: float = 10.0) -> bytes:
    """All that comes back before the server hangs up."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=wait_s) as line:
        got = b""
        try:
            for part in parts:
                line.sendall(part)
            while more := line.recv(65_536):
                got += more
        except (ConnectionResetError, BrokenPipeError):
            pass
        return got


HEAD = b"POST /ask HTTP/1.1\r\nHost: a\r\nHX-Request: true\r\n"


def test_a_body_that_dribbles_in_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_WITHIN_S", 0.3)
    with door() as url:
        began = time.monotonic()
        answer = raw(url, HEAD + b"Content-Length: 100\r\n\r\nquery=")
        assert b" 408 " in answer
        assert time.monotonic() - began < 5


def test_a_head_that_dribbles_in_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedProtocol, "head_within_s", 0.3)
    with door() as url:
        assert raw(url, HEAD) == b""  # hung up
        assert raw(url) == b""
        whole = HEAD + b"Content-Length: 0\r\n\r\n"
        # The same holds for the next request on a connection that has served one.
        assert raw(url, whole, b"GET / HT").count(b"HTTP/1.1 200") == 1


def test_an_open_connection_keeps_its_attributes_in_little_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes_bytes: list[int] = []
    lost = GuardedProtocol.connection_lost

    def measured(self: GuardedProtocol, exc: Exception | None) -> None:
        sizes_bytes.append(sys.getsizeof(vars(self)))
        lost(self, exc)

    monkeypatch.setattr(GuardedProtocol, "connection_lost", measured)
    with door() as url:
        assert b" 200 " in raw(url, HEAD + b"Content-Length: 0\r\nConnection: close\r\n\r\n")
    assert sizes_bytes and max(sizes_bytes) < 500  # 1,600 where its keys are not shared


def test_an_idle_connection_outlives_a_proxys_patience_and_is_ended_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = HEAD + b"Content-Length: 0\r\n\r\n"
    patience_s = protocol.options()["timeout_keep_alive"]
    assert 60 < patience_s <= 90  # nginx's and AWS's load balancers': 60
    monkeypatch.setattr(protocol, "IDLE_FOR_S", 2)
    with door() as url:
        began = time.monotonic()
        assert raw(url, whole).count(b"HTTP/1.1 200") == 1
        assert 1.9 < time.monotonic() - began < 15


def test_an_empty_line_does_not_hold_a_connection_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedProtocol, "head_within_s", 0.3)
    whole = HEAD + b"Content-Length: 0\r\n\r\n"
    with (
        door() as url,
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10) as line,
    ):
        line.sendall(whole)
        assert b"200 OK" in line.recv(65_536)
        line.sendall(b"\r\n")
        while line.recv(65_536):  # to the end of the answer, and of the connection
            pass


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nA: " + b"endless" * 20_000,
        b"GET /" + b"endless" * 20_000,
        b"GET / HTTP/1.1\r\nHo st: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x00" * 100,
    ],
)
def test_a_head_beyond_the_cap_or_of_nonsense_is_refused(plain: str, head: bytes) -> None:
    answer = raw(plain, head)
    if answer:  # a reset connection may swallow what was said
        refused(answer, b"400", b"431")


def refused(answer: bytes, *statuses: bytes) -> None:
    """One sentence under one of `statuses`, with the policy, on a connection that has ended."""
    head, _, said = answer.partition(b"\r\n\r\n")
    assert head.startswith(tuple(b"HTTP/1.1 " + status for status in statuses)), answer
    assert said.decode() in texts("en").values()
    assert b"content-type: text/plain; charset=utf-8" in head
    assert b"content-security-policy: default-src 'none'" in head
    assert b"x-content-type-options: nosniff" in head
    assert f"content-length: {len(said)}".encode() in head


CLOSE = b"Connection: close\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("status", "request_bytes"),
    [
        (b"400", b"HELLO\r\n\r\n"),
        (b"400", b"GET / HTTP/9.9\r\nHost: a\r\n\r\n"),
        (b"400", b"GET /\r\n\r\n"),  # HTTP/0.9
        (b"400", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        (b"400", b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (b"400", b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
        (b"400", b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n"),
        (b"400", b"GET / HTTP/1.1\r\nHost: a\r\nA: b\x00c\r\n\r\n"),
        (b"400", b"GET / HTTP/1.1\r\n" + CLOSE + b"\r\n"),
        (b"400", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + CLOSE + b"\r\n"),
        (b"400", b"GET / HTTP/1.1\r\nHost: <a>\r\n" + CLOSE + b"\r\n"),
        (b"400", HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
        (b"400", HEAD + b"Transfer-Encoding: gzip\r\n\r\nabcd"),
        (b"400", HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
        (b"400", HEAD + b"Content-Length: -1\r\n\r\nabcd"),
        (b"400", CHUNKED + b"ZZ\r\nabc\r\n"),
        (b"400", CHUNKED + b"5\r\nquery\r\n-1\r\n"),
        (b"413", HEAD + b"Content-Length: 99999999999\r\n\r\n"),
        (b"431", b"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + b"a" * 33_000 + b"\r\n\r\n"),
        (b"431", b"GET /" + b"a" * 33_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
    ],
)
def test_what_cannot_be_read_is_refused_with_one_sentence(
    plain: str, status: bytes, request_bytes: bytes
) -> None:
    refused(raw(plain, request_bytes), status)


def test_an_older_client_need_not_name_a_host(plain: str) -> None:
    assert raw(plain, b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
def test_a_request_to_speak_another_protocol_is_answered_and_ends_the_connection(
    plain: str, protocol: bytes
) -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: " + protocol
    # Left open, it would time out here: nothing more on it is ever answered.
    answer = raw(plain, head + b"\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1") == 1


def test_nonsense_in_the_middle_of_an_answer_ends_it_and_adds_nothing(
    serve: Serve, model_server: ModelServer
) -> None:
    model_server.script(Script("Word by word.", stall_after=1))
    server = serve(model="openai/scripted", api_base=model_server.url)
    asked = httpx.post(f"{server.url}/ask", data={"query": "dim"}, headers={"HX-Request": "true"})
    turn = re.search(r"stream/([\w-]+)", asked.text)
    assert turn
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(f"GET /stream/{turn[1]} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        got = b""
        while b"Word" not in got:
            got += line.recv(65_536)
        with suppress(ConnectionResetError):
            line.sendall(b"HELLO\r\n\r\n")
            while more := line.recv(65_536):
                got += more
    assert got.count(b"HTTP/1.1") == 1
    assert b"cannot be read" not in got
    eventually(lambda: server.services.limits.streams.in_all == 0)


def test_a_long_body_after_a_short_head_is_no_long_head(plain: str) -> None:
    body = b"x" * 100_000
    whole = HEAD + b"Connection: close\r\nContent-Length: 100000\r\n\r\n" + body
    assert b'"body_bytes":100000' in raw(plain, whole)


@pytest.mark.parametrize("guarded", [True, False])
def test_the_guard_of_heads_can_be_left_to_a_proxy(
    guarded: bool, repository: Path, tmp_path: Path
) -> None:
    settings = replace(
        Settings(), port=0, repo_path=str(repository), data_dir=tmp_path / "d", search="embedded"
    )
    with running(settings, **protocol.options(guarded=guarded)) as server:
        long = httpx.get(f"{server.url}/embed", headers={"X-Long": "x" * 40_000})
        assert long.status_code == (431 if guarded else 200)

"""Every route against what nobody should send: a 4xx with one sentence, no traceback, nothing kept.

Against the real server over real sockets.
"""

import json
import logging
import re
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from fasthtml.core import Route
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hyperrun.errors import HyperRunError
from hyperrun.language import languages, texts
from hyperrun.settings import Settings
from hyperrun.web.forms import MAX_QUESTION_CHARS
from tests.browser import eventually
from tests.leaks import KEY
from tests.server import RunningServer, running, settings_in

EXAMPLES = 25
POLITE = {"HX-Request": "true"}

# (method, path): every route there is; a test holds the list against the app.
ROUTES = [
    ("GET", "/"),
    ("GET", "/chat-standalone"),
    ("GET", "/embed"),
    ("GET", "/embed.js"),
    ("GET", "/embed/{name}"),
    ("GET", "/assets/{name}"),
    ("POST", "/ask"),
    ("GET", "/stream/{turn_id}"),
    ("POST", "/stop/{turn_id}"),
    ("POST", "/retry/{turn_id}"),
    ("POST", "/continue/{turn_id}"),
    ("POST", "/feedback/{turn_id}"),
    ("POST", "/escalate/{turn_id}"),
    ("POST", "/share/{turn_id}"),
    ("GET", "/shared/{link}"),
    ("POST", "/history"),
    ("POST", "/conversations"),
    ("POST", "/open-conversation"),
    ("POST", "/delete-conversation"),
    ("POST", "/clear-messages"),
    ("GET", "/settings"),
    ("GET", "/models"),
    ("POST", "/key-state"),
    ("POST", "/save-settings"),
    ("POST", "/forget-key"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),
    ("POST", "/reindex"),
    ("GET", "/logo"),
    ("POST", "/starters"),
    ("GET", "/preview"),
    ("POST", "/search"),
    ("POST", "/search-missed"),
    ("POST", "/agents"),
    ("GET", "/llms.txt"),
    ("GET", "/llms-full.txt"),
    ("GET", "/pages/{path:path}"),
    ("POST", "/api/search"),
    ("POST", "/api/ask"),
    ("GET", "/api/pages"),
    ("GET", "/openapi.json"),
]
# `/reindex` is for a forge, which is no page: it knows a secret instead.
POSTS = [path for method, path in ROUTES if method == "POST" and path != "/reindex"]
GETS = [path for method, path in ROUTES if method == "GET"]
FIELDS = [
    "query", "token", "lang", "page_url", "page_title", "page_heading", "page_version",
    "selection", "edits", "rating", "reason", "comment", "model", "api_key", "provider",
    "version", "other", "words", "name", "mail", "missing",
]  # fmt: skip


class Complaints(logging.Handler):
    """Everything logged as an error while the server runs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(logging.Formatter().format(record))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server without limits, whose errors fail the test that caused them."""
    folder = tmp_path_factory.mktemp("fuzz")
    unlimited = {
        name: 0
        for name in Settings.__dataclass_fields__
        if name.startswith(
            ("questions_per", "changes_per", "searches_per", "max_answers_", "max_streams")
        )
    }
    changed = settings_in(
        folder,
        metrics=True,
        **unlimited,
    )
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    try:
        with running(changed) as server:
            server.wait_until_ready()
            server.complaints = complaints.said  # type: ignore[attr-defined]
            yield server
    finally:
        logging.getLogger().removeHandler(complaints)


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


SENTENCES = {sentence for code in languages() for sentence in texts(code).values()}


def kept(server: RunningServer) -> tuple[int, int]:
    """How many turns and keys the database holds, once every answer has ended."""
    eventually(lambda: server.services.turns.in_flight == 0)
    with closing(sqlite3.connect(server.settings.data_dir / "hyperrun.sqlite3")) as database:
        (turns,) = database.execute("SELECT count(*) FROM turns").fetchone()
        (keys,) = database.execute("SELECT count(*) FROM keys").fetchone()
    return turns, keys


def judge(server: RunningServer, answer: httpx.Response, before: tuple[int, int]) -> None:
    """What holds for every answer to every request."""
    request = f"{answer.request.method} {answer.request.url}"
    assert answer.status_code < 500 or answer.request.url.path == "/healthz", request
    assert "Traceback" not in answer.text, request
    assert str(Path(__file__).parent.parent) not in answer.text, request
    assert "default-src 'none'" in answer.headers["content-security-policy"], request
    assert not server.complaints, server.complaints  # type: ignore[attr-defined]
    if 400 <= answer.status_code < 500:
        if answer.headers["content-type"] == "application/json":  # what a program is told
            assert answer.json()["error"]["message"], request
            assert kept(server) == before, f"{request} was refused and left something behind"
            return
        told = re.sub(r"<[^>]+>", "", answer.text).strip()
        assert told in SENTENCES or answer.request.method == "HEAD", (request, told)
        assert kept(server) == before, f"{request} was refused and left something behind"


def test_the_list_of_routes_is_whole(server: RunningServer) -> None:
    there = {
        (method, route.path)
        for route in server.app.routes
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert there == set(ROUTES), "fuzz what is new"


text = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "", " ", "\u200b", "\x00", "\r\n\r\n", "\u2028", "\ud800", "🙂", "../../etc/passwd",
            "%2e%2e%2f", "<script>alert(1)</script>", "-e", "--help", "' OR 1=1 --", "null", "[]",
            "1e999", "-0", "9" * 400, "a" * 10_000, "{0}", "{seconds}", "%s%n", "${7*7}",
            "openai/gpt-4o", "https://evil.example/", "file:///etc",
            "os.environ/PATH", "ja", "1", "-1",
        ]
    ),
)  # fmt: skip
some_fields = st.lists(
    st.tuples(st.one_of(st.sampled_from(FIELDS), st.text(max_size=10)), text), max_size=8
)


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    pairs = [(name, value + KEY if name == "api_key" else value) for name, value in pairs]
    return urlencode(
        [(name.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass"))
         for name, value in pairs]
    ).encode()  # fmt: skip


def filled(path: str, value: str) -> str:
    return re.sub(r"\{[\w:]+\}", quote(value.encode("utf-8", "surrogatepass"), safe=""), path)


def checked(examples: int = EXAMPLES) -> Callable[[Any], Any]:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,  # the same examples everywhere: a red run is a change of ours
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@checked()
@given(path=st.sampled_from(POSTS), id=text, pairs=some_fields)
def test_forms_of_any_fields(
    server: RunningServer, client: httpx.Client, path: str, id: str, pairs: list[tuple[str, str]]
) -> None:
    before = kept(server)
    headers = POLITE | {"Content-Type": "application/x-www-form-urlencoded"}
    judge(server, client.post(filled(path, id), content=encoded(pairs), headers=headers), before)


@checked()
@given(
    path=st.sampled_from(POSTS),
    content=st.binary(max_size=300),
    kind=st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "application/json",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "multipart/form-data; boundary=",
            "text/plain; charset=nonsense",
            "application/x-www-form-urlencoded; charset=utf-16",
            "",
            "🙂".encode(),
        ]
    ),
)
def test_bodies_of_any_bytes(
    server: RunningServer, client: httpx.Client, path: str, content: bytes, kind: Any
) -> None:
    before = kept(server)
    headers: dict[Any, Any] = {b"HX-Request": b"true", b"Content-Type": kind}
    judge(server, client.post(filled(path, "x"), content=content, headers=headers), before)


json_value = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)
    ),
    max_leaves=8,
)


@checked()
@given(path=st.sampled_from(POSTS), value=json_value)
def test_json_in_the_place_of_a_form(
    server: RunningServer, client: httpx.Client, path: str, value: Any
) -> None:
    before = kept(server)
    content = json.dumps(value).encode()
    headers = POLITE | {"Content-Type": "application/json"}
    judge(server, client.post(filled(path, "x"), content=content, headers=headers), before)


@checked()
@given(path=st.sampled_from(POSTS), names=st.lists(st.sampled_from(FIELDS), max_size=4), data=text)
def test_files_in_the_place_of_fields(
    server: RunningServer, client: httpx.Client, path: str, names: list[str], data: str
) -> None:
    before = kept(server)
    files = [(name, ("a.txt", data.encode("utf-8", "surrogatepass"))) for name in names]
    answer = client.post(filled(path, "x"), files=files, data={"query": "q"}, headers=POLITE)
    judge(server, answer, before)


@checked()
@given(
    path=st.sampled_from(GETS),
    id=text,
    pairs=some_fields,
    language=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30).map(
        str.strip  # the client sends no other
    ),
)
def test_reading_with_any_id_and_query(
    server: RunningServer,
    client: httpx.Client,
    path: str,
    id: str,
    pairs: list[tuple[str, str]],
    language: str,
) -> None:
    before = kept(server)
    url = f"{filled(path, id)}?{encoded(pairs).decode()}"
    answer = client.get(url, headers={"Accept-Language": language})
    judge(server, answer, before)
    assert kept(server) == before, "reading has left something behind"


@checked()
@given(path=st.sampled_from([path for _, path in ROUTES]), method=st.sampled_from(
    ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "POST", "GET"]
))  # fmt: skip
def test_any_method_on_any_path(
    server: RunningServer, client: httpx.Client, path: str, method: str
) -> None:
    before = kept(server)
    judge(server, client.request(method, filled(path, "x"), headers=POLITE), before)


HEAD = re.compile(
    rb"(GET|POST|X) [/\x00-\xff]{0,20} HTTP/[0-9.]{1,4}\r\n"
    rb"([A-Za-z: \x00-\xff]{0,30}\r\n){0,4}\r\n"
)


@checked()
@given(head=st.one_of(st.binary(max_size=200), st.from_regex(HEAD, fullmatch=True)))
def test_any_bytes_on_the_wire(server: RunningServer, head: bytes) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(head)
        connection.shutdown(socket.SHUT_WR)
        try:
            answer = connection.recv(65_536)
        except (ConnectionResetError, TimeoutError):
            answer = b""
    assert b"Traceback" not in answer
    assert b" 500 " not in answer
    assert not server.complaints, server.complaints  # type: ignore[attr-defined]


# What is worth its own line


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        ("", 400, "error_question_empty"),
        ("query=", 400, "error_question_empty"),
        ("query=%20%0A", 400, "error_question_empty"),
        ("query=%E2%80%8B", 400, "error_question_empty"),
        ("query=%00%01", 400, "error_question_empty"),
        ("query=a&query=b", 400, "error_bad_question"),
        ("query=" + "a" * (MAX_QUESTION_CHARS + 1), 400, "error_question_too_long"),
        ("&".join(f"f{n}=x" for n in range(2_000)), 400, "error_bad_question"),
        ("query=%FF%FE", 200, ""),
        ("query=" + "a" * MAX_QUESTION_CHARS, 200, ""),
        ("query=" + "%F0%9F%99%82" * MAX_QUESTION_CHARS, 200, ""),
    ],
)
def test_questions_at_the_edge(
    server: RunningServer, client: httpx.Client, content: str, status: int, sentence: str
) -> None:
    before = kept(server)
    headers = POLITE | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/ask", content=content, headers=headers)
    judge(server, answer, before)
    assert answer.status_code == status
    if sentence:
        assert texts("en")[sentence] in answer.text


def test_a_question_in_the_url_a_cookie_or_a_header_is_none(
    server: RunningServer, client: httpx.Client
) -> None:
    before = kept(server)
    headers = POLITE | {"Query": "by header", "Cookie": "query=by-cookie; token=x"}
    answer = client.post("/ask?query=by+address", headers=headers)
    judge(server, answer, before)
    assert answer.status_code == 400


def ask(client: httpx.Client, question: str, token: str = "") -> tuple[str, str]:
    """Ask; the turn's id and the conversation's token."""
    answer = client.post("/ask", data={"query": question, "token": token}, headers=POLITE)
    assert answer.status_code == 200
    turn = re.search(r"stream/([\w-]+)", answer.text)
    found = re.search(r'name="token"[^>]*value="([^"]+)"', answer.text) or re.search(
        r'value="([^"]+)"[^>]*name="token"', answer.text
    )
    assert turn and found
    return turn[1], found[1]


def test_another_readers_turn_and_none_at_all_look_alike(
    server: RunningServer, client: httpx.Client
) -> None:
    theirs, _ = ask(client, "How do I pair a lamp?")
    _, mine = ask(client, "How do I dim a lamp?")
    eventually(lambda: server.services.turns.in_flight == 0)
    for path in ("/stop/{}", "/retry/{}", "/feedback/{}"):
        form = {"token": mine, "rating": "1"}
        foreign = client.post(path.format(theirs), data=form, headers=POLITE)
        unknown = client.post(path.format("A" * 24), data=form, headers=POLITE)
        assert (foreign.status_code, foreign.text) == (unknown.status_code, unknown.text), path
        assert foreign.status_code == 404, path
    with closing(sqlite3.connect(server.settings.data_dir / "hyperrun.sqlite3")) as database:
        query = "SELECT outcome, rating FROM turns WHERE id = ?"
        assert database.execute(query, (theirs,)).fetchone() == ("answered", 0)


@pytest.mark.parametrize(
    "change",
    [
        # Not the very last letter, of which two bits mean nothing.
        lambda token: token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1],
        lambda token: ("A" if token[0] != "A" else "B") + token[1:],
        lambda token: token.split(".")[0],
        lambda token: token.split(".")[0] + ".",
        lambda token: token + "A",
        lambda token: token.upper(),
        lambda token: ".",
        lambda token: "🙂." + token,
    ],
)
def test_a_token_that_was_changed_opens_nothing(
    server: RunningServer, client: httpx.Client, change: Callable[[str], str]
) -> None:
    _, token = ask(client, "How do I reset a SECRETWORD lamp?")
    forged = change(token)
    assert "SECRETWORD" not in client.post("/history", data={"token": forged}, headers=POLITE).text
    assert client.post("/clear-messages", data={"token": forged}, headers=POLITE).status_code == 404
    assert "SECRETWORD" in client.post("/history", data={"token": token}, headers=POLITE).text


HOSTILE = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "javascript",
    "X-Forwarded-For": "evil.example",
    "X-Forwarded-Prefix": "//evil.example",
    "X-Original-URL": "//evil.example",
    "Forwarded": "host=evil.example",
    "Referer": "https://evil.example/",
    "Origin": "https://evil.example",
}


@pytest.mark.parametrize("host", [None, "evil.example", "evil.example:80@x", '"><script>', "a b"])
@pytest.mark.parametrize("path", ["/embed", "/embed.js", "/chat-standalone"])
def test_no_hostile_header_reaches_what_documentation_pages_load(
    client: httpx.Client, path: str, host: str | None
) -> None:
    headers = HOSTILE | ({"Host": host} if host else {})
    answer = client.get(path, headers=headers)
    if answer.status_code == 200:  # else it is refused, and its name told as text
        assert "evil" not in answer.text + str(answer.headers)
    assert "<script>" not in answer.text.replace("<script src", "")
    assert answer.status_code in (200, 400, 421)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example", **POLITE},
        {"Origin": "null", **POLITE},
        {"Referer": "https://evil.example/", **POLITE},
        {"Sec-Fetch-Site": "cross-site", **POLITE},
        {"Sec-Fetch-Site": "same-site", **POLITE},
        {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example", **POLITE},
    ],
)
def test_no_change_is_made_for_a_foreign_page(
    server: RunningServer, client: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    before = kept(server)
    answer = client.post(filled(path, "x"), data={"query": "q"}, headers=headers)
    # A program that is no page may knock; it has brought no JSON.
    is_program = path.startswith("/api/") and not headers
    assert answer.status_code == (415 if is_program else 403)
    judge(server, answer, before)


def test_a_crowd_of_nonsense_at_once_leaves_the_server_well(server: RunningServer) -> None:
    def send(number: int) -> int:
        path = filled(POSTS[number % len(POSTS)], "x")
        content = bytes([number % 256]) * (number * 9_970 % 200_000)
        return httpx.post(
            server.url + path, content=content, headers=POLITE, timeout=30
        ).status_code

    with ThreadPoolExecutor(16) as crowd:
        statuses = set(crowd.map(send, range(60)))
    assert statuses <= {200, 204, 400, 404, 413, 415}
    assert httpx.get(f"{server.url}/healthz").status_code == 200
    assert not server.complaints, server.complaints  # type: ignore[attr-defined]
    assert threading.active_count() < 100


def test_a_stream_without_a_place_comes_back_by_itself(
    server: RunningServer, client: httpx.Client
) -> None:
    turn, _ = ask(client, "How do I dim a lamp?")
    limits = server.services.limits
    limits.settings = replace(limits.settings, max_streams_in_all=1)
    try:
        with limits.stream("somebody else", "192.0.2.1"):
            full = client.get(f"/stream/{turn}")
        free = client.get(f"/stream/{turn}")
    finally:
        limits.settings = server.settings
    # No status but 200 and no `close`: the browser's own reconnect finds a snapshot later.
    assert (full.status_code, full.text) == (200, "retry: 10000\n\n")
    assert "event: snapshot" in free.text
    assert free.text.rstrip().endswith("data:")
    assert limits.streams.in_all == 0


def test_every_error_of_ours_has_a_sentence() -> None:
    kinds = [HyperRunError]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        assert kind.public == "error_unexpected" or kind.public in texts("en"), kind

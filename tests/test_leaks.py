"""The search that ends every run finds a key wherever one was planted."""

import asyncio
import base64
import logging
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.browser import Answer, host_site
from tests.leaks import KEY, MARK, holds_key, in_files, in_report, in_requests, planted

ROOT = Path(__file__).parent.parent
SHAPELESS = f"plain{MARK}withoutprefix"  # nothing that a log would cut out by its looks


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        quote(f"a key: {KEY}"),
        "".join(f"%{ord(char):02x}" for char in KEY),
        "".join(f"%{ord(char):02X}" for char in KEY),
        *(base64.b64encode(b"x" * n + KEY.encode()).decode() for n in range(3)),
        *(base64.urlsafe_b64encode(b"x" * n + KEY.encode() + b"?").decode() for n in range(3)),
    ],
)
def test_a_key_is_found_in_every_form(text: str) -> None:
    assert holds_key(f"before {text} after")
    assert not holds_key(text[: len(text) // 3])


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("test_a0/data/hyperrun.sqlite3-wal", True),
        ("test_a0/data/index/a.sqlite3", True),
        ("test_a0/hyperrun.sqlite3", True),
        ("test_a0/server.log", True),
        ("test_a0/lantern/guide.md", False),  # a repository's own
    ],
)
def test_files_of_servers_are_searched(tmp_path: Path, name: str, is_found: bool) -> None:
    path = tmp_path / "run" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x00" * 5_000 + KEY.encode()[:-1] + b"\xff")
    try:
        assert bool(in_files(tmp_path / "run")) == is_found
    finally:
        path.unlink()  # or this run would end red


def test_requests_may_hold_a_key_where_a_provider_wants_it_and_nowhere_else() -> None:
    said = {"messages": [{"role": "user", "content": f"My key is {KEY}."}]}
    wanted = {"authorization": f"Bearer {KEY}", "api-key": KEY, "x-api-key": KEY}
    assert not in_requests([{}], [wanted])
    assert in_requests([said], [{}]) == ["request 0"]
    assert in_requests([{}, {}], [{}, {"referer": KEY}]) == ["referer of request 1"]


async def body(request: Request) -> Response:
    return PlainTextResponse(f"{'x' * 1_000} {KEY}")


async def header(request: Request) -> Response:
    return PlainTextResponse("", headers={"Set-Cookie": f"session={KEY}"})


async def stream(request: Request) -> Response:
    async def pieces() -> AsyncIterator[str]:
        for piece in ("data: ", KEY[:12], KEY[12:], "\n\n"):
            yield piece

    return StreamingResponse(pieces(), media_type="text/event-stream")


async def nothing(request: Request) -> Response:
    return PlainTextResponse(f"{'x' * 1_000} sk-proj-ofSomebodyElse")


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("answer", [body, header, stream, nothing])
def test_what_an_app_sends_is_searched(answer: object, encoding: str) -> None:
    app = Starlette(
        routes=[Route("/x", answer)],  # type: ignore[arg-type]
        middleware=[Middleware(GZipMiddleware, minimum_size=100)],
    )
    with planted() as found:
        TestClient(app).get("/x", headers={"Accept-Encoding": encoding})
    assert bool(found) == (answer is not nothing)
    assert all("the response to GET /x" in each and "what_an_app_sends" in each for each in found)


def test_what_a_client_gets_from_another_process_is_searched() -> None:
    async def get(url: str) -> None:
        async with httpx.AsyncClient() as client:
            await client.get(url)

    with host_site({"/a": f"<p>{KEY}", "/b": Answer("b", headers={"X-B": KEY}), "/c": "c"}) as site:
        for path, is_found in (("/a", True), ("/b", True), ("/c", False)):
            with planted() as found:
                httpx.get(site.url(path))
                asyncio.run(get(site.url(path)))
            assert len(found) == (2 if is_found else 0), path


def test_log_lines_are_searched_as_they_are_written() -> None:
    log = logging.getLogger("hyperrun.somewhere")
    with planted() as found:
        log.warning("refused: %s", KEY)  # cut out by its looks
        assert not found
    with planted() as found:
        log.warning("refused: %s", SHAPELESS)
        log.info("refused", extra={"fields": {"detail": SHAPELESS}})
        try:
            raise ValueError(SHAPELESS)
        except ValueError:
            log.exception("refused")
    assert len(found) == 3


def test_what_processes_and_tests_print_is_searched() -> None:
    for stream in ("stdout", "stderr"):
        program = f"import sys; print({KEY[:10]!r} + {KEY[10:]!r}, file=sys.{stream})"
        with planted() as found:
            subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
        assert len(found) == 1
        sections = [(f"Captured {stream} call", KEY), ("Captured log call", "")]
        report = pytest.TestReport("x", ("x", 1, "x"), {}, "passed", None, "call", sections)
        with planted() as found:
            in_report(report)
        assert len(found) == 1


@pytest.mark.browser
def test_what_chromium_shows_and_keeps_is_searched(chromium: Browser) -> None:
    for page, is_found in (
        (f"<title>x</title><input type=hidden value={KEY}>", True),
        (f"<script>localStorage.kept = '{KEY[:9]}' + '{KEY[9:]}'</script>", True),
        ("<p>nothing", False),
    ):
        with host_site({"/": page, "/frame": "<iframe src=/></iframe>"}) as site:
            for path in ("/", "/frame"):
                context = chromium.new_context()
                context.new_page().goto(site.url(path))
                with planted() as found:
                    context.close()
                assert bool(found) == is_found, (page, path)


@pytest.mark.parametrize(
    "processes", [(), pytest.param(("--numprocesses", "1"), marks=pytest.mark.slow)]
)
def test_a_run_that_lets_a_key_out_ends_red(tmp_path: Path, processes: tuple[str, ...]) -> None:
    leaking = tmp_path / "test_leaking.py"
    leaking.write_text(
        f"import logging\n\ndef test_it():\n    logging.getLogger('x').error({SHAPELESS!r})\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-c", "pyproject.toml",
               f"--basetemp={tmp_path / 'base'}", *processes, str(leaking)]  # fmt: skip
    with planted():
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert "1 passed" in done.stdout
    assert done.returncode == 9, done.stdout + done.stderr  # which no second run mends
    assert "Keys have leaked:\n  a log line of x (" in done.stdout
    assert "::test_it (call))" in done.stdout


def test_every_key_of_a_test_has_the_mark() -> None:
    literal = re.compile(
        r"""api_key=["'][^"'{]+["']|["'](?:sk|gsk|xai)-[\w-]{6,}["']|_KEY["']: ["'][^"'{]{6,}["']"""
    )
    for path in sorted((ROOT / "tests").rglob("*.py")):
        found = [each for each in literal.findall(path.read_text()) if MARK not in each]
        assert not found, path.name

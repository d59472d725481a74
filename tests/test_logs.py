"""What stands in the logs and metrics, and what never does."""

import asyncio
import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hyperrun.domain import Asker, Door, Outcome, Turn, Usage
from hyperrun.limits import Reservation
from hyperrun.logs import Lines, RedactingFilter, configure
from hyperrun.redaction import REDACTED, redacted, secrets_of
from hyperrun.settings import Settings
from hyperrun.web import middleware
from hyperrun.web.metrics import Metrics, may_see_metrics
from tests.leaks import MARK
from tests.test_limits import Choice, ended
from tests.test_limits import limits as limits_of
from tests.uvicorn_thread import serving

ROOT = Path(__file__).parent.parent
KEYS = [
    f"sk-proj-{MARK}abcdefghij_ABC",
    f"sk-ant-api03-{MARK}-abcdefghij",
    f"sk-or-v1-{MARK}0123456789",
    f"gsk_{MARK}ABCDEFGHIJ",
    "AIzaSyA0123456789-abcdefghijklmnopqrs",
    f"xai-{MARK}abcdefghij",
    f"hf_{MARK}abcdefghij",
    f"ghp_{MARK}abcdefghij",
    "github_pat_11AAAAAAA0123456789_abcdefghij",
    "AKIA0123456789ABCDEF",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc-def",
    f"gAAAAABm{MARK}abcdefghij==",
]
FRAMES = [
    "{}",
    "key {} refused",
    "Authorization: Bearer {}",
    '{{"api_key": "{}"}}',
    "{{'api_key': '{}'}}",
    "AuthenticationError: Incorrect API key provided: {}. You can",
    "GET /v1?key={}&x=1",
    "https://user:{}@host/",
]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("frame", FRAMES)
def test_what_looks_like_a_key_is_cut_out_wherever_it_stands(key: str, frame: str) -> None:
    line = redacted(frame.format(key))
    assert key not in line
    assert REDACTED in line


@pytest.mark.parametrize(
    "frame",
    [
        "api-key: {}",
        '"api_key": "{}"',
        "api_key='{}'",
        "Authorization: Bearer {}",
        "authorization=bearer {}",
        "HYPERRUN_API_KEY={}",
        "password: {}",
        "https://user:{}@host/path",
        "{{b'api-key': b'{}'}}",
    ],
)
def test_a_key_without_a_pattern_is_known_by_what_stands_before_it(frame: str) -> None:
    assert "0a1b2c3d4e5f60718293" not in redacted(frame.format("0a1b2c3d4e5f60718293"))


@pytest.mark.parametrize(
    "line",
    [
        "POST /ask 200",
        "how do I set the API key in settings.py?",
        "ModelRefusedKey: the provider refused the key",
        "desk-lamp sk-ip task-0123",
        "token bucket",
        "http://localhost:5001/chat-standalone",
        "0123456789abcdef0123456789abcdef01234567",  # a commit
    ],
)
def test_ordinary_words_stay(line: str) -> None:
    assert redacted(line) == line


def record(message: str, *arguments: Any, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("hyperrun.x", logging.INFO, "x.py", 1, message, arguments, None)
    if extra:
        made.fields = extra
    return made


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(
    "text", ["a\nb", "a\r\nlevel=error", "\x1b[2J", "\u2028x", "\x00", "🙂", '"}']
)
def test_a_strangers_text_never_begins_a_line_of_its_own(text: str, as_json: bool) -> None:
    line = Lines(as_json=as_json).format(record("from %s", text, more=text))
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    if as_json:
        assert json.loads(line)["more"] == text


@pytest.mark.parametrize("as_json", [True, False])
def test_what_a_stranger_wrote_does_not_go_in_whole(as_json: bool) -> None:
    long = "long " * 20_000
    record = logging.makeLogRecord({"msg": "said %s", "args": (long,)})
    record.fields = {"rating": long, long: "1"}
    assert len(Lines(as_json=as_json).format(record)) < 6_000


def test_a_key_that_is_cut_in_two_by_escapes_is_still_found() -> None:
    known = 'odd"key\\with\nall'
    line = Lines([known]).format(record("it is %s", known))
    assert "odd" not in line
    assert json.loads(line)["message"] == f"it is {REDACTED}"


def test_the_operators_secrets_are_cut_out_of_everything() -> None:
    settings = replace(Settings(), api_key=f"hunter2-{MARK}", azure_api_key=f"{MARK}-azure")
    assert set(secrets_of(settings)) == {f"hunter2-{MARK}", f"{MARK}-azure"}
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure(settings, stream)
    try:
        try:
            raise RuntimeError(f"boom hunter2-{MARK}")
        except RuntimeError:
            logging.getLogger("a.library").exception("in %r", {"k": f"{MARK}-azure"})
        logging.getLogger("hyperrun.x").info("all is well")
    finally:
        root.handlers[:], root.level = before
        logging.captureWarnings(False)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["level"] for line in lines] == ["error", "info"]
    assert "RuntimeError: boom [redacted]" in lines[0]["exception"]
    assert MARK not in stream.getvalue()


def test_libraries_with_handlers_of_their_own_are_cut_too() -> None:
    one = record("request with %s", {"api_key": KEYS[0]})
    assert RedactingFilter().filter(one)
    assert KEYS[0] not in one.getMessage()


@contextmanager
def logged(**changes: Any) -> Iterator[tuple[str, list[dict[str, Any]], Metrics]]:
    """A small app behind our middleware; yields its address, what it has logged, its metrics."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines())
    logger = logging.getLogger("hyperrun")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    limits = limits_of(daily_budget_usd=1.0)
    metrics = Metrics(limits)

    async def numbers(request: Request) -> Response:
        if not may_see_metrics(request):
            return Response(status_code=404)
        text, media_type = await metrics.text()
        return Response(text, media_type=media_type)

    async def hello(request: Request) -> Response:
        logging.getLogger("hyperrun.inside").info("inside")
        return PlainTextResponse("hello")

    async def fail(request: Request) -> Response:
        raise RuntimeError(f"lost {KEYS[0]}")

    async def ask(request: Request) -> Response:
        place = await limits.admit("v", "192.0.2.1", "c", Choice())  # type: ignore[arg-type]
        await limits.book(ended(0.2), place)
        return PlainTextResponse("asked")

    app = Starlette(
        routes=[
            Route("/stream/{turn_id}", hello),
            Route("/fail", fail),
            Route("/metrics", numbers),
            Route("/ask", ask),
        ],
        middleware=middleware.middleware(replace(Settings(), **changes), limits, metrics.observe),
    )
    config = uvicorn.Config(app, port=0, log_level="error", log_config=None, proxy_headers=False)
    lines: list[dict[str, Any]] = []
    try:
        with serving(config) as port:
            yield f"http://127.0.0.1:{port}", lines, metrics
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        lines.extend(json.loads(line) for line in stream.getvalue().splitlines())


def test_a_request_is_one_line_with_its_id_and_without_what_was_asked() -> None:
    with logged() as (url, lines, _):
        answer = httpx.get(f"{url}/stream/SECRET-TURN?query=private+words")
        httpx.get(f"{url}/no/such/place/private-words")
        failed = httpx.get(f"{url}/fail")
    by_message = {line["message"]: line for line in lines}
    assert list(by_message) == [
        "inside",
        "GET /stream/{turn_id} 200",
        "GET unknown 404",
        "GET /fail",
        "GET /fail 500",
    ]
    assert failed.status_code == 500
    assert failed.text == "Something went wrong on our side. Please try again."
    assert "default-src 'none'" in failed.headers["content-security-policy"]
    mistake = by_message["GET /fail"]
    assert mistake["request"] == failed.headers["x-request-id"]
    assert "RuntimeError: lost [redacted]" in mistake["exception"]
    line = by_message["GET /stream/{turn_id} 200"]
    assert line["request"] == by_message["inside"]["request"] == answer.headers["x-request-id"]
    assert line["ms"] >= 0
    assert not re.search("private|SECRET|127.0.0.1", json.dumps(lines))


def test_the_metrics_count_requests_answers_money_and_refusals() -> None:
    with logged() as (url, _, metrics):
        for _again in range(2):
            httpx.get(f"{url}/ask")
        usage = Usage("m", 100, 10, cost_usd=0.2)
        turn = Turn(
            "t", "c", "q", outcome=Outcome.ANSWERED, usage=usage, started=1.0, ended=3.0,
            notice="error_budget", asker=Asker(Door.MCP, "a stranger's word"),
        )  # fmt: skip
        asyncio.run(metrics.answered(turn, Reservation()))
        metrics.limits.refused["budget"] += 3
        text = httpx.get(f"{url}/metrics").text
    for line in (
        'hyperrun_requests_total{method="GET",route="/ask",status="200"} 2.0',
        'hyperrun_answers_total{error="",outcome="answered"} 1.0',
        'hyperrun_askers_total{asker="agent",door="mcp"} 1.0',
        'hyperrun_tokens_total{kind="prompt",payer="operator"} 100.0',
        'hyperrun_cost_usd_total{payer="operator"} 0.2',
        "hyperrun_spent_today_usd 0.4",
        "hyperrun_budget_usd 1.0",
        "hyperrun_answers_in_flight 0.0",
        'hyperrun_refused_total{limit="budget"} 3.0',
        "hyperrun_answer_seconds_sum 2.0",
    ):
        assert line in text, line


def test_metrics_are_for_private_addresses_that_ask_directly() -> None:
    with logged(trusted_proxies=("127.0.0.1",)) as (url, _, _metrics):
        assert httpx.get(f"{url}/metrics").status_code == 200
        for address in ("198.51.100.1", "10.0.0.1"):
            headers = {"X-Forwarded-For": address}
            assert httpx.get(f"{url}/metrics", headers=headers).status_code == 404
    with logged() as (url, _, _metrics):
        headers = {"X-Forwarded-For": "8.8.8.8"}
        assert httpx.get(f"{url}/metrics", headers=headers).status_code == 404


# In a process of its own: only the first import of LiteLLM is one.
BUSY_IMPORT = """
import asyncio, logging
from hyperrun.llm.models import Models
from hyperrun.settings import Settings

async def main():
    importing = asyncio.create_task(Models(Settings()).library())
    while not importing.done():
        for name in ("uvicorn.error", "asyncio", "httpx"):
            logging.getLogger(name).warning("Invalid HTTP request received.")
        await asyncio.sleep(0.001)
    print((await importing).core.litellm.types.utils.Usage.__name__)

asyncio.run(main())
"""


def test_what_is_logged_while_the_model_library_is_imported_does_not_break_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUSY_IMPORT], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "Usage\n", done.stderr[-2_000:]

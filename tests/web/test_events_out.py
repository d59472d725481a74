"""Thumbs and a spent budget are told to a webhook, signed and tried again, and nobody waits."""

import asyncio
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from hyperrun.settings import Settings
from hyperrun.web.events_out import ATTEMPTS, MAX_WAITING, EventsOut
from tests.server import Serve
from tests.storage.test_store import TURN

SECRET = "a secret of the hook"


class Hook:
    """A webhook's server: what it was told, and what it answers next."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.url = ""


@contextmanager
def hook() -> Iterator[Hook]:
    """One for the length of a block."""
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.told.append((dict(self.headers), body))
            self.send_response(found.answers.pop(0) if found.answers else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def told(url: str, tell: Callable[[EventsOut], Any], **changes: Any) -> None:
    """Tell something, and wait until all is sent."""

    async def work() -> None:
        out = EventsOut(replace(Settings(), webhook_url=url, **changes), pause_s=0.01)
        result = tell(out)
        if result is not None:
            await result
        if out._task is not None:
            await asyncio.wait_for(out._task, 10)
        await out.close()

    asyncio.run(work())


def test_a_thumb_is_told_cleaned_and_signed() -> None:
    turn = replace(TURN, question="I am ann@example.org, why?")
    with hook() as received:
        told(
            received.url, lambda out: out.feedback(turn, -1, "wrong", "mail bob@example.org"),
            webhook_secret=SECRET, public_url="https://ask.example",
        )  # fmt: skip
    ((headers, body),) = received.told
    said = json.loads(body)
    assert (said["event"], said["rating"], said["reason"]) == ("feedback", -1, "wrong")
    assert said["desk"] == "https://ask.example/desk/conversation/turn-1"
    assert b"@example.org" not in body
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-HyperRun-Signature-256"] == f"sha256={signature}"


def test_a_passing_failure_is_tried_again_and_a_refusal_is_not() -> None:
    with hook() as received:
        received.answers = [503, 429, 204]
        told(received.url, lambda out: out.feedback(TURN, 1, "", ""))
        assert len(received.told) == 3
        received.told.clear()
        received.answers = [410]
        told(received.url, lambda out: out.feedback(TURN, 1, "", ""))
        assert len(received.told) == 1
        received.told.clear()
        received.answers = [500] * 9
        told(received.url, lambda out: out.feedback(TURN, 1, "", ""))
        assert len(received.told) == ATTEMPTS


def test_a_spent_budget_is_told_once_a_day() -> None:
    spent = replace(TURN, notice="error_budget")

    async def tell(out: EventsOut) -> None:
        for turn in (replace(TURN, notice=""), spent, spent):
            await out.answered(turn, None)  # type: ignore[arg-type]

    with hook() as received:
        told(received.url, tell)
    assert [json.loads(body)["event"] for _, body in received.told] == ["budget"]


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9/", "http://[/"])
def test_without_a_webhook_that_answers_nothing_is_raised(url: str) -> None:
    told(url, lambda out: out.feedback(TURN, 1, "", ""))


def test_what_waits_is_bounded() -> None:
    async def work() -> None:
        out = EventsOut(replace(Settings(), webhook_url="http://127.0.0.1:9/"))
        for _ in range(MAX_WAITING + 50):
            out.feedback(TURN, 1, "", "")
        assert out._waiting.qsize() == MAX_WAITING
        await out.close()

    asyncio.run(work())


def test_a_readers_thumb_reaches_the_webhook(serve: Serve) -> None:
    with hook() as received:
        server = serve(webhook_url=received.url)
        headers = {"HX-Request": "true", "Origin": server.url}
        with httpx.Client(base_url=server.url, headers=headers) as reader:
            asked = reader.post("/ask", data={"query": "How do I dim a lamp?"}).text
            turn_id = re.search(r"stream/([\w-]+)", asked)[1]  # type: ignore[index]
            token = asked.partition('name="token"')[2].partition('value="')[2].partition('"')[0]
            reader.get(f"/stream/{turn_id}")
            data = {"token": token, "rating": "-1", "comment": "no", "reason": "wrong"}
            assert reader.post(f"/feedback/{turn_id}", data=data).status_code == 200
        deadline = time.monotonic() + 10
        while not received.told:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert json.loads(received.told[0][1])["turn"] == turn_id

"""One answer through cut lines, reloads, second tabs, half-read streams and killed servers."""

import random
import re
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kept import Kept
from tests.model_server import ModelServer, Script
from tests.server_process import CuttingProxy, unlimited_server

WORDS = [f"word{n:02} " for n in range(60)]
MARKDOWN = ["## Start\n\n", *WORDS[:30], "\n\n- item one\n- item two\n\n```python\nx = 1\n",
            "y = 2\n```\n\n", *WORDS[30:], "\n\nThe end."]  # fmt: skip
EXPECTED = " ".join(["Start", *"".join(WORDS[:30]).split(), "item one item two", "x = 1 y = 2",
                     *"".join(WORDS[30:]).split(), "The end."])  # fmt: skip


def half_read(port: int, path: str, size: int) -> None:
    """Open a stream by hand, read a little, break it."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as line:
        line.settimeout(0.3)
        line.sendall(f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        line.recv(size)


def answer_of(page: Page) -> str:
    """The words of the only answer, as they stand on the page; without the heads of its code."""
    parts = page.locator(".exchange .blocks, .exchange .live").all()
    drop_heads = "(e) => e.innerText.replace(e.querySelector('.code-head')?.innerText, '')"
    return " ".join(" ".join(part.evaluate(drop_heads) for part in parts).split())


@pytest.mark.browser
@pytest.mark.timeout(600)
@pytest.mark.slow
@pytest.mark.parametrize(
    ("kept", "faults"), [("sqlite", 100), ("postgresql", 50)], indirect=["kept"]
)
def test_an_answer_comes_through_random_faults_exactly_once(
    tmp_path: Path, model_server: ModelServer, chromium: Browser, kept: Kept, faults: int
) -> None:
    chance = random.Random(120)
    server = unlimited_server(
        tmp_path, model_server, HYPERRUN_MODEL_IDLE_TIMEOUT_S="300",
        HYPERRUN_ANSWER_TIMEOUT_S="900", **kept.environment,
    )  # fmt: skip
    model_server.default = Script(MARKDOWN, delay_s=3.0)
    context = chromium.new_context()
    page = context.new_page()
    attempts = 1
    kills = {20, 47, 81}
    with server, CuttingProxy().running() as proxy:
        proxy.upstream = server.port
        url = f"http://127.0.0.1:{proxy.port}/chat-standalone"
        page.goto(url)
        page.locator("#query").fill("Count, please.")
        page.locator("#query").press("Enter")
        expect(page.locator("[data-running]")).to_have_count(1)
        model_server.wait_for(open_connections=1, timeout_s=30)
        for fault in range(faults):
            kind = chance.choice(["cut", "cut", "cut", "reload", "tab", "half"])
            if not page.locator("html[data-ready]").count():  # cut in mid-load: one reloads
                with suppress(Exception):
                    page.goto(url, timeout=5_000)
            if fault in kills:
                server.kill()
                server.start()
                proxy.upstream = server.port
                again = page.get_by_role("button", name="Try again")
                expect(page.locator(".notice")).to_contain_text(
                    "The server went away", timeout=30_000
                )
                again.click()
                expect(page.locator("[data-running]")).to_have_count(1)
                model_server.wait_for(open_connections=1, timeout_s=30)
                attempts += 1
            elif kind == "cut":
                proxy.cut(chance.randrange(0, 900))
            elif kind == "reload":
                with suppress(Exception):
                    page.reload(wait_until="commit", timeout=3_000)
            elif kind == "tab":
                second = context.new_page()
                with suppress(Exception):
                    second.goto(url, wait_until="load", timeout=3_000)
                    second.wait_for_timeout(chance.randrange(0, 300))
                second.close()
            else:
                stream = page.locator("[sse-connect]").first
                with suppress(Exception):
                    path = stream.get_attribute("sse-connect", timeout=1_000) or ""
                    half_read(server.port, path, chance.randrange(1, 600))
            page.wait_for_timeout(chance.randrange(50, 600))
        model_server.hurry = True
        if not page.locator("html[data-ready]").count():
            page.goto(url)
        expect(page.locator(".actions")).to_have_count(1, timeout=30_000)
        assert answer_of(page) == EXPECTED
        page.goto(url)
        expect(page.locator(".actions")).to_have_count(1, timeout=30_000)
        assert answer_of(page) == EXPECTED
    assert model_server.calls == attempts
    context.close()


@pytest.mark.timeout(300)
@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize(
    ("kept", "readers", "grace_s"),
    [("sqlite", 200, 15.0), ("postgresql", 100, 8.0)],
    indirect=["kept"],
)
def test_leaving_readers_end_their_model_calls_and_give_their_memory_back(
    tmp_path: Path, model_server: ModelServer, kept: Kept, readers: int, grace_s: float
) -> None:
    server = unlimited_server(
        tmp_path, model_server, HYPERRUN_ABANDON_AFTER_S=str(grace_s), **kept.environment
    )
    headers = {"HX-Request": "true"}

    def leave(count: int) -> None:
        """So many readers ask, see the first words, and go."""
        model_server.default = Script(["These are ", "the first ", "words."], stall_after=2)
        client = httpx.Client(timeout=120, limits=httpx.Limits(max_connections=None))
        leaving = threading.Barrier(count + 1)

        def read() -> None:
            url = f"http://127.0.0.1:{server.port}"
            response = client.post(f"{url}/ask", data={"query": "Hello?"}, headers=headers)
            stream = re.search(r'sse-connect="([^"?]+)', response.text)
            assert stream, response.text
            with client.stream("GET", f"{url}/{stream[1]}") as lines:
                for line in lines.iter_lines():
                    if "first" in line:
                        break
                leaving.wait(120)

        threads = [threading.Thread(target=read) for _ in range(count)]
        for thread in threads:
            thread.start()
        model_server.wait_for(open_connections=count, timeout_s=120)
        leaving.wait(120)
        for thread in threads:
            thread.join()
        model_server.wait_for(open_connections=0, timeout_s=grace_s + 30)
        client.close()

    with server:
        leave(readers)  # warm: libraries, pools, caches
        before = server.rss_bytes()
        leave(readers)
        assert server.rss_bytes() < before * 1.10
    assert model_server.calls == 2 * readers


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_thousand_conversations_later_the_process_is_no_larger(
    tmp_path: Path, model_server: ModelServer
) -> None:
    server = unlimited_server(tmp_path)

    def converse(count: int) -> None:
        """So many new readers ask one question each and read the answer, eight at a time."""
        url = f"http://127.0.0.1:{server.port}"

        def readers(share: int) -> None:
            with httpx.Client(timeout=60) as client:
                for _ in range(share):
                    response = client.post(
                        f"{url}/ask",
                        data={"query": "How do I dim a lamp?"},
                        headers={"HX-Request": "true"},
                    )
                    stream = re.search(r'sse-connect="([^"?]+)', response.text)
                    assert stream, response.text
                    assert "event: close" in client.get(f"{url}/{stream[1]}").text

        threads = [threading.Thread(target=readers, args=(count // 8,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    with server:
        converse(104)
        before, then = server.rss_bytes(), 0
        while before > then * 1.01:  # the libraries are still being imported behind the answers
            time.sleep(3)
            before, then = server.rss_bytes(), before
        converse(10_000)
        assert server.rss_bytes() < before * 1.20

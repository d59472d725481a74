"""A reader's wish not to be tracked, where the operator honours it, and the line that tells what
is kept."""

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser import eventually
from tests.commands.test_privacy import operators
from tests.server import RunningServer, Serve
from tests.web.desk.seat import PASSWORD, seat
from tests.web.test_events_out import hook


def ask(
    server: RunningServer,
    question: str = "How do I dim a lamp?",
    token: str = "",
    **signals: str,
) -> tuple[str, str]:
    """A question by a browser that sends `signals`; its turn and its token."""
    headers = {"HX-Request": "true", "Origin": server.url, "User-Agent": "Mozilla/5.0"} | signals
    data = {"query": question, "token": token}
    said = httpx.post(f"{server.url}/ask", data=data, headers=headers).text
    found = re.search(r"stream/([\w-]+)", said)
    assert found
    httpx.get(f"{server.url}/stream/{found[1]}")
    return found[1], said.partition('name="token"')[2].partition('value="')[2].partition('"')[0]


@pytest.mark.parametrize("signals", [{"DNT": "1"}, {"Sec-GPC": "1"}])
def test_who_does_not_want_to_be_tracked_is_in_no_report_and_no_webhook(
    serve: Serve, signals: dict[str, str]
) -> None:
    with hook() as received:
        server = serve(honor_dnt=True, webhook_url=received.url)
        turn_id, token = ask(server, **signals)
        ask(server, DNT="0")
        headers = {"HX-Request": "true", "Origin": server.url}
        data = {"token": token, "rating": "1"}
        httpx.post(f"{server.url}/feedback/{turn_id}", data=data, headers=headers)
        missed = {"words": "some words that lead nowhere"}
        httpx.post(f"{server.url}/search-missed", data=missed, headers=headers | signals)
        report = operators("hyperrun.commands.report", server.settings.data_dir).stdout
        assert report.count("How do I dim a lamp?") == 1
        gaps = operators("hyperrun.commands.gaps", server.settings.data_dir, "--least", "1").stdout
        assert "lead nowhere" not in gaps
        # And the conversation is still the reader's own.
        history = httpx.post(f"{server.url}/history", data={"token": token}, headers=headers)
        assert "How do I dim a lamp?" in history.text
    assert all(b"dim a lamp" not in body for _, body in received.told)


def test_what_such_a_reader_asks_is_never_seen_at_the_desk(serve: Serve) -> None:
    server = serve(honor_dnt=True, desk_password=PASSWORD)
    hidden, _ = ask(server, DNT="1")
    shown, _ = ask(server)
    desk = seat(server)
    listed = desk.get("/desk/conversations").text
    assert shown in listed
    assert hidden not in listed
    assert desk.get(f"/desk/conversation/{shown}").status_code == 200
    assert desk.get(f"/desk/conversation/{hidden}").status_code == 404
    assert desk.get("/desk/export.csv").text.count("How do I dim a lamp?") == 1


def test_where_it_is_not_honoured_a_signal_changes_nothing(serve: Serve) -> None:
    server = serve()
    ask(server, DNT="1")
    report = operators("hyperrun.commands.report", server.settings.data_dir).stdout
    assert "How do I dim a lamp?" in report


def test_a_line_tells_what_is_kept(serve: Serve) -> None:
    def page(**settings: str) -> str:
        return httpx.get(f"{serve(**settings).url}/chat-standalone").text

    assert "consent" not in page()
    ours = page(consent="on", privacy_url="https://docs.example/privacy")
    assert "read to improve the documentation" in ours
    assert 'href="https://docs.example/privacy"' in ours
    assert "We keep &lt;all&gt;" in page(consent="We keep <all>")


def test_the_line_is_seen_in_a_low_window_too(page: Page, serve: Serve) -> None:
    page.set_viewport_size({"width": 640, "height": 400})
    page.goto(f"{serve(consent='on').url}/chat-standalone?lang=de")
    expect(page.locator(".consent")).to_be_visible()
    expect(page.locator(".consent")).to_contain_text("gespeichert")


WORD = "quokkas"  # in no file of the project and none of our texts


def test_where_questions_are_not_kept_their_words_stand_nowhere_and_counts_do(
    serve: Serve, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "httpx")
    caplog.set_level(logging.INFO, "httpcore")
    with hook() as received:
        server = serve(keep_questions=False, desk_password=PASSWORD, webhook_url=received.url)
        turn_id, token = ask(server, question=f"Do {WORD} dim a lamp?")
        ask(server, question=f"Which lamp do {WORD} like?", token=token)
        headers = {"HX-Request": "true", "Origin": server.url}
        data = {"token": token, "rating": "-1", "comment": f"nothing about {WORD}"}
        httpx.post(f"{server.url}/feedback/{turn_id}", data=data, headers=headers)
        httpx.post(f"{server.url}/search-missed", data={"words": WORD}, headers=headers)
        assert eventually(lambda: len(received.told) == 1)
        # It is still its reader's own, who may reload the page.
        history = httpx.post(f"{server.url}/history", data={"token": token}, headers=headers)
        assert WORD in history.text

        desk, folder = seat(server), server.settings.data_dir
        told = [desk.get(f"/desk{each}").text for each in (
            "", "/conversations", "/searches", "/pages", "/export.csv", "/export.json",
            "/report.md", "/report.html", "/report.json", f"/conversation/{turn_id}",
        )]  # fmt: skip
        told += [operators(f"hyperrun.commands.{each}", folder).stdout for each in
                 ("report", "gaps")]  # fmt: skip
        told += [str(received.told), caplog.text]
        assert [at for at, text in enumerate(told) if WORD in text] == []
        assert re.search(r'"value">2</span><span class="name">questions<', told[0])
        assert "2 questions of 1 reader," in told[10]
        assert "1 down" in told[10]

    assert WORD.encode() in written(folder), "the test looks where texts are"
    monkeypatch.setattr("hyperrun.storage.sqlite.TEXTS_KEPT_S", -60.0)
    with ThreadPoolExecutor(1) as thread:  # Playwright has a loop in this one
        thread.submit(asyncio.run, server.services.store.expire()).result(30)
    assert eventually(lambda: WORD.encode() not in written(folder))
    report = operators("hyperrun.commands.report", folder).stdout
    assert "2 questions of 1 reader," in report
    assert "1 down" in report


def written(folder: Path) -> bytes:
    """Every byte that is kept, the log of writes among them."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

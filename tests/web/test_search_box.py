"""`POST /search` and `POST /search-missed`: rows for what is typed, and what led nowhere."""

import gzip
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.search.test_typing import HOSTILE
from tests.server import RunningServer, Serve

WORDS = "Zebrafish Dimming"


def post(
    server: RunningServer, path: str, words: str, site: str = "same-origin", **fields: str
) -> httpx.Response:
    headers = {"Sec-Fetch-Site": site}
    return httpx.post(f"{server.url}{path}", data={"words": words, **fields}, headers=headers)


def rows(server: RunningServer, words: str, **fields: str) -> httpx.Response:
    answer = post(server, "/search", words, **fields)
    assert answer.status_code == 200, answer.text
    return answer


def test_rows_tell_kind_page_heading_and_what_matched(serve: Serve) -> None:
    server = serve()
    html = rows(server, "dimm").text
    assert 'role="group"' in html and 'aria-label="Guide: Lantern"' in html
    assert "<mark>Dimm</mark>ing a lamp" in html
    assert 'href="https://lantern.example/guide/#dimming-a-lamp"' in html
    assert "Call lantern.dim(level) with a level" in html
    assert ">Lantern</span>" in html  # what it stands under
    code = rows(server, "Lamp.di").text
    assert ">Code</p>" in code and "<mark>di</mark>m" in code
    assert ">Anleitung</p>" in rows(server, "dimm", lang="de").text
    assert rows(server, "").text == rows(server, "qqqqzzzz").text == ""


def test_a_keystrokes_rows_are_at_most_four_kilobytes_gzipped(
    serve: Serve, repository: Path
) -> None:
    sections = "".join(
        f"## Lamp number {n} of a rather long heading\n\nLamps {'light rooms ' * 40}\n\n"
        for n in range(400)
    )
    (repository / "docs" / "many.md").write_text(f"# Many lamps\n\n{sections}")
    server = serve()
    for words in ("l", "lamp", "lamp number", "why do lamps light rooms"):
        assert 0 < len(gzip.compress(rows(server, words).content, 6)) <= 4_096


def test_rows_by_names_alone_say_so_and_whoever_rests_gets_all(serve: Serve) -> None:
    server = serve()
    search, words = server.services.search, "why is it between zero and a hundred"
    search.typists.under_way = 2  # others
    hasty = rows(server, words)
    assert (hasty.text, hasty.headers["x-hyperrun"]) == ("", "in haste")
    search.typists.resting = 8  # so many have all ended at once
    assert rows(server, words, rests="1").headers["x-hyperrun"] == "in haste"
    search.typists.resting = 0
    rested = rows(server, words, rests="1")
    assert "Dimming a lamp" in rested.text
    assert "x-hyperrun" not in rested.headers
    again = rows(server, words)  # known by now
    assert again.text == rested.text
    assert "x-hyperrun" not in again.headers


def test_nothing_of_a_page_or_of_a_reader_becomes_markup(serve: Serve, repository: Path) -> None:
    (repository / "docs" / "evil.md").write_text(
        "# <img src=x onerror=alert(1)> evil\n\n## `<script>` evil\n\n"
        'Evil "><svg onload=x> words, and more of them.\n'
    )
    server = serve()
    html = rows(server, "evil <b>").text
    assert "evil" in html.lower()
    for tag in ("<img", "<script", "<svg", "<b>"):
        assert tag not in html


def test_whatever_is_typed_is_answered(serve: Serve) -> None:
    server = serve()
    for words in HOSTILE:
        rows(server, words)
        assert post(server, "/search-missed", words).status_code == 204


def test_words_stand_in_no_log_and_in_no_address(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve()
    with caplog.at_level(logging.DEBUG):
        rows(server, WORDS)
        post(server, "/search-missed", WORDS)
        assert httpx.get(f"{server.url}/search", params={"words": WORDS}).status_code == 405
    told = " ".join(record.getMessage() for record in caplog.records if "httpx" not in record.name)
    assert "/search" in told
    assert "zebrafish" not in told.lower()


def test_a_search_that_led_nowhere_is_counted_by_its_words_alone(serve: Serve) -> None:
    server = serve()
    key = "sk-" + "a1B2" * 12
    for words in (WORDS, " zebrafish   DIMMING ", "ab", "", f"my key {key}"):
        post(server, "/search-missed", words)
    with closing(sqlite3.connect(server.settings.data_dir / "hyperrun.sqlite3")) as connection:
        counted = connection.execute("SELECT words, times FROM missed ORDER BY times DESC")
        (first, second) = counted.fetchall()
    assert first == ("zebrafish dimming", 2)
    assert key.lower() not in second[0]


def test_who_searches_too_much_is_told_so_and_may_still_ask(serve: Serve) -> None:
    server = serve(searches_per_minute_per_address=3)
    statuses = [post(server, "/search", "dim").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert post(server, "/history", "").status_code == 200


def test_a_foreign_page_gets_no_rows(serve: Serve) -> None:
    server = serve()
    answer = post(server, "/search", "dim", site="cross-site")
    assert answer.status_code == 403


def test_while_the_first_index_is_built_there_are_no_rows(serve: Serve) -> None:
    server = serve()
    server.services.search.upkeep.ready.clear()
    assert rows(server, "dim").text == ""

"""Rows that were made lately are shown again, and never those of another index."""

import os
import time
from pathlib import Path

import httpx
import pytest

from hyperrun.web import known_rows
from hyperrun.web.known_rows import KnownRows
from tests.browser import eventually
from tests.server import Serve

KEY = ("dim", "en")


def test_rows_are_known_by_words_language_and_edition() -> None:
    rows = KnownRows()
    assert rows.of(KEY, 1, thorough=False) is None
    rows.keep(KEY, 1, "<a>", thorough=True)
    assert rows.of(KEY, 1, thorough=True) == "<a>"
    assert rows.of(("dim", "de"), 1, thorough=True) is None
    assert rows.of(KEY, 2, thorough=True) is None
    rows.keep(KEY, 1, "<a>", thorough=True)  # the index was another meanwhile
    assert rows.of(KEY, 2, thorough=True) is None


def test_what_was_found_in_haste_is_looked_for_again_when_there_is_time() -> None:
    rows = KnownRows()
    rows.of(KEY, 1, thorough=True)
    rows.keep(KEY, 1, "<a>", thorough=False)
    assert rows.of(KEY, 1, thorough=False) == "<a>"
    assert rows.of(KEY, 1, thorough=True) is None


def test_only_so_many_are_kept_and_none_that_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_rows, "MAX_KNOWN", 2)
    rows = KnownRows()
    for words in ("a", "b", "x" * 41):
        rows.of((words, "en"), 1, thorough=True)
        rows.keep((words, "en"), 1, words, thorough=True)
    assert rows.of(("a", "en"), 1, thorough=True) == "a"
    assert rows.of(("x" * 41, "en"), 1, thorough=True) is None
    rows.keep(("c", "en"), 1, "c", thorough=True)
    assert rows.of(("b", "en"), 1, thorough=True) is None
    assert rows.of(("a", "en"), 1, thorough=True) == "a"


def test_a_page_that_is_changed_is_found_by_words_that_were_typed_before(serve: Serve) -> None:
    server = serve()

    def typed() -> str:
        answer = httpx.post(
            f"{server.url}/search",
            data={"words": "zebra"},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code == 200
        return answer.text

    assert "Zebra" not in typed()
    assert "Zebra" not in typed()
    guide = Path(server.settings.repo_path, "docs/guide.md")
    guide.write_text(
        guide.read_text() + "\n## Zebra crossing\n\nLamps for it, on every street that has one.\n"
    )

    def is_found() -> bool:
        os.utime(guide)  # the watch is set up behind, and may not have seen it
        time.sleep(0.3)
        return "crossing" in typed()

    eventually(is_found, 20, "the change is never found")

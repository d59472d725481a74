"""What readers and the operator are told while there is no index yet."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.browser import eventually
from tests.search import repository
from tests.server import running, settings_in

READING = "Reading the documentation"
NONE = "The documentation cannot be searched at the moment."


def test_a_first_index_that_cannot_be_built_is_told_and_not_that_it_is_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyperrun.search.upkeep.RETRY_S", 0.2)
    monkeypatch.setattr("hyperrun.search.upkeep.FIRST_INDEX_WAIT_S", 0.1)
    settings = settings_in(tmp_path)
    origin = tmp_path / "origin"
    with running(replace(settings, repo_path=f"file://{origin}")) as server:
        eventually(lambda: server.services.search.status().failed)
        page = httpx.get(f"{server.url}/chat-standalone").text
        assert NONE in page
        assert READING not in page
        assert "the index could not be refreshed; the log says why" in httpx.get(server.url).text
        asked = httpx.post(
            f"{server.url}/api/ask",
            json={"question": "How do I dim it?"},
            headers={"Accept": "application/json"},
        )
        assert asked.json()["error"].startswith(NONE)

        origin.mkdir()
        repository.git(origin, "init", "-q")
        repository.write(origin, "a.md", "# Lantern\n\nIt lights rooms over the network.\n")
        repository.git(origin, "add", ".")
        repository.git(origin, "commit", "-qm", "x")
        server.wait_until_ready()
        assert NONE not in httpx.get(f"{server.url}/chat-standalone").text

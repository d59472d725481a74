"""Each fault of `docs/faults.md`, done to a running server."""

import re
import time
from pathlib import Path

import httpx
import pytest

from tests.browser import eventually
from tests.faults import ELSEWHERE, FAULTS, TABLE, Fault, Place, table
from tests.server import RunningServer, Serve
from tests.storage.test_store_faults import locked

TOP = Path(__file__).parent.parent
WITHIN_S = 60.0  # on a busy machine


def asked(client: httpx.Client) -> str:
    """A question's answer, as it stands in the stream."""
    said = client.post(
        "/ask", data={"query": "How do I pair a lamp?"}, headers={"HX-Request": "true"}
    )
    assert said.status_code == 200, said.text
    (turn,) = re.findall(r"stream/([\w-]+)", said.text)[:1]
    return client.get(f"/stream/{turn}").text


def ask(server: RunningServer) -> str:
    """The same, of a new reader."""
    with httpx.Client(base_url=server.url, timeout=WITHIN_S) as client:
        return asked(client)


def test_the_table_is_current() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "run python -m tests.faults"
    assert all((TOP / row[5]).is_file() for row in ELSEWHERE)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_comes_of_a_fault(
    fault: Fault, serve: Serve, repository: Path, tmp_path: Path
) -> None:
    server = serve()
    assert "lantern pair" in ask(server)
    fault.harm(Place(tmp_path / "data", repository))
    said = ask(server)
    assert ("lantern pair" in said) == fault.answers
    assert "Something went wrong on our side" not in said
    until = time.monotonic() + WITHIN_S
    while True:
        health = httpx.get(f"{server.url}/healthz", timeout=WITHIN_S)
        is_so = health.is_success == fault.healthy and fault.told in health.text
        if is_so or time.monotonic() > until:
            break
        time.sleep(0.2)
    assert is_so, health.text
    assert "lantern pair" in ask(server)


@pytest.mark.parametrize("path", ["feedback/{turn}", "clear-messages", "delete-conversation"])
def test_a_locked_store_is_told_within_two_seconds_in_the_sentence_that_fits(
    path: str, serve: Serve, tmp_path: Path
) -> None:
    server = serve()
    with httpx.Client(base_url=server.url, timeout=30, headers={"HX-Request": "true"}) as reader:
        said = reader.post("/ask", data={"query": "How do I pair a lamp?"})
        (turn,) = re.findall(r"stream/([\w-]+)", said.text)[:1]
        (token,) = re.findall(r'name="token"[^>]*value="([^"]+)"', said.text)[:1]
        reader.get(f"/stream/{turn}")
        with locked(tmp_path / "data"):
            began = time.monotonic()
            said = reader.post(
                path.format(turn=turn), data={"token": token, "other": token, "rating": "1"}
            )
            assert time.monotonic() - began < 2.5, "2 s, and what a busy machine adds"
            assert said.status_code == 503
            assert "Something went wrong on our side" not in said.text
            assert "lantern pair" in asked(reader)
        eventually(lambda: reader.get("/healthz").is_success)

"""A reader who waits is told so, in one line that goes when there are words."""

import re

import httpx
import pytest

from tests.model_server import ModelServer, Script
from tests.server import Serve


def test_a_model_that_takes_its_time_is_told_in_one_line_that_goes_again(
    serve: Serve, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyperrun.answering.rounds.KEEP_ALIVE_EVERY_S", 0.2)
    model_server.default = Script("At last, an answer.", first_delay_s=4.0)
    server = serve(model="openai/scripted", api_base=model_server.url)
    asked = httpx.post(
        f"{server.url}/ask", data={"query": "How do I pair it?"}, headers={"HX-Request": "true"}
    )
    (turn,) = re.findall(r"stream/([\w-]+)", asked.text)[:1]
    said = httpx.get(f"{server.url}/stream/{turn}", timeout=60).text
    steps = [event for event in said.split("\n\n") if event.startswith("event: steps")]
    waiting = [event for event in steps if "taking its time" in event]
    assert waiting
    assert all(event.count("taking its time") == 1 for event in waiting)
    assert "taking its time" not in steps[-1]
    assert "At last" in said

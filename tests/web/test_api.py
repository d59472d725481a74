"""Search and answers by JSON, from the real server."""

import asyncio
import json
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from jsonschema import Draft202012Validator

from hyperrun.web.openapi import ANSWER, ERROR, described
from tests.browser import eventually
from tests.leaks import KEY
from tests.model_server import ModelServer, Script, Tool
from tests.server import RunningServer, Serve, settings_in
from tests.web.test_mcp import BAD, HOSTILE, TOKEN, _turns

QUESTION = {"question": "How do I dim a lamp?"}
AS_JSON = {"Accept": "application/json"}


# The first answer waits for the model's library to be imported.
post = partial(httpx.post, timeout=60)


def held(schema: dict[str, Any], value: object) -> None:
    Draft202012Validator(schema).validate(value)


def events(answer: httpx.Response) -> list[tuple[str, dict[str, Any]]]:
    told = []
    for block in answer.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in lines:
            told.append((lines["event"], json.loads(lines["data"])))
    return told


def test_a_search_gives_passages_with_page_file_lines_and_commit(serve: Serve) -> None:
    url = serve().url
    answer = post(f"{url}/api/search", json={"query": "dim a lamp", "k": 3})
    results = answer.json()["results"]
    assert 1 <= len(results) <= 3
    first = results[0]
    assert first["title"] == "Lantern > Dimming a lamp"
    assert first["url"] == "https://lantern.example/guide/#dimming-a-lamp"
    assert (first["file"], first["start_line"]) == ("docs/guide.md", 14)
    assert "between 0 and 100" in first["text"]


def test_an_answer_comes_as_one_json(serve: Serve, model_server: ModelServer) -> None:
    model_server.script(Script(tools=[Tool("dim")]), "Call `dim` [1].", "Then run it [1].")
    server = serve(model="openai/x", api_base=model_server.url)
    first = post(f"{server.url}/api/ask", json=QUESTION, headers=AS_JSON).json()
    held(ANSWER, first)
    assert (first["outcome"], first["answer"]) == ("answered", "Call `dim` [1].")
    assert first["is_complete"] is True
    (source,) = first["sources"]
    assert (source["number"], source["file"]) == (1, "docs/guide.md")
    again = {"question": "And then?", "conversation": first["conversation"]}
    second = post(f"{server.url}/api/ask", json=again, headers=AS_JSON).json()
    assert second["answer"] == "Then run it [1]."
    assert "How do I dim a lamp?" in json.dumps(model_server.requests[-1])
    asked = asyncio.run(_turns(server))
    assert [(each.asker.door.value, each.asker.agent) for each in asked] == [
        ("json", "python-httpx")
    ] * 2


def test_an_answer_comes_as_events(serve: Serve, model_server: ModelServer) -> None:
    words = [f"word{number} " for number in range(40)]
    model_server.script(Script(tools=[Tool("dim")]), Script(words, delay_s=0.01))
    server = serve(model="openai/x", api_base=model_server.url)
    answer = post(f"{server.url}/api/ask", json=QUESTION)
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer)
    names = [name for name, _ in told]
    assert names[0] == "searching"
    assert "found" in names
    assert names.count("text") > 2
    assert names[-1] == "done"
    text = "".join(data["delta"] for name, data in told if name == "text")
    held(ANSWER, told[-1][1])
    assert text == told[-1][1]["answer"]
    assert text.split() == [word.strip() for word in words]


def test_without_a_model_passages_answer(serve: Serve) -> None:
    told = post(f"{serve().url}/api/ask", json=QUESTION, headers=AS_JSON).json()
    held(ANSWER, told)
    assert told["written_by"] is None
    assert "lantern.dim(level)" in told["answer"]
    assert told["sources"][0]["title"] == "Lantern > Dimming a lamp"


def test_what_fails_is_told_with_what_was_found(serve: Serve, model_server: ModelServer) -> None:
    model_server.script(*[Script(status=401)] * 3)
    server = serve(model="openai/x", api_base=model_server.url)
    told = post(f"{server.url}/api/ask", json=QUESTION, headers=AS_JSON).json()
    held(ANSWER, told)
    assert told["outcome"] == "failed"
    assert "refused the key" in told["error"]
    assert "lantern.dim(level)" in told["answer"]


def test_whoever_leaves_is_not_answered_on(serve: Serve, model_server: ModelServer) -> None:
    model_server.script(Script("Never.", first_delay_s=60))
    server = serve(model="openai/x", api_base=model_server.url, abandon_after_s=0.2)
    place = urlsplit(server.url)
    body = json.dumps(QUESTION)
    with socket.create_connection((place.hostname or "", place.port or 0)) as line:
        line.sendall(
            f"POST /api/ask HTTP/1.1\r\nHost: {place.netloc}\r\nAccept: application/json\r\n"
            "Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        model_server.wait_for(open_connections=1, timeout_s=60)
    model_server.wait_for(open_connections=0)
    eventually(lambda: server.services.turns.in_flight == 0)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:

    from hyperrun.settings import Settings
    from tests.server import running

    folder = tmp_path_factory.mktemp("api")
    unlimited: dict[str, Any] = {
        name: 0
        for name in Settings.__dataclass_fields__
        if name.startswith(("questions_per", "changes_per", "max_answers_", "max_streams"))
    }
    settings = settings_in(
        folder, site_url="https://docs.example.org/", **unlimited,
    )  # fmt: skip
    with running(settings) as server:
        server.wait_until_ready()
        yield server


NO_OBJECTS: list[Any] = [None, [], "x", 5, True]
REFUSED: list[tuple[str, Any, str]] = [
    (f"/api/{name}", arguments, sentence)
    for name, arguments, sentence in BAD
    if name in ("search", "ask")
]
REFUSED += [("/api/search", value, "An object is expected") for value in NO_OBJECTS]


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    REFUSED,
)
def test_bad_input_is_refused_in_a_sentence(
    server: RunningServer, path: str, value: object, sentence: str
) -> None:
    headers = AS_JSON | {"Content-Type": "application/json"}
    answer = post(server.url + path, content=json.dumps(value), headers=headers)
    assert answer.status_code in (400, 404)
    held(ERROR, answer.json())
    assert sentence in answer.json()["error"]["message"]
    assert server.services.turns.in_flight == 0


@pytest.mark.parametrize("words", HOSTILE)
def test_any_words_are_searched_as_words(server: RunningServer, words: str) -> None:
    for body in ({"query": words}, {"query": "lamp", "version": words[:64]}):
        answer = post(f"{server.url}/api/search", json=body)
        assert answer.status_code in (200, 400)
        assert "Traceback" not in answer.text
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"query=a", "application/x-www-form-urlencoded", 415),
        (b'{"query": "a"}', "text/plain", 415),
        (b'{"query": "a"}', "", 415),
        (b" " * 200_000, "application/json", 413),
    ],
)
def test_bodies_that_are_none(
    server: RunningServer, content: bytes, kind: str, status: int
) -> None:
    for path in ("/api/search", "/api/ask"):
        answer = post(server.url + path, content=content, headers={"Content-Type": kind})
        assert answer.status_code == status
        held(ERROR, answer.json())


def test_no_get_searches_or_asks(server: RunningServer) -> None:
    for path in ("/api/search?query=lamp", "/api/ask?question=lamp"):
        answer = httpx.get(server.url + path)
        assert answer.status_code == 405
        held(ERROR, answer.json())
    assert httpx.get(f"{server.url}/api/nothing").status_code == 404


def test_pages_of_allowed_sites_may_use_it_and_no_others(server: RunningServer) -> None:
    url = f"{server.url}/api/search"
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    for origin, may in (
        ("https://docs.example.org", True),
        ("http://localhost:8000", True),
        ("https://evil.example", False),
        ("null", False),
    ):
        before = httpx.options(url, headers={"Origin": origin, **asks})
        assert before.status_code == (204 if may else 403)
        answer = post(url, json={"query": "lamp"}, headers={"Origin": origin})
        assert answer.status_code == (200 if may else 403)
        for each in (before, answer):
            assert each.headers.get("access-control-allow-origin") == (origin if may else None)
            assert "Origin" in each.headers["vary"]
            assert "access-control-allow-credentials" not in each.headers


def test_a_key_is_wanted_where_there_are_keys(serve: Serve) -> None:
    keys = ("one key of twenty letters", "another key of twenty letters")
    server = serve(api_tokens=keys, questions_per_minute=2, changes_per_minute_per_address=2)
    url = f"{server.url}/api/ask"
    for shown in ("", "Bearer no", f"Bearer {TOKEN}"):
        headers = AS_JSON | ({"Authorization": shown} if shown else {})
        assert post(url, json=QUESTION, headers=headers).status_code == 401
    for number in range(6):  # its one address asks for many
        headers = AS_JSON | {"Authorization": f"Bearer {keys[number % 2]}"}
        assert post(url, json=QUESTION, headers=headers).status_code == 200
    assert httpx.get(f"{server.url}/api/pages").status_code == 200


def test_a_reader_s_limits_hold_without_a_key(serve: Serve) -> None:
    server = serve(questions_per_minute=2)
    answers = [post(f"{server.url}/api/ask", json=QUESTION, headers=AS_JSON) for _ in range(5)]
    refused = [each for each in answers if each.status_code == 429]
    assert refused
    held(ERROR, refused[0].json())
    assert int(refused[0].headers["retry-after"]) == refused[0].json()["error"]["retry_after_s"]


def test_it_can_be_switched_off(serve: Serve) -> None:
    url = serve(api=False).url
    for path in ("/api/search", "/api/ask"):
        assert post(url + path, json={"query": "x"}).status_code == 404
    assert httpx.get(f"{url}/openapi.json").status_code == 404


def test_pages_are_listed_so_many_at_once(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    from hyperrun.web import api

    monkeypatch.setattr(api, "MAX_PAGES", 2)
    for number in range(4):
        (repository / "docs" / f"p{number}.md").write_text(
            f"# P {number}\n\nThis is the page with number {number}.\n"
        )
    url = serve().url
    seen: list[str] = []
    after: int | None = 0
    while after is not None:
        told = httpx.get(f"{url}/api/pages", params={"after": after}).json()
        assert told["total"] == 5
        seen += [page["path"] for page in told["pages"]]
        after = told["next"]
    assert seen == ["guide", "p0", "p1", "p2", "p3"]
    assert httpx.get(f"{url}/api/pages?after=x").status_code == 400


def test_one_source_of_several_is_searched_alone(serve: Serve, repository: Path) -> None:
    more = repository.parent / "more"
    more.mkdir()
    (more / "README.md").write_text("# More\n\nA second way to dim a lamp is a curtain.\n")
    both = (("lantern", "."), ("more", "../more"))
    (repository / "hyperrun.toml").write_text(
        "".join(f'[[source]]\nlabel = "{name}"\npath = "{place}"\n\n' for name, place in both)
    )
    url = f"{serve().url}/api/search"

    def sources(**body: Any) -> set[str]:
        answer = post(url, json={"query": "dim a lamp", "k": 20} | body)
        assert answer.status_code == 200, answer.text
        return {each["source"] for each in answer.json()["results"]}

    assert sources() == {"lantern", "more"}
    assert sources(source="more") == {"more"}
    assert sources(source="lantern") == {"lantern"}
    refused = post(url, json={"query": "x", "source": "less"})
    assert refused.json()["error"]["message"] == "`source` is one of `lantern`, `more`."


def test_no_key_and_no_question_leaves(
    serve: Serve, model_server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(model="openai/x", api_base=model_server.url)
    caplog.set_level("DEBUG", "hyperrun")
    question = {"question": f"What of my unspeakable lamp? {KEY}"}
    post(f"{server.url}/api/ask", json=question, headers=AS_JSON)
    post(f"{server.url}/api/search", json={"query": f"my unspeakable lamp {KEY}"})
    assert KEY not in json.dumps(model_server.requests)
    assert "unspeakable" not in caplog.text


def test_the_description_is_openapi() -> None:
    told = described("https://x")
    for schema in told["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert "security" not in told["paths"]["/api/ask"]["post"]
    assert described("https://x", needs_key=True)["paths"]["/api/ask"]["post"]["security"]


# What fits the description and is refused all the same: what nobody can see, and names of what is
# not there. A pattern that says so would be one that few programs read.
REFUSED_THOUGH_WELL_FORMED = ("is empty", "no `source`", "no such answer", "`after` is")


def tried(operation: Any, mode: str) -> int:
    """Hold one operation to its description with data of a kind; how often."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.specs.openapi import checks

    ran = 0

    def check(case: Any) -> None:
        nonlocal ran
        ran += 1
        answer = case.call(headers=AS_JSON)
        case.validate_response(answer, excluded_checks=[checks.positive_data_acceptance])
        if mode == "positive" and answer.status_code >= 400:
            said = answer.json()["error"]["message"]
            assert any(each in said for each in REFUSED_THOUGH_WELL_FORMED), said

    examples = settings(
        max_examples=40, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    made = operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode))
    examples(given(case=made)(check))()
    return ran


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_the_server_is_what_its_description_says(server: RunningServer, mode: str) -> None:
    import schemathesis

    operations: Any = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    ran = sum(tried(each.ok(), mode) for each in operations.get_all_operations())
    assert ran >= 100
    assert server.services.turns.in_flight == 0

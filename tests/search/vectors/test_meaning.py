"""Meaning stands beside words: it finds what they miss, and where it fails they answer alone."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hyperrun.search.engine import Search
from hyperrun.settings import Settings
from tests.embedding_server import EmbeddingServer
from tests.search.running import until

KEY = "the-operators-embedding-key"
PAGES = {
    "docs/index.md": "# Lamps\n\nLight for every room, with a switch and a dimmer.\n",
    "docs/speed.md": "# Speed\n\n## Throttle\n\nSo many are let through in a minute, no more.\n",
    "docs/keys.md": "# Keys\n\n## Secret\n\nWhat stands there is never shown to anyone again.\n",
    **{f"docs/other{n}.md": f"# Other {n}\n\nAbout the number {n} and nothing else.\n"
       for n in range(12)},
}  # fmt: skip

Work = Callable[[Search], Awaitable[None]]


def repository(root: Path) -> Path:
    for name, text in PAGES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def searched(root: Path, data: Path, base: str, work: Work, model: str = "scripted") -> None:
    async def run() -> None:
        search = Search(
            Settings(
                repo_path=str(root), data_dir=data, search="embedded", embedding_model=model,
                embedding_api_key=KEY, embedding_api_base=base,
            )
        )  # fmt: skip
        await search.start()
        try:
            await work(search)
        finally:
            await search.close()

    asyncio.run(run())


async def whole(search: Search) -> bool:
    """Has every passage its vector?"""
    meaning = search.status().meaning
    return meaning.made == meaning.passages > 0


def test_a_question_in_another_language_finds_its_section(
    tmp_path: Path, embedding_server: EmbeddingServer
) -> None:
    async def work(search: Search) -> None:
        await until(lambda: whole(search))
        found = await search.search("drosseln")
        assert found[0].file == "docs/speed.md"
        assert (await search.search("kennwort"))[0].file == "docs/keys.md"
        assert search.status().engine == "embedded+vectors"

    searched(repository(tmp_path / "root"), tmp_path / "data", embedding_server.url, work)
    assert embedding_server.keys[0] == f"Bearer {KEY}"


def test_one_question_is_embedded_once(tmp_path: Path, embedding_server: EmbeddingServer) -> None:
    async def work(search: Search) -> None:
        await until(lambda: whole(search))
        for _ in range(3):
            await search.search("drosseln")

    searched(repository(tmp_path / "root"), tmp_path / "data", embedding_server.url, work)
    assert embedding_server.texts.count("drosseln") == 1


def test_the_first_answer_does_not_wait_for_vectors(
    tmp_path: Path, embedding_server: EmbeddingServer
) -> None:
    embedding_server.delay_s = 30

    async def work(search: Search) -> None:
        began = time.monotonic()
        assert (await search.search("dimmer"))[0].file == "docs/index.md"
        assert time.monotonic() - began < 10
        assert search.status().ready

    searched(repository(tmp_path / "root"), tmp_path / "data", embedding_server.url, work)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_server_that_fails_fails_no_search_and_is_told_once(
    tmp_path: Path,
    embedding_server: EmbeddingServer,
    status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)

    async def work(search: Search) -> None:
        await until(lambda: whole(search))
        embedding_server.status = status
        for question in ("dimmer", "a switch", "every room"):
            assert (await search.search(question))[0].file == "docs/index.md"
        assert str(status) in search.status().meaning.note

    searched(repository(tmp_path / "root"), tmp_path / "data", embedding_server.url, work)
    told = [record.getMessage() for record in caplog.records if str(status) in record.getMessage()]
    assert len(told) == 1
    assert KEY not in caplog.text
    assert embedding_server.texts.count("dimmer") == 1
    assert "a switch" not in embedding_server.texts


def test_a_server_that_refuses_fails_no_build(
    tmp_path: Path, embedding_server: EmbeddingServer, caplog: pytest.LogCaptureFixture
) -> None:
    embedding_server.status = 401

    async def work(search: Search) -> None:
        assert (await search.search("dimmer"))[0].file == "docs/index.md"

        async def told() -> bool:
            return "401" in search.status().meaning.note

        await until(told)
        assert search.status().ready
        assert search.status().engine == "embedded"

    searched(repository(tmp_path / "root"), tmp_path / "data", embedding_server.url, work)
    assert KEY not in caplog.text


def test_a_model_that_is_not_there_is_told_and_fails_nothing(tmp_path: Path) -> None:
    async def work(search: Search) -> None:
        assert (await search.search("dimmer"))[0].file == "docs/index.md"

        async def told() -> bool:
            return "no_such_module" in search.status().meaning.note

        await until(told)

    root = repository(tmp_path / "root")
    searched(root, tmp_path / "data", "", work, model="python:no_such_module")


def test_what_is_edited_is_soon_found_by_its_meaning(
    tmp_path: Path, embedding_server: EmbeddingServer
) -> None:
    root = repository(tmp_path / "root")

    async def work(search: Search) -> None:
        await until(lambda: whole(search))
        sent = len(embedding_server.texts)
        (root / "docs/speed.md").write_text("# Speed\n\n## Slow\n\nOne after another it goes.\n")
        await search.reindex()

        async def is_found() -> bool:
            return (await search.search("drosseln"))[0].title.endswith("Slow")

        await until(is_found)
        assert len(embedding_server.texts) <= sent + 3

    searched(root, tmp_path / "data", embedding_server.url, work)


def test_a_second_start_embeds_nothing_again(
    tmp_path: Path, embedding_server: EmbeddingServer
) -> None:
    root = repository(tmp_path / "root")

    async def work(search: Search) -> None:
        await until(lambda: whole(search))

    searched(root, tmp_path / "data", embedding_server.url, work)
    sent = len(embedding_server.texts)
    searched(root, tmp_path / "data", embedding_server.url, work)
    assert len(embedding_server.texts) == sent

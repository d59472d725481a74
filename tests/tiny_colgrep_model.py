"""A model folder for ColGrep, made in a second: half a megabyte, the same bytes every time.

Weights of a real model cannot be fetched in a test. Here a token's vector is the normalised sum of
its hashed character 3- to 5-grams, so `authenticate` is near `authentication`; stop words of a
question count little. Nothing is trained: the vocabulary is counted from the corpus.

A folder holds what ColGrep 1.8.5 reads of a local one: `onnx_config.json`, `tokenizer.json` and the
weights as `model.onnx` and `model_int8.onnx` (which of them is read depends on the build). The
graph takes `input_ids` and `attention_mask` (int64, [batch, tokens]) and gives `output` (float32,
[batch, tokens, 96]).
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

DIMENSIONS = 96
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[Q]", "[D]"]
STOP_WORDS = set(
    re.findall(
        r"\w+",
        "a an and are as at be by can do does for from how i in into is it its my not of on or so "
        "that the then there this to was what when where which who why will with you your",
    )
)


def make(folder: Path, texts: Iterable[str], most_words: int = 4_000) -> Path:
    """Write the model for a corpus into `folder`, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _vocabulary(texts, most_words)
    _write_tokenizer(folder / "tokenizer.json", vocabulary)
    weights = _graph(vocabulary)
    for name in ("model.onnx", "model_int8.onnx"):
        (folder / name).write_bytes(weights)
    config = {
        "query_prefix": "[Q]", "document_prefix": "[D]", "query_prefix_id": SPECIAL.index("[Q]"),
        "document_prefix_id": SPECIAL.index("[D]"), "query_length": 48, "document_length": 300,
        "do_query_expansion": False, "embedding_dim": DIMENSIONS, "uses_token_type_ids": False,
        "mask_token_id": SPECIAL.index("[MASK]"), "pad_token_id": 0, "do_lower_case": True,
        "skiplist_words": [],
    }  # fmt: skip
    (folder / "onnx_config.json").write_text(json.dumps(config, indent=1))
    return folder


def _vocabulary(texts: Iterable[str], most_words: int) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update(re.findall(r"[a-z0-9]+", text.lower()))
    words = sorted(counted, key=lambda word: (-counted[word], word))[:most_words]
    characters = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    pieces = [f"##{each}" for each in characters]
    tokens = dict.fromkeys([*SPECIAL, *characters, *pieces, *sorted(STOP_WORDS), *words])
    return {token: number for number, token in enumerate(tokens)}


def _write_tokenizer(path: Path, vocabulary: dict[str, int]) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(
        models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=64)
    )
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Punctuation()]
    )
    # Without [CLS] and [SEP] an empty question would have no token at all.
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, SPECIAL.index(name)) for name in ("[CLS]", "[SEP]")],
    )
    tokenizer.save(str(path))


def _graph(vocabulary: dict[str, int]) -> bytes:
    import numpy
    from onnx import TensorProto, helper, numpy_helper

    vectors = numpy.stack([_vector(token) for token in vocabulary]).astype("float32")
    weights = numpy.array([_weight(token) for token in vocabulary], dtype="float32")
    constants = {
        "vectors": vectors,
        "weights": weights,
        "one": numpy.array(1.0, dtype="float32"),
        "query": numpy.array(SPECIAL.index("[Q]"), dtype="int64"),
        "from": numpy.array([1], dtype="int64"),
        "to": numpy.array([2], dtype="int64"),
        "tokens": numpy.array([1], dtype="int64"),
        "last": numpy.array([2], dtype="int64"),
    }
    node = helper.make_node
    nodes = [
        node("Gather", ["vectors", "input_ids"], ["looked_up"]),
        node("Slice", ["input_ids", "from", "to", "tokens"], ["prefix"]),
        node("Equal", ["prefix", "query"], ["asked"]),
        node("Gather", ["weights", "input_ids"], ["weight"]),
        node("Where", ["asked", "weight", "one"], ["scale"]),
        node("Cast", ["attention_mask"], ["present"], to=TensorProto.FLOAT),
        node("Mul", ["scale", "present"], ["masked"]),
        node("Unsqueeze", ["masked", "last"], ["factor"]),
        node("Mul", ["looked_up", "factor"], ["output"]),
    ]
    shape = ["batch", "tokens_read"]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape)
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [*shape, DIMENSIONS])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def _weight(token: str) -> float:
    if token in SPECIAL or not token.strip("#").isalnum():
        return 0.05
    return 0.1 if token in STOP_WORDS else 1.0


def _vector(token: str) -> "numpy.ndarray":  # type: ignore[name-defined]  # noqa: F821
    import numpy

    word = f"<{token.removeprefix('##')}>"
    grams = [word] + [
        word[start : start + size] for size in (3, 4, 5) for start in range(len(word) - size + 1)
    ]
    total = numpy.zeros(DIMENSIONS)
    for gram in grams:
        digest = b"".join(
            blake2b(gram.encode(), digest_size=64, salt=bytes([part])).digest() for part in range(3)
        )
        total += numpy.frombuffer(digest, dtype="<u2").astype("float64") / 32767.5 - 1.0
    return total / (numpy.linalg.norm(total) or 1.0)

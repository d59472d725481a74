"""Which model the operator means: a server's, a folder's, or a module's that has one inside.

One road for a model on this machine is a folder as the hub has them, with `model.onnx` and
`tokenizer.json`: it takes nearly any model there is, and two libraries that are to be had for every
system. The other is a module that is a model itself, for small ones that install as wheels.
"""

from pathlib import Path

from hyperrun.search.vectors import local, server
from hyperrun.search.vectors.embedder import Embedder, EmbeddingError

MODULE = "python:"


def read(model: str, api_key: str = "", api_base: str = "") -> Embedder:
    """The embedder that the operator names. Raises `EmbeddingError` where there is none."""
    if model.startswith(MODULE):
        return local.Module(model.removeprefix(MODULE))
    folder = Path(model).expanduser()
    if folder.is_dir():
        return local.Folder(folder)
    if model.startswith((".", "/", "~")):
        raise EmbeddingError(f"there is no folder {model}", again=False)
    return server.choose(model, api_key, api_base)

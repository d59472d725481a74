"""ColGrep's model and its runtime: where they are on this machine, found without loading them.

A folder is used as it is. A hub name is looked for in the hub's cache and used from there, because
ColGrep 1.8.5 would otherwise ask the network again at every search.
"""

import os
import re
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from hyperrun.search.colgrep.program import ModelUnavailable

DEFAULT = "lightonai/LateOn-Code-edge"  # ColGrep 1.8.5's own

# What fetching may need beside the address of the hub. None of them is read for a search.
NETWORK_VARIABLES = (
    "HF_ENDPOINT", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "https_proxy",
    "http_proxy", "all_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


def unavailable(model: str, why: str) -> ModelUnavailable:
    """The error for a model that cannot be used."""
    return ModelUnavailable(f"the model {model} cannot be used: {why}")


def local(model: str, hubs: Iterable[Path]) -> Path | None:
    """The folder of `model` ("" is ColGrep's default); None where it has yet to be fetched.

    Raises `ModelUnavailable` for what is neither a whole model folder nor a hub name.
    """
    folder = Path(model).expanduser() if model else None
    if folder is not None and (folder.is_dir() or folder.is_absolute() or model[0] in ".~"):
        if missing := _missing(folder):
            raise unavailable(model, f"there is no {missing} in that folder")
        return folder.resolve()
    name = hub_name(model)
    for hub in hubs:
        for snapshot in (hub / f"models--{name.replace('/', '--')}" / "snapshots").glob("*"):
            if not _missing(snapshot):
                return snapshot.absolute()
    return None


def hub_name(model: str) -> str:
    """`model` as a name on the hub. Raises `ModelUnavailable` where it is none."""
    name = model or DEFAULT
    if not _HUB_NAME.fullmatch(name) or ".." in name:
        raise unavailable(repr(model)[:100], "it is neither a folder nor a name on the hub")
    return name


def caches() -> list[Path]:
    """The hub caches that this machine's other programs fill."""
    home = os.environ.get("HF_HOME") or str(Path.home() / ".cache" / "huggingface")
    return [Path(home) / "hub"]


def runtime_library() -> Path | None:
    """An ONNX Runtime library: the one set, an installed wheel's, or one ColGrep fetched before.

    The wheel is found without being imported. None: ColGrep fetches one at its first build.
    """
    named = os.environ.get("ORT_DYLIB_PATH")
    if named and Path(named).is_file():
        return Path(named).resolve()
    pattern = "libonnxruntime.*.dylib" if sys.platform == "darwin" else "libonnxruntime.so*"
    folders = [Path.home() / ".cache" / "colgrep" / "onnxruntime"]
    try:
        spec = find_spec("onnxruntime")
    except (ImportError, ValueError):
        spec = None
    if spec is not None and spec.submodule_search_locations:
        folders.insert(0, Path(spec.submodule_search_locations[0]) / "capi")
    for folder in folders:
        for library in sorted(folder.rglob(pattern), reverse=True):
            return library.resolve()
    return None


def _missing(folder: Path) -> str:
    """The first file that ColGrep needs and the folder lacks; "" where it is whole."""
    for name in ("onnx_config.json", "tokenizer.json"):
        if not (folder / name).is_file():
            return name
    weights = ("model_int8.onnx", "model.onnx")
    return "" if any((folder / name).is_file() for name in weights) else " or ".join(weights)

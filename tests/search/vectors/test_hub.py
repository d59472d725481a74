"""A model of the hub, by the hub's own library from a scripted hub over real HTTP."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.search.vectors.test_local import folder
from tests.served import served

ROOT = Path(__file__).parent.parent.parent.parent
COMMIT = "c" * 40
NAME = "lamps/small-e5"


class Hub:
    """One repository, and what was asked of it."""

    def __init__(self, root: Path) -> None:
        self.files = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file()
        }
        self.asked: list[str] = []
        self.url = ""

    def said(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """What is answered to a path: its status, body and headers."""
        self.asked.append(path)
        _, is_file, name = path.partition(f"/{NAME}/resolve/{COMMIT}/")
        if is_file and name in self.files:
            tag = hashlib.sha1(self.files[name]).hexdigest()
            return 200, self.files[name], {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT}
        if not path.startswith(f"/api/models/{NAME}"):
            return 404, b'{"error": "Repository not found"}', {"X-Error-Code": "RepoNotFound"}
        files = [
            {"type": "file", "path": name, "size": len(text), "oid": hashlib.sha1(text).hexdigest()}
            for name, text in self.files.items()
        ]
        siblings = [{"rfilename": each["path"]} for each in files]
        about = {"id": NAME, "sha": COMMIT, "siblings": siblings}
        return 200, json.dumps(files if "/tree/" in path else about).encode(), {}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A hub with one model and a readme of it."""
    root = folder(tmp_path / "model")
    (root / "README.md").write_text("# A model\n")
    scripted = Hub(root)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, headers = scripted.said(self.path.partition("?")[0])
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as scripted.url:
        yield scripted


def embedded(model: str, url: str, home: Path) -> subprocess.CompletedProcess[str]:
    """What a process says that embeds a word with a model of this hub."""
    program = (
        "import sys; from hyperrun.search.vectors import models\n"
        "model = models.read(sys.argv[1])\n"
        "print(model.name, model.embed(['throttle'], is_question=True).vectors[0])"
    )
    environment = os.environ | {"HF_ENDPOINT": url, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    return subprocess.run(
        [sys.executable, "-c", program, model],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_model_of_the_hub_is_fetched_once(hub: Hub, tmp_path: Path) -> None:
    first = embedded(f"hf:{NAME}", hub.url, tmp_path / "home")
    assert first.stdout.startswith(f"{NAME}:"), first.stderr
    fetched = [each for each in hub.asked if "/resolve/" in each]
    assert {each.rpartition("/")[2] for each in fetched} == {"model.onnx", "tokenizer.json"}
    hub.asked.clear()
    again = embedded(f"hf:{NAME}", "http://127.0.0.1:9", tmp_path / "home")
    assert again.stdout == first.stdout, again.stderr
    assert hub.asked == []


def test_a_model_that_is_not_on_the_hub_is_told(hub: Hub, tmp_path: Path) -> None:
    said = embedded("hf:lamps/none", hub.url, tmp_path)
    assert "EmbeddingError: the hub has no lamps/none" in said.stderr
    said = embedded(f"hf:{NAME}", "http://127.0.0.1:9", tmp_path)
    assert "EmbeddingError: the hub:" in said.stderr
    assert (
        "EmbeddingError: a/b/c is no repository" in embedded("hf:a/b/c", hub.url, tmp_path).stderr
    )

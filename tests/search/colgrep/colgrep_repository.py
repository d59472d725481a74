"""A small repository with its embedded index, and the two programs its ColGrep may be."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hyperrun.search.colgrep.engine import ColGrep, Limits, find_program
from hyperrun.search.index import Index
from hyperrun.search.index_file import location
from tests import colgrep_stand_in, tiny_colgrep_model

FILES = {
    "docs/guide.md": "# Guide\n\nWelcome aboard.\n\n## Sign in\n\nReaders authenticate with a "
    "token in the header of each request.\n\n## Remove it\n\nDrop the package with the "
    "installer's command.\n",
    "docs/examples/lighthouse.qmd": "# Lighthouse\n\nThe lamp of a lighthouse is lit at dusk.\n",
    "src/build/settings.py": '"""Settings of the parser."""\n\n\ndef parse_config(path):\n'
    '    """Read the configuration file."""\n    return open(path).read()\n\n\n'
    "def squeeze_images(folder):\n    return [each for each in folder]\n",
    "nbs/00_core.ipynb": '{\n "cells": [\n  {\n   "cell_type": "markdown",\n   "source": [\n    '
    '"## Whale songs\\n",\n    "Recordings of whales in the sea."\n   ]\n  }\n ],\n '
    '"metadata": {}, "nbformat": 4, "nbformat_minor": 5\n}\n',
}


@dataclass
class Repository:
    """A repository on disk, its data folder and a program that indexes it."""

    root: Path
    data: Path
    program: Path
    model: Path
    real: bool

    @property
    def index(self) -> Path:
        return location(self.data, str(self.root))

    def write(self, file: str, text: str) -> None:
        place = self.root / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def refresh(self) -> Path:
        """Bring the embedded index up to the files; its path."""
        Index(self.index).refresh(self.root)
        return self.index

    def colgrep(self, limits: Limits | None = None, model: str = "") -> ColGrep:
        return ColGrep(
            {"": self.root}, self.data, program=str(self.program), model=model or str(self.model),
            limits=limits or Limits(search_s=60, debounce_s=0.01, grace_s=5),
        )  # fmt: skip

    def kept(self) -> dict[str, bytes]:
        """The program's index, byte by byte, without what only counts or locks."""
        return {
            str(path.relative_to(self.data)): path.read_bytes()
            for path in sorted((self.data / "colgrep").rglob("*"))
            if path.is_file()
            and "/indices/" in path.as_posix()
            and path.name != "state.json"
            and path.suffix not in (".lock", ".tmp")
            and not path.name.endswith(("-shm", "-wal", ".lock"))
        }


def make(folder: Path, program: Path, *, real: bool) -> Repository:
    """The repository, with a model that knows its words."""
    made = Repository(folder / "repo", folder / "data", program, folder / "model", real)
    for file, text in FILES.items():
        made.write(file, text)
    if real:
        tiny_colgrep_model.make(made.model, FILES.values())
    else:
        made.model.mkdir()
        for name in ("onnx_config.json", "tokenizer.json", "model.onnx"):
            (made.model / name).write_text("{}")
    made.refresh()
    return made


def real_program() -> Path:
    """ColGrep itself. Skips the test where it is missing; under CI=true it fails."""
    program = find_program()
    version = ""
    if program is not None:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
        version = done.stdout.strip()
    if version != "colgrep 1.8.5":
        message = f"ColGrep 1.8.5 is missing (scripts/install-colgrep); found: {version or 'none'}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    assert program is not None
    return program


@pytest.fixture(params=["real", "stand_in"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Repository]:
    """The same repository, for the real program and for the stand-in."""
    if request.param == "real":
        yield make(tmp_path, real_program(), real=True)
    else:
        yield make(tmp_path, colgrep_stand_in.install(tmp_path / "bin"), real=False)

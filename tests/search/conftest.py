"""A repository and its index, made once for the tests that only read."""

from pathlib import Path

import pytest

from hyperrun.search.index import Index
from tests.search import lantern as lantern_project
from tests.search import repository


@pytest.fixture(scope="session")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository.make(tmp_path_factory.mktemp("lamps-repository"))


@pytest.fixture(scope="session")
def index(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    built = Index(tmp_path_factory.mktemp("index") / "index.sqlite3")
    built.refresh(repo)
    return built


@pytest.fixture(scope="session")
def lantern(tmp_path_factory: pytest.TempPathFactory) -> Index:
    root = tmp_path_factory.mktemp("lantern")
    lantern_project.write(root)
    index = Index(tmp_path_factory.mktemp("lantern-index") / "index.sqlite3")
    index.refresh(root)
    return index

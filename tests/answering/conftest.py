"""What tests of one question share."""

from collections.abc import Iterator

import pytest

from tests.answering.asked import Bench


@pytest.fixture(scope="package")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The answerers' surroundings for the whole folder."""
    made = Bench(tmp_path_factory.mktemp("answerers"))
    yield made
    made.close()


@pytest.fixture
def retry_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are for providers; nobody gains by them here."""
    monkeypatch.setattr("hyperrun.llm.client.RETRY_AFTER_S", 0.01)

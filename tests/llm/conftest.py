"""What all tests of models share."""

import pytest


@pytest.fixture(autouse=True)
def retry_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are for providers; nobody gains by them here."""
    monkeypatch.setattr("hyperrun.llm.client.RETRY_AFTER_S", 0.01)

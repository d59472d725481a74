"""The way to a model through a company's proxy, as the environment names it."""

import asyncio

import aiohttp
import pytest

from hyperrun.llm.models import Models
from hyperrun.settings import Settings
from tests.model_server import ModelServer, model_server

__all__ = ["model_server"]


@pytest.mark.parametrize(("no_proxy", "reached"), [("", True), ("model.invalid", False)])
def test_the_proxy_of_the_environment_is_used_but_for_what_it_names(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, no_proxy: str, reached: bool
) -> None:
    # An address that only the proxy can know; the scripted server stands in the proxy's place.
    monkeypatch.setenv("HTTP_PROXY", model_server.url.removesuffix("/v1"))
    monkeypatch.setenv("NO_PROXY", no_proxy)
    model_server.told_models = [{"id": "scripted"}]

    async def ask() -> object:
        models = Models(Settings())
        try:
            async with models.session().get("http://model.invalid/v1/models") as response:
                return (await response.json())["data"]
        except aiohttp.ClientConnectorError:
            return None
        finally:
            await models.close()

    assert asyncio.run(ask()) == ([{"id": "scripted"}] if reached else None)

"""Prices are LiteLLM's own, and are looked up once."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from hyperrun.domain import Cost, Usage
from hyperrun.llm.models import Models
from hyperrun.llm.prices import UNPRICED, Prices
from hyperrun.settings import Settings
from hyperrun.web.answer_parts import CostText
from hyperrun.web.view import View
from main import LINKS

COUNTS = ((0, 0), (1, 0), (0, 77), (901, 412), (131_072, 900), (200_000, 3), (1_000_001, 70_000))


@pytest.fixture(scope="module")
def litellm() -> Any:
    return asyncio.run(Models(Settings()).library()).core.litellm


class Counting:
    """LiteLLM's list, and how often it was asked."""

    def __init__(self, litellm: Any) -> None:
        self.model_cost = litellm.model_cost
        self.asked = 0
        self._litellm = litellm

    def cost_per_token(self, **call: Any) -> tuple[float, float]:
        self.asked += 1
        found: tuple[float, float] = self._litellm.cost_per_token(**call)
        return found


def test_every_price_is_exactly_litellms(litellm: Any) -> None:
    chat = [
        name
        for name, entry in litellm.model_cost.items()
        if entry.get("mode") == "chat" and name.partition("/")[0] not in UNPRICED
    ]
    special = ["gemini/gemini-2.5-pro", "deepseek/deepseek-chat", "claude-sonnet-4-5", "gpt-4o"]
    prices = Prices(litellm)
    known = 0
    for name in [*chat[::25], *special, "openai/not-on-any-list"]:
        for prompt, completion in COUNTS:
            try:
                cost = litellm.cost_per_token(
                    model=name, prompt_tokens=prompt, completion_tokens=completion
                )
            except Exception:
                cost = (0.0, 0.0)
            known += bool(sum(cost))
            assert prices.usd(name, prompt, completion) == (sum(cost) or None), name
    assert known > 300


@pytest.mark.parametrize("model", ["openai/gpt-4o", "openai/not-on-any-list"])
def test_a_running_answer_costs_no_look_up(litellm: Any, model: str) -> None:
    counting = Counting(litellm)
    prices = Prices(counting)
    prices.usd(model, 900, 1)
    before = counting.asked
    for tokens in range(2, 100):
        prices.usd(model, 900, tokens)
    assert counting.asked == before


def test_no_price_is_asked_for_over_the_network(
    litellm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # nobody is signed in there
    tried: list[str] = []
    watching = True

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event in ("socket.connect", "socket.getaddrinfo"):
            tried.append(f"{arguments}")
            raise OSError("this test has no network")

    sys.addaudithook(refuse)  # stays as long as the process
    prices = Prices(litellm)
    try:
        for each in litellm.provider_list:
            name = str(getattr(each, "value", each))
            listed = (model for model in litellm.model_cost if model.startswith(f"{name}/"))
            for model in (f"{name}/not-on-any-list", next(listed, name)):
                prices.usd(model, 900, 100)
                assert tried == [], model
    finally:
        watching = False


def test_cached_tokens_have_a_price_of_their_own(litellm: Any) -> None:
    prices = Prices(litellm)
    cost = litellm.cost_per_token(
        model="openai/gpt-4o", prompt_tokens=9_000, completion_tokens=50,
        cache_read_input_tokens=8_000, cache_creation_input_tokens=0,
    )  # fmt: skip
    assert prices.usd("openai/gpt-4o", 9_000, 50, 8_000) == sum(cost)
    assert sum(cost) < (prices.usd("openai/gpt-4o", 9_000, 50) or 0)


@pytest.mark.parametrize(
    ("usage", "total", "shown"),
    [
        (Usage("gpt", cost_usd=0.0021), Cost(0.0021), "gpt · $0.0021"),
        (Usage("gpt", cost_usd=0.00001), Cost(0.00002), "gpt · < $0.0001"),
        (Usage("gpt", cost_usd=0.00001, estimated=True), None, "gpt · < $0.0001"),
        (Usage("gpt", cost_usd=0.0), Cost(0.0), "gpt · $0.00"),
        (Usage("gpt", cost_usd=0.0021), Cost(0.0042), "gpt · $0.0021 · conversation $0.0042"),
        (Usage("gpt"), Cost(0.0042), "gpt · price not known · conversation $0.0042"),
        (Usage("gpt", cost_usd=0.0021), None, "gpt · $0.0021"),
        (Usage("gpt", cost_usd=0.0021), Cost(0.3, True), "gpt · $0.0021 · conversation ≈ $0.30"),
        (
            Usage("gpt", cost_usd=0.0021, estimated=True),
            Cost(0.0042, True),
            "gpt · ≈ $0.0021 · conversation ≈ $0.0042",
        ),
    ],
)
def test_a_conversations_cost_stands_there_where_it_is_another(
    usage: Usage, total: Cost | None, shown: str
) -> None:
    view = View(LINKS, "en", title="Ask AI", project="Lantern")
    assert CostText(view, usage, total) == shown

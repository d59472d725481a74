"""What a call to a model costs, by LiteLLM's list.

LiteLLM looks a price up anew for each call, in 0.3 ms, and running answers ask twice a second. Most
prices are so much a token, however many there are: those are looked up once, and multiplied.
"""

from functools import lru_cache
from typing import Any

# Asked for the price of one of these, LiteLLM (1.106) goes to the network: it signs in, or asks the
# server what its model is. They are paid for otherwise, or run on a machine of one's own.
UNPRICED = ("github_copilot", "huggingface", "lemonade", "ollama", "ollama_chat")
# Around each number of tokens from which some list asks another price.
PROBES = (31_999, 50_000, 128_001, 200_001, 256_001, 272_001, 512_001, 10_000_000)


class Prices:
    """LiteLLM's prices, in USD."""

    def __init__(self, litellm: Any) -> None:
        self._litellm = litellm
        self._rates = lru_cache(1_000)(self._looked_up)

    def usd(
        self,
        model: str,
        prompt_tokens: int,
        completion_tokens: int,
        cached_tokens: int = 0,
        cache_written_tokens: int = 0,
    ) -> float | None:
        """The price of a call, exactly as LiteLLM has it; None where it knows none."""
        if model.partition("/")[0] in UNPRICED:
            return None
        is_known, rates = self._rates(model)
        if not is_known:
            return None
        if rates is not None and not cached_tokens and not cache_written_tokens:
            return prompt_tokens * rates[0] + completion_tokens * rates[1] or None
        cost = self._asked(
            model, prompt_tokens, completion_tokens, cached_tokens, cache_written_tokens
        )
        return None if cost is None else float(sum(cost)) or None

    def _looked_up(self, model: str) -> tuple[bool, tuple[float, float] | None]:
        """Is the model's price known, and what is a token if all cost the same at any time?"""
        rates = self._asked(model, 1, 1)
        if rates is None:
            return False, None
        names = (model, model.partition("/")[2])
        by_the_clock = any(
            "off_peak" in field
            for name in names
            for field in self._litellm.model_cost.get(name, ())
        )
        same = not by_the_clock and all(
            self._asked(model, number, number) == (number * rates[0], number * rates[1])
            for number in PROBES
        )
        return True, rates if same else None

    def _asked(
        self, model: str, prompt: int, completion: int, cached: int = 0, written: int = 0
    ) -> tuple[float, float] | None:
        try:
            found: tuple[float, float] = self._litellm.cost_per_token(
                model=model,
                prompt_tokens=prompt,
                completion_tokens=completion,
                cache_read_input_tokens=cached,
                cache_creation_input_tokens=written,
            )
        except Exception:  # litellm raises bare exceptions for models it does not know
            return None
        return found

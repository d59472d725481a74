"""A flood of questions by MCP and JSON against one small budget: what is billed stays below it."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.browser import eventually
from tests.leaks import KEY
from tests.model_server import ModelServer
from tests.server import RunningServer, Serve
from tests.test_budget_load import BUDGET_USD, COMPLETION_USD, PROMPT_USD, scripts
from tests.web.test_mcp import POST

QUESTIONS, AT_ONCE = 1_000, 1_000


def by_mcp(question: str) -> dict[str, Any]:
    return {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": question}},
    }


async def flood(server: RunningServer) -> Counter[tuple[str, bool]]:
    """Ask half of the questions by each door, all from addresses of their own; what came."""
    said: Counter[tuple[str, bool]] = Counter()
    places = asyncio.Semaphore(AT_ONCE)
    limits = httpx.Limits(max_connections=AT_ONCE, keepalive_expiry=2)
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=120) as client:

        async def ask(number: int) -> None:
            headers = {"X-Forwarded-For": f"127.1.{number // 250}.{number % 250}"}
            question = f"How do I dim lamp {number}?"
            async with places:
                if number % 2:
                    told = await client.post("/mcp", json=by_mcp(question), headers=POST | headers)
                    door = "mcp"
                else:
                    headers["Accept"] = "application/json"
                    told = await client.post(
                        "/api/ask", json={"question": question}, headers=headers
                    )
                    door = "json"
            assert told.status_code == 200, told.text
            assert "dim" in told.text
            said[door, "budget" in told.text] += 1

        await asyncio.gather(*(ask(number) for number in range(QUESTIONS)))
    return said


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_thousand_questions_by_both_doors_never_spend_more_than_the_budget(
    serve: Serve, model_server: ModelServer
) -> None:
    played = scripts(QUESTIONS * 3)
    model_server.script(*played)
    unlimited: dict[str, Any] = {
        "questions_per_minute": 0,
        "questions_per_minute_per_address": 0,
        "questions_per_minute_in_all": 0,
        "changes_per_minute_per_address": 0,
        "max_answers_in_all": 0,
    }
    server = serve(
        model="openai/gpt-4o", api_base=model_server.url, api_key=KEY,
        daily_budget_usd=BUDGET_USD, trusted_proxies=("127.0.0.1", "::1"), **unlimited,
    )  # fmt: skip
    said = asyncio.run(flood(server))
    eventually(lambda: server.services.limits.answers.in_all == 0, 60, "answers are in flight")
    assert said.total() == QUESTIONS
    billed = sum(
        each.prompt_tokens * PROMPT_USD + each.completion_tokens * COMPLETION_USD
        for each in played[: model_server.calls]
    )
    print(f"{QUESTIONS} questions: {dict(said)}, {billed:.4f} of {BUDGET_USD} USD billed")
    assert billed <= BUDGET_USD * 1.05  # as with the chat: one call may be longer than foreseen
    assert billed >= BUDGET_USD * 0.2, "the budget was hardly used: this proves nothing"

"""A flood of questions against a small budget: what the provider bills stays below it."""

import asyncio
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import httpx
import pytest

from tests.browser import eventually
from tests.leaks import KEY
from tests.model_server import ModelServer, Script, Tool
from tests.server import RunningServer

POLITE = {"HX-Request": "true"}
BUDGET_USD = 1.0
# So few that some are too many although the flood takes a slow machine minutes.
QUESTIONS_PER_MINUTE = 5
# LiteLLM's list for gpt-4o, USD a token.
PROMPT_USD, COMPLETION_USD = 2.5e-6, 10e-6


def scripts(count: int) -> list[Script]:
    """Calls of very different cost: 0.003 to 0.046 USD, some with a search and a second call."""
    chance = random.Random(7)
    return [
        Script(
            text="A lamp is dimmed with `dim` [1].",
            tools=(Tool("dim a lamp"),) if chance.random() < 0.2 else (),
            prompt_tokens=chance.randint(1_000, 16_000),
            completion_tokens=chance.randint(50, 600),
            first_delay_s=chance.choice((0.0, 0.05, 0.3)),
        )
        for _ in range(count)
    ]


async def ask_all(url: str, questions: int, addresses: int, at_once: int) -> Counter[int]:
    """Ask from so many addresses; how often each status came."""
    statuses: Counter[int] = Counter()
    # The server hangs up after 5 idle seconds: a question must never go out at that very moment.
    limits = httpx.Limits(max_connections=at_once, keepalive_expiry=2)
    places = asyncio.Semaphore(at_once)  # httpx's own queue looks at all of it for each request
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as client:

        async def ask(number: int) -> None:
            at = number % addresses
            async with places:
                answer = await client.post(
                    "/ask",
                    data={"query": f"How do I dim lamp {number}?"},
                    headers=POLITE | {"X-Forwarded-For": f"127.0.{at // 10}.{at}"},
                )
            statuses[answer.status_code] += 1
            if answer.status_code == 429:
                assert 1 <= int(answer.headers["retry-after"]) <= 60
                assert 'role="alert"' in answer.text

        await asyncio.gather(*(ask(number) for number in range(questions)))
    return statuses


@pytest.mark.timeout(240)
def test_a_flood_of_questions_never_spends_more_than_the_budget(
    serve: Callable[..., RunningServer],
    model_server: ModelServer,
) -> None:
    questions, addresses, at_once = 250, 30, 100
    played = scripts(questions * 3)
    model_server.script(*played)
    server = serve(
        model="openai/gpt-4o",
        api_base=model_server.url,
        api_key=KEY,
        daily_budget_usd=BUDGET_USD,
        trusted_proxies=("127.0.0.1", "::1"),
        questions_per_minute=QUESTIONS_PER_MINUTE,
        questions_per_minute_in_all=0,
        max_answers_in_all=0,
    )
    limits = server.services.limits
    statuses = asyncio.run(ask_all(server.url, questions, addresses, at_once))
    eventually(lambda: limits.answers.in_all == 0, 60, "answers are still in flight")

    assert statuses.total() == questions
    assert set(statuses) == {200, 429}
    assert statuses[200] >= addresses * QUESTIONS_PER_MINUTE
    billed = sum(
        each.prompt_tokens * PROMPT_USD + each.completion_tokens * COMPLETION_USD
        for each in played[: model_server.calls]
    )
    assert billed <= BUDGET_USD * 1.05
    assert billed >= BUDGET_USD * 0.4, "the budget was hardly used: this proves nothing"
    with closing(sqlite3.connect(server.settings.data_dir / "hyperrun.sqlite3")) as database:

        def spent() -> float:
            (usd,) = database.execute("SELECT usd FROM spend WHERE own_key = 0").fetchone()
            return float(usd)

        # A place is free before its last row is written.
        eventually(
            lambda: spent() == pytest.approx(billed, abs=0.001),
            30,
            "what is written down is not what was billed",
        )
        unfinished = "SELECT 1 FROM turns WHERE outcome = 'running'"
        eventually(lambda: not database.execute(unfinished).fetchall(), 30, "turns are running")
        rows = database.execute("SELECT model, notice, outcome, answer FROM turns").fetchall()
    assert len(rows) == statuses[200]
    without_model = [row for row in rows if not row[0]]
    assert len(without_model) > statuses[200] / 4
    for _, notice, outcome, answer in without_model:
        assert (notice, outcome) == ("error_budget", "answered")
        assert "dim" in answer
    print(f"{questions} questions: {dict(statuses)}, {billed:.4f} USD billed")


@pytest.mark.parametrize("says_something", [True, False])
def test_a_stopped_answer_costs_what_had_gone_by_then(
    serve: Callable[..., RunningServer], model_server: ModelServer, says_something: bool
) -> None:
    words = [f"word{n} " for n in range(400)]
    model_server.script(Script(words, delay_s=0.02, stall_after=-1 if says_something else 0))
    server = serve(
        model="openai/gpt-4o",
        api_base=model_server.url,
        api_key=KEY,
        daily_budget_usd=BUDGET_USD,
    )
    with httpx.Client(base_url=server.url, timeout=60, headers=POLITE) as reader:
        asked = reader.post("/ask", data={"query": "How do I dim a lamp?"}).text
        turn = re.search(r"stream/([\w-]+)", asked)
        token = {"token": re.search(r'name="token"[^>]*value="([^"]+)"', asked)[1]}  # type: ignore[index]
        model_server.wait_for(open_connections=1)
        if says_something:
            with reader.stream("GET", f"/stream/{turn[1]}") as events:  # type: ignore[index]
                assert any("word9" in line for line in events.iter_lines())
        assert reader.post(f"/stop/{turn[1]}", data=token).status_code == 204  # type: ignore[index]
        page = reader.post("/history", data=token).text
    (sent,) = model_server.requests
    sent_tokens = sum(len(each["content"]) for each in sent["messages"]) / 4
    with closing(sqlite3.connect(server.settings.data_dir / "hyperrun.sqlite3")) as database:

        def spent() -> float:
            (usd,) = database.execute("SELECT usd FROM spend WHERE own_key = 0").fetchone()
            return float(usd)

        # What was set aside is gone, the prompt is paid.
        eventually(lambda: spent() < 0.1)
        assert spent() >= sent_tokens * PROMPT_USD
        if says_something:
            assert spent() < sent_tokens * PROMPT_USD * 1.2 + len(words) * 3 * COMPLETION_USD
            shown = re.search(r"≈ \$([\d.]+)", page)
            assert float(shown[1]) == pytest.approx(spent(), abs=0.0001)  # type: ignore[index]

"""The door for agents as others come to it: a model in a client's loop, and the inspector."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import openai
import pytest
from mcp import Client

from tests.generators import ENVIRONMENT, install_from_npm
from tests.leaks import KEY
from tests.model_server import ModelServer, Script
from tests.server import RunningServer, Serve
from tests.web.test_mcp import agent, text

MAX_ROUNDS = 5


def says(content: str = "", **call: Any) -> Script:
    """A model's whole answer: text, or the call of one tool."""
    message: dict[str, Any] = {"role": "assistant", "content": content or None}
    if call:
        function = {"name": call.pop("name"), "arguments": json.dumps(call)}
        message["tool_calls"] = [{"id": "call-1", "type": "function", "function": function}]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if call else "stop"}
    answer = {"id": "x", "object": "chat.completion", "created": 1, "model": "x"}
    return Script(body=answer | {"choices": [choice]})


async def loop(client: Client, model: openai.AsyncOpenAI, question: str) -> str:
    """What the SDK's example of a client does: the tools go to the model, its calls to the server,
    until it answers."""
    functions: Any = [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.input_schema,
            },
        }
        for tool in (await client.list_tools()).tools
    ]
    messages: list[Any] = [{"role": "user", "content": question}]
    for _ in range(MAX_ROUNDS):
        answer = await model.chat.completions.create(model="x", messages=messages, tools=functions)
        message = answer.choices[0].message
        if not message.tool_calls:
            return message.content or ""
        messages.append(message.model_dump(exclude_none=True))
        for call in message.tool_calls:
            assert call.type == "function"
            arguments = json.loads(call.function.arguments)
            result = await client.call_tool(call.function.name, arguments)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": text(result)})
    raise AssertionError("it goes on and on")


def test_a_model_that_is_given_the_tools_answers_with_a_place_that_was_found(
    serve: Serve, model_server: ModelServer
) -> None:
    page, lines = "https://lantern.example/guide/#dimming-a-lamp", "docs/guide.md, lines 5-"
    model_server.script(
        says(name="search", query="dim a lamp", k=3),
        says(name="read", page="https://lantern.example/guide/", section="Dimming a lamp"),
        says(f"Call `lantern.dim(level)` ({page})."),
    )
    server = serve()

    async def run() -> str:
        model = openai.AsyncOpenAI(base_url=model_server.url, api_key=KEY, max_retries=0)
        async with agent(server) as client, model:
            return await loop(client, model, "How do I dim a lamp?")

    assert page in asyncio.run(run())
    sent = model_server.requests[-1]["messages"]
    found, read = (each["content"] for each in sent if each["role"] == "tool")
    assert f"- Page: {page}" in found
    assert f"- File: {lines}" in found
    assert "lantern.dim(level)" in read
    assert {each["function"]["name"] for each in model_server.requests[0]["tools"]} >= {
        "search", "read", "report_gap",
    }  # fmt: skip


def inspected(server: RunningServer, *options: str) -> Any:
    """What the protocol's own inspector shows; it refuses what is not of the protocol's form."""
    folder = Path(__file__).parent.parent / "inspector"
    program = install_from_npm(folder) / ".bin/mcp-inspector"
    run = subprocess.run(
        [program, "--cli", f"{server.url}/mcp", "--transport", "http", "--method", *options],
        capture_output=True, text=True, timeout=60, env=ENVIRONMENT,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.slow
@pytest.mark.timeout(400)  # may install it
def test_the_inspector_lists_and_calls_what_there_is(serve: Serve) -> None:
    server = serve()
    tools = {each["name"]: each for each in inspected(server, "tools/list")["tools"]}
    assert set(tools) >= {"search", "read", "report_gap"}
    assert tools["search"]["annotations"]["readOnlyHint"] is True
    assert inspected(server, "resources/list")["resources"][0]["mimeType"] == "text/markdown"
    called = ("--tool-name", "search", "--tool-arg", "query=dim a lamp", "k=2")
    found = inspected(server, "tools/call", *called)
    assert found["isError"] is False
    assert "https://lantern.example/guide/#dimming-a-lamp" in found["content"][0]["text"]

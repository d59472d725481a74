"""The door for agents, by the official client over real HTTP."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, Implementation, TextContent

from hyperrun.web import mcp_tools
from tests.leaks import KEY
from tests.model_server import ModelServer, Script, Tool
from tests.server import RunningServer, Serve, settings_in
from tests.web.test_agents import CHROME

TOKEN = "a token of twenty letters or more"
POST = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
}
MODES = ["legacy", "auto"]  # of 2025 and of 2026


@asynccontextmanager
async def agent(server: RunningServer, mode: str = "auto") -> AsyncIterator[Client]:
    info = Implementation(name="Test Agent", version="1")
    async with Client(f"{server.url}/mcp", mode=mode, client_info=info) as client:
        yield client


def with_agent(
    server: RunningServer, work: Callable[[Client], Awaitable[None]], mode: str = "auto"
) -> None:
    async def run() -> None:
        async with agent(server, mode) as client:
            await work(client)

    asyncio.run(run())


def text(result: Any) -> str:
    assert isinstance(result, CallToolResult)
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.mark.parametrize("mode", MODES)
def test_an_agent_lists_calls_and_reads_everything(serve: Serve, mode: str) -> None:
    server = serve(mcp="passages")

    async def work(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools) == ["search", "read", "ask", "report_gap"]
        for name, tool in tools.items():
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint is (name != "report_gap")
            assert tool.annotations.destructive_hint is False
            assert tool.input_schema["additionalProperties"] is False
            assert "lantern" in (tool.description or "")

        found = text(await client.call_tool("search", {"query": "dim a lamp"}))
        assert "Lantern > Dimming a lamp" in found
        assert "- Page: https://lantern.example/guide/#dimming-a-lamp" in found
        assert re.search(r"- File: docs/guide\.md, lines \d+-\d+", found)
        assert "between 0 and 100" in found

        page = text(await client.call_tool("read", {"page": "guide"}))
        assert page.startswith("Page: https://lantern.example/guide/\nFile: docs/guide.md")
        assert "# Lantern" in page
        part = text(await client.call_tool("read", {"page": "guide", "section": "Installation"}))
        assert "pip install lantern" in part
        assert "Troubleshooting" not in part
        assert "#installation" in part
        code = text(await client.call_tool("read", {"file": "lantern.py", "lines": "4-6"}))
        assert code.startswith("File: lantern.py, lines 4-6 of ")
        assert 'class Lamp:\n    """One lamp in one room."""' in code

        answer = text(await client.call_tool("ask", {"question": "How do I dim a lamp?"}))
        assert "lantern.dim(level)" in answer
        assert "[1] Lantern > Dimming a lamp" in answer
        token = answer.rpartition("conversation: ")[2].strip()
        again = {"question": "How do I install it?", "conversation": token}
        assert "pip install" in text(await client.call_tool("ask", again))

        thanks = await client.call_tool("report_gap", {"question": "Colours?", "note": "none"})
        assert not thanks.is_error

        (page_there,) = (await client.list_resources()).resources
        assert page_there.mime_type == "text/markdown"
        contents: Any = (await client.read_resource(page_there.uri)).contents
        assert "## Dimming a lamp" in contents[0].text
        async with httpx.AsyncClient() as web:
            there = await web.get(str(page_there.uri))
        assert there.text == contents[0].text
        (template,) = (await client.list_resource_templates()).resource_templates
        assert template.uri_template.endswith("/pages/{+path}.md")

    with_agent(server, work, mode)
    (gap,) = asyncio.run(_reported(server))
    assert (gap.question, gap.note, gap.times) == ("Colours?", "none", 1)
    assert gap.agent == ("test agent" if mode == "auto" else gap.agent) != ""


async def _reported(server: RunningServer) -> list[Any]:
    from hyperrun.storage.sqlite import SQLiteStore

    async with SQLiteStore(server.settings).open_alongside_server() as store:
        return await store.reported("2000-01-01")


@pytest.mark.parametrize(
    ("setting", "model", "asks"),
    [("on", False, False), ("on", True, True), ("passages", False, True), ("search", True, False)],
)
def test_agents_ask_where_the_operator_allows_it(
    serve: Serve, model_server: ModelServer, setting: str, model: bool, asks: bool
) -> None:
    made = {"model": "openai/x", "api_base": model_server.url} if model else {}

    async def work(client: Client) -> None:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert ("ask" in names) is asks
        if not asks:
            with pytest.raises(MCPError, match="no such tool"):
                await client.call_tool("ask", {"question": "How?"})

    with_agent(serve(mcp=setting, **made), work)
    assert model_server.calls == 0


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("search", {}, "`query` is empty"),
    ("search", {"query": ""}, "`query` is empty"),
    ("search", {"query": " \u200b\n"}, "`query` is empty"),
    ("search", {"query": 7}, "`query` is a text"),
    ("search", {"query": ["a"]}, "`query` is a text"),
    ("search", {"query": "a" * 2_001}, "2000 characters"),
    ("search", {"query": "a", "k": 0}, "from 1 to 50"),
    ("search", {"query": "a", "k": 51}, "from 1 to 50"),
    ("search", {"query": "a", "k": "8"}, "from 1 to 50"),
    ("search", {"query": "a", "k": True}, "from 1 to 50"),
    ("search", {"query": "a", "k": 1.5}, "from 1 to 50"),
    ("search", {"query": "a", "source": "nowhere"}, "no `source`"),
    ("search", {"query": "a", "limit": 5}, "There is no `limit`"),
    ("search", {"query": "a", "<b>": 5}, "There is no `<b>`"),
    ("read", {}, "one of `page` and `file`"),
    ("read", {"page": "a", "file": "b"}, "one of `page` and `file`"),
    ("read", {"page": "nothing"}, "no such page"),
    ("read", {"page": "../../etc/passwd"}, "no such page"),
    ("read", {"page": "https://evil.example/"}, "no such page"),
    ("read", {"page": "guide", "section": "Nothing"}, "There is: Lantern; Lantern > Install"),
    ("read", {"page": "guide", "lines": "1-2"}, "`lines` are of a `file`"),
    ("read", {"file": "../../etc/passwd"}, "no such file"),
    ("read", {"file": "/etc/passwd"}, "no such file"),
    ("read", {"file": ".env"}, "no such file"),
    ("read", {"file": "-e"}, "no such file"),
    ("read", {"file": "lantern.py", "lines": "x"}, "`lines` is like"),
    ("read", {"file": "lantern.py", "lines": "0-3"}, "`lines` is like"),
    ("read", {"file": "lantern.py", "lines": "9-3"}, "`lines` is like"),
    ("ask", {"question": " "}, "`question` is empty"),
    ("ask", {"question": "a" * 8_001}, "8000 characters"),
    ("ask", {"question": "How?", "conversation": "forged"}, "no such answer"),
    ("ask", {"question": "How?", "conversation": "x" * 201}, "200 characters"),
    ("report_gap", {"note": "no question"}, "`question` is empty"),
]
# What the chat's own tests send, too.
HOSTILE = [
    "\x00", "\r\n\r\n", "\u2028", "🙂", "../../etc/passwd", "<script>alert(1)</script>", "-e",
    "--help", "; rm -rf /", "$(id)", "' OR 1=1 --", "null", "[]", "1e999", "{0}", "{seconds}",
    "%s%n", "${7*7}", "os.environ/PATH", "file:///etc", "a" * 2_000, '"', "NEAR(", "* OR *",
]  # fmt: skip


@pytest.mark.parametrize("mode", [pytest.param("legacy", marks=pytest.mark.slow), "auto"])
def test_hostile_arguments_are_refused_in_a_sentence_or_searched_as_words(
    serve: Serve, mode: str
) -> None:
    server = serve(mcp="passages", questions_per_minute=0, questions_per_minute_per_address=0,
                   changes_per_minute_per_address=0)  # fmt: skip

    async def work(client: Client) -> None:
        for name, arguments, sentence in BAD:
            refused = await client.call_tool(name, arguments)
            assert refused.is_error, (name, arguments)
            assert sentence in text(refused), (name, arguments)
        for words in HOSTILE:
            for name, arguments in (
                ("search", {"query": words}),
                ("search", {"query": "lamp", "version": words[:64]}),
                ("read", {"page": words}),
                ("read", {"file": words[:1_000]}),
                ("read", {"page": "guide", "section": words[:1_000]}),
                ("report_gap", {"question": words}),
            ):
                said = text(await client.call_tool(name, arguments))
                assert "Traceback" not in said
                assert "root:" not in said
                assert str(Path(__file__).parent.parent.parent) not in said
        for uri in ("https://x/pages/nothing.md", "file:///etc/passwd", "x:", "../../etc/passwd"):
            with pytest.raises(MCPError, match="no such page"):
                await client.read_resource(uri)

    with_agent(server, work, mode)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{}", b'{"jsonrpc": "2.0"}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call"}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": []}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": {}}}',
        b'{"jsonrpc": "2.0", "id": {}, "method": "x"}',
        b'[{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}]',
        b"[" * 20_000,
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "x" * 50_000}).encode(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28", "nonsense", ""])
def test_bodies_of_any_kind_are_refused(
    serve_once: RunningServer, body: bytes, version: str
) -> None:
    headers = POST | ({"Mcp-Protocol-Version": version} if version else {})
    answer = httpx.post(f"{serve_once.url}/mcp", content=body, headers=headers, timeout=20)
    assert answer.status_code in (200, 202, 400, 404), answer.text
    assert "Traceback" not in answer.text
    assert "/hyperrun/" not in answer.text


@pytest.fixture(scope="module")
def serve_once(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from tests.server import running

    folder = tmp_path_factory.mktemp("mcp")
    settings = settings_in(
        folder, changes_per_minute_per_address=0,
        allowed_origins=("https://docs.example.org", "https://*.wide.example", "http://localhost:*"),
    )  # fmt: skip
    with running(settings) as server:
        server.wait_until_ready()
        yield server


LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "https://docs.example.org"}, 200),
        ({"Origin": "https://a.wide.example"}, 200),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://docs.example.org.evil.example"}, 403),
        ({"Origin": "http://docs.example.org"}, 403),
        ({"Origin": "https://docs.example.org:8443"}, 403),
        ({"Origin": "https://wide.example.evil"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_only_pages_of_allowed_sites_may_come_and_programs(
    serve_once: RunningServer, headers: dict[str, str], status: int
) -> None:
    answer = httpx.post(f"{serve_once.url}/mcp", json=LIST, headers=POST | headers)
    assert answer.status_code == status
    allowed = answer.headers.get("access-control-allow-origin")
    assert allowed == (headers.get("Origin") if status == 200 else None)


def test_the_tools_are_described_as_clients_want_them() -> None:
    from jsonschema import Draft202012Validator

    for name, schema in mcp_tools.INPUTS.items():
        assert re.fullmatch(r"[a-z_]{1,64}", name)
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert set(schema["required"]) <= set(schema["properties"])
        for argument in schema["properties"].values():
            assert argument["description"].endswith((".", ")"))
        assert "{project}" in mcp_tools.ABOUT[name]
        assert mcp_tools.TITLES[name]


def test_nothing_is_told_without_being_asked(serve_once: RunningServer) -> None:
    for method in ("GET", "DELETE", "PUT"):
        answer = httpx.request(method, f"{serve_once.url}/mcp", headers=POST)
        assert answer.status_code == 405
        assert answer.json()["error"]["message"] == "This address cannot be used in that way."


def test_a_token_is_wanted_where_there_is_one(serve: Serve) -> None:
    url = f"{serve(mcp_token=TOKEN, changes_per_minute_per_address=2).url}/mcp"
    for shown in ("", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
        headers = POST | ({"Authorization": shown} if shown else {})
        answer = httpx.post(url, json=LIST, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    for _ in range(4):  # whoever shows it is not counted by its address
        answer = httpx.post(url, json=LIST, headers=POST | {"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200


def test_it_can_be_switched_off(serve: Serve) -> None:
    server = serve(mcp="off")
    assert httpx.post(f"{server.url}/mcp", json=LIST, headers=POST).status_code == 404
    assert "/mcp" not in httpx.get(f"{server.url}/llms.txt").text


def test_an_address_is_limited(serve: Serve) -> None:
    url = f"{serve(changes_per_minute_per_address=3).url}/mcp"
    statuses = [httpx.post(url, json=LIST, headers=POST).status_code for _ in range(8)]
    assert statuses[:3] == [200] * 3
    assert 429 in statuses
    assert "error" in httpx.post(url, json=LIST, headers=POST).json()


def test_an_agent_s_loop_gets_a_cited_answer(serve: Serve, model_server: ModelServer) -> None:
    model_server.script(
        Script(tools=[Tool("dim a lamp")]),
        "Call `lantern.dim(level)` with a level between 0 and 100 [1].",
    )
    server = serve(model="openai/x", api_base=model_server.url)

    async def work(client: Client) -> None:
        # As an agent does: look what there is, search, read what is named, ask.
        assert "ask" in [tool.name for tool in (await client.list_tools()).tools]
        found = text(await client.call_tool("search", {"query": "dim a lamp", "k": 3}))
        named = re.search(r"- Page: (\S+)", found)
        assert named is not None
        assert "## Dimming" in text(await client.call_tool("read", {"page": named[1]}))
        answer = text(await client.call_tool("ask", {"question": f"How do I dim? {KEY}"}))
        assert "between 0 and 100 [1]." in answer
        assert "[1] Lantern > Dimming a lamp\n   - Page: https://lantern.example/guide/" in answer

    with_agent(server, work)
    assert model_server.calls == 2
    assert KEY not in json.dumps(model_server.requests)
    (turn,) = asyncio.run(_turns(server))
    assert (turn.asker.door.value, turn.asker.agent) == ("mcp", "test agent")


async def _turns(server: RunningServer) -> list[Any]:
    from hyperrun.storage.sqlite import SQLiteStore

    async with SQLiteStore(server.settings).open_alongside_server() as store:
        return list(await store.summaries(0.0))


@pytest.mark.slow
def test_fifty_agents_at_once_are_all_served(serve: Serve) -> None:
    server = serve(changes_per_minute_per_address=0)

    async def one(number: int) -> str:
        async with agent(server, MODES[number % 2]) as client:
            await client.list_tools()
            return text(await client.call_tool("search", {"query": "dim a lamp"}))

    async def all_of_them() -> list[str]:
        return await asyncio.gather(*(one(number) for number in range(50)))

    told = asyncio.run(all_of_them())
    assert len(told) == 50
    assert len(set(told)) == 1


def test_no_question_is_in_the_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server = serve(mcp="passages")
    caplog.set_level("DEBUG")

    async def work(client: Client) -> None:
        await client.call_tool("search", {"query": "my unspeakable lamp"})
        await client.call_tool("ask", {"question": "What of my unspeakable lamp?"})
        await client.call_tool("report_gap", {"question": "my unspeakable lamp"})
        await client.call_tool("search", {"query": {"my unspeakable": "lamp"}})

    with_agent(server, work)
    ours = [each for each in caplog.records if each.name.startswith(("hyperrun", "mcp.server"))]
    assert ours
    assert not any("unspeakable" in each.getMessage() for each in ours)


def test_what_agents_call_is_counted(serve: Serve) -> None:
    server = serve(metrics=True, mcp="passages")

    async def work(client: Client) -> None:
        for query in ("dim", "pair"):
            await client.call_tool("search", {"query": query})
        await client.call_tool("ask", {"question": "How do I dim a lamp?"})

    with_agent(server, work)
    httpx.post(f"{server.url}/api/search", json={"query": "dim"}, headers={"User-Agent": CHROME})
    numbers = httpx.get(f"{server.url}/metrics").text
    assert 'hyperrun_calls_total{asker="agent",call="search",door="mcp"} 2.0' in numbers
    assert 'hyperrun_calls_total{asker="person",call="search",door="json"} 1.0' in numbers
    assert 'hyperrun_askers_total{asker="agent",door="mcp"} 1.0' in numbers

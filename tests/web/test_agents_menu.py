"""What the reader's own agent can have, in the menu."""

import json
import re
from html import unescape

import httpx
import pytest
from playwright.sync_api import Page, expect

from hyperrun.web.agents_menu import ForAgents, lines_to_paste, name_for
from tests.browser import accessibility_findings
from tests.server import Serve
from tests.web.test_mcp import TOKEN

POLITE = {"HX-Request": "true"}


def sheet(url: str, **fields: str) -> str:
    answer = httpx.post(f"{url}/agents", data=fields, headers=POLITE)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_the_page_the_reader_is_on_is_there_as_markdown(serve: Serve) -> None:
    url = serve().url
    told = sheet(url, page_url="https://lantern.example/guide/")
    assert f'href="{url}/pages/guide.md"' in told
    assert "## Dimming a lamp" in told
    links = re.findall(r'href="(https://(?:claude\.ai|chatgpt\.com)/[^"]+)"', told)
    assert len(links) == 2
    assert all("pages%2Fguide.md" in link and "lamp" not in link for link in links)
    assert f"claude mcp add --transport http lantern {url}/mcp" in told


NONE_OF_OURS = ["", "https://elsewhere.example/", "javascript:alert(1)", "x" * 3_000, "\x00", "🙂"]


def test_a_page_that_is_none_of_ours_is_left_out(serve: Serve) -> None:
    url = serve().url
    for page in NONE_OF_OURS:
        told = sheet(url, page_url=page)
        assert "pages/" not in told
        assert "claude mcp add" in told
        assert "alert(1)" not in told


def test_what_the_operator_has_switched_off_is_not_offered(serve: Serve) -> None:
    assert "mcp" not in sheet(serve(mcp="off").url)


def test_the_lines_are_what_agents_read() -> None:
    has = ForAgents("https://x/mcp", wants_token=True, name=name_for("My Project!"))
    lines = dict(lines_to_paste(has))
    assert lines["Claude Code"] == (
        "claude mcp add --transport http my-project https://x/mcp "
        '--header "Authorization: Bearer YOUR_TOKEN"'
    )
    cursor = json.loads(lines["Cursor · .cursor/mcp.json"])["mcpServers"]["my-project"]
    assert cursor["headers"] == {"Authorization": "Bearer YOUR_TOKEN"}
    vscode = json.loads(lines["VS Code · .vscode/mcp.json"])["servers"]["my-project"]
    assert (vscode["type"], vscode["url"]) == ("http", "https://x/mcp")
    assert name_for("…") == "docs"


def test_the_token_itself_is_never_shown(serve: Serve) -> None:
    assert TOKEN not in sheet(serve(mcp_token=TOKEN).url)


@pytest.mark.browser
def test_the_sheet_opens_from_the_menu(serve: Serve, page: Page) -> None:
    server = serve()
    page.goto(f"{server.url}/chat-standalone")
    page.locator("#menu summary").click()
    page.locator("#agents").click()
    opened = page.get_by_role("dialog", name="For your agent")
    expect(opened).to_contain_text(f"{server.url}/mcp")
    for summary in opened.locator("summary").all():
        summary.click()
    assert accessibility_findings(page) == []
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)

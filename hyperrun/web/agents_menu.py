"""The sheet for a reader's own agent: this page as Markdown, and the lines that connect to MCP."""

import json
import re
from dataclasses import dataclass
from urllib.parse import quote

from fastcore.xml import FT
from fasthtml.components import H3, A, Nav, P, Section, Span

from hyperrun.web.local_page import Snippet
from hyperrun.web.view import Icon, Sheet, View

MAX_COPIED_CHARS = 60_000  # of the page, as it stands in the sheet
OPENED_BY = {
    "Claude": "https://claude.ai/new?q={prompt}",
    "ChatGPT": "https://chatgpt.com/?q={prompt}",
}


@dataclass(frozen=True, slots=True)
class ForAgents:
    """What an agent can have: the page the reader is on, where it is known, and MCP, where it is
    on. Addresses are whole ones."""

    mcp_url: str = ""
    wants_token: bool = False
    name: str = "docs"  # of the server, in the agent's settings
    markdown_url: str = ""
    markdown: str = ""


def AgentsSheet(view: View, has: ForAgents) -> FT:
    """This page as Markdown, links that open it in an assistant, and the lines to paste."""
    return Sheet(
        view,
        "agents",
        PagePart(view, has) if has.markdown_url else "",
        McpPart(view, has) if has.mcp_url else "",
        "" if has.markdown_url or has.mcp_url else P(view.say("agents_none"), cls="sheet-lead"),
    )


def PagePart(view: View, has: ForAgents) -> FT:
    """The page the reader is on."""
    prompt = quote(view.say("agents_prompt", url=has.markdown_url), safe="")
    outside = {"target": "_blank", "rel": "noopener nofollow", "cls": "row"}
    rows = [A(Icon("file-text", 16), Span(view.say("agents_markdown")), href=has.markdown_url,
              **outside)]  # fmt: skip
    rows += [
        A(Icon("sparkles", 16), Span(view.say("agents_open", name=name)),
          href=address.format(prompt=prompt), **outside)
        for name, address in OPENED_BY.items()
    ]  # fmt: skip
    return Section(
        H3(view.say("agents_page")),
        Nav(*rows, cls="rows", aria_label=view.say("agents_page")),
        Snippet(view, view.say("agents_copy"), has.markdown[:MAX_COPIED_CHARS]),
        cls="sheet-part",
    )


def McpPart(view: View, has: ForAgents) -> FT:
    """What to paste into an agent's settings."""
    return Section(
        H3(view.say("agents_mcp")),
        P(view.say("agents_mcp_lead"), cls="sheet-lead"),
        *[Snippet(view, name, lines) for name, lines in lines_to_paste(has)],
        cls="sheet-part",
    )


def lines_to_paste(has: ForAgents) -> list[tuple[str, str]]:
    """For each agent what connects it."""
    shown = "Authorization: Bearer YOUR_TOKEN"
    header = f' --header "{shown}"' if has.wants_token else ""
    name, _, value = shown.partition(": ")
    headers = {"headers": {name: value}} if has.wants_token else {}
    at = {"url": has.mcp_url} | headers
    cursor = {"mcpServers": {has.name: at}}
    vscode = {"servers": {has.name: {"type": "http"} | at}}
    return [
        ("Claude Code", f"claude mcp add --transport http {has.name} {has.mcp_url}{header}"),
        ("Cursor · .cursor/mcp.json", json.dumps(cursor, indent=2)),
        ("VS Code · .vscode/mcp.json", json.dumps(vscode, indent=2)),
    ]


def name_for(project: str) -> str:
    """A project's name as agents' settings take it."""
    return re.sub(r"[^a-z0-9]+", "-", project.lower()).strip("-")[:40] or "docs"

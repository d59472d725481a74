"""People and agents are told apart by what they call themselves."""

import pytest

from hyperrun.domain import PERSON, Asker, Door
from hyperrun.web.agents import MAX_NAME_CHARS, agent_in, asker_of

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
    "Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (CHROME, ""),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15.1; rv:140.0) Gecko/20100101 Firefox/140.0", ""),
        ("", ""),
        ("   ", ""),
        ("\x1b[31m", "31m"),
        ("curl/8.5.0", "curl"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("claude-code/2.1 (cli)", "claude-code"),
        ("Cursor/1.9 (linux x64)", "cursor"),
        ("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)", "gptbot"),
        ("Mozilla/5.0 (compatible; Claude-User/1.0; +Claude-User@anthropic.com)", "claude-user"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", "googlebot"),
        ("x" * 10_000, "x" * MAX_NAME_CHARS),
        ("<script>alert(1)</script>/1", "script"),
        ("a\u2028b|c/1", "a"),
    ],
)
def test_an_agent_is_known_by_its_user_agent(user_agent: str, name: str) -> None:
    assert agent_in(user_agent) == name


def test_who_comes_by_mcp_is_an_agent_whatever_it_says() -> None:
    assert asker_of(Door.CHAT, CHROME) == PERSON
    assert asker_of(Door.JSON, CHROME) == Asker(Door.JSON)
    assert asker_of(Door.MCP, CHROME) == Asker(Door.MCP, "unnamed")
    assert asker_of(Door.MCP, "node", "Claude Code") == Asker(Door.MCP, "claude code")

"""Who asks: a person in a browser, or an agent, as far as one tells by what it calls itself.

Nothing is allowed or refused by it; it keeps people and agents apart in the operator's figures.
"""

import re

from hyperrun.domain import Asker, Door

MAX_NAME_CHARS = 40

# Browsers begin so since 1994; agents that begin so, too, name themselves within the brackets.
_BROWSER = "mozilla/"
_AGENT = re.compile(
    r"(?i)\b([a-z][a-z0-9.-]*(?:bot|crawler|spider|agent)|chatgpt-user|claude-user|"
    r"perplexity-user|mistralai-user|duckassistbot|headlesschrome|google-extended)\b"
)
_PRODUCT = re.compile(r"[\w.+-]+(?: [\w.+-]+)?", re.ASCII)


def asker_of(door: Door, user_agent: str, client: str = "") -> Asker:
    """Who comes by this door. `client` is what an MCP client calls itself."""
    name = tidy(client) or agent_in(user_agent)
    if door is Door.MCP:  # which no person speaks
        name = name or "unnamed"
    return Asker(door, name)


def agent_in(user_agent: str) -> str:
    """The agent's name in a user agent; "" where that is a browser's, or is not there."""
    text = user_agent[:500].strip()
    if text.lower().startswith(_BROWSER):
        named = _AGENT.search(text)
        return tidy(named[1]) if named else ""
    return tidy(text.partition("/")[0])


def tidy(name: str) -> str:
    """A stranger's name in small letters, of one or two plain words; "" where there is none."""
    found = _PRODUCT.search(name.lower())
    return found[0][:MAX_NAME_CHARS] if found else ""

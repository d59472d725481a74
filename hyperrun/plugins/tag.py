"""The one tag on a page, with its options as a generator's own configuration has them."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

NO_ADDRESS = "%s is no address: %r; pages are built without Ask AI. One is https://chat.example.org"

# `embed.OPTIONS` is what they mean; a test compares the two.
OPTIONS = (
    "label", "position", "color", "theme", "width", "height", "layout", "search", "shortcut",
    "open", "lang", "questions", "page", "version", "selection", "button", "offset_x", "offset_y",
)  # fmt: skip


def values(options: Mapping[str, object]) -> dict[str, str]:
    """Those options that say something, as the tag has them: lists by `|`, switches in words."""
    return {
        name: _text(options[name]) for name in OPTIONS if options.get(name) not in (None, "", [])
    }


def is_address(server: str) -> bool:
    """Can pages load something from there? `chat.example.org` alone is a file beside each page."""
    return bool(re.match(r"(?:https?:)?//[^\s/]|/(?!/)", server))


def address(server: str, options: Mapping[str, object] | None = None) -> str:
    """The script's address, with the options in it."""
    query = urlencode(values(options or {}))
    return f"{server.rstrip('/')}/embed" + (f"?{query}" if query else "")


def attributes(options: Mapping[str, object]) -> dict[str, str]:
    """The same as attributes of the tag."""
    return {f"data-{name.replace('_', '-')}": text for name, text in values(options).items()}


def unknown(options: Mapping[str, object]) -> list[str]:
    """Names that are no option."""
    return sorted(set(options) - set(OPTIONS))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "off"
    if isinstance(value, (list, tuple)):
        return "|".join(str(each).replace("|", "\\|") for each in value)
    return str(value)

"""ExDoc, which makes the sites of Elixir's packages. `mix.exs` is read, never run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperrun.search.site import literals, sluggers
from hyperrun.search.site.generator import Generator, home_of, joined, matches, split_suffix

NAMES = ("mix.exs",)
_COMMENT = re.compile(r"(?m)^[ \t]*#.*$")
_PAGE = re.compile(
    r"(?<![\w./*{},-])(?P<path>[\w./*{},-]+\.(?:md|livemd|cheatmd))\"?'?"
    r"(?:\s*[:,]\s*\[?[^\]\n]{0,200}?\bfilename:\s*\"(?P<name>[^\"]+)\")?"
)
_APP = re.compile(r"\bapp:\s*:(\w+)")


@dataclass(frozen=True, slots=True)
class ExDoc(Generator):
    """The rules of one `mix.exs`: `extras` are the globs of the pages that it names, each with the
    name that it gives the page, "" for the file's own. A module has a page of its own."""

    extras: tuple[tuple[str, str], ...] = ()

    def page(self, file: str, front: Mapping[str, Any]) -> str | None:
        found = self.inside(file)
        if found is None:
            return None
        if file.endswith(".ex"):
            module = front.get("module")
            return f"{module}.html" if module and found[1].startswith("lib/") else None
        for pattern, name in self.extras:
            if matches(found[1], (pattern,)):
                own = split_suffix(found[1].rpartition("/")[2])[0]
                return f"{name or sluggers.exdoc_slug(own)}.html"
        return None

    def anchors(self, file: str, front: Mapping[str, Any]) -> sluggers.Anchors:
        return sluggers.ExDoc()


def read(root: Path, config: Path) -> ExDoc | None:
    """The rules of one `mix.exs`; None where it names no pages."""
    text = _COMMENT.sub("", literals.text(config))
    if "extras" not in text:
        return None
    home = home_of(root, config)
    extras = [
        (each["path"], each["name"] or "") for each in _PAGE.finditer(text)
        if joined(home, each["path"]) is not None
    ]  # fmt: skip
    if not extras:
        return None
    app = _APP.search(text)
    url = f"https://hexdocs.pm/{app[1]}/" if app and "package" in text else ""
    return ExDoc((home,), url=url, extras=tuple(extras))

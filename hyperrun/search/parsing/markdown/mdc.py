"""Nuxt Content's components in Markdown (MDC): `::name{title="…"}` up to `::`, and in a line
`:name[words]{…}`."""

import re
from collections.abc import Iterable
from textwrap import dedent
from typing import Any

from hyperrun.search.parsing import html_text
from hyperrun.search.site import literals

MAX_PROPERTY_LINES = 40
TITLES = frozenset(("title", "label", "name"))

_OPENING = re.compile(
    r"::(?P<name>[A-Za-z][\w-]*)(?:\[(?P<label>[^\[\]]*)\])?(?:\{(?P<properties>.*)\})?[ \t]*"
)
_CLOSING = re.compile(r"::[ \t]*")
_PROPERTIES = re.compile(r"[ \t]*---[ \t]*\n(?:[ \t]*:?[\w.-]+:.*\n){1,40}[ \t]*---[ \t]*(?:\n|$)")
_SLOT = re.compile(r"[ \t]*#[a-z][\w-]*(?:\{[^{}]*\})?[ \t]*")
_IN_LINE = re.compile(
    r":(?:(?P<bare>[bh]r)(?![\w:-])|(?P<name>[a-z][a-z\d]*(?:-[a-z\d]+)*)"
    r"(?:\[(?P<label>[^\[\]\n]{1,200})\](?!\()(?:\{(?P<told>[^{}\n]{0,1000})\})?"
    r"|\{(?P<properties>[^{}\n]{0,1000})\}))"
)
_PROPERTY = re.compile(
    r"(?<![\w.#:-])([A-Za-z][\w.-]*)(?:=(?:\"([^\"]*)\"|'([^']*)'|([^\s\"']+)))?"
)
_BEFORE = " \t\n|(*_~>"  # what stands before a component in a line


def opening(line: str) -> html_text.Tag | None:
    """The component that a line opens, as a tag."""
    found = _OPENING.fullmatch(line)
    return _tag(found["name"], found["label"], found["properties"]) if found else None


def closing(lines: Iterable[tuple[int, str]]) -> int | None:
    """Which of the numbered `lines` below the one that opens a component closes it."""
    depth = 1
    for number, line in lines:
        if _CLOSING.fullmatch(line):
            depth -= 1
            if not depth:
                return number
        elif _OPENING.fullmatch(line):
            depth += 1
    return None


def has_properties(body: str) -> bool:
    """Does a component begin with its properties in YAML?"""
    return bool(_PROPERTIES.match(body))


def filled(tag: html_text.Tag, body: str) -> tuple[str, int]:
    """What stands in a component at the margin, without the names of its slots, and how many lines
    below its first; its properties in YAML go to `tag`."""
    lines = body.splitlines()
    skip = 0
    if lines and lines[0].strip() == "---":
        last = min(len(lines), MAX_PROPERTY_LINES)
        skip = next((at + 1 for at in range(1, last) if lines[at].strip() == "---"), 0)
        told = literals.read_yaml(dedent("\n".join(lines[1 : skip - 1]))) if skip else {}
        tag.attributes.update({str(name): str(value) for name, value in told.items()})
    said = ["" if _SLOT.fullmatch(line) else line for line in lines[skip:]]
    return dedent("\n".join(said)), 1 + skip


def in_line(text: str, at: int) -> html_text.Tag | None:
    """The component that begins inside of a line."""
    if at and text[at - 1] not in _BEFORE:
        return None
    found = _IN_LINE.match(text, at)
    if found is None:
        return None
    properties = found["told"] or found["properties"]
    return _tag(found["name"] or found["bare"], found["label"], properties, found.end())


def _tag(name: str, label: str | None, properties: str | None, end: int = 0) -> html_text.Tag:
    attributes: dict[str, Any] = {
        key: next(filter(None, values), "") for key, *values in _PROPERTY.findall(properties or "")
    }
    if shown := label or (name == "kbd" and attributes.get("value")):
        attributes["label"] = shown
    return html_text.Tag(name, end, is_empty=True, attributes=attributes)

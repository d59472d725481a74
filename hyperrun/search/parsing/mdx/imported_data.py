"""What a page says of what it imports: `{manifest.engines.node}` of a JSON file, `{product}` of one
of MDX that exports it."""

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from hyperrun.search.parsing import commonmark, html_text
from hyperrun.search.parsing.includes import Place

_IMPORT = re.compile(
    r"^[ \t]*import\s+(?P<name>\w+)\s+from\s+[\"'](?P<path>[^\"'\n]+\.json)[\"']", re.MULTILINE
)
_NAMES = re.compile(
    r"^[ \t]*import\s+\{(?P<names>[^{}]{1,2000})\}\s+from\s+[\"'](?P<path>[^\"'\n]+\.mdx?)[\"']",
    re.MULTILINE,
)
_EXPORT = re.compile(
    r"^export[ \t]+const[ \t]+(?P<name>\w+)[ \t]*=(?P<said>[^\n]{1,2000})$", re.MULTILINE
)
_GIVEN = re.compile(r"^(?:export[ \t]+const[ \t]|import[ \t]+\{)", re.MULTILINE)
_STEP = r"(?:\??\.\w+|(?:\?\.)?\[[\"'][^\"'\]\n]+[\"']\])"
_NAMED = re.compile(
    rf"^[ \t]*const\s+(?P<name>\w+)\s*=\s*(?P<said>\w+{_STEP}+)\s*;?\s*$", re.MULTILINE
)
_SAID = re.compile(
    rf"(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    rf"|\{{\{{\s*(?P<vue>\w+{_STEP}*)\s*\}}\}}|(?<![{{$=])\{{\s*(?P<jsx>\w+{_STEP}*)\s*\}}(?!\}})"
)
_STEPS = re.compile(r"\w[^.?\[\]\"']*|(?<=[\"'])[^\"']+(?=[\"'])")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})(?P<info>.*)")


def said(text: str, place: Place, components: bool) -> str:
    """`text` with these values in their places, line by line; `components`: it is MDX."""
    is_there = ".json" in text or (components and _GIVEN.search(text))
    if not is_there or not (values := _values(text, place)):
        return text
    lines = text.splitlines()
    fence, is_shown = "", True
    for at, line in enumerate(lines):
        if mark := _FENCE.match(line):
            if not fence:
                # Of code VitePress fills in only what says so.
                fence, is_shown = mark[1], not components and "-vue" in mark["info"]
            elif mark[1].startswith(fence) and not mark["info"].strip():
                fence, is_shown = "", True
        elif is_shown and "{" in line:
            fill_in = partial(_value, values=values, components=components, in_code=bool(fence))
            lines[at] = _SAID.sub(fill_in, line)
    return "\n".join(lines)


def _value(found: re.Match[str], values: Mapping[str, Any], components: bool, in_code: bool) -> str:
    expression = found["jsx"] if components else found["vue"]
    value = _at(values, expression) if expression else None
    if value is None or isinstance(value, (dict, list, bool)):
        return found[0]
    return str(value) if in_code else commonmark.escaped(str(value))


def _values(text: str, place: Place) -> dict[str, Any]:
    """What the names that a page gives to its data stand for."""
    values: dict[str, Any] = {}
    for match in _IMPORT.finditer(text):
        file = place.find(match["path"])
        if file is None:
            continue
        try:
            values[match["name"]] = json.loads("\n".join(place.read(file)))
        except (ValueError, RecursionError):
            continue
    for match in _NAMES.finditer(text):
        file = place.find(match["path"])
        exported = dict(_exported("\n".join(place.read(file)))) if file is not None else {}
        for each in match["names"].split(","):
            name, _, other = (part.strip() for part in each.partition(" as "))
            if name in exported:
                values[other or name] = exported[name]
    values |= _exported(text)
    for match in _NAMED.finditer(text) if values else ():
        if (value := _at(values, match["said"])) is not None:
            values[match["name"]] = value
    return values


def _exported(text: str) -> dict[str, str]:
    """The strings that a page of MDX exports, by their names."""
    found = {}
    for match in _EXPORT.finditer(text):
        if (said := html_text.literal(match["said"].strip().removesuffix(";"))) is not None:
            found[match["name"]] = said
    return found


def _at(values: Mapping[str, Any], expression: str) -> Any:
    """The value at "name.key['other key']"; None where there is none."""
    value: Any = values
    for step in _STEPS.findall(expression):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value

"""The reference that quartodoc makes of a Quarto project's settings: objects, page by page."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hyperrun.search.parsing import blocks
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.markdown import document
from hyperrun.search.parsing.objects import members, signatures
from hyperrun.search.site import literals
from hyperrun.search.site.literals import mapping, strings
from hyperrun.search.site.rules import Rules, with_anchor

PROJECT = "pyproject.toml"
MAX_ENTRIES = 2_000
MAX_CHARS = 2_000_000  # of all that is told
MAX_DEPTH = 4  # of pages in sections

_ENTRY = re.compile(r"\s*-\s+(?:name:\s*)?[\"']?([\w.:]+)[\"']?\s*$")


@dataclass(frozen=True, slots=True)
class _Entry:
    """An object that the settings name, and the page that tells of it, without its suffix."""

    name: str  # as they name it
    path: str  # with its package
    members: bool | tuple[str, ...]
    page: str
    title: str


def chunks(text: str, place: Place, rules: Rules) -> list[Chunk]:
    """What the pages say of each object, with its address; nothing without quartodoc's settings."""
    if not re.search(r"(?m)^(?:quartodoc|reference):", text):
        return []
    lines = text.splitlines()
    numbers: dict[str, list[int]] = {}
    for number, line in enumerate(lines, 1):
        if match := _ENTRY.match(line):
            numbers.setdefault(match[1], []).insert(0, number)
    found: list[Chunk] = []
    left = MAX_CHARS
    last = 1
    for count, entry in enumerate(dict.fromkeys(_entries(_settings(text, place)))):
        last = numbers[entry.name].pop() if numbers.get(entry.name) else last
        chosen = entry.members if isinstance(entry.members, bool) else list(entry.members)
        told = signatures.describe(place, entry.path, chosen, document.said, as_imported=True)
        left -= sum(len(each.content) for each in told)
        if left < 0 or count >= MAX_ENTRIES:
            break
        page = rules.page(str(place.file.parent / f"{entry.page}.qmd"))
        described = members.blocks(told, last, last)
        for chunk in blocks.sections(described, lines, entry.title, entry.title, "markdown"):
            address = "" if page is None else with_anchor(page, chunk.anchor)
            found.append(replace(chunk, address=address))
    return found


def _settings(text: str, place: Place) -> Mapping[str, Any]:
    """quartodoc's settings, or those of great-docs as quartodoc has them."""
    whole = literals.read_yaml(text)
    if not place.file.name.startswith("great-docs"):
        return mapping(whole.get("quartodoc"))
    module = whole.get("module")
    if not isinstance(module, str):
        project = literals.read_toml(literals.text(place.root / place.file.parent / PROJECT))
        name = mapping(project.get("project")).get("name")
        module = name.replace("-", "_") if isinstance(name, str) else ""
    return {**mapping(whole.get("reference")), "package": module, "dir": "reference"}


def _entries(settings: Mapping[str, Any]) -> Iterator[_Entry]:
    """Every object that the settings name, in their order."""
    folder = settings.get("dir")
    folder = folder.strip("/") if isinstance(folder, str) else "reference"
    package = _package(settings, "")
    options = mapping(settings.get("options"))
    for section in _list(settings.get("sections")):
        section = mapping(section)
        title = section.get("title") or section.get("subtitle") or settings.get("title")
        own = options | mapping(section.get("options"))
        yield from _inside(section, folder, _package(section, package), own, _title(title), "", 0)


def _inside(
    holder: Mapping[str, Any], folder: str, package: str, options: Mapping[str, Any],
    title: str, page: str, deep: int,
) -> Iterator[_Entry]:  # fmt: skip
    """The objects that a section or a page of several holds; `page` is that page."""
    for each in _list(holder.get("contents")):
        entry = {"name": each} if isinstance(each, str) else mapping(each)
        own = _package(entry, package)
        if isinstance(entry.get("contents"), list) and deep < MAX_DEPTH:
            path = entry.get("path")
            inner = f"{folder}/{path}" if isinstance(path, str) and path else page
            named = _title(mapping(entry.get("summary")).get("name")) or title
            yield from _inside(entry, folder, own, options, named, inner, deep + 1)
        name = entry.get("name")
        if not isinstance(name, str) or not name:
            continue
        path = ".".join(filter(None, (own, name.replace(":", "."))))
        chosen = entry.get("members", options.get("members", True))
        children = entry.get("children", options.get("children"))
        is_apart = children in ("linked", "separate")
        own_page = page or f"{folder}/{name}"
        has = isinstance(chosen, bool) and chosen
        yield _Entry(
            name, path, False if is_apart else has or strings(chosen), own_page, title or name
        )
        if children == "separate":
            for member in strings(chosen):
                yield _Entry(member, f"{path}.{member}", False, f"{own_page}.{member}", title)


def _package(settings: Mapping[str, Any], above: str) -> str:
    package = settings.get("package", above)
    return package if isinstance(package, str) else ""


def _title(value: object) -> str:
    return document.heading_words(value) if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

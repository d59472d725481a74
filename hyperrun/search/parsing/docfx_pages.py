"""Pages that DocFX and Microsoft Learn make of YAML (`### YamlMime:FAQ`), as far as they say
something: questions with their answers, titles with their summaries."""

import re
from collections.abc import Iterator
from typing import Any

from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.blocks import Block, sections
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.markdown import document
from hyperrun.search.parsing.openapi import members_of
from hyperrun.search.site import literals
from hyperrun.search.site.sluggers import Anchors

MAX_DEPTH = 8
MAX_CHARS = 200_000
_KIND = re.compile(r"\ufeff?###[ \t]*YamlMime:[ \t]*(?P<kind>\w+)")
_READ = ("FAQ", "Landing", "Hub")
_NAMES = ("question", "title", "name")
_PROSE = ("answer", "summary", "description", "text")


def is_one(text: str) -> bool:
    """Is it such a page, and one with something to read?"""
    found = _KIND.match(text)
    return found is not None and found["kind"] in _READ and len(text) < MAX_CHARS


def is_contents(text: str) -> bool:
    """Is it a table of contents?"""
    found = _KIND.match(text)
    return found is not None and found["kind"] == "TableOfContent"


def chunks(text: str, stem: str, place: Place, anchors: Anchors) -> list[Chunk]:
    """Its questions and its titles as sections, in order. Raises ValueError where it is no YAML."""
    import yaml

    # libyaml's overflows the stack where values are nested deeply.
    is_short = len(text) < literals.MAX_FAST_CHARS
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader) if is_short else yaml.SafeLoader
    try:
        root = yaml.compose(text, Loader=loader)
    except yaml.YAMLError as error:
        raise ValueError(f"no YAML: {error}") from error
    blocks: list[Block] = []
    told: set[int] = set()
    for depth, name, said in _parts(root, 0, set()):
        line = name.start_mark.line + 1
        source = " ".join(name.value.split())
        own_id = anchors.add(source, level=depth)
        title = document.heading_words(source)
        content = f"{'#' * depth} {source}"
        blocks.append(Block(line, line, content, depth, title, source, own_id))
        if said is not None and id(said) not in told:
            told.add(id(said))
            blocks += _prose(said, place)
    return sections(blocks, text.splitlines(), stem, "", "markdown")


def _parts(node: Any, depth: int, seen: set[int]) -> Iterator[tuple[int, Any, Any]]:
    """Every title in a page with its level and the text below it, if any; a list of links has
    neither. What an alias names is `seen` once."""
    if depth > MAX_DEPTH or id(node) in seen:
        return
    seen.add(id(node))
    if getattr(node, "id", "") == "sequence":
        for each in node.value:
            yield from _parts(each, depth, seen)
        return
    own = members_of(node)
    name = _first(own, _NAMES)
    said = _first(own, _PROSE)
    is_shown = name is not None and (said is not None or not depth or "questions" in own)
    if is_shown:
        yield min(depth + 1, 6), name, said
    for key, (_, value) in own.items():
        if key not in ("metadata", *_NAMES, *_PROSE) and value.id in ("sequence", "mapping"):
            yield from _parts(value, depth + is_shown, seen)


def _first(own: dict[str, tuple[Any, Any]], names: tuple[str, ...]) -> Any:
    """The value of the first of these keys that is a text and says something."""
    return next(
        (own[name][1] for name in names
         if name in own and own[name][1].id == "scalar" and own[name][1].value.strip()), None,
    )  # fmt: skip


def _prose(node: Any, place: Place) -> list[Block]:
    """Markdown in a value. A block's first line is below its mark."""
    first = node.start_mark.line + (1 if node.style in ("|", ">") else 0)
    last = max(first + 1, node.end_mark.line)
    found = document.read(node.value, place)
    for block in found:
        block.start = min(block.start + first, last)
        block.end = max(block.start, min(block.end + first, last))
        if block.level:  # which would begin a section of the page
            block.content, block.level = commonmark.strong(block.content.lstrip("# ")), 0
    return found

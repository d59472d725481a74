"""Notebooks as chunks: the cells under one heading, at their lines in the `.ipynb` file."""

import json
import re
from typing import Any

from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.site.sluggers import Anchors, Nothing, attributes

MOST_CHARS = 5_000
_HEADING = re.compile(r"^(#{1,6})\s+(.+)$", re.MULTILINE)
_FENCED = re.compile(r"^\s*(```|~~~).*?^\s*\1\s*$", re.MULTILINE | re.DOTALL)
_DIRECTIVE = re.compile(r"^\s*#\s*\|.*\n?|^#\s*%%.*\n?", re.MULTILINE)


def chunks(text: str, stem: str, anchors: Anchors | None = None) -> list[Chunk]:
    """The groups of cells. Raises ValueError where it is no notebook."""
    anchors = anchors or Nothing()
    notebook = json.loads(text)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError("not a notebook")
    kernel = notebook.get("metadata", {}).get("kernelspec", {}).get("language", "python")
    lines = text.splitlines()
    found: list[Chunk] = []
    path: list[tuple[int, str]] = []
    group: list[str] = []
    start = at = 0
    anchor = ""

    def close(end: int) -> None:
        body = "\n\n".join(group)
        if body.strip():
            title = " > ".join(name for _, name in path) or stem
            last = path[-1][1] if path else ""
            found.append(
                Chunk(start + 1, end + 1, title, "cell", body, "markdown", last, anchor=anchor)
            )
        group.clear()

    for cell in cells:
        if not isinstance(cell, dict):
            continue
        source, first, last = _locate(cell, lines, at)
        at = last
        if not source.strip():
            continue
        is_markdown = cell.get("cell_type") == "markdown"
        headings = list(_HEADING.finditer(_FENCED.sub("", source))) if is_markdown else []
        heading = headings[0] if headings else None
        if group and (heading or sum(map(len, group)) + len(source) > MOST_CHARS):
            close(first - 1)
        if not group:
            start = first
        if heading:
            names = [_anchor(anchors, each) for each in headings]
            anchor = names[0]
            level = len(heading[1])
            while path and path[-1][0] >= level:
                path.pop()
            path.append((level, heading[2].strip().strip("*`")))
        group.append(source if cell.get("cell_type") == "markdown" else _code(source, kernel))
        end_of_group = last
    if group:
        close(end_of_group)
    return found


def _anchor(anchors: Anchors, heading: re.Match[str]) -> str:
    return anchors.add(*attributes(heading[2]), len(heading[1]))


def _code(source: str, language: str) -> str:
    return f"```{language}\n{_DIRECTIVE.sub('', source).strip()}\n```"


def _locate(cell: dict[str, Any], lines: list[str], at: int) -> tuple[str, int, int]:
    """A cell's source and the indexes of its first and last line in the file."""
    source = cell.get("source") or ""
    parts = source if isinstance(source, list) else [source]
    text = "".join(part for part in parts if isinstance(part, str))
    first = last = at
    for number, part in enumerate(part for part in parts if isinstance(part, str) and part.strip()):
        for ascii_only in (False, True):
            quoted = json.dumps(part, ensure_ascii=ascii_only)
            line = next((n for n in range(last, len(lines)) if quoted in lines[n]), None)
            if line is not None:
                first = line if number == 0 else first
                last = line
                break
    return text, first, last

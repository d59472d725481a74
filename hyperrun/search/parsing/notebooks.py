"""Notebooks as chunks: the cells under one heading, at their lines in the `.ipynb` file."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from hyperrun.passage import Include
from hyperrun.search.parsing import commonmark, documents
from hyperrun.search.parsing.blocks import joined
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.markdown import document as markdown_blocks
from hyperrun.search.parsing.objects import exported, members
from hyperrun.search.site.sluggers import Anchors, Nothing

MAX_CHARS = 5_000
MAX_OUTPUT_CHARS = 1_500  # of one cell, to be shown
MAX_HTML_LINES = 6  # of an element that a cell shows
_DIRECTIVE = re.compile(
    r"^[ \t]*#\s*\|.*\n?|^#\s*%%.*\n?|^#\s*(?:export|hide|default_exp)\w*\b.*\n?", re.MULTILINE
)
_HIDDEN = re.compile(
    r"^[ \t]*#\s*\|\s*(?:hide\b|default_exp\b|include\s*:\s*false|eval_only)|^[ \t]*#\s*hide\b",
    re.MULTILINE,
)
_CODE_HIDDEN = re.compile(r"^[ \t]*#\s*\|\s*(?:echo\s*:\s*false|hide_input)", re.MULTILINE)
_OUTPUT_HIDDEN = re.compile(r"^[ \t]*#\s*\|\s*(?:output\s*:\s*false|hide_output)", re.MULTILINE)
_COLORS = re.compile(r"(?:\x1b|\\x1b|\\u001b|\\033)\[[\d;]*m")  # as they are, or written out
_SHOW_DOC = re.compile(
    r"\s*show_doc\(\s*(?P<name>[\w.]+)(?![\w.])(?:[^)]*\btitle_level\s*=\s*(?P<level>[1-6]))?[^)]*\)\s*;?\s*"
)
_UNSEEN = re.compile(r"#{1,6} .*\s-+\s*")  # a heading that nbdev shows to nobody: `## fin -`
# What tags of a cell leave out of its page (Jupyter Book, nbconvert), and nbsphinx's own word.
_TAGS = {
    "remove-cell": "include: false", "nbsphinx-hidden": "include: false",
    "remove-input": "echo: false",
    "remove-output": "output: false", "remove-outputs": "output: false",
}  # fmt: skip
LEAST_LINES = 5  # a signature and one more: what says no more has no section of its own
DESCRIBED_LEVEL = 3  # of the heading above what nbdev tells of a function


@dataclass(slots=True)
class _Part:
    """A cell, or what stands under one heading of it. Lines are indexes in the file."""

    source: str
    content: str
    first: int
    last: int
    level: int = 0
    title: str = ""
    own_id: str = ""
    heading: str = ""  # as its page has it; "" where that shows none
    includes: list[Include] = field(default_factory=list)


def chunks(
    text: str, stem: str, place: Place | None = None, anchors: Anchors | None = None
) -> list[Chunk]:
    """The groups of cells. Raises ValueError where it is no notebook."""
    anchors = anchors or Nothing()
    notebook = json.loads(text)
    if not isinstance(notebook, dict):
        raise ValueError("not a notebook")
    found: list[Chunk] = []
    path: list[tuple[int, str]] = []
    group: list[_Part] = []
    own_id = ""

    def close() -> None:
        body = "\n\n".join(part.source for part in group)
        said = "\n\n".join(part.content for part in group if part.content)
        is_unseen = bool(group) and bool(group[0].level) and not group[0].heading and not said
        if body.strip() and not is_unseen:
            title = " > ".join(name for _, name in path if name) or stem
            includes = dict.fromkeys(each for part in group for each in part.includes)
            found.append(Chunk(
                group[0].first + 1, group[-1].last + 1, title, "cell", body, "markdown",
                path[-1][1] if path else "", anchor=own_id,
                content="" if said == body else said, includes=tuple(includes),
            ))  # fmt: skip
        group.clear()

    for part in _parts(notebook, text.splitlines(), place):
        if group and (part.level or sum(len(each.source) for each in group) + len(part.source)
                      > MAX_CHARS):  # fmt: skip
            close()
        if part.level:
            while path and path[-1][0] >= part.level:
                path.pop()
            path.append((part.level, part.title))
            if part.heading:
                own_id = anchors.add(part.heading, part.own_id, part.level)
        if part.source.strip():
            group.append(part)
    close()
    return [chunk for chunk in found if chunk.content.strip() or chunk.text.strip()]


def _parts(notebook: dict[str, Any], lines: list[str], place: Place | None) -> Iterator[_Part]:
    """The cells of any format since 3, those with several headings cut at them."""
    language = _language(notebook)
    at = 0
    document = markdown_blocks.Document(place)
    cells = _cells(notebook)
    shown = _shown_elsewhere(cells)
    for number, cell in enumerate(cells):
        source, places = _located(cell, lines, at)
        if not source.strip():
            continue
        at = places[-1]
        kind = cell.get("cell_type")
        if kind == "markdown" and _HIDDEN.search(_tagged(cell)):
            continue
        if kind == "heading":  # of format 3
            level = cell.get("level")
            level = level if isinstance(level, int) and 0 < level < 7 else 1
            title = markdown_blocks.heading_words(source)
            yield _Part(f"{'#' * level} {source}", f"{'#' * level} {source}", places[0],
                        places[-1], level, title, heading=source)  # fmt: skip
        elif kind == "raw" or (kind == "markdown" and number < 2 and source.startswith("---\n")):
            front = documents.front_matter(source.splitlines())
            if front.title:
                yield _Part("", "", places[0], places[-1], 1, front.title)
            rest = "\n".join(source.splitlines()[front.lines :]) if kind == "markdown" else ""
            if rest.strip() and front.lines:
                yield from _prose(rest, places[front.lines :], document)
            elif kind == "markdown" and not front.lines:
                yield from _prose(source, places, document)
        elif kind == "markdown":
            yield from _prose(source, places, document)
        elif kind == "code":
            yield from _code(cell, source, places, language, place, shown)


def _cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    cells = notebook.get("cells")
    if cells is None and isinstance(sheets := notebook.get("worksheets"), list):
        cells = [cell for sheet in sheets if isinstance(sheet, dict)
                 for cell in sheet.get("cells") or []]  # fmt: skip
    if not isinstance(cells, list):
        raise ValueError("not a notebook")
    return [cell for cell in cells if isinstance(cell, dict)]


def _language(notebook: dict[str, Any]) -> str:
    """What the code is written in; whatever of the metadata is missing."""
    metadata = notebook.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for name, key in (("kernelspec", "language"), ("language_info", "name")):
        told = metadata.get(name)
        if isinstance(told, dict) and isinstance(told.get(key), str):
            return re.sub(r"[^\w+#-]", "", told[key]).lower() or "python"
    return "python"


def _prose(source: str, places: list[int], document: markdown_blocks.Document) -> Iterator[_Part]:
    """A Markdown cell, cut at its headings."""
    blocks = document.read(source)
    rows = source.splitlines()
    starts = [block.start for block in blocks if block.level]
    cuts = sorted({1, *starts, len(rows) + 1})
    for first, after in pairwise(cuts):
        inside = [block for block in blocks if first <= block.start < after]
        heading = inside[0] if inside and inside[0].level else None
        is_unseen = heading is not None and _UNSEEN.fullmatch(rows[first - 1]) is not None
        part = _Part(
            "\n".join(rows[first - 1 : after - 1]).strip("\n"), joined(inside[is_unseen:]),
            places[min(first, len(places)) - 1], places[min(after - 1, len(places)) - 1],
            includes=[each for block in inside for each in block.includes],
        )  # fmt: skip
        if heading:
            part.level, part.title = heading.level, heading.title
            part.own_id, part.heading = heading.own_id, heading.source
        if is_unseen:
            part.title, part.heading = part.title.rstrip(" -"), ""
        if part.source.strip():
            yield part


def _code(
    cell: dict[str, Any], source: str, places: list[int], language: str, place: Place | None,
    shown: Mapping[str, str],
) -> Iterator[_Part]:  # fmt: skip
    """A code cell: its code without what steers its generator, and what it wrote; of an exported
    one what its page says of each object but those that cells of their own show."""
    written = commonmark.fence(_DIRECTIVE.sub("", source), language)
    part = _Part(written, written, places[0], places[-1])
    directed = _directed(cell, source)
    if re.match(r"\s*%%(?:html|javascript|js|svg|latex)\b", source) or _HIDDEN.search(directed):
        part.content = ""
    elif _CODE_HIDDEN.search(directed):
        part.content = _output(cell, directed)
    elif found := _shown_object(source):
        part.content = shown.get(found["name"], "")
        if not part.content and place is not None:
            from hyperrun.search.parsing.objects import signatures

            described = signatures.describe(place, found["name"], False, markdown_blocks.said)
            part.content, part.includes = members.content(described), members.includes(described)
        _head(part, found["name"], int(found["level"] or DESCRIBED_LEVEL))
    elif (how := exported.directive(directed)) and language == "python":
        told = [] if how == "exporti" else exported.described(source, markdown_blocks.said)
        told = [each for each in told if each.name not in shown]
        part.content = written if how == "exports" else ""
        if told:
            yield from _objects(told, source, places, part.content)
            return
    else:
        output = _output(cell, directed)
        part.content = "\n\n".join(filter(None, (written, output)))
    yield part


def _directed(cell: dict[str, Any], source: str) -> str:
    """A cell's source below what its metadata say of it: its tags, and the directives that nbdev
    3.3 and later keeps there."""
    told = _metadata(cell).get("nbdev")
    told = told if isinstance(told, dict) else {}
    return _tagged(cell) + "".join(f"#| {name}: {value}\n" for name, value in told.items()) + source


def _tagged(cell: dict[str, Any]) -> str:
    """What the tags of a cell say, as directives."""
    metadata = _metadata(cell)
    tags = metadata.get("tags")
    tags = [str(each).replace("_", "-") for each in tags] if isinstance(tags, list) else []
    tags.append(f"nbsphinx-{metadata.get('nbsphinx')}")
    return "".join(f"#| {_TAGS[each]}\n" for each in tags if each in _TAGS)


def _metadata(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = cell.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _shown_object(source: str) -> re.Match[str] | None:
    """The object that a cell of nothing but `show_doc` asks for."""
    return _SHOW_DOC.fullmatch(_DIRECTIVE.sub("", source)) if "show_doc" in source else None


def _shown_elsewhere(cells: Iterable[dict[str, Any]]) -> dict[str, str]:
    """What is told of the objects that have cells of nothing but `show_doc`, by their names; ""
    of one that no cell exports."""
    sources = [
        (each, _located(each, [], 0)[0]) for each in cells if each.get("cell_type") == "code"
    ]
    named = {found["name"]: "" for _, each in sources if (found := _shown_object(each))}
    for cell, source in sources if named else ():
        if exported.directive(_directed(cell, source)):
            for each in exported.every(source, markdown_blocks.said):
                if each.name in named:
                    named[each.name] = each.content
    return named


def _objects(
    told: list[exported.Described], source: str, places: list[int], code: str
) -> Iterator[_Part]:
    """What is told of each object of a cell; `code` is shown below the last."""
    rows = source.splitlines()
    for number, each in enumerate(told):
        # What stands before the first object and behind the last goes with these.
        first = each.first if number else 1
        last = told[number + 1].first - 1 if number + 1 < len(told) else len(rows)
        is_section = len(each.content.splitlines()) > LEAST_LINES
        described = each.content if is_section else _said_first(each.content)
        content = "\n\n".join(filter(None, (described, code if each is told[-1] else "")))
        own = commonmark.fence(_DIRECTIVE.sub("", "\n".join(rows[first - 1 : last])), "python")
        part = _Part(own, content, places[first - 1], places[min(last, len(places)) - 1])
        if is_section:
            _head(part, each.name, DESCRIBED_LEVEL)
        yield part


def _said_first(described: str) -> str:
    """What is told of an object in a line above its signature: without a heading of its name, this
    tells whose line it is, and stays with it where that is quoted."""
    signature, end, said = described.partition("\n```\n\n")
    return f"{said}\n\n{signature}\n```" if end else described


def _head(part: _Part, name: str, level: int) -> None:
    """Put what nbdev tells of an object under the heading that it has there."""
    part.level, part.title, part.heading = level, name, name
    part.content = f"{'#' * level} {name}\n\n{part.content}".rstrip()


def _output(cell: dict[str, Any], directed: str) -> str:
    """What a cell wrote, where that is short text and shown."""
    said = []
    outputs = [] if _OUTPUT_HIDDEN.search(directed) else cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        data = data if isinstance(data, dict) else {}
        if marked := _text(data.get("text/markdown")):
            said.append("" if _is_long_html(marked) else markdown_blocks.said(marked))
        elif "text/html" not in data and "image/png" not in data:
            plain = _text(data.get("text/plain")) or _text(output.get("text"))
            if output.get("name") != "stderr":
                said.append(commonmark.fence(_COLORS.sub("", plain)))
    whole = "\n\n".join(filter(None, said))
    return whole if len(whole) <= MAX_OUTPUT_CHARS else ""


def _is_long_html(marked: str) -> bool:
    """Is it the source of an element, of so many lines that they say less than the code above?"""
    rows = marked.strip().splitlines()
    return len(rows) > MAX_HTML_LINES + 2 and rows[0].strip() == "```html" and rows[-1] == "```"


def _text(value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    return "".join(part for part in parts if isinstance(part, str))


def _located(cell: dict[str, Any], lines: list[str], at: int) -> tuple[str, list[int]]:
    """A cell's source, and for each of its lines the index of the file's line that holds it."""
    source = cell.get("source", cell.get("input"))
    parts = [part for part in (source if isinstance(source, list) else [source])
             if isinstance(part, str)]  # fmt: skip
    places: list[int] = []
    known = at
    for part in parts:
        if part.strip():
            known = _find(part, lines, known)
        if not places:  # blank lines above the first stand where it does
            places = [known]
        rows = part.count("\n") + (not part.endswith("\n"))
        places += [known] * rows
    text = "".join(parts)
    places = places[1:] or [at]
    rows = len(text.splitlines())
    return text, (places + [places[-1]] * rows)[: max(rows, 1)]


def _find(part: str, lines: list[str], start: int) -> int:
    """The line of the file that holds `part`, from `start` on; `start` where none does."""
    for ascii_only in (False, True):
        quoted = json.dumps(part, ensure_ascii=ascii_only)
        line = next((n for n in range(start, len(lines)) if quoted in lines[n]), None)
        if line is not None:
            return line
    return start

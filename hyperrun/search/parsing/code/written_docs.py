"""Documentation that stands in source code as Markdown: Elixir's attributes, Julia's docstrings.

Their generators, ExDoc and Documenter, make the reference's pages of nothing else.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import dedent

from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.blocks import Block, sections
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.parsing.code import other_languages
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.markdown import document as markdown
from hyperrun.search.site import sluggers
from hyperrun.search.site.rules import with_anchor

MAX_DOC_LINES = 2_000
MAX_DEEP = 4  # of texts that are put together from others
MAX_CHARS = 600_000  # of what a file's documentation says with these put in
QUOTE = '"""'
_UNNAMED = re.compile(r"\A(```+)\n")  # code in no language's name is in the file's own
_MIX = re.compile(r"Mix\.Tasks\.(.+)")


Line = tuple[int, str]  # its number in the file, and what it says


@dataclass(frozen=True, slots=True)
class Doc:
    """What is said of something that a file defines.

    Its quotes stand in lines `start` to `end`, which count from 1, both inclusive; `lines` are what
    they hold, each with its number. `is_page`: its headings part it, as they do a module's; those
    of a function, "Examples", say nothing without it.
    """

    name: str
    start: int
    end: int
    lines: "tuple[Line, ...]"
    is_page: bool = False
    module: str = ""  # of Elixir, whose page it stands on


def chunks(
    text: str,
    suffix: str,
    stem: str,
    place: Place | None = None,
    page: Callable[[str], str | None] = lambda module: None,
) -> list[Chunk]:
    """The sections of what is documented, and the definitions of the file. `page` tells the address
    of a module's page, None where it has none."""
    lines = text.splitlines()
    docs = list(_READERS[suffix](lines))
    language = other_languages.BY_PATTERN[suffix]
    found = []
    for each in docs:
        address = page(each.module) if each.module else None
        for chunk in _sections(each, lines, language, place):
            at = with_anchor(address, chunk.anchor) if address is not None else ""
            found.append(replace(chunk, address=at))
    spans = [(each.start, each.end) for each in docs]
    found += other_languages.chunks(text, suffix, stem, spans)
    return sorted(found, key=lambda chunk: chunk.start_line)


def _sections(doc: Doc, lines: Sequence[str], language: str, place: Place | None) -> list[Chunk]:
    blocks: list[Block] = []
    numbers = [number for number, _ in doc.lines]
    anchors = sluggers.ExDoc()
    for block in markdown.Document(place).read(dedent("\n".join(each for _, each in doc.lines))):
        start, end = (numbers[min(each, len(numbers)) - 1] for each in (block.start, block.end))
        level = block.level + 1 if block.level and doc.is_page else 0
        content = _UNNAMED.sub(rf"\1{language}\n", block.content)
        if level:
            content = f"#{content}"
        elif block.level:
            content = commonmark.strong(content.lstrip("# "))
        own_id = f"module-{anchors.add(block.source, level=level)}" if level else ""
        blocks.append(
            replace(block, start=start, end=end, level=level, content=content, own_id=own_id)
        )
    head = Block(doc.start, doc.start, f"# {commonmark.escaped(doc.name)}", 1, doc.name, doc.name)
    return sections([head, *blocks], lines, doc.name, language="markdown")


# Elixir

_MODULE = re.compile(r"(\s*)(?:defmodule|defprotocol|defimpl)\s+([\w.]+)")
_ATTRIBUTE = re.compile(
    r"\s*@(?P<kind>moduledoc|doc|typedoc)\s+(?:(?P<raw>~S)|~s)?(?P<quote>\"\"\"|'''|\"(?=[^\"]))(?P<rest>.*)"
)
_DEFINED = re.compile(
    r"\s*(?:def|defmacro|defguard|defdelegate|defn|@callback|@macrocallback|@type|@opaque)\s+"
    r"(?P<name>[\w.]+[?!]?)"
)


def _elixir(lines: Sequence[str]) -> Iterator[Doc]:
    modules: list[tuple[int, str]] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if opened := _MODULE.match(line):
            depth = len(opened[1])
            while modules and modules[-1][0] >= depth:
                modules.pop()
            modules.append((depth, opened[2]))
            continue
        attribute = _ATTRIBUTE.match(line)
        if attribute is None or not modules:
            continue
        start = number
        said, number = _quoted(lines, start, attribute["quote"], attribute["rest"])
        said = said if attribute["raw"] else _unescaped(said)
        depth = len(line) - len(line.lstrip())
        path = [name for at, name in modules if at < depth]
        module = _module(path)
        name = module
        is_page = attribute["kind"] == "moduledoc"
        if not is_page:
            own = _next(lines, number, _DEFINED)
            if not own:
                continue
            name = f"{module}.{own}"
        if module and said:
            yield Doc(name, start, number, said, is_page, ".".join(path))


def _module(path: Sequence[str]) -> str:
    """A module as its page is called; a task of Mix is called as it is run."""
    name = ".".join(path)
    task = _MIX.fullmatch(name)
    return f"mix {re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', task[1]).lower()}" if task else name


# Julia

_DOCSTRING = re.compile(r"\s*(?:@doc\s+)?(?P<raw>raw|md|doc)?(?P<quote>\"\"\")(?P<rest>.*)")
_SIGNATURE = re.compile(r"(?: {4}|\t)(?:@)?([A-Za-z_][\w.!]*)\s*[({]|(?: {4}|\t)(@?[\w.!]+)\s*$")
_JULIA_DEFINED = re.compile(
    r"\s*(?:@\w+\s+)*(?:(?:function|macro|mutable struct|struct|abstract type|primitive type|const|"
    r"module|baremodule)\s+)?(?P<name>@?[A-Za-z_][\w.!]*)"
)
# What a package puts in where the page is made: `$(SIGNATURES)`, `$METADATA_FIXED`.
_PUT_IN = re.compile(r"\s*\$\(?([A-Z][A-Z_\d]+)\)?\s*")
_ESCAPED = re.compile(r"\\([\\\"$#])")  # in a text of Julia and Elixir that is not raw
_CONSTANT = re.compile(r"\bconst\s+(\w+)\s*=\s*(?:raw)?$")


def _julia(lines: Sequence[str]) -> Iterator[Doc]:
    texts: dict[str, list[str]] = {}  # constants that documentation is put together from
    room = MAX_CHARS
    number = 0
    above = ""
    while number < len(lines):
        line = lines[number]
        number += 1
        opened = _DOCSTRING.match(line)
        if opened is None or above.rstrip().endswith(("=", "(", ",", "*", "return")):
            if line.count(QUOTE) % 2:  # a text that is no documentation
                start = number
                said, number = _quoted(lines, start, QUOTE, line.partition(QUOTE)[2])
                if constant := _CONSTANT.search(f"{above}\n{line.partition(QUOTE)[0]}"):
                    texts[constant[1]] = dedent("\n".join(each for _, each in said)).splitlines()
            above = line if line.strip() else above
            continue
        start = number
        said, number = _quoted(lines, start, opened["quote"], opened["rest"])
        said = said if opened["raw"] else _unescaped(said)
        above = ""
        after = lines[number] if number < len(lines) else ""
        defined = _JULIA_DEFINED.match(after)
        signature = next((each for _, each in said if each.strip()), "")
        called = _SIGNATURE.match(signature)
        name = (called[1] or called[2] or "") if called else ""
        name = name or (defined["name"] if defined else "")
        said = tuple(_within(_put_together(said, texts), room))
        room -= sum(len(each) + 1 for _, each in said)
        if name and defined and any(each.strip() for _, each in said):
            yield Doc(name, start, number, said)


def _within(lines: Iterable[Line], most_chars: int) -> Iterator[Line]:
    """The lines, up to where they are too long together."""
    for number, line in lines:
        most_chars -= len(line) + 1
        if most_chars < 0:
            return
        yield number, line


def _put_together(
    lines: Iterable[Line], texts: Mapping[str, Sequence[str]], deep: int = 0
) -> Iterator[Line]:
    """The lines, with the text of a constant of the file in the place of its name."""
    for number, line in lines:
        put_in = _PUT_IN.fullmatch(line)
        if put_in is None:
            yield number, line
            continue
        text = texts.get(put_in[1], ()) if deep < MAX_DEEP else ()
        yield from _put_together(((number, each) for each in text), texts, deep + 1)
        yield number, ""


def _unescaped(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines of a string as it is: `\\$x` and `\\#{x}` are none of its values, `\\\\` is one."""
    return tuple((number, _ESCAPED.sub(r"\1", line)) for number, line in lines)


def _quoted(
    lines: Sequence[str], start: int, quote: str, rest: str
) -> tuple[tuple[Line, ...], int]:
    """The text of a string that opens in line `start`, and the number of its last line. One that
    never ends is of one line."""
    if quote in rest or quote == '"':
        return ((start, rest.partition(quote)[0].strip()),), start
    told = [(start, rest)] if rest.strip() else []
    for number in range(start, min(len(lines), start + MAX_DOC_LINES)):
        before, end, _ = lines[number].partition(quote)
        if end:
            if before.strip():
                told.append((number + 1, before))
            return tuple(told), number + 1
        told.append((number + 1, lines[number]))
    return (), start


def _next(lines: Sequence[str], after: int, defined: re.Pattern[str]) -> str:
    """The name of what the next definition below line `after` defines, past other attributes."""
    for line in lines[after : after + 40]:
        if found := defined.match(line):
            return found["name"]
        if re.match(r"\s*(?:end\b|defp|@(?:module)?doc\s+(?:[\"~]|false))", line):
            return ""
    return ""


_READERS: dict[str, Callable[[Sequence[str]], Iterator[Doc]]] = {
    ".ex": _elixir, ".exs": _elixir, ".jl": _julia,
}  # fmt: skip
SUFFIXES = frozenset(_READERS)

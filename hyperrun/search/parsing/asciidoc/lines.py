"""The lines of an AsciiDoc document: those it includes among its own, and only those that hold."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from hyperrun.passage import Include
from hyperrun.search.parsing import includes
from hyperrun.search.parsing.includes import Place, Shown
from hyperrun.search.site import literals

# Of an element's attributes: by name, those without a name by their number from 1.
Attributes = dict[str, str]

SUFFIXES = (".adoc", ".asciidoc")
MAX_PATH = 300  # characters of one, and of what an attribute puts into it
_FAMILIES = {"partial": "partials", "example": "examples", "page": "pages", "image": "images",
             "attachment": "attachments"}  # fmt: skip
_INCLUDE = re.compile(r"include::([^\s\[]+?)\[([^\n]*)\]\s*$")
_CONDITION = re.compile(r"(ifdef|ifndef|ifeval|endif)::(\S*?)\[(.*)\]\s*$")
_ESCAPED = re.compile(r"\\(?=(?:include|ifdef|ifndef|ifeval|endif)::)")
ENTRY = re.compile(r":(!?)([A-Za-z0-9_][\w-]*)(!?):(?:[ \t]+(.*?))?\s*$")
_TAG = re.compile(r"\b(tag|end)::([\w.-]+)\[\]")
_RESOURCE = re.compile(r"(?:(?:[\w.-]+@)?(?:[\w.-]+:)?([\w.-]*):)?([a-z]+)\$(.+)")
_KNOWN = {"backend-html5": "", "basebackend-html": "", "backend": "html5"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line where it stands in the document, and in the file that is included there."""

    number: int
    text: str
    file: str = ""
    at: int = 0


def attributes(text: str) -> Attributes:
    """What stands in an element's brackets."""
    found: Attributes = {}
    at = 0
    for part in re.finditer(r'\s*((?:"(?:\\"|[^"])*"|[^,"])*)\s*(?:,|$)', text):
        said = part[1].strip()
        if named := re.match(r"([\w-]+)\s*=\s*(.*)$", said, re.DOTALL):
            found[named[1]] = named[2].strip().strip("\"'")
            continue
        at += 1
        said = said.strip('"')
        if at == 1:
            said = _shorthand(said, found)
        found[str(at)] = said
        if part.end() >= len(text):
            break
    return found


def _shorthand(said: str, found: Attributes) -> str:
    """What is left of `style#id.role%option`."""
    style = re.match(r"[^#.%]*", said)
    for mark, value in re.findall(r"([#.%])([^#.%]+)", said):
        name = {"#": "id", ".": "role", "%": "options"}[mark]
        found[name] = f"{found[name]},{value}" if name in found else value
    return style[0].strip() if style else said


def of_component(place: Place | None) -> Attributes:
    """The attributes that Antora gives every page of a file's component."""
    found = place.find("antora.yml") if place else None
    if place is None or found is None:
        return {}
    told = literals.read_yaml("\n".join(place.read(found)))
    named = literals.mapping(literals.mapping(told.get("asciidoc")).get("attributes"))
    values = {f"page-component-{each}": told.get(each) for each in ("name", "title", "version")}
    return {
        str(name).lower(): str(value).removesuffix("@")
        for name, value in (values | named).items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }


class Reader:
    """Reads one document's lines, with what it includes of the repository."""

    def __init__(self, place: Place | None, known: Attributes) -> None:
        self._place = place
        self._known = dict(_KNOWN) | known

    def lines(self, text: Sequence[str], first: int = 1) -> list[Line]:
        """The lines, `text` beginning with number `first`."""
        own = [Line(first + at, line.rstrip()) for at, line in enumerate(text)]
        return list(self._read(own, self._place))

    def _read(self, lines: Iterable[Line], place: Place | None) -> Iterator[Line]:
        holds: list[bool] = []
        for line in lines:
            if condition := _CONDITION.match(line.text):
                if condition[1] == "endif":
                    del holds[-1:]
                elif condition[1] != "ifeval" and condition[3].strip():  # the line is its own text
                    if all(holds) and self._is(condition):
                        yield Line(line.number, condition[3], line.file, line.at)
                else:
                    holds.append(self._is(condition))
                continue
            if not all(holds):
                continue
            if entry := ENTRY.match(line.text):
                self._set(entry)
            if _ESCAPED.match(line.text):
                yield Line(line.number, line.text[1:], line.file, line.at)
            elif found := _INCLUDE.match(line.text):
                yield from self._included(found, line, place)
            else:
                yield line

    def _is(self, condition: re.Match[str]) -> bool:
        if condition[1] == "ifeval":
            return False  # of values that a build gives
        names = re.split(r"[,+]", condition[2].lower())
        known = [name in self._known for name in names]
        is_set = all(known) if "+" in condition[2] else any(known)
        return is_set if condition[1] == "ifdef" else not is_set

    def _set(self, entry: re.Match[str]) -> None:
        name = entry[2].lower()
        if entry[1] or entry[3]:
            self._known.pop(name, None)
        else:
            self._known[name] = entry[4] or ""

    def _included(self, found: re.Match[str], line: Line, place: Place | None) -> Iterator[Line]:
        if place is None:
            return
        path = re.sub(
            r"\{([\w-]+)\}",
            lambda match: self._known.get(match[1].lower(), match[0])[:MAX_PATH],
            found[1][:MAX_PATH],
        )
        file = _file(path, place)
        inside = place.inside(file) if file else None
        if file is None or inside is None:
            return
        told = attributes(found[2])
        shown = _wanted(file, place.read(file), told)
        number = line.number
        brought = [
            Line(number, text.rstrip(), str(file), at)
            for at, text in zip(shown.numbers, shown.lines, strict=False)
        ]
        offset = told.get("leveloffset", "")
        if re.fullmatch(r"[+-]?\d", offset):
            brought = [_moved(each, int(offset)) for each in brought]
        if file.suffix.lower() in SUFFIXES:
            yield from self._read(brought, inside)
        else:
            yield from brought


def _moved(line: Line, offset: int) -> Line:
    """A heading so many levels further down."""
    heading = re.match(r"(={1,6})(?=\s+\S)", line.text)
    if not heading:
        return line
    level = min(max(len(heading[1]) + offset, 1), 6)
    return Line(line.number, "=" * level + line.text[heading.end() :], line.file, line.at)


def _file(path: str, place: Place) -> PurePosixPath | None:
    """The file that an include names, by its path or as one of Antora's resources."""
    path = re.sub(r"^\{(partial|example|page)sdir\}/", r"\1$", path)
    resource = _RESOURCE.fullmatch(path)
    if resource is None:
        return place.find(path)
    parts = place.file.parts
    if "modules" not in parts[:-1]:
        return None
    at = len(parts) - 1 - parts[::-1].index("modules")
    module = resource[1] or (parts[at + 1] if at + 1 < len(parts) else "ROOT")
    family = _FAMILIES.get(resource[2])
    return place.find(f"modules/{module}/{family}/{resource[3]}") if family else None


def _wanted(file: PurePosixPath, lines: list[str], told: Attributes) -> Shown:
    """The lines of a file that an include asks for, without the marks of its tags."""
    if "lines" in told:
        wanted = re.sub(r"\.\.(-1)?", "-", told["lines"])
        return includes.numbered(file, lines, wanted)
    names = re.split(r"[,;]", told.get("tags", told.get("tag", "")))
    return includes.some(file, lines, _tagged(lines, [each.strip() for each in names if each]))


def _tagged(lines: Sequence[str], names: Sequence[str]) -> Iterator[int]:
    wanted = {name for name in names if not name.startswith("!")}
    unwanted = {name[1:] for name in names if name.startswith("!")}
    every = not wanted or bool(wanted & {"*", "**"})
    inside: list[str] = []
    for number, line in enumerate(lines, 1):
        if mark := _TAG.search(line):
            if mark[1] == "tag":
                inside.append(mark[2])
            elif mark[2] in inside:
                inside.remove(mark[2])
            continue
        if unwanted & set(inside):
            continue
        if every or wanted & set(inside):
            yield number


def brought(lines: Iterable[Line]) -> list[Include]:
    """Where the lines stand that come from other files."""
    found: list[Include] = []
    for line in lines:
        if not line.file:
            continue
        last = found[-1] if found else None
        if last and last.file == line.file and last.end_line + 1 >= line.at >= last.start_line:
            found[-1] = Include(last.file, last.start_line, max(line.at, last.end_line))
        else:
            found.append(Include(line.file, line.at, line.at))
    return found

"""What a Jekyll page writes out of its site's data: loops over `site.data`, line by line.

Only those loops are run, over files of `_data`, and within bounds; what a tag in them does besides
is left out.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hyperrun.search.parsing.includes import Place
from hyperrun.search.site import literals

MAX_CHARS = 200_000  # of what one page's loops write
MAX_ITEMS = 1_000  # of one loop
MAX_DEPTH = 6
MAX_STEPS = 100_000  # pieces and items that one page's loops go through

_TOKEN = re.compile(r"(\{%-?(?P<tag>.{,1000}?)-?%\}|\{\{-?(?P<value>.{,1000}?)-?\}\})", re.DOTALL)
_LOOP = re.compile(r"for\s+(?P<name>\w+)\s+in\s+(?P<of>site\.data[\w.\[\]\"'-]*)")
_INNER = re.compile(r"for\s+(?P<name>\w+)\s+in\s+(?P<of>[\w.\[\]\"'-]+)")
_COMPARED = re.compile(r"(\S+)\s*(==|!=|contains)\s*(\S.*)")
_STEP = re.compile(r"[\w-]+")
_OTHERWISE = ("else", "elsif", "elif", "elseif")  # the last two are Nunjucks'
_SUFFIXES = (".yml", ".yaml", ".json")

Values = dict[str, Any]


@dataclass(slots=True)
class Piece:
    """A piece of a template: text, or a tag or value by its words; `at` is its line."""

    text: str
    tag: str = ""
    value: str = ""
    at: int = 0


def expanded(text: str, place: Place) -> tuple[str, list[int]] | None:
    """`text` with its loops over data run, and each line's number there; None where it has none."""
    if "site.data" not in text or not _LOOP.search(text):
        return None
    lines: list[str] = []
    numbers: list[int] = []
    changed = False
    source = text.split("\n")
    steps = _Steps()
    at = 0
    while at < len(source):
        run = _run(source, at, place, steps) if _opens(source[at]) else None
        if run is None:
            lines.append(source[at])
            numbers.append(at + 1)
            at += 1
            continue
        written, end = run
        changed = True
        for line, number in written:
            lines.append(line)
            numbers.append(number + 1)
        at = end
    return ("\n".join(lines), numbers) if changed else None


def _opens(line: str) -> bool:
    """Does a loop over data begin in a line, before which nothing stands?"""
    tag = re.match(r"\s*+\{%-?\s*+(.*?)%\}", line)
    return bool(tag and _LOOP.match(tag[1]))


def _run(
    source: Sequence[str], at: int, place: Place, steps: "_Steps"
) -> tuple[list[tuple[str, int]], int] | None:
    """The lines that the loop at a line writes, each with the line that it comes from, and where
    the loop ends; None where it cannot be told."""
    depth, end = 0, at
    for end in range(at, len(source)):
        tags = re.findall(r"\{%-?\s*(for|endfor)\b", source[end])
        depth += tags.count("for") - tags.count("endfor")
        if depth <= 0:
            break
    if depth > 0:
        return None
    read = pieces("\n".join(source[at : end + 1]), at)
    loop = next((each for each in read if each.tag), None)
    found = _LOOP.match(loop.tag) if loop else None
    values: Values = {}
    if found is None or (items := _data(found["of"], place)) is None:
        return None
    values[found["of"]] = items
    written: list[tuple[str, int]] = []
    _Run(values, written, steps).pieces(read, 0, len(read))
    said = "".join(text for text, _ in written)
    if len(said) > MAX_CHARS or not steps.left:
        return None
    is_html = bool(re.search(r"<(?:t[rdh]|li|d[td])\b", said))
    return _by_lines(written, not is_html), end + 1


def pieces(text: str, first: int) -> list[Piece]:
    found: list[Piece] = []
    at, line = 0, first
    for match in _TOKEN.finditer(text):
        before = text[at : match.start()]
        if match[0].startswith(("{%-", "{{-")):
            before = before.rstrip()
        if found and found[-1].text.endswith(("-%}", "-}}")) and (found[-1].tag or found[-1].value):
            before = before.lstrip()
        if before:
            found.append(Piece(before, at=line))
        line = first + text.count("\n", 0, match.start())
        tag, value = (match["tag"] or "").strip(), (match["value"] or "").strip()
        found.append(Piece(match[0], tag, value, line))
        at, line = match.end(), first + text.count("\n", 0, match.end())
    found.append(Piece(text[at:], at=line))
    return found


def _by_lines(written: Sequence[tuple[str, int]], with_blanks: bool) -> list[tuple[str, int]]:
    """What was written, in lines; an empty one would end a block of HTML."""
    lines: list[tuple[str, int]] = []
    now, number = "", written[0][1] if written else 0
    for text, at in written:
        for part in re.split(r"(\n)", text):
            if part != "\n":
                number = number if now.strip() else at
                now += part
                continue
            if now.strip() or (with_blanks and lines and lines[-1][0].strip()):
                lines.append((now, number))
            now, number = "", at
    return [*lines, (now, number)] if now.strip() else lines


@dataclass(slots=True)
class _Steps:
    """How many pieces and items a page's loops may still go through."""

    left: int = MAX_STEPS


class _Run:
    """Runs the pieces of one template."""

    def __init__(self, values: Values, written: list[tuple[str, int]], steps: _Steps) -> None:
        self._values = values
        self._written = written
        self._steps = steps
        self._depth = 0
        self._size = 0

    def pieces(self, pieces: Sequence[Piece], at: int, end: int) -> None:
        """Write what stands from one piece up to another."""
        while at < end and self._size <= MAX_CHARS and self._steps.left:
            self._steps.left -= 1
            piece = pieces[at]
            word = piece.tag.partition(" ")[0]
            if word == "for":
                at = self._for(pieces, at, end)
            elif word in ("if", "unless"):
                at = self._if(pieces, at, end)
            elif piece.value:
                self._write(self._said(piece.value), piece.at)
            elif not piece.tag:
                self._write(piece.text, piece.at)
            at += 1

    def _write(self, text: str, at: int) -> None:
        self._size += len(text)
        self._written.append((text, at))

    def _for(self, pieces: Sequence[Piece], at: int, end: int) -> int:
        close = closing(pieces, at, end, "for")
        loop = _INNER.match(pieces[at].tag)
        items = self._value(loop["of"]) if loop else None
        if isinstance(items, Mapping):
            items = [list(each) for each in items.items()]
        if loop is None or not isinstance(items, list) or self._depth >= MAX_DEPTH:
            return close
        self._depth += 1
        for item in items[:MAX_ITEMS]:
            if self._size > MAX_CHARS or not self._steps.left:
                break
            self._steps.left -= 1
            self._values[loop["name"]] = item
            self.pieces(pieces, at + 1, close)
        self._depth -= 1
        return close

    def _if(self, pieces: Sequence[Piece], at: int, end: int) -> int:
        close = closing(pieces, at, end, pieces[at].tag.partition(" ")[0])
        start, is_taken = at, False
        while start < close:
            following = branch(pieces, start + 1, close)
            word, _, condition = pieces[start].tag.partition(" ")
            holds = word == "else" or self._holds(condition) != (word == "unless")
            if holds and not is_taken:
                is_taken = True
                self.pieces(pieces, start + 1, following)
            start = following
        return close

    def _holds(self, condition: str) -> bool:
        if " or " in condition:
            return any(map(self._holds, condition.split(" or ")))
        if " and " in condition:
            return all(map(self._holds, condition.split(" and ")))
        compared = _COMPARED.match(condition.strip())
        if compared is None:
            return self._value(condition.strip()) not in (None, False)
        left, right = self._value(compared[1]), self._value(compared[3].strip())
        if compared[2] == "contains":
            return right in left if isinstance(left, str | list) else False
        return bool(left == right) == (compared[2] == "==")

    def _said(self, expression: str) -> str:
        named, *filters = expression.split("|")
        value = self._value(named.strip())
        if value is None and named.strip().split(".")[0] not in self._values:
            return "{{ " + expression + " }}"  # of the page, not of its data
        for each in filters:
            name, _, rest = each.strip().partition(":")
            told = rest.strip().strip("\"'")
            if name == "default" and value in (None, "", False):
                value = told
            elif name in ("append", "prepend"):
                value = f"{value or ''}{told}" if name == "append" else f"{told}{value or ''}"
            elif name == "join" and isinstance(value, list):
                value = told.join(map(str, value))
        if isinstance(value, bool):
            return str(value).lower()
        said = "" if value is None or isinstance(value, list | dict) else str(value)
        return re.sub(r"\s*\n\s*", " ", said.strip())

    def _value(self, name: str) -> Any:
        """What a name stands for; None for nothing."""
        if literal := re.fullmatch(r"\"([^\"]*)\"|'([^']*)'", name):
            return literal[1] or literal[2] or ""
        if name in ("true", "false"):
            return name == "true"
        if name in self._values:
            return self._values[name]
        return _at(self._values, _STEP.findall(name))


def closing(pieces: Sequence[Piece], at: int, end: int, word: str) -> int:
    """Where the tag at a piece is closed; `end` where it is not."""
    depth = 0
    for number in range(at, end):
        name = pieces[number].tag.partition(" ")[0]
        depth += (name == word) - (name == f"end{word}")
        if not depth:
            return number
    return end


def branch(pieces: Sequence[Piece], at: int, end: int) -> int:
    """The next branch of a condition; `end` where there is none."""
    depth = 0
    for number in range(at, end):
        name = pieces[number].tag.partition(" ")[0]
        if not depth and name in _OTHERWISE:
            return number
        depth += (name in ("if", "unless", "for")) - (name in ("endif", "endunless", "endfor"))
    return end


def _at(values: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if isinstance(values, list) and step.isdigit() and int(step) < len(values):
            values = values[int(step)]
        elif isinstance(values, Mapping):
            values = values.get(step)
        elif step == "size" and isinstance(values, str | list):
            values = len(values)
        else:
            return None
    return values


def _data(name: str, place: Place) -> Any:
    """The list or table that `site.data.a.b` names; None where there is none."""
    steps = _STEP.findall(name)[2:]
    for count in range(len(steps), 0, -1):
        for suffix in _SUFFIXES:
            file = place.find("/".join(("_data", *steps[:count])) + suffix)
            if file is None:
                continue
            value = _at(_read("\n".join(place.read(file)), suffix), steps[count:])
            return value if isinstance(value, list | dict) else None
    return None


def _read(text: str, suffix: str) -> Any:
    try:
        if suffix == ".json":
            return json.loads(text)
    except (ValueError, RecursionError):
        return None
    rows = re.sub(r"(?m)^(?=.)", "  ", re.sub(r"^---[ \t]*\n", "", text))
    return literals.read_yaml(f"rows:\n{rows}").get("rows")

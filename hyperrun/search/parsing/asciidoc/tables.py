"""AsciiDoc's tables as rows of cells."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from hyperrun.search.parsing.asciidoc.lines import Attributes, Line

MAX_COLUMNS = 100
_CELL = re.compile(
    r"(?:(?<=\s)|^)(?:(?P<times>\d+)\*|(?P<over>\d*)(?:\.(?P<down>\d+))?\+)?"
    r"(?:[<^>])?(?:\.[<^>])?(?P<style>[adehlmsv])?\|"
    r"|(?<!\\)(?P<bar>\|)",
    re.MULTILINE,
)


@dataclass(slots=True)
class Cell:
    """What stands in a cell, over how many columns and rows, and its style."""

    text: str
    style: str = ""
    over: int = 1
    down: int = 1


def rows(lines: Sequence[Line], mark: str, told: Attributes) -> tuple[list[list[Cell]], bool]:
    """The rows of a table whose lines these are, and whether its first is its head."""
    text = "\n".join(each.text for each in lines).strip("\n")
    columns = _columns(told.get("cols", ""))
    has_head = _has_head(text, told, mark)
    if mark in ",:" or told.get("format") in ("csv", "dsv", "tsv"):
        return _separated(text, mark, told), has_head
    if mark == "!":
        text = text.replace("!", "|")
    cells = _cells(text)
    wide = len(columns) or _width(text)
    return _in_rows(cells, wide, columns), has_head


def _columns(said: str) -> list[str]:
    """The styles of the columns that `cols` names; none where it names none."""
    if re.fullmatch(r"\d+", said.strip()):
        return [""] * min(int(said), MAX_COLUMNS)
    styles: list[str] = []
    for part in re.split(r"[,;]", said) if said else ():
        times = re.match(r"\s*(\d+)\*", part)
        style = re.search(r"[adehlmsv]\s*$", part)
        styles += [style[0].strip() if style else ""] * (int(times[1]) if times else 1)
    return styles[:MAX_COLUMNS]


def _has_head(text: str, told: Attributes, mark: str) -> bool:
    options = f"{told.get('options', '')},{told.get('opts', '')}"
    if "noheader" in options:
        return False
    first, _, rest = text.partition("\n")
    is_said = "header" in options.split(",") or mark in ",:"
    return is_said or (bool(first.strip()) and rest.startswith("\n"))


def _separated(text: str, mark: str, told: Attributes) -> list[list[Cell]]:
    by = told.get("separator") or {"csv": ",", "tsv": "\t", "dsv": ":"}.get(
        told.get("format", ""), mark
    )
    by = "\t" if by in ("\\t", "tab") else by[:1]
    read = csv.reader(StringIO(text), delimiter=by, skipinitialspace=True)
    return [[Cell(each) for each in row] for row in read if row]


def _width(text: str) -> int:
    """How many columns the first line that holds a cell has."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return max(sum(each.over for each in _cells(first)), 1)


def _cells(text: str) -> list[Cell]:
    found: list[Cell] = []
    marks = [each for each in _CELL.finditer(text) if text[each.end() - 2 : each.end()] != "\\|"]
    for at, mark in enumerate(marks):
        end = marks[at + 1].start() if at + 1 < len(marks) else len(text)
        said = text[mark.end() : end].strip().replace("\\|", "|")
        cell = Cell(said, mark["style"] or "", int(mark["over"] or 1), int(mark["down"] or 1))
        found += [cell] * min(int(mark["times"] or 1), MAX_COLUMNS)
    return found


def _in_rows(cells: Sequence[Cell], wide: int, columns: Sequence[str]) -> list[list[Cell]]:
    """The cells in rows of so many columns; what one covers of others is empty."""
    found: list[list[Cell]] = []
    row: list[Cell] = []
    covered: dict[tuple[int, int], bool] = {}
    for cell in cells:
        while covered.get((len(found), len(row))):
            row.append(Cell(""))
        at = len(row)
        style = cell.style or (columns[at] if at < len(columns) else "")
        row += [Cell(cell.text, style), *[Cell("")] * (min(cell.over, MAX_COLUMNS) - 1)]
        for below in range(1, min(cell.down, MAX_COLUMNS)):
            for beside in range(min(cell.over, MAX_COLUMNS)):
                covered[(len(found) + below, at + beside)] = True
        while covered.get((len(found), len(row))):
            row.append(Cell(""))
        if len(row) >= wide:
            found.append(row)
            row = []
    return [*found, row] if row else found

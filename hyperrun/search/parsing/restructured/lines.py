"""The lines that the blocks of a reStructuredText document stand in, where docutils is off."""

import re
from collections.abc import Sequence

from docutils import nodes

_UNDERLINE = re.compile(r"([!-/:-@\[-`{-~])\1+\s*$")
_LABEL = re.compile(r"\.\. _`?(?P<label>[^:`]+)`?:\s*$")


class SourceLines:
    """The lines of one document, which are counted from 1."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self._lines)

    def of_heading(self, source: str, after: int, told: int) -> tuple[int, int, str]:
        """The first and the last line of a heading, with the marks over and under it, and the label
        before it, "" for none; where it is not found, the line that docutils has `told`."""
        line = after
        while line < len(self._lines) - 1:
            if self._lines[line].strip() == source and _UNDERLINE.match(self._lines[line + 1]):
                break
            line += 1
        else:
            line = max(after, told - 1)
        first = line if self._has_mark_over(line) else line + 1
        return first, min(line + 2, len(self._lines)), self._label_over(first)

    def _has_mark_over(self, line: int) -> bool:
        """Is the heading whose index is `line` marked above, too?"""
        if not 0 < line < len(self._lines) - 1:
            return False
        over, under = self._lines[line - 1], self._lines[line + 1]
        return bool(over.strip()[:1] and _UNDERLINE.match(over) and over.strip() == under.strip())

    def _label_over(self, first: int) -> str:
        above = first - 2
        while above >= 0 and not self._lines[above].strip():
            above -= 1
        found = _LABEL.match(self._lines[above]) if above >= 0 else None
        return found["label"] if found else ""

    def trimmed(self, start: int, end: int) -> int:
        """The last of these lines that is not blank or the label of what comes next."""
        while end > start and (
            not self._lines[end - 1].strip() or _LABEL.match(self._lines[end - 1])
        ):
            end -= 1
        return end

    def start_of(self, node: nodes.Node, least: int) -> int:
        """The line that a block begins at: docutils' own is at times one of the lines after it."""
        line = min(node.line or _first_line(node) or least, len(self._lines))
        if isinstance(node, nodes.list_item | nodes.definition_list_item):
            return line
        while line > least and (
            self._lines[line - 2].strip() or not self._lines[line - 1].strip()
            or self._lines[line - 1][:1].isspace()
        ):  # fmt: skip
            line -= 1
        return line


def _first_line(node: nodes.Node) -> int:
    """The line of the first in a node that has one; 0 for none."""
    return next((each.line for each in node.findall() if getattr(each, "line", None)), 0)

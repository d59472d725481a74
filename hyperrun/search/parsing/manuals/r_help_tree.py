"""R's help files as a tree: macros with what stands in their braces, and text.

The grammar is that of R's own "Parsing Rd files": LaTeX-like text, code as in R, and verbatim text.
Whatever a file holds, it is read to its end.
"""

import re
from dataclasses import dataclass, field

MAX_DEPTH = 40
MAX_OPTION_CHARS = 2_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*|.", re.DOTALL)
# How many groups in braces a macro has at most, where it is not one.
_GROUPS = {
    "item": 2, "section": 2, "subsection": 2, "href": 2, "ifelse": 3, "if": 2, "tabular": 2,
    "method": 2, "S3method": 2, "S4method": 2, "figure": 2, "eqn": 2, "deqn": 2,
    "newcommand": 2, "renewcommand": 2,
    "dots": 0, "ldots": 0, "R": 0, "cr": 0, "tab": 0,
}  # fmt: skip
_LIKE_R = frozenset(("usage", "examples", "code"))
_VERBATIM = frozenset(("preformatted", "verb", "url", "out", "alias", "name", "kbd", "Sexpr"))
_WITH_STRINGS = frozenset(("usage", "examples"))


@dataclass(slots=True)
class Macro:
    """A macro by its name, what stands in its brackets, and its groups in braces, in order."""

    name: str
    line: int
    option: str = ""
    groups: "list[list[Node]]" = field(default_factory=list)


@dataclass(slots=True)
class Text:
    """Text without macros, and the line that it begins in."""

    text: str
    line: int


Node = Macro | Text


def parse(text: str) -> list[Node]:
    """The tree of a file; lines count from 1."""
    return _Parser(text).nodes("", 0)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def nodes(self, mode: str, depth: int, strings: bool = False) -> list[Node]:
        """What stands up to the brace that closes this group, or the end. `mode` is "" for text,
        "r" for code as in R, "verbatim" for what has no macros."""
        found: list[Node] = []
        run: list[str] = []
        line = self._line
        open_braces = 0

        def flush() -> None:
            nonlocal line
            if run:
                found.append(Text("".join(run), line))
                run.clear()
            line = self._line

        while self._at < len(self._text):
            each = self._text[self._at]
            after = self._text[self._at + 1 : self._at + 2]
            if each == "\\" and after and (after in "\\%{}" or mode == "verbatim"):
                run.append(after if after in "\\%{}" else each + after)
                self._skip(2)
            elif each == "\\" and after.isalpha():
                flush()
                found.append(self._macro(mode, depth))
                line = self._line
            elif each == "%":
                end = self._text.find("\n", self._at)
                self._skip((end if end >= 0 else len(self._text)) - self._at)
            elif each == "}" and not open_braces:
                break
            elif strings and each in "\"'`" and (end := self._string(each)) > 0:
                run.append(re.sub(r"\\([%\\])", r"\1", self._text[self._at : end]))
                self._skip(end - self._at)
            elif strings and each == "#":
                end = self._comment()
                run.append(self._text[self._at : end])
                self._skip(end - self._at)
            else:
                open_braces += (each == "{") - (each == "}")
                if mode or each not in "{}":
                    run.append(each)
                self._skip(1)
        flush()
        return found

    def _macro(self, mode: str, depth: int) -> Macro:
        line = self._line
        self._skip(1)
        match = _NAME.match(self._text, self._at)
        name = match[0] if match else ""
        self._skip(len(name))
        macro = Macro(name, line)
        if self._text.startswith("[", self._at) and name in ("link", "Sexpr", "linkS4class"):
            end = self._text.find("]", self._at, self._at + MAX_OPTION_CHARS)
            if end > 0:
                macro.option = self._text[self._at + 1 : end]
                self._skip(end + 1 - self._at)
        inner = "r" if name in _LIKE_R else "verbatim" if name in _VERBATIM else mode
        while len(macro.groups) < _GROUPS.get(name, 1) and depth < MAX_DEPTH:
            opening = re.compile(r"\s*\{" if macro.groups else r"\{").match(self._text, self._at)
            if opening is None:
                break
            self._skip(len(opening[0]))
            # A link's address holds no macros, its words do.
            group = "verbatim" if name == "href" and not macro.groups else inner
            macro.groups.append(self.nodes(group, depth + 1, name in _WITH_STRINGS))
            self._skip(1)
        if name in ("dots", "ldots", "R") and self._text.startswith("{}", self._at):
            self._skip(2)
        return macro

    def _string(self, quote: str) -> int:
        """Where the string of R ends that begins here; 0 where it does not in a few lines."""
        match = re.compile(rf"{quote}(?:\\.|[^\\{quote}]++)*+{quote}", re.DOTALL).match(
            self._text, self._at, self._at + 2_000
        )
        return match.end() if match and match[0].count("\n") < 10 and "%" not in re.sub(
            r"\\.", "", match[0]) else 0  # fmt: skip

    def _comment(self) -> int:
        """Where a comment of R ends: its line, or the brace that closes it all."""
        at, open_braces = self._at, 0
        while at < len(self._text) and self._text[at] != "\n":
            if self._text[at] in "\\%":
                return max(at, self._at + 1)
            open_braces += (self._text[at] == "{") - (self._text[at] == "}")
            if open_braces:
                return max(at, self._at + 1)
            at += 1
        return at

    def _skip(self, count: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count

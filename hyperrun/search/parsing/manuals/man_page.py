"""A manual page in roff, by the macros of man(7): its sections, its options, what is typed."""

import re
from dataclasses import dataclass, field

from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.blocks import Block
from hyperrun.search.parsing.manuals.roff_inline import TAG_MARKS, fonts_of, plain, said

NAME = re.compile(
    r"[A-Za-z_]\S*(?<!\.so)\.(?:[1-8][a-z]{0,3}|man|roff)(?:\.(?:in|prebuilt|te?mpl|tpl|template))?$"
)
_TITLE = re.compile(r"""^\.TH\s+("[^"]*"|\S+)(?:\s+("[^"]*"|\S+))?""", re.MULTILINE)
# `INDENT` and `UNINDENT` are docutils' own, for `RS` and `RE`.
_MACRO = re.compile(r"[.'][ \t]*((?:UN)?INDENT|de1|[A-Za-z]{1,4})\b[ \t]*(.*)$")
_ARGUMENT = re.compile(r'"((?:[^"]|"")*)"?|((?:\\ |\S)+)')
_COMMENT = re.compile(r"(?:^[.'][ \t]*|(?<!\\))\\[\"#].*$")
_NOTHING = re.compile(r"[.'][ \t]*$")
_LEFT = re.compile(r"\s*(!!|@@?|%%|\{\{)[\w .-]+(!!|@@?|%%|\}\})\s*$")  # for a build to fill in
_OPTION = re.compile(r"[-+]{1,2}[\w?#$@*-]")
_STARRED = re.compile(r"(?:\*|\\\(bu|•)[ \t]+(?=\S)")
_NUMBER = re.compile(r"(\d+)[.)]$")
_OTHER_MACROS = re.compile(r"^\.(?:Dd|Sh)\b", re.MULTILINE)  # mdoc's
# Sphinx makes such a page of what the documentation says.
_MADE_OF_PAGES = re.compile(r'^[.\']\\" Man page generated from reStructuredText')
MAX_NAME_CHARS = 60
_BREAK = "\x1a"  # which no file that is read holds
_ENDS = {"ig": "..", "de": "..", "de1": "..", "TS": ".TE", "EQ": ".EN", "PS": ".PE"}


def title(text: str) -> str:
    """The page's name with its section, "jq(1)"; "" where this is no page of man's macros."""
    found = _TITLE.search(text)
    if found is None or _OTHER_MACROS.search(text):
        return ""
    name, section = ((each or "").strip('"') for each in found.groups())
    name = plain(name)
    name = name.lower() if name.isupper() else name
    return f"{name}({section})" if section else name


def is_copy(text: str) -> bool:
    """Is the page made of the documentation that its project has?"""
    return bool(_MADE_OF_PAGES.match(text))


def read(text: str) -> list[Block]:
    """The blocks of a manual page: an option is an object of its own."""
    page = _Page()
    lines = text.splitlines()
    until = ""
    for number, line in enumerate(lines, 1):
        if until:
            until = "" if line.startswith(until) else until
            continue
        line = _COMMENT.sub("", line).rstrip()
        macro = _MACRO.match(line)
        if macro and macro[1] in _ENDS:
            until = _ENDS[macro[1]]
        elif macro:
            page.macro(number, macro[1], _arguments(macro[2]))
        elif not _NOTHING.match(line) and not _LEFT.match(line):
            page.text(number, line)
    page.end()
    return page.blocks


@dataclass
class _Item:
    """What hangs under a tag, and how far in its tag stands."""

    start: int
    depth: int
    tags: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    def content(self) -> str:
        body = "\n\n".join(filter(None, self.bodies))
        words = " ".join(plain(each) for each in self.tags).strip()
        if words in TAG_MARKS or not words:
            return commonmark.item(body, "-") if words else body
        if number := _NUMBER.match(words):
            return commonmark.item(body, f"{number[1]}.")
        tag = ", ".join(said(each).rstrip(": ") for each in self.tags)
        if self.is_option:
            return f"#### {tag}\n\n{body}" if body else tag
        if not body:
            return commonmark.item(tag, "-")
        return commonmark.item(commonmark.under(commonmark.strong(tag), body), "-")

    @property
    def is_option(self) -> bool:
        return bool(self.tags and _OPTION.match(plain(self.tags[0])))

    @property
    def name(self) -> str:
        """What an option is called."""
        whole = ", ".join(plain(each).rstrip(": ") for each in self.tags)
        if len(whole) <= MAX_NAME_CHARS:
            return whole
        return re.split(r"[=\[ ](?!-)", whole, maxsplit=1)[0].rstrip(", ")  # without its values


class _Page:
    """The page as far as it is read."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._items: list[_Item] = []
        self._depth = 0
        self._words: list[str] = []  # of the paragraph that is open
        self._code: list[str] | None = None
        self._is_code_ended_by_words = False
        self._start = self._last = 0
        self._awaits_tag = False
        self._heading = 0  # its level, where its words are on the next line

    def macro(self, number: int, name: str, arguments: list[str]) -> None:
        """A line that begins with a macro."""
        match name:
            case "SH" | "SS":
                self._close(0)
                self._depth = 0
                level = 2 if name == "SH" else 3
                if arguments:
                    self._add_heading(number, level, " ".join(arguments))
                else:
                    self._heading = level
            case "P" | "PP" | "LP" | "HP":
                self._paragraph()
                self._close(self._depth)
            case "sp" | "Sp":
                self._paragraph()
            case "br" if self._words:
                self._words[-1] += _BREAK
            case "TP" | "TQ":
                if name == "TP" or not self._items:
                    self._open(number)
                self._awaits_tag = True
            case "IP":
                self._paragraph()
                if arguments and arguments[0].strip():
                    self._open(number)
                    self._items[-1].tags.append(arguments[0])
            case "RS" | "INDENT":
                self._paragraph()
                self._depth += 1
            case "RE" | "UNINDENT":
                self._paragraph()
                self._depth = max(0, self._depth - 1)
                self._close(self._depth + 1)
            case "nf" | "EX":
                self._paragraph()
                self._code, self._start, self._last = [], number, number
            case "fi" | "EE":
                self._paragraph()
            case "UR" | "MT":
                self.text(number, " ".join(arguments))
            case _ if fonts := fonts_of(name):
                self.text(number, fonts(arguments))

    def text(self, number: int, line: str) -> None:
        """A line of words, or of code."""
        if self._heading:
            self._add_heading(number, self._heading, line)
            self._heading = 0
            return
        if self._awaits_tag:
            if line.strip():
                self._items[-1].tags.append(line)
                self._awaits_tag = False
            return
        is_code_line = bool(re.match(r" {3,}\S|\t\S", line))
        if self._code is not None and self._is_code_ended_by_words and line.strip():
            if not is_code_line:
                self._paragraph()
        elif self._code is None and is_code_line:
            self._paragraph()
            self._code, self._is_code_ended_by_words = [], True
            self._start = number
        if self._code is not None:
            self._code.append(plain(line))
        elif not line.strip():
            self._paragraph()
            return
        else:
            if not self._words:
                self._start = number
            self._words.append(_STARRED.sub("- ", line, count=1) if _STARRED.match(line) else line)
        self._last = number

    def end(self) -> None:
        """Nothing comes any more."""
        self._close(0)

    def _add_heading(self, number: int, level: int, words: str) -> None:
        name = plain(words).strip()
        if name:
            hashes = "#" * level
            self.blocks.append(Block(number, number, f"{hashes} {said(words)}", level, name,
                                     source=name))  # fmt: skip

    def _open(self, number: int) -> None:
        self._paragraph()
        self._close(self._depth)
        self._items.append(_Item(number, self._depth))

    def _paragraph(self) -> None:
        """End the paragraph or the code that is open."""
        content = ""
        if self._code is not None:
            lines = [line.expandtabs(8) for line in self._code]
            indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
            by = min(indents, default=0)
            content = commonmark.fence("\n".join(line[by:] for line in lines))
        elif self._words:
            content = said("\n".join(self._words)).replace(f"{_BREAK}\n- ", "\n- ")
            content = content.replace(f"{_BREAK}\n", "\\\n").replace(_BREAK, "")
            content = content if content.startswith("- ") else commonmark.paragraph(content)
        self._code, self._words, self._is_code_ended_by_words = None, [], False
        if not content:
            return
        if self._items:
            self._items[-1].bodies.append(content)
        else:
            self.blocks.append(Block(self._start, self._last, content))

    def _close(self, depth: int) -> None:
        """End every item whose tag stands as far in as `depth`, or further."""
        self._paragraph()
        self._awaits_tag = False
        while self._items and self._items[-1].depth >= depth:
            item = self._items.pop()
            content = item.content()
            if not content.strip():
                continue
            if self._items:
                self._items[-1].bodies.append(content)
                continue
            is_tight = bool(self.blocks) and self.blocks[-1].content.startswith("- ")
            self.blocks.append(
                Block(
                    item.start, max(item.start, self._last), content,
                    tight=is_tight and content.startswith("- "),
                    member=item.name if item.is_option else "",
                )
            )  # fmt: skip


def _arguments(rest: str) -> list[str]:
    found = _ARGUMENT.finditer(rest)
    return [each[2] if each[1] is None else each[1].replace('""', '"') for each in found]

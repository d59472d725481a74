"""What begins and ends AsciiDoc's blocks, and what its lines are by their marks."""

import re
from collections.abc import Callable, Sequence

from hyperrun.search.parsing.asciidoc.lines import Line

NOTES = {"NOTE": "Note", "TIP": "Tip", "IMPORTANT": "Important", "WARNING": "Warning",
         "CAUTION": "Caution"}  # fmt: skip
FORMULAS = ("stem", "latexmath", "asciimath")
DRAWN = frozenset(
    ("plantuml", "mermaid", "ditaa", "graphviz", "d2", "blockdiag", "vega", "nomnoml")
)
DELIMITER = re.compile(
    r"(?:(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,})|--|```+[\w+-]*|[|,:!]===)$"
)
HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+\1)?$")
UNDERLINES = "=-~^+"
BULLET = re.compile(r"[ \t]*(\*{1,6}|-|\u2022)[ \t]+(\S.*)$")
NUMBER = re.compile(r"[ \t]*(\.{1,6}|\d+\.|[a-zA-Z]\.|[ivxIVX]+\))[ \t]+(\S.*)$")
TERM = re.compile(r"[ \t]*(?!//)(\S.*?)(:{2,4}|;;)(?:[ \t]+(\S.*))?$")
CALLOUT = re.compile(r"<(\d+|\.)>[ \t]+(\S.*)$")
MACRO = re.compile(r"(?:image|video|audio|toc|include|plantuml|gist|pdf|icon)::[^\s\[]*\[.*\]$")
ANCHOR = re.compile(r"\[\[([^\],]+)(?:,[^\]]*)?\]\]$")
BRACKETS = re.compile(r"\[(?=[\w{,.#\"'%]|\]$)(.*)\]$")
TITLE = re.compile(r"\.(\.?[^ \t.].*)$")
NOTE = re.compile(rf"({'|'.join(NOTES)}):[ \t]+(\S.*)$")
PAGE_TITLE = re.compile(r"^=[ \t]+(\S.*)$", re.MULTILINE)
IN_CODE = re.compile(
    r"[ \t]*(?:(?P<guard>//|#|--|;;)[ \t]*)?<(?:(?P<number>\d+|\.)|!--(?P<in_xml>\d+|\.)--)>[ \t]*$"
)


def titles(lines: Sequence[Line]) -> dict[str, str]:
    """The titles of a document's sections by the letters of their ids."""
    found: dict[str, str] = {}
    own = ""
    for line in lines:
        if anchor := re.match(r"\[(?:\[([^\],]++).*\]|#([\w-]++).*)\]$", line.text):
            own = anchor[1] or anchor[2]
        elif heading := HEADING.match(line.text):
            title = re.sub(r"[`*]", "", heading[2])
            found.setdefault(letters(title), title)
            if own:
                found[letters(own)] = title
            own = ""
        elif line.text and not line.text.startswith("["):
            own = ""
    return found


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def section(lines: Sequence[Line], at: int) -> tuple[int, str, int]:
    """The level and title of a heading, and the line after it; 0 where there is none."""
    text = lines[at].text
    if heading := HEADING.match(text):
        return len(heading[1]), heading[2], at + 1
    under = lines[at + 1].text if at + 1 < len(lines) else ""
    if (
        len(under) >= 3 and under[0] in UNDERLINES and under == under[0] * len(under)
        and abs(len(under) - len(text)) <= 1 and re.match(r"\w", text)
    ):  # fmt: skip
        return UNDERLINES.index(under[0]) + 1, text, at + 2
    return 0, "", at


def closing(lines: Sequence[Line], at: int) -> int:
    """The line that closes a delimited block; the last where none does."""
    mark = lines[at].text
    mark = re.match(r"`+", mark)[0] if mark.startswith("```") else mark  # type: ignore[index]
    return until(lines, at + 1, lambda line: line == mark)


def until(lines: Sequence[Line], at: int, ends: Callable[[str], bool]) -> int:
    while at < len(lines) and not ends(lines[at].text):
        at += 1
    return at


def next(lines: Sequence[Line], at: int) -> int:
    """The next line that says something."""
    return until(lines, at, bool)


def ends_paragraph(line: str) -> bool:
    return not line or line == "+" or bool(DELIMITER.match(line) or BRACKETS.match(line)
                                           or ANCHOR.match(line))  # fmt: skip


def ends_attached(line: str) -> bool:
    """Does a paragraph that a `+` puts into an item end here?"""
    return line == "+" or bool(marker(line) or CALLOUT.match(line))


def marker(line: str) -> str:
    """The mark of a list's item, one for all of its list; "" where it is none."""
    if match := BULLET.match(line):
        return match[1]
    if match := NUMBER.match(line):
        return match[1] if match[1].startswith(".") else "1."
    if match := TERM.match(line):
        return "" if re.match(r"\w+::\S*\[", line) else match[2]
    return ""


def item_text(line: str) -> tuple[str, str]:
    """The words of an item's first line, and its term where it has one."""
    for pattern in (BULLET, NUMBER):
        if match := pattern.match(line):
            return match[2], ""
    term = TERM.match(line)
    return (term[3] or "", term[1]) if term else (line, "")


def item_content(own: str, parts: Sequence[str]) -> str:
    said = [each for each in parts if each]
    if own and said and re.match(r"(?:-|\d+\.) ", said[0]):
        own, said = f"{own}\n{said[0]}", said[1:]
    return "\n\n".join(filter(None, (own, *said)))


def checked(content: str) -> str:
    """An item without the box of a list of tasks."""
    return re.sub(r"\\?\[[ x*\\]{1,2}\\?\]\s+", "", content, count=1) if content[:2] in (
        "[ ", "[x", "[*", "\\[", "[\\") else content  # fmt: skip


def text(lines: Sequence[Line]) -> str:
    return "\n".join(each.text for each in lines)


def dedented(lines: Sequence[Line]) -> str:
    least = min(
        (len(each.text) - len(each.text.lstrip()) for each in lines if each.text), default=0
    )
    return "\n".join(each.text[least:] for each in lines)


def without_callout(line: str) -> str:
    """A line of code with its number where a comment holds it, else without."""
    match = IN_CODE.search(line)
    if not match:
        return line
    rest = without_callout(line[: match.start()])
    return f"{rest} {match['guard']} ({match['number']})" if match["guard"] else rest

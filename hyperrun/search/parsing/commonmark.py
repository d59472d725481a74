"""Pieces of CommonMark as they are written: whole, and with nothing left to be taken for a mark."""

import re
from bisect import bisect_left
from collections.abc import Sequence

_SPECIAL = re.compile(
    r"[\\`*]|(?<![^\W_])_|_(?![^\W_])|~~|<(?=[A-Za-z/!?])|&(?=#?\w+;)|(?<![\w\]])\[(?=\d[-,\s\d]*\])"
    r"|\[(?=[^\[\]]*\][(\[])"
)
_MAYBE = re.compile(r"[\\`*_~<&\[]")
_FORMULA = re.compile(r"\$(?![\s$])[^$\n]*(?<![\s$])\$(?!\d)")  # which it would be taken for
_OPENING = re.compile(
    r"(?:(#{1,6}|[-+*=]|>)(?=\s|$)|(\d{1,9})([.)])(?=\s|$)|(-{3,}|={3,}|~{3,})$|>)"
)
_ADDRESS = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)

MAX_FILLED = 100  # cells of a row that has fewer than its table's head
LEAST_LEADING = 5  # words of a sentence; "On this page:" leads to a table of contents


def escaped(text: str) -> str:
    """`text` with everything that would be a mark in a line told apart from one."""
    if "$" in text and _FORMULA.search(text):
        text = text.replace("$", "\0")
    if not _MAYBE.search(text):
        return text.replace("\0", r"\$")
    said = _SPECIAL.sub(lambda match: f"\\{match[0]}" if match[0] != "~~" else r"\~\~", text)
    return said.replace("\0", r"\$")


def paragraph(line: str) -> str:
    """A paragraph, whose beginning opens no other block."""
    match = _OPENING.match(line)
    if not match:
        return line
    at = match.end(2) if match[2] else 0
    return f"{line[:at]}\\{line[at:]}"


def code_span(code: str) -> str:
    """Code inside of a line."""
    code = re.sub(r"\s*\n\s*", " ", code)
    if not code.strip():
        return ""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{ticks}{pad}{code}{pad}{ticks}"


def fence(code: str, language: str = "") -> str:
    """A block of code; "" where there is none."""
    code = "\n".join(line.rstrip() for line in code.expandtabs(4).splitlines()).strip("\n")
    if not code:
        return ""
    longest = max((len(run) for run in re.findall("`{3,}", code)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{language}\n{code}\n{ticks}"


def link(words: str, address: str) -> str:
    """A link where the address leads anywhere outside of its page's site, else the words."""
    if not words.strip() or not _ADDRESS.fullmatch(address):
        return words
    return f"[{words}]({address if not re.search(r'[()]', address) else f'<{address}>'})"


def strong(words: str) -> str:
    """Words that stand out, as a label does."""
    words = words.strip()
    return f"**{words}**" if words and "**" not in words else words


def under(words: str, body: str) -> str:
    """A term with what it means below it."""
    if not body:
        return words
    opens = re.match(r"```|[-|>#] |\d+\.", body)
    return f"{words}\n\n{body}" if opens else f"{words}\\\n{body}"


def quoted(content: str) -> str:
    """`content` as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in content.splitlines())


def item(content: str, marker: str) -> str:
    """An item of a list."""
    indent = " " * (len(marker) + 1)
    lines = content.splitlines() or [""]
    return "\n".join(
        [f"{marker} {lines[0]}".rstrip(), *(f"{indent}{line}".rstrip() for line in lines[1:])]
    )


def table(rows: Sequence[Sequence[str]], alignments: Sequence[str] = ()) -> str:
    """A table, the first of its `rows` at its head; `alignments` are left, right, center or "".

    A column that says nothing, as one of pictures, is left out; a single one without a head is a
    list.
    """
    width = max((len(row) for row in rows), default=0)
    said = sorted({at for row in rows for at, cell in enumerate(row) if cell.strip()})
    if not said:
        return ""
    rules = {"left": ":---", "right": "---:", "center": ":---:"}
    sides = (*alignments, *[""] * width)
    aligned = [rules.get(sides[at], "---") for at in said]
    cells = [[row[at] for at in said[: bisect_left(said, len(row))]] for row in rows]
    for row in cells:
        row += [""] * ((len(said) if row is cells[0] else min(len(said), MAX_FILLED)) - len(row))
    if len(said) == 1 < width and not cells[0][0].strip():
        return "\n".join(f"- {cell_text(cell)}" for (cell,) in cells if cell.strip())
    written = [_row(row) for row in cells]
    return "\n".join([written[0], f"| {' | '.join(aligned)} |", *written[1:]])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell_text(cell) for cell in cells)} |"


def cell_text(content: str) -> str:
    """`content` in one line, for a table."""
    line = re.sub(r"\\?\s*\n\s*", " ", content.strip())
    return re.sub(r"(?<!\\)\|", r"\\|", line)


def titled(title: str, content: str) -> str:
    """`content` under a label; "" where there is neither."""
    return "\n\n".join(part for part in (strong(title), content.strip("\n")) if part)


def note(title: str, content: str) -> str:
    """An admonition: a quotation under its title, "" where it says nothing."""
    return quoted(titled(title, content)) if content.strip() or title else ""


def without_announcement(paragraph: str) -> str:
    """A paragraph without its last sentence, where that announces what is not there."""
    if not leads_on(paragraph):
        return paragraph
    before, end, _ = paragraph.rpartition(". ")
    return f"{before}." if end else ""


def leads_on(paragraph: str) -> bool:
    """Does a sentence go on with what stands below? A word or two are that one's title."""
    return paragraph.endswith(":") and len(paragraph.split()) >= LEAST_LEADING

"""HTML that stands in a document, as Markdown; and tags, JSX ones too, one by one."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from hyperrun.search.parsing import commonmark

_NAME = re.compile(r"<(/?)([A-Za-z][\w.:-]*)")
_ATTRIBUTE = re.compile(r"([A-Za-z_:@#][\w:.@-]*)(\s*=\s*)?")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`{}]+)")
_LITERAL = re.compile(
    r"\s*(?:\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)'|`((?:[^`$\\]|\\.)*+)`)\s*", re.DOTALL
)
_UNSEEN = re.compile(r"\bdisplay\s*:\s*none\b", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}
MAX_TAG_CHARS = 6_000  # of one that more lines of text may hold
_VOID = frozenset(("br", "hr", "img", "input", "source", "link", "meta", "area", "wbr", "col"))
_SILENT = frozenset(("script", "style", "svg", "iframe", "video", "audio", "template", "object",
                     "head", "button", "select", "math"))  # fmt: skip
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "main", "nav", "ol", "p", "picture", "pre", "section", "summary", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as it stands in a text, from its "<" up to `end`.

    Of `attributes` those are here whose value is a plain string; `expressions` holds the source of
    those that JSX computes.
    """

    name: str
    end: int
    closes: bool = False
    is_empty: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    expressions: dict[str, str] = field(default_factory=dict)

    def said(self, *names: str) -> str:
        """The first of these attributes that says anything."""
        return next((each for name in names if (each := self.attributes.get(name, "").strip())), "")


def tag(text: str, start: int, most_chars: int = MAX_TAG_CHARS) -> Tag | None:
    """The tag at `start`; None where none is, or where it is longer than `most_chars`."""
    match = _NAME.match(text, start)
    if not match:
        return None
    attributes: dict[str, str] = {}
    expressions: dict[str, str] = {}
    at, most = match.end(), min(len(text), start + most_chars)
    while at < most:
        if text[at].isspace():
            at += 1
        elif text.startswith("/>", at):
            return Tag(match[2], at + 2, bool(match[1]), True, attributes, expressions)
        elif text[at] == ">":
            empty = match[2].lower() in _VOID
            return Tag(match[2], at + 1, bool(match[1]), empty, attributes, expressions)
        elif text[at] == "{":
            end = balanced(text, at, most - at)
            if end is None:
                return None
            at = end
        elif named := _ATTRIBUTE.match(text, at):
            at = named.end()
            if named[2] is None:
                attributes[named[1]] = ""
            elif text.startswith("{", at):
                end = balanced(text, at, most - at)
                if end is None:
                    return None
                if (said := literal(text[at + 1 : end - 1])) is not None:
                    attributes[named[1]] = said
                else:
                    expressions[named[1]] = text[at + 1 : end - 1]
                at = end
            elif value := _QUOTED.match(text, at):
                attributes[named[1]] = next((each for each in value.groups() if each), "")
                at = value.end()
            else:
                return None
        else:
            return None
    return None


def literal(source: str) -> str | None:
    """The string that an expression of JavaScript is, without escapes; None where it is none."""
    found = _LITERAL.fullmatch(source)
    if found is None:
        return None
    return _ESCAPE.sub(
        lambda each: chr(int(each[1], 16)) if each[1] else _ESCAPED.get(each[2], each[2]),
        next(filter(None, found.groups()), ""),
    )


def balanced(text: str, start: int, most_chars: int = MAX_TAG_CHARS) -> int | None:
    """Where the brace at `start` is closed, one further; None where it is not soon enough."""
    depth = 0
    quote = ""
    for at in range(start, min(len(text), start + most_chars)):
        char = text[at]
        if quote:
            if char == quote and text[at - 1] != "\\":
                quote = ""
        elif char in "\"'`":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                return at + 1
    return None


def markdown(html: str) -> str:
    """What `html` says, as blocks of Markdown. Tags may be left open, or closed without one."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return writer.result()


class _Writer(HTMLParser):
    """Collects blocks; what stands in a cell, an item or a quotation is collected for itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[str] = []
        self._line = ""
        self._silent = 0
        self._repeated: list[
            str
        ] = []  # an element that is not read, once for each in it of its name
        self._pre: list[str] | None = None
        self._language = ""
        self._code: str | None = None
        self._links: list[tuple[str, str]] = []
        self._heading = 0
        self._open: list[tuple[str, list[str]]] = []  # what is collected for itself
        self._rows: list[list[str]] = []
        self._unseen: set[int] = set()  # the columns of a table that its page does not show
        self._are_cards = False
        self._counts: list[int] = []

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attributes}
        is_unseen = name not in _VOID and bool(_UNSEEN.search(told.get("style", "")))
        # What its page does not show, or Vue makes of a list that only it knows.
        if self._repeated or is_unseen or "v-for" in told:
            self._repeated += [name] * (not self._repeated or self._repeated[0] == name)
            return
        if name in _SILENT:
            self._silent += 1
            return
        if self._silent:
            return
        if name in _BLOCKS:
            self._end_line()
        if name == "pre":
            self._pre = []
            self._language = _language(told)
        elif self._pre is not None:
            self._language = self._language or _language(told)
            self._pre += ["\n"] * (name == "br")
        elif name == "br":
            self._line += "\\\n" if self._line.strip() else ""
        elif name in ("code", "tt", "samp"):
            self._code = ""
        elif name == "a":
            self._links.append((told.get("href", ""), self._line))
            self._line = ""
        elif name in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self._heading = int(name[1])
        elif name in ("ul", "ol"):
            self._counts.append(0 if name == "ul" else 1)
        elif name in ("li", "blockquote", "dd", "td", "th", "summary", "dt", "caption"):
            if name in ("li", "td", "th"):
                self._close_open(name)
            if name == "th" and "data-hidden" in told and self._rows:
                self._unseen.add(len(self._rows[-1]))
            self._open.append((name, self._blocks))
            self._blocks = []
        elif name == "table":
            self._rows, self._unseen = [], set()
            self._are_cards = told.get("data-view") == "cards"
        elif name == "tr":
            self._rows.append([])

    def handle_endtag(self, name: str) -> None:
        if self._repeated:
            self._repeated = self._repeated[self._repeated[0] == name :]
            return
        if name in _SILENT:
            self._silent = max(0, self._silent - 1)
            return
        if self._silent:
            return
        if name == "pre" and self._pre is not None:
            code = "".join(self._pre)
            self._pre = None
            self._blocks.append(commonmark.fence(code, self._language))
        elif self._pre is not None:
            return
        elif name in ("code", "tt", "samp") and self._code is not None:
            code, self._code = self._code, None
            self._line += commonmark.code_span(code)
        elif name == "a" and self._links:
            address, before = self._links.pop()
            words = self._line
            self._line = before + commonmark.link(words.strip(), address)
        elif name in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self._end_line()
            self._heading = 0
        elif name in ("ul", "ol") and self._counts:
            self._end_line()
            self._close_open("li")
            self._counts.pop()
        elif name == "table":
            self._end_line()
            self._close_open("td")
            seen = [
                [cell for number, cell in enumerate(row) if number not in self._unseen]
                for row in self._rows
            ]
            rows = [row for row in seen if any(row)]
            self._rows = []
            self._blocks.append(_cards(rows) if self._are_cards else _table(rows))
        elif name in ("li", "blockquote", "dd", "td", "th", "summary", "dt", "caption"):
            self._close_open(name)
        elif name in _BLOCKS:
            self._end_line()

    def handle_data(self, data: str) -> None:
        if self._silent or self._repeated:
            return
        if self._pre is not None:
            self._pre.append(data)
        elif self._code is not None:
            self._code += data
        else:
            self._line += commonmark.escaped(re.sub(r"\s+", " ", data))

    def _end_line(self) -> None:
        if self._code is not None:
            self._line += commonmark.code_span(self._code)
            self._code = None
        while self._links:
            _, before = self._links.pop()
            self._line = before + self._line
        line = re.sub(r" *(\\\n) *|  +", lambda match: match[1] or " ", self._line).strip(" \\\n")
        self._line = ""
        if line:
            opening = "#" * self._heading
            self._blocks.append(f"{opening} {line}" if opening else commonmark.paragraph(line))

    def _close_open(self, name: str) -> None:
        """Write what was collected for the innermost element called `name`, and all within it."""
        alike = ("td", "th") if name in ("td", "th") else (name,)
        barrier = {"li": ("ul",), "td": ()}.get(name, ())
        if not any(each in alike for each, _ in self._open) or (
            name == "li" and self._open and self._open[-1][0] in barrier
        ):
            return
        if name == "li" and len(self._counts) > sum(each == "li" for each, _ in self._open):
            return  # the first item of a list inside of another's
        self._end_line()
        while self._open:
            inner, outer = self._open.pop()
            said = "\n\n".join(filter(None, self._blocks))
            self._blocks = outer
            self._write(inner, said)
            if inner in alike:
                return

    def _write(self, name: str, said: str) -> None:
        if name in ("td", "th") and self._rows:
            self._rows[-1].append(said)
        elif not said:
            return
        elif name == "li":
            count = self._counts[-1] if self._counts else 0
            if count:
                self._counts[-1] += 1
            self._blocks.append(commonmark.item(said, f"{count}." if count else "-"))
        elif name == "blockquote":
            self._blocks.append(commonmark.quoted(said))
        elif name in ("summary", "dt", "caption"):
            self._blocks.append(commonmark.strong(said))
        else:
            self._blocks.append(said)

    def result(self) -> str:
        if self._pre is not None:
            self._blocks.append(commonmark.fence("".join(self._pre), self._language))
        self._end_line()
        while self._open:
            self._close_open(self._open[-1][0])
        if self._rows:
            self._blocks.append(_table(self._rows))
        return "\n\n".join(filter(None, self._blocks))


def _table(rows: list[list[str]]) -> str:
    if not rows:
        return ""
    if max(map(len, rows)) == 1:  # a table that only places what is in it
        return "\n\n".join(cell for row in rows for cell in row if cell)
    return commonmark.table(rows)


def _cards(rows: list[list[str]]) -> str:
    """The rows of a table that its page shows as cards."""
    return "\n".join(commonmark.item("\\\n".join(filter(None, row)), "-") for row in rows)


def _language(attributes: dict[str, str]) -> str:
    match = re.search(r"\b(?:language|lang)-([\w+#-]+)", attributes.get("class", ""))
    return match[1] if match else attributes.get("lang", "")

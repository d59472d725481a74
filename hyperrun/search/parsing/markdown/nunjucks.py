"""What a page of Eleventy shows by macros of its project's own: `{{ tabs({ package: "a" }) }}`.

Macros that a page imports from a file of `_includes` are run, with the data of `_data` and within
bounds. A call that cannot be run is left out: no page shows it.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from hyperrun.search.parsing import html_text
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.markdown.liquid import Piece, branch, closing, pieces
from hyperrun.search.site import literals

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_CALLS = 100  # of one page
MAX_CALL_LINES = 40
MAX_STEPS = 200_000  # pieces and values that all calls of a page go through
MAX_EXPRESSION_CHARS = 5_000
MAX_PIECES = 1_000  # of a file of macros
MAX_CHARS = 200_000  # that they write
MAX_DEPTH = 6

_IMPORT = re.compile(
    r"\{%-?\s*+from\s++[\"'](?P<file>[^\"'\n]{1,200})[\"']\s++import\s(?P<names>[\w\s,]{1,500})-?%\}"
)
_CALL = re.compile(r"\s*\{\{-?\s*(\w+)\s*\(")
_WHOLE_CALL = re.compile(r"\s*\{\{-?\s*\w+\s*\((.*)\)\s*(?:\|\s*safe\s*)?-?\}\}\s*", re.DOTALL)
_MACRO = re.compile(r"macro\s+(\w+)\s*\(([\w\s,]*)\)")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_WORDS = {"and": "&&", "or": "||", "not": "!"}
_FOR = re.compile(r"for\s+(\w+)\s+in\s+(.+)", re.DOTALL)
_HEADING = re.compile(r"<(h[1-6])\b[^<>]{,500}>(.{,300}?)</\1>", re.DOTALL)
_COMMENT = re.compile(r"\{#.{,1000}?#\}", re.DOTALL)
_CONTROL = re.compile(r"<button\b.{,1000}?</button>", re.DOTALL)

Values = Mapping[str, Any]


class Unknown(Exception):
    """An expression is of what is not written down."""


def expanded(text: str, place: Place) -> tuple[str, list[int]] | None:
    """`text` with what its calls of macros write, and each line's number there; None where it
    imports none."""
    macros: dict[str, _Macro] = {}
    for found in _IMPORT.finditer(text):
        macros |= _macros(found["file"], found["names"], place)
    if not macros:
        return None
    source, lines, numbers = text.split("\n"), list[str](), list[int]()
    run = _Run(partial(_data, place=place, known={}))
    at, calls, fence = 0, 0, ""
    while at < len(source):
        mark = _FENCE.match(source[at])
        if mark and not (fence and not mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        call = None if fence or calls >= MAX_CALLS else _CALL.match(source[at])
        end = _end(source, at) if call and call[1] in macros else 0
        if call is None or not end:
            lines.append(source[at])
            numbers.append(at + 1)
            at += 1
            continue
        calls += 1
        written = ["", *_shown(run.call(macros[call[1]], "\n".join(source[at:end]))), ""]
        lines += written
        numbers += [at + 1, *[end] * (len(written) - 1)]
        at = end
    return "\n".join(lines), numbers


def _end(source: Sequence[str], at: int) -> int:
    """The line after the call that begins in a line and nothing follows; 0 where there is none."""
    for end in range(at, min(len(source), at + MAX_CALL_LINES)):
        if "}}" in source[end]:
            return end + 1 if _WHOLE_CALL.fullmatch("\n".join(source[at : end + 1])) else 0
    return 0


def _shown(written: str) -> list[str]:
    """What a macro has written, as lines of Markdown: headings are labels there."""
    lines, html, fence = list[str](), list[str](), ""
    for line in [*written.split("\n"), "```"]:
        mark = _FENCE.match(line)
        if not fence and mark:
            lines += _blocks(_CONTROL.sub("", "\n".join(html)))
            html = []
        if fence or mark:
            lines.append(line)
        else:
            html.append(line)
        if mark and not (fence and not mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
    return lines[:-1]


def _blocks(html: str) -> list[str]:
    """The lines of what `html` says, with its headings as labels."""
    lines = [""]
    for at, said in enumerate(_HEADING.split(html)):
        if at % 3 == 1:
            continue  # the name of a tag
        said = html_text.markdown(said).strip()
        lines += [f"**{said}**" if at % 3 == 2 and said else said, ""]
    return lines


class _Macro:
    """A macro: what it is given, and its pieces."""

    def __init__(self, names: Sequence[str], body: Sequence[Piece]) -> None:
        self.names = names
        self.body = body


def _macros(path: str, names: str, place: Place) -> dict[str, _Macro]:
    """The macros of a file that are imported, by the names that the page gives them."""
    file = place.find(f"_includes/{path}")
    if file is None:
        return {}
    read = pieces(_COMMENT.sub("", "\n".join(place.read(file))), 0)[:MAX_PIECES]
    known: dict[str, _Macro] = {}
    for at, piece in enumerate(read):
        if found := _MACRO.fullmatch(piece.tag):
            body = read[at + 1 : closing(read, at, len(read), "macro")]
            known[found[1]] = _Macro([each.strip() for each in found[2].split(",")], body)
    names = " ".join(names.split()).partition(" with")[0]  # " with context"
    wanted = (each.split() for each in names.split(","))
    return {each[-1]: known[each[0]] for each in wanted if each and each[0] in known}


def _data(name: str, place: Place, known: dict[str, Any]) -> Any:
    """What a file of `_data` says. Raises `Unknown`."""
    if name not in known:
        file = place.find(f"_data/{name}.json")
        try:
            known[name] = json.loads("\n".join(place.read(file))) if file else Unknown
        except (ValueError, RecursionError):
            known[name] = Unknown
    if known[name] is Unknown:
        raise Unknown(name)
    return known[name]


class _Run:
    """Runs macros, all within the same bounds."""

    def __init__(self, data: Callable[[str], Any]) -> None:
        self._data = data
        self._steps, self._chars, self._depth = MAX_STEPS, MAX_CHARS, 0

    def call(self, macro: _Macro, source: str) -> str:
        """What a call writes; "" where it cannot be told."""
        found = _WHOLE_CALL.fullmatch(source)
        self._depth = 0
        try:
            given = self._value(f"[{found[1] if found else ''}]", {})
            values = dict.fromkeys(macro.names) | dict(zip(macro.names, given, strict=False))
            written: list[str] = []
            self._pieces(macro.body, 0, len(macro.body), values, written)
        except (Unknown, RecursionError):
            return ""
        return "".join(written)

    def _pieces(
        self, read: Sequence[Piece], at: int, end: int, values: Values, written: list[str]
    ) -> None:
        while at < end:
            piece = read[at]
            text = piece.text if not piece.tag else ""
            word, _, rest = piece.tag.partition(" ")
            self._steps -= 1
            if word == "for":
                at = self._for(read, at, end, values, written)
            elif word == "if":
                at = self._if(read, at, end, values, written)
            elif word == "set":
                name, _, said = rest.partition("=")
                values = {**values, name.strip(): self._value(said, values)}
            elif piece.value:
                text = _text(self._value(piece.value, values))
            self._charge(len(text))
            written.append(text)
            at += 1

    def _charge(self, chars: int) -> None:
        """Raises `Unknown` once there is too much to do, or to write."""
        self._chars -= chars
        if self._steps < 0 or self._chars < 0:
            raise Unknown("too much")

    def _for(
        self, read: Sequence[Piece], at: int, end: int, values: Values, written: list[str]
    ) -> int:
        close = closing(read, at, end, "for")
        found = _FOR.fullmatch(read[at].tag)
        items = self._value(found[2], values) if found else None
        self._depth += 1
        self._steps -= close - at
        if found is None or not isinstance(items, list) or self._depth > MAX_DEPTH:
            raise Unknown(read[at].tag)
        for item in items:
            self._pieces(read, at + 1, close, {**values, found[1]: item}, written)
        self._depth -= 1
        return close

    def _if(
        self, read: Sequence[Piece], at: int, end: int, values: Values, written: list[str]
    ) -> int:
        close = closing(read, at, end, "if")
        self._steps -= close - at
        start = at
        while start < close:
            following = branch(read, start + 1, close)
            word, _, condition = read[start].tag.partition(" ")
            if word == "else" or _holds(self._value(condition, values)):
                self._pieces(read, start + 1, following, values, written)
                break
            start = following
        return close

    def _value(self, source: str, values: Values) -> Any:
        """What an expression is. Raises `Unknown`."""
        if len(source) > MAX_EXPRESSION_CHARS:
            raise Unknown("too long")
        parts = re.findall(r"\"[^\"]*\"|'[^']*'|\|\|?|[^|\"']+|[\"']", source)
        filters = [at for at, each in enumerate(parts) if each == "|"]
        said = "".join(parts[: filters[0]] if filters else parts)
        words = re.findall(r"\"[^\"]*\"|'[^']*'|\w+|\W", said)
        tree = literals.expression("".join(_WORDS.get(each, each) for each in words))
        if tree is None or any("".join(parts[at + 1 : at + 2]).strip() != "safe" for at in filters):
            raise Unknown(source)
        return self._said(tree, values)

    def _said(self, node: "Node", values: Values) -> Any:
        self._steps -= 1
        children = [each for each in node.named_children if each.type != "comment"]
        said = (node.text or b"").decode(errors="replace")
        match node.type:
            case "string":
                return literals.string(node)
            case "number":
                return int(said) if said.isdecimal() and len(said) <= literals.MAX_DIGITS else said
            case "true" | "false":
                return said == "true"
            case "null" | "undefined":
                return None
            case "parenthesized_expression":
                return self._said(children[0], values)
            case "identifier":
                return values[said] if said in values else self._data(said)
            case "array":
                return [self._said(each, values) for each in children]
            case "object":
                return dict(self._pair(each, values) for each in children)
            case "member_expression" | "subscript_expression":
                owner, name = self._said(children[0], values), children[-1]
                if isinstance(owner, list):
                    raise Unknown(said)
                is_named = name.type == "property_identifier"
                key = (name.text or b"").decode() if is_named else self._said(name, values)
                return owner.get(key) if isinstance(owner, dict) and isinstance(key, str) else None
            case "unary_expression" if said.startswith("!"):
                return not _holds(self._said(children[0], values))
            case "binary_expression":
                return self._both(node, values)
            case "call_expression":
                return self._called(node, values)
        raise Unknown(said)

    def _pair(self, node: "Node", values: Values) -> tuple[str, Any]:
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        if key is None or value is None:
            raise Unknown("no pair")
        name = literals.string(key) if key.type == "string" else (key.text or b"").decode()
        return name, self._said(value, values)

    def _both(self, node: "Node", values: Values) -> Any:
        left, sign, right = node.children[0], node.children[1], node.children[-1]
        one = self._said(left, values)
        match (sign.text or b"").decode():
            case "&&":
                return self._said(right, values) if _holds(one) else one
            case "||":
                return one if _holds(one) else self._said(right, values)
            case "==" | "===":
                return _is_same(one, self._said(right, values))
            case "!=" | "!==":
                return not _is_same(one, self._said(right, values))
        raise Unknown("operator")

    def _called(self, node: "Node", values: Values) -> Any:
        """`a.includes(b)`, `a.replace(b, c)`, `a.join(b)`."""
        function = node.child_by_field_name("function")
        given = node.child_by_field_name("arguments")
        if function is None or given is None or function.type != "member_expression":
            raise Unknown("call")
        owner = self._said(function.named_children[0], values)
        told = [self._said(each, values) for each in given.named_children]
        match (function.named_children[-1].text or b"").decode(), owner, told:
            case "includes", str(), [str(part)]:
                return part in owner
            case "includes", list(), [value]:
                return any(_is_same(each, value) for each in owner)
            case "replace", str(), [str(old), str(new)]:
                self._charge(len(owner) + len(new))
                return owner.replace(old, new, 1)
            case "join", list(), [str(between)]:
                texts = [_text(each) for each in owner]
                self._charge(sum(map(len, texts)) + len(between) * len(texts))
                return between.join(texts)
        raise Unknown("call")


def _text(value: Any) -> str:
    """What is written of a value. Raises `Unknown`."""
    if isinstance(value, list | dict):
        raise Unknown("no text")
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _holds(value: Any) -> bool:
    """Does JavaScript take it for true? It does so for an empty list."""
    return isinstance(value, list | dict) or bool(value)


def _is_same(one: Any, other: Any) -> bool:
    """Are two values one, as JavaScript has it?"""
    return one is other if isinstance(one, list | dict) else bool(one == other)

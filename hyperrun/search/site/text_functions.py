"""Functions of JavaScript from one text to another, where they are a chain of steps that is written
down, as most that name anchors are; none of them is ever run."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_STEPS = 30
MAX_GIVEN = 30  # characters that are put in the place of others
MAX_CHARS = 2_000  # of a text between two steps
URI_UNRESERVED = "-_.!~*'()"

_WRAPPED = frozenset((
    "parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression",
))  # fmt: skip
_TOKEN = re.compile(
    r"(?:(?P<group>\((?:\?:)?)|(?P<end>\))|(?P<or>\|)|(?P<edge>[\^$])"
    r"|(?P<set>\[\^?(?:\\.|[^\]\\])+\])|(?P<escape>\\(?:u[\da-fA-F]{4}|x[\da-fA-F]{2}|.))"
    r"|(?P<char>[^\\*+?{}()|\[\]]))(?P<times>\*|\+|\?|\{\d{1,3}(?:,\d{0,3})?\})?"
)
_IN_SET = re.compile(r"\\(?:u[\da-fA-F]{4}|x[\da-fA-F]{2}|.)|.", re.DOTALL)
_KINDS = {"d": "0-9", "w": "A-Za-z0-9_", "s": r"\s"}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_FLAGS = {"g": 0, "u": 0, "i": re.IGNORECASE, "s": re.DOTALL}
_GIVEN = re.compile(r"\$([$&\d])")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression of JavaScript that looks at each character a bounded number of times."""

    expression: re.Pattern[str]
    is_global: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What is done with a text: the method of that name, and what it is given."""

    name: str
    given: tuple[Any, ...] = ()

    def __call__(self, text: str) -> str:
        match self.name, self.given:
            case "toLowerCase", _:
                return text.lower()
            case "trim", _:
                return text.strip()
            case "encodeURIComponent", _:
                return quote(text, safe=URI_UNRESERVED)
            case "normalize", (form,):
                return unicodedata.normalize(form, text)
            case (("replace" | "replaceAll"), (str() as old, new)):
                return text.replace(old, new, -1 if self.name == "replaceAll" else 1)
            case (("replace" | "replaceAll"), (Pattern() as old, new)):
                parts = _GIVEN.split(new)
                most = 0 if old.is_global else 1
                return old.expression.sub(lambda found: _filled(parts, found), text, most)
        return text


@dataclass(frozen=True, slots=True)
class TextFunction:
    """What is done with a text, step by step."""

    steps: tuple[Step, ...]

    def __call__(self, text: str) -> str:
        """What becomes of `text`; "" where that is too long."""
        for step in self.steps:
            text = step(text) if len(text) <= MAX_CHARS else ""
        return text


def read(function: Node, value: Callable[[Node], Any]) -> TextFunction | None:
    """The function of one text that a node is; None for any other. `value` tells what the
    expressions are that it is written with."""
    parameters = function.child_by_field_name("parameters")
    named = parameters.named_children if parameters is not None else []
    parameter = function.child_by_field_name("parameter") or (named[0] if len(named) == 1 else None)
    body = function.child_by_field_name("body")
    if parameter is None or body is None:
        return None
    if body.type == "statement_block":
        statements = [each for each in body.named_children if each.type != "comment"]
        if len(statements) != 1 or statements[0].type != "return_statement":
            return None
        body = next(iter(statements[0].named_children), None)
    name = _said(parameter.child_by_field_name("pattern") or parameter)
    steps = _steps(body, name, value) if body is not None else None
    return TextFunction(tuple(steps)) if steps and len(steps) <= MAX_STEPS else None


def _steps(node: Node, name: str, value: Callable[[Node], Any]) -> list[Step] | None:
    """What an expression does with the text called `name`."""
    if node.type == "identifier":
        return [] if _said(node) == name else None
    if node.type in _WRAPPED:
        return _steps(node.named_children[0], name, value) if node.named_children else None
    called, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if node.type != "call_expression" or called is None or arguments is None:
        return None
    given = [each for each in arguments.named_children if each.type != "comment"]
    if called.type == "member_expression":
        owner, method = called.child_by_field_name("object"), called.child_by_field_name("property")
        before = _steps(owner, name, value) if owner is not None else None
        step = _method(_said(method), [value(each) for each in given]) if method else None
    else:
        before = _steps(given[0], name, value) if len(given) == 1 else None
        said = _said(called)
        step = Step(said) if said in ("String", "encodeURIComponent") else None
    return [*before, step] if before is not None and step is not None else None


def _method(name: str, given: list[Any]) -> Step | None:
    """What a method of a text does; None where that is not known."""
    match name, given:
        case (("toLowerCase" | "toLocaleLowerCase"), []):
            return Step("toLowerCase")
        case (("trim" | "toString"), []):
            return Step(name)
        case "normalize", [] | ["NFC" | "NFD" | "NFKC" | "NFKD"]:
            return Step(name, tuple(given) or ("NFC",))
        case (("replace" | "replaceAll"), [str() as old, str() as new]) if old and "$" not in new:
            return Step(name, (old, new))
        case (("replace" | "replaceAll"), [Pattern() as old, str() as new]):
            is_known = len(new) <= MAX_GIVEN and "$" not in "".join(_GIVEN.split(new)[::2])
            return Step(name, (old, new)) if is_known else None
    return None


def _filled(parts: Sequence[str], found: re.Match[str]) -> str:
    """What is put in the place of what was found: words, and between them what they take of it."""
    said = ""
    for at, part in enumerate(parts):
        if at % 2 == 0 or part == "$":
            said += part
        elif part == "&":
            said += found[0]
        elif 0 < int(part) <= (found.re.groups):
            said += found[int(part)] or ""
    return said


def pattern(node: Node) -> Pattern | None:
    """The regular expression that a node is; None where Python would read it otherwise, or where it
    might look at a text again and again."""
    written, told = node.child_by_field_name("pattern"), node.child_by_field_name("flags")
    flags = _said(told) if told is not None else ""
    if written is None or not set(flags) <= _FLAGS.keys():
        return None
    source, text, at = "", _said(written), 0
    repeated = depth = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        part = _translated(found) if found is not None else None
        if found is None or part is None:
            return None
        depth += bool(found["group"]) - bool(found["end"])
        is_repeated = (found["times"] or "?") != "?"
        repeated = 0 if found["or"] and not depth else repeated + is_repeated
        if repeated > 1 or (found["times"] and (found["end"] or found["group"] or found["edge"])):
            return None
        source += part + (found["times"] or "")
        at = found.end()
    try:
        expression = re.compile(source, sum(_FLAGS[each] for each in set(flags)))
    except (re.error, OverflowError):
        return None
    return Pattern(expression, "g" in flags)


def _translated(found: re.Match[str]) -> str | None:
    """One part of a regular expression as Python writes it."""
    if found["set"]:
        return _set(found["set"])
    if found["escape"]:
        letter = found["escape"][1]
        if letter in _KINDS:
            return f"[{_KINDS[letter]}]"
        if letter.lower() in _KINDS:
            return f"[^{_KINDS[letter.lower()]}]"
        return _escaped(found["escape"])
    if found["edge"]:
        return r"\Z" if found["edge"] == "$" else "^"
    if found["char"]:
        return "." if found["char"] == "." else re.escape(found["char"])
    return found["group"] or found["end"] or found["or"]


def _set(written: str) -> str | None:
    """A set of characters."""
    opened = "[^" if written.startswith("[^") else "["
    said, after_kind = opened, False
    for each in _IN_SET.findall(written[len(opened) : -1]):
        if each[0] == "\\" and each[1] in _KINDS:
            said, after_kind = said + _KINDS[each[1]], True
            continue
        if each == "-":
            part: str | None = r"\-" if after_kind else "-"
        else:
            part = _escaped(each) if each[0] == "\\" else re.escape(each)
        if part is None:
            return None
        said, after_kind = said + part, False
    return f"{said}]" if "--" not in said else None


def _escaped(written: str) -> str | None:
    """A character behind a backslash; None for what is more than that."""
    letter = written[1]
    if letter in "ux" and len(written) > 2:
        return re.escape(chr(int(written[2:], 16)))
    if letter in _CONTROLS:
        return re.escape(_CONTROLS[letter])
    return None if letter.isalnum() else re.escape(letter)


def _said(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")

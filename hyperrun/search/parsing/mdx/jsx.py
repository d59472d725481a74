"""What a component of the project says where a page uses it: its module is read, never run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.mdx import astro

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from tree_sitter import Node

MAX_CHARS = 60_000  # of a module
MAX_DEPTH = 24  # of what is nested in one component
MAX_STEPS = 2_000  # of one use of a component
MAX_SAID_CHARS = 20_000  # by one element, with all that is in it
MAX_MODULES = 4  # from one import to the next
_ENDINGS = ("", ".tsx", ".jsx", ".js", ".ts", ".mjs", "/index.tsx", "/index.jsx", "/index.js",
            "/index.ts")  # fmt: skip
_MODULES = frozenset((".tsx", ".jsx", ".js", ".ts", ".mjs", ".astro"))
_STATEMENTS = frozenset(("return_statement", "lexical_declaration", "comment"))
_WRAPPERS = frozenset(("memo", "forwardRef", "observer"))
OWN = re.compile(r"\.{1,2}/|@site/|[@~]?/")  # paths of a project's own modules
_CODE = frozenset(("CodeBlock", "Code"))
_PANELS = frozenset(("TabItem", "Tab"))


class Computed(Exception):
    """Only running the component would tell what it says."""


def html(
    place: Place,
    path: str,
    name: str,
    told: Mapping[str, str],
    inside: str,
    expressions: Mapping[str, str] = {},
) -> str:
    """What `<name {told}>inside</name>` says, as HTML; `path` is where `name` is imported from.
    What is told as `expressions` is their source.

    "" where that is no module of the repository, or where the component computes what it says.
    """
    try:
        module = _module(place, path)
        if module is None:
            return ""
        given = {key: value or True for key, value in told.items()}  # one without a value is so
        given |= {**_written_down(module, expressions), "children": inside}
        return _Reader(module).component(name, given)
    except (Computed, RecursionError, IndexError):  # the last where a source is broken
        return ""


def _written_down(module: "_Module", expressions: Mapping[str, str]) -> dict[str, Any]:
    """The values of those expressions that are written down, as lists of strings are."""
    found: dict[str, Any] = {}
    for name, source in expressions.items():
        declared = next(iter(_tree(f"const x = {source[:MAX_CHARS]}").named_children), None)
        value = declared.named_children[0].child_by_field_name("value") if (
            declared is not None and declared.type == "lexical_declaration"
        ) else None  # fmt: skip
        try:
            found[name] = _Reader(module)._value(value, {}, 0)
        except Computed:
            continue
    return found


class _Module:
    """A module's source: its names, what it exports and what it imports."""

    def __init__(self, place: Place, file: "PurePosixPath", source: str) -> None:
        self.place = place
        self.names: dict[str, Node] = {}
        self.imports: dict[str, str] = {}
        self.passed_on: list[str] = []  # modules of which this one exports what they do
        self.default: Node | None = None
        # What Astro declares above a component stands in it, and not beside it.
        self.is_astro = file.suffix == ".astro"
        if self.is_astro:
            source = astro.as_module(source)
        for node in _tree(source).named_children:
            self._take(node)

    def _take(self, node: "Node") -> None:
        match node.type:
            case "import_statement":
                path = _text(node.child_by_field_name("source")).strip("\"'")
                for each in _below(node):
                    if each.type == "identifier":
                        self.imports[_text(each)] = path
            case "export_statement":
                if (source := node.child_by_field_name("source")) is not None:
                    self.passed_on.append(_text(source).strip("\"'"))
                declared = node.child_by_field_name("declaration")
                value = node.child_by_field_name("value")
                if declared is not None:
                    self._take(declared)
                is_default = any(each.type == "default" for each in node.children)
                self.default = (value or declared) if is_default else self.default
            case "function_declaration":
                self.names[_text(node.child_by_field_name("name"))] = node
            case "lexical_declaration":
                for each in node.named_children:
                    value = each.child_by_field_name("value")
                    if value is not None:
                        self.names[_text(each.child_by_field_name("name"))] = value


def _module(place: Place, path: str) -> _Module | None:
    for ending in _ENDINGS:
        file = place.find(path + ending)
        if file is None or file.suffix not in _MODULES:
            continue
        source = "\n".join(place.read(file))
        inside = place.inside(file)
        if source and inside is not None and len(source) <= MAX_CHARS:
            return _Module(inside, file, source)
    return None


class _Reader:
    """Writes a component's elements as HTML, its values in their places."""

    def __init__(self, module: _Module, deep: int = 0, steps: list[int] | None = None) -> None:
        self._module = module
        self._deep = deep
        self._steps = steps or [MAX_STEPS]

    def component(self, name: str, told: Mapping[str, Any]) -> str:
        """What the component called `name` ("Links.Guide" too) says."""
        first, *parts = name.split(".")
        node = self._module.names.get(first)
        if node is None and (path := self._module.imports.get(first)):
            return self._elsewhere(path, name, told)
        if node is None and self._module.default is None:
            for path in self._module.passed_on:
                if said := self._elsewhere(path, name, told):
                    return said
            raise Computed(name)
        node = self._unwrapped(node or self._module.default)
        for part in parts:
            node = self._unwrapped(_member(node, part))
        return self._function(node, told)

    def _elsewhere(self, path: str, name: str, told: Mapping[str, Any]) -> str:
        module = _module(self._module.place, path) if self._deep < MAX_MODULES else None
        if module is None:
            raise Computed(path)
        return _Reader(module, self._deep + 1, self._steps).component(name, told)

    def _unwrapped(self, node: "Node | None") -> "Node":
        """The function or object itself, out of `memo(…)`, `as const` and other names."""
        for _ in range(MAX_DEPTH):
            if node is None:
                break
            if node.type in ("as_expression", "satisfies_expression", "parenthesized_expression"):
                node = node.named_children[0]
            elif node.type == "call_expression":
                called = _text(node.child_by_field_name("function")).rpartition(".")[2]
                given = node.child_by_field_name("arguments")
                if called not in _WRAPPERS or given is None or not given.named_children:
                    break
                node = given.named_children[0]
            elif node.type == "identifier" and _text(node) in self._module.names:
                node = self._module.names[_text(node)]
            else:
                return node
        raise Computed("no component")

    def _function(self, node: "Node", told: Mapping[str, Any]) -> str:
        if node.type not in ("arrow_function", "function_expression", "function_declaration"):
            raise Computed(node.type)
        values = self._given(node, told)
        body = node.child_by_field_name("body")
        if body is None:
            raise Computed("no body")
        if body.type == "statement_block":
            returned = [each for each in body.named_children if each.type == "return_statement"]
            others = [each for each in body.named_children if each.type not in _STATEMENTS]
            if len(returned) != 1 or others or not returned[0].named_children:
                raise Computed("more than one way out")
            body = returned[0].named_children[0]
        return self._said(body, values, 0)

    def _given(self, node: "Node", told: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a component's parameters."""
        listed = node.child_by_field_name("parameters")
        first = node.child_by_field_name("parameter") or (
            listed.named_children[0] if listed is not None and listed.named_children else None
        )
        if first is None:
            return {}
        return self._bound(first.child_by_field_name("pattern") or first, told)

    def _bound(self, pattern: "Node", value: Any) -> dict[str, Any]:
        if pattern.type == "identifier":
            return {_text(pattern): value}
        if pattern.type != "object_pattern" or not isinstance(value, Mapping):
            raise Computed(pattern.type)
        found: dict[str, Any] = {}
        for each in pattern.named_children:
            if each.type == "shorthand_property_identifier_pattern":
                found[_text(each)] = value.get(_text(each))
            elif each.type == "object_assignment_pattern":
                name = _text(each.child_by_field_name("left"))
                found[name] = value.get(name)
                if not found[name]:
                    found[name] = self._value(each.child_by_field_name("right"), {}, 0)
            elif each.type == "pair_pattern":
                key = each.child_by_field_name("value")
                found[_text(key)] = value.get(_text(each.child_by_field_name("key")))
        return found

    # What elements say

    def _said(self, node: "Node | None", values: Mapping[str, Any], depth: int) -> str:
        """A child of an element as HTML."""
        value = self._value(node, values, depth)
        if isinstance(value, list):
            return "".join(map(str, value))
        if value is None or isinstance(value, bool):
            return ""
        if isinstance(value, (str, int, float)):
            return str(value)
        raise Computed("an object")

    def _value(self, node: "Node | None", values: Mapping[str, Any], depth: int) -> Any:
        self._steps[0] -= 1
        if node is None or depth > MAX_DEPTH or self._steps[0] < 0:
            raise Computed("too much")
        deeper = depth + 1
        match node.type:
            case "jsx_element" | "jsx_self_closing_element":
                return self._element(node, values, deeper)
            case "jsx_text":
                return _trimmed(_text(node))
            case "html_character_reference":
                return _text(node)
            case "jsx_expression" | "parenthesized_expression":
                inner = [each for each in node.named_children if each.type != "comment"]
                return self._value(inner[0], values, deeper) if inner else ""
            case "as_expression" | "satisfies_expression":
                return self._value(node.named_children[0], values, deeper)
            case "string":
                return escape("".join(_unescaped(each) for each in node.named_children))
            case "template_string":
                return "".join(
                    self._said(each.named_children[0], values, deeper) if each.named_children
                    else escape(_unescaped(each)) for each in node.named_children
                )  # fmt: skip
            case "number":
                return _text(node)
            case "true" | "false":
                return node.type == "true"
            case "null" | "undefined":
                return None
            case "identifier":
                return self._named(_text(node), values, deeper)
            case "member_expression":
                owner = self._value(node.child_by_field_name("object"), values, deeper)
                if isinstance(owner, Mapping):
                    return owner.get(_text(node.child_by_field_name("property")))
            case "subscript_expression":
                owner = self._value(node.child_by_field_name("object"), values, deeper)
                index = self._value(node.child_by_field_name("index"), values, deeper)
                if isinstance(owner, list) and str(index).isdecimal() and int(index) < len(owner):
                    return owner[int(index)]
            case "object":
                return {
                    _text(each.child_by_field_name("key")).strip("\"'"): self._value(
                        each.child_by_field_name("value"), values, deeper
                    )
                    for each in node.named_children if each.type == "pair"
                }  # fmt: skip
            case "array":
                return [self._value(each, values, deeper) for each in node.named_children]
            case "call_expression":
                return self._mapped(node, values, deeper)
            case "ternary_expression":
                is_so = bool(self._value(node.child_by_field_name("condition"), values, deeper))
                chosen = "consequence" if is_so else "alternative"
                return self._value(node.child_by_field_name(chosen), values, deeper)
            case "binary_expression" if _operator(node) in ("===", "!=="):
                sides = [
                    self._value(node.child_by_field_name(each), values, deeper)
                    for each in ("left", "right")
                ]
                return (sides[0] == sides[1]) == (_operator(node) == "===")
            case "binary_expression" if _operator(node) in ("??", "||"):
                left = self._value(node.child_by_field_name("left"), values, deeper)
                return left or self._value(node.child_by_field_name("right"), values, deeper)
        raise Computed(node.type)

    def _named(self, name: str, values: Mapping[str, Any], depth: int) -> Any:
        if name in values:
            return values[name]
        if name in self._module.names:
            given = values if self._module.is_astro else {}
            return self._value(self._module.names[name], given, depth)
        raise Computed(name)

    def _mapped(self, node: "Node", values: Mapping[str, Any], depth: int) -> Any:
        """`list.map(each => <li>{each}</li>)`, and `list.reduce((all, each) => all + each, "")`."""
        called = node.child_by_field_name("function")
        given = node.child_by_field_name("arguments")
        if called is None or called.type != "member_expression" or given is None:
            raise Computed("a call")
        name = _text(called.child_by_field_name("property"))
        if name not in ("map", "reduce") or not given.named_children:
            raise Computed("a call")
        listed = self._value(called.child_by_field_name("object"), values, depth)
        if name == "reduce":
            return self._reduced(given.named_children, listed, values, depth)
        function = given.named_children[0]
        body = function.child_by_field_name("body")
        if not isinstance(listed, list) or body is None or body.type == "statement_block":
            raise Computed("a call")
        parameters = function.child_by_field_name("parameters")
        pattern = function.child_by_field_name("parameter") or (
            parameters.named_children[0] if parameters is not None else None
        )
        if pattern is None:
            raise Computed("a call")
        pattern = pattern.child_by_field_name("pattern") or pattern
        return [
            self._said(body, {**values, **self._bound(pattern, each)}, depth) for each in listed
        ]

    def _reduced(
        self, given: "Sequence[Node]", listed: Any, values: Mapping[str, Any], depth: int
    ) -> Any:
        """What a function of what came before and of each of a list makes of that."""
        listed_parameters = given[0].child_by_field_name("parameters")
        body = given[0].child_by_field_name("body")
        if len(given) != 2 or listed_parameters is None or not isinstance(listed, list):
            raise Computed("a call")
        if body is not None and body.type == "statement_block":
            first = body.named_children[0] if len(body.named_children) == 1 else None
            is_returned = first is not None and first.type == "return_statement"
            body = first.named_children[0] if first is not None and is_returned else None
        names = [each.child_by_field_name("pattern") for each in listed_parameters.named_children]
        if body is None or len(names) != 2 or not all(names):
            raise Computed("a call")
        made = self._value(given[1], values, depth)
        for each in listed:
            made = self._value(
                body, {**values, _text(names[0]): made, _text(names[1]): each}, depth
            )
            if len(str(made)) > MAX_SAID_CHARS:
                raise Computed("too much")
        return made

    def _element(self, node: "Node", values: Mapping[str, Any], depth: int) -> str:
        opening = node.child_by_field_name("open_tag") or node
        name = _text(opening.child_by_field_name("name"))
        told: dict[str, Any] = {}
        for each in opening.named_children:
            if each.type == "jsx_attribute":
                told |= self._attribute(each, values, depth)
        inside = "".join(
            self._said(each, values, depth) for each in node.named_children
            if each.type not in ("jsx_opening_element", "jsx_closing_element", "comment")
        ) if node.type == "jsx_element" else ""  # fmt: skip
        if len(inside) > MAX_SAID_CHARS:
            raise Computed("too much")
        if not name[:1].isupper():
            return f"<{name}>{inside}</{name}>" if name and depth < MAX_DEPTH else inside
        if name in _CODE:
            language, code = told.get("lang") or "", inside or told.get("code") or ""
            return f'<pre class="language-{language}"><code>{code}</code></pre>'
        if name in _PANELS:
            label = told.get("label") or told.get("value") or ""
            is_empty = not re.sub(r"<[^<>]*>", "", inside).strip()
            return "" if is_empty else f"<summary>{label}</summary>{inside}"
        known = self._module.names.get(name) is not None
        path = self._module.imports.get(name, "")
        if known or OWN.match(path):
            return self.component(name, {**told, "children": inside})
        href = told.get("href") or told.get("to") or ""
        return f'<a href="{href}">{inside}</a>' if href and inside else inside

    def _attribute(self, node: "Node", values: Mapping[str, Any], depth: int) -> dict[str, Any]:
        parts = node.named_children
        try:
            value = self._value(parts[1], values, depth) if len(parts) > 1 else True
        except Computed:  # how it looks, or what it does
            return {}
        return {_text(parts[0]): value}


@lru_cache(maxsize=32)
def _tree(source: str) -> "Node":
    from hyperrun.search.parsing.code.other_languages import parsed

    root: Node = parsed(source, ".tsx")
    return root


def _text(node: "Node | None") -> str:
    return (node.text or b"").decode(errors="replace") if node is not None else ""


def _trimmed(text: str) -> str:
    """Text as JSX takes it: of what it is broken into, line ends and margins are nothing."""
    first, *rest = text.split("\n")
    lines = [first, *(line.lstrip() for line in rest)]
    return " ".join(filter(None, [*(line.rstrip() for line in lines[:-1]), lines[-1]]))


def _unescaped(node: "Node") -> str:
    text = _text(node)
    return (
        {"\\n": "\n", "\\t": "\t"}.get(text, text[1:]) if node.type == "escape_sequence" else text
    )


def _operator(node: "Node") -> str:
    return _text(node.child_by_field_name("operator"))


def _below(node: "Node") -> Iterator["Node"]:
    for each in node.named_children:
        yield each
        yield from _below(each)


def _member(node: "Node", name: str) -> "Node | None":
    if node.type != "object":
        raise Computed(node.type)
    for each in node.named_children:
        if each.type == "pair" and _text(each.child_by_field_name("key")).strip("\"'") == name:
            return each.child_by_field_name("value")
    return None

"""Generators' configuration files read for what they say outright; none of them is ever run.

YAML with any tag, JavaScript and TypeScript by their grammar, Python by its own. What is computed
is `UNKNOWN`, or left out.
"""

from __future__ import annotations

import ast
import functools
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from hyperrun.files import read_text
from hyperrun.search.site import text_functions

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MAX_FAST_CHARS = 4_000
MAX_DEPTH = 60  # of nested values
MAX_DIGITS = 15  # of a number
MAX_IMPORTS = 12  # followed from one configuration file


class Unknown:
    """A value that only running the configuration would give."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


UNKNOWN = Unknown()
_ESCAPES = {"n": "\n", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A YAML value with a tag that is not YAML's own."""

    tag: str
    value: Any


def text(path: Path) -> str:
    """The text of a configuration file; "" where there is none or it is too large."""
    try:
        return read_text(path)
    except OSError:
        return ""


def mapping(value: object) -> dict[str, Any]:
    """`value` where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def strings(value: object) -> tuple[str, ...]:
    """The strings of a list; of a string, itself alone."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(each for each in value if isinstance(each, str))


class _Loader(yaml.SafeLoader):
    """Python's own: libyaml's overflows the stack where values are nested deeply."""


class _FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """libyaml's, for what is too short to be nested deeply."""


def _tagged(loader: Any, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        value: Any = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = loader.construct_scalar(node)
    if suffix == "ENV":  # `!ENV NAME` or `!ENV [NAME, …, default]`
        return value[-1] if isinstance(value, list) and len(value) > 1 else None
    return Tagged(suffix, value)


for _loader in (_Loader, _FastLoader):
    _loader.add_multi_constructor("!", _tagged)
    _loader.add_multi_constructor("tag:yaml.org,2002:python/", _tagged)
    # Dates as they are written: `date: 2024-13-45` is no reason to lose the rest.
    _loader.yaml_implicit_resolvers = {
        key: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for key, resolvers in _loader.yaml_implicit_resolvers.items()
    }


def read_yaml(source: str) -> dict[str, Any]:
    """A YAML mapping; empty where the text is none."""
    try:
        loader = _FastLoader if len(source) < MAX_FAST_CHARS else _Loader
        return mapping(yaml.load(source, loader))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, AttributeError):
        return {}


def read_toml(source: str) -> dict[str, Any]:
    """A TOML table; empty where the text is none."""
    try:
        return tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def fault(config: Path) -> str:
    """Why a configuration in YAML or TOML cannot be read; "" where it can, or is in neither."""
    try:
        if config.suffix in (".yml", ".yaml"):
            yaml.load(text(config), _Loader)
        elif config.suffix == ".toml":
            tomllib.loads(text(config))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return f"line {mark.line + 1}: {error.problem}" if mark else str(error.problem)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, AttributeError) as error:
        return " ".join(str(error).split())
    return ""


def front_matter(source: str) -> dict[str, Any]:
    """What stands between `---` or `+++` at the head of a page; a date is a string."""
    found = re.match(r"\ufeff?\s*(---|\+\+\+)[ \t]*\n(.*?)^(\1|\.\.\.)[ \t]*$",
                     source[:40_000].replace("\r\n", "\n"), re.DOTALL | re.MULTILINE)  # fmt: skip
    if found is None:
        return {}
    return read_yaml(found[2]) if found[1] == "---" else read_toml(found[2])


# Python


def read_python(source: str) -> dict[str, Any]:
    """The names that a Python module assigns literals to, with what is added to them later."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    names: dict[str, Any] = {}
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                names[name] = _python(value, names)
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
                names[name] = _joined(names.get(name), _python(value, names))
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" as how),
                    args=[value],
                )
            ) if isinstance(names.get(name), list):
                added = _python(value, names)
                names[name] = _joined(names[name], [added] if how == "append" else added)
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Call(func=ast.Name(id="globals")), attr="update"),
                    args=[ast.Call(keywords=told)],
                )
            ):  # by a function that gives back what it is told, with more of its own
                names |= {each.arg: _python(each.value, names) for each in told if each.arg}
    return names


def _joined(left: Any, right: Any) -> Any:
    if isinstance(left, list) and isinstance(right, (list, tuple)):
        return [*left, *right]
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    return left if left is not None else UNKNOWN


def _python(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [_python(item, names) for item in items if not isinstance(item, ast.Starred)]
        case ast.Dict(keys=keys, values=values):
            return {
                _python(key, names): _python(value, names)
                for key, value in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant)
            }
        case ast.Name(id=name):
            return names.get(name, UNKNOWN)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            one, other = _python(left, names), _python(right, names)
            if isinstance(one, Unknown) or isinstance(other, Unknown):
                return UNKNOWN
            return _joined(one, other)
    return UNKNOWN


# JavaScript and TypeScript


def read_javascript(path: Path, root: Path) -> dict[str, Any]:
    """The object that a module exports by default; empty where it exports none that is written
    down. Relative imports are followed below `root`."""
    budget = [MAX_IMPORTS]
    module = _Module(path, root, budget)
    try:
        return mapping(module.default())
    except RecursionError:
        return {}


def expression(source: str) -> Node | None:
    """The tree of an expression of JavaScript; None where it is none."""
    top = _parser(False).parse(f"({source})".encode()).root_node
    first = top.named_children[0] if len(top.named_children) == 1 else None
    is_one = first is not None and first.type == "expression_statement" and not top.has_error
    return first.named_children[0] if first is not None and is_one else None


@functools.cache
def _parser(typescript: bool) -> Parser:
    from tree_sitter import Language, Parser

    if typescript:
        import tree_sitter_typescript

        return Parser(Language(tree_sitter_typescript.language_typescript()))
    import tree_sitter_javascript

    return Parser(Language(tree_sitter_javascript.language()))


class _Module:
    """One file of JavaScript, its names looked up when they are wanted."""

    def __init__(self, path: Path, root: Path, budget: list[int]) -> None:
        self._path, self._root, self._budget = path, root, budget
        source = text(path).encode()
        tree = _parser("ts" in path.suffix).parse(source)
        self._top = tree.root_node
        self._values: dict[str, Node] = {}
        self._imports: dict[str, tuple[str, str]] = {}  # name -> file, name there
        self._exported: Node | None = None
        self._open: set[str] = set()  # names that are being looked up
        for node in self._top.named_children:
            self._note(node)

    def _note(self, node: Node) -> None:
        if node.type == "export_statement":
            if (value := node.child_by_field_name("value")) is not None:
                self._exported = value
            elif (declared := node.child_by_field_name("declaration")) is not None:
                self._note(declared)
                is_default = any(child.type == "default" for child in node.children)
                if is_default:
                    self._exported = declared
        elif node.type in ("lexical_declaration", "variable_declaration"):
            for each in node.named_children:
                name, value = each.child_by_field_name("name"), each.child_by_field_name("value")
                if name is not None and value is not None and name.type == "identifier":
                    self._values[_said(name)] = value
        elif node.type == "function_declaration":
            if (name := node.child_by_field_name("name")) is not None:
                self._values[_said(name)] = node
        elif node.type == "import_statement":
            self._note_import(node)
        elif node.type == "expression_statement" and node.named_children:
            self._note_assignment(node.named_children[0])

    def _note_assignment(self, node: Node) -> None:
        if node.type == "assignment_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and _said(left) == "module.exports":
                self._exported = right

    def _note_import(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        place = string(source) if source is not None else ""
        if not place.startswith("."):
            return
        for clause in node.named_children:
            if clause.type != "import_clause":
                continue
            for each in clause.named_children:
                if each.type == "identifier":
                    self._imports[_said(each)] = (place, "default")
                for one in each.named_children if each.type == "named_imports" else ():
                    name, alias = one.child_by_field_name("name"), one.child_by_field_name("alias")
                    if name is not None:
                        self._imports[_said(alias or name)] = (place, _said(name))

    def default(self) -> Any:
        return UNKNOWN if self._exported is None else self.value(self._exported)

    def named(self, name: str) -> Any:
        if name in self._open:
            return UNKNOWN
        self._open.add(name)
        try:
            if name in self._values:
                return self.value(self._values[name])
            if name in self._imports:
                place, there = self._imports[name]
                if place.endswith(".json"):
                    data = self._json(place)
                    return data if there == "default" else mapping(data).get(there, UNKNOWN)
                module = self._imported(place)
                if module is not None:
                    return module.default() if there == "default" else module.named(there)
            return UNKNOWN
        finally:
            self._open.discard(name)

    def _imported(self, place: str) -> _Module | None:
        base = (self._path.parent / place).resolve()
        if self._budget[0] <= 0 or not base.is_relative_to(self._root.resolve()):
            return None
        self._budget[0] -= 1
        for end in ("", ".ts", ".mts", ".js", ".mjs", ".cjs", "/index.ts", "/index.js",
                    "/index.mts", "/index.mjs"):  # fmt: skip
            file = Path(f"{base}{end}")
            if file.is_file() and PurePosixPath(file).suffix in (".ts", ".mts", ".js", ".mjs",
                                                                 ".cjs", ".cts"):  # fmt: skip
                return _Module(file, self._root, self._budget)
        return None

    def value(self, node: Node, depth: int = 0) -> Any:
        """What an expression is, where that is written down."""
        read = _READERS.get(node.type)
        return UNKNOWN if read is None or depth > MAX_DEPTH else read(self, node, depth + 1)

    def _inner(self, node: Node, depth: int) -> Any:
        inner = node.named_children
        return self.value(inner[0], depth) if inner else UNKNOWN

    def _array(self, node: Node, depth: int) -> Any:
        found: list[Any] = []
        for item in node.named_children:
            if item.type == "spread_element":
                spread = self._inner(item, depth)
                found += spread if isinstance(spread, list) else []
            elif item.type != "comment":
                found.append(self.value(item, depth))
        return found

    def _object(self, node: Node, depth: int) -> Any:
        found: dict[str, Any] = {}
        for item in node.named_children:
            if item.type == "pair":
                key, value = item.child_by_field_name("key"), item.child_by_field_name("value")
                if key is not None and value is not None:
                    name = string(key) if key.type == "string" else _said(key)
                    found[name] = self.value(value, depth)
            elif item.type == "shorthand_property_identifier":
                found[_said(item)] = self.named(_said(item))
            elif item.type == "spread_element":
                found |= mapping(self._inner(item, depth))
            elif item.type == "method_definition" and item.named_children:
                found[_said(item.named_children[0])] = UNKNOWN
        return found

    def _call(self, node: Node, depth: int) -> Any:
        """`defineConfig({…})` and its like: the object that goes in; `make()`: what it returns."""
        function = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        given = arguments.named_children if arguments is not None else []
        read = {"require": self._required, "JSON.parse": self._parsed}
        if function is not None and given and (reads := read.get(_said(function))):
            return reads(given[0])
        for argument in given:
            value = self.value(argument, depth)
            if isinstance(value, dict):
                return value
        if function is not None and function.type == "identifier":
            return self.named(_said(function))
        if function is not None and function.type == "member_expression":
            owner = function.child_by_field_name("object")  # `[…].filter(Boolean)`
            value = self.value(owner, depth) if owner is not None else UNKNOWN
            return value if isinstance(value, list) else UNKNOWN
        return UNKNOWN

    def _required(self, node: Node) -> Any:
        """What `require("./a")` gives, of a file of its own."""
        place = string(node) if node.type == "string" else ""
        if place.endswith(".json"):
            return self._json(place)
        module = self._imported(place) if place.startswith(".") else None
        return UNKNOWN if module is None else module.default()

    def _parsed(self, node: Node) -> Any:
        """What stands in the file of JSON that an expression names, as `readFileSync("a.json")`
        does, or by a name of its own `new URL("a.json", import.meta.url)`."""
        names = [_said(each) for each in _of_type(node, "identifier")]
        told = [node, *(self._values[name] for name in names if name in self._values)]
        places = (string(each) for one in told for each in _of_type(one, "string"))
        place = next((each for each in places if each.endswith(".json")), "")
        return self._json(place) if place else UNKNOWN

    def _json(self, place: str) -> Any:
        file = (self._path.parent / place).resolve()
        if self._budget[0] <= 0 or not file.is_relative_to(self._root.resolve()):
            return UNKNOWN
        self._budget[0] -= 1
        try:
            return json.loads(text(file))
        except (ValueError, RecursionError):
            return UNKNOWN

    def _function(self, node: Node, depth: int) -> Any:
        of_text = text_functions.read(node, lambda each: self.value(each, depth))
        if of_text is not None:
            return of_text
        body = node.child_by_field_name("body")
        if body is None:
            return UNKNOWN
        if body.type != "statement_block":
            return self.value(body, depth)
        for statement in body.named_children:
            if statement.type in ("lexical_declaration", "variable_declaration"):
                self._note(statement)
        for statement in reversed(body.named_children):
            if statement.type == "return_statement":
                return self._inner(statement, depth)
        return UNKNOWN

    def _binary(self, node: Node, depth: int) -> Any:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        sign = node.child_by_field_name("operator")
        if left is None or right is None or sign is None:
            return UNKNOWN
        one, other = self.value(left, depth), self.value(right, depth)
        if _said(sign) in ("||", "??"):  # a variable of the environment, or what stands beside
            return other if isinstance(one, Unknown) or one in (None, "") else one
        if _said(sign) == "+" and isinstance(one, str) and isinstance(other, str):
            return one + other
        return UNKNOWN

    def _choice(self, node: Node, depth: int) -> Any:
        parts = [node.child_by_field_name(name) for name in ("consequence", "alternative")]
        one, other = [self.value(part, depth) for part in parts if part is not None]
        return one if one == other else UNKNOWN

    def _member(self, node: Node, depth: int) -> Any:
        owner, name = node.child_by_field_name("object"), node.child_by_field_name("property")
        if owner is None or name is None:
            return UNKNOWN
        return mapping(self.value(owner, depth)).get(_said(name), UNKNOWN)

    def _template(self, node: Node, depth: int) -> Any:
        parts = []
        for child in node.named_children:
            if child.type == "template_substitution":
                value = self._inner(child, depth)
                if not isinstance(value, str):
                    return UNKNOWN
                parts.append(value)
            else:
                parts.append(_said(child))
        return "".join(parts)

    def _number(self, node: Node, depth: int) -> Any:
        said = _said(node)
        return int(said) if said.isdecimal() and len(said) <= MAX_DIGITS else UNKNOWN


def _of_type(node: Node, name: str) -> Iterator[Node]:
    """The nodes of a type in an expression, in order."""
    if node.type == name:
        yield node
    for each in node.named_children:
        yield from _of_type(each, name)


def _said(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")


def string(node: Node) -> str:
    """The string that a node of JavaScript is."""
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), _said(node)[1:-1])


_READERS: dict[str, Callable[[_Module, Node, int], Any]] = {
    "string": lambda module, node, depth: string(node),
    "template_string": _Module._template,
    "number": _Module._number,
    "regex": lambda module, node, depth: text_functions.pattern(node) or UNKNOWN,
    "true": lambda module, node, depth: True,
    "false": lambda module, node, depth: False,
    "null": lambda module, node, depth: None,
    "undefined": lambda module, node, depth: None,
    "identifier": lambda module, node, depth: module.named(_said(node)),
    "array": _Module._array,
    "object": _Module._object,
    "call_expression": _Module._call,
    "arrow_function": _Module._function,
    "function_declaration": _Module._function,
    "function_expression": _Module._function,
    "binary_expression": _Module._binary,
    "ternary_expression": _Module._choice,
    "member_expression": _Module._member,
    "parenthesized_expression": _Module._inner,
    "as_expression": _Module._inner,
    "satisfies_expression": _Module._inner,
    "non_null_expression": _Module._inner,
    "await_expression": _Module._inner,
}


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Settings with those of `above` over those of `below`, table by table."""
    both = {**below, **above}
    for name, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(name), dict):
            both[name] = merged(below[name], value)
    return both

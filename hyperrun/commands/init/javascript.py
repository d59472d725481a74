"""Adding to the object that a JavaScript configuration exports, without touching the rest."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hyperrun.commands.init.edit import ByHand, end_of

if TYPE_CHECKING:
    from tree_sitter import Node


def add_item(
    text: str, key: str, item: str, is_typescript: bool, is_meant: Callable[["Node"], bool]
) -> str:
    """The text with `item` at the end of the list `key` of the first object that `is_meant`; the
    list is made at the object's head where it is missing. Raises `ByHand`."""
    content = text.encode()
    root = _parse(content, is_typescript)
    meant = next((node for node in _walk(root) if node.type == "object" and is_meant(node)), None)
    if meant is None:
        raise ByHand("the object that is exported was not found")
    found = next((pair for pair in _pairs(meant) if _key(pair) == key), None)
    if found is None and any(
        each.type != "pair" and each.text in (key.encode(), f"...{key}".encode())
        for each in meant.named_children
    ):
        raise ByHand(f"`{key}` is made elsewhere")
    spread = next((each for each in meant.named_children if each.type == "spread_element"), None)
    if found is None and spread is not None and spread.text:
        raise ByHand(f"`{spread.text.decode()}` may hold a `{key}` of its own")
    if found is None:
        changed = _with_key(content, meant, f"{key}: [{item}],", end_of(text))
    else:
        value = found.child_by_field_name("value")
        if value is None or value.type != "array":
            raise ByHand(f"`{key}` is no list that is written down")
        changed = _with_item(content, value, item, end_of(text))
    if _parse(changed, is_typescript).has_error and not root.has_error:
        raise ByHand("it would not be read any more")
    return changed.decode()


def keys(node: "Node") -> set[str]:
    """The names that an object gives."""
    return {_key(pair) for pair in _pairs(node)}


def called_with(node: "Node") -> str:
    """The name of the function that an object is an argument of; "" where it is of none."""
    arguments = node.parent
    call = arguments.parent if arguments and arguments.type == "arguments" else None
    function = call.child_by_field_name("function") if call else None
    return function.text.decode() if function and function.text else ""


def _parse(content: bytes, is_typescript: bool) -> "Node":
    from tree_sitter import Language, Parser

    if is_typescript:
        import tree_sitter_typescript

        language = Language(tree_sitter_typescript.language_typescript())
    else:
        import tree_sitter_javascript

        language = Language(tree_sitter_javascript.language())
    return Parser(language).parse(content).root_node


def _walk(node: "Node") -> Iterator["Node"]:
    """All nodes, the outer ones first."""
    waiting = [node]
    while waiting:
        each = waiting.pop(0)
        yield each
        waiting += each.named_children


def _pairs(node: "Node") -> list["Node"]:
    return [each for each in node.named_children if each.type == "pair"]


def _key(pair: "Node") -> str:
    key = pair.child_by_field_name("key")
    return key.text.decode().strip("\"'") if key and key.text else ""


def _indent(content: bytes, at: int) -> str:
    """The blanks at the head of the line that `at` is on."""
    line = content[content.rfind(b"\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())].decode()


def _with_key(content: bytes, node: "Node", line: str, end: str) -> bytes:
    at = node.start_byte + 1
    first = next(iter(node.named_children), None)
    if first is not None and first.start_point.row == node.start_point.row:
        return content[:at] + f" {line}".encode() + content[at:]
    indent = _indent(content, first.start_byte) if first else "  "
    return content[:at] + f"{end}{indent}{line}".encode() + content[at:]


def _with_item(content: bytes, array: "Node", item: str, end: str) -> bytes:
    items = [each for each in array.named_children if each.type != "comment"]
    if not items:
        at = array.start_byte + 1
        return content[:at] + item.encode() + content[at:]
    last = items[-1]
    at, rest = last.end_byte, content[last.end_byte : array.end_byte]
    has_comma = rest.lstrip().startswith(b",")
    if has_comma:
        at += rest.index(b",") + 1
    is_over_lines = last.start_point.row != array.start_point.row
    space = f"{end}{_indent(content, last.start_byte)}" if is_over_lines else " "
    added = f"{space}{item}," if has_comma else f",{space}{item}"
    return content[:at] + added.encode() + content[at:]

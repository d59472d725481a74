"""Adding to a YAML file without touching the rest of it: comments, order, quotes, tags.

PyYAML tells where each value stands; the text is changed there, and read again to see that what it
says is what was meant.
"""

from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from hyperrun.commands.init.edit import ByHand, appended, end_of


def compose(text: str) -> MappingNode | None:
    """The file's mapping with its places; None where it is empty. Raises `ByHand`."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ByHand(f"it is no YAML: {str(error).splitlines()[0]}") from error
    if node is None:
        return None
    if not isinstance(node, MappingNode):
        raise ByHand("it is no mapping")
    return node


def value_of(node: MappingNode | None, key: str) -> Node | None:
    """The value of a key; None where there is none."""
    if node is None:
        return None
    return next((value for name, value in node.value if name.value == key), None)


def add_item(text: str, key: str, block: str, flow: str) -> str:
    """The text with an item at the end of the top's list `key`, which is made where it is missing.

    `block` is the item's lines, `flow` the same within brackets. Raises `ByHand`.
    """
    found = value_of(compose(text), key)
    if found is None:
        return appended(text, f"{key}:\n{_indented(f'- {block}', 2)}\n")
    return add_to(text, found, block, flow)


def add_to(text: str, found: Node, block: str, flow: str, indent: int = 2) -> str:
    """The same for a list that is there. `indent` is what an empty one's items are given."""
    end = end_of(text)
    if not found.tag.startswith("tag:yaml.org,"):
        raise ByHand(f"the list is made by {found.tag}")
    if isinstance(found, SequenceNode) and found.flow_style:
        at = len(text[: found.end_mark.index - 1].rstrip())
        comma = "" if not found.value or text[at - 1] == "," else ","
        space = " " if found.value else ""
        return f"{text[:at]}{comma}{space}{flow}{text[at:]}"
    if isinstance(found, SequenceNode):
        at = _end_of_line(text, _last_leaf(found).end_mark.index)
        lines = _indented(f"- {block}", found.start_mark.column).replace("\n", end)
        return f"{text[:at]}{end}{lines}{text[at:]}"
    if isinstance(found, ScalarNode) and found.value in ("", "null", "~"):
        at = _end_of_line(text, found.end_mark.index)
        return f"{text[:at]}{end}{_indented(f'- {block}', indent).replace(chr(10), end)}{text[at:]}"
    raise ByHand("it is no list")


def add_key(text: str, mapping: MappingNode, lines: str) -> str:
    """The text with a key's lines at the end of a mapping that is written over lines."""
    if mapping.flow_style or not mapping.value:
        raise ByHand("it is written within braces")
    end = end_of(text)
    at = _end_of_line(text, _last_leaf(mapping).end_mark.index)
    indented = _indented(lines, mapping.start_mark.column).replace("\n", end)
    return f"{text[:at]}{end}{indented}{text[at:]}"


def replace(text: str, node: Node, lines: str) -> str:
    """The text with a value's lines in the place of a plain one."""
    at = len(text[: node.start_mark.index].rstrip(" "))
    return f"{text[:at]}{end_of(text)}{lines}{text[node.end_mark.index :]}"


def _last_leaf(node: Node) -> Node:
    """The last value within, whose end is where its text ends; a collection's comes later."""
    while isinstance(node, (MappingNode, SequenceNode)) and not node.flow_style and node.value:
        last: Any = node.value[-1]
        node = last[1] if isinstance(node, MappingNode) else last
    return node


def _end_of_line(text: str, at: int) -> int:
    """The end of the last line that a value stands on, its comment included."""
    at = len(text[:at].rstrip())
    found = text.find("\n", at)
    found = len(text) if found < 0 else found
    return found - 1 if text[found - 1 : found] == "\r" else found


def _indented(lines: str, by: int) -> str:
    return "\n".join(" " * by + line if line else line for line in lines.split("\n"))

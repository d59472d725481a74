"""The arguments that a dataclass makes of its fields, read and not run."""

import ast
import re
from collections.abc import Callable

_CALLED = ("field", "dataclasses.field")


def is_dataclass(node: ast.ClassDef) -> bool:
    """Does a decorator of that name stand above it?"""
    return any("dataclass" in ast.unparse(each) for each in node.decorator_list)


def arguments(node: ast.ClassDef, shown: Callable[[ast.expr], str] = ast.unparse) -> list[str]:
    """As its signature has them, in order; `shown` says a type, "" for one that is left out."""
    fields = (_argument(each, shown) for each in node.body if isinstance(each, ast.AnnAssign))
    return list(filter(None, fields))


def _argument(field: ast.AnnAssign, shown: Callable[[ast.expr], str]) -> str:
    """What one field makes; "" for no argument."""
    kind, value = ast.unparse(field.annotation), field.value
    if re.match(r"(?:\w+\.)?ClassVar\b", kind):
        return ""
    if re.fullmatch(r"(?:\w+\.)?KW_ONLY", kind):
        return "*"
    said = ": ".join(filter(None, (ast.unparse(field.target), shown(field.annotation))))
    if value is None:
        return said
    if not isinstance(value, ast.Call) or ast.unparse(value.func) not in _CALLED:
        return f"{said} = {ast.unparse(value)}"
    told = {each.arg: each.value for each in value.keywords}
    if "init" in told and ast.unparse(told["init"]) == "False":
        return ""
    if "default" in told:
        return f"{said} = {ast.unparse(told['default'])}"
    made = told.get("default_factory")
    if made is None:
        return said
    return f"{said} = ..." if isinstance(made, ast.Lambda) else f"{said} = {ast.unparse(made)}()"

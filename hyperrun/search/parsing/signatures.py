"""What mkdocstrings would show: signatures and docstrings, read from Python files."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from hyperrun.passage import Include
from hyperrun.search.parsing import commonmark, docstrings
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.python_source import Definition, definitions, resolve

MAX_MEMBERS = 60
MAX_CHARS = 12_000
MAX_SIGNATURE_CHARS = 1_200

_GOOGLE = re.compile(
    r"(Args|Arguments|Parameters|Params|Keyword Args|Keyword Arguments|Other Parameters|Returns?"
    r"|Raises|Yields?|Attributes|Examples?|Notes?|Warnings?|See Also|References|Todo):\s*$"
)
_ENTRY = re.compile(r"(\*{0,2}[\w.]+(?:, \*{0,2}[\w.]+)*)\s*(\([^)]*\))?\s*:\s*(.*)$")
_SAID = frozenset(("Examples", "Example", "Notes", "Note", "References", "Todo", "See Also",
                   "Warning", "Warnings"))  # fmt: skip


@dataclass(slots=True)
class Described:
    """What a page says of an object, and where that stands."""

    content: str = ""
    includes: list[Include] = field(default_factory=list)


def describe(
    place: Place,
    name: str,
    members: bool | Sequence[str],
    docstring: Callable[[str], str],
    with_types: bool = True,
) -> Described:
    """The signature and docstring of `name`, a dotted path with its module, and of its `members`:
    all that have a docstring, or those that are named. Nothing where the repository has no such
    Python source; nothing of it is run. `docstring` turns one into Markdown."""
    described = Described()
    found = resolve(place, [part for part in re.split(r"[.:]+", name) if part])
    if found is None or not isinstance(found.node, ast.Module | Definition):
        return described
    parts: list[str] = []
    for title, node in _described(found.node, name, members):
        said = _one(title, node if with_types else _without_types(node), docstring)
        if not said or sum(len(part) for part in parts) + len(said) > MAX_CHARS:
            continue
        parts.append(said)
        if isinstance(node, Definition):
            start, end = _head(node)
            described.includes.append(Include(str(found.file), start, end))
    described.content = "\n\n".join(parts)
    return described


def _described(
    node: ast.Module | Definition, name: str, members: bool | Sequence[str]
) -> Iterator[tuple[str, ast.Module | Definition]]:
    yield name, node
    if not members or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    chosen = None if members is True else set(members)
    told = 0
    for each in definitions(node.body):
        if chosen is not None and each.name not in chosen:
            continue
        if chosen is None and (each.name.startswith("_") or not ast.get_docstring(each)):
            continue
        told += 1
        if told > MAX_MEMBERS:
            return
        inside = isinstance(node, ast.ClassDef)
        yield each.name if inside else f"{name}.{each.name}", each
        if isinstance(each, ast.ClassDef) and not inside:
            for method in definitions(each.body):
                if not method.name.startswith("_") and ast.get_docstring(method):
                    yield method.name, method


def _one(title: str, node: ast.Module | Definition, docstring: Callable[[str], str]) -> str:
    doc = ast.get_docstring(node, clean=False) or ""
    if isinstance(node, ast.ClassDef) and not doc:
        first = next((each for each in definitions(node.body) if each.name == "__init__"), None)
        doc = (ast.get_docstring(first, clean=False) or "") if first else ""
    said = docstring(_sections(inspect.cleandoc(doc))) if doc else ""
    if isinstance(node, ast.Module):
        return said
    return "\n\n".join(filter(None, (commonmark.fence(_signature(title, node), "python"), said)))


class _Untyped(ast.NodeTransformer):
    """Takes annotations away."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node


def _without_types(node: ast.Module | Definition) -> ast.Module | Definition:
    """A copy of a definition without its annotations."""
    if isinstance(node, ast.Module):
        return node
    (copied,) = ast.parse(ast.unparse(node)).body
    for each in ast.walk(copied):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            each.returns = None
    bare = _Untyped().visit(copied)
    assert isinstance(bare, Definition)
    return bare


def _signature(title: str, node: Definition) -> str:
    if isinstance(node, ast.ClassDef):
        first = next((each for each in definitions(node.body) if each.name == "__init__"), None)
        if not isinstance(first, ast.FunctionDef):
            is_data = any("dataclass" in ast.unparse(each) for each in node.decorator_list)
            fields = [ast.unparse(each) for each in node.body
                      if is_data and isinstance(each, ast.AnnAssign)]  # fmt: skip
            return f"class {title}({', '.join(fields)})" if fields else f"class {title}"
        return f"class {title}({_arguments(first, True)})"
    names = {ast.unparse(each).rpartition(".")[2] for each in node.decorator_list}
    if names & {"property", "cached_property"}:
        kind = f"property {title}"
        return f"{kind}: {ast.unparse(node.returns)}" if node.returns else kind
    leads = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    leads += "classmethod " if "classmethod" in names else ""
    leads += "static " if "staticmethod" in names else ""
    inside = "." not in title and bool(node.args.args) and node.args.args[0].arg in ("self", "cls")
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{leads}{title}({_arguments(node, inside)}){returned}"


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef, is_method: bool) -> str:
    said = ast.unparse(node.args)[:MAX_SIGNATURE_CHARS]
    return re.sub(r"^(?:self|cls)(?:, |$)", "", said) if is_method else said


def _head(node: Definition) -> tuple[int, int]:
    """The lines of a definition's signature and docstring."""
    first = node.body[0]
    has_doc = isinstance(first, ast.Expr) and ast.get_docstring(node) is not None
    end = (first.end_lineno or node.lineno) if has_doc else max(node.lineno, first.lineno - 1)
    return node.lineno, end


def _sections(doc: str) -> str:
    """A docstring whose sections are written as Google or NumPy do, with lists instead."""
    return docstrings.rewritten(doc, _GOOGLE, _section)


def _section(name: str, body: Sequence[str], google: bool) -> Iterator[str]:
    yield from ("", f"**{name}**", "")
    yield from body if name in _SAID else _entries(body, google)
    yield ""


def _entries(body: Sequence[str], google: bool) -> Iterator[str]:
    """Parameters as items of a list."""
    for line in body:
        entry = _ENTRY.match(line)
        if google and entry:
            kind = f" {entry[2]}" if entry[2] else ""
            yield f"- ``{entry[1]}``{kind}: {entry[3]}"
        elif not google and line.strip() and not line[:1].isspace():
            name, _, kind = line.partition(" : ")
            yield f"- ``{name.strip()}``{f' : {kind.strip()}' if kind else ''}"
            yield ""
        else:
            yield f"  {line.strip()}" if line.strip() else ""

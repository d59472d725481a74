"""What mkdocstrings would show: signatures and docstrings, read from Python files."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from textwrap import dedent

from hyperrun.passage import Include
from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.objects import dataclass_fields, docstrings
from hyperrun.search.parsing.objects.dataclass_fields import is_dataclass
from hyperrun.search.parsing.objects.members import Member
from hyperrun.search.parsing.objects.python_source import (
    Definition,
    Found,
    Object,
    assigned,
    definitions,
    head,
    is_beside,
    resolve,
    variable_doc,
)

MAX_MEMBERS = 300
MAX_CHARS = 120_000
MAX_SIGNATURE_CHARS = 1_200
MAX_DEPTH = 2  # of classes in classes

_GOOGLE = re.compile(
    r"(Args|Arguments|Parameters|Params|Keyword Args|Keyword Arguments|Other Parameters|Returns?"
    r"|Raises|Yields?|Attributes|Examples?|Notes?|Warnings?|See Also|References|Todo):\s*$"
)
_ENTRY = re.compile(r"(\*{0,2}[\w.]+(?:, \*{0,2}[\w.]+)*)\s*(\([^)]*\))?\s*:\s*(.*)$")
_OF_ENTRIES = frozenset((
    "Args", "Arguments", "Parameters", "Params", "Keyword Args", "Keyword Arguments",
    "Other Parameters", "Return", "Returns", "Yield", "Yields", "Receives", "Raises", "Warns",
    "Attributes", "Methods", "Functions", "Classes", "Modules",
))  # fmt: skip


def describe(
    place: Place,
    name: str,
    members: bool | Sequence[str],
    docstring: Callable[[str], str],
    with_types: bool = True,
    is_headed: bool = True,
    as_imported: bool = False,
) -> list[Member]:
    """The signature and docstring of `name`, a dotted path with its module, and of its `members`:
    all that have a docstring, or those that are named; of `name` the docstring alone, as a text
    without an object, where its page gives it no heading. Nothing where the repository has no such
    Python source; nothing of it is run. `docstring` turns one into Markdown."""
    parts = [part for part in re.split(r"[.:]+", name) if part]
    found = resolve(place, parts, as_imported=as_imported)
    if found is None:
        return []
    told: list[Member] = []
    size = 0
    for path, one in _described(found, ".".join(parts), members):
        is_module = isinstance(one.node, ast.Module)
        title = path.rpartition(".")[2] if told and one.is_inside else path
        is_text = is_module or (not is_headed and path == ".".join(parts))
        said = _one("" if is_text else title, one, docstring, with_types)
        size += len(said)
        if not said or size > MAX_CHARS:
            continue
        place_of = None if is_module else Include(str(one.file), *head(one))
        told.append(Member("" if is_text else path, said, place_of))
    return told


def _described(
    found: Found, name: str, members: bool | Sequence[str], deep: int = 0
) -> Iterator[tuple[str, Found]]:
    """What is called `name`, and its members by their whole names."""
    yield name, found
    if not members or not isinstance(found.node, ast.Module | ast.ClassDef):
        return
    chosen = None if members is True else set(members)
    told = 0
    for own, node, doc in _own(found, found.node):
        if own not in chosen if chosen is not None else own.startswith("_") or not doc:
            continue
        told += 1
        if told > MAX_MEMBERS:
            return
        inner = replace(found, node=node, holder=found.node)
        path = f"{name}.{own}"
        if isinstance(node, ast.ClassDef) and deep < MAX_DEPTH:
            yield from _described(inner, path, True, deep + 1)
        else:
            yield path, inner


def _own(found: Found, node: ast.Module | ast.ClassDef) -> Iterator[tuple[str, Object, str]]:
    """What a module or a class defines, in its order: the name, the definition, its docstring."""
    own: dict[str, tuple[int, Object, str]] = {}
    for defined in definitions(node.body):
        if not is_beside(defined):
            own[defined.name] = (defined.lineno, defined, ast.get_docstring(defined) or "")
    for statement in node.body:
        for name in assigned(statement):
            assert isinstance(statement, ast.Assign | ast.AnnAssign)
            doc = variable_doc(replace(found, node=statement), node.body, with_comments=False)
            own.setdefault(name, (statement.lineno, statement, doc))
    for name, (_, each, doc) in sorted(own.items(), key=lambda one: one[1][0]):
        yield name, each, doc


def _one(title: str, found: Found, docstring: Callable[[str], str], with_types: bool) -> str:
    """What its page says of one object; without a title what its docstring does, if it has one."""
    node = found.node
    if isinstance(node, ast.Assign | ast.AnnAssign):
        doc = variable_doc(found, found.body, with_comments=False)
    else:
        doc = ast.get_docstring(node, clean=False) or ""
    if isinstance(node, ast.ClassDef) and not doc:
        first = next((each for each in definitions(node.body) if each.name == "__init__"), None)
        doc = (ast.get_docstring(first, clean=False) or "") if first else ""
    doc = docstrings.without_places(inspect.cleandoc(doc))
    said = docstring(docstrings.with_sessions(_sections(doc))) if doc else ""
    if isinstance(node, ast.Module) or not title:
        return said
    if isinstance(node, ast.Assign | ast.AnnAssign):
        written = _variable(title, node, with_types)
    else:
        written = signature(title, node if with_types else _without_types(node), found.is_inside)
    return "\n\n".join(filter(None, (commonmark.fence(written, "python"), said)))


def _variable(title: str, node: ast.Assign | ast.AnnAssign, with_types: bool) -> str:
    kind = f": {ast.unparse(node.annotation)}" if (
        with_types and isinstance(node, ast.AnnAssign)
    ) else ""  # fmt: skip
    value = f" = {ast.unparse(node.value)}" if node.value is not None else ""
    return f"{title}{kind}{value}"[:MAX_SIGNATURE_CHARS]


class _Untyped(ast.NodeTransformer):
    """Takes annotations away."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node


def _without_types(node: Definition) -> Definition:
    """A copy of a definition without its annotations."""
    (copied,) = ast.parse(ast.unparse(node)).body
    for each in ast.walk(copied):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            each.returns = None
    bare = _Untyped().visit(copied)
    assert isinstance(bare, Definition)
    return bare


def signature(title: str, node: Definition, is_inside: bool) -> str:
    """How a function or class is called as `title`; one that is inside a class without its self."""
    if isinstance(node, ast.ClassDef):
        first = next((each for each in definitions(node.body) if each.name == "__init__"), None)
        if not isinstance(first, ast.FunctionDef):
            fields = dataclass_fields.arguments(node) if is_dataclass(node) else []
            return f"class {title}({', '.join(fields)})" if fields else f"class {title}"
        return f"class {title}({_arguments(first, True)})"
    names = {ast.unparse(each).rpartition(".")[2] for each in node.decorator_list}
    if names & {"property", "cached_property"}:
        kind = f"property {title}"
        return f"{kind}: {ast.unparse(node.returns)}" if node.returns else kind
    leads = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    leads += "classmethod " if "classmethod" in names else ""
    leads += "static " if "staticmethod" in names else ""
    places = [*node.args.posonlyargs, *node.args.args]
    inside = is_inside and bool(places) and places[0].arg in ("self", "cls")
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{leads}{title}({_arguments(node, inside)}){returned}"


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef, is_method: bool) -> str:
    said = ast.unparse(node.args)[:MAX_SIGNATURE_CHARS]
    return re.sub(r"^(?:self|cls)(?:: [^,=]+)?(?:, /)?(?:, |$)", "", said) if is_method else said


def _sections(doc: str) -> str:
    """A docstring whose sections are written as Google or NumPy do, with lists instead."""
    return docstrings.rewritten(doc, _GOOGLE, _section)


def _section(name: str, body: Sequence[str], google: bool) -> Iterator[str]:
    if any(line.strip() for line in body):
        yield from ("", f"**{name}**", "")
        told = docstrings.listed(body) if name == "See Also" else body
        yield from _entries(body, google) if name in _OF_ENTRIES else told
        yield ""


def _entries(body: Sequence[str], google: bool) -> Iterator[str]:
    """Parameters as items of a list."""
    below: list[str] = []
    for line in [*body, None]:
        item = None if line is None else _item(line, google)
        if line is not None and item is None:
            below.append(line)
            continue
        yield from (f"  {each}" if each else "" for each in _dedented(below))
        below = []
        if item is not None:
            yield item
            if not google:
                yield ""


def _item(line: str, google: bool) -> str | None:
    """The item that a line begins; None where it goes on with the one before."""
    if not google:
        if re.match(r"\s|$", line):
            return None
        name, kind = docstrings.of_entry(line)
        return f"- ``{name}``{f' : {kind}' if kind else ''}" if name else ""
    entry = _ENTRY.match(line)
    if entry is None:
        return None
    kind = f" {entry[2]}" if entry[2] else ""
    return f"- ``{entry[1]}``{kind}: {entry[3]}"


def _dedented(lines: Sequence[str]) -> list[str]:
    """What stands below an entry, without the indentation that all of it has."""
    return dedent("\n".join(lines)).split("\n") if lines else []

"""What nbdev's page shows of a notebook's cell that is exported into a module."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.objects import signatures
from hyperrun.search.parsing.objects.python_source import Definition

_DIRECTIVE = re.compile(
    r"^[ \t]*#\s*\|\s*(exporti?|exports|exec_doc)\b|^[ \t]*#\s*(exports?)\b", re.M
)


def directive(source: str) -> str:
    """The word that exports a cell: `export`, `exports` (with its source shown), `exporti` (for
    others than readers), `exec_doc`; "" where none does."""
    found = _DIRECTIVE.search(source)
    return (found[1] or found[2]) if found else ""


@dataclass(frozen=True, slots=True)
class Described:
    """A function or class as its page tells of it, under a heading of its name; `first` and `last`
    are its lines in the cell."""

    name: str
    content: str
    first: int
    last: int


def described(source: str, docstring: Callable[[str], str]) -> list[Described]:
    """The public functions and classes of a cell: the signature of each, its docstring, and its
    parameters with the comments behind them. Nothing where it is no Python; `docstring` turns one
    into Markdown."""
    return [
        each
        for each in every(source, docstring, methods=False)
        if not each.name.rpartition(".")[2].startswith("_")
    ]


def every(
    source: str, docstring: Callable[[str], str], methods: bool = True
) -> Iterator[Described]:
    """All functions and classes of a cell, and with `methods` what the classes hold."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return
    comments = _comments(source)
    for node in body:
        if not isinstance(node, Definition):
            continue
        owner = _patched(node)
        name = f"{owner}.{node.name}" if owner else node.name
        yield _told(name, node, comments, docstring)
        if methods and isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, Definition):
                    yield _told(f"{name}.{inner.name}", inner, comments, docstring)


def _told(
    name: str, node: Definition, comments: dict[int, str], docstring: Callable[[str], str]
) -> Described:
    parts = _described(name, node, comments, docstring)
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    content = "\n\n".join(filter(None, parts))
    return Described(name, content, first, node.end_lineno or node.lineno)


def _described(
    title: str, node: Definition, comments: dict[int, str], docstring: Callable[[str], str]
) -> Iterator[str]:
    owner = title.rpartition(".")[0]
    yield commonmark.fence(signatures.signature(title, node, bool(owner)), "python")
    if said := ast.get_docstring(node):
        yield docstring(said)
    yield "\n".join(
        f"- `{each.name}`{each.kind}: {comments[each.line]}"
        for each in _parameters(node)
        if each.line in comments
    )


def _patched(node: Definition) -> str:
    """The class that fastcore's `@patch` adds a function to; "" where it adds to none."""
    if isinstance(node, ast.ClassDef) or not node.args.args:
        return ""
    names = {ast.unparse(each).partition("(")[0] for each in node.decorator_list}
    annotation = node.args.args[0].annotation
    return ast.unparse(annotation) if names & {"patch", "patch_to"} and annotation else ""


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter, the line it ends on, and its type and default as the page's table has them."""

    name: str
    line: int
    kind: str = ""


def _parameters(node: Definition) -> Iterator[_Parameter]:
    """The parameters of a function, or of a class's `__init__`; last what is returned."""
    if isinstance(node, ast.ClassDef):
        made = [each for each in node.body if isinstance(each, ast.FunctionDef)]
        node = next((each for each in made if each.name == "__init__"), node)
    if isinstance(node, ast.ClassDef):
        return
    given = node.args
    places = [*given.posonlyargs, *given.args]
    without = len(places) - len(given.defaults)
    defaults: list[ast.expr | None] = [*[None] * without, *given.defaults, None]
    for each, default in zip(
        (*places, given.vararg, *given.kwonlyargs, given.kwarg),
        (*defaults, *given.kw_defaults, None),
        strict=True,
    ):
        if each is None or each.arg in ("self", "cls"):
            continue
        last = default if default is not None else each
        kinds = [ast.unparse(each.annotation)] if each.annotation else []
        kinds += [f"default `{ast.unparse(default)}`"] if default is not None else []
        kind = f" ({', '.join(kinds)})" if kinds else ""
        yield _Parameter(each.arg, last.end_lineno or each.lineno, kind)
    if node.returns is not None:
        yield _Parameter("returns", node.returns.end_lineno or node.returns.lineno)


def _comments(source: str) -> dict[int, str]:
    """The comments behind code, by line."""
    found = {}
    with_code = source.splitlines()
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            line, column = token.start
            if token.type == tokenize.COMMENT and with_code[line - 1][:column].strip():
                found[line] = token.string.lstrip("# ").rstrip()
    except (tokenize.TokenError, SyntaxError):
        pass
    return found

"""What nbdev's page shows of a notebook's cell that is exported into a module."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator

from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.objects import signatures
from hyperrun.search.parsing.objects.python_source import Definition

_DIRECTIVE = re.compile(r"^\s*#\s*\|\s*(exporti?|exports|exec_doc)\b|^\s*#\s*(exports?)\b", re.M)


def directive(source: str) -> str:
    """The word that exports a cell: `export`, `exports` (with its source shown), `exporti` (for
    others than readers), `exec_doc`; "" where none does."""
    found = _DIRECTIVE.search(source)
    return (found[1] or found[2]) if found else ""


def described(source: str, docstring: Callable[[str], str]) -> str:
    """The public functions and classes of a cell: the signature of each, its docstring, and its
    parameters with the comments behind them. Nothing where it is no Python; `docstring` turns one
    into Markdown."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return ""
    comments = _comments(source)
    return "\n\n".join(
        part
        for node in body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        for part in _described(node, comments, docstring)
        if part
    )


def _described(
    node: Definition, comments: dict[int, str], docstring: Callable[[str], str]
) -> Iterator[str]:
    owner = _patched(node)
    title = f"{owner}.{node.name}" if owner else node.name
    yield commonmark.fence(signatures.signature(title, node, bool(owner)), "python")
    if said := ast.get_docstring(node):
        yield docstring(said)
    yield "\n".join(
        f"- `{name}`: {comments[line]}" for name, line in _parameters(node) if line in comments
    )


def _patched(node: Definition) -> str:
    """The class that fastcore's `@patch` adds a function to; "" where it adds to none."""
    if isinstance(node, ast.ClassDef) or not node.args.args:
        return ""
    names = {ast.unparse(each).partition("(")[0] for each in node.decorator_list}
    annotation = node.args.args[0].annotation
    return ast.unparse(annotation) if names & {"patch", "patch_to"} and annotation else ""


def _parameters(node: Definition) -> Iterator[tuple[str, int]]:
    """The parameters of a function, or of a class's `__init__`, and the lines they end on; last
    what is returned."""
    if isinstance(node, ast.ClassDef):
        made = [each for each in node.body if isinstance(each, ast.FunctionDef)]
        node = next((each for each in made if each.name == "__init__"), node)
    if isinstance(node, ast.ClassDef):
        return
    given = node.args
    for each in (*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg):
        if each is not None and each.arg not in ("self", "cls"):
            yield each.arg, each.end_lineno or each.lineno
    if node.returns is not None:
        yield "returns", node.returns.end_lineno or node.returns.lineno


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

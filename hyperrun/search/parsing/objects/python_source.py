"""Python objects by their dotted names, found in the repository's files; nothing of it is run."""

import ast
import inspect
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath

from hyperrun.search.parsing.includes import Place

MAX_BYTES = 2 * 1024 * 1024  # of a module, of which docstrings may be the most
MAX_TRIED = 100  # paths that are followed from one name to where it is defined

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Object = ast.Module | Definition | ast.Assign | ast.AnnAssign
_FOLDERS = ("", "src", "lib", "python", "packages")


@dataclass(frozen=True, slots=True)
class Found:
    """A module, or what is defined in it, directly or in a class: its `holder`."""

    file: PurePosixPath
    node: Object
    module: ast.Module
    lines: Sequence[str]
    holder: Object

    @property
    def is_inside(self) -> bool:
        """Is it defined in a class?"""
        return isinstance(self.holder, ast.ClassDef)

    @property
    def body(self) -> Sequence[ast.stmt]:
        """What stands beside it."""
        is_body = isinstance(self.holder, ast.Module | ast.ClassDef)
        return self.holder.body if is_body else self.module.body  # type: ignore[union-attr]


def definitions(body: Sequence[ast.stmt]) -> Iterator[Definition]:
    """Functions and classes of a body, those behind conditions too."""
    for node in body:
        if isinstance(node, Definition):
            yield node
        elif isinstance(node, ast.If | ast.Try):
            yield from definitions(node.body)


def named(body: Sequence[ast.stmt], name: str) -> Definition | ast.Assign | ast.AnnAssign | None:
    """What a body calls `name`: a definition, else a variable."""
    defined = [each for each in definitions(body) if each.name == name]
    if defined:
        return next((each for each in defined if not is_beside(each)), defined[-1])
    for node in body:
        if name in assigned(node):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            return node
    return None


def is_beside(node: Definition) -> bool:
    """Is it an overload, or what sets a property, beside the definition that is described?"""
    return any(
        re.search(r"(?:^|\.)(?:overload|setter|deleter)$", ast.unparse(each))
        for each in node.decorator_list
    )


def assigned(node: ast.stmt) -> list[str]:
    """The names that a statement gives a value or a type."""
    targets = (
        node.targets if isinstance(node, ast.Assign)
        else [node.target] if isinstance(node, ast.AnnAssign) else []
    )  # fmt: skip
    return [each.id for each in targets if isinstance(each, ast.Name)]


def variable_doc(found: Found, body: Sequence[ast.stmt], with_comments: bool = True) -> str:
    """What documents a variable: a string below, or `#:` above or behind it."""
    node: Object = found.node
    assert isinstance(node, ast.Assign | ast.AnnAssign)
    if below := _below(node, body):
        return inspect.cleandoc(below.value.value)  # type: ignore[attr-defined]
    if not with_comments:
        return ""
    line = found.lines[(node.end_lineno or node.lineno) - 1]
    if behind := re.search(r"#: ?(.*)$", line):
        return behind[1]
    above: list[str] = []
    number = node.lineno - 2
    while number >= 0 and (match := re.match(r"\s*#: ?(.*)$", found.lines[number])):
        above.insert(0, match[1])
        number -= 1
    return "\n".join(above).strip("\n")


def head(found: Found) -> tuple[int, int]:
    """The lines of a definition's signature and docstring."""
    node = found.node
    assert not isinstance(node, ast.Module)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        below = _below(node, found.body)
        return node.lineno, (below or node).end_lineno or node.lineno
    first = node.body[0]
    has_doc = isinstance(first, ast.Expr) and ast.get_docstring(node) is not None
    end = (first.end_lineno or node.lineno) if has_doc else max(node.lineno, first.lineno - 1)
    return node.lineno, end


def _below(node: Object, body: Sequence[ast.stmt]) -> ast.Expr | None:
    """The string that documents a variable, on the lines below it."""
    at = next((number for number, each in enumerate(body) if each is node), None)
    if at is not None and at + 1 < len(body):
        below = body[at + 1]
        if isinstance(below, ast.Expr) and isinstance(getattr(below.value, "value", None), str):
            return below
    return None


def resolve(place: Place, names: Sequence[str], as_imported: bool = False) -> Found | None:
    """What a dotted path leads to; re-exports are followed. A module's name leads to an object that
    its package imports under the same one where it is to be read `as_imported`, as Python does."""
    return _resolve(place, names, as_imported, set())


# Paths that led nowhere, or are being followed: each is looked at once, however many modules import
# all of one another.
Tried = set[tuple[bool, tuple[str, ...]]]


def _resolve(place: Place, names: Sequence[str], as_imported: bool, tried: Tried) -> Found | None:
    path = as_imported, tuple(names)
    if not names or path in tried or not all(name.isidentifier() for name in names):
        return None
    if len(tried) >= MAX_TRIED:
        return None
    tried.add(path)
    if as_imported and (found := _hiding_its_module(place, names, len(names), tried)):
        return found
    for size in range(len(names), 0, -1):
        file = _module(place, names[:size])
        if file is None:
            continue
        read = _parsed(place.root / file, _mtime_ns(place.root / file))
        if read is None:
            return None
        tree, lines = read
        node: Object = tree
        holder: Object = tree
        for at, name in enumerate(names[size:]):
            body = node.body if isinstance(node, ast.Module | ast.ClassDef) else []
            inner = named(body, name)
            if inner is None:
                if at == 0:
                    is_package = file.name == "__init__.py"
                    package = list(names[: size if is_package else size - 1])
                    return _imported(
                        place, file, package, names[size:], tried
                    ) or _hiding_its_module(place, names, size, tried)
                return None
            holder, node = node, inner
        found = Found(file, node, tree, lines, holder)
        return _function_of(place, found, names[:size], tried) or found
    return None


def _hiding_its_module(place: Place, names: Sequence[str], size: int, tried: Tried) -> Found | None:
    """What a package has by the name of its own module, the last of `size` names, as after
    `from .lamp import lamp`."""
    package = list(names[: size - 1])
    file = _module(place, package) if package else None
    if file is None or file.name != "__init__.py" or _module(place, names[:size]) is None:
        return None
    return _imported(place, file, package, names[size - 1 :], tried, with_all=False)


def _function_of(place: Place, found: Found, module: Sequence[str], tried: Tried) -> Found | None:
    """The function that a class has as its own by a name alone, `dim = dim`."""
    value = found.node.value if isinstance(found.node, ast.Assign) else None
    if not found.is_inside or not isinstance(value, ast.Name | ast.Attribute):
        return None
    named = _resolve(place, [*module, *ast.unparse(value).split(".")], False, tried)
    if named is None or not isinstance(named.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    return replace(named, holder=found.holder)


def _imported(
    place: Place,
    file: PurePosixPath,
    package: list[str],
    names: Sequence[str],
    tried: Tried,
    with_all: bool = True,
) -> Found | None:
    """What a module imports by a name, and `with_all` by `*`."""
    for level, source, told in _imports_of(place.root / file, _mtime_ns(place.root / file)):
        base = package[: len(package) - level + 1] if level else []
        module = [*base, *source.split(".")]
        for own, name in told:
            if own == names[0]:
                path = [*module, name, *names[1:]]
                return _resolve(place, [part for part in path if part], True, tried)
            if name == "*" and with_all:
                path = [*module, *names]
                if found := _resolve(place, [part for part in path if part], True, tried):
                    return found
    return None


Imports = tuple[tuple[int, str, tuple[tuple[str, str], ...]], ...]


@lru_cache(maxsize=1_024)
def _imports_of(path: Path, mtime_ns: int) -> Imports:
    """What a module imports from others: the level, the module, and each name with its own."""
    read = _parsed(path, mtime_ns)
    return tuple(
        (node.level, node.module or "",
         tuple((alias.asname or alias.name, alias.name) for alias in node.names))
        for node in (ast.walk(read[0]) if read else ()) if isinstance(node, ast.ImportFrom)
    )  # fmt: skip


def _mtime_ns(path: Path) -> int:
    return path.stat().st_mtime_ns


def _module(place: Place, names: Sequence[str]) -> PurePosixPath | None:
    """The file of a module, from the usual places of packages: in the repository, and in the part
    of it that the document is of."""
    path = "/".join(names)
    above = [str(each) for each in place.file.parents][:-1]
    of_part = (os.path.join(each, folder) for each in above for folder in ("", "src"))
    for folder in (*_FOLDERS, *of_part):
        for ending in (".py", "/__init__.py", ".pyi"):
            name = os.path.join(folder, path + ending)
            whole = os.path.join(place.root, name)
            if os.path.isfile(whole) and os.path.realpath(whole) == whole:
                return PurePosixPath(name)
    return None


@lru_cache(maxsize=32)
def _parsed(path: Path, mtime_ns: int) -> tuple[ast.Module, tuple[str, ...]] | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        text = path.read_text(encoding="utf-8", errors="replace")
        return ast.parse(text), tuple(text.splitlines())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None

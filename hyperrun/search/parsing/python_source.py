"""Python objects by their dotted names, found in the repository's files; nothing of it is run."""

import ast
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from hyperrun.search.ignore import MAX_BYTES
from hyperrun.search.parsing.includes import Place

MAX_IMPORTS = 6  # that lead from a package to where a name is defined

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Object = ast.Module | Definition | ast.Assign | ast.AnnAssign
_FOLDERS = ("", "src", "lib", "python", "packages")


@dataclass(frozen=True, slots=True)
class Found:
    """A module, or what is defined in it."""

    file: PurePosixPath
    node: Object
    module: ast.Module
    lines: Sequence[str]


def definitions(body: Sequence[ast.stmt]) -> Iterator[Definition]:
    """Functions and classes of a body, those behind conditions too."""
    for node in body:
        if isinstance(node, Definition):
            yield node
        elif isinstance(node, ast.If | ast.Try):
            yield from definitions(node.body)


def named(body: Sequence[ast.stmt], name: str) -> Definition | ast.Assign | ast.AnnAssign | None:
    """What a body calls `name`: a definition, else a variable."""
    for each in definitions(body):
        if each.name == name:
            return each
    for node in body:
        if name in assigned(node):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            return node
    return None


def assigned(node: ast.stmt) -> list[str]:
    """The names that a statement gives a value or a type."""
    targets = (
        node.targets if isinstance(node, ast.Assign)
        else [node.target] if isinstance(node, ast.AnnAssign) else []
    )  # fmt: skip
    return [each.id for each in targets if isinstance(each, ast.Name)]


def resolve(place: Place, names: Sequence[str], imports: int = 0) -> Found | None:
    """What a dotted path leads to; re-exports are followed."""
    if not names or imports > MAX_IMPORTS or not all(name.isidentifier() for name in names):
        return None
    for size in range(len(names), 0, -1):
        file = _module(place, names[:size])
        if file is None:
            continue
        read = _parsed(place.root / file, (place.root / file).stat().st_mtime_ns)
        if read is None:
            return None
        tree, lines = read
        node: Object = tree
        for at, name in enumerate(names[size:]):
            body = node.body if isinstance(node, ast.Module | ast.ClassDef) else []
            inner = named(body, name)
            if inner is None:
                if at == 0:
                    is_package = file.name == "__init__.py"
                    package = list(names[: size if is_package else size - 1])
                    return _imported(place, tree, package, names[size:], imports)
                return None
            node = inner
        return Found(file, node, tree, lines)
    return None


def _imported(
    place: Place, tree: ast.Module, package: list[str], names: Sequence[str], imports: int
) -> Found | None:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        base = package[: len(package) - node.level + 1] if node.level else []
        module = [*base, *(node.module or "").split(".")]
        for alias in node.names:
            if (alias.asname or alias.name) == names[0]:
                path = [*module, alias.name, *names[1:]]
                return resolve(place, [part for part in path if part], imports + 1)
            if alias.name == "*":
                path = [*module, *names]
                if found := resolve(place, [part for part in path if part], imports + 1):
                    return found
    return None


def _module(place: Place, names: Sequence[str]) -> PurePosixPath | None:
    """The file of a module, from the usual places of packages."""
    path = "/".join(names)
    above = [str(each) for each in place.file.parents][:-1]
    for folder in (*_FOLDERS, *above):
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

"""What autodoc would show: signatures and docstrings, read from the repository's Python files."""

import ast
import inspect
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath

from hyperrun.passage import Include
from hyperrun.search.ignore import MAX_BYTES
from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.includes import Place

MAX_MEMBERS = 60
MAX_CHARS = 12_000
MAX_IMPORTS = 6  # that lead from a package to where a name is defined
MAX_SIGNATURE_CHARS = 1_200

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_FOLDERS = ("", "src", "lib", "python", "packages")
_GOOGLE = re.compile(
    r"(Args|Arguments|Parameters|Params|Keyword Args|Keyword Arguments|Other Parameters|Returns?"
    r"|Raises|Yields?|Attributes|Examples?|Notes?|Warnings?|See Also|References|Todo):\s*$"
)
_RULE = re.compile(r"-{3,}\s*$")
_ENTRY = re.compile(r"(\*{0,2}[\w.]+(?:, \*{0,2}[\w.]+)*)\s*(\([^)]*\))?\s*:\s*(.*)$")
_SAID = frozenset(("Examples", "Example", "Notes", "Note", "References", "Todo", "See Also",
                   "Warning", "Warnings"))  # fmt: skip


@dataclass(slots=True)
class Described:
    """What a page says of an object, and where that stands."""

    content: str = ""
    includes: list[Include] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    """A module, or a definition in it."""

    file: PurePosixPath
    node: ast.Module | Definition
    lines: Sequence[str]


def describe(
    place: Place, name: str, members: bool | Sequence[str], docstring: Callable[[str], str]
) -> Described:
    """The signature and docstring of `name`, a dotted path with its module, and of its `members`:
    all that have a docstring, or those that are named. Nothing where the repository has no such
    Python source; nothing of it is run. `docstring` turns one into Markdown."""
    described = Described()
    found = _resolve(place, [part for part in re.split(r"[.:]+", name) if part])
    if found is None:
        return described
    parts: list[str] = []
    for title, node in _described(found.node, name, members):
        said = _one(title, node, docstring)
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
    for each in _definitions(node.body):
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
            for method in _definitions(each.body):
                if not method.name.startswith("_") and ast.get_docstring(method):
                    yield method.name, method


def _definitions(body: Sequence[ast.stmt]) -> Iterator[Definition]:
    for node in body:
        if isinstance(node, Definition):
            yield node
        elif isinstance(node, ast.If | ast.Try):
            yield from _definitions(node.body)


def _one(title: str, node: ast.Module | Definition, docstring: Callable[[str], str]) -> str:
    doc = ast.get_docstring(node, clean=False) or ""
    if isinstance(node, ast.ClassDef) and not doc:
        first = next((each for each in _definitions(node.body) if each.name == "__init__"), None)
        doc = (ast.get_docstring(first, clean=False) or "") if first else ""
    said = docstring(_sections(inspect.cleandoc(doc))) if doc else ""
    if isinstance(node, ast.Module):
        return said
    return "\n\n".join(filter(None, (commonmark.fence(_signature(title, node), "python"), said)))


def _signature(title: str, node: Definition) -> str:
    if isinstance(node, ast.ClassDef):
        first = next((each for each in _definitions(node.body) if each.name == "__init__"), None)
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


def _resolve(place: Place, names: Sequence[str], imports: int = 0) -> _Found | None:
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
        node: ast.Module | Definition = tree
        for at, name in enumerate(names[size:]):
            inner = next((each for each in _definitions(node.body) if each.name == name), None)
            if inner is None:
                if at == 0:
                    is_package = file.name == "__init__.py"
                    package = list(names[: size if is_package else size - 1])
                    return _imported(place, tree, package, names[size:], imports)
                return None
            node = inner
        return _Found(file, node, lines)
    return None


def _imported(
    place: Place, tree: ast.Module, package: list[str], names: Sequence[str], imports: int
) -> _Found | None:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        for alias in node.names:
            if (alias.asname or alias.name) != names[0]:
                continue
            base = package[: len(package) - node.level + 1] if node.level else []
            path = [*base, *(node.module or "").split("."), alias.name, *names[1:]]
            return _resolve(place, [part for part in path if part], imports + 1)
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


def _sections(doc: str) -> str:
    """A docstring whose sections are written as Google or NumPy do, with lists instead."""
    lines = doc.splitlines()
    written: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        google = _GOOGLE.match(line)
        numpy = (
            at + 1 < len(lines) and _RULE.match(lines[at + 1]) and re.match(r"[A-Z][\w ]+$", line)
        )
        if not (google or numpy):
            written.append(line)
            at += 1
            continue
        name = google[1] if google else line.strip()
        at += 1 if google else 2
        end = at
        while end < len(lines) and not (
            (google and lines[end].strip() and not lines[end][:1].isspace())
            or (end + 1 < len(lines) and _RULE.match(lines[end + 1]) and not google)
        ):
            end += 1
        body = inspect.cleandoc("\n".join(["", *lines[at:end]])).splitlines()
        written += ["", f"**{name}**", ""]
        written += body if name in _SAID else list(_entries(body, bool(google)))
        written.append("")
        at = end
    return "\n".join(written)


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

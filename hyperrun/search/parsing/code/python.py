"""Python files as chunks, by `ast`."""

import ast

from hyperrun.search.parsing.chunk import Chunk, split

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def chunks(text: str, module: str) -> list[Chunk]:
    """Functions, methods, classes' heads and what stands between them. Raises SyntaxError."""
    tree = ast.parse(text)
    lines = text.splitlines()
    found: list[Chunk] = []
    _collect(tree.body, lines, "", found)
    covered = {n for chunk in found for n in range(chunk.start_line, chunk.end_line + 1)}
    found += _between(lines, covered, module, ast.get_docstring(tree) or "")
    return sorted(found, key=lambda chunk: chunk.start_line)


def _collect(body: list[ast.stmt], lines: list[str], inside: str, found: list[Chunk]) -> None:
    for node in body:
        if isinstance(node, Definition):
            _define(node, lines, inside, found)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            for part in ("body", "orelse", "finalbody"):
                _collect(getattr(node, part, []), lines, inside, found)


def _define(node: Definition, lines: list[str], inside: str, found: list[Chunk]) -> None:
    start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    end = node.end_lineno or node.lineno
    name = f"{inside}.{node.name}" if inside else node.name
    doc = ast.get_docstring(node) or ""
    signature = "\n".join(lines[node.lineno - 1 : max(node.lineno, node.body[0].lineno - 1)])
    if isinstance(node, ast.ClassDef):
        members = [each for each in node.body if isinstance(each, Definition)]
        if members and end - start > 30:
            first = members[0]
            end_of_head = min([first.lineno, *(each.lineno for each in first.decorator_list)]) - 1
            end = max(start, end_of_head)
        _collect(node.body, lines, name, found)
        kind = "class"
    else:
        kind = "method" if inside else "function"
    while end > start and not lines[end - 1].strip():
        end -= 1
    body = "\n".join(lines[start - 1 : end])
    found.append(Chunk(start, end, name, kind, body, "python", signature, doc))


def _between(lines: list[str], covered: set[int], module: str, doc: str) -> list[Chunk]:
    """Imports, constants, scripts: the lines outside of every definition, in runs."""
    found = []
    run: list[int] = []
    for number in range(1, len(lines) + 2):
        if number <= len(lines) and number not in covered:
            run.append(number)
            continue
        while run and not lines[run[0] - 1].strip():
            run.pop(0)
        if len("".join(lines[n - 1] for n in run).strip()) > 20:
            for start, end in split([lines[n - 1] for n in run], run[0]):
                text = "\n".join(lines[start - 1 : end])
                found.append(Chunk(start, end, module, "module", text, "python", "", doc))
                doc = ""
        run = []
    return found

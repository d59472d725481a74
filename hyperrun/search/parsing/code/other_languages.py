"""Other languages as chunks: by tree-sitter where there is a grammar, by patterns elsewhere."""

import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

from hyperrun.search.parsing.chunk import Chunk, split

# Suffix -> (language, grammar module, function of it); without a grammar, patterns are used.
LANGUAGES: dict[str, tuple[str, str, str]] = {
    ".js": ("javascript", "tree_sitter_javascript", "language"),
    ".jsx": ("javascript", "tree_sitter_javascript", "language"),
    ".mjs": ("javascript", "tree_sitter_javascript", "language"),
    ".cjs": ("javascript", "tree_sitter_javascript", "language"),
    ".ts": ("typescript", "tree_sitter_typescript", "language_typescript"),
    ".mts": ("typescript", "tree_sitter_typescript", "language_typescript"),
    ".tsx": ("typescript", "tree_sitter_typescript", "language_tsx"),
    ".go": ("go", "tree_sitter_go", "language"),
    ".rs": ("rust", "tree_sitter_rust", "language"),
    ".java": ("java", "tree_sitter_java", "language"),
    ".c": ("c", "tree_sitter_c", "language"),
    ".h": ("c", "tree_sitter_cpp", "language"),
    ".cc": ("cpp", "tree_sitter_cpp", "language"),
    ".cpp": ("cpp", "tree_sitter_cpp", "language"),
    ".cxx": ("cpp", "tree_sitter_cpp", "language"),
    ".hpp": ("cpp", "tree_sitter_cpp", "language"),
    ".hh": ("cpp", "tree_sitter_cpp", "language"),
    ".rb": ("ruby", "tree_sitter_ruby", "language"),
}
BY_PATTERN = {
    ".php": "php", ".cs": "csharp", ".kt": "kotlin", ".kts": "kotlin", ".swift": "swift",
    ".scala": "scala", ".ex": "elixir", ".exs": "elixir", ".erl": "erlang", ".hs": "haskell",
    ".lua": "lua", ".sh": "sh", ".bash": "sh", ".zsh": "sh", ".zig": "zig", ".dart": "dart",
    ".jl": "julia", ".r": "r", ".m": "objc", ".mm": "objc", ".ml": "ocaml", ".clj": "clojure",
    ".vue": "vue", ".svelte": "svelte", ".sql": "sql", ".nim": "nim", ".groovy": "groovy",
    ".pl": "perl", ".pm": "perl", ".ps1": "powershell", ".proto": "protobuf", ".f90": "fortran",
    ".toml": "toml", ".yaml": "yaml", ".yml": "yaml", ".css": "css", ".scss": "scss",
    ".html": "html",
}  # fmt: skip

# What tree-sitter calls the things that have a name and stand for themselves …
_DEFINITIONS = {
    "function_declaration": "function", "generator_function_declaration": "function",
    "function_definition": "function", "function_item": "function",
    "function_signature": "function",
    "function_signature_item": "function", "method_definition": "method",
    "method_declaration": "method", "constructor_declaration": "method", "method": "method",
    "singleton_method": "method", "class_declaration": "class",
    "abstract_class_declaration": "class",
    "class": "class", "class_specifier": "class", "struct_specifier": "struct",
    "struct_item": "struct", "enum_item": "enum", "enum_declaration": "enum",
    "enum_specifier": "enum", "union_specifier": "union", "union_item": "union",
    "interface_declaration": "interface", "trait_item": "trait", "type_alias_declaration": "type",
    "type_item": "type", "type_spec": "type", "type_definition": "type",
    "record_declaration": "class",
    "annotation_type_declaration": "interface", "macro_definition": "macro",
    "preproc_function_def": "macro", "const_item": "constant", "static_item": "constant",
    "module": "module", "impl_item": "impl", "namespace_definition": "namespace",
    "mod_item": "module", "internal_module": "namespace",
}  # fmt: skip
# … and which of those hold others.
_CONTAINERS = {"class", "struct", "enum", "interface", "trait", "impl", "namespace", "module"}
_ASSIGNED = ("arrow_function", "function_expression", "function", "class", "generator_function")


def chunks(
    text: str, suffix: str, stem: str, documented: Sequence[tuple[int, int]] = ()
) -> list[Chunk]:
    """The definitions of a file with their comments, and what stands between them. The lines of
    `documented`, from the first to the last of each, are prose that is read elsewhere."""
    lines = text.splitlines()
    found: list[Chunk] = []
    if suffix in LANGUAGES:
        language = LANGUAGES[suffix][0]
        _collect(parsed(text, suffix), lines, "", language, found)
    else:
        language = BY_PATTERN.get(suffix, "")
        found = _by_pattern(lines, language, documented)
    rest = _rest(lines, found, stem, language, documented)
    return sorted(found + rest, key=lambda chunk: chunk.start_line)


def parsed(text: str, suffix: str) -> Any:
    """The root of a file's tree, of a suffix that has a grammar."""
    _, module, function = LANGUAGES[suffix]
    return _parser(module, function).parse(text.encode()).root_node


@cache
def _parser(module: str, function: str) -> Any:
    from tree_sitter import Language, Parser

    return Parser(Language(getattr(import_module(module), function)()))


def _collect(
    node: Any, lines: list[str], inside: str, language: str, found: list[Chunk], depth: int = 0
) -> None:
    if depth > 40:
        return
    for child in node.named_children:
        kind = _DEFINITIONS.get(child.type)
        target = child
        if child.type in ("lexical_declaration", "variable_declaration", "public_field_definition"):
            target = _assigned(child)
            kind = "function" if target is not None else None
        elif child.type == "expression_statement":
            target = _put_in_place(child)
            kind = "function" if target is not None else None
        name = _name(target) if kind and target is not None else ""
        if (
            kind
            and name
            and not (kind in ("struct", "enum", "union", "class") and _is_mere_use(child))
        ):
            qualified = f"{inside}.{name}" if inside else name
            _define(child, kind, qualified, lines, language, found)
            if kind in _CONTAINERS:
                _collect(child, lines, qualified, language, found, depth + 1)
        else:
            _collect(child, lines, inside, language, found, depth + 1)


def _assigned(node: Any) -> Any:
    """The declarator of `const f = () => …`, or None."""
    for declarator in (*node.named_children, node):
        value = declarator.child_by_field_name("value")
        if value is not None and value.type in _ASSIGNED:
            return declarator
    return None


def _put_in_place(node: Any) -> Any:
    """The assignment of `res.send = function …` or `exports.send = …`, or None."""
    put = node.named_children[0] if node.named_children else None
    value = put
    while value is not None and value.type == "assignment_expression":
        value = value.child_by_field_name("right")
    is_function = value is not None and value is not put and value.type in _ASSIGNED
    return put if is_function else None


def _is_mere_use(node: Any) -> bool:
    """`struct point p;` names a struct, it does not define one."""
    return node.type.endswith("_specifier") and node.child_by_field_name("body") is None


def _name(node: Any) -> str:
    if node.type == "impl_item":
        parts = [node.child_by_field_name(field) for field in ("trait", "type")]
        return " for ".join(
            part.text.decode(errors="replace") for part in parts if part is not None
        )
    if node.type == "assignment_expression":
        place = re.sub(
            r"^(?:module\.)?exports\.|^this\.|\.prototype(?=\.)", "", _text(node, "left")
        )
        return place if re.fullmatch(r"[\w$]+(?:\.[\w$]+)*", place) else ""
    for field in ("name", "declarator", "property"):
        part = node.child_by_field_name(field)
        while part is not None and part.child_by_field_name("declarator") is not None:
            part = part.child_by_field_name("declarator")
        if part is not None:
            text = part.text.decode(errors="replace")
            return str(re.split(r"[(\s<]", text.lstrip("*&"), maxsplit=1)[0]).replace("::", ".")
    return ""


def _text(node: Any, field: str) -> str:
    part = node.child_by_field_name(field)
    return part.text.decode(errors="replace") if part is not None else ""


def _define(
    node: Any, kind: str, name: str, lines: list[str], language: str, found: list[Chunk]
) -> None:
    outer = node
    while outer.parent is not None and outer.parent.type in (
        "export_statement", "decorated_definition", "template_declaration", "type_declaration",
    ):  # fmt: skip
        outer = outer.parent
    start, end = outer.start_point[0] + 1, outer.end_point[0] + 1
    comments = start
    if start > 2 and not lines[start - 2].strip() and _CLOSED.match(lines[start - 3]):
        comments -= 1  # JSDoc, with a line between
    is_first = not found or found[-1].end_line != start  # what stands above one line is said once
    while is_first and comments > 1 and _is_comment(lines[comments - 2]):
        comments -= 1
    body = node.child_by_field_name("body")
    head_end = body.start_point[0] + 1 if body is not None else start
    if kind in _CONTAINERS and end - start > 30 and body is not None:
        members = [each for each in body.named_children if each.type in _DEFINITIONS]
        if members:
            end = max(head_end, members[0].start_point[0])
            while end > head_end and _is_comment(lines[end - 1]):
                end -= 1
    doc = "\n".join(lines[comments - 1 : start - 1])
    signature = "\n".join(lines[start - 1 : max(start, min(head_end, start + 8))])
    text = "\n".join(lines[comments - 1 : end])
    found.append(Chunk(comments, end, name, kind, text, language, signature, doc))


_CLOSED = re.compile(r"\s*\*/\s*$")


def _is_comment(line: str) -> bool:
    return bool(re.match(r"\s*(//|/\*|\*|#(?!include|define|if|endif|pragma)|--|@\w|#\[)", line))


_WORDS = (
    "pub|public|private|protected|internal|static|final|abstract|override|open|sealed|async|export|"
    "inline|virtual|partial|readonly|data|case|suspend|unsafe|extern|local|implicit|lazy|default|"
    "fileprivate|mutating|convenience|required|external|const|companion|operator"
)
_PATTERN = re.compile(
    rf"^(\s{{0,8}})(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:{_WORDS})(?:\([^)]*\))?\s+)*"
    r"(?:(func|fun|fn|def|defp|defmacro|defmodule|function|sub|class|interface|struct|enum|trait|"
    r"protocol|extension|impl|object|record|module|namespace|type|data|newtype|instance|message|"
    r"service|rpc|actor|typealias|defn|let rec|let|macro|mixin|proc)\b\s*[(]?\s*"
    r"([\w.:$?!]+)|([\w<>\[\],.?]+\s+)?(\w+)\s*\([^;]*\)\s*(?:async\s*)?"
    r"(?:throws\s+[\w, .]+)?\{\s*$)"
)
_NOT_A_NAME = {
    "if",
    "for",
    "while",
    "switch",
    "catch",
    "return",
    "else",
    "match",
    "foreach",
    "when",
}


def _by_pattern(
    lines: list[str], language: str, documented: Sequence[tuple[int, int]]
) -> list[Chunk]:
    """Definitions found by how lines begin; each lasts until the next one of its depth, or until
    what follows it is documented."""
    if language in ("toml", "yaml", "css", "scss", "html", ""):
        return []
    starts: list[tuple[int, int, str]] = []
    prose = {number for start, end in documented for number in range(start, end + 1)}
    for number, line in enumerate(lines, 1):
        if number in prose:
            continue
        match = _PATTERN.match(line)
        name = (match.group(3) or match.group(5) or "") if match else ""
        if match and name and name not in _NOT_A_NAME:
            starts.append((number, len(match.group(1).expandtabs(4)), name))
    found = []
    containers: list[tuple[int, str]] = []
    for at, (start, depth, name) in enumerate(starts):
        while containers and containers[-1][0] >= depth:
            containers.pop()
        inside = ".".join(each for _, each in containers)
        containers.append((depth, name))
        end = starts[at + 1][0] - 1 if at + 1 < len(starts) else len(lines)
        end = next((first - 1 for first, _ in documented if start < first <= end), end)
        while end > start and (not lines[end - 1].strip() or _is_comment(lines[end - 1])):
            end -= 1
        comments = start
        while comments > 1 and _is_comment(lines[comments - 2]):
            comments -= 1
        end = min(end, start + 120)
        title = f"{inside}.{name}" if inside else name
        doc = "\n".join(lines[comments - 1 : start - 1])
        text = "\n".join(lines[comments - 1 : end])
        found.append(
            Chunk(comments, end, title, "function", text, language, lines[start - 1].strip(), doc)
        )
    return found


def _rest(
    lines: list[str],
    found: list[Chunk],
    stem: str,
    language: str,
    documented: Sequence[tuple[int, int]],
) -> list[Chunk]:
    """The lines that no chunk holds, in runs worth reading."""
    spans = [*documented, *((chunk.start_line, chunk.end_line) for chunk in found)]
    covered = {number for start, end in spans for number in range(start, end + 1)}
    rest = []
    run: list[int] = []
    for number in range(1, len(lines) + 2):
        if number <= len(lines) and number not in covered:
            run.append(number)
            continue
        text = "".join(lines[n - 1] for n in run).strip()
        if len(text) > 40 and len(run) > 2:
            for start, end in split([lines[n - 1] for n in run], run[0]):
                body = "\n".join(lines[start - 1 : end])
                if body.strip():
                    rest.append(Chunk(start, end, stem, "module", body, language))
        run = []
    return rest

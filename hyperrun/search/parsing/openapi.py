"""An OpenAPI file as chunks: one for each operation, one for what stands before them."""

import re
from typing import Any

from hyperrun.search.parsing.chunk import Chunk

NAME = re.compile(r"(^|[-_.])(openapi|swagger)[\w.-]*\.(json|ya?ml)$", re.IGNORECASE)
_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def chunks(text: str, stem: str) -> list[Chunk]:
    """The operations, titled "PUT /lamps/{id}". Raises ValueError where it is no such file.

    JSON is read as YAML, whose nodes know their lines.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = yaml.compose(text.replace("\t", " "), Loader=loader)
    except yaml.YAMLError as error:
        raise ValueError(f"no OpenAPI file: {error}") from error
    top = members_of(root)
    if not ("openapi" in top or "swagger" in top) or "paths" not in top:
        raise ValueError("no OpenAPI file")
    lines = text.splitlines()
    found = []
    for path, (_, operations) in members_of(top["paths"][1]).items():
        for method, (key, operation) in members_of(operations).items():
            if method.lower() in _METHODS:
                found.append(_operation(path, method, key, operation, lines))
    if "info" in top:
        key, info = top["info"]
        title = _text(members_of(info), "title") or stem
        start, end = _span(key, info, lines)
        found.append(Chunk(start, end, title, "document", "\n".join(lines[start - 1 : end])))
    return sorted(found, key=lambda chunk: chunk.start_line)


def _operation(path: str, method: str, key: Any, operation: Any, lines: list[str]) -> Chunk:
    members = members_of(operation)
    start, end = _span(key, operation, lines)
    said = [_text(members, name) for name in ("operationId", "summary", "description")]
    text = "\n".join(lines[start - 1 : end])
    title = f"{method.upper()} {path}"
    return Chunk(start, end, title, "operation", text, "openapi", said[0], "\n".join(said[1:]))


def members_of(node: Any) -> dict[str, tuple[Any, Any]]:
    """A mapping's keys as text, each with its own node and its value's."""
    value = getattr(node, "value", None)
    if not isinstance(value, list) or getattr(node, "id", "") != "mapping":
        return {}
    return {key.value: (key, of_it) for key, of_it in value if isinstance(key.value, str)}


def _text(members: dict[str, tuple[Any, Any]], name: str) -> str:
    value = members[name][1].value if name in members else ""
    return value if isinstance(value, str) else ""


def _span(key: Any, value: Any, lines: list[str]) -> tuple[int, int]:
    """The lines from a key to the end of its value; a block's end mark is where the next begins."""
    start, end = key.start_mark.line + 1, value.end_mark.line + 1
    if value.end_mark.column == 0 or not getattr(value, "flow_style", True):
        end -= 1
    end = min(max(start, end), len(lines), start + 200)
    while end > start and not lines[end - 1].strip():
        end -= 1
    return start, end

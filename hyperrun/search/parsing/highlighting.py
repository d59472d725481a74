"""The language in which Sphinx highlights code that names none: `highlight_language` of its
`conf.py`, then what `.. highlight::` says; by default Python, where it is Python."""

import ast
import re
import warnings

MAX_CHARS = 20_000
_PYTHON = {"", "default", "guess", "python", "python3", "py", "py3"}
_SQL_MARKS = re.compile(r"\{(?:print|exec|open)?sql\}|\{stop\}")
_NONE = {"none", "text", "plain"}


def language(told: str, code: str) -> str:
    """That of `code`, where `told` holds for its page; "" for none."""
    told = told.strip().lower()
    if told in _PYTHON:
        return "python" if is_python(code) else ""
    return "" if told in _NONE else told


def is_python(code: str) -> bool:
    """Is it Python, and more than words that could be?"""
    if len(code) > MAX_CHARS:
        return False
    try:
        with warnings.catch_warnings(action="ignore"):
            body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    said = [each.value if isinstance(each, ast.Expr) else each for each in body]
    return any(
        isinstance(each, ast.Call | ast.Await) or not isinstance(each, ast.expr) for each in said
    )


def shown(language: str, code: str) -> tuple[str, str]:
    """A block's language and code as its page shows them: without the marks around what
    SQLAlchemy's family sends to a database ("pycon+sql")."""
    name, plus, _ = language.partition("+sql")
    return (name, _SQL_MARKS.sub("", code)) if plus else (language, code)

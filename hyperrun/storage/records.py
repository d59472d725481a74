"""Values on their way into PostgreSQL."""

import json
from collections.abc import Iterable, Sequence
from typing import Any


def plain(values: Sequence[Any]) -> list[Any]:
    """`values` without what PostgreSQL's text cannot hold: NUL, and half a character."""
    return [_plain(value) for value in values]


def records(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows for `json_to_recordset`: psycopg would make arrays of them item by item, in Python."""
    told = [dict(zip(names, plain(row), strict=True)) for row in rows]
    return json.dumps(told, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        value = value.replace("\0", "") if "\0" in value else value
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-8", "replace").decode()
    elif isinstance(value, list):
        return [_plain(each) for each in value]
    return value

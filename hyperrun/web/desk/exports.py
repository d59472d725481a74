"""What the desk lets one take along: turns as CSV and JSON, a piece at a time."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import fields, replace
from typing import Any

from hyperrun.redaction import without_personal
from hyperrun.storage.figures import Glance, Wanted
from hyperrun.storage.store import Store
from hyperrun.web.desk.frame import moment

# A spreadsheet takes what begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
AT_ONCE = 1_000
NAMES = ("id", "asked_utc", "question", "outcome", "grounding", "rating", "page_url", "door",
         "language", "model", "cost_usd", "seconds")  # fmt: skip
_KEPT = [each.name for each in fields(Glance) if each.name != "conversation"]

Found = Sequence[Glance]


async def as_csv(store: Store, wanted: Wanted, most: int) -> AsyncGenerator[str, None]:
    """The turns that are looked for as CSV, in which no cell is a formula. Raises `StoreError`."""
    yield ",".join(NAMES) + "\r\n"
    async for piece in _pieces(store, wanted, most, _lines):
        yield piece


async def as_json(store: Store, wanted: Wanted, most: int) -> AsyncGenerator[str, None]:
    """The same as a list in JSON. Raises `StoreError`."""
    before = "["
    async for piece in _pieces(store, wanted, most, _objects):
        yield before + piece
        before = ", "
    yield "[]" if before == "[" else "]"


async def _pieces(
    store: Store, wanted: Wanted, most: int, write: Callable[[Found], str]
) -> AsyncGenerator[str, None]:
    """All that is found, written by so many at once: never more of it is in memory."""
    while most > 0:
        found = await store.find(wanted, min(AT_ONCE, most))
        if not found:
            return
        yield await asyncio.to_thread(write, found)
        most -= AT_ONCE
        wanted = replace(wanted, before=found[-1].started, before_id=found[-1].id)


def _objects(found: Found) -> str:
    return json.dumps([_row(each) for each in found], ensure_ascii=False)[1:-1]


def _lines(found: Found) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, NAMES, extrasaction="ignore")
    for row in map(_row, found):
        writer.writerow({name: _cell(row[name]) for name in NAMES})
    return out.getvalue()


def _row(each: Glance) -> dict[str, Any]:
    """A turn without what tells who asked; its question cleaned."""
    return {name: getattr(each, name) for name in _KEPT} | {
        "question": without_personal(each.question), "asked_utc": moment(each.started),
        "outcome": each.outcome.value, "grounding": each.grounding.value, "door": each.door.value,
        "seconds": round(each.ended - each.started, 2) if each.ended else None,
    }  # fmt: skip


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

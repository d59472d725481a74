"""What the desk lets one take along: turns as CSV and JSON."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hyperrun.redaction import without_personal
from hyperrun.storage.figures import Glance
from hyperrun.web.desk.frame import moment

# A spreadsheet takes what begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows_of(found: Sequence[Glance]) -> list[dict[str, Any]]:
    """Turns as flat rows, without what tells who asked; questions cleaned."""
    return [
        {name: value for name, value in asdict(each).items() if name != "conversation"}
        | {
            "question": without_personal(each.question), "asked_utc": moment(each.started),
            "outcome": each.outcome.value, "grounding": each.grounding.value,
            "door": each.door.value,
            "seconds": round(each.ended - each.started, 2) if each.ended else None,
        }
        for each in found
    ]  # fmt: skip


def as_csv(found: Sequence[Glance]) -> str:
    """The rows as CSV, in which no cell is a formula."""
    rows = rows_of(found)
    out = io.StringIO()
    names = ("id", "asked_utc", "question", "outcome", "grounding", "rating", "page_url", "door",
             "language", "model", "cost_usd", "seconds")  # fmt: skip
    writer = csv.DictWriter(out, names, extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(row[name]) for name in names})
    return out.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

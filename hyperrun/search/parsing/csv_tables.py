"""Tables that directives make of comma-separated values."""

import csv
from collections.abc import Callable, Mapping

from hyperrun.search.parsing.includes import Place

MAX_ROWS = 500


def rows(
    text: str, options: Mapping[str, str], place: Place | None, said: Callable[[str], str]
) -> list[list[str]]:
    """The rows of a `csv-table`, the first its head, whose cells `said` reads."""
    if name := options.get("file"):
        file = place.find(name) if place else None
        text = "\n".join(place.read(file)) if place and file else ""
    delimiter = {"tab": "\t", "space": " "}.get(options.get("delim", ","), options.get("delim"))
    head = options.get("header", "")
    try:
        read = csv.reader([*([head] if head else []), *text.splitlines()],
                          delimiter=(delimiter or ",")[:1], skipinitialspace=True)  # fmt: skip
        found = [row for row in read if row]
    except (csv.Error, TypeError):
        return []
    if found and not head and options.get("header-rows", "0") in ("0", ""):
        found.insert(0, [""] * len(found[0]))
    return [[said(cell.strip()) for cell in row] for row in found[:MAX_ROWS]]

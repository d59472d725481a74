"""The index as a server keeps it, read beside that server."""

import sqlite3
from collections.abc import Sequence

from hyperrun.search.index import Index
from hyperrun.search.project import Project
from hyperrun.settings import Settings

Place = tuple[str, int]  # a passage by its file and first line


def built_index(settings: Settings) -> Index | None:
    """What was built, to be read alone; None where nothing was yet. Raises `BadSetting`."""
    path = Project(settings).index_file
    return Index(path) if path.exists() else None


def places(index: Index, questions: Sequence[str], most: int) -> list[list[Place]]:
    """The best passages of each question, best first; none where the index cannot be read."""
    found: list[list[Place]] = []
    for question in questions:
        try:
            hits = index.search(question, most)
        except sqlite3.Error:
            hits = []
        found.append([(passage.file, passage.start_line) for passage, _ in hits])
    return found

"""Either database, for what has to hold over both."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Kept:
    """Where a server over `folder / "data"` keeps its turns."""

    folder: Path
    url: str  # of PostgreSQL; "" stands for the file in the data folder

    @property
    def environment(self) -> dict[str, str]:
        """What a server is told of it."""
        return {"HYPERRUN_DATABASE_URL": self.url} if self.url else {}

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """What stands in it."""
        if not self.url:
            with closing(sqlite3.connect(self.folder / "data" / "hyperrun.sqlite3")) as database:
                return list(database.execute(question).fetchall())
        import psycopg

        with psycopg.connect(self.url) as connection:
            return list(connection.execute(question).fetchall())


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """SQLite, then PostgreSQL."""
    if request.param == "sqlite":
        return Kept(tmp_path, "")
    return Kept(tmp_path, request.getfixturevalue("postgresql").new_database())

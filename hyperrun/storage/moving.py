"""From the SQLite file of one process to the database of several."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from hyperrun.errors import StoreError
from hyperrun.settings import Settings
from hyperrun.storage.database import Database, one_line
from hyperrun.storage.files import SECRETS, secret
from hyperrun.storage.postgres import connect
from hyperrun.storage.records import plain
from hyperrun.storage.schema import FILE, open_writer

TABLES = ("turns", "keys", "spend", "missed", "gaps")


async def move(folder: Path, settings: Settings) -> dict[str, int]:
    """Copy what a data folder keeps into `HYPERRUN_DATABASE_URL`, all or nothing; how many rows of
    each table. The folder stays as it is, and no server may use it meanwhile.

    Its secrets come along, so that readers keep their conversations and their keys. Raises
    `StoreError`, also where the database has conversations or servers already.
    """
    if not (folder / FILE).exists():
        raise StoreError(f"there is no {FILE} in {folder}")
    database = Database(settings.database_url, 1)
    await connect(database, settings.database_wait_s)
    try:
        connection = await database.connect()
        async with connection, connection.transaction():
            await _check_unused(connection)
            moved = {}
            with closing(open_writer(folder / FILE)) as source:
                for table in TABLES:
                    moved[table] = await _copy(source, connection, table)
            await connection.execute(
                "UPDATE turns SET outcome = 'interrupted' WHERE outcome = 'running'"
            )
            for name in SECRETS:
                if (folder / name).exists():
                    await connection.execute(
                        "INSERT INTO secrets VALUES (%s, %s) "
                        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                        [name, secret(folder / name)],
                    )
            return moved
    except psycopg.Error as error:
        raise StoreError(one_line(error)) from error
    finally:
        await database.close()


async def _check_unused(connection: Any) -> None:
    for table, why in (
        ("processes", "servers are running on the database: stop them first"),
        ("turns", "the database has conversations already: import into an empty one"),
    ):
        found = await connection.execute(f"SELECT 1 FROM {table} LIMIT 1")
        if await found.fetchone():
            raise StoreError(why)


async def _copy(source: Any, connection: Any, table: str) -> int:
    columns = [row[1] for row in source.execute(f"PRAGMA table_info({table})")]
    names = ", ".join(columns)
    statement = f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})"
    copied = 0

    def rows() -> Iterator[list[Any]]:
        nonlocal copied
        for row in source.execute(f"SELECT {names} FROM {table}"):
            copied += 1
            yield plain(row)

    async with connection.cursor() as cursor:
        await cursor.executemany(statement, rows())
    return copied

"""Which store the settings ask for."""

import asyncio
from importlib.util import find_spec

from hyperrun.errors import BadSetting
from hyperrun.settings import Settings
from hyperrun.storage import schema
from hyperrun.storage.sqlite import OWNER, SQLiteStore
from hyperrun.storage.store import Store


def check_store(settings: Settings) -> None:
    """Raise `StoreError` where what there is cannot be used: before anybody is told to look.

    A database that is not there yet is waited for (`HYPERRUN_DATABASE_WAIT_S`).
    """
    if not settings.database_url:
        return schema.check(settings.data_dir)
    _postgres()
    from hyperrun.storage.postgres import reach

    asyncio.run(reach(settings))


def store_of(settings: Settings, owner: str = OWNER) -> Store:
    """The store at `HYPERRUN_DATABASE_URL`; where there is none, the file in the data folder.

    Opens nothing. Raises `BadSetting` where what it needs is not installed.
    """
    if not settings.database_url:
        return SQLiteStore(settings, owner)
    _postgres()
    from hyperrun.storage.postgres import PostgresStore

    return PostgresStore(settings, owner)


def _postgres() -> None:
    """Raise `BadSetting` where what PostgreSQL needs is not installed."""
    if find_spec("psycopg") is None or find_spec("psycopg_pool") is None:
        raise BadSetting("HYPERRUN_DATABASE_URL needs psycopg: install hyperrun[postgres]")

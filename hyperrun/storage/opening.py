"""Which store the settings ask for."""

from hyperrun.errors import BadSetting
from hyperrun.settings import Settings
from hyperrun.storage.sqlite import OWNER, SQLiteStore
from hyperrun.storage.store import Store


def store_of(settings: Settings, owner: str = OWNER) -> Store:
    """The store at `HYPERRUN_DATABASE_URL`; where there is none, the file in the data folder.

    Opens nothing. Raises `BadSetting` where what it needs is not installed.
    """
    if not settings.database_url:
        return SQLiteStore(settings, owner)
    try:
        from hyperrun.storage.postgres import PostgresStore
    except ImportError as error:
        raise BadSetting(
            "HYPERRUN_DATABASE_URL needs psycopg: install hyperrun[postgres]"
        ) from error
    return PostgresStore(settings, owner)

"""`hyperrun import [FOLDER]`: bring what one process has kept in SQLite into PostgreSQL.

FOLDER is the data folder, by default HYPERRUN_DATA_DIR; HYPERRUN_DATABASE_URL says where to. The
database is empty, and no server runs on either. Readers keep their conversations and their keys.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hyperrun.errors import BadSetting, StoreError
from hyperrun.settings import Settings
from hyperrun.settings.env_file import load_env
from hyperrun.storage.files import lock_data_dir


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; 2 where it cannot be done."""
    parser = argparse.ArgumentParser(
        prog="hyperrun import", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("folder", nargs="?", type=Path, help="the data folder to read")
    options = parser.parse_args(arguments)
    load_env()
    try:
        settings = Settings.from_environment()
        folder = options.folder or settings.data_dir
        if not settings.database_url:
            raise BadSetting("HYPERRUN_DATABASE_URL says where to: it is not set")
        if not folder.is_dir():
            raise BadSetting(f"{folder} is no folder")
        from hyperrun.storage.opening import check_store

        check_store(replace(settings, database_wait_s=0.0))
        from hyperrun.storage.moving import move

        with lock_data_dir(folder, 0.0):
            moved = asyncio.run(move(folder, settings))
    except (BadSetting, StoreError) as error:
        print(f"hyperrun: {error}", file=sys.stderr)
        return 2
    for table, count in moved.items():
        print(f"{count:>8} {table}")
    if settings.secret:
        print("HYPERRUN_SECRET is set: readers begin new conversations, and bring their keys anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

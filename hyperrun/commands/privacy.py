"""What an operator does for a reader who asks for their data.

    hyperrun export ID    print everything that is kept of the reader, as JSON
    hyperrun delete ID    delete it, and the reader's key

ID is one of the reader's conversations, or one of their turns (on the page, an answer's `id`
without "turn-"). The server may be running meanwhile.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from hyperrun.errors import BadSetting, StoreError
from hyperrun.settings import Settings
from hyperrun.settings.env_file import load_env
from hyperrun.storage.opening import store_of
from hyperrun.storage.store import Store


async def export(settings: Settings, any_id: str) -> dict[str, Any] | None:
    """A reader's conversations as JSON-ready data; None where nothing is kept under this id."""
    async with store_of(settings).open_alongside_server() as store:
        conversation = await _conversation(store, any_id)
        return await store.export(conversation) if conversation else None


async def delete(settings: Settings, any_id: str) -> bool:
    """Delete a reader's conversations and key. False where nothing is kept under this id."""
    async with store_of(settings).open_alongside_server() as store:
        conversation = await _conversation(store, any_id)
        if conversation is not None:
            await store.delete(conversation)
        return conversation is not None


async def _conversation(store: Store, any_id: str) -> str | None:
    turn = await store.turn(any_id)
    if turn is not None:
        return turn.conversation
    return any_id if await store.turns(any_id) else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says. 1 where there is no such conversation, 2 where it fails."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if set(arguments[1:]) & {"-h", "--help"}:
        print(__doc__)
        return 0
    # Not argparse: an id may begin with a dash.
    if len(arguments) != 2 or arguments[0] not in ("export", "delete"):
        print(__doc__, file=sys.stderr)
        return 2
    action, any_id = arguments
    load_env()
    try:
        settings = Settings.from_environment()
        if action == "export":
            found = asyncio.run(export(settings, any_id))
            if found is not None:
                json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
                print()
                return 0
        elif asyncio.run(delete(settings, any_id)):
            return 0
    except (BadSetting, StoreError) as error:
        print(f"hyperrun: {error}", file=sys.stderr)
        return 2
    print("hyperrun: nothing is kept under this id", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""Update the index from the sources and their published sites: `hyperrun index`.

For a machine that builds what another one serves, and to see what is left out.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace

from hyperrun.errors import BadSetting, SearchError
from hyperrun.search.engine import Search
from hyperrun.settings import Settings
from hyperrun.settings.env_file import load_env
from hyperrun.text import counted


def main(arguments: Sequence[str] | None = None) -> int:
    """Build or refresh the index once. 2 where it fails."""
    parser = argparse.ArgumentParser(prog="hyperrun index", description=__doc__)
    parser.add_argument("--repo", help="a folder or a git URL (HYPERRUN_REPO_PATH)")
    options = parser.parse_args(arguments)
    load_env()
    try:
        settings = Settings.from_environment()
        if options.repo:
            settings = replace(settings, repo_path=options.repo)
        return asyncio.run(_run(settings))
    except (BadSetting, SearchError) as error:
        print(f"hyperrun: {error}", file=sys.stderr)
        return 2


async def _run(settings: Settings) -> int:
    search = Search(settings)
    try:
        down = ""
        try:
            await search.look_at_sites()
        except SearchError as error:
            down = str(error)
        await search.prepare()
        files, passages = search.index.counts()
        print(f"{counted(files, 'file')}, {counted(passages, 'passage')}")
        if down:
            print(f"hyperrun: a published site stays as it was: {down}", file=sys.stderr)
        return 2 if down else 0
    finally:
        await search.close()


if __name__ == "__main__":
    sys.exit(main())

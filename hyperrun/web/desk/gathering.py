"""Gaps for the desk, gathered by the command in a process of its own: no reader waits for it."""

import asyncio
import json
import os
import sys

from hyperrun.insights.gaps import Gap
from hyperrun.settings import Settings

TIMEOUT_S = 180.0
# What the command has to know as this server does.
NAMES = (
    "data_dir", "repo_path", "database_url",
    "embedding_model", "embedding_api_key", "embedding_api_base",
)  # fmt: skip


async def gathered(settings: Settings, days: int) -> list[Gap]:
    """The gaps of the last `days`. Raises `OSError`, `ValueError` and `TimeoutError`."""
    told = {
        Settings.__dataclass_fields__[name].metadata["variable"]: str(getattr(settings, name))
        for name in NAMES
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hyperrun.commands.gaps", "--json", "--behind", "--days", str(days),
        env=os.environ | told | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(TIMEOUT_S):
            said, problem = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ValueError(problem.decode(errors="replace").strip()[-300:])
    return [
        Gap(**{name: value for name, value in each.items() if name != "trend"})
        for each in json.loads(said)
    ]

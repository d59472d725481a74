"""Gaps and reports for the desk, made by their commands in a process of its own: no reader waits
for it, and what it takes of memory is gone with it."""

import asyncio
import json
import os
import sys

from hyperrun.errors import StoreError
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
    said = await _told(settings, "gaps", "--json", "--days", str(days))
    return [
        Gap(**{name: value for name, value in each.items() if name != "trend"})
        for each in json.loads(said)
    ]


async def reported(settings: Settings, days: int, kind: str) -> str:
    """The report of the last `days` as "json", "html" or "md". Raises `StoreError`."""
    form = [] if kind == "md" else [f"--{kind}"]
    try:
        said = await _told(settings, "report", "--days", str(days), *form)
    except (OSError, ValueError, TimeoutError) as error:
        raise StoreError(f"no report is made: {error}") from error
    return said.decode()


async def _told(settings: Settings, command: str, *arguments: str) -> bytes:
    """What a command says. Raises `OSError`, `ValueError` and `TimeoutError`."""
    told = {
        Settings.__dataclass_fields__[name].metadata["variable"]: str(getattr(settings, name))
        for name in NAMES
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"hyperrun.commands.{command}", "--behind", *arguments,
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
    return said

"""Runs the index builder, a process of its own, and follows its progress."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path

from hyperrun.errors import SearchUnavailable

log = logging.getLogger(__name__)

_PACKAGE = Path(__file__).parent.parent.parent


async def build(
    root: Path,
    index: Path,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    progress: Callable[[int, int, int], None] = lambda done, total, passages: None,
    changed: Collection[str] = (),
    site_url: str = "",
    site_dir: str = "off",
    crawled_in: Path | None = None,
    prefix: str = "",
) -> None:
    """Update the index at `index` from `root`; ends the process on every way out.

    `progress` is told files done, files in all, and passages. `changed` names all that may have
    changed, below `root`; where it is empty, everything is looked at. `site_url` is where the
    documentation is published, as the operator says. Its rendered pages are in `site_dir` ("": they
    are looked for, "off": not read), or what was fetched into the data folder `crawled_in`.
    `prefix` is what the files' paths begin with in the index. Raises `SearchUnavailable`.
    """
    options = [f"--include={glob}" for glob in include] + [f"--exclude={glob}" for glob in exclude]
    options += [f"--changed={path}" for path in changed]
    options += [f"--site-url={site_url}", f"--site-dir={site_dir}", f"--prefix={prefix}"]
    options += [f"--crawled-in={crawled_in}"] if crawled_in else []
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hyperrun.search.build", *options,
            "--", str(root), str(index),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, cwd=_PACKAGE,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_PACKAGE)},
        )  # fmt: skip
    except OSError as error:
        raise SearchUnavailable(f"the builder cannot be started: {error}") from error
    assert process.stdout is not None
    assert process.stderr is not None
    said = asyncio.ensure_future(process.stderr.read())
    try:
        async for line in process.stdout:
            progress(*json.loads(line))
        words = (await said).decode(errors="replace").strip()
        if await process.wait():
            raise SearchUnavailable(words or f"the builder ended with {process.returncode}")
        if words:
            log.warning("%s", words)
    finally:
        said.cancel()
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

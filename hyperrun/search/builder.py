"""Runs the index builder, a process of its own, and follows its progress."""

import asyncio
import base64
import json
import logging
import os
import pickle
import sys
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

from hyperrun.errors import SearchUnavailable
from hyperrun.search.site.rules import Rules

log = logging.getLogger(__name__)

MAX_LINE_BYTES = 64 * 1024 * 1024  # the rules of a site with very many pages of their own address

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
    told_rules: Callable[[Rules], None] = lambda rules: None,
) -> None:
    """Update the index at `index` from `root`; ends the process on every way out.

    `progress` is told files done, files in all, and passages. `changed` names all that may have
    changed, below `root`; where it is empty, everything is looked at. `site_url` is where the
    documentation is published, as the operator says. Its rendered pages are in `site_dir` ("": they
    are looked for, "off": not read), or what was fetched into the data folder `crawled_in`.
    `prefix` is what the files' paths begin with in the index. `told_rules` is given the rules of
    the site before any file is read. Raises `SearchUnavailable`.
    """
    options = [f"--include={glob}" for glob in include] + [f"--exclude={glob}" for glob in exclude]
    options += [f"--changed={path}" for path in changed]
    options += [f"--site-url={site_url}", f"--site-dir={site_dir}", f"--prefix={prefix}"]
    options += [f"--crawled-in={crawled_in}"] if crawled_in else []
    async with aclosing(_run(*options, "--", str(root), str(index))) as lines:
        async for told in lines:
            if isinstance(told, str):
                told_rules(_rules(told))
            else:
                progress(*told)


async def read_rules(root: Path, site_url: str = "") -> Rules:
    """The rules of the repository's site, read where a stranger's configuration can hold up nobody.

    Raises `SearchUnavailable`.
    """
    found = Rules(site_url)
    arguments = ("--rules-only", f"--site-url={site_url}", "--", str(root), os.devnull)
    async with aclosing(_run(*arguments)) as lines:
        async for told in lines:
            found = _rules(told)
    return found


def _rules(told: str) -> Rules:
    rules = pickle.loads(
        base64.b64decode(told)
    )  # from our own process, which nobody else writes to
    assert isinstance(rules, Rules)
    return rules


async def _run(*arguments: str) -> AsyncGenerator[Any, None]:
    """What the builder says, an object a line; it is ended on every way out."""
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hyperrun.search.build", *arguments,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, cwd=_PACKAGE, limit=MAX_LINE_BYTES,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_PACKAGE)},
        )  # fmt: skip
    except OSError as error:
        raise SearchUnavailable(f"the builder cannot be started: {error}") from error
    assert process.stdout is not None
    assert process.stderr is not None
    said = asyncio.ensure_future(process.stderr.read())
    try:
        async for line in process.stdout:
            yield json.loads(line)
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

"""The changes of a source's files, as the system tells of them."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from pathlib import Path

from hyperrun.search.tree import Tree

log = logging.getLogger(__name__)

MAX_TOLD = 1_000  # a system that tells of more at once may have lost some without a word
RETRY_S = 5.0


async def changes(tree: Tree, data_dir: Path) -> AsyncGenerator[set[str] | None]:
    """The names of the files that have changed, as the index has them; None where it is not known
    which. Those of our own data folder are none."""
    from watchfiles import awatch

    from hyperrun.search.ignore import is_passed_over

    depth = len(tree.root.parts)

    told = 0  # changes of any file since the last that is wanted

    def wanted(_change: object, path: str) -> bool:
        nonlocal told
        told += 1
        site = tree.site_folder
        if path.endswith(".html") and site is not None and Path(path).is_relative_to(site):
            return True
        parts = Path(path).parts[depth:]
        # Only of what is indexed, and of what says what that is.
        if any(is_passed_over(part) for part in parts if part != ".gitignore"):
            return False
        return not Path(path).is_relative_to(data_dir)

    polling = False
    while True:
        is_whole = False  # what changed before the watch stood is not told
        try:
            async for some in awatch(
                tree.root, watch_filter=wanted, debounce=1_000, step=200,
                ignore_permission_denied=True, force_polling=polling, poll_delay_ms=2_000,
            ):  # fmt: skip
                is_known = is_whole and told <= MAX_TOLD
                is_whole, told = True, 0
                yield (
                    {tree.prefix + "/".join(Path(path).parts[depth:]) for _, path in some}
                    if is_known
                    else None
                )
            return
        except OSError as error:  # the system's watches are spent, or the folder is gone
            log.warning("files are looked at every other second: %s", error)
            await asyncio.sleep(RETRY_S if polling else 0)
            polling = True

"""Search as everything else sees it: a question in, ranked passages out.

The index is built and refreshed by a process of its own; questions are read from it on threads. A
first build makes the first question wait a little, later ones never.
"""

import asyncio
import json
import logging
import os
import sqlite3
import sys
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from hyperrun.errors import SearchError, SearchUnavailable
from hyperrun.search import addresses
from hyperrun.search.colgrep import ColGrep, find_program
from hyperrun.search.fusion import WIDE, Found, fuse
from hyperrun.search.index import Index, location
from hyperrun.search.passage import Passage
from hyperrun.search.program import ColGrepError, Crowded
from hyperrun.settings import Settings

log = logging.getLogger(__name__)

MOST = 50
FIRST_INDEX_WAIT_S = 20.0
MOST_QUERY_CHARS = 2_000
_PACKAGE = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class SearchStatus:
    """What can be searched now. `progress` runs from 0 to 1."""

    ready: bool
    engine: str  # embedded, colgrep or embedded+colgrep
    files: int
    passages: int
    progress: float
    building: bool
    commit: str
    note: str = ""


class Search:
    """Searches one repository."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._root = Path(settings.repo_path).expanduser().resolve()
        self._index = Index(location(settings.data_dir, str(self._root)))
        self._addresses = addresses.Addresses()
        self._ready = asyncio.Event()
        self._building = False
        self._progress = 0.0
        self._counts = (0, 0)
        self._note = ""
        self._colgrep: ColGrep | None = None
        if settings.search == "colgrep" and find_program(settings.colgrep_program) is None:
            self._note = (
                "HYPERRUN_SEARCH=colgrep, but there is no colgrep program "
                "(scripts/install-colgrep); the embedded index answers"
            )
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_builder = asyncio.Lock()

    @property
    def project(self) -> str:
        """The repository's name."""
        return self._root.name

    async def start(self) -> None:
        """Return at once; the index is built behind, and refreshed when files change.

        Raises `SearchUnavailable` where there is no such folder.
        """
        if not self._root.is_dir():
            raise SearchUnavailable(f"{self._root} is not a folder")
        self._addresses = await asyncio.to_thread(
            addresses.read, self._root, self._settings.site_url
        )
        if self._index.is_complete():
            self._counts = self._index.counts()
            self._ready.set()
        self._start_colgrep()
        self._spawn(self._keep_fresh())

    def _start_colgrep(self) -> None:
        """Take ColGrep to it, where it is installed and wanted."""
        settings = self._settings
        if settings.search == "embedded" or find_program(settings.colgrep_program) is None:
            if self._note:
                log.warning("%s", self._note)
            return
        self._colgrep = ColGrep(
            self._root,
            settings.data_dir,
            program=settings.colgrep_program,
            model=settings.colgrep_model,
        )
        self._colgrep.start(self._index.path)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep_fresh(self) -> None:
        try:
            await self.reindex()
        except SearchError as error:
            log.error("%s", error)
        from watchfiles import awatch

        from hyperrun.search.ignore import FOLDERS

        def wanted(_change: object, path: str) -> bool:
            parts = Path(path).parts[len(self._root.parts) :]
            return not any(part in FOLDERS or part.startswith(".") for part in parts)

        data_dir = self._settings.data_dir.resolve()
        async for changes in awatch(
            self._root, watch_filter=wanted, debounce=1_000, step=200, ignore_permission_denied=True
        ):
            if all(Path(path).is_relative_to(data_dir) for _, path in changes):
                continue
            try:
                await self.reindex()
            except SearchError as error:
                log.error("%s", error)

    async def reindex(self) -> None:
        """Bring the index up to the repository now. Raises `SearchError`."""
        async with self._one_builder:
            self._building = True
            try:
                await self._build()
            finally:
                self._building = False
            self._addresses = await asyncio.to_thread(
                addresses.read, self._root, self._settings.site_url
            )
            self._counts = await asyncio.to_thread(self._index.counts)
            self._progress = 1.0
            self._ready.set()
            if self._colgrep is not None:
                self._colgrep.changed()

    async def _build(self) -> None:
        globs = [f"--include={glob}" for glob in self._settings.include]
        globs += [f"--exclude={glob}" for glob in self._settings.exclude]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hyperrun.search.build", str(self._root),
            str(self._index.path.resolve()), *globs,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, cwd=_PACKAGE,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_PACKAGE)},
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        said = asyncio.ensure_future(process.stderr.read())
        try:
            async for line in process.stdout:
                done, total, passages = json.loads(line)
                self._progress = done / max(total, 1)
                if not self._ready.is_set():
                    self._counts = (done, passages)
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

    async def search(self, query: str, k: int = 8, *, version: str = "") -> list[Passage]:
        """The best passages, best first, at most `k` (clamped to 1 to 50).

        Waits for a first index up to 20 s. An empty question finds nothing. Raises `SearchError`.
        """
        del version
        k = min(max(k, 1), MOST)
        query = query[:MOST_QUERY_CHARS].encode(errors="ignore").decode()
        try:
            async with asyncio.timeout(FIRST_INDEX_WAIT_S):
                await self._ready.wait()
        except TimeoutError as error:
            raise SearchUnavailable("the first index is still being built") from error
        meant = asyncio.ensure_future(self._meant(query, k))
        try:
            found = await asyncio.to_thread(self._index.search, query, max(k, WIDE))
            found = fuse(found, await meant, k)
        except sqlite3.Error as error:
            raise SearchError(f"the index cannot be read: {error}") from error
        finally:
            meant.cancel()
        return [self._addressed(passage, anchor) for passage, anchor in found]

    async def _meant(self, query: str, k: int) -> list[Found]:
        """What ColGrep finds; nothing where it cannot be asked, for it is never the only one."""
        if self._colgrep is None or not self._colgrep.ready:
            return []
        try:
            return await self._colgrep.search(query, max(k, WIDE))
        except Crowded:
            return []
        except ColGrepError as error:
            log.warning("ColGrep is left out of this search: %s", error)
            return []

    def _addressed(self, passage: Passage, anchor: str) -> Passage:
        known = self._addresses
        return replace(
            passage,
            url=known.page(passage.file, passage.title, anchor),
            permalink=known.lines(passage.file, passage.start_line, passage.end_line),
        )

    def status(self) -> SearchStatus:
        """What can be searched now."""
        files, passages = self._counts
        colgrep = self._colgrep
        return SearchStatus(
            ready=self._ready.is_set(),
            engine="embedded+colgrep" if colgrep and colgrep.ready else "embedded",
            files=files,
            passages=passages,
            progress=1.0 if self._ready.is_set() else self._progress,
            building=self._building,
            commit=self._addresses.commit,
            note=self._note or (colgrep.note if colgrep else ""),
        )

    def headings(self, page_url: str = "", limit: int = 4) -> list[str]:
        """Headings of the documentation, those of the page at `page_url` first."""
        if not self._ready.is_set():
            return []
        try:
            sections = self._index.sections()
        except sqlite3.Error:
            return []
        here = self._addresses.file_of(page_url) if page_url else ""
        names: dict[str, None] = {}
        for own in (True, False) if here else (False,):
            for file, title in sections:
                heading = title.rpartition(" > ")[2]
                if (
                    (not own or file.startswith(here))
                    and 8 <= len(heading) <= 60
                    and " " in heading
                ):
                    names[heading] = None
        return list(names)[:limit]

    def locate(self, passage: Passage) -> Passage | None:
        """The same text where it stands now; None when it is gone."""
        path = (self._root / passage.file).resolve()
        if not path.is_relative_to(self._root):
            return None
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
        lines = text.splitlines()
        wanted = passage.text.splitlines()
        start = passage.start_line - 1
        if lines[start : start + len(wanted)] == wanted:
            return passage
        for at in range(len(lines) - len(wanted) + 1):
            if lines[at] == wanted[0] and lines[at : at + len(wanted)] == wanted:
                return replace(passage, start_line=at + 1, end_line=at + len(wanted))
        return None

    async def close(self) -> None:
        """End building and watching."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._colgrep is not None:
            await self._colgrep.close()

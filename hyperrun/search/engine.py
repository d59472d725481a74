"""Search as everything else sees it: a question in, ranked passages out.

The index is built and refreshed by a process of its own; questions are read from it on threads. A
first build makes the first question wait a little, later ones never.
"""

import asyncio
import logging
import re
import sqlite3
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from hyperrun.domain import Source
from hyperrun.errors import SearchError, SearchNotReady, SearchUnavailable
from hyperrun.language import DEFAULT
from hyperrun.passage import PROSE, Passage
from hyperrun.search import introductions, versions, whereabouts
from hyperrun.search.builder import build
from hyperrun.search.colgrep.engine import ColGrep, find_program
from hyperrun.search.colgrep.program import ColGrepError, Crowded
from hyperrun.search.first_pages import linked_from
from hyperrun.search.fusion import WIDE, Found, fuse
from hyperrun.search.index import Index
from hyperrun.search.progress import BuildProgress, first_step
from hyperrun.search.project import Project
from hyperrun.search.questions import (
    first_questions,
    is_for_readers,
    language_of,
    next_questions,
    questions,
)
from hyperrun.search.ranking import generality
from hyperrun.search.sections import Before, Wanted, leans
from hyperrun.search.site.crawl import Crawl, CrawlStatus, SiteDown
from hyperrun.search.site.moving_names import MovingNames
from hyperrun.search.tree import Tree
from hyperrun.search.typing import Typed
from hyperrun.search.typists import Typists
from hyperrun.search.vectors import models
from hyperrun.search.vectors.fusing import Meant
from hyperrun.search.vectors.meaning import Meaning, MeaningStatus
from hyperrun.search.versions import Versions
from hyperrun.search.whole_pages import WholePages
from hyperrun.settings import Settings

log = logging.getLogger(__name__)

MAX_RESULTS = 50
FIRST_INDEX_WAIT_S = 20.0
MAX_QUERY_CHARS = 2_000
REFRESH_S = 900.0  # how often a checkout is brought up to its remote
RESCAN_S = 300.0  # how often every file is looked at, told of or not: not every mount tells
RETRY_S = 5.0
MAX_CHANGED = 100  # with more changes at once, every file is looked at
CRAWLED_AT_ONCE = 500  # pages of a first crawl that are read while it goes on
MAX_FIRST_QUESTIONS = 8
MAX_STARTERS = 4
MIN_TELLING_CHARS = 300  # of prose, to tell its language by
MAX_RELATED = 12  # of which those are left out that an answer quotes
MAX_TOLD = 1_000  # a system that tells of more at once may have lost some without a word
LOOK_S = 1.0  # how often the index is looked at, for what others did to its file
REBUILT = "the index was damaged and is built anew"
REFRESH_FAILED = "the index could not be refreshed; the log says why"


@dataclass(frozen=True, slots=True)
class SearchStatus:
    """What can be searched now. `progress` runs from 0 to 1."""

    ready: bool
    engine: str  # embedded, and +colgrep and +vectors where they answer, too
    files: int
    passages: int
    progress: float
    building: bool
    commit: str
    note: str = ""
    sites: tuple[tuple[str, CrawlStatus], ...] = ()  # published ones that are fetched, by label
    left_out: int = 0  # files and names that cannot be read
    meaning: MeaningStatus = field(default_factory=MeaningStatus)


class Search:
    """Searches one repository."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._project = Project(settings)
        self._trees = self._project.trees
        self._main = self._project.main
        self._index = Index(self._project.index_file)
        self._whole_pages = WholePages(self._index.path, self._trees)
        model = models.meant(settings.embedding_model)
        self._meaning = (
            Meaning(
                self._index.path, model, settings.embedding_api_key,
                settings.embedding_api_base, settings.embedding_budget_usd,
            )
            if model
            else None
        )  # fmt: skip
        self._crawls = {
            tree.prefix: Crawl(
                tree.source.site_url, settings.data_dir.resolve(),
                may_be_private=settings.crawl == "private", max_pages=settings.max_crawled_pages,
            )
            for tree in self._trees
            if tree.source.crawls and tree.source.site_url
        }  # fmt: skip
        self._crawl_now = asyncio.Event()
        self._behind = tuple(
            tree.prefix for tree in self._trees if tree.source.kind in ("changelog", "issues")
        )
        self._ready = asyncio.Event()
        self._building = False
        self._built = False  # by this process
        self._progress = 0.0
        self._counts = (0, 0)
        self._left_out = 0
        self._note = ""
        self._first_questions: list[str] = []
        self._first_files: list[str] = []
        self._language = DEFAULT  # of the documentation
        self._names: frozenset[str] = frozenset()
        self._colgrep: ColGrep | None = None
        if settings.search == "colgrep" and find_program(settings.colgrep_program) is None:
            self._note = (
                "HYPERRUN_SEARCH=colgrep, but there is no colgrep program "
                "(scripts/install-colgrep); the embedded index answers"
            )
        self._edition = 1  # of the index: another when something was read into it
        self.typists = Typists(self._index)
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_builder = asyncio.Lock()
        self._dirty = asyncio.Event()
        self._changed: set[str] | None = None  # since the last build; None where that is not known
        self._looked_at = 0.0  # when every file was last looked at
        self._versions = Versions(
            settings.data_dir,
            lambda tree, index: build(
                tree, index, settings.include, settings.exclude, site_url=settings.site_url
            ),
            self._main.checkout.tag if self._main.checkout else None,
            self._main.checkout.tags if self._main.checkout else None,
        )

    @property
    def project(self) -> str:
        """The repository's name."""
        return self._project.name

    @property
    def called(self) -> str:
        """What a reader is told that the project is called."""
        return self._project.called

    @property
    def logo(self) -> Path | None:
        """The project's picture in its repository, where it has one that can be shown."""
        return self._project.logo

    @property
    def moving_names(self) -> MovingNames:
        """Which version the site means by "latest" and the like, "" for the one that is read."""
        return self._main.moving_names

    def check(self) -> None:
        """Raise `SearchUnavailable` where a repository is a folder that is not there."""
        self._project.check()

    async def start(self) -> None:
        """Return at once; the index is built behind, and refreshed when files change.

        Raises `SearchUnavailable` as `check` does.
        """
        self.check()
        await asyncio.to_thread(self._project.look)
        if self._index.is_complete():
            self._spawn(self._take_up())
        self._start_colgrep()
        self._spawn(self._keep_fresh())
        self._spawn(self._keep_whole())
        for tree in self._trees:
            if tree.prefix in self._crawls:
                self._spawn(self._keep_crawled(self._crawls[tree.prefix]))

    async def _take_up(self) -> None:
        """Answer from the index as it was left, as soon as addresses are known."""
        await asyncio.gather(*(tree.read_rules() for tree in self._trees))
        self._counts = await asyncio.to_thread(self._index.counts)
        await asyncio.to_thread(self._read_first_pages)
        self._ready.set()

    async def prepare(self) -> str:
        """Update the index once, for a command: nothing is watched. Why ColGrep is not asked, ""
        where it is.

        Raises `SearchUnavailable`, also where there is no such folder.
        """
        self.check()
        await asyncio.to_thread(self._project.look)
        await self._bring_up()
        return self._recall_colgrep()

    async def look_at_sites(self) -> None:
        """Look at the published sites once. Raises `SearchUnavailable` where one is down."""
        for crawl in self._crawls.values():
            try:
                await crawl.run()
            except (SiteDown, OSError) as error:
                raise SearchUnavailable(str(error)) from error

    def _recall_colgrep(self) -> str:
        """Ask ColGrep, too, where the server has built its index; else why it is not asked."""
        settings = self._settings
        if settings.search == "embedded":
            return "HYPERRUN_SEARCH=embedded"
        colgrep = ColGrep(
            self._project.folders, settings.data_dir.resolve(),
            program=settings.colgrep_program, model=settings.colgrep_model,
        )  # fmt: skip
        if not colgrep.installed:
            return "there is no ColGrep program"
        try:
            colgrep.recall()
        except ColGrepError as error:
            return str(error)
        if not colgrep.ready:
            return "the server has not built ColGrep's index yet"
        self._colgrep = colgrep
        return ""

    def _start_colgrep(self) -> None:
        """Take ColGrep to it, where it is installed and wanted."""
        settings = self._settings
        if settings.search == "embedded" or find_program(settings.colgrep_program) is None:
            if self._note:
                log.warning("%s", self._note)
            return
        self._colgrep = ColGrep(
            self._project.folders,
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
        """Build, then again whenever something has changed; what failed is tried again."""
        again_s = RETRY_S
        for tree in self._trees:
            if tree.checkout is None and tree.source.place:
                self._spawn(self._watch(tree))
        remote = any(tree.checkout is not None for tree in self._trees)
        self._dirty.set()
        while True:
            since_s = time.monotonic() - self._looked_at
            with suppress(TimeoutError):
                async with asyncio.timeout((REFRESH_S if remote else RESCAN_S) - since_s):
                    await self._dirty.wait()
            self._dirty.clear()
            try:
                await self._bring_up()
                again_s = RETRY_S
            except SearchError as error:
                log.error("%s; again in %.0f s", error, again_s)
                self._note = REFRESH_FAILED
                await asyncio.sleep(again_s)
                again_s = min(2 * again_s, REFRESH_S)
                self._dirty.set()

    async def _watch(self, tree: Tree) -> None:
        """See changes of files. Those of our own data folder are none."""
        from watchfiles import awatch

        from hyperrun.search.ignore import is_passed_over

        data_dir = self._settings.data_dir.resolve()
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
                async for changes in awatch(
                    tree.root, watch_filter=wanted, debounce=1_000, step=200,
                    ignore_permission_denied=True, force_polling=polling, poll_delay_ms=2_000,
                ):  # fmt: skip
                    if not is_whole or told > MAX_TOLD:
                        self._changed = None
                    elif self._changed is not None:
                        self._changed |= {
                            tree.prefix + "/".join(Path(path).parts[depth:]) for _, path in changes
                        }
                    is_whole, told = True, 0
                    self._dirty.set()
                return
            except OSError as error:  # the system's watches are spent, or the folder is gone
                log.warning("files are looked at every other second: %s", error)
                await asyncio.sleep(RETRY_S if polling else 0)
                polling = True

    async def _keep_whole(self) -> None:
        """See within seconds when the index is overwritten, cut short or gone, and build anew."""
        while True:
            await asyncio.sleep(LOOK_S)
            if not self._ready.is_set() or self._building:
                continue
            damage = await asyncio.to_thread(self._index.damage)
            if damage and self._ready.is_set() and not self._building:
                await self._rebuild(damage)

    async def _rebuild(self, damage: str) -> None:
        """Take a broken index away; who asks meanwhile waits for the new one."""
        self._edition += 1
        log.error("the index %s and is built anew", damage)
        self._ready.clear()
        self._note = REBUILT
        with suppress(OSError):
            await asyncio.to_thread(self._index.delete)
        self._changed = None
        self._looked_at = -RESCAN_S
        self._dirty.set()

    def refresh(self) -> None:
        """Have the index updated behind, as after a change of files, and the
        published site looked at again."""
        self._changed = None
        self._crawl_now.set()
        self._dirty.set()

    async def reindex(self) -> None:
        """Update the index with the whole repository now. Raises `SearchError`."""
        self._changed = None
        await self._bring_up()

    async def _bring_up(self) -> None:
        """Update the index with what has changed, or to everything where that is not known."""
        async with self._one_builder:
            if self._meaning is not None:
                await self._meaning.rest()
            self._building = True
            try:
                for tree in self._trees:
                    await tree.fetch()
                # The server's start is watched; later builds read only what has changed.
                told = None if self._built else BuildProgress(self.project)

                def follow(done: int, total: int, passages: int) -> None:
                    self._follow(done, total, passages)
                    if told is not None:
                        told.follow(done, total, passages)

                began = time.monotonic()
                changed, self._changed = self._changed or set(), set()
                if len(changed) > MAX_CHANGED or began - self._looked_at > RESCAN_S:
                    changed = set()
                try:
                    for tree in self._trees:
                        await self._build(tree, changed, follow)
                except BaseException:
                    self._changed = None
                    raise
                if not changed:
                    self._looked_at = began
                self._built = True
            finally:
                self._building = False
            await asyncio.to_thread(self._project.look)
            self._counts = await asyncio.to_thread(self._index.counts)
            self._left_out = len(await asyncio.to_thread(self._index.unreadable))
            if not changed:
                await asyncio.to_thread(self._read_first_pages)
            self._progress = 1.0
            self._edition += 1
            self._ready.set()
            if told is not None and (step := await asyncio.to_thread(self._first_step)):
                log.warning("%s: %s", self.project, step)
            if self._note in (REFRESH_FAILED, REBUILT):
                self._note = ""
            if self._colgrep is not None and self._tasks:
                self._colgrep.changed()
            if self._meaning is not None and self._tasks:
                self._meaning.wake()

    async def _build(
        self, tree: Tree, changed: set[str], follow: Callable[[int, int, int], None]
    ) -> None:
        """Update the index with one source, with what has changed of it where that is known."""
        own = {name.removeprefix(tree.prefix) for name in changed if name.startswith(tree.prefix)}
        if changed and not own:
            return
        source = tree.source
        await build(
            tree.root, self._index.path, source.include, source.exclude, follow, own,
            site_url=source.site_url, site_dir=source.site_dir, crawled_in=tree.crawled_in,
            prefix=tree.prefix, told_rules=tree.take_rules,
        )  # fmt: skip

    async def _keep_crawled(self, crawl: Crawl) -> None:
        """Look at the published site now and then; what it brings is read into the index."""
        while True:
            self._crawl_now.clear()
            brought = 0

            def told(status: CrawlStatus) -> None:
                nonlocal brought
                if status.changed >= brought + CRAWLED_AT_ONCE:
                    brought = status.changed
                    self._changed = None
                    self._dirty.set()

            crawl.told = told
            log.info("the published site is looked at")
            try:
                status = await crawl.run()
                log.info("the published site: %d pages, %d changed", status.pages, status.changed)
            except (SiteDown, OSError) as error:
                log.warning("the published site stays as it was: %s", error)
            if crawl.status.changed:
                self._changed = None
                self._dirty.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(self._settings.crawl_every_h * 3600, 60)):
                    await self._crawl_now.wait()

    def _follow(self, done: int, total: int, passages: int) -> None:
        self._progress = done / max(total, 1)
        if not self._ready.is_set():
            self._counts = (done, passages)

    async def search(
        self,
        query: str,
        k: int = 8,
        *,
        version: str = "",
        source: str = "",
        before: Before | None = None,
    ) -> list[Passage]:
        """The best passages, best first, at most `k` (clamped to 1 to 50).

        `version` is a folder with that version's docs, or a git tag, or what the site calls one of
        these ("stable"); where neither has that name, the repository as it stands. `source` is the
        label of one, where there are several. `before` is what a question may lean on.
        Waits for a first index, of a tag too, up to 20 s. An empty question finds nothing. Raises
        `SearchError`.
        """
        k = min(max(k, 1), MAX_RESULTS)
        query = query[:MAX_QUERY_CHARS].encode(errors="ignore").decode()
        await self._wait_until_ready()
        if version := self.moving_names.get(version, version):
            found_then = await self._search_version(query, k, version, before)
            if found_then is not None:
                return found_then
        try:
            if source:
                meant = await self._meant(query, before)
                found = await asyncio.to_thread(
                    self._look_up, self._index, query, k, source, before, meant
                )
                return [self._project.addressed(passage, address) for passage, address in found]
            found = await self._find(query, k, before)
        except sqlite3.Error as error:
            damage = await asyncio.to_thread(self._index.damage)
            if not damage:
                raise SearchError(f"the index cannot be read: {error}") from error
            if self._ready.is_set():
                await self._rebuild(damage)
            await self._wait_until_ready()
            try:
                found = await self._find(query, k, before)
            except sqlite3.Error as again:
                raise SearchError(f"the index cannot be read: {again}") from again
        return [self._project.addressed(passage, address) for passage, address in found]

    @property
    def edition(self) -> int:
        """A number that is another one when the index is."""
        return self._edition

    @property
    def types_thoroughly(self) -> bool:
        """Is there time to look for more than names?"""
        return self.typists.have_time

    async def typed(self, text: str, k: int = 10, *, rests: bool = False) -> Typed:
        """What somebody means who has typed `text` so far, best first; nothing while a first index
        is built. Of many at once, most are answered by names alone, unless what is typed `rests`.
        Raises `SearchError`."""
        if not self._ready.is_set():
            return Typed([], [])
        text = text.encode(errors="ignore").decode()
        try:
            found, words, thorough = await self.typists.find(text, k, rests=rests)
        except sqlite3.Error as error:  # whoever keeps the index whole sees to it
            raise SearchError(f"the index cannot be read: {error}") from error
        return Typed(
            [self._project.addressed(passage, address) for passage, address in found],
            words,
            thorough,
        )

    async def _wait_until_ready(self) -> None:
        """Wait for an index, up to 20 s. Raises `SearchNotReady`."""
        try:
            async with asyncio.timeout(FIRST_INDEX_WAIT_S):
                await self._ready.wait()
        except TimeoutError as error:
            raise SearchNotReady("the first index is still being built") from error

    async def _find(self, query: str, k: int, before: Before | None) -> list[Found]:
        """What all ways of searching find together. Raises `sqlite3.Error`."""
        by_colgrep = asyncio.ensure_future(self._by_colgrep(query, k))
        try:
            is_fused = self._colgrep is not None and self._colgrep.ready
            wide = max(k, WIDE) if is_fused or self._behind else k
            meant = await self._meant(query, before)
            found = await asyncio.to_thread(self._index.search, query, wide, "", before, meant)
            found = self._behind_others(query, fuse(found, await by_colgrep, wide))[:k]
            return await asyncio.to_thread(self._with_introductions, self._index, query, found, k)
        finally:
            by_colgrep.cancel()

    def _behind_others(self, query: str, found: list[Found]) -> list[Found]:
        """`found` with what changed and what was reported behind the rest, unless it is asked."""
        if not self._behind or _ASKS_FOR_NEWS.search(query):
            return found
        return sorted(found, key=lambda each: each[0].file.startswith(self._behind))

    async def _search_version(
        self, query: str, k: int, version: str, before: Before | None
    ) -> list[Passage] | None:
        """The passages of one version; None where there is no such version."""
        try:
            folder = await asyncio.to_thread(self._index.folder_named, versions.folders(version))
            if folder:
                meant = await self._meant(query, before)
                found = await asyncio.to_thread(
                    self._look_up, self._index, query, k, folder, before, meant
                )
                return [self._project.addressed(passage, address) for passage, address in found]
            tagged = await self._versions.find(self._main.root, version, FIRST_INDEX_WAIT_S)
            if tagged is None:
                return None
            index, commit = tagged
            found = await asyncio.to_thread(self._look_up, index, query, k, "", before)
        except sqlite3.Error as error:
            raise SearchError(f"the index cannot be read: {error}") from error
        return [
            replace(self._project.addressed(passage, address, commit, version), version=version)
            for passage, address in found
        ]

    def introducing(self, question: str) -> int:
        """How many of the passages found for `question` answer it by themselves: for a newcomer's
        questions of what the project is and how to start. 0 for any other.

        Reads the index: for a thread. 0 where it cannot be read.
        """
        with suppress(sqlite3.Error):
            return introductions.introducing(self._index, question, self.project, self._names)
        return 0

    def _look_up(
        self,
        index: Index,
        query: str,
        k: int,
        inside: str,
        before: Before | None,
        meant: Meant | None = None,
    ) -> list[Found]:
        return self._with_introductions(
            index, query, index.search(query, k, inside, before, meant), k, inside
        )

    async def wanted(self, question: str, before: Before | None = None) -> Wanted:
        """What `question` asks for, in the index's words. Raises `SearchError`."""
        try:
            return await asyncio.to_thread(self._index.wanted, question, before)
        except sqlite3.Error as error:
            raise SearchError(f"the index cannot be read: {error}") from error

    async def section(self, passage: Passage) -> list[Passage]:
        """All passages of the section that `passage` is of, and of those under it, in order; that
        one alone where it is code, of another version, or cannot be read."""
        if passage.kind not in PROSE or passage.version:
            return [passage]
        with suppress(sqlite3.Error):
            found = await asyncio.to_thread(self._index.section, passage.file, passage.title)
            return [self._project.addressed(each, address) for each, address in found] or [passage]
        return [passage]

    async def included(self, passage: Passage) -> list[Passage]:
        """What `passage` shows of other files, as passages where that stands; none of another
        version's, and none that cannot be read."""
        if passage.version or passage.kind not in PROSE:
            return []
        with suppress(sqlite3.Error):
            tree = self.tree_of(passage.file)
            return await asyncio.to_thread(whereabouts.included, passage, tree, self._index)
        return []

    def _with_introductions(
        self, index: Index, query: str, found: list[Found], k: int, inside: str = ""
    ) -> list[Found]:
        """`found`, after what comes first for a newcomer's question."""
        first = introductions.find(index, query, self.project, self._names, inside)
        return introductions.pin_introductions(first, found, k)

    async def _meant(self, query: str, before: Before | None) -> Meant | None:
        """What the question means; None where no model tells, or not in time."""
        if self._meaning is None or not query.strip():
            return None
        if before is not None and before.question and leans(query):
            query = f"{before.question[:MAX_QUERY_CHARS]} {query}"
        if self._meaning.language == "en":
            query = await asyncio.to_thread(self._index.in_words_of, query)
        vector = await self._meaning.of_question(query)
        return None if vector is None else Meant(query, vector, self._meaning.table)

    async def _by_colgrep(self, query: str, k: int) -> list[Found]:
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

    def tree_of(self, file: str) -> Tree:
        """The source that a file of the index is of."""
        return self._project.tree_of(file)

    @property
    def trees(self) -> Sequence[Tree]:
        """Every source, in the order in which they are named."""
        return self._trees

    @property
    def whole_pages(self) -> WholePages:
        """The documentation's pages, each as a whole."""
        return self._whole_pages

    @property
    def index(self) -> Index:
        """What is searched."""
        return self._index

    def status(self) -> SearchStatus:
        """What can be searched now."""
        files, passages = self._counts
        colgrep = self._colgrep
        meaning = self._meaning.status() if self._meaning else MeaningStatus()
        engines = ["embedded"]
        engines += ["colgrep"] if colgrep and colgrep.ready else []
        engines += ["vectors"] if meaning.made else []
        return SearchStatus(
            ready=self._ready.is_set(),
            engine="+".join(engines),
            files=files,
            passages=passages,
            progress=1.0 if self._ready.is_set() else self._progress,
            building=self._building,
            commit=self._main.forge.commit,
            note=self._note or self._project.staleness or (colgrep.note if colgrep else ""),
            left_out=self._left_out,
            sites=tuple(
                (prefix.rstrip("/"), crawl.status) for prefix, crawl in self._crawls.items()
            ),
            meaning=meaning,
        )

    def questions(self, page_url: str = "", limit: int = MAX_STARTERS) -> list[str]:
        """What a reader of the page at `page_url` may ask, out of its headings; without one what a
        newcomer may. Empty where nothing is known of the page."""
        if not page_url:
            return self._first_questions[:limit]
        asked: list[str] = []
        if here := self.file_of(page_url):
            with suppress(sqlite3.Error):
                titles = [title for _, title in self._index.sections(here)]
                prose = " ".join(each.shown for each, _ in self._index.of_file(here, 5))
                language = language_of(prose) if len(prose) > MIN_TELLING_CHARS else self._language
                asked = self._questions_of(titles, language)
        return asked[:limit]

    def front_page(self, limit: int = 8) -> list[Passage]:
        """How the page begins that says what the project is; reads the index: for a thread."""
        with suppress(sqlite3.Error):
            introducing = introductions.introductions(self._index, self.project)
            for file in [*(passage.file for passage, _ in introducing), *self._first_files]:
                return [each for each, _ in self._index.of_file(file, limit)]
        return []

    def _questions_of(self, titles: Iterable[str], language: str = "") -> list[str]:
        """The questions that sections with these heading paths answer, each once."""
        headings = (title.rpartition(" > ")[2] for title in titles)
        return questions(headings, self.called, language or self._language)

    def file_of(self, page_url: str) -> str:
        """The source of the page at an address of the site; "" where none is known."""
        if not page_url or not self._ready.is_set():
            return ""
        return self._project.file_of(page_url, self._index)

    def _first_step(self) -> str:
        """What the operator should do where there is too little to answer from."""
        with suppress(sqlite3.Error):
            has_documents = bool(self._index.sections("", 1))
            return first_step(self._counts[0], has_documents, bool(self._crawls))
        return ""

    def _read_first_pages(self) -> None:
        """Keep what the project is called, and what a newcomer may ask: of the most general page
        first, then of those that the first ones lead to."""
        files: dict[str, list[str]] = {}
        beginning = ""
        with suppress(sqlite3.Error):
            self._names = introductions.names(
                self.project, introductions.introductions(self._index, self.project)
            )
            for file, title in self._index.sections():
                files.setdefault(file, []).append(title)
        places = {
            file: place
            for file in files
            if (place := generality(file)) is not None and is_for_readers(file)
        }
        first = sorted(places, key=lambda file: (places[file], file))
        with suppress(sqlite3.Error):
            for file in first[:5]:
                beginning += " ".join(each.shown for each, _ in self._index.of_file(file, 5))
        self._language = language_of(beginning[:20_000])
        self._first_files = first[:1]
        linked: set[str] = set()
        with suppress(sqlite3.Error):
            linked = linked_from(
                self._index, first, places,
                lambda url: self._project.file_of(url, self._index),
            )  # fmt: skip
        order = [*first[:1], *sorted(first[1:], key=lambda file: file not in linked)]
        headings = {file: [title.rpartition(" > ")[2] for title in files[file]] for file in order}
        asked = first_questions(headings, self.called, self._language)
        self._first_questions = asked[:MAX_FIRST_QUESTIONS]

    def related(self, sources: Sequence[Source], limit: int = MAX_RELATED) -> tuple[str, ...]:
        """What a reader of these passages may ask next: what their own headings answer, then those
        that stand beside them, the nearest first. Where there are none, what there is to start
        with.

        Reads the index: for a thread. Empty where it cannot be read.
        """
        found = [source.passage for source in sources if source.passage.kind in ("section", "cell")]
        found = [passage for passage in found if is_for_readers(passage.file)]
        titles = [passage.title for passage in found]
        with suppress(sqlite3.Error):
            for file in list(dict.fromkeys(passage.file for passage in found))[:3]:
                titles += _nearest([title for _, title in self._index.sections(file)], titles)
        headings = (title.rpartition(" > ")[2] for title in titles)
        asked = next_questions(headings, self.called, self._language)
        return tuple(asked or self._settings.starters or self._first_questions)[:limit]

    def locate(self, passage: Passage) -> Passage | None:
        """The same text where it stands now, a tag's where it stood; None when it is gone."""
        return whereabouts.locate(passage, self.tree_of(passage.file), self._index)

    async def close(self) -> None:
        """End building and watching."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._colgrep is not None:
            await self._colgrep.close()
        if self._meaning is not None:
            await self._meaning.close()
        await self._versions.close()
        await self.typists.close()
        self._index.close()


_ASKS_FOR_NEWS = re.compile(
    r"(?i)\b(chang\w+|releas\w+|news?|version|upgrad\w+|migrat\w+|deprecat\w+|issues?|bugs?|fix\w*)\b"
)


def _nearest(titles: Sequence[str], found: Sequence[str]) -> list[str]:
    """The titles of a page by how near they stand to what was found, what comes after it first."""
    places = [at for at, title in enumerate(titles) if title in found]

    def distance(at: int) -> tuple[int, bool]:
        return min(((abs(at - place), at < place) for place in places), default=(at, False))

    return [titles[at] for at in sorted(range(len(titles)), key=distance)]

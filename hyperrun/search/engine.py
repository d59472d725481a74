"""Search as everything else sees it: a question in, ranked passages out.

The index is built and refreshed by a process of its own; questions are read from it on threads. A
first build makes the first question wait a little, later ones never.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from hyperrun.domain import Source
from hyperrun.errors import SearchError, SearchNotReady, SearchUnavailable
from hyperrun.passage import PROSE, Passage
from hyperrun.search import versions, whereabouts
from hyperrun.search.builder import build
from hyperrun.search.index import Index
from hyperrun.search.offers import Offers
from hyperrun.search.progress import BuildProgress, first_step
from hyperrun.search.project import Project
from hyperrun.search.sections import Before, Wanted
from hyperrun.search.site.crawl import Crawl, CrawlStatus, SiteDown
from hyperrun.search.site.moving_names import MovingNames
from hyperrun.search.tree import Tree
from hyperrun.search.typing import Typed
from hyperrun.search.typists import Typists
from hyperrun.search.vectors.meaning import MeaningStatus
from hyperrun.search.versions import Versions
from hyperrun.search.ways import MAX_QUERY_CHARS, Ways
from hyperrun.search.whole_pages import WholePages
from hyperrun.settings import Settings

log = logging.getLogger(__name__)

MAX_RESULTS = 50
FIRST_INDEX_WAIT_S = 20.0
REFRESH_S = 900.0  # how often a checkout is brought up to its remote
RESCAN_S = 300.0  # how often every file is looked at, told of or not: not every mount tells
RETRY_S = 5.0
MAX_CHANGED = 100  # with more changes at once, every file is looked at
CRAWLED_AT_ONCE = 500  # pages of a first crawl that are read while it goes on
MAX_STARTERS = 4
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
        self._offers = Offers(self._project, self._index, settings.starters)
        self.ways = Ways(settings, self._project, self._index, self._offers)
        self._crawls = {
            tree.prefix: Crawl(
                tree.source.site_url, settings.data_dir.resolve(),
                may_be_private=settings.crawl == "private", max_pages=settings.max_crawled_pages,
            )
            for tree in self._trees
            if tree.source.crawls and tree.source.site_url
        }  # fmt: skip
        self._crawl_now = asyncio.Event()
        self._ready = asyncio.Event()
        self._building = False
        self._built = False  # by this process
        self._progress = 0.0
        self._counts = (0, 0)
        self._left_out = 0
        self._note = ""
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
        self.ways.start()
        self._spawn(self._keep_fresh())
        self._spawn(self._keep_whole())
        for tree in self._trees:
            if tree.prefix in self._crawls:
                self._spawn(self._keep_crawled(self._crawls[tree.prefix]))

    async def _take_up(self) -> None:
        """Answer from the index as it was left, as soon as addresses are known."""
        await asyncio.gather(*(tree.read_rules() for tree in self._trees))
        self._counts = await asyncio.to_thread(self._index.counts)
        await asyncio.to_thread(self._offers.read)
        self._ready.set()

    async def prepare(self) -> str:
        """Update the index once, for a command: nothing is watched. Why ColGrep is not asked, ""
        where it is.

        Raises `SearchUnavailable`, also where there is no such folder.
        """
        self.check()
        await asyncio.to_thread(self._project.look)
        await self._bring_up()
        return self.ways.recall_colgrep()

    async def look_at_sites(self) -> None:
        """Look at the published sites once. Raises `SearchUnavailable` where one is down."""
        for crawl in self._crawls.values():
            try:
                await crawl.run()
            except (SiteDown, OSError) as error:
                raise SearchUnavailable(str(error)) from error

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
            await self.ways.rest()
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
                await asyncio.to_thread(self._offers.read)
            self._progress = 1.0
            self._edition += 1
            self._ready.set()
            if told is not None and (step := await asyncio.to_thread(self._first_step)):
                log.warning("%s: %s", self.project, step)
            if self._note in (REFRESH_FAILED, REBUILT):
                self._note = ""
            if self._tasks:
                self.ways.wake()

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
                found = await self.ways.find_inside(source, query, k, before)
                return [self._project.addressed(passage, address) for passage, address in found]
            found = await self.ways.find(query, k, before)
        except sqlite3.Error as error:
            damage = await asyncio.to_thread(self._index.damage)
            if not damage:
                raise SearchError(f"the index cannot be read: {error}") from error
            if self._ready.is_set():
                await self._rebuild(damage)
            await self._wait_until_ready()
            try:
                found = await self.ways.find(query, k, before)
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

    async def _search_version(
        self, query: str, k: int, version: str, before: Before | None
    ) -> list[Passage] | None:
        """The passages of one version; None where there is no such version."""
        try:
            folder = await asyncio.to_thread(self._index.folder_named, versions.folders(version))
            if folder:
                found = await self.ways.find_inside(folder, query, k, before)
                return [self._project.addressed(passage, address) for passage, address in found]
            tagged = await self._versions.find(self._main.root, version, FIRST_INDEX_WAIT_S)
            if tagged is None:
                return None
            index, commit = tagged
            found = await self.ways.find_in(index, query, k, before)
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
        return self._offers.introducing(question)

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
        colgrep = self.ways.colgrep
        return SearchStatus(
            ready=self._ready.is_set(),
            engine=self.ways.names,
            files=files,
            passages=passages,
            progress=1.0 if self._ready.is_set() else self._progress,
            building=self._building,
            commit=self._main.forge.commit,
            note=self._note
            or self.ways.missing
            or self._project.staleness
            or (colgrep.note if colgrep else ""),
            left_out=self._left_out,
            sites=tuple(
                (prefix.rstrip("/"), crawl.status) for prefix, crawl in self._crawls.items()
            ),
            meaning=self.ways.meaning,
        )

    def questions(self, page_url: str = "", limit: int = MAX_STARTERS) -> list[str]:
        """What a reader of the page at `page_url` may ask, out of its headings; without one what a
        newcomer may. Empty where nothing is known of the page."""
        if not page_url:
            return self._offers.first_questions[:limit]
        here = self.file_of(page_url)
        return self._offers.of_page(here)[:limit] if here else []

    def front_page(self, limit: int = 8) -> list[Passage]:
        """How the page begins that says what the project is; reads the index: for a thread."""
        return self._offers.front_page(limit)

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

    def related(self, sources: Sequence[Source], limit: int = MAX_RELATED) -> tuple[str, ...]:
        """What a reader of these passages may ask next: what their own headings answer, then those
        that stand beside them, the nearest first. Where there are none, what there is to start
        with.

        Reads the index: for a thread. Empty where it cannot be read.
        """
        return self._offers.related(sources, limit)

    def locate(self, passage: Passage) -> Passage | None:
        """The same text where it stands now, a tag's where it stood; None when it is gone."""
        return whereabouts.locate(passage, self.tree_of(passage.file), self._index)

    async def close(self) -> None:
        """End building and watching."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.ways.close()
        await self._versions.close()
        await self.typists.close()
        self._index.close()

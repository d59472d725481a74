"""The index kept up with the files, the published sites and its own file, behind who searches."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Coroutine
from contextlib import aclosing, suppress

from hyperrun.errors import SearchError, SearchNotReady, SearchUnavailable
from hyperrun.search import watching
from hyperrun.search.builder import build
from hyperrun.search.index import Index
from hyperrun.search.offers import Offers
from hyperrun.search.progress import BuildProgress, first_step
from hyperrun.search.project import Project
from hyperrun.search.site.crawl import Crawl, CrawlStatus
from hyperrun.search.site.published_site import SiteDown
from hyperrun.search.tree import Tree
from hyperrun.search.ways import Ways
from hyperrun.settings import Settings

log = logging.getLogger(__name__)

FIRST_INDEX_WAIT_S = 20.0
REFRESH_S = 900.0  # how often a checkout is brought up to its remote
RESCAN_S = 300.0  # how often every file is looked at, told of or not: not every mount tells
RETRY_S = 5.0
MAX_CHANGED = 100  # with more changes at once, every file is looked at
CRAWLED_AT_ONCE = 500  # pages of a first crawl that are read while it goes on
LOOK_S = 1.0  # how often the index is looked at, for what others did to its file
REBUILT = "the index was damaged and is built anew"
REFRESH_FAILED = "the index could not be refreshed; the log says why"


class Upkeep:
    """Builds one index, at most once at a time, and sees when that must be done again."""

    def __init__(
        self, settings: Settings, project: Project, index: Index, offers: Offers, ways: Ways
    ) -> None:
        self._settings = settings
        self._project = project
        self._index = index
        self._offers = offers
        self._ways = ways
        self.ready = asyncio.Event()  # the index can be searched
        self.building = False
        self.progress = 0.0  # of the first build, 0 to 1
        self.counts = (0, 0)  # files and passages
        self.left_out = 0  # files and names that cannot be read
        self.note = ""  # what is wrong
        self.failed = False  # the last build
        self.edition = 1  # of the index: another when something was read into it
        self.changed: set[str] | None = None  # since the last build; None where that is not known
        self.crawls = {
            tree.prefix: Crawl(
                tree.source.site_url, settings.data_dir.resolve(),
                may_be_private=settings.crawl == "private", max_pages=settings.max_crawled_pages,
            )
            for tree in project.trees
            if tree.source.crawls and tree.source.site_url
        }  # fmt: skip
        self._built = False  # by this process
        self._looked_at = 0.0  # when every file was last looked at
        self._one_builder = asyncio.Lock()
        self._dirty = asyncio.Event()
        self._crawl_now = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Take up the index as it was left, and keep it up behind until `close`."""
        await asyncio.to_thread(self._project.look)
        if self._index.is_complete():
            self._spawn(self._take_up())
        self._spawn(self._keep_fresh())
        self._spawn(self._keep_whole())
        for crawl in self.crawls.values():
            self._spawn(self._keep_crawled(crawl))

    async def close(self) -> None:
        """End building and watching."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def wait_until_ready(self) -> None:
        """Wait for an index, up to 20 s. Raises `SearchNotReady`, and `SearchUnavailable` where the
        first one could not be built."""
        try:
            async with asyncio.timeout(FIRST_INDEX_WAIT_S):
                await self.ready.wait()
        except TimeoutError as error:
            if self.failed:
                raise SearchUnavailable("the first index could not be built") from error
            raise SearchNotReady("the first index is still being built") from error

    async def _take_up(self) -> None:
        """Answer from the index as it was left, as soon as addresses are known."""
        await asyncio.gather(*(tree.read_rules() for tree in self._project.trees))
        self.counts = await asyncio.to_thread(self._index.counts)
        await asyncio.to_thread(self._offers.read)
        self.ready.set()

    # What is seen

    async def _keep_fresh(self) -> None:
        """Build, then again whenever something has changed; what failed is tried again."""
        again_s = RETRY_S
        for tree in self._project.trees:
            if tree.checkout is None and tree.source.place:
                self._spawn(self._watch(tree))
        remote = any(tree.checkout is not None for tree in self._project.trees)
        self._dirty.set()
        while True:
            since_s = time.monotonic() - self._looked_at
            with suppress(TimeoutError):
                async with asyncio.timeout((REFRESH_S if remote else RESCAN_S) - since_s):
                    await self._dirty.wait()
            self._dirty.clear()
            try:
                await self.bring_up()
                again_s = RETRY_S
            except SearchError as error:
                log.error("%s; again in %.0f s", error, again_s)
                self.note, self.failed = REFRESH_FAILED, True
                await asyncio.sleep(again_s)
                again_s = min(2 * again_s, REFRESH_S)
                self._dirty.set()

    async def _watch(self, tree: Tree) -> None:
        """Have built what changes in a source's folder."""
        async with aclosing(watching.changes(tree, self._settings.data_dir.resolve())) as told:
            async for names in told:
                if names is None:
                    self.changed = None
                elif self.changed is not None:
                    self.changed |= names
                self._dirty.set()

    async def _keep_whole(self) -> None:
        """See within seconds when the index is overwritten, cut short or gone, and build anew."""
        while True:
            await asyncio.sleep(LOOK_S)
            if not self.ready.is_set() or self.building:
                continue
            damage = await asyncio.to_thread(self._index.damage)
            if damage and self.ready.is_set() and not self.building:
                await self.rebuild(damage)

    async def _keep_crawled(self, crawl: Crawl) -> None:
        """Look at the published site now and then; what it brings is read into the index."""
        while True:
            self._crawl_now.clear()
            brought = 0

            def told(status: CrawlStatus) -> None:
                nonlocal brought
                if status.changed >= brought + CRAWLED_AT_ONCE:
                    brought = status.changed
                    self._look_at_everything()

            crawl.told = told
            log.info("the published site is looked at")
            try:
                status = await crawl.run()
                log.info("the published site: %d pages, %d changed", status.pages, status.changed)
            except (SiteDown, OSError) as error:
                log.warning("the published site stays as it was: %s", error)
            if crawl.status.changed:
                self._look_at_everything()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(self._settings.crawl_every_h * 3600, 60)):
                    await self._crawl_now.wait()

    def _look_at_everything(self) -> None:
        self.changed = None
        self._dirty.set()

    # What is done

    def refresh(self) -> None:
        """Have the index updated behind, as after a change of files, and the published site looked
        at again."""
        self._crawl_now.set()
        self._look_at_everything()

    async def rebuild(self, damage: str) -> None:
        """Take a broken index away; who asks meanwhile waits for the new one."""
        self.edition += 1
        log.error("the index %s and is built anew", damage)
        self.ready.clear()
        self.note = REBUILT
        with suppress(OSError):
            await asyncio.to_thread(self._index.delete)
        self._looked_at = -RESCAN_S
        self._look_at_everything()

    async def look_at_sites(self) -> None:
        """Look at the published sites once. Raises `SearchUnavailable` where one is down."""
        for crawl in self.crawls.values():
            try:
                await crawl.run()
            except (SiteDown, OSError) as error:
                raise SearchUnavailable(str(error)) from error

    async def bring_up(self, *, whole: bool = False) -> None:
        """Update the index with what has changed; with everything where that is not known, or where
        the `whole` is to be looked at. Raises `SearchError`."""
        if whole:
            self.changed = None
        async with self._one_builder:
            await self._ways.rest()
            is_first = not self._built
            self.building = True
            try:
                for tree in self._project.trees:
                    await tree.fetch()
                is_whole = await self._build_all()
            finally:
                self.building = False
            await self._take_in(is_whole=is_whole)
            if is_first and (step := await asyncio.to_thread(self._first_step)):
                log.warning("%s: %s", self._project.name, step)
            if self._tasks:
                self._ways.wake()

    async def _build_all(self) -> bool:
        """Read what has changed of every source into the index; was every file looked at?"""
        # The server's start is watched; later builds read only what has changed.
        told = None if self._built else BuildProgress(self._project.name)

        def follow(done: int, total: int, passages: int) -> None:
            self.progress = done / max(total, 1)
            if not self.ready.is_set():
                self.counts = (done, passages)
            if told is not None:
                told.follow(done, total, passages)

        began = time.monotonic()
        changed, self.changed = self.changed or set(), set()
        if len(changed) > MAX_CHANGED or began - self._looked_at > RESCAN_S:
            changed = set()
        try:
            for tree in self._project.trees:
                await self._build(tree, changed, follow)
        except BaseException:
            self.changed = None
            raise
        if not changed:
            self._looked_at = began
        self._built = True
        return not changed

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

    async def _take_in(self, *, is_whole: bool) -> None:
        """Know what a build has brought, and let it be searched."""
        await asyncio.to_thread(self._project.look)
        self.counts = await asyncio.to_thread(self._index.counts)
        self.left_out = len(await asyncio.to_thread(self._index.unreadable))
        if is_whole:
            await asyncio.to_thread(self._offers.read)
        self.progress = 1.0
        self.edition += 1
        self.note, self.failed = "", False
        self.ready.set()

    def _first_step(self) -> str:
        """What the operator should do where there is too little to answer from."""
        with suppress(sqlite3.Error):
            has_documents = bool(self._index.sections("", 1))
            return first_step(self.counts[0], has_documents, bool(self.crawls))
        return ""

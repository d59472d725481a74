"""Search as everything else sees it: a question in, ranked passages out.

The index is built and refreshed by a process of its own; questions are read from it on threads. A
first build makes the first question wait a little, later ones never.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from hyperrun.domain import Source
from hyperrun.errors import SearchError
from hyperrun.passage import PROSE, Passage
from hyperrun.search import versions, whereabouts
from hyperrun.search.builder import build
from hyperrun.search.index import Index
from hyperrun.search.leaning import Before
from hyperrun.search.offers import Offers
from hyperrun.search.project import Project
from hyperrun.search.site.crawl import CrawlStatus
from hyperrun.search.site.moving_names import MovingNames
from hyperrun.search.terms import heading_of
from hyperrun.search.told_errors import stands_before_mend, tells_mend
from hyperrun.search.tree import Tree
from hyperrun.search.typing import Typed
from hyperrun.search.typists import Typists
from hyperrun.search.upkeep import FIRST_INDEX_WAIT_S, Upkeep
from hyperrun.search.vectors.meaning import MeaningStatus
from hyperrun.search.versions import Versions
from hyperrun.search.wanted import Wanted
from hyperrun.search.ways import MAX_QUERY_CHARS, Ways
from hyperrun.search.whole_pages import WholePages
from hyperrun.settings import Settings

MAX_RESULTS = 50
MAX_STARTERS = 4
MAX_RELATED = 12  # of which those are left out that an answer quotes


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
    failed: bool = False  # the last build
    meaning: MeaningStatus = field(default_factory=MeaningStatus)


class Search:
    """Searches one repository."""

    def __init__(self, settings: Settings) -> None:
        self._project = Project(settings)
        self._trees = self._project.trees
        self._main = self._project.main
        self._index = Index(self._project.index_file)
        self._whole_pages = WholePages(self._index.path, self._trees)
        self._offers = Offers(self._project, self._index, settings.starters)
        self.ways = Ways(settings, self._project, self._index, self._offers)
        self.upkeep = Upkeep(settings, self._project, self._index, self._offers, self.ways)
        self.typists = Typists(self._index)
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
        await self.upkeep.start()
        self.ways.start()

    async def prepare(self) -> str:
        """Update the index once, for a command: nothing is watched. Why ColGrep is not asked, ""
        where it is.

        Raises `SearchUnavailable`, also where there is no such folder.
        """
        self.check()
        await asyncio.to_thread(self._project.look)
        await self.upkeep.bring_up()
        return self.ways.recall_colgrep()

    async def look_at_sites(self) -> None:
        """Look at the published sites once. Raises `SearchUnavailable` where one is down."""
        await self.upkeep.look_at_sites()

    async def wait_until_ready(self) -> None:
        """Wait for an index, up to 20 s. Raises `SearchNotReady` while the first one is made, and
        `SearchUnavailable` where it could not be."""
        await self.upkeep.wait_until_ready()

    def refresh(self) -> None:
        """Have the index updated behind, as after a change of files, and the published site looked
        at again."""
        self.upkeep.refresh()

    async def reindex(self) -> None:
        """Update the index with the whole repository now. Raises `SearchError`."""
        await self.upkeep.bring_up(whole=True)

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
        await self.wait_until_ready()
        if version := self.moving_names.get(version, version):
            found_then = await self._search_version(query, k, version, before)
            if found_then is not None:
                return found_then
        find = partial(self.ways.find_inside, source) if source else self.ways.find
        try:
            found = await find(query, k, before)
        except sqlite3.Error as error:
            damage = await asyncio.to_thread(self._index.damage)
            if not damage:
                raise SearchError(f"the index cannot be read: {error}") from error
            if self.upkeep.ready.is_set():
                await self.upkeep.rebuild(damage)
            await self.wait_until_ready()
            try:
                found = await find(query, k, before)
            except sqlite3.Error as again:
                raise SearchError(f"the index cannot be read: {again}") from again
        return [self._project.addressed(passage, address) for passage, address in found]

    @property
    def edition(self) -> int:
        """A number that is another one when the index is."""
        return self.upkeep.edition

    @property
    def types_thoroughly(self) -> bool:
        """Is there time to look for more than names?"""
        return self.typists.have_time

    async def typed(self, text: str, k: int = 10, *, rests: bool = False) -> Typed:
        """What somebody means who has typed `text` so far, best first; nothing while a first index
        is built. Of many at once, most are answered by names alone, unless what is typed `rests`.
        Raises `SearchError`."""
        if not self.upkeep.ready.is_set():
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
        """All passages of the section that `passage` is of, and of those under it, in order; of one
        that shows an error and not what mends it, those of the section above, where that tells;
        that one alone where it is code, of another version, or cannot be read."""
        if passage.kind not in PROSE or passage.version:
            return [passage]
        with suppress(sqlite3.Error):
            found = await asyncio.to_thread(self._index.section, passage.file, passage.title)
            above, _, own = passage.title.rpartition(" > ")
            if above and stands_before_mend(own):
                account = await asyncio.to_thread(self._index.section, passage.file, above)
                if any(tells_mend(heading_of(each.title)) for each, _ in account):
                    found = account
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
        files, passages = self.upkeep.counts
        colgrep = self.ways.colgrep
        return SearchStatus(
            ready=self.upkeep.ready.is_set(),
            engine=self.ways.names,
            files=files,
            passages=passages,
            progress=1.0 if self.upkeep.ready.is_set() else self.upkeep.progress,
            building=self.upkeep.building,
            commit=self._main.forge.commit,
            note=self.upkeep.note
            or self.ways.missing
            or self._project.staleness
            or (colgrep.note if colgrep else ""),
            left_out=self.upkeep.left_out,
            failed=self.upkeep.failed,
            sites=tuple(
                (prefix.rstrip("/"), crawl.status) for prefix, crawl in self.upkeep.crawls.items()
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
        if not page_url or not self.upkeep.ready.is_set():
            return ""
        return self._project.file_of(page_url, self._index)

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
        await self.upkeep.close()
        await self.ways.close()
        await self._versions.close()
        await self.typists.close()
        self._index.close()

"""The project that is searched: its sources, what it is called, and its picture."""

import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from hyperrun.passage import Passage
from hyperrun.search import sources
from hyperrun.search.index import Index
from hyperrun.search.index_file import location
from hyperrun.search.tree import Tree
from hyperrun.settings import Settings


class Project:
    """One project of one source or several. Raises `BadSetting`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.trees = [Tree(source, settings.data_dir) for source in sources.read(settings)]
        self.main = self.trees[0]

    @property
    def index_file(self) -> Path:
        """Where its index is."""
        where = "\n".join(f"{each.prefix} {each.root}" for each in self.trees)
        if not self.main.prefix:
            where = str(self.main.root)
        return location(self._settings.data_dir.resolve(), where)

    @property
    def folders(self) -> dict[str, Path]:
        """Each source's folder, by what its files' paths begin with in the index."""
        return {tree.prefix: tree.root for tree in self.trees}

    @property
    def name(self) -> str:
        """The repository's name."""
        return self.main.name

    @property
    def called(self) -> str:
        """What a reader is told that the project is called."""
        return self._settings.name or self.main.rules.identity.name or self.name

    @property
    def logo(self) -> Path | None:
        """The project's picture in its repository, where it has one that can be shown."""
        setting, root = self._settings.logo, self.main.root
        if not setting:
            return self.main.rules.identity.logo
        path = (root / setting).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None

    @property
    def staleness(self) -> str:
        """That a checkout is older than it should be; "" where none is."""
        for tree in self.trees:
            if tree.checkout is not None and tree.checkout.failure:
                at = tree.checkout.looked_at
                since = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(at)) if at else "the start"
                return f"the checkout of {tree.name} could not be fetched since {since}"
        return ""

    def check(self) -> None:
        """Raise `SearchUnavailable` where a repository is a folder that is not there."""
        for tree in self.trees:
            tree.check()

    def look(self) -> None:
        """See where lines and rendered pages are, of every source. For a thread."""
        for tree in self.trees:
            tree.look()

    def tree_of(self, file: str) -> Tree:
        """The source that a file of the index is of."""
        return next((tree for tree in self.trees if tree.holds(file)), self.main)

    def addressed(
        self, passage: Passage, address: str, commit: str = "", version: str = ""
    ) -> Passage:
        """A passage of the index as its source addresses it."""
        return self.tree_of(passage.file).addressed(passage, address, commit, version)

    def file_of(self, page_url: str, index: Index) -> str:
        """The source of the page at an address of the site; "" where none is known."""
        for tree in self.trees:
            for key in tree.rules.page_keys(page_url):
                with suppress(sqlite3.Error):
                    if found := index.file_of(key, tree.prefix):
                        return found
        return ""

"""One source as it is searched: where its files and pages are, and where both can be read."""

import logging
import sqlite3
from dataclasses import replace
from pathlib import Path

from hyperrun.errors import SearchUnavailable
from hyperrun.passage import Passage
from hyperrun.search import builder, forge
from hyperrun.search.checkout import Checkout, is_url, name, no_folder
from hyperrun.search.site.moving_names import MovingNames
from hyperrun.search.site.rules import NO_RULES, Rules
from hyperrun.search.sources import SourceTree

log = logging.getLogger(__name__)


class Tree:
    """A source's folder, or its checkout, or of a site alone a folder with nothing in it."""

    def __init__(self, source: SourceTree, data_dir: Path) -> None:
        self.source = source
        self.prefix = source.prefix
        self.checkout: Checkout | None = None
        self._data_dir = data_dir.resolve()
        if is_url(source.place):
            self.checkout = Checkout(source.place, data_dir, token=source.token)
            self.root = self.checkout.folder
        elif source.place:
            self.root = Path(source.place).expanduser().resolve()
        else:
            self.root = self._data_dir / "sites" / "no files"
        self.rules = NO_RULES
        self.forge = forge.Forge()
        self.site_folder: Path | None = None
        self.site_note = ""
        self.moving_names: MovingNames = {}

    @property
    def name(self) -> str:
        """What it is called."""
        return self.source.label or (name(self.checkout.url) if self.checkout else self.root.name)

    def check(self) -> None:
        """Raise `SearchUnavailable` where there is no such folder."""
        if not self.source.place:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.checkout is None and not self.root.is_dir():
            raise SearchUnavailable(no_folder(self.root))

    async def fetch(self) -> None:
        """Bring a checkout up to its remote; one that is there stays where that fails."""
        if self.checkout is None:
            return
        try:
            await self.checkout.refresh()
        except SearchUnavailable as error:
            if not self.checkout.folder.is_dir():
                raise
            log.warning("the checkout stays as it is: %s", error)

    async def read_rules(self) -> None:
        """Read how its site makes addresses, as every build tells, too."""
        try:
            self.rules = await builder.read_rules(self.root, self.source.site_url)
        except SearchUnavailable as error:
            log.warning("the configuration of %s cannot be read: %s", self.name, error)
            self.rules = Rules(self.source.site_url)

    def take_rules(self, rules: Rules) -> None:
        """What a build has read of them."""
        self.rules = rules

    def look(self) -> None:
        """See where its lines and its rendered pages are. For a thread."""
        from hyperrun.search.site.folder import Folder
        from hyperrun.search.site.source import choose, is_named

        self.forge = forge.read(self.root)
        noted = self.site_note
        site, self.site_note = choose(
            self.root, self.source.site_dir, self.source.site_url, self.crawled_in
        )
        if site is None and is_named(self.source.site_dir) and self.site_note != noted:
            log.warning("the rendered pages of %s are not read: %s", self.name, self.site_note)
        self.site_folder = site.root if isinstance(site, Folder) else None
        try:
            self.moving_names = site.moving_names() if site is not None else {}
        except sqlite3.Error as error:
            log.warning("the versions of %s cannot be read: %s", self.name, error)

    @property
    def crawled_in(self) -> Path | None:
        """The data folder, where the published site is fetched."""
        return self._data_dir if self.source.crawls else None

    def holds(self, file: str) -> bool:
        """Is a file of the index this source's?"""
        return file.startswith(self.prefix)

    def addressed(
        self, passage: Passage, address: str, commit: str = "", version: str = ""
    ) -> Passage:
        """A passage of the index with its page, its lines at `commit` and its source's name; of
        a version, its page there, where the site's layout tells."""
        known = replace(self.forge, commit=commit) if commit else self.forge
        there = self.rules
        if version:
            there = replace(there, site_url=there.at_version(version))
        path = passage.file.removeprefix(self.prefix)
        lines = (passage.start_line, passage.end_line)
        return replace(
            passage,
            url=there.url(address),
            permalink=known.lines(path, *lines) if passage.start_line else None,
            source=self.source.label,
        )

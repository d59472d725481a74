"""The ways of searching as one: by words, and where they are there by meaning and by ColGrep."""

import asyncio
import logging
import re
from collections.abc import Sequence

from hyperrun.search import introductions
from hyperrun.search.colgrep.engine import ColGrep, find_program
from hyperrun.search.colgrep.program import ColGrepError, Crowded
from hyperrun.search.dictionary import language_of
from hyperrun.search.fusion import WIDE, Found, fuse
from hyperrun.search.index import Index
from hyperrun.search.leaning import Before, leans
from hyperrun.search.offers import Offers
from hyperrun.search.project import Project
from hyperrun.search.vectors import models
from hyperrun.search.vectors.fusing import Meant
from hyperrun.search.vectors.meaning import Meaning, MeaningStatus
from hyperrun.settings import Settings

log = logging.getLogger(__name__)

MAX_QUERY_CHARS = 2_000
_ASKS_FOR_NEWS = re.compile(
    r"(?i)\b(chang\w+|releas\w+|news?|version|upgrad\w+|migrat\w+|deprecat\w+|issues?|bugs?|fix\w*)\b"
)


class Ways:
    """All ways of searching one index. `close` ends what runs behind them."""

    def __init__(self, settings: Settings, project: Project, index: Index, offers: Offers) -> None:
        self._settings = settings
        self._project = project
        self._index = index
        self._offers = offers
        self._behind = tuple(
            tree.prefix for tree in project.trees if tree.source.kind in ("changelog", "issues")
        )
        model = models.meant(settings.embedding_model)
        self._meaning = (
            Meaning(
                index.path, model, settings.embedding_api_key,
                settings.embedding_api_base, settings.embedding_budget_usd,
            )
            if model
            else None
        )  # fmt: skip
        self.colgrep: ColGrep | None = None
        self.missing = ""  # what is wanted and not there
        if settings.search == "colgrep" and find_program(settings.colgrep_program) is None:
            self.missing = (
                "HYPERRUN_SEARCH=colgrep, but there is no colgrep program "
                "(scripts/install-colgrep); the embedded index answers"
            )

    def start(self) -> None:
        """Take ColGrep to it, where it is installed and wanted."""
        settings = self._settings
        if settings.search == "embedded" or find_program(settings.colgrep_program) is None:
            if self.missing:
                log.warning("%s", self.missing)
            return
        self.colgrep = self._new_colgrep()
        self.colgrep.start(self._index.path)

    def recall_colgrep(self) -> str:
        """Ask ColGrep, too, where the server has built its index; else why it is not asked."""
        if self._settings.search == "embedded":
            return "HYPERRUN_SEARCH=embedded"
        colgrep = self._new_colgrep()
        if not colgrep.installed:
            return "there is no ColGrep program"
        try:
            colgrep.recall()
        except ColGrepError as error:
            return str(error)
        if not colgrep.ready:
            return "the server has not built ColGrep's index yet"
        self.colgrep = colgrep
        return ""

    def _new_colgrep(self) -> ColGrep:
        settings = self._settings
        return ColGrep(
            self._project.folders, settings.data_dir,
            program=settings.colgrep_program, model=settings.colgrep_model,
        )  # fmt: skip

    async def rest(self) -> None:
        """Leave the machine to a build."""
        if self._meaning is not None:
            await self._meaning.rest()

    def wake(self) -> None:
        """The index is another: bring up to it what stands beside it, behind."""
        if self.colgrep is not None:
            self.colgrep.changed()
        if self._meaning is not None:
            self._meaning.wake()

    @property
    def meaning(self) -> MeaningStatus:
        """How far the vectors are."""
        return self._meaning.status() if self._meaning else MeaningStatus()

    @property
    def names(self) -> str:
        """Which of them answer: embedded, and +colgrep and +vectors."""
        answering = ["embedded"]
        answering += ["colgrep"] if self.colgrep and self.colgrep.ready else []
        answering += ["vectors"] if self.meaning.made else []
        return "+".join(answering)

    async def find(self, query: str, k: int, before: Before | None) -> list[Found]:
        """What all of them find together, best first. Raises `sqlite3.Error`."""
        others, meant = await asyncio.gather(self._by_colgrep(query, k), self._meant(query, before))
        return await asyncio.to_thread(
            self._look_up, self._index, query, k, before, "", meant, others
        )

    async def find_inside(
        self, folder: str, query: str, k: int, before: Before | None
    ) -> list[Found]:
        """What words and meaning find in one folder of the index. Raises `sqlite3.Error`."""
        meant = await self._meant(query, before)
        return await asyncio.to_thread(self._look_up, self._index, query, k, before, folder, meant)

    async def find_in(self, index: Index, query: str, k: int, before: Before | None) -> list[Found]:
        """What words find in the index of another version. Raises `sqlite3.Error`."""
        return await asyncio.to_thread(self._look_up, index, query, k, before)

    def _look_up(
        self,
        index: Index,
        query: str,
        k: int,
        before: Before | None,
        inside: str = "",
        meant: Meant | None = None,
        others: Sequence[Found] = (),
    ) -> list[Found]:
        """What words and meaning find together with `others`, after what comes first for a
        newcomer's question: in one thread, for each change of threads costs."""
        wide = max(k, WIDE) if others or self._behind else k
        found = fuse(index.search(query, wide, inside, before, meant), others, wide)
        first = introductions.find(index, query, self._project.name, self._offers.names, inside)
        return introductions.pin_introductions(first, self._behind_others(query, found)[:k], k)

    def _behind_others(self, query: str, found: list[Found]) -> list[Found]:
        """`found` with what changed and what was reported behind the rest, unless it is asked."""
        if not self._behind or _ASKS_FOR_NEWS.search(query):
            return found
        return sorted(found, key=lambda each: each[0].file.startswith(self._behind))

    async def _meant(self, query: str, before: Before | None) -> Meant | None:
        """What the question means; None where no model tells, or not in time."""
        if self._meaning is None or not query.strip():
            return None
        if before is not None and before.question and leans(query):
            query = f"{before.question[:MAX_QUERY_CHARS]} {query}"
        if self._meaning.language == "en" and language_of(query):
            query = await asyncio.to_thread(self._index.in_words_of, query)
        vector = await self._meaning.of_question(query)
        return None if vector is None else Meant(query, vector, self._meaning.table)

    async def _by_colgrep(self, query: str, k: int) -> list[Found]:
        """What ColGrep finds; nothing where it cannot be asked, for it is never the only one."""
        if self.colgrep is None or not self.colgrep.ready:
            return []
        try:
            return await self.colgrep.search(query, max(k, WIDE))
        except Crowded:
            return []
        except ColGrepError as error:
            log.warning("ColGrep is left out of this search: %s", error)
            return []

    async def close(self) -> None:
        """End what they do behind."""
        if self.colgrep is not None:
            await self.colgrep.close()
        if self._meaning is not None:
            await self._meaning.close()

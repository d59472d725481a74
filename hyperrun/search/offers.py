"""What the documentation offers a reader: questions they may ask, and what to read first."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress

from hyperrun.domain import Source
from hyperrun.language import DEFAULT
from hyperrun.passage import Passage
from hyperrun.search import introductions
from hyperrun.search.audience import generality
from hyperrun.search.first_pages import linked_from
from hyperrun.search.index import Index
from hyperrun.search.project import Project
from hyperrun.search.questions import (
    first_questions,
    is_for_readers,
    language_of,
    next_questions,
    questions,
)

MAX_FIRST_QUESTIONS = 8
MIN_TELLING_CHARS = 300  # of prose, to tell its language by
LANGUAGE_CHARS = 20_000  # of the first pages, to tell the documentation's by
FIRST_PAGES = 5  # that are read for it
BEGINNING = 5  # passages of a page that are read for its language


class Offers:
    """Those of one index, as `read` found them. All methods read the index: for a thread."""

    def __init__(self, project: Project, index: Index, starters: Sequence[str] = ()) -> None:
        self._project = project
        self._index = index
        self._starters = starters
        self.names: frozenset[str] = frozenset()  # what a reader may call the project
        self.first_questions: list[str] = []  # a newcomer's
        self._first_files: list[str] = []
        self._language = DEFAULT  # of the documentation

    def read(self) -> None:
        """Keep what the project is called, and what a newcomer may ask: of the most general page
        first, then of those that the first ones lead to."""
        files: dict[str, list[str]] = {}
        with suppress(sqlite3.Error):
            self.names = introductions.names(
                self._project.name, introductions.introductions(self._index, self._project.name)
            )
            for file, title in self._index.sections():
                files.setdefault(file, []).append(title)
        places = {
            file: place
            for file in files
            if (place := generality(file)) is not None and is_for_readers(file)
        }
        first = sorted(places, key=lambda file: (places[file], file))
        beginning = ""
        with suppress(sqlite3.Error):
            for file in first[:FIRST_PAGES]:
                beginning += self._beginning(file)
        self._language = language_of(beginning[:LANGUAGE_CHARS])
        self._first_files = first[:1]
        linked: set[str] = set()
        with suppress(sqlite3.Error):
            linked = linked_from(self._index, first, places, self._file_of)
        order = [*first[:1], *sorted(first[1:], key=lambda file: file not in linked)]
        headings = {file: _headings(files[file]) for file in order}
        asked = first_questions(headings, self._project.called, self._language)
        self.first_questions = asked[:MAX_FIRST_QUESTIONS]

    def of_page(self, file: str) -> list[str]:
        """What a reader of the page that this file is may ask, out of its headings."""
        with suppress(sqlite3.Error):
            titles = [title for _, title in self._index.sections(file)]
            prose = self._beginning(file)
            language = language_of(prose) if len(prose) > MIN_TELLING_CHARS else self._language
            return questions(_headings(titles), self._project.called, language or self._language)
        return []

    def front_page(self, limit: int) -> list[Passage]:
        """How the page begins that says what the project is."""
        with suppress(sqlite3.Error):
            introducing = introductions.introductions(self._index, self._project.name)
            for file in [*(passage.file for passage, _ in introducing), *self._first_files]:
                return [each for each, _ in self._index.of_file(file, limit)]
        return []

    def introducing(self, question: str) -> int:
        """How many of the passages found for `question` answer it by themselves."""
        with suppress(sqlite3.Error):
            return introductions.introducing(self._index, question, self._project.name, self.names)
        return 0

    def related(self, sources: Sequence[Source], limit: int) -> tuple[str, ...]:
        """What a reader of these passages may ask next: what their own headings answer, then those
        that stand beside them, the nearest first. Where there are none, what there is to start
        with."""
        found = [source.passage for source in sources if source.passage.kind in ("section", "cell")]
        found = [passage for passage in found if is_for_readers(passage.file)]
        titles = [passage.title for passage in found]
        with suppress(sqlite3.Error):
            for file in list(dict.fromkeys(passage.file for passage in found))[:3]:
                titles += _nearest([title for _, title in self._index.sections(file)], titles)
        asked = next_questions(_headings(titles), self._project.called, self._language)
        return tuple(asked or self._starters or self.first_questions)[:limit]

    def _beginning(self, file: str) -> str:
        """The first words of a file. Raises `sqlite3.Error`."""
        return " ".join(each.shown for each, _ in self._index.of_file(file, BEGINNING))

    def _file_of(self, page_url: str) -> str:
        return self._project.file_of(page_url, self._index)


def _headings(titles: Iterable[str]) -> list[str]:
    """The last heading of each path."""
    return [title.rpartition(" > ")[2] for title in titles]


def _nearest(titles: Sequence[str], found: Sequence[str]) -> list[str]:
    """The titles of a page by how near they stand to what was found, what comes after it first."""
    places = [at for at, title in enumerate(titles) if title in found]

    def distance(at: int) -> tuple[int, bool]:
        return min(((abs(at - place), at < place) for place in places), default=(at, False))

    return [titles[at] for at in sorted(range(len(titles)), key=distance)]

"""What is found in the index: passages by words, names, sections and files."""

import math
import sqlite3
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import accumulate, islice
from typing import Any

from hyperrun.passage import READ, Include, Passage
from hyperrun.search import (
    copies,
    index_writer,
    intent,
    question_words,
    ranking,
    sections,
    terms,
    typing,
)
from hyperrun.search.audience import (
    kinds_asked_for,
    place_factor,
)
from hyperrun.search.copies import distinct
from hyperrun.search.index_file import IndexFile
from hyperrun.search.leaning import Before, leans
from hyperrun.search.ranking import Asked, Candidate
from hyperrun.search.remembered import ReadConnection
from hyperrun.search.site.rules import key_of
from hyperrun.search.vectors import fusing
from hyperrun.search.vectors.fusing import Meant
from hyperrun.search.wanted import Hit, Wanted

FETCH = 120  # candidates that are ranked
# And where documentation answers; about so many passages hold the words that they are found by.
BESIDE, LOOKED_AT = 20, 300
MAX_NAME_TERMS = 5
MAX_SYMBOLS, MAX_DEFINED = 3, 1  # of a question that are looked up, and places shown for them
MIN_SECTIONS, MIN_SHARE = 50, 0.1  # of documentation, to come before code
HELD = 0.7  # of a question by a section; then code is not looked at
NAMED = 5  # of the best code may have the question for a name
MOST_COPIES = 8  # translations and versions of one page that may stand before others
MAX_COUNTED = 2_500  # a term in more passages than this is common, and not counted on


class Index(IndexFile):
    """One repository's index. Any thread may read from it; `close` ends that."""

    refresh = index_writer.refresh

    def counts(self) -> tuple[int, int]:
        """Files and passages."""
        try:
            with self.connect() as connection:
                (files,) = connection.execute("SELECT count(*) FROM files").fetchone()
                (passages,) = connection.execute("SELECT count(*) FROM passages").fetchone()
                return files, passages
        except sqlite3.Error:
            return 0, 0

    def unreadable(self) -> dict[str, str]:
        """What is left out of the index, by path, with the reason."""
        with suppress(sqlite3.Error), self.connect() as connection:
            return dict(connection.execute("SELECT path, reason FROM unreadable ORDER BY path"))
        return {}

    def search(
        self,
        query: str,
        k: int,
        inside: str = "",
        before: Before | None = None,
        meant: Meant | None = None,
    ) -> list[tuple[Passage, str]]:
        """The best `k` passages with their addresses, best first; those of one folder only where
        `inside` names one. `before` is what was said before the question, `meant` what it means.

        Documentation comes before code unless the question is about how something is made; no text
        comes twice. Raises `sqlite3.Error`.
        """
        with self.connect() as connection:
            query = question_words.in_words_of(connection, query)
            hits = sections.find_after(connection, query, before, inside)
            best = max((hit.held for hit in hits[:k]), default=0.0)
            ranked: list[Candidate] = []
            is_of_code = self._is_of_code(connection)
            may_ask_for_code = (
                is_of_code or intent.may_ask_for_code(query) or self._names(connection, query)
            )
            if may_ask_for_code or len(hits) < k:
                ranked = self._ranked(connection, query, inside, FETCH)
            elif best < HELD:  # documentation does not tell all; some code stands beside it
                ranked = self._ranked(connection, query, inside, BESIDE)
            is_alone = before is None or not leans(query)
            first = (each for each in ranked[:NAMED] if each.kind not in READ)
            names = [terms.last_name(each.title) for each in first]
            names = [name for name in names if not name.startswith("_")]
            asks_for_code = is_alone and intent.asks_for_code(query, names)
            if best < HELD and not before and is_of_code:
                asks_for_code = True
            near = meant.near(connection, inside, [h.id for h in hits]) if meant else []
            if near:
                hits = fusing.fuse_hits(hits, near)
                ranked = fusing.fuse_code(ranked, near) if ranked else []
            asked_kinds = kinds_asked_for(query)
            if asks_for_code or not hits:
                found = self._scored(connection, ranked[: 2 * k])
                prose = distinct([each for each in found if each[0].kind in READ], k, asked_kinds)
                return [each for each in found if each[0].kind not in READ or each in prose][:k]
            found = self._scored(connection, hits[: 2 * k])
            code = [each for each in ranked if each.kind not in READ]
            most = max(k - bool(code), 1)
            prose = distinct(found, most, asked_kinds)
            if len(prose) < most and len(hits) > len(found):  # copies stood in their place
                found = self._scored(connection, hits[: MOST_COPIES * k])
                prose = distinct(found, most, asked_kinds)
            shown = (self._as_shown(connection, each) for each in prose)
            prose = list({_place(each[0]): each for each in shown}.values())
            defined = list(self._passages(connection, self._defined(connection, query)).values())
            if defined and not any(
                terms.last_name(passage.title).lower() in terms.named_symbols(query)
                for passage, _ in prose
            ):
                return [*prose[:2], *defined, *prose[2:]][:k]
            room = k - len(prose)
            listed = self._passages(connection, [each.id for each in code[: room + NAMED]])
            public = (
                each for each in listed.values()
                if not terms.last_name(each[0].title).startswith("_")
            )  # fmt: skip
            return [*prose, *islice(public, room)]

    def typed(
        self, text: str, k: int, *, thorough: bool = True
    ) -> tuple[list[tuple[Passage, str]], list[str]]:
        """What somebody means who has typed `text` so far, with addresses, best first, and by
        which words; not `thorough`, by the names of pages, headings and symbols alone. Raises
        `sqlite3.Error`."""
        found: dict[tuple[str, str], tuple[Passage, str]] = {}
        with self.connect() as connection:
            rows, words = typing.find(connection, text, k, thorough=thorough)
            passages = self._passages(connection, [number for number, *_ in rows])
            for number, title, stands in rows:
                if number not in passages:  # it was taken out of the index meanwhile
                    continue
                passage, address = passages[number]
                if stands:
                    passage, address = replace(passage, title=title), stands
                elif title and title != passage.title:  # a heading above it, without words
                    passage = replace(passage, title=title)
                    address = address if " > " in title else address.partition("#")[0]
                found.setdefault((passage.file, passage.title), (passage, address))
        return list(found.values()), words

    @staticmethod
    def _is_of_code(connection: ReadConnection) -> bool:
        """Is there hardly any documentation?"""
        prose, every = connection.total("prose"), connection.total("words")
        return prose < MIN_SECTIONS and prose < MIN_SHARE * every

    @staticmethod
    def _defined(connection: sqlite3.Connection, query: str) -> list[int]:
        """Where the names that `query` spells out are defined in code, tests and examples last."""
        asked_kinds = kinds_asked_for(query)
        found: dict[int, float] = {}
        for name in sorted(terms.named_symbols(query))[:MAX_SYMBOLS]:
            match = " AND ".join(f'name : "{term}"' for term in terms.terms(name))
            if not match:
                continue
            rows = connection.execute(
                "SELECT p.id, p.title, p.kind, p.file FROM words w JOIN passages p "
                "ON p.id = w.rowid WHERE words MATCH ? LIMIT 50", (match,),
            )  # fmt: skip
            for id, title, kind, file in rows:
                if kind not in READ and terms.last_name(title).lower() == name:
                    found[id] = place_factor(file, asked_kinds)
        return sorted(found, key=lambda id: -found[id])[:MAX_DEFINED]

    @staticmethod
    def _names(connection: sqlite3.Connection, query: str) -> bool:
        """Is `query` the name of something in code, in words?"""
        wanted = terms.query_terms(query)
        if not wanted or len(wanted) > MAX_NAME_TERMS:
            return False
        match = " AND ".join(f'name : "{term}"' for term in wanted)
        rows = connection.execute(
            "SELECT p.title, p.kind FROM words w JOIN passages p ON p.id = w.rowid "
            "WHERE words MATCH ? LIMIT 50", (match,),
        )  # fmt: skip
        return any(
            kind not in READ and intent.is_name(query, terms.last_name(title))
            for title, kind in rows
        )

    def _ranked(
        self, connection: ReadConnection, query: str, inside: str, most: int
    ) -> list[Candidate]:
        """Passages of all kinds by the words, names and places of code, `most` at most; where
        that is fewer than `FETCH`, of those alone that hold the rarest words."""
        wanted = terms.query_terms(query)
        asked = self._asked(connection, wanted) if wanted else []
        if not asked:
            return []
        weights = ", ".join(map(str, ranking.WEIGHTS))
        telling = _telling(asked) if most == FETCH else _rarest(asked)
        match = terms.matching_any([form for each in telling for form in each.forms])
        if inside:
            found = (
                f"SELECT w.rowid, bm25(words, {weights}) AS score FROM words w "
                "JOIN passages q ON q.id = w.rowid WHERE words MATCH ? "
                "AND substr(q.file, 1, ?) = ?"
            )
            values: tuple[str | int, ...] = (match, len(inside) + 1, f"{inside}/")
        else:
            found = f"SELECT rowid, bm25(words, {weights}) AS score FROM words WHERE words MATCH ?"
            values = (match,)
        rows = connection.execute(
            "SELECT p.id, p.file, p.title, p.kind, p.start_line, p.end_line, -f.score "
            f"FROM ({found} ORDER BY score LIMIT {most}) f "
            "JOIN passages p ON p.id = f.rowid",
            values,
        ).fetchall()
        ids = [row[0] for row in rows]
        counted_on = [each for each in asked if not each.common] or asked
        holding = [(each.rarity, self._holding(connection, each, ids)) for each in counted_on]
        return ranking.rank(query, [Candidate(*row) for row in rows], asked, holding)

    @staticmethod
    def _asked(connection: ReadConnection, wanted: Sequence[str]) -> list[Asked]:
        """How much each term says; without those that are nowhere."""
        total = connection.total("words")
        asked = []
        for term in wanted:
            forms = terms.forms(term)
            count = connection.counted.of(
                term, partial(_count, connection, terms.matching_any(forms))
            )
            if count:
                rarity = math.log((total + 1) / count) / math.log(total + 1)
                asked.append(Asked(term, forms, rarity, count, common=count == MAX_COUNTED))
        return asked

    @staticmethod
    def _holding(
        connection: sqlite3.Connection, asked: Asked, ids: Sequence[int]
    ) -> frozenset[int]:
        """Those of `ids` that hold a term."""
        rows = connection.execute(
            "SELECT rowid FROM words WHERE words MATCH ? "
            f"AND +rowid IN ({', '.join('?' * len(ids))})", (terms.matching_any(asked.forms), *ids),
        )  # fmt: skip
        return frozenset(row[0] for row in rows)

    @staticmethod
    def _as_shown(
        connection: sqlite3.Connection, found: tuple[Passage, str]
    ) -> tuple[Passage, str]:
        """A passage with its address; of a version of a page, as the site shows it by itself."""
        address = copies.without_version(found[1])
        if not address:
            return found
        rows = connection.execute(
            "SELECT p.content, p.file, p.start_line, p.end_line, p.title, p.kind, p.text, "
            "p.language FROM files f JOIN passages p ON p.file = f.path "
            "WHERE f.page = ? AND p.address = ?", (key_of(address), address),
        )  # fmt: skip
        return copies.shown(found, [_passage(row) for row in rows], address)

    def _scored(
        self, connection: sqlite3.Connection, found: Sequence[Hit | Candidate]
    ) -> list[tuple[Passage, str]]:
        """The passages that were found, in their order, with their scores."""
        passages = self._passages(connection, [each.id for each in found])
        return [
            (replace(passages[each.id][0], score=round(each.score, 4), likeness=each.likeness),
             passages[each.id][1])
            for each in found if each.id in passages
        ]  # fmt: skip

    @staticmethod
    def _passages(
        connection: sqlite3.Connection, ids: Sequence[int]
    ) -> dict[int, tuple[Passage, str]]:
        """Those of `ids` that there are, by their number and in their order: at once, for a row
        costs less than a statement."""
        marks = ", ".join("?" * len(ids))
        rows = connection.execute(
            "SELECT id, address, content, file, start_line, end_line, title, kind, text, language "
            f"FROM passages WHERE id IN ({marks})", tuple(ids),
        )  # fmt: skip
        found = {row[0]: (_passage(row[2:]), row[1]) for row in rows}
        return {id: found[id] for id in ids if id in found}

    def in_words_of(self, question: str) -> str:
        """The question in English words where it is asked in another language than the
        documentation's. Raises `sqlite3.Error`."""
        with self.connect() as connection:
            return question_words.in_words_of(connection, question)

    def wanted(self, question: str, before: Before | None = None) -> Wanted:
        """What `question` asks for, in this index's words. Raises `sqlite3.Error`."""
        with self.connect() as connection:
            question = question_words.in_words_of(connection, question)
            return question_words.wanted(connection, question, before)

    def section(self, file: str, title: str, limit: int = 12) -> list[tuple[Passage, str]]:
        """The passages of one section and of those under it with their addresses, in order. Raises
        `sqlite3.Error`."""
        with self.connect() as connection:
            rows = connection.execute(
                "SELECT id FROM passages WHERE file = ? AND (title = ? OR substr(title, 1, ?) = ?) "
                "ORDER BY start_line, id LIMIT ?",
                (file, title, len(title) + 3, f"{title} > ", limit),
            ).fetchall()
            found = self._passages(connection, [row[0] for row in rows]).values()
            return [(each[0], self._as_shown(connection, each)[1]) for each in found]

    def includes(self, passage: Passage) -> list[Include]:
        """The lines of other files of its source that a passage shows, in their order. Raises
        `sqlite3.Error`."""
        with self.connect() as connection:
            rows = connection.execute(
                "SELECT i.file, i.start_line, i.end_line FROM includes i "
                "JOIN passages p ON p.id = i.passage "
                "WHERE p.file = ? AND p.start_line = ? AND p.title = ? ORDER BY i.rowid",
                (passage.file, passage.start_line, passage.title),
            ).fetchall()
        return [Include(*row) for row in rows]

    def sections(self, file: str = "", limit: int = -1) -> list[tuple[str, str]]:
        """Files and heading paths of documentation sections, of `file` only where it is given; of
        all files it takes milliseconds. Raises `sqlite3.Error`."""
        condition, values = ("AND file = ?", (file,)) if file else ("", ())
        with self.connect() as connection:
            rows = connection.execute(
                "SELECT file, title FROM passages WHERE kind IN ('section', 'cell') "
                f"{condition} ORDER BY file, start_line LIMIT ?",
                (*values, limit),
            ).fetchall()
        return [(row[0], row[1]) for row in rows]

    def file_of(self, page: str, prefix: str = "") -> str:
        """The file whose page has this key; "" where none has. Raises `sqlite3.Error`."""
        with self.connect() as connection:
            row = connection.execute(
                "SELECT path FROM files WHERE page = ?1 AND substr(path, 1, ?2) = ?3 UNION ALL "
                "SELECT source FROM pages WHERE key = ?1 AND source != '' "
                "AND substr(path, 1, ?2) = ?3 LIMIT 1",
                (page, len(prefix), prefix),
            ).fetchone()
        return row[0] if row else ""

    def has_page(self, path: str) -> bool:
        """Is this rendered page known? Raises `sqlite3.Error`."""
        with self.connect() as connection:
            row = connection.execute("SELECT 1 FROM pages WHERE path = ?", (path,)).fetchone()
        return row is not None

    def folder_named(self, names: Sequence[str]) -> str:
        """The highest folder with one of these names; "" where there is none."""
        with self.connect() as connection:
            files = connection.execute("SELECT path FROM files").fetchall()
        best = ""
        for (file,) in files:
            parts = file.split("/")[:-1]
            for depth, part in enumerate(parts):
                if part in names:
                    folder = "/".join(parts[: depth + 1])
                    if not best or folder.count("/") < best.count("/"):
                        best = folder
        return best

    def of_file(self, file: str, limit: int = -1) -> list[tuple[Passage, str]]:
        """The passages of one file with their addresses, in order; the first `limit` where one is
        given. Raises `sqlite3.Error`."""
        with self.connect() as connection:
            rows = connection.execute(
                "SELECT address, content, file, start_line, end_line, title, kind, text, language "
                "FROM passages WHERE file = ? ORDER BY start_line, id LIMIT ?",
                (file, limit),
            ).fetchall()
        return [(_passage(row[1:]), row[0]) for row in rows]


def _place(passage: Passage) -> tuple[str, int, str]:
    """Where a passage begins, and of what: objects of an API are brought in by one line."""
    return passage.file, passage.start_line, passage.title


def _passage(row: Sequence[Any]) -> Passage:
    content, file, start_line, end_line, title, kind, text, language = row
    return Passage(file, start_line, end_line, title, kind, text, language, content=content)


def _count(connection: sqlite3.Connection, match: str) -> int:
    """How many passages match, up to `MAX_COUNTED`."""
    (count,) = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)",
        (match, MAX_COUNTED),
    ).fetchone()
    return int(count)


def _telling(asked: Sequence[Asked]) -> Sequence[Asked]:
    """The terms to search by: without common ones, which cost the most, where others find enough.

    Scoring a row takes microseconds, and a common term is in tens of thousands of them.
    """
    telling = [each for each in asked if not each.common]
    found = sum(each.count for each in telling)
    return telling if found >= FETCH // 2 or len(telling) == len(asked) else asked


def _rarest(asked: Sequence[Asked]) -> Sequence[Asked]:
    """The rarest terms, one at least, that stand in about `LOOKED_AT` passages together."""
    rarest = sorted(asked, key=lambda each: each.count)
    together = list(accumulate(each.count for each in rarest))
    return rarest[: max(bisect_right(together, LOOKED_AT), 1)]

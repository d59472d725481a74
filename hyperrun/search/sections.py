"""Finds the documentation sections that answer a question: their words, what they mean, and where.

A full-text index of stems gives the candidates; each is then weighed by how much of the question
stands in its heading, under which headings, in which file, in its text, and close together there.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate, zip_longest

from hyperrun.search.leaning import Before, leans
from hyperrun.search.question_words import holding, wanted
from hyperrun.search.remembered import ReadConnection
from hyperrun.search.terms import heading_of, matching_any, porter, stems
from hyperrun.search.wanted import Candidate, Hit, Wanted

SCHEMA = """
CREATE VIRTUAL TABLE IF NOT EXISTS prose USING fts5(
    heading, parents, file, body, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE IF NOT EXISTS prose_terms USING fts5vocab(prose, 'row');
"""
_BM25 = "6.0, 2.0, 1.5, 1.0"
FETCH = 40  # candidates that are weighed
MANY_FOREIGN, MOST_LANGUAGES = 3, 8  # more than one of so many: so many times more are looked at
SCORED, SHARE = 1_200, 6  # sections out of which these are chosen, about, or one of so many
COHERENCE, COHERENT = 0.4, 3  # how much the best few sections of a page speak for others of it
SITE = 5  # of so many sections one at least stands on a site, where there is one to read
OWN = 0.3  # how much of a question that leans its own words have to find


def row(title: str, file: str, terms_of_body: Sequence[str]) -> tuple[str, str, str, str]:
    """The columns of a section in the index of prose."""
    parents = title.rpartition(" > ")[0]
    return (
        " ".join(stems(heading_of(title))), " ".join(stems(parents)), " ".join(stems(file)),
        " ".join(map(porter, terms_of_body)),
    )  # fmt: skip


def find(
    connection: ReadConnection,
    wanted: Wanted,
    inside: str = "",
    files: Collection[str] = (),
    fetch: int = FETCH,
    most: int = 0,
) -> list[Hit]:
    """The sections that may answer, best first, of `fetch` that are weighed; of the folder
    `inside`, or of `files`, only where there are any. Of all those are scored that hold its
    rarest words, about `most`, or two of its own. Raises `sqlite3.Error`."""
    names = {name for stem, term in wanted.terms.items() for name in (stem, *term.others)}
    counts = {name: count for name in names if (count := holding(connection, name))}
    if not counts:
        return []
    match = matching_any(sorted(counts))
    where, values = "", list[str | int]()
    if inside:
        where = "JOIN passages q ON q.id = prose.rowid AND substr(q.file, 1, ?) = ?"
        values = [len(inside) + 1, f"{inside}/"]
    elif files:
        marks = ", ".join("?" * len(files))
        where = f"JOIN passages q ON q.id = prose.rowid AND q.file IN ({marks})"
        values = [*files]
    else:
        scored = most or max(SCORED, connection.total("prose") // SHARE)
        match = _match(counts, [stem for stem in wanted.terms if stem in counts], scored)
    candidates = _candidates(connection, where, (*values, match), fetch)
    if sum(wanted.is_foreign(each.file) for each in candidates) > fetch // MANY_FOREIGN:
        further = _candidates(connection, where, (*values, match), fetch * MOST_LANGUAGES)
        candidates = sorted(further, key=lambda each: wanted.is_foreign(each.file))[:fetch]
    hits = sorted(((wanted.hit(each), each.file) for each in candidates), key=_by_score)
    return _cohering(hits)


def _candidates(
    connection: ReadConnection, where: str, values: Sequence[str | int], fetch: int
) -> list[Candidate]:
    """The best `fetch` that match, best first."""
    has_site = SITE * connection.on_site() >= connection.total("prose")
    rows = connection.execute(
        "SELECT p.id, p.file, p.title, p.text, "
        f"w.heading, w.parents, w.file, w.body, {has_site:d} AND p.address = '' FROM ("
        f"SELECT prose.rowid AS id, bm25(prose, {_BM25}) AS score FROM prose {where} "
        f"WHERE prose MATCH ? ORDER BY score LIMIT {fetch}"
        ") f JOIN prose w ON w.rowid = f.id JOIN passages p ON p.id = f.id ORDER BY f.score",
        values,
    )
    return [Candidate(*each) for each in rows]


def _match(counts: Mapping[str, int], own: Sequence[str], most: int) -> str:
    """What a section has to hold: one of the rarest names, which about `most` hold together, or of
    the question's `own` words the rarest that is none of them, beside any other."""
    telling = _telling(counts, most)
    match = matching_any(telling)
    left = [each for each in own if each not in telling]
    if left and len(own) > 1:
        word = min(left, key=lambda each: counts[each])
        others = [each for each in own if each != word]
        match += f" OR ({matching_any([word])} AND ({matching_any(others)}))"
    return match


def _telling(counts: Mapping[str, int], most: int) -> list[str]:
    """The rarest names, one at least, that stand in about `most` sections together."""
    rarest = sorted(counts, key=lambda name: (counts[name], name))
    together = list(accumulate(counts[name] for name in rarest))
    return rarest[: max(bisect_right(together, most), 1)]


def _by_score(found: tuple[Hit, str]) -> float:
    return -found[0].score


def _cohering(found: Sequence[tuple[Hit, str]]) -> list[Hit]:
    """The best stays; after it, sections of a page that holds more of what was found come first."""
    of_file: dict[str, list[float]] = defaultdict(list)
    for hit, file in found:
        of_file[file].append(hit.score)
    sums = {file: sum(scores[:COHERENT]) for file, scores in of_file.items()}
    most = max(sums.values(), default=0.0) or 1.0
    rest = sorted(found[1:], key=lambda each: -(each[0].score + COHERENCE * sums[each[1]] / most))
    return [hit for hit, _ in (*found[:1], *rest)]


def find_after(
    connection: ReadConnection, question: str, before: Before | None, inside: str = ""
) -> list[Hit]:
    """The sections that may answer `question`; where it leans on the one before, those that both
    together find, and in turn those that its own words find where the answer before came from.
    Raises `sqlite3.Error`."""
    together = find(connection, wanted(connection, question, before), inside)
    if before is None or not before.cited:
        return together
    own = wanted(connection, question)
    if not leans(question, not own.unknown):
        return together
    files = {file for file, _ in before.cited}
    here = [hit for hit in find(connection, own, files=files) if hit.held >= OWN]
    found: dict[int, Hit] = {}
    for pair in zip_longest(together, here):
        for hit in filter(None, pair):
            found.setdefault(hit.id, hit)
    return list(found.values())

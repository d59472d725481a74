"""Two rankings become one."""

from hyperrun.passage import Passage
from hyperrun.search.fusion import Found, fuse


def found(file: str, start: int = 1, end: int = 10, kind: str = "section") -> Found:
    return Passage(file, start, end, file, kind, "text"), f"#{file}"


def code(file: str) -> Found:
    return found(file, kind="function")


def files(ranking: list[Found]) -> list[str]:
    return [passage.file for passage, _ in ranking]


def test_one_ranking_alone_stays_in_its_order() -> None:
    ranking = [found("a"), code("b"), found("c")]
    assert files(fuse(ranking, [], 10)) == ["a", "b", "c"]
    assert files(fuse([], ranking, 10)) == ["a", "b", "c"]
    assert fuse([], [], 10) == []


def test_what_both_find_comes_before_what_one_finds() -> None:
    both = fuse([found("a"), found("b")], [found("c"), found("b")], 10)
    assert files(both)[0] == "b"
    assert sorted(files(both)) == ["a", "b", "c"]


def test_the_embedded_index_wins_where_they_differ() -> None:
    assert files(fuse([found("a")], [found("b")], 10)) == ["a", "b"]


def test_no_line_comes_twice() -> None:
    embedded = [found("a", 1, 10), found("a", 11, 20), found("a", 5, 8)]
    meant = [found("a", 8, 12), found("a", 1, 10), found("b", 1, 10)]
    spans = [(p.file, p.start_line, p.end_line) for p, _ in fuse(embedded, meant, 10)]
    assert sorted(spans) == [("a", 1, 10), ("a", 11, 20), ("b", 1, 10)]


def test_a_passage_counts_once_in_each_ranking() -> None:
    many = [found("a", 1, 10), *(found("a", line, line) for line in range(2, 9))]
    assert fuse([found("b")], many, 1)[0][0].file == "b"


def test_code_that_was_asked_for_stays_as_the_embedded_index_has_it() -> None:
    embedded = [code("a"), found("b"), code("c")]
    meant = [found("d"), code("c"), found("b"), code("a"), code("e")]
    assert files(fuse(embedded, meant, 10)) == ["a", "b", "c", "d", "e"]


def test_among_prose_the_meaning_moves_prose_alone() -> None:
    embedded = [found("a"), code("b"), found("c")]
    meant = [code("d"), found("c"), code("b")]
    assert files(fuse(embedded, meant, 10)) == ["c", "a", "b", "d"]


def test_scores_fall_and_no_more_than_wanted_come() -> None:
    ranking = [found(str(number)) for number in range(30)]
    fused = fuse(ranking, ranking[::-1], 7)
    scores = [passage.score for passage, _ in fused]
    assert len(fused) == 7
    assert scores == sorted(scores, reverse=True)
    assert fuse(ranking, ranking, 0) == []


def test_two_parts_of_one_rendered_page_are_two_passages() -> None:
    parts = [(Passage("a/index.html", 0, 0, "A", "page", text), "a/") for text in ("one", "two")]
    assert [passage.text for passage, _ in fuse(parts, [], 5)] == ["one", "two"]
